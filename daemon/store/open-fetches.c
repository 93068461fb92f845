/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* open-fetches: see the header. */
#include "store/open-fetches.h"

#include "base/error.h"
#include "base/log.h"
#include "store/statement.h"

#define OUTCOME_LEFT "unknown"

/* A job: @entries go into the ledger; then a fetch has begun at the place of the last, or the one at @fetch ends. */
typedef struct
{
  Ledger *ledger;
  GPtrArray *entries; /* of LedgerEntry */
  gboolean is_begin;
  guint64 fetch;
  guint n_left; /* that were closed */
} OpenFetchesJob;

static void
job_free (gpointer data)
{
  OpenFetchesJob *job = data;

  g_clear_pointer (&job->entries, g_ptr_array_unref);
  ledger_unref (job->ledger);
  g_free (job);
}

static gboolean
write_entries (sqlite3 *database, gpointer data, GError **error)
{
  OpenFetchesJob *job = data;
  guint64 place = 0;
  gint64 entry;

  for (guint i = 0; i < job->entries->len; i++)
    if (!ledger_append_in (job->ledger, database, job->entries->pdata[i], &place, error))
      return FALSE;
  if (job->is_begin)
    job->fetch = place;
  entry = (gint64)job->fetch;
  return statement_run_with (database,
                             job->is_begin ? "INSERT INTO open_fetches (entry) VALUES (?);"
                                           : "DELETE FROM open_fetches WHERE entry = ?;",
                             &entry, 1, error);
}

static gboolean
end_left (Ledger *ledger, sqlite3 *database, guint64 fetch, GError **error)
{
  g_autoptr (LedgerEntry) entry = ledger_entry_new (LEDGER_FETCH_END);
  guint64 place;

  ledger_entry_add_number (entry, LEDGER_FIELD_ENTRY, fetch);
  ledger_entry_add_text (entry, LEDGER_FIELD_OUTCOME, OUTCOME_LEFT);
  return ledger_append_in (ledger, database, entry, &place, error);
}

static gboolean
close_left (sqlite3 *database, gpointer data, GError **error)
{
  OpenFetchesJob *job = data;
  sqlite3_stmt *statement = statement_prepare (database, "SELECT entry FROM open_fetches ORDER BY entry;", error);
  g_autoptr (GArray) left = g_array_new (FALSE, FALSE, sizeof (guint64));
  int result;

  if (statement == NULL)
    return FALSE;
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    {
      const guint64 fetch = (guint64)sqlite3_column_int64 (statement, 0);

      g_array_append_val (left, fetch);
    }
  if (!statement_finish (statement, result, error))
    return FALSE;
  for (guint i = 0; i < left->len; i++)
    if (!end_left (job->ledger, database, g_array_index (left, guint64, i), error))
      return FALSE;
  job->n_left = left->len;
  return statement_run_with (database, "DELETE FROM open_fetches;", NULL, 0, error);
}

static void
on_job_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  OpenFetchesJob *job = store_run_get_data (result);
  GError *error = NULL;
  guint64 *fetch;

  if (store_run_finish (result, &error))
    {
      ledger_note_written (job->ledger);
      fetch = g_new (guint64, 1);
      *fetch = job->fetch;
      g_task_return_pointer (task, fetch, g_free);
      return;
    }
  g_task_return_new_error (task, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED, "%s", error->message);
  g_error_free (error);
}

/* start: @job: (transfer full). */
static void
start (OpenFetchesJob *job, gpointer tag, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_source_tag (task, tag);
  store_run (ledger_get_store (job->ledger), write_entries, job, job_free, on_job_done, task);
}

static gboolean
finish_job (GAsyncResult *result, guint64 *ret_fetch, GError **error)
{
  g_autofree guint64 *fetch = g_task_propagate_pointer (G_TASK (result), error);

  if (fetch != NULL && ret_fetch != NULL)
    *ret_fetch = *fetch;
  return fetch != NULL;
}

void
open_fetches_begin (Ledger *ledger, GPtrArray *entries, GAsyncReadyCallback callback, gpointer user_data)
{
  OpenFetchesJob *job = g_new0 (OpenFetchesJob, 1);

  *job = (OpenFetchesJob){ .ledger = ledger_ref (ledger), .entries = entries, .is_begin = TRUE };
  start (job, open_fetches_begin, callback, user_data);
}

gboolean
open_fetches_begin_finish (GAsyncResult *result, guint64 *ret_fetch, GError **error)
{
  return finish_job (result, ret_fetch, error);
}

void
open_fetches_end (Ledger *ledger, guint64 fetch, LedgerEntry *entry, GAsyncReadyCallback callback, gpointer user_data)
{
  OpenFetchesJob *job = g_new0 (OpenFetchesJob, 1);

  *job = (OpenFetchesJob){ .ledger = ledger_ref (ledger), .fetch = fetch };
  job->entries = g_ptr_array_new_with_free_func ((GDestroyNotify)ledger_entry_unref);
  g_ptr_array_add (job->entries, entry);
  start (job, open_fetches_end, callback, user_data);
}

gboolean
open_fetches_end_finish (GAsyncResult *result, GError **error)
{
  return finish_job (result, NULL, error);
}

static void
on_left_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  OpenFetchesJob *job = store_run_get_data (result);
  g_autoptr (GError) error = NULL;

  if (!store_run_finish (result, &error))
    log_warning (NULL, "ledger: what a former run left open is not closed: %s", error->message);
  else if (job->n_left > 0)
    {
      ledger_note_written (job->ledger);
      log_info (NULL, "ledger: %u fetches that a former run left open are closed", job->n_left);
    }
}

void
open_fetches_close_left (Ledger *ledger)
{
  OpenFetchesJob *job;

  if (!ledger_is_begun (ledger))
    return;
  job = g_new0 (OpenFetchesJob, 1);
  job->ledger = ledger_ref (ledger);
  store_run (ledger_get_store (ledger), close_left, job, job_free, on_left_closed, NULL);
}
