/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-walk: entries of the ledger one after the other, page by page. In: what is wanted. Out: each, on the main
 * loop.
 */
#pragma once

#include "store/ledger.h"

typedef struct LedgerWalk LedgerWalk;

/* LedgerWalkEach: an entry that can be read. */
typedef void (*LedgerWalkEach) (const LedgerEntry *entry, gpointer user_data);

/*
 * ledger_walk_begin: @place gets the walk while it lasts, and NULL when all was seen, or could not be read, which is
 * logged. @filter: its texts and hashes are borrowed until then. ledger_walk_stop: no entry comes any more; NULL: none
 * is under way.
 */
void ledger_walk_begin (LedgerWalk **place, Ledger *ledger, const LedgerFilter *filter, LedgerWalkEach each,
                        gpointer user_data);
void ledger_walk_stop (LedgerWalk **place);
