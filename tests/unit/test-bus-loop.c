/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-loop: sd-event and GLib in one loop, with what disturbs it: threads, urgent sources, synchronous calls. */
#include <dlfcn.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <glib-unix.h>

#include "bus/bus-loop.h"

#define DEADLINE_SECONDS 10
#define TURNS 500

static guint refused; /* times that sd_event_prepare was called when it must not be */
static guint armed;   /* times that prepare was called while the event was armed */

/* Stands before libsystemd's own: sees what the loop asks of it. */
int
sd_event_prepare (sd_event *event)
{
  static int (*real) (sd_event * event);
  int result;

  if (!real)
    *(void **)&real = dlsym (RTLD_NEXT, "sd_event_prepare");
  result = real (event);
  if (result < 0)
    refused++;
  return result;
}

int
sd_event_get_state (sd_event *event)
{
  static int (*real) (sd_event * event);
  int state;

  if (!real)
    *(void **)&real = dlsym (RTLD_NEXT, "sd_event_get_state");
  state = real (event);
  if (state == SD_EVENT_ARMED)
    armed++;
  return state;
}

static gboolean
fail_late (gpointer user_data)
{
  g_error ("nothing happened for %d seconds", DEADLINE_SECONDS);
  return G_SOURCE_REMOVE;
}

typedef struct
{
  sd_event *event;
  guint source;
  guint deadline;
  guint count;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (sd_event_new (&fixture->event), >=, 0);
  fixture->source = bus_loop_attach (fixture->event, NULL);
  fixture->deadline = g_timeout_add_seconds (DEADLINE_SECONDS, fail_late, NULL);
  refused = 0;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_source_remove (fixture->deadline);
  g_source_remove (fixture->source);
  sd_event_unref (fixture->event);
}

/* Two threads. */

static int
count_timer (sd_event_source *timer, uint64_t usec, void *user_data)
{
  Fixture *fixture = user_data;

  fixture->count++;
  sd_event_source_set_time_relative (timer, 100);
  sd_event_source_set_enabled (timer, SD_EVENT_ONESHOT);
  return 0;
}

static gboolean
ignore (int fd, GIOCondition condition, gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static gpointer
disturb (gpointer user_data)
{
  gint *stop = user_data;
  int ends[2];

  g_assert_true (g_unix_open_pipe (ends, FD_CLOEXEC, NULL));
  while (!g_atomic_int_get (stop))
    g_source_remove (g_unix_fd_add (ends[0], G_IO_IN, ignore, NULL));
  close (ends[0]);
  close (ends[1]);
  return NULL;
}

/* Another thread adds and removes sources all the time, so that GLib prepares twice before it checks. */
static void
test_two_threads (Fixture *fixture, gconstpointer data)
{
  sd_event_source *timer = NULL;
  gint stop = FALSE;
  GThread *thread;

  g_assert_cmpint (sd_event_add_time_relative (fixture->event, &timer, CLOCK_MONOTONIC, 0, 1, count_timer, fixture), >=,
                   0);
  thread = g_thread_new ("disturb", disturb, &stop);
  while (fixture->count < TURNS)
    g_main_context_iteration (NULL, TRUE);
  g_atomic_int_set (&stop, TRUE);
  g_thread_join (thread);
  g_assert_cmpuint (refused, ==, 0);
  g_test_message ("%u times armed", armed);
  sd_event_source_disable_unref (timer);
}

/* A more urgent source. */

static int
count_errand (sd_event_source *errand, void *user_data)
{
  ((Fixture *)user_data)->count++;
  return 0;
}

static gboolean
plan_errand (int fd, GIOCondition condition, gpointer user_data)
{
  char byte;

  g_assert_cmpint (read (fd, &byte, 1), ==, 1);
  sd_event_source_set_enabled (user_data, SD_EVENT_ONESHOT);
  return G_SOURCE_CONTINUE;
}

/* GLib prepares us, then checks only what is more urgent, which gives the event something to do: it must be done. */
static void
test_urgent_source (Fixture *fixture, gconstpointer data)
{
  sd_event_source *errand = NULL;
  int ends[2];
  GSource *watch;

  g_assert_true (g_unix_open_pipe (ends, FD_CLOEXEC, NULL));
  g_assert_cmpint (sd_event_add_defer (fixture->event, &errand, count_errand, fixture), >=, 0);
  sd_event_source_set_enabled (errand, SD_EVENT_OFF);
  watch = g_unix_fd_source_new (ends[0], G_IO_IN);
  g_source_set_priority (watch, G_PRIORITY_HIGH);
  g_source_set_can_recurse (watch, TRUE); /* else GLib wakes itself up after it, which hides what is missed */
  g_source_set_callback (watch, G_SOURCE_FUNC (plan_errand), errand, NULL);
  g_source_attach (watch, NULL);
  for (guint turn = 0; turn < TURNS; turn++)
    {
      g_assert_cmpint (write (ends[1], "x", 1), ==, 1);
      while (fixture->count <= turn)
        g_main_context_iteration (NULL, TRUE);
    }
  g_assert_cmpuint (refused, ==, 0);
  g_source_destroy (watch);
  g_source_unref (watch);
  sd_event_source_disable_unref (errand);
  close (ends[0]);
  close (ends[1]);
}

/* A call right after a synchronous one. */

static void
start_bus (sd_bus **ret_bus, int fd, gboolean server)
{
  sd_id128_t id = { .bytes = { 1 } };

  g_assert_cmpint (sd_bus_new (ret_bus), >=, 0);
  g_assert_cmpint (sd_bus_set_fd (*ret_bus, fd, fd), >=, 0);
  if (server)
    g_assert_cmpint (sd_bus_set_server (*ret_bus, TRUE, id), >=, 0);
  g_assert_cmpint (sd_bus_set_anonymous (*ret_bus, TRUE), >=, 0);
  g_assert_cmpint (sd_bus_start (*ret_bus), >=, 0);
}

static int
note_answer (sd_bus_message *reply, void *user_data, sd_bus_error *error)
{
  g_assert_cmpint (sd_bus_message_is_method_error (reply, NULL), ==, 0);
  *(gboolean *)user_data = TRUE;
  return 0;
}

/* Asks back before it answers: both lie in the other side's socket when it reads. */
static int
answer_and_ask (sd_bus_message *call, void *user_data, sd_bus_error *error)
{
  if (!sd_bus_message_is_method_call (call, "org.example.Peer", "Ask"))
    return 0;
  g_assert_cmpint (sd_bus_call_method_async (sd_bus_message_get_bus (call), NULL, NULL, "/", "org.example.Peer",
                                             "AskBack", note_answer, user_data, NULL),
                   >=, 0);
  g_assert_cmpint (sd_bus_reply_method_return (call, NULL), >=, 0);
  return 1;
}

static gpointer
serve (gpointer user_data)
{
  gboolean answered = FALSE;
  sd_bus *bus;

  start_bus (&bus, GPOINTER_TO_INT (user_data), TRUE);
  g_assert_cmpint (sd_bus_add_filter (bus, NULL, answer_and_ask, &answered), >=, 0);
  while (!answered)
    if (sd_bus_process (bus, NULL) == 0)
      sd_bus_wait (bus, UINT64_MAX);
  sd_bus_flush_close_unref (bus);
  return NULL;
}

static int
answer (sd_bus_message *call, void *user_data, sd_bus_error *error)
{
  ((Fixture *)user_data)->count++;
  return sd_bus_reply_method_return (call, NULL);
}

static void
test_after_synchronous_call (Fixture *fixture, gconstpointer data)
{
  GThread *thread;
  sd_bus *bus;
  int ends[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), ==, 0);
  thread = g_thread_new ("peer", serve, GINT_TO_POINTER (ends[1]));
  start_bus (&bus, ends[0], FALSE);
  g_assert_cmpint (sd_bus_attach_event (bus, fixture->event, SD_EVENT_PRIORITY_NORMAL), >=, 0);
  g_assert_cmpint (sd_bus_add_filter (bus, NULL, answer, fixture), >=, 0);
  g_assert_cmpint (sd_bus_call_method (bus, NULL, "/", "org.example.Peer", "Ask", NULL, NULL, NULL), >=, 0);
  while (fixture->count == 0)
    g_main_context_iteration (NULL, TRUE);
  sd_bus_flush (bus);
  g_thread_join (thread);
  sd_bus_close_unref (bus);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/bus-loop/two-threads", Fixture, NULL, set_up, test_two_threads, tear_down);
  g_test_add ("/bus-loop/urgent-source", Fixture, NULL, set_up, test_urgent_source, tear_down);
  g_test_add ("/bus-loop/after-synchronous-call", Fixture, NULL, set_up, test_after_synchronous_call, tear_down);
  return g_test_run ();
}
