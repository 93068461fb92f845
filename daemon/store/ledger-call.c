/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-call: see the header. Each call is one job of the store. What a failed job had taken waits again, before what
 * came meanwhile.
 */
#include "store/ledger-call.h"

#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "store/ledger-query.h"

#define LAZY_SECONDS_MAXIMUM 320 /* between two tries, while the disk does not take it */
#define LAZY_MAXIMUM 4096        /* entries that wait for a disk; beyond, the oldest are lost, which is logged */

void
ledger_call_free_anchor (gpointer data)
{
  LedgerCallAnchor *anchor = data;

  g_free (anchor->where);
  g_free (anchor->checkpoint);
  g_free (anchor);
}

GPtrArray *
ledger_call_new_entries (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)ledger_entry_unref);
}

void
ledger_call_unref_ledger (Ledger *ledger)
{
  if (!g_atomic_int_dec_and_test (&ledger->references))
    return;
  ledger_tree_unref (ledger->tree);
  g_free (ledger->path);
  g_array_unref (ledger->observers);
  g_ptr_array_unref (ledger->lazy);
  g_ptr_array_unref (ledger->anchors);
  store_key_free (ledger->naming);
  secret_free (ledger->hashing);
  g_free (ledger);
}

LedgerCall *
ledger_call_new (Ledger *ledger, LedgerWork work, gpointer tag, GAsyncReadyCallback callback, gpointer user_data)
{
  LedgerCall *call = g_new0 (LedgerCall, 1);

  call->references = 1;
  call->tree = ledger_tree_ref (ledger->tree);
  call->work = work;
  call->is_writing = work == NULL;
  if (tag != NULL)
    {
      call->task = g_task_new (NULL, NULL, callback, user_data);
      g_task_set_source_tag (call->task, tag);
    }
  return call;
}

void
ledger_call_unref (gpointer data)
{
  LedgerCall *call = data;

  if (!g_atomic_int_dec_and_test (&call->references))
    return;
  ledger_tree_unref (call->tree);
  g_clear_pointer (&call->lazy, g_ptr_array_unref);
  g_clear_pointer (&call->anchors, g_ptr_array_unref);
  g_clear_pointer (&call->entries, g_ptr_array_unref);
  g_clear_pointer (&call->examination, ledger_examination_free);
  g_clear_error (&call->answer);
  if (call->result != NULL && call->result_free != NULL)
    call->result_free (call->result);
  g_free (call->staff);
  g_free (call->visit);
  g_free (call->text);
  g_free (call);
}

static void
tell_observers (Ledger *ledger, const LedgerNews *news)
{
  for (guint i = 0; !ledger->is_gone && i < ledger->observers->len; i++)
    {
      const LedgerCallObserver *told = &g_array_index (ledger->observers, LedgerCallObserver, i);

      told->observer (news, told->user_data);
    }
}

/* A job. */

static gboolean
append_lazy (LedgerCall *call, sqlite3 *database, GError **error)
{
  guint64 index;

  if (call->lazy == NULL)
    return TRUE;
  for (guint i = 0; i < call->lazy->len; i++)
    if (!ledger_tree_append (call->tree, database, call->lazy->pdata[i], &index, error))
      return FALSE;
  for (guint i = 0; i < call->anchors->len; i++)
    {
      const LedgerCallAnchor *anchor = call->anchors->pdata[i];

      if (!ledger_query_keep_anchor (call->tree, database, anchor->where, anchor->checkpoint, anchor->at, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
run_job (struct sqlite3 *database, gpointer data, GError **error)
{
  LedgerCall *call = data;

  if (!append_lazy (call, database, error) || (call->work != NULL && !call->work (call, database, error)))
    return FALSE;
  ledger_tree_take_news (call->tree, &call->news);
  return TRUE;
}

/* wait_again: what the failed job had taken. */
static void
wait_again (Ledger *ledger, LedgerCall *call)
{
  for (guint i = call->lazy->len; i-- > 0;)
    g_ptr_array_insert (ledger->lazy, 0, ledger_entry_ref (call->lazy->pdata[i]));
  for (guint i = 0; i < call->anchors->len; i++)
    g_ptr_array_add (ledger->anchors, call->anchors->pdata[i]);
  g_ptr_array_set_free_func (call->anchors, NULL);
  if (ledger->lazy->len > LAZY_MAXIMUM)
    {
      const guint lost = ledger->lazy->len - LAZY_MAXIMUM;

      log_write (LOG_ERR, SHIKAKU_MESSAGE_STORE_FAILED, NULL,
                 "ledger: %u entries are lost: the disk does not take them", lost);
      g_ptr_array_remove_range (ledger->lazy, 0, lost);
    }
  ledger->lazy_seconds = MIN (ledger->lazy_seconds * 2, LAZY_SECONDS_MAXIMUM);
  ledger_call_arm (ledger);
}

/* adopt: what the store says in general is LEDGER_FAILED; without a key there is no ledger. */
GError *
ledger_call_adopt (GError *error)
{
  if (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED))
    error->code = SHIKAKU_ERROR_LEDGER_FAILED;
  return error;
}

static void
note_failure (Ledger *ledger, LedgerCall *call, const GError *error)
{
  if (call->lazy != NULL)
    wait_again (ledger, call);
  if (error->code == SHIKAKU_ERROR_LEDGER_FAILED && !ledger->is_failing)
    {
      const LedgerNews news = { ledger->size, ledger->size, 0, error };

      ledger->is_failing = TRUE;
      tell_observers (ledger, &news);
    }
}

static gboolean
is_time_to_prune (Ledger *ledger, const LedgerCall *call)
{
  const gint64 now = g_get_monotonic_time ();

  return !ledger->is_gone && ledger->retention > 0 && call->news.size > call->news.first
         && (ledger->pruned == 0 || now - ledger->pruned > G_TIME_SPAN_DAY);
}

static gboolean
prune (LedgerCall *call, sqlite3 *database, GError **error)
{
  return ledger_tree_prune (call->tree, database, (gint64)call->from, &call->more, error);
}

static void
begin_to_prune (Ledger *ledger)
{
  LedgerCall *call = ledger_call_new (ledger, prune, NULL, NULL, NULL);

  call->from = (guint64)(g_get_real_time () - ledger->retention * G_TIME_SPAN_DAY);
  ledger_call_run (call, ledger);
}

static void
note_success (Ledger *ledger, const LedgerCall *call)
{
  if (call->is_writing)
    {
      ledger->lazy_seconds = LEDGER_CALL_LAZY_SECONDS;
      ledger->is_failing = FALSE;
    }
  ledger->size = call->news.size;
  if (call->news.size > call->news.first)
    tell_observers (ledger, &call->news);
  if (call->work == prune ? call->more : is_time_to_prune (ledger, call))
    {
      ledger->pruned = g_get_monotonic_time ();
      begin_to_prune (ledger);
    }
}

/* answer_call: @error: (transfer full), or NULL: it was done. */
static void
answer_call (LedgerCall *call, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&call->task);

  if (task == NULL)
    {
      g_clear_error (&error);
      return;
    }
  g_atomic_int_inc (&call->references);
  g_task_set_task_data (task, call, ledger_call_unref);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

/* go_on: the next part of what is examined. */
static void
go_on (Ledger *ledger, LedgerCall *call)
{
  LedgerCall *next = ledger_call_new (ledger, call->work, NULL, NULL, NULL);

  next->task = g_steal_pointer (&call->task);
  next->examination = g_steal_pointer (&call->examination);
  ledger_call_run (next, ledger);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Ledger *ledger = user_data;
  LedgerCall *call = store_run_get_data (result);
  GError *error = NULL;

  if (!store_run_finish (result, &error))
    {
      error = ledger_call_adopt (error);
      note_failure (ledger, call, error);
    }
  else
    {
      note_success (ledger, call);
      if (call->answer != NULL)
        error = ledger_call_adopt (g_steal_pointer (&call->answer));
    }
  if (error == NULL && call->more && call->examination != NULL)
    go_on (ledger, call);
  else
    answer_call (call, error);
  ledger_call_unref_ledger (ledger);
}

/* run_call: @call (transfer full); one that appends takes with it what waits. */
void
ledger_call_run (LedgerCall *call, Ledger *ledger)
{
  if (call->is_writing)
    {
      g_clear_handle_id (&ledger->timer, g_source_remove);
      call->lazy = g_steal_pointer (&ledger->lazy);
      call->anchors = g_steal_pointer (&ledger->anchors);
      ledger->lazy = ledger_call_new_entries ();
      ledger->anchors = g_ptr_array_new_with_free_func (ledger_call_free_anchor);
    }
  g_atomic_int_inc (&ledger->references);
  store_run (ledger->store, run_job, call, ledger_call_unref, on_done, ledger);
}

/* flush: a job of its own, for whom nobody waits: what fails there is no failure of who reads. */
void
ledger_call_flush (Ledger *ledger)
{
  if (ledger->lazy->len > 0 || ledger->anchors->len > 0)
    ledger_call_run (ledger_call_new (ledger, NULL, NULL, NULL, NULL), ledger);
}

/* look_for_ledger: whether there can be one, without touching anything of it. @is_to_write: it is made if not. */
static gboolean
look_for_ledger (Ledger *ledger, gboolean is_to_write, GError **error)
{
  if (!store_key_look (store_get_key_folder (ledger->store), error))
    return FALSE;
  if (is_to_write || ledger->lazy->len > 0 || access (ledger->path, F_OK) == 0)
    return TRUE;
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND, "the ledger has no entry yet");
  return FALSE;
}

/* begin: @call (transfer full) is run, or answered at once. */
void
ledger_call_begin (Ledger *ledger, LedgerCall *call, gboolean is_to_write)
{
  GError *error = NULL;

  if (look_for_ledger (ledger, is_to_write, &error))
    {
      if (!call->is_writing && !ledger->is_failing)
        ledger_call_flush (ledger);
      ledger_call_run (call, ledger);
      return;
    }
  answer_call (call, error);
  ledger_call_unref (call);
}

/* finish: what every call's finish does: the call, or NULL. */
LedgerCall *
ledger_call_finish (GAsyncResult *result, GError **error)
{
  LedgerCall *call = g_task_get_task_data (G_TASK (result));

  return g_task_propagate_boolean (G_TASK (result), error) ? call : NULL;
}

gboolean
ledger_call_finish_index (GAsyncResult *result, guint64 *ret_index, GError **error)
{
  const LedgerCall *call = ledger_call_finish (result, error);

  if (call == NULL)
    return FALSE;
  *ret_index = call->index;
  return TRUE;
}

/* finish_result: (transfer full). */
gpointer
ledger_call_finish_result (GAsyncResult *result, GError **error)
{
  LedgerCall *call = ledger_call_finish (result, error);

  return call != NULL ? g_steal_pointer (&call->result) : NULL;
}

/* What waits. */

static gboolean
on_lazy (gpointer user_data)
{
  Ledger *ledger = user_data;

  ledger->timer = 0;
  ledger_call_flush (ledger);
  return G_SOURCE_REMOVE;
}

void
ledger_call_arm (Ledger *ledger)
{
  if (ledger->timer == 0 && !ledger->is_gone)
    ledger->timer = g_timeout_add_seconds (ledger->lazy_seconds, on_lazy, ledger);
}
