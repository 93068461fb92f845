/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-access, and the readers: which calls polkit is told a reader of, and what becomes of a call when readers come and
 * go while polkit decides. The other end plays the bus and polkit.
 */
#include "bus/bus-access.h"

#include <string.h>

#include "base/error.h"
#include "base/names.h"
#include "bus-ends.h"
#include "bus/bus-error.h"
#include "fake-desk.h"

#define CALLER ":1.1"
#define OTHER_READER "Other Desk 00 00"
#define CONSENTS "Consents", "as", 1, "drug"
#define INSURED "Insured", "a{sv}", 0

typedef struct
{
  BusEnds ends;
  BusOutgoing *outgoing;
  BusPeers *peers;
  BusAccess *access;
  FakeDesk *desk;
  FakeCard *other;
  GQueue questions; /* sd_bus_message: asked, not answered */
  guint granted, asked;
  GError *error;
} Fixture;

static int
play_bus (sd_bus_message *message, void *user_data, sd_bus_error *error)
{
  Fixture *fixture = user_data;

  if (sd_bus_message_is_method_call (message, "org.freedesktop.DBus", "GetConnectionCredentials") > 0)
    return sd_bus_reply_method_return (message, "a{sv}", 1, "UnixUserID", "u", (guint32)1000);
  if (sd_bus_message_is_method_call (message, NULL, "CheckAuthorization") > 0)
    {
      g_queue_push_tail (&fixture->questions, sd_bus_message_ref (message));
      fixture->asked++;
      return 1;
    }
  return sd_bus_message_is_method_call (message, NULL, NULL) > 0 ? sd_bus_reply_method_return (message, NULL) : 1;
}

static void
on_gone (const char *name, gpointer user_data)
{
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  bus_ends_set_up (&fixture->ends);
  g_assert_cmpint (sd_bus_add_filter (fixture->ends.server, NULL, play_bus, fixture), >=, 0);
  fixture->outgoing = bus_outgoing_new (fixture->ends.client);
  fixture->peers = bus_peers_new (fixture->ends.client, fixture->outgoing, on_gone, fixture);
  fixture->access = bus_access_new (fixture->ends.client, fixture->outgoing, fixture->peers);
  fixture->desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  fixture->other = fake_card_new (fake_get_person ("sato"));
  fixture->other->reader_name = OTHER_READER;
  bus_access_set_station (fixture->access, fixture->desk->station);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  bus_access_free (fixture->access);
  while (fixture->questions.length > 0)
    sd_bus_message_unref (g_queue_pop_head (&fixture->questions));
  bus_outgoing_free (fixture->outgoing);
  bus_peers_clear (fixture->peers);
  bus_peers_unref (fixture->peers);
  fake_desk_free (fixture->desk);
  fake_card_free (fixture->other);
  g_clear_error (&fixture->error);
  bus_ends_tear_down (&fixture->ends);
}

static void
on_decided (BusPeer *peer, const GError *error, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->granted += error == NULL;
  g_clear_error (&fixture->error);
  if (error != NULL)
    fixture->error = g_error_copy (error);
}

static sd_bus_message *
new_call (Fixture *fixture, const char *interface, const char *member)
{
  sd_bus_message *call = NULL;

  g_assert_cmpint (sd_bus_message_new_method_call (fixture->ends.client, &call, SHIKAKU_BUS_NAME, SHIKAKU_OBJECT_PATH,
                                                   interface, member),
                   >=, 0);
  g_assert_cmpint (sd_bus_message_set_sender (call, CALLER), >=, 0);
  return call;
}

/* The call (transfer full) comes. Returns when polkit is asked. */
static void
begin_call (Fixture *fixture, sd_bus_message *given)
{
  g_autoptr (sd_bus_message) call = given;
  const BusAccessRule *rule
      = bus_access_find_rule (sd_bus_message_get_interface (call), sd_bus_message_get_member (call));
  const guint before = fixture->asked;
  BusAccessSubject subject;

  g_assert_cmpint (sd_bus_message_seal (call, 1, 0), >=, 0);
  g_assert_true (bus_access_look (rule, call, 65536, &subject));
  bus_access_check (fixture->access, bus_peers_get (fixture->peers, CALLER), call, rule, &subject, on_decided, fixture);
  for (;;)
    {
      bus_ends_settle (&fixture->ends);
      if (fixture->asked > before)
        return;
      g_main_context_iteration (NULL, TRUE); /* until the caller's name is known */
    }
}

static void
begin_opening (Fixture *fixture)
{
  sd_bus_message *call = new_call (fixture, SHIKAKU_INTERFACE_MANAGER, "OpenVisit");

  g_assert_cmpint (sd_bus_message_append (call, "a{sv}", 0), >=, 0);
  begin_call (fixture, call);
}

/* Return: the reader that polkit was told in its oldest question, or NULL (transfer full). */
static char *
read_reader (Fixture *fixture)
{
  sd_bus_message *question = g_queue_peek_head (&fixture->questions);
  const char *key, *value;
  char *reader = NULL;

  g_assert_nonnull (question);
  g_assert_cmpint (sd_bus_message_skip (question, "(sa{sv})s"), >=, 0);
  g_assert_cmpint (sd_bus_message_enter_container (question, 'a', "{ss}"), >, 0);
  while (sd_bus_message_read (question, "{ss}", &key, &value) > 0)
    if (strcmp (key, "reader") == 0)
      reader = g_strdup (value);
  g_assert_cmpint (sd_bus_message_rewind (question, TRUE), >=, 0);
  return reader;
}

static void
answer (Fixture *fixture, gboolean is_authorized)
{
  g_autoptr (sd_bus_message) question = g_queue_pop_head (&fixture->questions);

  g_assert_nonnull (question);
  g_assert_cmpint (sd_bus_reply_method_return (question, "(bba{ss})", is_authorized, FALSE, 0), >=, 0);
  bus_ends_settle (&fixture->ends);
}

static void
expect_reader (Fixture *fixture, sd_bus_message *call, const char *wanted)
{
  g_autofree char *what = g_strdup (sd_bus_message_get_member (call));
  g_autofree char *reader = NULL;

  begin_call (fixture, call);
  reader = read_reader (fixture);
  g_test_message ("%s", what);
  g_assert_cmpstr (reader, ==, wanted);
  answer (fixture, TRUE);
}

/* What is sent is this: "CheckNumber" has two dictionaries, all others at most one. */
#define EXPECT(wanted, member, signature, ...) \
  G_STMT_START \
  { \
    sd_bus_message *_call = new_call (fixture, SHIKAKU_INTERFACE_MANAGER, member); \
    g_assert_cmpint (sd_bus_message_append (_call, signature, ##__VA_ARGS__), >=, 0); \
    expect_reader (fixture, _call, wanted); \
  } \
  G_STMT_END

/* With one reader: those that need it, and do not say which, mean that one; those that need none are about none. */
static void
test_told (Fixture *fixture, gconstpointer data)
{
  static const char *const others[] = { "GetVisits", "GetStatistics", "GetConfiguration" };

  EXPECT (FAKE_READER, "OpenVisit", "a{sv}", 0);
  EXPECT (FAKE_READER, "OpenVisit", "a{sv}", 1, "Reader", "o", FAKE_READER_PATH);
  EXPECT (NULL, "OpenVisit", "a{sv}", 1, "Reader", "o", SHIKAKU_READER_PATH "/9");
  EXPECT (FAKE_READER, "Check", "a{sv}", 1, CONSENTS);
  EXPECT (NULL, "Check", "a{sv}", 1, INSURED);
  EXPECT (FAKE_READER, "Check", "a{sv}", 2, INSURED, CONSENTS);
  EXPECT (FAKE_READER, "Check", "a{sv}", 2, INSURED, "Reader", "o", FAKE_READER_PATH);
  EXPECT (NULL, "CheckNumber", "a{sv}a{sv}", 0, 0);
  EXPECT (FAKE_READER, "CheckNumber", "a{sv}a{sv}", 0, 1, CONSENTS);
  EXPECT (FAKE_READER, "CheckNumber", "a{sv}a{sv}", 0, 1, "Reader", "o", FAKE_READER_PATH);
  EXPECT (NULL, "Diagnose", "a{sv}", 0);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    expect_reader (fixture, new_call (fixture, SHIKAKU_INTERFACE_MANAGER, others[i]), NULL);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (fixture->granted, ==, fixture->asked);
}

static void
test_agent (Fixture *fixture, gconstpointer data)
{
  static const char *const members[] = { "RegisterAgent", "UnregisterAgent" };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    expect_reader (fixture, new_call (fixture, SHIKAKU_INTERFACE_AGENT_MANAGER, members[i]), FAKE_READER);
}

static void
plug_in (Fixture *fixture)
{
  station_get_monitor_observer ()->reader_added (fake_card_get_reader (fixture->other), fixture->desk->station);
}

static void
unplug (Fixture *fixture, const char *name)
{
  station_get_monitor_observer ()->reader_removed (name, fixture->desk->station);
}

/* What polkit said of another reader, whatever it was, is no answer: it is asked about the one that is meant now. */
static void
test_changed (Fixture *fixture, gconstpointer data)
{
  const gboolean first_answer = GPOINTER_TO_INT (data);
  g_autofree char *none = NULL;
  g_autofree char *reader = NULL;

  plug_in (fixture);
  begin_opening (fixture);
  none = read_reader (fixture);
  g_assert_null (none);
  unplug (fixture, FAKE_READER);
  answer (fixture, first_answer);
  g_assert_cmpuint (fixture->asked, ==, 2);
  g_assert_cmpuint (fixture->granted, ==, 0);
  g_assert_no_error (fixture->error);
  reader = read_reader (fixture);
  g_assert_cmpstr (reader, ==, OTHER_READER);
  answer (fixture, TRUE);
  g_assert_cmpuint (fixture->granted, ==, 1);
}

/* A call that is about no reader does not mind. */
static void
test_not_concerned (Fixture *fixture, gconstpointer data)
{
  begin_call (fixture, new_call (fixture, SHIKAKU_INTERFACE_MANAGER, "GetVisits"));
  plug_in (fixture);
  answer (fixture, TRUE);
  g_assert_cmpuint (fixture->granted, ==, 1);
}

/* It is not asked for ever: then the readers are what is wrong, and not the caller's rights. */
static void
test_changing (Fixture *fixture, gconstpointer data)
{
  begin_opening (fixture);
  for (guint i = 0; fixture->error == NULL; i++)
    {
      g_assert_cmpuint (i, <, 10);
      if (i % 2 == 0)
        plug_in (fixture);
      else
        unplug (fixture, OTHER_READER);
      answer (fixture, TRUE);
    }
  g_assert_error (fixture->error, SHIKAKU_ERROR, SHIKAKU_ERROR_READER_FAILED);
  g_assert_cmpuint (fixture->granted, ==, 0);
  g_assert_cmpuint (fixture->asked, ==, 4);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, data, function) g_test_add ("/bus-access-reader/" name, Fixture, data, set_up, function, tear_down)
  ADD ("told", NULL, test_told);
  ADD ("agent", NULL, test_agent);
  ADD ("changed-granted", GINT_TO_POINTER (TRUE), test_changed);
  ADD ("changed-refused", GINT_TO_POINTER (FALSE), test_changed);
  ADD ("not-concerned", NULL, test_not_concerned);
  ADD ("changing", NULL, test_changing);
  return g_test_run ();
}
