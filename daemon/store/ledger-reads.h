/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-reads: what is asked of a ledger without writing to it: for everybody a part of ledger.h, which includes it.
 * In: questions. Out: state, records, proofs, and what is wrong. Asynchronous; on the main thread.
 */
#pragma once

#include <gio/gio.h>

#include "store/ledger-types.h"

/* Reading. What waits lazily is written first. */

/* ledger_get_state: finish: (transfer full), or NULL with NOT_FOUND (no entry yet, or no key), LEDGER_FAILED. */
void ledger_get_state (Ledger *ledger, GAsyncReadyCallback callback, gpointer user_data);
LedgerState *ledger_get_state_finish (Ledger *ledger, GAsyncResult *result, GError **error);

/* ledger_get_size: entries as far as known, without a look at the disk. */
guint64 ledger_get_size (Ledger *ledger);

/* ledger_is_begun: there may be entries: its file is there. */
gboolean ledger_is_begun (Ledger *ledger);

/*
 * ledger_read: finish: (transfer full) of LedgerRecord, by place; or NULL. @ret_next: the place to go on from, the size
 * when that was all. There may be fewer than asked for, or none, though more follow: the thread is never held for long.
 * What was pruned is there only where nothing but places is asked.
 */
void ledger_read (Ledger *ledger, const LedgerFilter *filter, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *ledger_read_finish (Ledger *ledger, GAsyncResult *result, guint64 *ret_next, GError **error);

/*
 * ledger_prove: that entry @index is in a tree: finish: the text of a tlog-proof. @checkpoint: the signed note below
 * it, of this ledger as it was when it had that size; NULL: the newest. NOT_FOUND: no such entry, or checkpoint.
 */
void ledger_prove (Ledger *ledger, guint64 index, const char *checkpoint, GAsyncReadyCallback callback,
                   gpointer user_data);
char *ledger_prove_finish (Ledger *ledger, GAsyncResult *result, GError **error);

/* ledger_prove_consistency: of the tree of @from > 0 entries with that of @to: finish: the hashes, one after the other.
 *  */
void ledger_prove_consistency (Ledger *ledger, guint64 from, guint64 to, GAsyncReadyCallback callback,
                               gpointer user_data);
GBytes *ledger_prove_consistency_finish (Ledger *ledger, GAsyncResult *result, GError **error);

/* Examining. */

/*
 * ledger_verify: reads all of it: leaves, hashes of the tree, root, signatures, clocks, endorsements, what was pruned,
 * and every anchor. @checkpoint: a signed note that left this computer; NULL: none is at hand. Also of a ledger that
 * has failed. Finish: (transfer full), or NULL: it could not even be looked at.
 */
void ledger_verify (Ledger *ledger, const char *checkpoint, GAsyncReadyCallback callback, gpointer user_data);
LedgerVerdict *ledger_verify_finish (Ledger *ledger, GAsyncResult *result, GError **error);
