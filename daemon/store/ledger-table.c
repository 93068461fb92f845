/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-table: see the header. */
#include "store/ledger-table.h"

#include <string.h>

#include "base/error.h"
#include "store/store-file.h"

void
ledger_head_clear (LedgerHead *head)
{
  g_free (head->boot_id);
  g_free (head->checkpoint);
  *head = (LedgerHead){ 0 };
}

/* prepare: with numbers that are bound from the first place on. NULL with FAILED. */
static sqlite3_stmt *
prepare (sqlite3 *database, const char *sql, const gint64 *numbers, int n, GError **error)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (database, sql, -1, &statement, NULL) != SQLITE_OK)
    {
      store_file_set_error (database, error);
      return NULL;
    }
  for (int i = 0; i < n; i++)
    sqlite3_bind_int64 (statement, i + 1, numbers[i]);
  return statement;
}

/* prepare_once: a statement that its connection keeps, until who owns that closes it. NULL with FAILED. */
static sqlite3_stmt *
prepare_once (sqlite3 *database, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;

  while ((statement = sqlite3_next_stmt (database, statement)) != NULL)
    if (strcmp (sqlite3_sql (statement), sql) == 0)
      return statement;
  if (sqlite3_prepare_v3 (database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
    store_file_set_error (database, error);
  return statement;
}

/* finish_statement: @result: of the last step. */
static gboolean
finish_statement (sqlite3 *database, sqlite3_stmt *statement, int result, GError **error)
{
  if (result != SQLITE_DONE && result != SQLITE_ROW)
    store_file_set_error (database, error);
  sqlite3_finalize (statement);
  return result == SQLITE_DONE || result == SQLITE_ROW;
}

/* run: one statement that returns nothing. */
static gboolean
run (sqlite3 *database, sqlite3_stmt *statement, GError **error)
{
  return statement != NULL && finish_statement (database, statement, sqlite3_step (statement), error);
}

static GBytes *
copy_column (sqlite3_stmt *statement, int column)
{
  if (sqlite3_column_type (statement, column) == SQLITE_NULL)
    return NULL;
  return g_bytes_new (sqlite3_column_blob (statement, column), (gsize)sqlite3_column_bytes (statement, column));
}

static char *
copy_text (sqlite3_stmt *statement, int column)
{
  return g_strdup ((const char *)sqlite3_column_text (statement, column));
}

/* The head. */

/* read_frontier: FALSE: it has another size than there are nodes. */
static gboolean
read_frontier (sqlite3_stmt *statement, MerkleFrontier *ret_frontier)
{
  const gsize size = (gsize)sqlite3_column_bytes (statement, 1);

  ret_frontier->size = (guint64)sqlite3_column_int64 (statement, 0);
  if (size != merkle_frontier_count (ret_frontier->size) * sizeof (MerkleHash))
    return FALSE;
  if (size > 0)
    memcpy (ret_frontier->nodes, sqlite3_column_blob (statement, 1), size);
  return TRUE;
}

gboolean
ledger_table_read_head (sqlite3 *database, LedgerHead *ret_head, GError **error)
{
  sqlite3_stmt *statement = prepare (database,
                                     "SELECT size, frontier, minimum, pruned, at, boot, boot_id, endorsement,"
                                     " checkpoint FROM ledger_head;",
                                     NULL, 0, error);
  LedgerHead head = { 0 };
  int result;

  if (statement == NULL)
    return FALSE;
  result = sqlite3_step (statement);
  if (result == SQLITE_ROW)
    {
      if (!read_frontier (statement, &head.frontier))
        {
          sqlite3_finalize (statement);
          g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "its head is damaged");
          return FALSE;
        }
      head.minimum = (guint64)sqlite3_column_int64 (statement, 2);
      head.pruned = sqlite3_column_int64 (statement, 3);
      head.at = sqlite3_column_int64 (statement, 4);
      head.boot = sqlite3_column_int64 (statement, 5);
      head.boot_id = copy_text (statement, 6);
      head.endorsement = sqlite3_column_type (statement, 7) == SQLITE_NULL ? -1 : sqlite3_column_int64 (statement, 7);
      head.checkpoint = copy_text (statement, 8);
    }
  *ret_head = head;
  return finish_statement (database, statement, result, error);
}

gboolean
ledger_table_write_head (sqlite3 *database, const LedgerHead *head, GError **error)
{
  const gint64 numbers[] = { (gint64)head->frontier.size };
  sqlite3_stmt *statement = prepare (database,
                                     "INSERT OR REPLACE INTO ledger_head (one, size, frontier, minimum, pruned, at,"
                                     " boot, boot_id, endorsement, checkpoint)"
                                     " VALUES (0, ?, ?, ?, ?, ?, ?, ?, ?, ?);",
                                     numbers, 1, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_blob (statement, 2, head->frontier.nodes,
                     (int)(merkle_frontier_count (head->frontier.size) * sizeof (MerkleHash)), SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 3, (gint64)head->minimum);
  sqlite3_bind_int64 (statement, 4, head->pruned);
  sqlite3_bind_int64 (statement, 5, head->at);
  sqlite3_bind_int64 (statement, 6, head->boot);
  sqlite3_bind_text (statement, 7, head->boot_id, -1, SQLITE_STATIC);
  if (head->endorsement >= 0)
    sqlite3_bind_int64 (statement, 8, head->endorsement);
  sqlite3_bind_text (statement, 9, head->checkpoint, -1, SQLITE_STATIC);
  return run (database, statement, error);
}

/* Leaves and nodes. */

gboolean
ledger_table_insert (sqlite3 *database, guint64 place, const MerkleHash *made, guint n, gconstpointer leaf, gsize size,
                     GError **error)
{
  sqlite3_stmt *statement
      = prepare_once (database, "INSERT INTO ledger (place, hashes, leaf) VALUES (?, ?, ?);", error);
  gboolean done;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, (gint64)place);
  sqlite3_bind_blob (statement, 2, made, (int)(n * sizeof (MerkleHash)), SQLITE_STATIC);
  sqlite3_bind_blob (statement, 3, leaf, (int)size, SQLITE_STATIC);
  done = sqlite3_step (statement) == SQLITE_DONE || store_file_set_error (database, error);
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement); /* what they point to is the caller's */
  return done;
}

gboolean
ledger_table_read_node (sqlite3 *database, guint level, guint64 index, MerkleHash *ret_hash, GError **error)
{
  const gint64 numbers[] = { (gint64)(((index + 1) << level) - 1) };
  sqlite3_stmt *statement = prepare (database, "SELECT hashes FROM ledger WHERE place = ?;", numbers, 1, error);
  const gsize end = (level + 1) * sizeof (MerkleHash);
  gboolean found;
  int result;

  if (statement == NULL)
    return FALSE;
  result = sqlite3_step (statement);
  found = result == SQLITE_ROW && (gsize)sqlite3_column_bytes (statement, 0) >= end;
  if (found)
    memcpy (ret_hash->bytes, (const guint8 *)sqlite3_column_blob (statement, 0) + end - sizeof (MerkleHash),
            sizeof (MerkleHash));
  if (!finish_statement (database, statement, result, error))
    return FALSE;
  if (!found)
    g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND, "no hash %" G_GUINT64_FORMAT " of level %u", index,
                 level);
  return found;
}

gboolean
ledger_table_read (guint level, guint64 index, MerkleHash *ret_hash, gpointer user_data)
{
  return ledger_table_read_node (user_data, level, index, ret_hash, NULL);
}

gboolean
ledger_table_get_last (sqlite3 *database, gint64 *ret_place, GError **error)
{
  sqlite3_stmt *statement = prepare (database, "SELECT ifnull (max (place), -1) FROM ledger;", NULL, 0, error);
  int result;

  if (statement == NULL)
    return FALSE;
  result = sqlite3_step (statement);
  if (result == SQLITE_ROW)
    *ret_place = sqlite3_column_int64 (statement, 0);
  return finish_statement (database, statement, result, error);
}

gboolean
ledger_table_walk (sqlite3 *database, guint64 first, guint64 end, LedgerTableVisit visit, gpointer user_data,
                   GError **error)
{
  const gint64 numbers[] = { (gint64)first, (gint64)end };
  sqlite3_stmt *statement
      = prepare (database, "SELECT place, hashes, leaf FROM ledger WHERE place >= ? AND place < ? ORDER BY place;",
                 numbers, 2, error);
  int result;

  if (statement == NULL)
    return FALSE;
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    if (!visit ((guint64)sqlite3_column_int64 (statement, 0), sqlite3_column_blob (statement, 1),
                (gsize)sqlite3_column_bytes (statement, 1), sqlite3_column_blob (statement, 2),
                (gsize)sqlite3_column_bytes (statement, 2), user_data))
      break;
  return finish_statement (database, statement, result, error);
}

gboolean
ledger_table_drop (sqlite3 *database, guint64 place, GError **error)
{
  const gint64 numbers[] = { (gint64)place };

  return run (database, prepare (database, "UPDATE ledger SET leaf = NULL WHERE place = ?;", numbers, 1, error), error);
}

/* Keys. */

static void
clear_period (gpointer data)
{
  ledger_key_row_clear (&((LedgerPeriod *)data)->row);
}

GArray *
ledger_table_read_keys (sqlite3 *database, GError **error)
{
  sqlite3_stmt *statement = prepare (
      database, "SELECT first, verifier, key, nonce, sealed FROM ledger_keys ORDER BY number;", NULL, 0, error);
  g_autoptr (GArray) keys = g_array_new (FALSE, TRUE, sizeof (LedgerPeriod));
  int result;

  if (statement == NULL)
    return NULL;
  g_array_set_clear_func (keys, clear_period);
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    {
      const LedgerPeriod period = { (guint64)sqlite3_column_int64 (statement, 0),
                                    { copy_text (statement, 1), copy_text (statement, 2), copy_column (statement, 3),
                                      copy_column (statement, 4) } };

      g_array_append_val (keys, period);
    }
  return finish_statement (database, statement, result, error) ? g_steal_pointer (&keys) : NULL;
}

/* bind_seal: from @place on. */
static void
bind_seal (sqlite3_stmt *statement, int place, const LedgerKeyRow *row)
{
  sqlite3_bind_text (statement, place, row->id, -1, SQLITE_STATIC);
  sqlite3_bind_blob (statement, place + 1, g_bytes_get_data (row->nonce, NULL), (int)g_bytes_get_size (row->nonce),
                     SQLITE_STATIC);
  sqlite3_bind_blob (statement, place + 2, g_bytes_get_data (row->sealed, NULL), (int)g_bytes_get_size (row->sealed),
                     SQLITE_STATIC);
}

/* The secret of the former one is erased: nobody signs with it any more. */
gboolean
ledger_table_add_key (sqlite3 *database, guint64 first, const LedgerKeyRow *row, GError **error)
{
  const gint64 numbers[] = { (gint64)first };
  sqlite3_stmt *statement;

  if (!run (database,
            prepare (database, "UPDATE ledger_keys SET key = NULL, nonce = NULL, sealed = NULL;", NULL, 0, error),
            error))
    return FALSE;
  statement
      = prepare (database, "INSERT INTO ledger_keys (first, verifier, key, nonce, sealed) VALUES (?, ?, ?, ?, ?);",
                 numbers, 1, error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 2, row->verifier, -1, SQLITE_STATIC);
  bind_seal (statement, 3, row);
  return run (database, statement, error);
}

gboolean
ledger_table_reseal (sqlite3 *database, const LedgerKeyRow *row, GError **error)
{
  sqlite3_stmt *statement = prepare (database,
                                     "UPDATE ledger_keys SET key = ?, nonce = ?, sealed = ?"
                                     " WHERE number = (SELECT max (number) FROM ledger_keys);",
                                     NULL, 0, error);

  if (statement == NULL)
    return FALSE;
  bind_seal (statement, 1, row);
  return run (database, statement, error);
}

/* Days. */

gboolean
ledger_table_note_day (sqlite3 *database, gint64 day, guint64 first, GError **error)
{
  const gint64 numbers[] = { day, (gint64)first };

  return run (database,
              prepare (database, "INSERT OR IGNORE INTO ledger_days (day, first) VALUES (?, ?);", numbers, 2, error),
              error);
}

gboolean
ledger_table_find_day (sqlite3 *database, gint64 day, guint64 *ret_first, GError **error)
{
  sqlite3_stmt *statement = prepare (
      database, "SELECT ifnull (min (first), 9223372036854775807) FROM ledger_days WHERE day >= ?;", &day, 1, error);
  int result;

  if (statement == NULL)
    return FALSE;
  result = sqlite3_step (statement);
  if (result == SQLITE_ROW)
    *ret_first = (guint64)sqlite3_column_int64 (statement, 0);
  return finish_statement (database, statement, result, error);
}

/* Anchors. */

gboolean
ledger_table_walk_anchors (sqlite3 *database, LedgerTableAnchor visit, gpointer user_data, GError **error)
{
  sqlite3_stmt *statement = prepare (database, "SELECT way, size, at, checkpoint FROM ledger_anchors;", NULL, 0, error);
  int result;

  if (statement == NULL)
    return FALSE;
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    visit ((const char *)sqlite3_column_text (statement, 0), (guint64)sqlite3_column_int64 (statement, 1),
           sqlite3_column_int64 (statement, 2), (const char *)sqlite3_column_text (statement, 3), user_data);
  return finish_statement (database, statement, result, error);
}

gboolean
ledger_table_keep_anchor (sqlite3 *database, const char *way, guint64 size, gint64 at, const char *checkpoint,
                          GError **error)
{
  const gint64 numbers[] = { (gint64)size, at };
  sqlite3_stmt *statement = prepare (database,
                                     "INSERT INTO ledger_anchors (size, at, way, checkpoint) VALUES (?, ?, ?, ?)"
                                     " ON CONFLICT (way) DO UPDATE SET size = excluded.size, at = excluded.at,"
                                     " checkpoint = excluded.checkpoint WHERE excluded.size >= size;",
                                     numbers, 2, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 3, way, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 4, checkpoint, -1, SQLITE_STATIC);
  return run (database, statement, error);
}
