/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * statement: one statement of SQL from its text to its end, for every table. In: SQL, and what is bound. Out: rows'
 * values as GLib has them, and SQLite's word as an error.
 *
 * What fails is FAILED (store_file_set_error). What is bound is borrowed (SQLITE_STATIC): it lives until the end.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

/*
 * statement_prepare: to be given to one of those that end it, or sqlite3_finalize. _with: @n numbers are bound from the
 * first place on. NULL: it failed.
 */
sqlite3_stmt *statement_prepare (sqlite3 *database, const char *sql, GError **error);
sqlite3_stmt *statement_prepare_with (sqlite3 *database, const char *sql, const gint64 *numbers, int n, GError **error);

void statement_bind_text (sqlite3_stmt *statement, int place, const char *text);
void statement_bind_bytes (sqlite3_stmt *statement, int place, GBytes *bytes);

/* Of the row at hand, (transfer full). Where nothing is in that column a text is NULL, and bytes are none. */
char *statement_copy_text (sqlite3_stmt *statement, int column);
GBytes *statement_copy_bytes (sqlite3_stmt *statement, int column);

/*
 * These end it; NULL, which failed before, fails. statement_finish: @result: of its last step. _run: it is one that
 * returns no rows; _run_with: the same from its text on. _read_number: it returns a row of one number; where there is
 * none, *ret_number stays as it is.
 */
gboolean statement_finish (sqlite3_stmt *statement, int result, GError **error);
gboolean statement_run (sqlite3_stmt *statement, GError **error);
gboolean statement_run_with (sqlite3 *database, const char *sql, const gint64 *numbers, int n, GError **error);
gboolean statement_read_number (sqlite3_stmt *statement, gint64 *ret_number, GError **error);
