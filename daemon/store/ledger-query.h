/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-query: what is asked of a ledger, in a job of the store. In: questions. Out: its state, records and
 * proofs. What cannot be answered is NOT_FOUND; FAILED is the file's.
 */
#pragma once

#include "store/ledger-tree.h"
#include "store/ledger-types.h"

/* All of it: (transfer full), or NULL. */
LedgerState *ledger_query_state (LedgerTree *tree, sqlite3 *database, GError **error);
GPtrArray *ledger_query_read (LedgerTree *tree, sqlite3 *database, const LedgerFilter *filter, guint64 *ret_next,
                              GError **error);
char *ledger_query_prove (LedgerTree *tree, sqlite3 *database, guint64 index, const char *checkpoint, GError **error);
GBytes *ledger_query_prove_consistency (LedgerTree *tree, sqlite3 *database, guint64 from, guint64 to, GError **error);

/* ledger_query_keep_anchor: what is not of this ledger, or another than it is, is left out, and logged. */
gboolean ledger_query_keep_anchor (LedgerTree *tree, sqlite3 *database, const char *way, const char *checkpoint,
                                   gint64 at, GError **error);
