/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-loop: sd-bus and GLib in one loop, with what disturbs it: threads, urgent sources, synchronous calls, an end. */
#include <glib-unix.h>
#include <unistd.h>

#include "bus/bus-error.h"
#include "bus/bus-loop.h"
#include "bus-ends.h"

#define DEADLINE_SECONDS 10
#define TURNS 500

typedef struct
{
  sd_bus *bus;
  guint source, deadline;
  GThread *peer;
  guint count;
  gboolean ended;
} Fixture;

static gboolean
fail_late (gpointer user_data)
{
  g_error ("nothing happened for %d seconds", DEADLINE_SECONDS);
  return G_SOURCE_REMOVE;
}

/* The other side: it answers what it is asked, but "AskMe", before whose answer it asks something itself: both lie in
   our socket when we read. "Leave" ends it. */

static int
ignore_reply (sd_bus_message *reply, void *user_data, sd_bus_error *error)
{
  return 0;
}

static int
serve_call (sd_bus_message *call, void *user_data, sd_bus_error *error)
{
  if (sd_bus_message_is_method_call (call, NULL, "Leave") > 0)
    *(gboolean *)user_data = TRUE;
  if (sd_bus_message_is_method_call (call, NULL, "Silence") > 0)
    return 1;
  if (sd_bus_message_is_method_call (call, NULL, "AskMe") > 0)
    g_assert_cmpint (sd_bus_call_method_async (sd_bus_message_get_bus (call), NULL, NULL, "/", "org.example.Peer",
                                               "AskBack", ignore_reply, NULL, NULL),
                     >=, 0);
  return sd_bus_reply_method_return (call, NULL);
}

static gpointer
serve (gpointer user_data)
{
  sd_bus *bus = bus_ends_new_end (GPOINTER_TO_INT (user_data), TRUE);
  gboolean leaving = FALSE;
  int processed = 1;

  g_assert_cmpint (sd_bus_add_filter (bus, NULL, serve_call, &leaving), >=, 0);
  while (!leaving && processed >= 0)
    {
      processed = sd_bus_process (bus, NULL);
      if (processed == 0)
        sd_bus_wait (bus, UINT64_MAX);
    }
  sd_bus_flush_close_unref (bus);
  return NULL;
}

static int
note_message (sd_bus_message *message, void *user_data, sd_bus_error *error)
{
  Fixture *fixture = user_data;

  if (sd_bus_message_is_signal (message, NULL, "Disconnected") > 0)
    fixture->ended = TRUE;
  if (sd_bus_message_is_method_call (message, NULL, "AskBack") <= 0)
    return 0;
  fixture->count++;
  return sd_bus_reply_method_return (message, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  int ends[2];

  bus_ends_connect (ends);
  fixture->peer = g_thread_new ("peer", serve, GINT_TO_POINTER (ends[1]));
  fixture->bus = bus_ends_new_end (ends[0], FALSE);
  g_assert_cmpint (sd_bus_add_filter (fixture->bus, NULL, note_message, fixture), >=, 0);
  fixture->source = bus_loop_attach (fixture->bus, NULL);
  fixture->deadline = g_timeout_add_seconds (DEADLINE_SECONDS, fail_late, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_source_remove (fixture->source);
  sd_bus_close_unref (fixture->bus);
  g_thread_join (fixture->peer);
  g_source_remove (fixture->deadline);
}

static int
count_reply (sd_bus_message *reply, void *user_data, sd_bus_error *error)
{
  ((Fixture *)user_data)->count++;
  return 0;
}

static void
ask (Fixture *fixture, const char *member)
{
  g_assert_cmpint (
      sd_bus_call_method_async (fixture->bus, NULL, NULL, "/", "org.example.Peer", member, count_reply, fixture, NULL),
      >=, 0);
}

static void
wait_count (Fixture *fixture, guint count)
{
  while (fixture->count < count)
    g_main_context_iteration (NULL, TRUE);
}

/* Two threads. */

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
  gint stop = FALSE;
  GThread *thread = g_thread_new ("disturb", disturb, &stop);

  for (guint turn = 1; turn <= TURNS; turn++)
    {
      ask (fixture, "Ask");
      wait_count (fixture, turn);
    }
  g_atomic_int_set (&stop, TRUE);
  g_thread_join (thread);
}

/* A more urgent source. */

static gboolean
ask_urgently (int fd, GIOCondition condition, gpointer user_data)
{
  char byte;

  g_assert_cmpint (read (fd, &byte, 1), ==, 1);
  ask (user_data, "Ask");
  return G_SOURCE_CONTINUE;
}

/* GLib prepares us, then checks only what is more urgent, which gives the bus something to do: it must be done. */
static void
test_urgent_source (Fixture *fixture, gconstpointer data)
{
  int ends[2];
  GSource *watch;

  g_assert_true (g_unix_open_pipe (ends, FD_CLOEXEC, NULL));
  watch = g_unix_fd_source_new (ends[0], G_IO_IN);
  g_source_set_priority (watch, G_PRIORITY_HIGH);
  g_source_set_can_recurse (watch, TRUE); /* else GLib wakes itself up after it, which hides what is missed */
  g_source_set_callback (watch, G_SOURCE_FUNC (ask_urgently), fixture, NULL);
  g_source_attach (watch, NULL);
  for (guint turn = 1; turn <= TURNS; turn++)
    {
      g_assert_cmpint (write (ends[1], "x", 1), ==, 1);
      wait_count (fixture, turn);
    }
  g_source_destroy (watch);
  g_source_unref (watch);
  close (ends[0]);
  close (ends[1]);
}

/* A synchronous call leaves a message in the queue of sd-bus, and nothing in the socket. */
static void
test_after_synchronous_call (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (sd_bus_call_method (fixture->bus, NULL, "/", "org.example.Peer", "AskMe", NULL, NULL, NULL), >=, 0);
  wait_count (fixture, 1);
}

/* A call that is not answered in time. */
static void
test_time_limit (Fixture *fixture, gconstpointer data)
{
  g_autoptr (sd_bus_message) call = NULL;

  g_assert_cmpint (sd_bus_message_new_method_call (fixture->bus, &call, NULL, "/", "org.example.Peer", "Silence"), >=,
                   0);
  g_assert_cmpint (sd_bus_call_async (fixture->bus, NULL, call, count_reply, fixture, 20000), >=, 0);
  wait_count (fixture, 1);
}

static gboolean
count_turn (gpointer user_data)
{
  (*(guint *)user_data)++;
  return G_SOURCE_CONTINUE;
}

/* The filters hear of the end, and then the loop rests. */
static void
test_end (Fixture *fixture, gconstpointer data)
{
  guint timer, ticks = 0, turns = 0;

  ask (fixture, "Leave");
  while (!fixture->ended)
    g_main_context_iteration (NULL, TRUE);
  timer = g_timeout_add (20, count_turn, &ticks);
  while (ticks < 3)
    {
      g_main_context_iteration (NULL, TRUE);
      turns++;
    }
  g_assert_cmpuint (turns, <, 10);
  g_source_remove (timer);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/bus-loop/two-threads", Fixture, NULL, set_up, test_two_threads, tear_down);
  g_test_add ("/bus-loop/urgent-source", Fixture, NULL, set_up, test_urgent_source, tear_down);
  g_test_add ("/bus-loop/after-synchronous-call", Fixture, NULL, set_up, test_after_synchronous_call, tear_down);
  g_test_add ("/bus-loop/time-limit", Fixture, NULL, set_up, test_time_limit, tear_down);
  g_test_add ("/bus-loop/end", Fixture, NULL, set_up, test_end, tear_down);
  return g_test_run ();
}
