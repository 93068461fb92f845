/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reader-monitor: the thread that waits for readers, cards and pcscd itself. In come their changes, out go events to
 * the main thread, in order.
 *
 * While pcscd is there the thread rests in SCardGetStatusChange; while it is away, in poll on an inotify of the
 * directory of its socket. A context never recovers from the end of its pcscd: it is released, and a new one
 * established.
 */
#include "card/reader-monitor.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <winscard.h>

#include "base/log.h"
#include "base/message-ids.h"
#include "card/reader-pcsc.h"

#define DEFAULT_SOCKET "/run/pcscd/pcscd.comm"
#define PLUG_AND_PLAY "\\\\?PnP?\\Notification"

/*
 * pcsc-lite does not tell of a reader that comes between the list and the wait. So the list is read again when nothing
 * has happened for a while.
 */
#define QUIET_MILLISECONDS 1000

/*
 * pcscd's socket is there a moment before pcscd listens, and pcscd may refuse for a while: connecting is tried again,
 * with twice the pause each time. So is a wait that fails at once.
 */
#define DELAY_MILLISECONDS 20 /* the first */
#define DELAY_MAXIMUM_MILLISECONDS 30000
#define DELAY_DOUBLINGS 11 /* until it is the longest */

#define UNKNOWN_MAXIMUM 5
#define WATCHED_MAXIMUM PCSCLITE_MAX_READERS_CONTEXTS /* how many the client library waits for at once */

#define STOP_TIME (G_TIME_SPAN_SECOND)
#define STOP_STEP (10 * G_TIME_SPAN_MILLISECOND)

struct ReaderMonitor
{
  GPtrArray *together;        /* of Event, that are to be queued as one; NULL: each by itself */
  gatomicrefcount references; /* references of the owner, the threads and every queued event */
  const ReaderMonitorObserver *observer;
  gpointer user_data;
  GMainContext *main_context;
  gboolean freed; /* used by the main thread: the monitor was freed, and events are dropped */

  GThread *thread;
  int wake_event; /* eventfd: readable when the thread is to end, or to look again, while there is no service */
  GMutex mutex;
  GCond ended_condition;
  gboolean ended;       /* under the mutex */
  SCARDCONTEXT context; /* written under the mutex, by the thread */
  gboolean established;

  /* Used by the monitor's thread only. */
  gint stop;       /* atomic */
  gint look_again; /* atomic */
  gint refused;    /* atomic */
  guint failures;  /* in a row: to connect, or to wait */
  gboolean service_told, service, surveyed_told;
  GArray *states; /* of SCARD_READERSTATE: plug and play, then one a reader with its Watched */
};

typedef struct
{
  char *name;
  gboolean told, present;
  guint event_counter;
} Watched;

typedef enum
{
  EVENT_SERVICE,
  EVENT_REFUSED,
  EVENT_ADDED,
  EVENT_REMOVED,
  EVENT_CARD,
  EVENT_SURVEYED,
} EventKind;

typedef struct
{
  ReaderMonitor *monitor;
  EventKind kind;
  char *name;
  gboolean value; /* service available, card present */
  guint event_counter;
} Event;

static void
unref_monitor (ReaderMonitor *monitor)
{
  if (!g_atomic_ref_count_dec (&monitor->references))
    return;

  g_array_unref (monitor->states);
  g_main_context_unref (monitor->main_context);
  g_mutex_clear (&monitor->mutex);
  g_cond_clear (&monitor->ended_condition);
  close (monitor->wake_event);
  g_free (monitor);
}

static void
free_event (gpointer data)
{
  Event *event = data;

  unref_monitor (event->monitor);
  g_free (event->name);
  g_free (event);
}

/* On the main thread. */
static gboolean
on_event (gpointer data)
{
  const Event *event = data;
  const ReaderMonitorObserver *observer = event->monitor->observer;
  gpointer user_data = event->monitor->user_data;

  if (event->monitor->freed)
    return G_SOURCE_REMOVE;
  switch (event->kind)
    {
    case EVENT_SERVICE:
      observer->service_changed (event->value, user_data);
      break;
    case EVENT_REFUSED:
      log_write (LOG_WARNING, SHIKAKU_MESSAGE_SERVICE_REFUSED, NULL,
                 "card: pcscd does not let the daemon use card readers: polkit does not allow it");
      break;
    case EVENT_ADDED:
      observer->reader_added (reader_pcsc_new (event->name), user_data);
      break;
    case EVENT_REMOVED:
      observer->reader_removed (event->name, user_data);
      break;
    case EVENT_CARD:
      observer->card_changed (event->name, event->value, event->event_counter, user_data);
      break;
    case EVENT_SURVEYED:
      if (observer->surveyed != NULL)
        observer->surveyed (user_data);
      break;
    }
  return G_SOURCE_REMOVE;
}

static Event *
new_event (ReaderMonitor *monitor, EventKind kind, const char *name, gboolean value, guint event_counter)
{
  Event *event = g_new0 (Event, 1);

  g_atomic_ref_count_inc (&monitor->references);
  *event = (Event){ monitor, kind, g_strdup (name), value, event_counter };
  return event;
}

/* On the main thread: what belongs together, with nothing in between. */
static gboolean
on_events (gpointer data)
{
  GPtrArray *events = data;

  for (guint i = 0; i < events->len; i++)
    on_event (events->pdata[i]);
  return G_SOURCE_REMOVE;
}

/* Sources of one priority are served in the order in which they were attached. */
static void
attach (ReaderMonitor *monitor, GSourceFunc function, gpointer data, GDestroyNotify data_free)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, function, data, data_free);
  g_source_attach (source, monitor->main_context);
}

static void
queue_event (ReaderMonitor *monitor, EventKind kind, const char *name, gboolean value, guint event_counter)
{
  Event *event = new_event (monitor, kind, name, value, event_counter);

  if (monitor->together != NULL)
    g_ptr_array_add (monitor->together, event);
  else
    attach (monitor, on_event, event, free_event);
}

static void
tell_service (ReaderMonitor *monitor, gboolean available)
{
  if (monitor->service_told && monitor->service == available)
    return;
  monitor->service_told = TRUE;
  monitor->service = available;
  queue_event (monitor, EVENT_SERVICE, NULL, available, 0);
}

static void
tell_surveyed (ReaderMonitor *monitor)
{
  if (!monitor->surveyed_told)
    queue_event (monitor, EVENT_SURVEYED, NULL, FALSE, 0);
  monitor->surveyed_told = TRUE;
}

static gboolean
is_stopped (ReaderMonitor *monitor)
{
  return g_atomic_int_get (&monitor->stop);
}

/* The service: coming and going. */

static gboolean
establish (ReaderMonitor *monitor)
{
  SCARDCONTEXT context;
  LONG result = reader_pcsc_establish (&context);

  if (result == SCARD_W_SECURITY_VIOLATION && !g_atomic_int_get (&monitor->refused))
    queue_event (monitor, EVENT_REFUSED, NULL, FALSE, 0);
  g_atomic_int_set (&monitor->refused, result == SCARD_W_SECURITY_VIOLATION);
  if (result != SCARD_S_SUCCESS)
    return FALSE;
  g_mutex_lock (&monitor->mutex);
  monitor->context = context;
  monitor->established = TRUE;
  g_mutex_unlock (&monitor->mutex);
  return TRUE;
}

static void
release (ReaderMonitor *monitor)
{
  g_mutex_lock (&monitor->mutex);
  monitor->established = FALSE;
  g_mutex_unlock (&monitor->mutex);
  SCardReleaseContext (monitor->context);
}

static const char *
get_socket_path (void)
{
  const char *path = g_getenv ("PCSCLITE_CSOCK_NAME");

  return path != NULL ? path : DEFAULT_SOCKET;
}

/* Watches @directory, or the nearest one above it that exists. */
static void
watch_directory (int notify, const char *directory)
{
  const guint32 mask = IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_DELETE | IN_DELETE_SELF | IN_ONLYDIR;
  g_autofree char *parent = g_path_get_dirname (directory);

  if (inotify_add_watch (notify, directory, mask) >= 0 || g_str_equal (parent, directory))
    return;
  watch_directory (notify, parent);
  inotify_add_watch (notify, directory, mask); /* the directory may have come before its parent was watched */
}

static int
get_delay (guint failures)
{
  return MIN (DELAY_MILLISECONDS << MIN (failures - 1, DELAY_DOUBLINGS), DELAY_MAXIMUM_MILLISECONDS);
}

/*
 * Sleeps until something happens around the socket or somebody asks; or, if the socket is there, until it is time for
 * the next try. What happens makes the next pauses short again.
 */
static void
wait_for_socket (ReaderMonitor *monitor, int notify)
{
  struct pollfd descriptors[] = { { notify, POLLIN, 0 }, { monitor->wake_event, POLLIN, 0 } };
  gboolean is_there = access (get_socket_path (), F_OK) == 0;
  eventfd_t wakes;

  if (poll (descriptors, G_N_ELEMENTS (descriptors), is_there ? get_delay (monitor->failures) : -1) > 0)
    monitor->failures = 0;
  eventfd_read (monitor->wake_event, &wakes);
  g_atomic_int_set (&monitor->look_again, FALSE);
}

/* Waits until pcscd is there. Return: when a context is established, or the monitor is to stop. */
static void
await_service (ReaderMonitor *monitor)
{
  g_autofree char *directory = g_path_get_dirname (get_socket_path ());

  for (gboolean has_waited = monitor->failures == 0; !is_stopped (monitor); has_waited = TRUE)
    {
      int notify = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);

      watch_directory (notify, directory); /* watched before the try, so that no change between the two is missed */
      if (has_waited && establish (monitor))
        {
          close (notify);
          return;
        }
      monitor->failures += has_waited;
      tell_service (monitor, FALSE);
      tell_surveyed (monitor);
      wait_for_socket (monitor, notify);
      close (notify);
    }
}

/* The readers: coming, going, and what lies in them. */

static void
add_state (ReaderMonitor *monitor, const char *name, Watched *watched)
{
  SCARD_READERSTATE state = { .szReader = name, .pvUserData = watched, .dwCurrentState = SCARD_STATE_UNAWARE };

  g_array_append_val (monitor->states, state);
}

static Watched *
get_watched (ReaderMonitor *monitor, guint index)
{
  return g_array_index (monitor->states, SCARD_READERSTATE, index).pvUserData;
}

static void
add_reader (ReaderMonitor *monitor, const char *name)
{
  Watched *watched = g_new0 (Watched, 1);

  watched->name = g_strdup (name);
  add_state (monitor, watched->name, watched);
  queue_event (monitor, EVENT_ADDED, name, FALSE, 0);
}

static void
remove_reader (ReaderMonitor *monitor, guint index)
{
  Watched *watched = get_watched (monitor, index);

  queue_event (monitor, EVENT_REMOVED, watched->name, FALSE, 0);
  g_array_remove_index (monitor->states, index);
  g_free (watched->name);
  g_free (watched);
}

static gboolean
is_watched (ReaderMonitor *monitor, const char *name)
{
  for (guint i = 1; i < monitor->states->len; i++)
    if (g_str_equal (get_watched (monitor, i)->name, name))
      return TRUE;
  return FALSE;
}

/* Whether @name is in @names: texts, each ended by 0, the last one empty. */
static gboolean
is_listed (const char *names, const char *name)
{
  for (; *names != '\0'; names += strlen (names) + 1)
    if (g_str_equal (names, name))
      return TRUE;
  return FALSE;
}

/* Brings our list in line with pcscd's. Return: FALSE if pcscd went away. */
static gboolean
list_readers (ReaderMonitor *monitor, gboolean *ret_changed)
{
  LPSTR names = NULL;
  DWORD size = SCARD_AUTOALLOCATE;
  LONG result = SCardListReaders (monitor->context, NULL, (LPSTR)&names, &size);
  const char *list = result == SCARD_S_SUCCESS ? names : "";
  gboolean changed = FALSE;

  if (result != SCARD_S_SUCCESS && result != SCARD_E_NO_READERS_AVAILABLE)
    return FALSE;
  for (guint i = monitor->states->len - 1; i > 0; i--)
    if (!is_listed (list, get_watched (monitor, i)->name))
      {
        remove_reader (monitor, i);
        changed = TRUE;
      }
  for (const char *name = list; *name != '\0'; name += strlen (name) + 1)
    if (!is_watched (monitor, name))
      {
        add_reader (monitor, name);
        changed = TRUE;
      }
  if (names != NULL)
    SCardFreeMemory (monitor->context, names);
  *ret_changed = changed;
  return TRUE;
}

static void
tell_changes (ReaderMonitor *monitor)
{
  for (guint i = 0; i < monitor->states->len; i++)
    {
      SCARD_READERSTATE *state = &g_array_index (monitor->states, SCARD_READERSTATE, i);
      Watched *watched = state->pvUserData;
      gboolean present = (state->dwEventState & SCARD_STATE_PRESENT) != 0;
      guint event_counter = (guint)(state->dwEventState >> 16) & 0xFFFF;

      if ((state->dwEventState & SCARD_STATE_CHANGED) == 0)
        continue;
      state->dwCurrentState
          = state->dwEventState & ~(DWORD)SCARD_STATE_CHANGED; /* without this the next wait would return at once */
      if (watched == NULL || (watched->told && watched->present == present && watched->event_counter == event_counter))
        continue;
      watched->told = TRUE;
      watched->present = present;
      watched->event_counter = event_counter;
      queue_event (monitor, EVENT_CARD, watched->name, present, event_counter);
    }
}

/* The next wait returns at once and tells what is there. */
static void
forget_states (ReaderMonitor *monitor)
{
  for (guint i = 0; i < monitor->states->len; i++)
    g_array_index (monitor->states, SCARD_READERSTATE, i).dwCurrentState = SCARD_STATE_UNAWARE;
}

/* As SCardGetStatusChange, for all that are watched: where the library cannot take so many, without plug and play. */
static LONG
wait_for_change (ReaderMonitor *monitor, DWORD milliseconds)
{
  SCARD_READERSTATE *states = (SCARD_READERSTATE *)(void *)monitor->states->data;
  const guint first = monitor->states->len > WATCHED_MAXIMUM ? 1 : 0;

  return SCardGetStatusChange (monitor->context, milliseconds, states + first,
                               MIN (monitor->states->len - first, WATCHED_MAXIMUM));
}

/* Return: because pcscd went away or the monitor is to stop. */
static void
watch_readers (ReaderMonitor *monitor)
{
  gboolean settled = FALSE;
  guint unknown = 0; /* answers in a row that a reader is not known, though it was listed just before */

  while (!is_stopped (monitor))
    {
      gboolean changed;
      LONG result;

      if (g_atomic_int_compare_and_exchange (&monitor->look_again, TRUE, FALSE))
        {
          forget_states (monitor);
          settled = FALSE;
        }
      if (!list_readers (monitor, &changed))
        break;
      settled = settled && !changed;
      if (monitor->states->len == 1) /* no reader */
        tell_surveyed (monitor);
      result = wait_for_change (monitor, settled ? INFINITE : QUIET_MILLISECONDS);
      if (result == SCARD_S_SUCCESS)
        {
          tell_changes (monitor);
          tell_surveyed (monitor);
        }
      else if (result == SCARD_E_TIMEOUT)
        settled = TRUE;
      else if (result != SCARD_E_CANCELLED && (result != SCARD_E_UNKNOWN_READER || ++unknown == UNKNOWN_MAXIMUM))
        break;
      if (result != SCARD_E_UNKNOWN_READER)
        monitor->failures = unknown = 0;
    }
  monitor->failures++;
}

static gpointer
watch (gpointer data)
{
  ReaderMonitor *monitor = data;

  add_state (monitor, PLUG_AND_PLAY, NULL);
  while (await_service (monitor), !is_stopped (monitor))
    {
      tell_service (monitor, TRUE);
      watch_readers (monitor);
      /* That readers are gone and why are told in one, or a visit could end before it is known why. */
      monitor->together = g_ptr_array_new_with_free_func (free_event);
      while (monitor->states->len > 1)
        remove_reader (monitor, monitor->states->len - 1);
      tell_service (monitor, FALSE);
      attach (monitor, on_events, g_steal_pointer (&monitor->together), (GDestroyNotify)g_ptr_array_unref);
      release (monitor);
    }

  g_mutex_lock (&monitor->mutex);
  monitor->ended = TRUE;
  g_cond_broadcast (&monitor->ended_condition);
  g_mutex_unlock (&monitor->mutex);
  unref_monitor (monitor);
  return NULL;
}

ReaderMonitor *
reader_monitor_new (const ReaderMonitorObserver *observer, gpointer user_data)
{
  ReaderMonitor *monitor = g_new0 (ReaderMonitor, 1);

  g_atomic_ref_count_init (&monitor->references);
  monitor->observer = observer;
  monitor->user_data = user_data;
  monitor->main_context = g_main_context_ref_thread_default ();
  monitor->wake_event = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  monitor->states = g_array_new (FALSE, FALSE, sizeof (SCARD_READERSTATE));
  g_mutex_init (&monitor->mutex);
  g_cond_init (&monitor->ended_condition);
  g_atomic_ref_count_inc (&monitor->references);
  monitor->thread = g_thread_new ("reader-monitor", watch, monitor);
  return monitor;
}

static gboolean
is_wanted (ReaderMonitor *monitor)
{
  return !monitor->ended && (is_stopped (monitor) || g_atomic_int_get (&monitor->look_again));
}

/*
 * A cancel before the wait begins is lost, though it reports success: cancel until the thread has ended or looked
 * again. A cancel waits for pcscd, which may hang: so it has a thread of its own, and does not hold the mutex.
 */
static gpointer
wake (gpointer data)
{
  ReaderMonitor *monitor = data;
  const gint64 limit = g_get_monotonic_time () + STOP_TIME;

  g_mutex_lock (&monitor->mutex);
  while (is_wanted (monitor) && g_get_monotonic_time () < limit)
    {
      SCARDCONTEXT context = monitor->context;
      gboolean established = monitor->established;

      g_mutex_unlock (&monitor->mutex);
      if (established)
        SCardCancel (context);
      g_mutex_lock (&monitor->mutex);
      g_cond_wait_until (&monitor->ended_condition, &monitor->mutex, g_get_monotonic_time () + STOP_STEP);
    }
  g_mutex_unlock (&monitor->mutex);
  unref_monitor (monitor);
  return NULL;
}

static void
start_waking (ReaderMonitor *monitor)
{
  eventfd_write (monitor->wake_event, 1);
  g_atomic_ref_count_inc (&monitor->references);
  g_thread_unref (g_thread_new ("reader-wake", wake, monitor));
}

/* Return: whether the thread has ended. */
static gboolean
stop_thread (ReaderMonitor *monitor)
{
  const gint64 limit = g_get_monotonic_time () + STOP_TIME;
  gboolean ended;

  g_atomic_int_set (&monitor->stop, TRUE);
  start_waking (monitor);
  g_mutex_lock (&monitor->mutex);
  while (!monitor->ended && g_cond_wait_until (&monitor->ended_condition, &monitor->mutex, limit))
    ;
  ended = monitor->ended;
  g_mutex_unlock (&monitor->mutex);
  return ended;
}

void
reader_monitor_look_again (ReaderMonitor *monitor)
{
  if (g_atomic_int_compare_and_exchange (&monitor->look_again, FALSE, TRUE))
    start_waking (monitor);
}

gboolean
reader_monitor_is_refused (ReaderMonitor *monitor)
{
  return g_atomic_int_get (&monitor->refused);
}

void
reader_monitor_free (ReaderMonitor *monitor)
{
  monitor->freed = TRUE;
  if (stop_thread (monitor))
    g_thread_join (monitor->thread);
  else /* the thread is in a call to a pcscd that does not answer: it is left behind, with what it needs */
    g_thread_unref (monitor->thread);
  unref_monitor (monitor);
}
