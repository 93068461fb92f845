/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * last-seen-table: the rows of last-seen, inside a job of the store. In: hashes. Out: what is kept under them. Return
 * of all: FALSE with FAILED.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

#define LAST_SEEN_HASH_SIZE 16

typedef struct
{
  guint8 value[LAST_SEEN_HASH_SIZE];
  gint64 seen;    /* day on which it was seen last */
  gint64 changed; /* day on which it took another's place; 0: it is the first */
  gint64 before;  /* day on which that one was seen last */
} LastSeenRow;

/* last_seen_table_read: the row of @field comes into @rows[@field], and is TRUE in @found then. */
gboolean last_seen_table_read (sqlite3 *database, const guint8 *person, LastSeenRow *rows, gboolean *found,
                               guint n_rows, GError **error);

gboolean last_seen_table_write (sqlite3 *database, const guint8 *person, guint field, const LastSeenRow *row,
                                GError **error);

gboolean last_seen_table_drop (sqlite3 *database, const guint8 *person, guint field, GError **error);

/* last_seen_table_expire: what was seen before @day last. */
gboolean last_seen_table_expire (sqlite3 *database, gint64 day, GError **error);

/* last_seen_table_purge: all of it. @ret_people: how many they were. */
gboolean last_seen_table_purge (sqlite3 *database, guint64 *ret_people, GError **error);
