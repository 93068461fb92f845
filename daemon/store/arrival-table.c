/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * arrival-table: see the header. What is sealed is a serialised GVariant (asay), which is the same on every machine: no
 * number is in it.
 */
#include "store/arrival-table.h"

#include <string.h>

#include "base/error.h"
#include "store/seal.h"
#include "store/statement.h"

#define INSIDE G_VARIANT_TYPE ("(asay)")

/* The seal. */

/* make_binding: what a row says in the open cannot be changed either. */
static char *
make_binding (const char *id, const char *terminal, gint64 at, gint64 until)
{
  return g_strdup_printf ("arrival-book 1 %s %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, id, terminal, at, until);
}

static GBytes *
pack (const ArrivalBookItem *item)
{
  static const char *const none[] = { NULL };
  g_autoptr (GVariant) inside
      = g_variant_ref_sink (g_variant_new ("(^as@ay)", item->words != NULL ? (const char *const *)item->words : none,
                                           g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, item->body, TRUE)));

  return g_variant_get_data_as_bytes (inside);
}

/* open_seal: of: id, terminal, at, until, key, nonce, sealed, from column @first on. They stay NULL: it cannot be. */
static void
open_seal (sqlite3_stmt *statement, StoreKey *key, int first, ArrivalBookItem *item)
{
  g_autofree char *binding = make_binding (item->id, item->terminal, item->at, item->until);
  g_autoptr (GBytes) nonce = statement_copy_bytes (statement, first + 1),
                     sealed = statement_copy_bytes (statement, first + 2);
  g_autoptr (GBytes) bytes
      = seal_open_bytes (key, (const char *)sqlite3_column_text (statement, first), binding, nonce, sealed);
  g_autoptr (GVariant) inside = NULL, body = NULL;

  if (bytes == NULL)
    return;
  inside = g_variant_ref_sink (g_variant_new_from_bytes (INSIDE, bytes, FALSE));
  g_variant_get (inside, "(^as@ay)", &item->words, &body);
  item->body = g_variant_get_data_as_bytes (body);
}

/* Writing. */

gboolean
arrival_table_knows (struct sqlite3 *database, const guint8 *digest, gboolean *ret_known, GError **error)
{
  sqlite3_stmt *statement = statement_prepare (database, "SELECT count (*) FROM arrivals WHERE digest = ?;", error);
  gint64 count = 0;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_blob (statement, 1, digest, ARRIVAL_BOOK_DIGEST_SIZE, SQLITE_STATIC);
  if (!statement_read_number (statement, &count, error))
    return FALSE;
  *ret_known = count > 0;
  return TRUE;
}

gboolean
arrival_table_add (struct sqlite3 *database, StoreKey *key, const ArrivalBookItem *item, GError **error)
{
  g_autofree char *binding = make_binding (item->id, item->terminal, item->at, item->until);
  g_autoptr (GBytes) inside = pack (item), nonce = NULL;
  g_autoptr (GBytes) sealed
      = seal_close (key, binding, g_bytes_get_data (inside, NULL), g_bytes_get_size (inside), &nonce);
  sqlite3_stmt *statement;

  if (sealed == NULL)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED, "an arrival cannot be sealed");
      return FALSE;
    }
  statement = statement_prepare (
      database,
      "INSERT INTO arrivals (digest, id, place, terminal, at, received, until, claimed, uid, key, nonce, sealed)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?);",
      error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_blob (statement, 1, item->digest, ARRIVAL_BOOK_DIGEST_SIZE, SQLITE_STATIC);
  statement_bind_text (statement, 2, item->id);
  sqlite3_bind_int64 (statement, 3, (gint64)item->place);
  statement_bind_text (statement, 4, item->terminal);
  sqlite3_bind_int64 (statement, 5, item->at);
  sqlite3_bind_int64 (statement, 6, item->received);
  sqlite3_bind_int64 (statement, 7, item->until);
  statement_bind_text (statement, 8, store_key_get_id (key));
  statement_bind_bytes (statement, 9, nonce);
  statement_bind_bytes (statement, 10, sealed);
  return statement_run (statement, error);
}

/* Looking. */

#define COLUMNS "digest, id, place, terminal, at, received, until, key, nonce, sealed"

/* make_item: of a row. @key: NULL: it is not opened. */
static ArrivalBookItem *
make_item (sqlite3_stmt *statement, StoreKey *key)
{
  ArrivalBookItem *item = arrival_book_item_new ();

  if (sqlite3_column_bytes (statement, 0) == (int)ARRIVAL_BOOK_DIGEST_SIZE)
    memcpy (item->digest, sqlite3_column_blob (statement, 0), ARRIVAL_BOOK_DIGEST_SIZE);
  item->id = statement_copy_text (statement, 1);
  item->place = (guint64)sqlite3_column_int64 (statement, 2);
  item->terminal = statement_copy_text (statement, 3);
  item->at = sqlite3_column_int64 (statement, 4);
  item->received = sqlite3_column_int64 (statement, 5);
  item->until = sqlite3_column_int64 (statement, 6);
  if (key != NULL)
    open_seal (statement, key, 7, item);
  return item;
}

/* add_items: @word: NULL: each. */
static gboolean
add_items (sqlite3_stmt *statement, StoreKey *key, const char *word, GPtrArray *items, GError **error)
{
  int result;

  if (statement == NULL)
    return FALSE;
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    {
      g_autoptr (ArrivalBookItem) item = make_item (statement, key);

      if (word == NULL || (item->words != NULL && g_strv_contains ((const char *const *)item->words, word)))
        g_ptr_array_add (items, g_steal_pointer (&item));
    }
  return statement_finish (statement, result, error);
}

gboolean
arrival_table_load (struct sqlite3 *database, gint64 now, GPtrArray *items, GError **error)
{
  return add_items (statement_prepare_with (database,
                                            "SELECT " COLUMNS " FROM arrivals WHERE until > ? AND claimed = 0"
                                            " AND sealed IS NOT NULL ORDER BY at, place;",
                                            &now, 1, error),
                    NULL, NULL, items, error);
}

gboolean
arrival_table_find (struct sqlite3 *database, StoreKey *key, const char *word, gint64 now, gint64 uid, GPtrArray *items,
                    GError **error)
{
  const gint64 numbers[] = { now, uid };

  return add_items (statement_prepare_with (database,
                                            "SELECT " COLUMNS " FROM arrivals WHERE until > ? AND (claimed = 0 OR"
                                            " uid = ?) AND sealed IS NOT NULL ORDER BY at, place;",
                                            numbers, 2, error),
                    key, word, items, error);
}

gboolean
arrival_table_find_expired (struct sqlite3 *database, gint64 now, GPtrArray *items, GError **error)
{
  return add_items (statement_prepare_with (database,
                                            "SELECT " COLUMNS " FROM arrivals WHERE until <= ? AND claimed = 0"
                                            " AND sealed IS NOT NULL ORDER BY at, place;",
                                            &now, 1, error),
                    NULL, NULL, items, error);
}

/* Changing. */

gboolean
arrival_table_may_claim (struct sqlite3 *database, const char *id, gint64 now, gint64 uid, gboolean again,
                         gboolean *ret_found, GError **error)
{
  const gint64 numbers[] = { now, uid, again };
  sqlite3_stmt *statement = statement_prepare_with (
      database,
      "SELECT count (*) FROM arrivals WHERE until > ?1 AND sealed IS NOT NULL AND (claimed = 0 OR (?3 AND uid = ?2))"
      " AND id = ?4;",
      numbers, 3, error);
  gint64 count = 0;

  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 4, id);
  if (!statement_read_number (statement, &count, error))
    return FALSE;
  *ret_found = count == 1;
  return TRUE;
}

gboolean
arrival_table_claim (struct sqlite3 *database, const char *id, gint64 now, gint64 uid, GError **error)
{
  const gint64 numbers[] = { now, uid };
  sqlite3_stmt *statement = statement_prepare_with (
      database, "UPDATE arrivals SET claimed = ?1, uid = ?2 WHERE id = ?3;", numbers, 2, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 3, id);
  return statement_run (statement, error);
}

gboolean
arrival_table_expire (struct sqlite3 *database, gint64 now, gint64 old, GError **error)
{
  return statement_run_with (database, "DELETE FROM arrivals WHERE until <= ?;", &old, 1, error)
         && statement_run_with (database,
                                "UPDATE arrivals SET sealed = NULL, nonce = NULL, key = NULL"
                                " WHERE until <= ? AND sealed IS NOT NULL;",
                                &now, 1, error);
}

gboolean
arrival_table_find_next (struct sqlite3 *database, gint64 *ret_next, GError **error)
{
  *ret_next = 0;
  return statement_read_number (
      statement_prepare (database, "SELECT ifnull (min (until), 0) FROM arrivals WHERE sealed IS NOT NULL;", error),
      ret_next, error);
}
