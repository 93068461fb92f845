/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * folder-requests: see the header. A request waits to be written, lies there, is taken, is over. What was taken back
 * counts as not processed only if no answer comes within a moment: the terminal may have been reading it just then.
 */
#include "center/folder-requests.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "center/folder-file.h"

#define LOOK_IDLE (10 * G_TIME_SPAN_SECOND)
#define LOOK_MINIMUM (100 * G_TIME_SPAN_MILLISECOND)
#define LOOK_MAXIMUM (250 * G_TIME_SPAN_MILLISECOND)
#define LOOK_GROWTH 40 /* of the time that it was waited for */
#define WRITE_RETRY (250 * G_TIME_SPAN_MILLISECOND)
#define WRITE_MAXIMUM (3 * G_TIME_SPAN_SECOND) /* how long a locked folder is tried */
#define MOMENT_MAXIMUM (1 * G_TIME_SPAN_SECOND)
#define MOMENT_SHARE 4 /* of the whole time, at most */
#define CLOCK_DOUBT (2 * G_TIME_SPAN_SECOND)
#define PROBE_INTERVAL G_TIME_SPAN_HOUR

typedef struct
{
  FolderAsk *ask;
  gboolean is_written, is_taken, is_last; /* is_last: it is only waited for an answer that comes just now */
  gboolean has_answer;                    /* that is there, and was not read yet */
  gint64 next;                            /* when it is to be written, or taken back, again */
  gint64 end;                             /* of the last moment */
  gint64 written;                         /* microseconds since the epoch */
  int error;                              /* what the system said last */
} Request;

struct FolderRequests
{
  FolderRequestsListener listener;
  gpointer data;
  char *path, *tag;
  GHashTable *requests; /* of their suffixes */
  gboolean is_remote, is_well;
  gboolean is_started; /* nothing of ours lies there that nobody waits for */
  gint64 looked, probed;
  FolderRequestsFacts facts;
};

FolderAsk *
folder_ask_ref (FolderAsk *ask)
{
  g_atomic_int_inc (&ask->references);
  return ask;
}

void
folder_ask_unref (FolderAsk *ask)
{
  if (!g_atomic_int_dec_and_test (&ask->references))
    return;
  g_free (ask->name);
  g_bytes_unref (ask->bytes);
  g_free (ask);
}

gboolean
folder_ask_advance (FolderAsk *ask, FolderAskState from, FolderAskState to)
{
  return g_atomic_int_compare_and_exchange (&ask->state, (gint)from, (gint)to);
}

static gboolean
is_over (const Request *request)
{
  return g_atomic_int_get (&request->ask->state) == FOLDER_ASK_OVER;
}

static void
request_free (gpointer data)
{
  Request *request = data;

  folder_ask_unref (request->ask);
  g_free (request);
}

/* get_moment: how long before the deadline a request is taken back. */
static gint64
get_moment (const FolderAsk *ask)
{
  return MIN (MOMENT_MAXIMUM, (ask->deadline - ask->asked) / MOMENT_SHARE);
}

static gint64
get_write_end (const FolderAsk *ask)
{
  return ask->asked + MIN (WRITE_MAXIMUM, (ask->deadline - ask->asked) / 2);
}

static GError *
make_error (FolderShareOutcome outcome, int error)
{
  static const char *const texts[] = {
    [FOLDER_SHARE_NOT_WRITTEN] = "the request could not be written into the terminal's folder",
    [FOLDER_SHARE_NOT_TAKEN] = "the terminal has not taken the request, and it was taken back",
    [FOLDER_SHARE_NOT_ANSWERED] = "the terminal has not answered the request",
  };
  const ShikakuError code
      = outcome == FOLDER_SHARE_NOT_ANSWERED ? SHIKAKU_ERROR_TIMED_OUT : SHIKAKU_ERROR_CENTER_UNREACHABLE;

  if (error == 0)
    return g_error_new_literal (SHIKAKU_ERROR, (gint)code, texts[outcome]);
  return g_error_new (SHIKAKU_ERROR, (gint)code, "%s: %s", texts[outcome], g_strerror (error));
}

/* finish_request: @request is gone after that, unless the iterator removes it. @file: (transfer full), or NULL. */
static void
finish_request (FolderRequests *self, const Request *request, FolderShareOutcome outcome, FolderShareFile *file)
{
  if (outcome == FOLDER_SHARE_ANSWERED)
    self->facts.unanswered_since = 0;
  else if (request->is_written && self->facts.unanswered_since == 0)
    self->facts.unanswered_since = request->written;
  self->listener.done (request->ask, outcome, file,
                       outcome == FOLDER_SHARE_ANSWERED ? NULL : make_error (outcome, request->error), self->data);
}

/* note_clock: @before: when it was begun to write what got the time @modified. What took too long says nothing. */
static void
note_clock (FolderRequests *self, gint64 before, gint64 modified)
{
  const gint64 taken = g_get_real_time () - before;

  if (modified == 0 || taken < 0 || taken > CLOCK_DOUBT)
    return;
  self->facts.is_clock_known = TRUE;
  self->facts.clock_difference = modified - (before + taken / 2);
  self->facts.clock_at = g_get_monotonic_time ();
}

static gboolean
on_may_go (gpointer data)
{
  return folder_ask_advance (data, FOLDER_ASK_WAITS, FOLDER_ASK_COMMITTED);
}

/* wait_for: it lies there, or may lie there. */
static gboolean
wait_for (Request *request, gint64 now)
{
  request->is_written = TRUE;
  request->written = g_get_real_time ();
  request->next = now;
  return FALSE;
}

/* delete_request: nobody waits any more. Where it cannot be deleted now that is made up for: it is not to be processed
 * hours later. */
static int
delete_request (FolderRequests *self, int folder, const Request *request)
{
  const int error = folder >= 0 ? folder_file_delete (folder, request->ask->name) : EHOSTDOWN;

  if (error != 0 && error != ENOENT)
    self->is_started = FALSE;
  return error;
}

/* write_request: Return: TRUE: it is over. */
static gboolean
write_request (FolderRequests *self, int folder, Request *request, gint64 now)
{
  g_autofree char *temporary = folder_name_make_temporary (self->tag);
  const FolderFileWriting writing
      = { folder, temporary, request->ask->name, request->ask->bytes, on_may_go, request->ask };
  const gint64 before = g_get_real_time ();
  gint64 modified = 0;
  gboolean doubtful;

  request->error = folder_file_write (&writing, &modified, &doubtful);
  note_clock (self, before, modified);
  doubtful |= request->error == 0;
  if (is_over (request)) /* since it was begun */
    {
      if (doubtful)
        (void)delete_request (self, folder, request);
      return TRUE;
    }
  if (doubtful || request->error == ECANCELED) /* the latter: another thread has written it meanwhile */
    return wait_for (request, now);
  (void)folder_ask_advance (request->ask, FOLDER_ASK_COMMITTED, FOLDER_ASK_WAITS);
  if (folder_file_is_lock (request->error) && now + WRITE_RETRY < get_write_end (request->ask))
    {
      request->next = now + WRITE_RETRY;
      return FALSE;
    }
  finish_request (self, request, FOLDER_SHARE_NOT_WRITTEN, NULL);
  return TRUE;
}

static void
note_taken (FolderRequests *self, Request *request)
{
  request->is_taken = TRUE;
  self->facts.last_taken = g_get_real_time ();
}

/* take_back: its time is over. */
static void
take_back (FolderRequests *self, int folder, Request *request, gint64 now)
{
  const int error = request->is_taken ? ENOENT : delete_request (self, folder, request);

  if (folder >= 0 || error == ENOENT) /* else it says already why there is no folder */
    request->error = error == ENOENT ? 0 : error;
  if (error != 0 && error != ENOENT && now < request->ask->deadline)
    {
      request->next = now + WRITE_RETRY;
      return;
    }
  if (error == ENOENT && !request->is_taken)
    note_taken (self, request);
  request->is_last = TRUE;
  request->is_taken |= error != 0; /* nobody knows, which is as good as taken */
  request->end = now + get_moment (request->ask);
}

/* step: Return: TRUE: it is over. @folder: -1: it is not there. */
static gboolean
step (FolderRequests *self, int folder, Request *request, gint64 now)
{
  gint64 modified = 0;

  if (is_over (request))
    {
      if (request->is_written && !request->is_taken)
        (void)delete_request (self, folder, request);
      return TRUE;
    }
  if (request->is_last)
    {
      if (now < request->end)
        return FALSE;
      finish_request (self, request,
                      request->is_taken || request->has_answer ? FOLDER_SHARE_NOT_ANSWERED : FOLDER_SHARE_NOT_TAKEN,
                      NULL);
      return TRUE;
    }
  if (now < request->next)
    return FALSE;
  if (!request->is_written)
    {
      if (folder >= 0)
        return write_request (self, folder, request, now);
      finish_request (self, request, FOLDER_SHARE_NOT_WRITTEN, NULL);
      return TRUE;
    }
  if (folder >= 0 && !request->is_taken && folder_file_get_modified (folder, request->ask->name, &modified) == ENOENT)
    note_taken (self, request);
  if (now >= request->ask->deadline - get_moment (request->ask))
    take_back (self, folder, request, now);
  return FALSE;
}

/* What the start finds of an earlier run. */
typedef struct
{
  FolderRequests *self;
  GPtrArray *names;
} Found;

static void
on_found (const char *name, gpointer data)
{
  Found *found = data;
  const Request *request;
  FolderName parts;

  folder_name_read (name, &parts);
  request = g_hash_table_lookup (found->self->requests, parts.suffix);
  if (strcmp (parts.tag, found->self->tag) == 0 && parts.kind != FOLDER_NAME_ANSWER
      && (request == NULL || request->is_last))
    g_ptr_array_add (found->names, g_strdup (name));
}

/* start: what an earlier run has left, and what could not be deleted before, is taken back: nobody waits for it. */
static void
start (FolderRequests *self, int folder)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  Found found = { self, names };

  if (self->is_started || folder_file_list (folder, on_found, &found) != 0)
    return;
  self->is_started = TRUE;
  for (guint i = 0; i < names->len; i++)
    {
      const int error = folder_file_delete (folder, g_ptr_array_index (names, i));

      self->is_started &= error == 0 || error == ENOENT;
    }
}

/* probe: whether files can be written there, and by which clock. */
static int
probe (FolderRequests *self, int folder, gint64 now)
{
  g_autofree char *temporary = NULL;
  const gint64 before = g_get_real_time ();
  gint64 modified = 0;
  int error;

  if (self->is_well && now < self->probed + PROBE_INTERVAL)
    return 0;
  temporary = folder_name_make_temporary (self->tag);
  error = folder_file_probe (folder, temporary, &modified);
  self->is_well = error == 0;
  if (error == 0)
    self->probed = now;
  note_clock (self, before, modified);
  return error;
}

int
folder_requests_look (FolderRequests *self, gint64 now)
{
  GHashTableIter iter;
  gpointer value;
  int folder = -1, error = folder_file_open_folder (self->path, &self->is_remote, &folder);
  const int opened = error;

  self->looked = now;
  if (self->listener.is_left_behind != NULL && self->listener.is_left_behind (self->data))
    {
      if (folder >= 0)
        close (folder); /* what lies there now is the other thread's */
      return error;
    }
  if (error == 0)
    {
      self->facts.is_local = !self->is_remote;
      start (self, folder);
      error = probe (self, folder, now);
    }
  else
    self->is_well = FALSE;
  g_hash_table_iter_init (&iter, self->requests);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Request *request = value;

      if (opened != 0)
        request->error = opened;
      if (step (self, folder, request, now))
        g_hash_table_iter_remove (&iter);
    }
  if (folder >= 0)
    close (folder);
  return error;
}

void
folder_requests_add (FolderRequests *self, FolderAsk *ask)
{
  Request *request = g_new0 (Request, 1);

  request->ask = folder_ask_ref (ask);
  if (g_atomic_int_get (&ask->state) == FOLDER_ASK_COMMITTED)
    (void)wait_for (request, 0);
  (void)g_hash_table_replace (self->requests, ask->suffix, request);
  self->looked = 0;
}

void
folder_requests_end (FolderRequests *self)
{
  self->looked = 0;
}

gboolean
folder_requests_is_awaited (FolderRequests *self, const char *suffix)
{
  Request *request = g_hash_table_lookup (self->requests, suffix);

  if (request == NULL || !request->is_written || is_over (request))
    return FALSE;
  request->has_answer = TRUE;
  return TRUE;
}

gboolean
folder_requests_answer (FolderRequests *self, const char *suffix, FolderShareFile **file)
{
  Request *request = g_hash_table_lookup (self->requests, suffix);

  if (request == NULL || is_over (request))
    return FALSE;
  if (!request->is_taken)
    note_taken (self, request);
  finish_request (self, request, FOLDER_SHARE_ANSWERED, g_steal_pointer (file));
  (void)g_hash_table_remove (self->requests, suffix);
  return TRUE;
}

gint64
folder_requests_get_next (const FolderRequests *self, gint64 now)
{
  const gint64 interval = folder_requests_get_interval (self, now);

  if (self->looked == 0)
    return now;
  return self->looked + (interval != 0 ? interval : LOOK_IDLE);
}

gint64
folder_requests_get_interval (const FolderRequests *self, gint64 now)
{
  GHashTableIter iter;
  gpointer value;
  gint64 interval = 0;

  g_hash_table_iter_init (&iter, self->requests);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Request *request = value;
      const gint64 own = CLAMP ((now - request->ask->asked) / LOOK_GROWTH, LOOK_MINIMUM, LOOK_MAXIMUM);

      interval = interval == 0 ? own : MIN (interval, own);
    }
  return interval;
}

const FolderRequestsFacts *
folder_requests_get_facts (const FolderRequests *self)
{
  return &self->facts;
}

const char *
folder_requests_get_path (const FolderRequests *self)
{
  return self->path;
}

FolderRequests *
folder_requests_new (const char *path, const char *tag, const FolderRequestsListener *listener, gpointer data)
{
  FolderRequests *self = g_new0 (FolderRequests, 1);

  self->listener = *listener;
  self->data = data;
  self->path = g_strdup (path);
  self->tag = g_strdup (tag);
  self->requests = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, request_free);
  return self;
}

void
folder_requests_free (FolderRequests *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->requests);
  g_free (self->path);
  g_free (self->tag);
  g_free (self);
}
