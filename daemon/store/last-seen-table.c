/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* last-seen-table: see the header. */
#include "store/last-seen-table.h"

#include <string.h>

#include "store/store-file.h"

/* run: steps @statement (transfer full) to its end. @bound: whether its parameters could be set. */
static gboolean
run (sqlite3 *database, sqlite3_stmt *statement, gboolean bound, GError **error)
{
  const gboolean done = bound && sqlite3_step (statement) == SQLITE_DONE;

  if (!done)
    store_file_set_error (database, error);
  sqlite3_finalize (statement);
  return done;
}

/* prepare: @person: bound as the first parameter. NULL on failure. */
static sqlite3_stmt *
prepare (sqlite3 *database, const char *sql, const guint8 *person)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (database, sql, -1, &statement, NULL) == SQLITE_OK
      && sqlite3_bind_blob (statement, 1, person, LAST_SEEN_HASH_SIZE, SQLITE_STATIC) == SQLITE_OK)
    return statement;
  sqlite3_finalize (statement);
  return NULL;
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
  sqlite3_stmt *statement
      = prepare (database, "SELECT field, value, seen, changed, before FROM last_seen WHERE person = ?;", person);
  int result = statement != NULL ? SQLITE_OK : SQLITE_ERROR;

  if (statement != NULL)
    while ((result = sqlite3_step (statement)) == SQLITE_ROW)
      take_value (statement, rows, found, n_rows);
  sqlite3_finalize (statement);
  return result == SQLITE_DONE || store_file_set_error (database, error);
}

gboolean
last_seen_table_write (sqlite3 *database, const guint8 *person, guint field, const LastSeenRow *row, GError **error)
{
  sqlite3_stmt *statement = prepare (
      database, "REPLACE INTO last_seen (person, field, value, seen, changed, before) VALUES (?, ?, ?, ?, ?, ?);",
      person);

  return run (database, statement,
              statement != NULL && sqlite3_bind_int64 (statement, 2, field) == SQLITE_OK
                  && sqlite3_bind_blob (statement, 3, row->value, LAST_SEEN_HASH_SIZE, SQLITE_STATIC) == SQLITE_OK
                  && sqlite3_bind_int64 (statement, 4, row->seen) == SQLITE_OK
                  && sqlite3_bind_int64 (statement, 5, row->changed) == SQLITE_OK
                  && sqlite3_bind_int64 (statement, 6, row->before) == SQLITE_OK,
              error);
}

gboolean
last_seen_table_drop (sqlite3 *database, const guint8 *person, guint field, GError **error)
{
  sqlite3_stmt *statement = prepare (database, "DELETE FROM last_seen WHERE person = ? AND field = ?;", person);

  return run (database, statement, statement != NULL && sqlite3_bind_int64 (statement, 2, field) == SQLITE_OK, error);
}

gboolean
last_seen_table_expire (sqlite3 *database, gint64 day, GError **error)
{
  sqlite3_stmt *statement = NULL;
  const int result = sqlite3_prepare_v2 (database, "DELETE FROM last_seen WHERE seen < ?;", -1, &statement, NULL);

  return run (database, statement, result == SQLITE_OK && sqlite3_bind_int64 (statement, 1, day) == SQLITE_OK, error);
}

gboolean
last_seen_table_purge (sqlite3 *database, guint64 *ret_people, GError **error)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (database, "SELECT count (DISTINCT person) FROM last_seen;", -1, &statement, NULL) != SQLITE_OK
      || sqlite3_step (statement) != SQLITE_ROW)
    {
      sqlite3_finalize (statement);
      return store_file_set_error (database, error);
    }
  *ret_people = (guint64)sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return sqlite3_exec (database, "DELETE FROM last_seen;", NULL, NULL, NULL) == SQLITE_OK
         || store_file_set_error (database, error);
}
