/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* last-seen-table: see the header. */
#include "store/last-seen-table.h"

#include <string.h>

#include "store/statement.h"

/* prepare: @person: bound as the first parameter. NULL with FAILED. */
static sqlite3_stmt *
prepare (sqlite3 *database, const char *sql, const guint8 *person, GError **error)
{
  sqlite3_stmt *statement = statement_prepare (database, sql, error);

  if (statement != NULL)
    sqlite3_bind_blob (statement, 1, person, LAST_SEEN_HASH_SIZE, SQLITE_STATIC);
  return statement;
}

/* take_value: what is not ours is left out: a row of a field that is not known here, a value of another size. */
static void
take_value (sqlite3_stmt *statement, LastSeenRow *rows, gboolean *found, guint n_rows)
{
  const gint64 field = sqlite3_column_int64 (statement, 0);
  const void *value = sqlite3_column_blob (statement, 1);

  if (field < 0 || field >= n_rows || value == NULL || sqlite3_column_bytes (statement, 1) != LAST_SEEN_HASH_SIZE)
    return;
  memcpy (rows[field].value, value, LAST_SEEN_HASH_SIZE);
  rows[field].seen = sqlite3_column_int64 (statement, 2);
  rows[field].changed = sqlite3_column_int64 (statement, 3);
  rows[field].before = sqlite3_column_int64 (statement, 4);
  found[field] = TRUE;
}

gboolean
last_seen_table_read (sqlite3 *database, const guint8 *person, LastSeenRow *rows, gboolean *found, guint n_rows,
                      GError **error)
{
  sqlite3_stmt *statement = prepare (
      database, "SELECT field, value, seen, changed, before FROM last_seen WHERE person = ?;", person, error);
  int result;

  if (statement == NULL)
    return FALSE;
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    take_value (statement, rows, found, n_rows);
  return statement_finish (statement, result, error);
}

gboolean
last_seen_table_write (sqlite3 *database, const guint8 *person, guint field, const LastSeenRow *row, GError **error)
{
  sqlite3_stmt *statement = prepare (
      database, "REPLACE INTO last_seen (person, field, value, seen, changed, before) VALUES (?, ?, ?, ?, ?, ?);",
      person, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 2, field);
  sqlite3_bind_blob (statement, 3, row->value, LAST_SEEN_HASH_SIZE, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 4, row->seen);
  sqlite3_bind_int64 (statement, 5, row->changed);
  sqlite3_bind_int64 (statement, 6, row->before);
  return statement_run (statement, error);
}

gboolean
last_seen_table_drop (sqlite3 *database, const guint8 *person, guint field, GError **error)
{
  sqlite3_stmt *statement = prepare (database, "DELETE FROM last_seen WHERE person = ? AND field = ?;", person, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 2, field);
  return statement_run (statement, error);
}

gboolean
last_seen_table_expire (sqlite3 *database, gint64 day, GError **error)
{
  return statement_run_with (database, "DELETE FROM last_seen WHERE seen < ?;", &day, 1, error);
}

gboolean
last_seen_table_purge (sqlite3 *database, guint64 *ret_people, GError **error)
{
  gint64 people = 0;

  if (!statement_read_number (statement_prepare (database, "SELECT count (DISTINCT person) FROM last_seen;", error),
                              &people, error))
    return FALSE;
  *ret_people = (guint64)people;
  return statement_run_with (database, "DELETE FROM last_seen;", NULL, 0, error);
}
