/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-outgoing: so many calls at a time, the others in line, and every caller is called back once. */
#include "bus/bus-outgoing.h"

#include "bus/bus-error.h"
#include "bus-ends.h"

#define AT_A_TIME 56
#define AGENT ":1.42"
#define SERVICE "org.example.Service"
#define CALLS 250
#define LONG 60 /* seconds */

typedef struct
{
  BusEnds ends;
  BusOutgoing *outgoing;
  GQueue calls; /* that have come to the server and are not answered: sd_bus_message */
  guint answers, unanswered;
} Fixture;

static int
take_call (sd_bus_message *call, void *user_data, sd_bus_error *error)
{
  g_queue_push_tail (&((Fixture *)user_data)->calls, sd_bus_message_ref (call));
  return 1;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  bus_ends_set_up (&fixture->ends);
  g_assert_cmpint (sd_bus_add_filter (fixture->ends.server, NULL, take_call, fixture), >=, 0);
  fixture->outgoing = bus_outgoing_new (fixture->ends.client);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->outgoing, bus_outgoing_free);
  while (fixture->calls.length > 0)
    sd_bus_message_unref (g_queue_pop_head (&fixture->calls));
  bus_ends_tear_down (&fixture->ends);
}

static void
note_reply (sd_bus_message *reply, gpointer user_data)
{
  Fixture *fixture = user_data;

  if (reply)
    fixture->answers++;
  else
    fixture->unanswered++;
}

static void
call (Fixture *fixture, const char *destination)
{
  sd_bus_message *message = NULL;

  g_assert_cmpint (
      sd_bus_message_new_method_call (fixture->ends.client, &message, destination, "/", "org.example.Peer", "Ask"), >=,
      0);
  bus_outgoing_call (fixture->outgoing, message, LONG, note_reply, fixture);
}

static void
answer (Fixture *fixture)
{
  g_autoptr (sd_bus_message) message = g_queue_pop_head (&fixture->calls);

  g_assert_cmpint (sd_bus_reply_method_return (message, NULL), >=, 0);
}

static void
test_line (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < CALLS; i++)
    call (fixture, AGENT);
  bus_ends_settle (&fixture->ends);
  g_assert_cmpuint (fixture->calls.length, ==, AT_A_TIME);
  for (guint i = 1; i <= CALLS; i++)
    {
      answer (fixture);
      bus_ends_settle (&fixture->ends);
      g_assert_cmpuint (fixture->answers, ==, i);
      g_assert_cmpuint (fixture->calls.length, ==, MIN (AT_A_TIME, CALLS - i));
    }
}

/* An answer that was lost: an error comes in its place, and the next in line has its turn. */
static void
test_lost (Fixture *fixture, gconstpointer data)
{
  sd_bus_message *message = NULL;

  g_assert_cmpint (
      sd_bus_message_new_method_call (fixture->ends.client, &message, AGENT, "/", "org.example.Peer", "Ask"), >=, 0);
  bus_outgoing_call (fixture->outgoing, message, 1, note_reply, fixture);
  for (guint i = 0; i < AT_A_TIME; i++)
    call (fixture, AGENT);
  bus_ends_settle (&fixture->ends);
  g_assert_cmpuint (fixture->calls.length, ==, AT_A_TIME);
  while (fixture->answers == 0)
    {
      g_assert_cmpint (sd_bus_wait (fixture->ends.client, UINT64_MAX), >=, 0);
      bus_ends_settle (&fixture->ends);
    }
  g_assert_cmpuint (fixture->calls.length, ==, AT_A_TIME + 1);
}

static void
test_end (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < CALLS; i++)
    call (fixture, AGENT);
  bus_ends_settle (&fixture->ends);
  answer (fixture);
  bus_ends_settle (&fixture->ends);
  g_clear_pointer (&fixture->outgoing, bus_outgoing_free);
  g_assert_cmpuint (fixture->answers, ==, 1);
  g_assert_cmpuint (fixture->unanswered, ==, CALLS - 1);
}

/* Behind agents that do not answer, services and the bus are still asked. */
static void
test_services (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < CALLS; i++)
    call (fixture, AGENT);
  call (fixture, SERVICE);
  call (fixture, "org.freedesktop.DBus");
  bus_ends_settle (&fixture->ends);
  g_assert_cmpuint (fixture->calls.length, ==, AT_A_TIME + 2);
  g_assert_cmpstr (sd_bus_message_get_destination (g_queue_peek_nth (&fixture->calls, AT_A_TIME)), ==, SERVICE);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/bus-outgoing/line", Fixture, NULL, set_up, test_line, tear_down);
  g_test_add ("/bus-outgoing/lost", Fixture, NULL, set_up, test_lost, tear_down);
  g_test_add ("/bus-outgoing/end", Fixture, NULL, set_up, test_end, tear_down);
  g_test_add ("/bus-outgoing/services", Fixture, NULL, set_up, test_services, tear_down);
  return g_test_run ();
}
