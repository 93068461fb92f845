/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * store-file: the SQLite files themselves. In: which, and its path. Out: a connection that is checked, set up and
 * migrated; a file that is damaged is out of the way, or, where nothing takes its place, an error.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

#define STORE_FILE_NAME "shikaku.db"       /* in the state directory */
#define STORE_FILE_LEDGER_NAME "ledger.db" /* beside it */

/* What there is to know of a file beside what is in it. */
typedef struct
{
  const char *name;
  const char *const *schema; /* steps, NULL-ended */
  gboolean is_kept;          /* a damaged one stays where it is, and nothing is begun anew; else it is set aside */
  gboolean is_great;         /* it is not read through when it is opened: what reads it sees the damage */
  int log_pages; /* of the log; so many are brought into the file: by SQLite itself, or, of a great one, by its store */
} StoreFile;

extern const StoreFile store_file_common, store_file_ledger;

/* store_file_open: @ret_damaged: whether a damaged one was set aside. To be closed by sqlite3_close. FAILED. */
sqlite3 *store_file_open (const StoreFile *file, const char *path, gboolean *ret_damaged, GError **error);

/* store_file_set_error: FAILED with what SQLite says. Return: FALSE. */
gboolean store_file_set_error (sqlite3 *database, GError **error);

/* store_file_flush_folder: a file that was made in @folder is there after a loss of power, too. FALSE with errno. */
gboolean store_file_flush_folder (const char *folder);

/*
 * store_file_migrate: brings @database to the version that is the number of @steps (SQL, NULL-ended), each step in one
 * transaction with the version that it makes. FAILED; also for a database of a newer version, which stays as it is.
 */
gboolean store_file_migrate (sqlite3 *database, const char *const *steps, GError **error);
