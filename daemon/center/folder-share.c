/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * folder-share: see the header. The owner's half: calls, their deadlines, and whether the thread still comes back. One
 * that does not is left behind, and another one is made: the folder may have been mounted anew meanwhile.
 */
#include "center/folder-share.h"

#include "base/error.h"
#include "center/folder-worker.h"

#define CHECK_SECONDS 5
#define SILENT_MILLISECONDS 5000u   /* the kernel has not come back for so long */
#define ABANDON_MILLISECONDS 30000u /* another thread may be luckier */
#define ABANDONED_MAXIMUM 4u        /* threads that are held at once */
#define PATIENCE_MILLISECONDS 1000u /* after the deadline, for the thread's own word */
#define END_MILLISECONDS 200u
#define TEXT_SILENT "the terminal's folder does not answer; nothing was written"

/* One call: data of its task. */
typedef struct
{
  FolderShare *share;
  FolderAsk *ask;
  GSource *guard, *cancelled; /* cancelled: NULL: it cannot be */
} Call;

/* What it came to. */
typedef struct
{
  FolderShareOutcome outcome;
  FolderShareFile *file;
  GError *error;
} Result;

struct FolderShare
{
  FolderShareListener listener;
  gpointer data;
  FolderWorker *worker;
  FolderSharePlace *places; /* of the settings, for another worker */
  FolderShareSettings settings;
  GStringChunk *texts;
  GHashTable *calls;    /* of FolderAsk: its GTask */
  guint check;          /* source */
  GPtrArray *abandoned; /* FolderWorker: that the kernel still holds */
  FolderShareStatus status;
  FolderShareStatus told; /* by the worker */
};

static void
result_free (gpointer data)
{
  Result *result = data;

  folder_share_file_free (result->file);
  g_clear_error (&result->error);
  g_free (result);
}

static void
destroy_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
call_free (gpointer data)
{
  Call *call = data;

  destroy_source (&call->guard);
  destroy_source (&call->cancelled);
  folder_ask_unref (call->ask);
  g_free (call);
}

static Result *
result_new (FolderShareOutcome outcome, FolderShareFile *file, GError *error)
{
  Result *result = g_new0 (Result, 1);

  result->outcome = outcome;
  result->file = file;
  result->error = error;
  return result;
}

/* take_call: it is not one any more. Return: (transfer full), or NULL: it was none. */
static GTask *
take_call (FolderShare *self, FolderAsk *ask)
{
  GTask *task = g_hash_table_lookup (self->calls, ask);
  Call *call;

  if (task == NULL)
    return NULL;
  g_object_ref (task);
  call = g_task_get_task_data (task);
  destroy_source (&call->guard);
  destroy_source (&call->cancelled);
  (void)g_hash_table_remove (self->calls, ask);
  return task;
}

/* end_call: @result: (transfer full). */
static void
end_call (FolderShare *self, FolderAsk *ask, Result *result)
{
  g_autoptr (GTask) task = take_call (self, ask);

  if (task != NULL)
    g_task_return_pointer (task, result, result_free);
  else
    result_free (result);
}

/* make_not_written: @text: why. */
static Result *
make_not_written (const char *text)
{
  return result_new (FOLDER_SHARE_NOT_WRITTEN, NULL,
                     g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_UNREACHABLE, text));
}

/*
 * on_guard: the thread has not kept to the deadline. What it had not begun to write will never be written.
 */
static gboolean
on_guard (gpointer data)
{
  const Call *call = data;
  FolderShare *self = call->share;
  g_autoptr (FolderAsk) ask = folder_ask_ref (call->ask);
  const gboolean never = folder_ask_advance (ask, FOLDER_ASK_WAITS, FOLDER_ASK_OVER);

  g_atomic_int_set (&ask->state, FOLDER_ASK_OVER);
  folder_worker_end (self->worker);
  end_call (self, ask,
            never ? make_not_written (TEXT_SILENT)
                  : result_new (FOLDER_SHARE_NOT_ANSWERED, NULL,
                                g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_TIMED_OUT,
                                                     "the terminal's folder does not answer")));
  return G_SOURCE_REMOVE;
}

static Result *
make_cancelled (void)
{
  return result_new (FOLDER_SHARE_CANCELLED, NULL,
                     g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "nobody waits for it any more"));
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer data)
{
  const Call *call = data;
  FolderShare *self = call->share;
  g_autoptr (FolderAsk) ask = folder_ask_ref (call->ask);

  (void)cancellable;
  g_atomic_int_set (&ask->state, FOLDER_ASK_OVER);
  folder_worker_end (self->worker);
  end_call (self, ask, make_cancelled ());
  return G_SOURCE_REMOVE;
}

static GSource *
attach (GSource *source, GSourceFunc callback, gpointer data)
{
  g_source_set_callback (source, callback, data, NULL);
  (void)g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

static FolderAsk *
make_ask (const char *name, GBytes *bytes, guint milliseconds)
{
  FolderAsk *ask = g_new0 (FolderAsk, 1);
  FolderName parts;

  ask->references = 1;
  ask->state = FOLDER_ASK_WAITS;
  ask->name = g_strdup (name);
  folder_name_read (name, &parts);
  (void)g_strlcpy (ask->suffix, parts.kind == FOLDER_NAME_REQUEST ? parts.suffix : "", sizeof ask->suffix);
  ask->bytes = g_bytes_ref (bytes);
  ask->asked = g_get_monotonic_time ();
  ask->deadline = ask->asked + milliseconds * G_TIME_SPAN_MILLISECOND;
  return ask;
}

/* is_stuck: whether the thread does not come back, and no other one is tried: nobody is to wait for that each time. */
static gboolean
is_stuck (FolderShare *self)
{
  const char *path;

  return self->abandoned->len >= ABANDONED_MAXIMUM
         && folder_worker_get_silence (self->worker, &path) >= ABANDON_MILLISECONDS;
}

void
folder_share_ask_async (FolderShare *self, const char *name, GBytes *bytes, guint milliseconds,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data); /* its end is ours to say, also when it is cancelled */
  Call *call = g_new0 (Call, 1);

  g_task_set_source_tag (task, folder_share_ask_async);
  call->share = self;
  call->ask = make_ask (name, bytes, milliseconds);
  g_task_set_task_data (task, call, call_free);
  g_hash_table_insert (self->calls, call->ask, task);
  if (is_stuck (self))
    {
      end_call (self, call->ask, make_not_written (TEXT_SILENT));
      return;
    }
  if (call->ask->suffix[0] == '\0' || !folder_worker_ask (self->worker, call->ask))
    {
      end_call (self, call->ask, make_not_written ("the terminal has no folder for such a request"));
      return;
    }
  call->guard = attach (g_timeout_source_new (milliseconds + PATIENCE_MILLISECONDS), on_guard, call);
  if (cancellable != NULL)
    call->cancelled = attach (g_cancellable_source_new (cancellable), G_SOURCE_FUNC (on_cancelled), call);
}

FolderShareFile *
folder_share_ask_finish (GAsyncResult *async, FolderShareOutcome *ret_outcome, GError **error)
{
  Result *result = g_task_propagate_pointer (G_TASK (async), NULL);
  FolderShareFile *file = g_steal_pointer (&result->file);

  if (ret_outcome != NULL)
    *ret_outcome = result->outcome;
  if (result->error != NULL)
    g_propagate_error (error, g_steal_pointer (&result->error));
  result_free (result);
  return file;
}

void
folder_share_dispose (FolderShare *self, const char *name, FolderShareFate fate)
{
  folder_worker_dispose (self->worker, name, fate);
}

/* set_status: of what the worker has told, and whether it is silent. */
static void
set_status (FolderShare *self)
{
  FolderShareStatus status = self->told;
  const char *path = NULL;

  if (folder_worker_get_silence (self->worker, &path) >= SILENT_MILLISECONDS)
    {
      status.state = FOLDER_SHARE_SILENT;
      status.folder = g_string_chunk_insert_const (self->texts, path);
      status.error = 0;
    }
  status.detail = status.error != 0 ? g_strerror (status.error) : NULL;
  if (folder_share_status_is_same (&status, &self->status))
    return;
  self->status = status;
  if (self->listener.changed != NULL)
    self->listener.changed (self, self->data);
}

static void
on_done (FolderAsk *ask, FolderShareOutcome outcome, FolderShareFile *file, GError *error, gpointer data)
{
  FolderShare *self = data;

  if (file != NULL && !g_hash_table_contains (self->calls, ask))
    folder_worker_dispose (self->worker, file->name, FOLDER_SHARE_SET_ASIDE);
  g_atomic_int_set (&ask->state, FOLDER_ASK_OVER);
  end_call (self, ask, result_new (outcome, file, error));
}

static void
on_face (FolderShareFile *file, gpointer data)
{
  FolderShare *self = data;

  if (self->listener.face != NULL)
    self->listener.face (self, file, self->data);
  else
    folder_share_file_free (file);
}

static void
on_changed (const FolderShareStatus *status, gpointer data)
{
  FolderShare *self = data;

  self->told = *status;
  if (status->folder != NULL)
    self->told.folder = g_string_chunk_insert_const (self->texts, status->folder);
  set_status (self);
}

static void
make_worker (FolderShare *self)
{
  static const FolderWorkerListener listener = { on_done, on_face, on_changed };
  GHashTableIter iter;
  gpointer ask;

  self->worker = folder_worker_new (&self->settings, &listener, self);
  g_hash_table_iter_init (&iter, self->calls);
  while (g_hash_table_iter_next (&iter, &ask, NULL))
    (void)folder_worker_ask (self->worker, ask);
}

static gboolean
on_check (gpointer data)
{
  FolderShare *self = data;
  const char *path;

  for (guint i = self->abandoned->len; i > 0; i--)
    if (folder_worker_has_ended (g_ptr_array_index (self->abandoned, i - 1)))
      (void)g_ptr_array_remove_index (self->abandoned, i - 1);
  if (folder_worker_get_silence (self->worker, &path) >= ABANDON_MILLISECONDS
      && self->abandoned->len < ABANDONED_MAXIMUM)
    {
      folder_worker_abandon (self->worker, 0);
      g_ptr_array_add (self->abandoned, self->worker);
      make_worker (self);
    }
  set_status (self);
  return G_SOURCE_CONTINUE;
}

void
folder_share_get_status (FolderShare *self, FolderShareStatus *ret_status)
{
  set_status (self);
  *ret_status = self->status;
}

static const char *
keep (FolderShare *self, const char *text)
{
  return text != NULL ? g_string_chunk_insert_const (self->texts, text) : NULL;
}

static void
keep_settings (FolderShare *self, const FolderShareSettings *settings)
{
  self->texts = g_string_chunk_new (256);
  self->places = g_new0 (FolderSharePlace, settings->n_places);
  for (gsize i = 0; i < settings->n_places; i++)
    {
      self->places[i].system = keep (self, settings->places[i].system);
      self->places[i].requests = keep (self, settings->places[i].requests);
      self->places[i].answers = keep (self, settings->places[i].answers);
    }
  self->settings = *settings;
  self->settings.places = self->places;
  self->settings.faces = keep (self, settings->faces);
  self->settings.quarantine = keep (self, settings->quarantine);
  self->settings.tag = keep (self, settings->tag);
}

FolderShare *
folder_share_new (const FolderShareSettings *settings, const FolderShareListener *listener, gpointer data)
{
  FolderShare *self = g_new0 (FolderShare, 1);

  self->listener = *listener;
  self->data = data;
  keep_settings (self, settings);
  self->calls = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  self->abandoned = g_ptr_array_new_with_free_func ((GDestroyNotify)folder_worker_unref);
  make_worker (self);
  self->check = g_timeout_add_seconds (CHECK_SECONDS, on_check, self);
  return self;
}

/* on_end: so that nobody is called back out of the call that ends it. */
static gboolean
on_end (gpointer data)
{
  g_task_return_pointer (data, make_cancelled (), result_free);
  return G_SOURCE_REMOVE;
}

static void
end_all (FolderShare *self)
{
  g_autoptr (GList) asks = g_hash_table_get_keys (self->calls);

  for (GList *i = asks; i != NULL; i = i->next)
    {
      FolderAsk *ask = i->data;
      g_autoptr (GSource) source = g_idle_source_new ();

      g_atomic_int_set (&ask->state, FOLDER_ASK_OVER);
      g_source_set_callback (source, on_end, take_call (self, ask), g_object_unref);
      (void)g_source_attach (source, g_main_context_get_thread_default ());
    }
}

void
folder_share_free (FolderShare *self)
{
  const char *path;

  if (self == NULL)
    return;
  end_all (self);
  folder_worker_end (self->worker);
  folder_worker_abandon (self->worker,
                         folder_worker_get_silence (self->worker, &path) < END_MILLISECONDS ? END_MILLISECONDS : 0);
  folder_worker_unref (self->worker);
  g_ptr_array_unref (self->abandoned);
  g_source_remove (self->check);
  g_hash_table_unref (self->calls);
  g_string_chunk_free (self->texts);
  g_free (self->places);
  g_free (self);
}
