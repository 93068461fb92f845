/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * folder-worker: see the header. The thread sleeps in poll(2) until the next look is due, something was told, or the
 * kernel has seen a program of this machine write there. No lock is held while a folder is touched.
 */
#include "center/folder-worker.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "center/folder-file.h"
#include "center/folder-hints.h"
#include "center/folder-shelf.h"

#define LOOK_FACES (FOLDER_SHARE_LOOK_MILLISECONDS * G_TIME_SPAN_MILLISECOND)
#define LOOK_ANSWERS (10 * G_TIME_SPAN_SECOND) /* while none is awaited: late ones, and whether the folder is there */
#define HINT_INTERVAL_USEC (100 * G_TIME_SPAN_MILLISECOND) /* no hint makes looks more frequent */
#define CLEAN_INTERVAL G_TIME_SPAN_HOUR
#define CLEAN_MORE G_TIME_SPAN_MINUTE /* where there was too much for one go */

/* Two folders of one system. */
typedef struct
{
  char system[FOLDER_NAME_SYSTEM_SIZE + 1]; /* "": all others */
  FolderRequests *requests;
  gboolean is_shared; /* it is an earlier place's */
  int error;          /* how its folder is */
  char *answers;
} Place;

/* A folder that files come into. */
typedef struct
{
  FolderShelf *shelf;
  gboolean has_faces;
  gint64 looked, due; /* monotonic; @due: at the latest */
  int watch;          /* of inotify; -1: none */
  int error;
} Shelf;

typedef struct
{
  FolderAsk *ask; /* NULL: */
  char *name;     /* NULL: the thread ends, or, of is_end, looks at what is over */
  FolderShareFate fate;
  gboolean is_end;
} Command;

struct FolderWorker
{
  gint references;   /* the owner's, the thread's, and one for each message on its way */
  gint is_muted;     /* nothing is told any more */
  gint is_abandoned; /* nothing is touched any more */
  gint away;         /* milliseconds, and never 0, since when a folder is touched; 0: none is */
  gint away_in;      /* which: index of @paths */
  GMainContext *context;
  GAsyncQueue *commands;
  int wake; /* eventfd */
  FolderHints *hints;
  GMutex lock;
  GCond ended_changed;
  gboolean has_ended;
  FolderWorkerListener listener; /* of the owner */
  gpointer data;
  /* Of the thread: */
  GArray *places;   /* of Place; the systems are read by the owner too */
  GArray *shelves;  /* of Shelf */
  GPtrArray *paths; /* each folder: first those of @places, then those of @shelves */
  gint64 clean_due;
  FolderShareStatus status; /* that was told last; UNKNOWN: none was */
};

static void
clear_place (gpointer data)
{
  Place *place = data;

  if (!place->is_shared)
    folder_requests_free (place->requests);
  g_free (place->answers);
}

static void
clear_shelf (gpointer data)
{
  folder_shelf_free (((Shelf *)data)->shelf);
}

static void
command_free (gpointer data)
{
  Command *command = data;

  g_clear_pointer (&command->ask, folder_ask_unref);
  g_free (command->name);
  g_free (command);
}

void
folder_worker_unref (FolderWorker *self)
{
  if (!g_atomic_int_dec_and_test (&self->references))
    return;
  g_array_unref (self->places);
  g_array_unref (self->shelves);
  g_ptr_array_unref (self->paths);
  g_async_queue_unref (self->commands);
  g_main_context_unref (self->context);
  close (self->wake);
  folder_hints_free (self->hints);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->ended_changed);
  g_free (self);
}

/* A message to the owner. */
typedef struct
{
  FolderWorker *worker;
  FolderAsk *ask;
  FolderShareOutcome outcome;
  FolderShareFile *file;
  GError *error;
  gboolean is_status;
  FolderShareStatus status; /* its texts: folder static (of @paths), detail of g_strerror */
} Message;

static gboolean
on_message (gpointer data)
{
  Message *message = data;
  FolderWorker *self = message->worker;

  if (g_atomic_int_get (&self->is_muted))
    return G_SOURCE_REMOVE;
  if (message->is_status)
    self->listener.changed (&message->status, self->data);
  else if (message->ask != NULL)
    self->listener.done (message->ask, message->outcome, g_steal_pointer (&message->file),
                         g_steal_pointer (&message->error), self->data);
  else
    self->listener.face (g_steal_pointer (&message->file), self->data);
  return G_SOURCE_REMOVE;
}

static void
message_free (gpointer data)
{
  Message *message = data;

  g_clear_pointer (&message->ask, folder_ask_unref);
  g_clear_pointer (&message->file, folder_share_file_free);
  g_clear_error (&message->error);
  folder_worker_unref (message->worker);
  g_free (message);
}

/* send_message: @message: (transfer full). */
static void
send_message (FolderWorker *self, Message *message)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  message->worker = self;
  g_atomic_int_inc (&self->references);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, on_message, message, message_free);
  g_source_attach (source, self->context);
}

static void
on_done (FolderAsk *ask, FolderShareOutcome outcome, FolderShareFile *file, GError *error, gpointer data)
{
  Message *message = g_new0 (Message, 1);

  message->ask = folder_ask_ref (ask);
  message->outcome = outcome;
  message->file = file;
  message->error = error;
  send_message (data, message);
}

static void
on_face (FolderShareFile *file, gpointer data)
{
  Message *message = g_new0 (Message, 1);

  message->file = file;
  send_message (data, message);
}

static gboolean
on_is_abandoned (gpointer data)
{
  FolderWorker *self = data;

  return g_atomic_int_get (&self->is_abandoned);
}

/* on_is_awaited: what the next thread awaits this one knows nothing of: then nothing is set aside. */
static gboolean
on_is_awaited (const char *suffix, gpointer data)
{
  FolderWorker *self = data;

  if (on_is_abandoned (self))
    return TRUE;
  for (guint i = 0; i < self->places->len; i++)
    if (folder_requests_is_awaited (g_array_index (self->places, Place, i).requests, suffix))
      return TRUE;
  return FALSE;
}

static void
on_answer (const char *suffix, FolderShareFile *file, gpointer data)
{
  FolderWorker *self = data;
  g_autofree char *name = g_strdup (file->name);

  for (guint i = 0; i < self->places->len; i++)
    if (folder_requests_answer (g_array_index (self->places, Place, i).requests, suffix, &file))
      return;
  folder_share_file_free (file);
  for (guint i = 0; i < self->shelves->len; i++)
    (void)folder_shelf_dispose (g_array_index (self->shelves, Shelf, i).shelf, name, FOLDER_SHARE_SET_ASIDE);
}

/* go_away: before each touch of folder @index of @paths; after it @away is 0 again. */
static void
go_away (FolderWorker *self, guint index)
{
  g_atomic_int_set (&self->away_in, (gint)index);
  g_atomic_int_set (&self->away, (gint)(guint32)(g_get_monotonic_time () / 1000) | 1);
}

/* find_place: @name: a request's. Return: NULL: none. */
static const Place *
find_place (const FolderWorker *self, const char *name)
{
  const Place *other = NULL;

  for (guint i = 0; i < self->places->len; i++)
    {
      const Place *place = &g_array_index (self->places, Place, i);

      if (place->system[0] == '\0')
        other = place;
      else if (g_str_has_prefix (name, place->system))
        return place;
    }
  return other;
}

/* get_interval: how often the answers of @shelf are to be looked for; 0: none is awaited. */
static gint64
get_interval (const FolderWorker *self, const Shelf *shelf, gint64 now)
{
  gint64 interval = 0;

  for (guint i = 0; i < self->places->len; i++)
    {
      const Place *place = &g_array_index (self->places, Place, i);
      const gint64 own = folder_requests_get_interval (place->requests, now);

      if (own != 0 && strcmp (place->answers, folder_shelf_get_path (shelf->shelf)) == 0)
        interval = interval == 0 ? own : MIN (interval, own);
    }
  return interval;
}

static gint64
get_due (const FolderWorker *self, const Shelf *shelf, gint64 now)
{
  const gint64 interval = get_interval (self, shelf, now);
  const gint64 due = shelf->looked + (interval != 0 ? interval : shelf->has_faces ? LOOK_FACES : LOOK_ANSWERS);

  if (shelf->error != 0)
    return due;
  return MIN (MIN (due, shelf->due), MAX (folder_shelf_get_next (shelf->shelf), shelf->looked + HINT_INTERVAL_USEC));
}

static void
look_at_shelf (FolderWorker *self, guint index, gint64 now)
{
  Shelf *shelf = &g_array_index (self->shelves, Shelf, index);

  if (get_due (self, shelf, now) > now)
    return;
  go_away (self, self->places->len + index);
  if (shelf->error == 0)
    folder_hints_watch (self->hints, folder_shelf_get_path (shelf->shelf), &shelf->watch);
  shelf->looked = now;
  shelf->due = G_MAXINT64;
  shelf->error = folder_shelf_look (shelf->shelf, now, get_interval (self, shelf, now) != 0);
  if (shelf->error != 0)
    folder_hints_unwatch (self->hints, &shelf->watch);
  g_atomic_int_set (&self->away, 0);
}

static void
look_at_place (FolderWorker *self, guint index, gint64 now)
{
  Place *place = &g_array_index (self->places, Place, index);

  if (place->is_shared || folder_requests_get_next (place->requests, now) > now)
    return;
  go_away (self, index);
  place->error = folder_requests_look (place->requests, now);
  g_atomic_int_set (&self->away, 0);
}

static void
clean (FolderWorker *self, gint64 now)
{
  if (now < self->clean_due)
    return;
  self->clean_due = now + CLEAN_INTERVAL;
  for (guint i = 0; i < self->shelves->len && !on_is_abandoned (self); i++)
    {
      go_away (self, self->places->len + i);
      if (!folder_shelf_clean (g_array_index (self->shelves, Shelf, i).shelf))
        self->clean_due = now + CLEAN_MORE;
      g_atomic_int_set (&self->away, 0);
    }
}

static FolderShareState
get_state (int error)
{
  if (error == 0)
    return FOLDER_SHARE_PRESENT;
  return folder_file_is_refusal (error) || error == ENOSPC || error == EDQUOT ? FOLDER_SHARE_REFUSED
                                                                              : FOLDER_SHARE_ABSENT;
}

/* judge: the folder @index of @paths is as @error says; absent is worse than refused. */
static void
judge (const FolderWorker *self, guint index, int error, FolderShareStatus *status)
{
  static const guint8 ranks[] = {
    [FOLDER_SHARE_UNKNOWN] = 0, [FOLDER_SHARE_PRESENT] = 1, [FOLDER_SHARE_REFUSED] = 2, [FOLDER_SHARE_ABSENT] = 3
  };
  const FolderShareState state = get_state (error);

  if (ranks[state] <= ranks[status->state])
    return;
  status->state = state;
  status->error = error;
  status->folder = error != 0 ? g_ptr_array_index (self->paths, index) : NULL;
}

static void
gather_places (FolderWorker *self, FolderShareStatus *status)
{
  gint64 clock_at = 0;

  for (guint i = 0; i < self->places->len; i++)
    {
      const Place *place = &g_array_index (self->places, Place, i);
      const FolderRequestsFacts *facts = folder_requests_get_facts (place->requests);

      judge (self, i, place->error, status);
      status->is_local |= facts->is_local;
      status->last_taken = MAX (status->last_taken, facts->last_taken);
      if (facts->unanswered_since != 0
          && (status->unanswered_since == 0 || facts->unanswered_since < status->unanswered_since))
        status->unanswered_since = facts->unanswered_since;
      if (facts->is_clock_known && facts->clock_at >= clock_at)
        {
          status->is_clock_known = TRUE;
          status->clock_difference = facts->clock_difference;
          clock_at = facts->clock_at;
        }
    }
}

static void
gather_shelves (FolderWorker *self, FolderShareStatus *status)
{
  FolderShelfCounts counts = { 0 };

  for (guint i = 0; i < self->shelves->len; i++)
    {
      const Shelf *shelf = &g_array_index (self->shelves, Shelf, i);

      judge (self, self->places->len + i, shelf->error, status);
      folder_shelf_count (shelf->shelf, &counts);
    }
  status->is_local |= counts.is_local;
  status->is_cached = counts.is_cached;
  status->last_answer = counts.last_answer;
  status->left_overs = counts.left_overs;
  status->late = counts.late;
  status->locked = counts.locked;
  status->vanished = counts.vanished;
}

/* tell_status: how it is, if that is not what was told last. */
static void
tell_status (FolderWorker *self)
{
  FolderShareStatus status = { 0 };
  Message *message;

  gather_places (self, &status);
  gather_shelves (self, &status);
  if (folder_share_status_is_same (&status, &self->status))
    return;
  self->status = status;
  message = g_new0 (Message, 1);
  message->is_status = TRUE;
  message->status = status;
  send_message (self, message);
}

/* obey: Return: FALSE: the thread is to end. */
static gboolean
obey (FolderWorker *self, const Command *command)
{
  if (command->ask != NULL)
    folder_requests_add (find_place (self, command->ask->name)->requests, command->ask);
  else if (command->is_end)
    for (guint i = 0; i < self->places->len; i++)
      folder_requests_end (g_array_index (self->places, Place, i).requests);
  else if (command->name == NULL)
    return FALSE;
  else
    for (guint i = 0; i < self->shelves->len; i++)
      {
        Shelf *shelf = &g_array_index (self->shelves, Shelf, i);

        if (folder_shelf_dispose (shelf->shelf, command->name, command->fate))
          shelf->due = 0;
      }
  return TRUE;
}

static gboolean
obey_all (FolderWorker *self)
{
  gboolean goes_on = TRUE;
  Command *command;

  while (goes_on && (command = g_async_queue_try_pop (self->commands)) != NULL)
    {
      goes_on = obey (self, command);
      command_free (command);
    }
  return goes_on;
}

/* look_at_all: the requests first: they show the clock by which files there are old. */
static void
look_at_all (FolderWorker *self, gint64 now)
{
  FolderShareStatus status = { 0 };

  for (guint i = 0; i < self->places->len && !on_is_abandoned (self); i++)
    look_at_place (self, i, now);
  gather_places (self, &status);
  for (guint i = 0; i < self->shelves->len && status.is_clock_known; i++)
    folder_shelf_set_clock (g_array_index (self->shelves, Shelf, i).shelf, status.clock_difference);
  for (guint i = 0; i < self->shelves->len && !on_is_abandoned (self); i++)
    look_at_shelf (self, i, now);
}

static gint64
get_next (FolderWorker *self, gint64 now)
{
  gint64 next = self->clean_due;

  for (guint i = 0; i < self->places->len; i++)
    next = MIN (next, folder_requests_get_next (g_array_index (self->places, Place, i).requests, now));
  for (guint i = 0; i < self->shelves->len; i++)
    next = MIN (next, get_due (self, &g_array_index (self->shelves, Shelf, i), now));
  return next;
}

/* on_hint: the folder is due. */
static void
on_hint (int watch, gboolean is_over, gpointer data)
{
  FolderWorker *self = data;

  for (guint i = 0; i < self->shelves->len; i++)
    {
      Shelf *shelf = &g_array_index (self->shelves, Shelf, i);

      if (shelf->watch != watch)
        continue;
      shelf->due = shelf->looked + HINT_INTERVAL_USEC;
      if (is_over)
        shelf->watch = -1;
    }
}

static void
sleep_until (FolderWorker *self, gint64 next)
{
  struct pollfd polled[] = { { self->wake, POLLIN, 0 }, { folder_hints_get_descriptor (self->hints), POLLIN, 0 } };
  const gint64 left = next - g_get_monotonic_time ();
  eventfd_t value;

  if (left > 0)
    (void)poll (polled, G_N_ELEMENTS (polled), (int)MIN (left / 1000 + 1, G_MAXINT));
  (void)eventfd_read (self->wake, &value);
  folder_hints_take (self->hints, on_hint, self);
}

static gpointer
run (gpointer data)
{
  FolderWorker *self = data;

  while (obey_all (self) && !on_is_abandoned (self))
    {
      const gint64 now = g_get_monotonic_time ();

      look_at_all (self, now);
      clean (self, now);
      tell_status (self);
      sleep_until (self, get_next (self, now));
    }
  look_at_all (self, g_get_monotonic_time ()); /* what is over is taken back, what is to go goes, if it is let go now */
  g_mutex_lock (&self->lock);
  self->has_ended = TRUE;
  g_cond_signal (&self->ended_changed);
  g_mutex_unlock (&self->lock);
  folder_worker_unref (self);
  return NULL;
}

static void
push (FolderWorker *self, FolderAsk *ask, const char *name, FolderShareFate fate, gboolean is_end)
{
  Command *command = g_new0 (Command, 1);

  command->ask = ask != NULL ? folder_ask_ref (ask) : NULL;
  command->name = g_strdup (name);
  command->fate = fate;
  command->is_end = is_end;
  g_async_queue_push (self->commands, command);
  (void)eventfd_write (self->wake, 1);
  /* cppcheck-suppress memleak */
}

gboolean
folder_worker_ask (FolderWorker *self, FolderAsk *ask)
{
  if (find_place (self, ask->name) == NULL)
    return FALSE;
  push (self, ask, NULL, 0, FALSE);
  return TRUE;
}

void
folder_worker_end (FolderWorker *self)
{
  push (self, NULL, NULL, 0, TRUE);
}

void
folder_worker_dispose (FolderWorker *self, const char *name, FolderShareFate fate)
{
  push (self, NULL, name, fate, FALSE);
}

guint
folder_worker_get_silence (FolderWorker *self, const char **ret_path)
{
  const guint32 away = (guint32)g_atomic_int_get (&self->away);
  const guint32 now = (guint32)(g_get_monotonic_time () / 1000) | 1;

  if (away == 0)
    return 0;
  *ret_path = g_ptr_array_index (self->paths, g_atomic_int_get (&self->away_in));
  return now - away;
}

void
folder_worker_abandon (FolderWorker *self, guint milliseconds)
{
  const gint64 until = g_get_monotonic_time () + milliseconds * G_TIME_SPAN_MILLISECOND;
  gboolean in_time = TRUE;

  g_atomic_int_set (&self->is_muted, TRUE);
  push (self, NULL, NULL, 0, FALSE);
  g_mutex_lock (&self->lock);
  while (!self->has_ended && in_time)
    in_time = g_cond_wait_until (&self->ended_changed, &self->lock, until);
  g_mutex_unlock (&self->lock);
  g_atomic_int_set (&self->is_abandoned, TRUE);
}

gboolean
folder_worker_has_ended (FolderWorker *self)
{
  gboolean has_ended;

  g_mutex_lock (&self->lock);
  has_ended = self->has_ended;
  g_mutex_unlock (&self->lock);
  return has_ended;
}

static FolderRequests *
find_requests (const FolderWorker *self, const char *path)
{
  for (guint i = 0; i < self->places->len; i++)
    {
      FolderRequests *requests = g_array_index (self->places, Place, i).requests;

      if (strcmp (folder_requests_get_path (requests), path) == 0)
        return requests;
    }
  return NULL;
}

static void
add_place (FolderWorker *self, const FolderSharePlace *settings, const char *tag)
{
  static const FolderRequestsListener listener = { on_done, on_is_abandoned };
  Place place = { .requests = find_requests (self, settings->requests) };

  if (settings->system != NULL)
    (void)g_strlcpy (place.system, settings->system, sizeof place.system);
  place.is_shared = place.requests != NULL;
  if (!place.is_shared)
    place.requests = folder_requests_new (settings->requests, tag, &listener, self);
  place.answers = g_strdup (settings->answers);
  g_array_append_val (self->places, place);
  g_ptr_array_add (self->paths, g_strdup (settings->requests));
  /* cppcheck-suppress memleak */
}

/* add_shelf: one a folder, whatever comes into it. */
static void
add_shelf (FolderWorker *self, const FolderShareSettings *settings, const char *path)
{
  static const FolderShelfListener listener = { on_is_awaited, on_answer, on_face };
  FolderShelfSettings own = { .path = path,
                              .tag = settings->tag,
                              .quarantine = settings->quarantine,
                              .has_faces = g_strcmp0 (path, settings->faces) == 0,
                              .left_over = settings->left_over_minutes * G_TIME_SPAN_MINUTE };
  Shelf shelf = { .has_faces = own.has_faces, .watch = -1 };

  for (guint i = 0; i < self->shelves->len; i++)
    if (strcmp (folder_shelf_get_path (g_array_index (self->shelves, Shelf, i).shelf), path) == 0)
      return;
  for (guint i = 0; i < self->places->len; i++)
    own.has_answers |= strcmp (g_array_index (self->places, Place, i).answers, path) == 0;
  shelf.shelf = folder_shelf_new (&own, &listener, self);
  g_array_append_val (self->shelves, shelf);
  g_ptr_array_add (self->paths, g_strdup (path));
}

static void
add_folders (FolderWorker *self, const FolderShareSettings *settings)
{
  self->places = g_array_new (FALSE, TRUE, sizeof (Place));
  self->shelves = g_array_new (FALSE, TRUE, sizeof (Shelf));
  self->paths = g_ptr_array_new_with_free_func (g_free);
  g_array_set_clear_func (self->places, clear_place);
  g_array_set_clear_func (self->shelves, clear_shelf);
  for (gsize i = 0; i < settings->n_places; i++)
    add_place (self, &settings->places[i], settings->tag);
  for (gsize i = 0; i < settings->n_places; i++)
    add_shelf (self, settings, settings->places[i].answers);
  if (settings->faces != NULL)
    add_shelf (self, settings, settings->faces);
}

FolderWorker *
folder_worker_new (const FolderShareSettings *settings, const FolderWorkerListener *listener, gpointer data)
{
  FolderWorker *self = g_new0 (FolderWorker, 1);

  self->references = 2;
  self->listener = *listener;
  self->data = data;
  self->context = g_main_context_ref_thread_default ();
  self->commands = g_async_queue_new_full (command_free);
  self->wake = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  self->hints = folder_hints_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->ended_changed);
  add_folders (self, settings);
  g_thread_unref (g_thread_new ("folder", run, self));
  return self;
}
