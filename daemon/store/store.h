/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * store: what must survive, in a SQLite file. In: jobs of the tenants, which are the other rooms of this floor. Out:
 * their outcome, on the main loop.
 *
 * Jobs run one after the other, each in a transaction of its own, on one thread that is there only while there are
 * jobs: an idle daemon has none, and before the first job neither SQLite nor the disk is touched. What a job wrote is
 * on the disk when it is answered, for kill -9 and, as far as SQLite and the disk promise, for a loss of power. A job
 * that fails is undone; only where the disk failed at its last flush the next start may find it done, as a whole.
 *
 * The first job makes the file where there is none, and brings an older one to this version. One that is damaged is set
 * aside, renamed, and begun anew; the ledger's stays as it is, and jobs fail. Where it cannot be opened (no directory,
 * no right, disk full, in use, made by a newer version) or written, jobs fail, and each next one tries again. Both are
 * logged here, the latter once until it works.
 */
#pragma once

#include <gio/gio.h>

typedef struct Store Store;
struct sqlite3;

/* store_new: @directory: where the file is, or will be. */
Store *store_new (const char *directory);

/* store_new_ledger: the ledger's own file in the same folder. */
Store *store_new_ledger (const char *directory);

/*
 * What one tenant sees of everybody's jobs, on the store's thread: a connection is new, and no job has seen it
 * (@opened); a job has done its work, which is about to be kept (@committing), or was kept (@committed). FALSE with an
 * error of the first two fails the job. Each may be NULL.
 */
typedef struct
{
  gboolean (*opened) (struct sqlite3 *database, gpointer data, GError **error);
  gboolean (*committing) (struct sqlite3 *database, gpointer data, GError **error);
  void (*committed) (gpointer data);
} StoreHooks;

/* store_set_hooks: before the first job. @hooks: static. @data: (transfer full), freed with the store. */
void store_set_hooks (Store *store, const StoreHooks *hooks, gpointer data, GDestroyNotify data_free);

/*
 * store_set_key_folder: the folder in which the service manager hands over the key (store-key.h), for the tenants that
 * need one; NULL, as at first: nothing is handed over. The getter: (transfer none).
 */
void store_set_key_folder (Store *store, const char *folder);
const char *store_get_key_folder (const Store *store);

/* store_get_folder: where the file is. (transfer none). */
const char *store_get_folder (const Store *store);

/*
 * store_free: waits until the jobs there are have ended, but not for a disk that does not answer: after 3 seconds its
 * thread is left behind, and closes the file if it ever comes back. Not before every tenant is gone.
 */
void store_free (Store *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Store, store_free)

/* store_was_damaged: once a job was answered: what was known is lost. A file that was not there has lost nothing. */
gboolean store_was_damaged (Store *store);

/* A tenant's work with the file. Return: FALSE with FAILED (store_file_set_error): nothing of it is kept. */
typedef gboolean (*StoreJob) (struct sqlite3 *database, gpointer data, GError **error);

/*
 * store_run: runs @job on the store's thread. @data: (transfer full), freed by @data_free on whichever thread, after
 * @callback, which is called on the caller's main context, or NULL.
 */
void store_run (Store *store, StoreJob job, gpointer data, GDestroyNotify data_free, GAsyncReadyCallback callback,
                gpointer user_data);

/* store_run_finish: whether it was done, or FAILED. store_run_get_data: (transfer none). */
gboolean store_run_finish (GAsyncResult *result, GError **error);
gpointer store_run_get_data (GAsyncResult *result);
