/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-table: see the header. */
#include "store/ledger-table.h"

#include <string.h>

#include "base/error.h"
#include "store/statement.h"
#include "store/store-file.h"

void
ledger_head_clear (LedgerHead *head)
{
  g_free (head->boot_id);
  g_free (head->checkpoint);
  *head = (LedgerHead){ 0 };
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
  sqlite3_stmt *statement = statement_prepare (database,
                                               "SELECT size, frontier, minimum, pruned, at, boot, boot_id, endorsement,"
                                               " checkpoint FROM ledger_head;",
                                               error);
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
      head.boot_id = statement_copy_text (statement, 6);
      head.endorsement = sqlite3_column_type (statement, 7) == SQLITE_NULL ? -1 : sqlite3_column_int64 (statement, 7);
      head.checkpoint = statement_copy_text (statement, 8);
    }
  *ret_head = head;
  return statement_finish (statement, result, error);
}

gboolean
ledger_table_write_head (sqlite3 *database, const LedgerHead *head, GError **error)
{
  const gint64 numbers[] = { (gint64)head->frontier.size };
  sqlite3_stmt *statement
      = statement_prepare_with (database,
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
  statement_bind_text (statement, 7, head->boot_id);
  if (head->endorsement >= 0)
    sqlite3_bind_int64 (statement, 8, head->endorsement);
  statement_bind_text (statement, 9, head->checkpoint);
  return statement_run (statement, error);
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
ledger_table_read (guint level, guint64 index, MerkleHash *ret_hash, gpointer user_data)
{
  const gint64 place = (gint64)(((index + 1) << level) - 1);
  sqlite3_stmt *statement
      = statement_prepare_with (user_data, "SELECT hashes FROM ledger WHERE place = ?;", &place, 1, NULL);
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
  return statement_finish (statement, result, NULL) && found;
}

gboolean
ledger_table_get_last (sqlite3 *database, gint64 *ret_place, GError **error)
{
  sqlite3_stmt *statement = statement_prepare (database, "SELECT ifnull (max (place), -1) FROM ledger;", error);

  return statement_read_number (statement, ret_place, error);
}

gboolean
ledger_table_walk (sqlite3 *database, guint64 first, guint64 end, LedgerTableVisit visit, gpointer user_data,
                   GError **error)
{
  const gint64 numbers[] = { (gint64)first, (gint64)end };
  sqlite3_stmt *statement = statement_prepare_with (
      database, "SELECT place, hashes, leaf FROM ledger WHERE place >= ? AND place < ? ORDER BY place;", numbers, 2,
      error);
  int result;

  if (statement == NULL)
    return FALSE;
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    if (!visit ((guint64)sqlite3_column_int64 (statement, 0), sqlite3_column_blob (statement, 1),
                (gsize)sqlite3_column_bytes (statement, 1), sqlite3_column_blob (statement, 2),
                (gsize)sqlite3_column_bytes (statement, 2), user_data))
      break;
  return statement_finish (statement, result, error);
}

gboolean
ledger_table_drop (sqlite3 *database, guint64 place, GError **error)
{
  const gint64 numbers[] = { (gint64)place };

  return statement_run_with (database, "UPDATE ledger SET leaf = NULL WHERE place = ?;", numbers, 1, error);
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
  sqlite3_stmt *statement = statement_prepare (
      database, "SELECT first, verifier, key, nonce, sealed FROM ledger_keys ORDER BY number;", error);
  g_autoptr (GArray) keys = g_array_new (FALSE, TRUE, sizeof (LedgerPeriod));
  int result;

  if (statement == NULL)
    return NULL;
  g_array_set_clear_func (keys, clear_period);
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    {
      const LedgerPeriod period = { (guint64)sqlite3_column_int64 (statement, 0),
                                    { statement_copy_text (statement, 1), statement_copy_text (statement, 2),
                                      statement_copy_bytes (statement, 3), statement_copy_bytes (statement, 4) } };

      g_array_append_val (keys, period);
    }
  return statement_finish (statement, result, error) ? g_steal_pointer (&keys) : NULL;
}

/* bind_seal: from @place on. */
static void
bind_seal (sqlite3_stmt *statement, int place, const LedgerKeyRow *row)
{
  statement_bind_text (statement, place, row->id);
  statement_bind_bytes (statement, place + 1, row->nonce);
  statement_bind_bytes (statement, place + 2, row->sealed);
}

/* The secret of the former one is erased: nobody signs with it any more. */
gboolean
ledger_table_add_key (sqlite3 *database, guint64 first, const LedgerKeyRow *row, GError **error)
{
  const gint64 numbers[] = { (gint64)first };
  sqlite3_stmt *statement;

  if (!statement_run_with (database, "UPDATE ledger_keys SET key = NULL, nonce = NULL, sealed = NULL;", NULL, 0, error))
    return FALSE;
  statement = statement_prepare_with (
      database, "INSERT INTO ledger_keys (first, verifier, key, nonce, sealed) VALUES (?, ?, ?, ?, ?);", numbers, 1,
      error);
  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 2, row->verifier);
  bind_seal (statement, 3, row);
  return statement_run (statement, error);
}

gboolean
ledger_table_reseal (sqlite3 *database, const LedgerKeyRow *row, GError **error)
{
  sqlite3_stmt *statement = statement_prepare (database,
                                               "UPDATE ledger_keys SET key = ?, nonce = ?, sealed = ?"
                                               " WHERE number = (SELECT max (number) FROM ledger_keys);",
                                               error);

  if (statement == NULL)
    return FALSE;
  bind_seal (statement, 1, row);
  return statement_run (statement, error);
}

/* Days. */

gboolean
ledger_table_note_day (sqlite3 *database, gint64 day, guint64 first, GError **error)
{
  const gint64 numbers[] = { day, (gint64)first };

  return statement_run_with (database, "INSERT OR IGNORE INTO ledger_days (day, first) VALUES (?, ?);", numbers, 2,
                             error);
}

gboolean
ledger_table_find_day (sqlite3 *database, gint64 day, guint64 *ret_first, GError **error)
{
  sqlite3_stmt *statement = statement_prepare_with (
      database, "SELECT ifnull (min (first), 9223372036854775807) FROM ledger_days WHERE day >= ?;", &day, 1, error);

  return statement_read_number (statement, (gint64 *)ret_first, error);
}

/* Anchors. */

gboolean
ledger_table_walk_anchors (sqlite3 *database, LedgerTableAnchor visit, gpointer user_data, GError **error)
{
  sqlite3_stmt *statement
      = statement_prepare (database, "SELECT way, size, at, checkpoint FROM ledger_anchors;", error);
  int result;

  if (statement == NULL)
    return FALSE;
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    visit ((const char *)sqlite3_column_text (statement, 0), (guint64)sqlite3_column_int64 (statement, 1),
           sqlite3_column_int64 (statement, 2), (const char *)sqlite3_column_text (statement, 3), user_data);
  return statement_finish (statement, result, error);
}

gboolean
ledger_table_keep_anchor (sqlite3 *database, const char *way, guint64 size, gint64 at, const char *checkpoint,
                          GError **error)
{
  const gint64 numbers[] = { (gint64)size, at };
  sqlite3_stmt *statement
      = statement_prepare_with (database,
                                "INSERT INTO ledger_anchors (size, at, way, checkpoint) VALUES (?, ?, ?, ?)"
                                " ON CONFLICT (way) DO UPDATE SET size = excluded.size, at = excluded.at,"
                                " checkpoint = excluded.checkpoint WHERE excluded.size >= size;",
                                numbers, 2, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 3, way);
  statement_bind_text (statement, 4, checkpoint);
  return statement_run (statement, error);
}
