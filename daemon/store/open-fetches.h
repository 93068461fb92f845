/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * open-fetches: which fetches of records have begun and not ended, as a tenant of the ledger's own file: so that each
 * FETCH in the ledger gets its DISCLOSURE or FETCH_END, also where the daemon was killed between the two. In: entries.
 * Out: the same in the ledger, on the disk.
 *
 * Errors are LEDGER_FAILED: nothing was written then.
 */
#pragma once

#include "store/ledger.h"

/*
 * open_fetches_begin: @entries: (transfer full) of LedgerEntry, the last one of kind FETCH: all in one transaction.
 * Finish: the place of the FETCH; what it has begun is open from now on.
 */
void open_fetches_begin (Ledger *ledger, GPtrArray *entries, GAsyncReadyCallback callback, gpointer user_data);
gboolean open_fetches_begin_finish (GAsyncResult *result, guint64 *ret_fetch, GError **error);

/*
 * open_fetches_end: @entry: (transfer full), of kind DISCLOSURE or FETCH_END, belongs to the fetch at @fetch and ends
 * it. @callback: NULL: nobody waits.
 */
void open_fetches_end (Ledger *ledger, guint64 fetch, LedgerEntry *entry, GAsyncReadyCallback callback,
                       gpointer user_data);
gboolean open_fetches_end_finish (GAsyncResult *result, GError **error);

/*
 * open_fetches_close_left: at the start: what a former run left open is ended by a FETCH_END whose outcome is unknown.
 * A ledger that is not there yet is not made for that.
 */
void open_fetches_close_left (Ledger *ledger);
