/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * store: see the header. The thread is started by the first job, ends with the last, and is joined by who starts the
 * next one; the lock guards the queue and whether it runs. Once it was opened the file stays open: at rest it costs
 * nothing.
 */
#include "store/store.h"

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "store/store-file.h"

#define PATIENCE (3 * G_TIME_SPAN_SECOND) /* with a disk, at the end */

typedef struct
{
  StoreJob function;
  gpointer data;
  GDestroyNotify data_free;
} Job;

struct Store
{
  const StoreFile *file;
  const StoreHooks *hooks; /* NULL: none */
  gpointer hooks_data;
  GDestroyNotify hooks_free;
  char *folder, *path;
  char *key_folder; /* NULL: none */

  /* The thread's while it runs. */
  sqlite3 *database; /* NULL: to be opened */
  gboolean failing;  /* the last job did, and this was logged */
  int log_pages;     /* in the log of a great file, when something was kept last */
  gint damaged;      /* atomic */

  GThread *thread; /* the last that was started, to be joined */
  GMutex lock;
  GCond ended;
  GQueue jobs; /* of GTask */
  gboolean running;
  gboolean abandoned; /* its owner is gone: the thread frees it */
};

static void
log_failure (const char *path, const GError *error)
{
  log_event (LOG_ERR, SHIKAKU_MESSAGE_STORE_FAILED, NULL, LOG_FIELD ("SHIKAKU_FILE", path),
             "store: %s cannot be used: %s", path, error->message);
}

static Store *
new_store (const StoreFile *file, const char *directory)
{
  Store *store = g_new0 (Store, 1);

  store->file = file;
  store->folder = g_strdup (directory);
  store->path = g_build_filename (directory, file->name, NULL);
  g_mutex_init (&store->lock);
  g_cond_init (&store->ended);
  g_queue_init (&store->jobs);
  return store;
}

Store *
store_new (const char *directory)
{
  return new_store (&store_file_common, directory);
}

Store *
store_new_ledger (const char *directory)
{
  return new_store (&store_file_ledger, directory);
}

void
store_set_hooks (Store *store, const StoreHooks *hooks, gpointer data, GDestroyNotify data_free)
{
  store->hooks = hooks;
  store->hooks_data = data;
  store->hooks_free = data_free;
}

/* close_file: with the statements that tenants have left in it for the next time. */
static void
close_file (Store *store)
{
  sqlite3_stmt *statement;

  while (store->database != NULL && (statement = sqlite3_next_stmt (store->database, NULL)) != NULL)
    sqlite3_finalize (statement);
  g_clear_pointer (&store->database, sqlite3_close);
}

static void
close_store (Store *store)
{
  close_file (store);
  if (store->hooks_free != NULL)
    store->hooks_free (store->hooks_data);
  g_mutex_clear (&store->lock);
  g_cond_clear (&store->ended);
  g_free (store->folder);
  g_free (store->path);
  g_free (store->key_folder);
  g_free (store);
}

void
store_free (Store *store)
{
  const gint64 deadline = g_get_monotonic_time () + PATIENCE;
  gboolean abandoned;

  g_mutex_lock (&store->lock);
  while (store->running && g_cond_wait_until (&store->ended, &store->lock, deadline))
    ;
  abandoned = store->abandoned = store->running;
  if (abandoned)
    {
      g_autoptr (GError) error
          = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_TIMED_OUT, "its disk does not answer");

      log_failure (store->path, error);
    }
  g_mutex_unlock (&store->lock);

  if (!abandoned)
    {
      g_clear_pointer (&store->thread, g_thread_join);
      close_store (store);
    }
}

void
store_set_key_folder (Store *store, const char *folder)
{
  g_free (store->key_folder);
  store->key_folder = g_strdup (folder);
}

const char *
store_get_key_folder (const Store *store)
{
  return store->key_folder;
}

const char *
store_get_folder (const Store *store)
{
  return store->folder;
}

gboolean
store_was_damaged (Store *store)
{
  return g_atomic_int_get (&store->damaged);
}

/* note_outcome: tells once that the file cannot be used, until it could be in between. */
static void
note_outcome (Store *store, const GError *error)
{
  if (error != NULL && !store->failing)
    log_failure (store->path, error);
  store->failing = error != NULL;
}

/* SQLite's word of what is in the log with what was just kept. */
static int
note_log (void *data, sqlite3 *database, const char *name, int pages)
{
  ((Store *)data)->log_pages = pages;
  return SQLITE_OK;
}

/* shorten_log: what SQLite would do inside a job: a second flush that somebody waits for. What fails is done later. */
static void
shorten_log (Store *store)
{
  if (store->database == NULL || store->log_pages < store->file->log_pages)
    return;
  store->log_pages = 0;
  sqlite3_wal_checkpoint_v2 (store->database, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

static gboolean
call_hook (Store *store, gboolean (*hook) (sqlite3 *, gpointer, GError **), GError **error)
{
  return hook == NULL || hook (store->database, store->hooks_data, error);
}

static gboolean
open_file (Store *store, GError **error)
{
  gboolean damaged = FALSE;

  if (store->database != NULL)
    return TRUE;
  store->database = store_file_open (store->file, store->path, &damaged, error);
  if (damaged)
    g_atomic_int_set (&store->damaged, TRUE);
  if (store->database == NULL)
    return FALSE;
  store->log_pages = 0;
  if (store->file->is_great)
    sqlite3_wal_hook (store->database, note_log, store);
  return store->hooks == NULL || call_hook (store, store->hooks->opened, error);
}

static gboolean
execute (Store *store, const char *sql, GError **error)
{
  return sqlite3_exec (store->database, sql, NULL, NULL, NULL) == SQLITE_OK
         || store_file_set_error (store->database, error);
}

/* keep: what the job has done. */
static gboolean
keep (Store *store, GError **error)
{
  if ((store->hooks != NULL && !call_hook (store, store->hooks->committing, error))
      || !execute (store, "COMMIT;", error))
    return FALSE;
  if (store->hooks != NULL && store->hooks->committed != NULL)
    store->hooks->committed (store->hooks_data);
  return TRUE;
}

static void
run_job (Store *store, GTask *task)
{
  Job *job = g_task_get_task_data (task);
  GError *error = NULL;

  if (open_file (store, &error) && execute (store, "BEGIN IMMEDIATE;", &error)
      && job->function (store->database, job->data, &error))
    keep (store, &error);
  note_outcome (store, error);
  if (error == NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  /* Which undoes the transaction. The next job opens the file anew, and so looks whether it is whole. */
  close_file (store);
  g_task_return_error (task, error);
}

/* take_job: Return: (transfer full); or NULL: there is none, and the thread has ended for everybody else. */
static GTask *
take_job (Store *store, gboolean *ret_abandoned)
{
  GTask *task;

  g_mutex_lock (&store->lock);
  task = g_queue_pop_head (&store->jobs);
  store->running = task != NULL;
  *ret_abandoned = store->abandoned;
  if (!store->running)
    g_cond_signal (&store->ended);
  g_mutex_unlock (&store->lock);
  return task;
}

static gpointer
run_jobs (gpointer data)
{
  Store *store = data;
  gboolean abandoned;
  GTask *task;

  while ((task = take_job (store, &abandoned)) != NULL)
    {
      run_job (store, task);
      g_object_unref (task);
      if (store->file->is_great)
        shorten_log (store);
    }
  if (abandoned)
    {
      g_thread_unref (store->thread);
      close_store (store);
    }
  return NULL;
}

static void
free_job (gpointer data)
{
  Job *job = data;

  if (job->data_free != NULL)
    job->data_free (job->data);
  g_free (job);
}

void
store_run (Store *store, StoreJob job, gpointer data, GDestroyNotify data_free, GAsyncReadyCallback callback,
           gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Job *made = g_new (Job, 1);
  gboolean start;

  *made = (Job){ job, data, data_free };
  g_task_set_source_tag (task, store_run);
  g_task_set_task_data (task, made, free_job);

  g_mutex_lock (&store->lock);
  g_queue_push_tail (&store->jobs, task);
  start = !store->running;
  store->running = TRUE;
  g_mutex_unlock (&store->lock);
  if (start)
    {
      g_clear_pointer (&store->thread, g_thread_join);
      store->thread = g_thread_new ("store", run_jobs, store);
    }
}

gboolean
store_run_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

gpointer
store_run_get_data (GAsyncResult *result)
{
  return ((Job *)g_task_get_task_data (G_TASK (result)))->data;
}
