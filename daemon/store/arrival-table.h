/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * arrival-table: the rows of arrival-book, inside a job of the ledger's store. In: what is to be written, or looked
 * for. Out: rows. Each returns FALSE with FAILED where the file fails.
 */
#pragma once

#include "store/arrival-item.h"
#include "store/store-key.h"

struct sqlite3;

/* arrival_table_knows: *ret_known: whether a file with @digest has come before. */
gboolean arrival_table_knows (struct sqlite3 *database, const guint8 *digest, gboolean *ret_known, GError **error);

/* arrival_table_add: @item, whose place is known. Also LEDGER_FAILED: it cannot be sealed. */
gboolean arrival_table_add (struct sqlite3 *database, StoreKey *key, const ArrivalBookItem *item, GError **error);

/*
 * Each adds to @items (of ArrivalBookItem), the oldest first. _load: what waits at @now. _find: of that, and of what
 * @uid has claimed, what has @word and can be read. _find_expired: what nobody has claimed, and has had its time.
 */
gboolean arrival_table_load (struct sqlite3 *database, gint64 now, GPtrArray *items, GError **error);
gboolean arrival_table_find (struct sqlite3 *database, StoreKey *key, const char *word, gint64 now, gint64 uid,
                             GPtrArray *items, GError **error);
gboolean arrival_table_find_expired (struct sqlite3 *database, gint64 now, GPtrArray *items, GError **error);

/*
 * arrival_table_may_claim: *ret_found: whether it is there for @uid; @again: also if it is @uid's already.
 * arrival_table_claim: it is @uid's from now on.
 */
gboolean arrival_table_may_claim (struct sqlite3 *database, const char *id, gint64 now, gint64 uid, gboolean again,
                                  gboolean *ret_found, GError **error);
gboolean arrival_table_claim (struct sqlite3 *database, const char *id, gint64 now, gint64 uid, GError **error);

/* arrival_table_expire: erases what has had its time at @now; what had it at @old, and its digest, is forgotten. */
gboolean arrival_table_expire (struct sqlite3 *database, gint64 now, gint64 old, GError **error);

/* arrival_table_find_next: when the next one has had its time; 0: there is none. */
gboolean arrival_table_find_next (struct sqlite3 *database, gint64 *ret_next, GError **error);
