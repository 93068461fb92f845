/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-gate: who passes, who waits, who is refused. The other end plays the bus and all callers; nothing is done later
   until the main loop runs, and no time passes but when the test says so (--wrap). */
#include "bus/bus-gate.h"

#include <string.h>

#include "base/names.h"
#include "bus/bus-error.h"
#include "bus/bus-user-name.h"
#include "bus-ends.h"

#define CLERK ":1.1000" /* users are called by their number; the last digit, that of the connection, is left out */
#define OTHER ":1.1001"
#define ROOT ":1."
#define CONNECTIONS 3
#define DEADLINE_SECONDS 10
#define TURN (G_TIME_SPAN_SECOND / BUS_RATE_VISITS / 2) /* of the clock, in which one call at most comes back */

typedef struct
{
  BusEnds ends;
  BusOutgoing *outgoing;
  BusPeers *peers;
  BusCalls *calls;
  BusGate *gate;
  guint passed, refused;
  char *last; /* member of what passed last */
} Fixture;

static gint64 now = 4711 * G_TIME_SPAN_SECOND;

gint64 __wrap_g_get_monotonic_time (void);
guint __real_g_timeout_add (guint milliseconds, GSourceFunc function, gpointer data);
guint __wrap_g_timeout_add (guint milliseconds, GSourceFunc function, gpointer data);
gboolean __wrap_bus_user_name_look_up (uid_t uid, BusUserNameDone done, gpointer user_data);

gint64
__wrap_g_get_monotonic_time (void)
{
  return now;
}

/* In the next turn of the loop: it looks at the clock, and waits again if it is too early. */
guint
__wrap_g_timeout_add (guint milliseconds, GSourceFunc function, gpointer data)
{
  return __real_g_timeout_add (0, function, data);
}

/* There are no names: who calls is known as soon as the bus has told its number. */
gboolean
__wrap_bus_user_name_look_up (uid_t uid, BusUserNameDone done, gpointer user_data)
{
  return FALSE;
}

/* What the daemon behind the gate sees. */
static int
count_passed (sd_bus_message *message, void *user_data, sd_bus_error *error)
{
  Fixture *fixture = user_data;

  if (sd_bus_message_is_method_call (message, NULL, NULL) <= 0)
    return 0;
  fixture->passed++;
  g_free (fixture->last);
  fixture->last = g_strdup (sd_bus_message_get_member (message));
  return 1;
}

/* What the bus and the callers see. */
static int
play_bus (sd_bus_message *message, void *user_data, sd_bus_error *error)
{
  Fixture *fixture = user_data;
  const char *name;

  if (sd_bus_message_is_method_error (message, SHIKAKU_ERROR_PREFIX "LimitExceeded") > 0)
    fixture->refused++;
  if (sd_bus_message_is_method_call (message, "org.freedesktop.DBus", "GetConnectionCredentials") > 0
      && sd_bus_message_read_basic (message, 's', &name) > 0)
    return sd_bus_reply_method_return (message, "a{sv}", 1, "UnixUserID", "u",
                                       (guint32)g_ascii_strtoull (name + strlen (":1."), NULL, 10) / 10);
  return sd_bus_message_is_method_call (message, NULL, NULL) > 0 ? sd_bus_reply_method_return (message, NULL) : 1;
}

static void
ignore_gone (const char *name, gpointer user_data)
{
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  bus_ends_set_up (&fixture->ends);
  g_assert_cmpint (sd_bus_add_filter (fixture->ends.server, NULL, play_bus, fixture), >=, 0);
  g_assert_cmpint (sd_bus_add_filter (fixture->ends.client, NULL, count_passed, fixture), >=, 0);
  fixture->outgoing = bus_outgoing_new (fixture->ends.client);
  fixture->peers = bus_peers_new (fixture->ends.client, fixture->outgoing, ignore_gone, NULL);
  fixture->calls = bus_calls_new (fixture->peers, NULL);
  fixture->gate = bus_gate_new (fixture->ends.client, fixture->calls, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->gate, bus_gate_free);
  bus_outgoing_free (fixture->outgoing);
  bus_peers_clear (fixture->peers);
  bus_calls_unref (fixture->calls);
  bus_peers_unref (fixture->peers);
  bus_ends_tear_down (&fixture->ends);
  g_free (fixture->last);
}

static void
call_from (Fixture *fixture, const char *user, guint connection, const char *interface, const char *member)
{
  g_autofree char *sender = g_strdup_printf ("%s%u", user, connection);
  g_autoptr (sd_bus_message) message = NULL;
  guint64 cookie; /* without, no reply would be expected */

  g_assert_cmpint (
      sd_bus_message_new_method_call (fixture->ends.server, &message, NULL, SHIKAKU_OBJECT_PATH, interface, member), >=,
      0);
  g_assert_cmpint (sd_bus_message_set_sender (message, sender), >=, 0);
  g_assert_cmpint (sd_bus_send (fixture->ends.server, message, &cookie), >=, 0);
  bus_ends_settle (&fixture->ends);
}

static void
call (Fixture *fixture, const char *user, const char *interface, const char *member)
{
  call_from (fixture, user, 0, interface, member);
}

/* Calls until one is refused. Return: how many wait then. */
static guint
call_until_refused (Fixture *fixture, const char *user, const char *interface, const char *member)
{
  guint called = 0, passed = fixture->passed;

  for (fixture->refused = 0; fixture->refused == 0; called++)
    call_from (fixture, user, called % CONNECTIONS, interface, member);
  passed = fixture->passed - passed;
  return called - passed - fixture->refused;
}

static gboolean
fail_late (gpointer user_data)
{
  g_error ("nothing happened for %d seconds", DEADLINE_SECONDS);
  return G_SOURCE_REMOVE;
}

static void
wait_passed (Fixture *fixture, guint count)
{
  guint deadline = g_timeout_add_seconds (DEADLINE_SECONDS, fail_late, NULL);

  while (fixture->passed < count)
    {
      now += TURN;
      g_main_context_iteration (NULL, TRUE);
      bus_ends_settle (&fixture->ends);
    }
  g_source_remove (deadline);
}

static void
test_line (Fixture *fixture, gconstpointer data)
{
  guint waiting = call_until_refused (fixture, CLERK, SHIKAKU_INTERFACE_MANAGER, "CheckNumber");
  guint passed = fixture->passed;

  g_assert_cmpuint (waiting, ==, BUS_ACCOUNT_WAITING_MAXIMUM);
  g_assert_cmpuint (passed, ==, BUS_RATE_VISITS_IN_HAND);
  /* Another user, and root, do not wait. */
  call (fixture, OTHER, SHIKAKU_INTERFACE_MANAGER, "GetVisits");
  call (fixture, ROOT, SHIKAKU_INTERFACE_MANAGER, "GetVisits");
  g_assert_cmpuint (fixture->passed, ==, passed + 2);
  wait_passed (fixture, passed + 2 + waiting);
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  guint waiting = call_until_refused (fixture, CLERK, SHIKAKU_INTERFACE_MANAGER, "OpenVisit");
  guint passed = fixture->passed;

  g_assert_cmpuint (waiting, ==, BUS_ACCOUNT_WAITING_MAXIMUM);
  g_assert_cmpuint (passed, ==, BUS_RATE_VISITS_IN_HAND);
  wait_passed (fixture, passed + waiting - 1);
  /* There are enough calls in hand for this, but one waits before it. */
  call (fixture, CLERK, SHIKAKU_INTERFACE_MANAGER, "GetVisits");
  g_assert_cmpuint (fixture->passed, ==, passed + waiting - 1);
  wait_passed (fixture, passed + waiting + 1);
  g_assert_cmpstr (fixture->last, ==, "GetVisits");
}

/* What needs no right passes without a question, until strangers call too much: then each is asked about. */
static void
test_strangers (Fixture *fixture, gconstpointer data)
{
  guint waiting;

  call (fixture, OTHER, "org.freedesktop.DBus.Properties", "GetAll");
  g_assert_null (bus_peers_find (fixture->peers, OTHER "0"));
  waiting = call_until_refused (fixture, CLERK, "org.freedesktop.DBus.Properties", "GetAll");
  g_assert_cmpuint (waiting, ==, BUS_ACCOUNT_WAITING_MAXIMUM);
  g_assert_nonnull (bus_peers_find (fixture->peers, CLERK "0"));
  g_assert_cmpuint (fixture->passed, >=, 2 * BUS_RATE_CALLS_IN_HAND);
}

/* Calls of who has gone are nobody's. */
static void
test_gone (Fixture *fixture, gconstpointer data)
{
  guint passed;

  call_until_refused (fixture, CLERK, SHIKAKU_INTERFACE_MANAGER, "Check");
  passed = fixture->passed;
  bus_peers_note_gone (fixture->peers, CLERK "0");
  bus_peers_note_gone (fixture->peers, CLERK "1");
  bus_peers_note_gone (fixture->peers, CLERK "2");
  call (fixture, OTHER, SHIKAKU_INTERFACE_MANAGER, "GetVisits");
  g_assert_cmpuint (fixture->passed, ==, passed + 1);
  for (guint i = 0; i < 10; i++)
    g_main_context_iteration (NULL, FALSE);
  bus_ends_settle (&fixture->ends);
  g_assert_cmpuint (fixture->passed, ==, passed + 1);
}

static void
test_end (Fixture *fixture, gconstpointer data)
{
  call_until_refused (fixture, CLERK, SHIKAKU_INTERFACE_MANAGER, "Check");
  g_clear_pointer (&fixture->gate, bus_gate_free);
  bus_ends_settle (&fixture->ends);
}

#define ADD(path, test) g_test_add ("/bus-gate/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("line", test_line);
  ADD ("order", test_order);
  ADD ("strangers", test_strangers);
  ADD ("gone", test_gone);
  ADD ("end", test_end);
  return g_test_run ();
}
