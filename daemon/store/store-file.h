/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * store-file: the SQLite file itself. In: its path. Out: a connection that is checked, set up and migrated; a file
 * that is damaged is out of the way.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

#define STORE_FILE_NAME "shikaku.db" /* in the state directory */

/* store_file_open: @ret_damaged: whether a damaged one was set aside. To be closed by sqlite3_close. FAILED. */
sqlite3 *store_file_open (const char *path, gboolean *ret_damaged, GError **error);

/* store_file_set_error: FAILED with what SQLite says. Return: FALSE. */
gboolean store_file_set_error (sqlite3 *database, GError **error);

/*
 * store_file_migrate: brings @database to the version that is the number of @steps (SQL, NULL-ended), each step in one
 * transaction with the version that it makes. FAILED; also for a database of a newer version, which stays as it is.
 */
gboolean store_file_migrate (sqlite3 *database, const char *const *steps, GError **error);
