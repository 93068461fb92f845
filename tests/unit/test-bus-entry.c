/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-entry: what is appended is read again. */
#include "bus/bus-entry.h"

#include <glib.h>

#include "bus-message.h"

static void
test_entries (BusFixture *fixture, gconstpointer data)
{
  const BusEntryText texts[] = { { "Left", NULL }, { "Key", "value" }, { "Empty", "" }, { NULL } };
  sd_bus_message *message = fixture->message;
  const char *key, *text, *more;
  guint64 time;
  int flag;

  g_assert_cmpint (sd_bus_message_open_container (message, 'a', "{sv}"), >=, 0);
  g_assert_cmpint (bus_entry_append (message, "Since", "t", G_MAXUINT64), >=, 0);
  g_assert_cmpint (bus_entry_append_texts (message, texts), >=, 0);
  g_assert_cmpint (bus_entry_append (message, "Replaced", "b", TRUE), >=, 0);
  g_assert_cmpint (bus_entry_open (message, "List", "as"), >=, 0);
  g_assert_cmpint (sd_bus_message_append (message, "as", 1, "one"), >=, 0);
  g_assert_cmpint (bus_entry_close (message), >=, 0);
  g_assert_cmpint (sd_bus_message_close_container (message), >=, 0);

  bus_fixture_seal (fixture);
  g_assert_cmpint (sd_bus_message_enter_container (message, 'a', "{sv}"), >, 0);
  g_assert_cmpint (sd_bus_message_read (message, "{sv}", &key, "t", &time), >, 0);
  g_assert_cmpstr (key, ==, "Since");
  g_assert_true (time == G_MAXUINT64);
  g_assert_cmpint (sd_bus_message_read (message, "{sv}{sv}", &key, "s", &text, &more, "s", &more), >, 0);
  g_assert_cmpstr (key, ==, "Key");
  g_assert_cmpstr (text, ==, "value");
  g_assert_cmpstr (more, ==, "");
  g_assert_cmpint (sd_bus_message_read (message, "{sv}", &key, "b", &flag), >, 0);
  g_assert_cmpint (flag, ==, TRUE);
  g_assert_cmpint (sd_bus_message_read (message, "{sv}", &key, "as", 1, &text), >, 0);
  g_assert_cmpstr (key, ==, "List");
  g_assert_cmpstr (text, ==, "one");
  g_assert_cmpint (sd_bus_message_at_end (message, FALSE), >, 0);
}

/* What cannot be appended is told, and spoils the message, which is not sent then. */
static void
test_failure (BusFixture *fixture, gconstpointer data)
{
  g_assert_cmpint (sd_bus_message_open_container (fixture->message, 'a', "{sv}"), >=, 0);
  g_assert_cmpint (bus_entry_append (fixture->message, "Name", "s", "\xb4\xc7"), <, 0);
  g_assert_cmpint (bus_entry_append (fixture->message, "Name", "d", 1.5), <, 0); /* no type of the contract's */
}

#define ADD(path, test) \
  g_test_add ("/bus-entry/" path, BusFixture, NULL, bus_fixture_set_up, test, bus_fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("entries", test_entries);
  ADD ("failure", test_failure);
  return g_test_run ();
}
