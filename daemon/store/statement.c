/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* statement: see the header. */
#include "store/statement.h"

#include "store/store-file.h"

sqlite3_stmt *
statement_prepare_with (sqlite3 *database, const char *sql, const gint64 *numbers, int n, GError **error)
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

sqlite3_stmt *
statement_prepare (sqlite3 *database, const char *sql, GError **error)
{
  return statement_prepare_with (database, sql, NULL, 0, error);
}

void
statement_bind_text (sqlite3_stmt *statement, int place, const char *text)
{
  sqlite3_bind_text (statement, place, text, -1, SQLITE_STATIC);
}

void
statement_bind_bytes (sqlite3_stmt *statement, int place, GBytes *bytes)
{
  sqlite3_bind_blob (statement, place, g_bytes_get_data (bytes, NULL), (int)g_bytes_get_size (bytes), SQLITE_STATIC);
}

char *
statement_copy_text (sqlite3_stmt *statement, int column)
{
  return g_strdup ((const char *)sqlite3_column_text (statement, column));
}

GBytes *
statement_copy_bytes (sqlite3_stmt *statement, int column)
{
  return g_bytes_new (sqlite3_column_blob (statement, column), (gsize)sqlite3_column_bytes (statement, column));
}

gboolean
statement_finish (sqlite3_stmt *statement, int result, GError **error)
{
  const gboolean done = result == SQLITE_DONE || result == SQLITE_ROW;

  if (!done)
    store_file_set_error (sqlite3_db_handle (statement), error);
  sqlite3_finalize (statement);
  return done;
}

gboolean
statement_run (sqlite3_stmt *statement, GError **error)
{
  return statement != NULL && statement_finish (statement, sqlite3_step (statement), error);
}

gboolean
statement_run_with (sqlite3 *database, const char *sql, const gint64 *numbers, int n, GError **error)
{
  return statement_run (statement_prepare_with (database, sql, numbers, n, error), error);
}

gboolean
statement_read_number (sqlite3_stmt *statement, gint64 *ret_number, GError **error)
{
  int result;

  if (statement == NULL)
    return FALSE;
  result = sqlite3_step (statement);
  if (result == SQLITE_ROW)
    *ret_number = sqlite3_column_int64 (statement, 0);
  return statement_finish (statement, result, error);
}
