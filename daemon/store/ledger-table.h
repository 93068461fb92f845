/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-table: the rows of a ledger, inside a job of the store. In: places, leaves, hashes, keys. Out: the same. It
 * judges nothing: what is there, is there.
 *
 * A row of a leaf has, beside it, each node of the tree that is complete with it: so an append writes one row, whatever
 * the size, and each stored node is found by its level and index alone.
 */
#pragma once

#include <sqlite3.h>

#include "codec/merkle.h"
#include "store/ledger-key.h"

/* The one row of how far it is. */
typedef struct
{
  MerkleFrontier frontier;
  guint64 minimum;    /* the place below which leaves were dropped */
  gint64 pruned;      /* when that was done or tried last; microseconds since the epoch */
  gint64 at, boot;    /* clocks of the last entry */
  char *boot_id;      /* of its boot; "": not known */
  gint64 endorsement; /* the place of that of the key in force; -1: none yet */
  char *checkpoint;   /* the signed note; NULL: there is no head */
} LedgerHead;

void ledger_head_clear (LedgerHead *head);

/* All of them return FALSE with FAILED when the file cannot be read or written. */

/* ledger_table_read_head: @ret_head: its checkpoint is NULL where there is none. _write_head: whether there was one. */
gboolean ledger_table_read_head (sqlite3 *database, LedgerHead *ret_head, GError **error);
gboolean ledger_table_write_head (sqlite3 *database, const LedgerHead *head, GError **error);

/* ledger_table_insert: a row at @place. @made: the nodes that are complete with it. */
gboolean ledger_table_insert (sqlite3 *database, guint64 place, const MerkleHash *made, guint n, gconstpointer leaf,
                              gsize size, GError **error);

/* ledger_table_read: a MerkleRead; @user_data: the database. */
gboolean ledger_table_read (guint level, guint64 index, MerkleHash *ret_hash, gpointer user_data);

/* ledger_table_get_last: the greatest place there is; -1: none. */
gboolean ledger_table_get_last (sqlite3 *database, gint64 *ret_place, GError **error);

/* ledger_table_walk: rows from @first to before @end, in order, while @visit says TRUE. @leaf: NULL: dropped. */
typedef gboolean (*LedgerTableVisit) (guint64 place, const guint8 *hashes, gsize hashes_size, const guint8 *leaf,
                                      gsize leaf_size, gpointer user_data);
gboolean ledger_table_walk (sqlite3 *database, guint64 first, guint64 end, LedgerTableVisit visit, gpointer user_data,
                            GError **error);

/* ledger_table_drop: the leaf at @place; its hashes stay. */
gboolean ledger_table_drop (sqlite3 *database, guint64 place, GError **error);

/* Keys: the newest last. */
typedef struct
{
  guint64 first; /* the place of the entry that made it: it signs what is greater */
  LedgerKeyRow row;
} LedgerPeriod;

/* ledger_table_read_keys: (transfer full) of LedgerPeriod, or NULL. _add_key: the one in force. _reseal: it. */
GArray *ledger_table_read_keys (sqlite3 *database, GError **error);
gboolean ledger_table_add_key (sqlite3 *database, guint64 first, const LedgerKeyRow *row, GError **error);
gboolean ledger_table_reseal (sqlite3 *database, const LedgerKeyRow *row, GError **error);

/* Days since 1970: @first is the place of a day's first entry. _find_day: the least place of @day and all after it. */
gboolean ledger_table_note_day (sqlite3 *database, gint64 day, guint64 first, GError **error);
gboolean ledger_table_find_day (sqlite3 *database, gint64 day, guint64 *ret_first, GError **error);

/* Anchors. _keep_anchor: where the one there is is not greater. */
typedef void (*LedgerTableAnchor) (const char *way, guint64 size, gint64 at, const char *checkpoint,
                                   gpointer user_data);
gboolean ledger_table_walk_anchors (sqlite3 *database, LedgerTableAnchor visit, gpointer user_data, GError **error);
gboolean ledger_table_keep_anchor (sqlite3 *database, const char *way, guint64 size, gint64 at, const char *checkpoint,
                                   GError **error);
