/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-peer: who is known when, while the bus and the name service take their time. The other end plays the bus. */
#include "bus/bus-peer.h"

#include <string.h>
#include <unistd.h>

#include "base/wall-clock.h"
#include "bus-ends.h"
#include "bus/bus-error.h"
#include "bus/bus-program.h"
#include "fake-names.h"

#define CLERK ":1.1000" /* users are called by their number */
#define OTHER ":1.1001"

typedef struct
{
  BusEnds ends;
  BusOutgoing *outgoing;
  BusPeers *peers;
  guint known, refused, gone;
} Fixture;

static int
play_bus (sd_bus_message *message, void *user_data, sd_bus_error *error)
{
  const char *name;

  if (sd_bus_message_is_method_call (message, "org.freedesktop.DBus", "GetConnectionCredentials") > 0
      && sd_bus_message_read_basic (message, 's', &name) > 0)
    return sd_bus_reply_method_return (message, "a{sv}", 1, "UnixUserID", "u",
                                       (guint32)g_ascii_strtoull (name + strlen (":1."), NULL, 10));
  return sd_bus_message_is_method_call (message, NULL, NULL) > 0 ? sd_bus_reply_method_return (message, NULL) : 1;
}

static void
on_gone (const char *name, gpointer user_data)
{
  ((Fixture *)user_data)->gone++;
}

static void
on_known (BusPeer *peer, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->known += peer != NULL;
  fixture->refused += peer == NULL;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  bus_ends_set_up (&fixture->ends);
  g_assert_cmpint (sd_bus_add_filter (fixture->ends.server, NULL, play_bus, fixture), >=, 0);
  fixture->outgoing = bus_outgoing_new (fixture->ends.client);
  fixture->peers = bus_peers_new (fixture->ends.client, fixture->outgoing, on_gone, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  fake_names_release ();
  g_clear_pointer (&fixture->outgoing, bus_outgoing_free);
  bus_peers_clear (fixture->peers);
  bus_peers_unref (fixture->peers);
  bus_ends_tear_down (&fixture->ends);
}

static BusPeer *
meet (Fixture *fixture, const char *name)
{
  BusPeer *peer = bus_peers_get (fixture->peers, name);

  bus_peer_await (peer, on_known, fixture);
  bus_ends_settle (&fixture->ends);
  return peer;
}

static void
wait_known (Fixture *fixture, guint count)
{
  while (fixture->known < count)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_known (Fixture *fixture, gconstpointer data)
{
  BusPeer *peer = meet (fixture, CLERK);

  g_assert_null (peer->account);
  wait_known (fixture, 1);
  g_assert_cmpuint (bus_account_get_uid (peer->account), ==, FAKE_NAMES_CLERK);
  g_assert_cmpstr (bus_account_get_name (peer->account), ==, "clerk");
  g_assert_true (meet (fixture, CLERK) == peer);
  g_assert_cmpuint (fixture->known, ==, 2);
  bus_peers_note_gone (fixture->peers, CLERK);
  g_assert_cmpuint (fixture->gone, ==, 1);
  g_assert_null (bus_peers_find (fixture->peers, CLERK));
}

/* The name service hangs: the loop turns, who is known is served, who is not is known before long, by its number. */
static void
test_slow_names (Fixture *fixture, gconstpointer data)
{
  guint asked = fake_names_count_asked ();
  BusPeer *peer;

  meet (fixture, CLERK);
  wait_known (fixture, 1);
  fake_names_hold ();
  peer = meet (fixture, OTHER);
  fake_names_wait_asked (asked + 2);
  g_assert_null (peer->account);
  meet (fixture, CLERK);
  g_assert_cmpuint (fixture->known, ==, 2);
  wait_known (fixture, 3);
  g_assert_cmpstr (bus_account_get_name (peer->account), ==, "1001");

  fake_names_release ();
  while (strcmp (bus_account_get_name (peer->account), "other") != 0)
    g_main_context_iteration (NULL, TRUE);
}

/* Peers leave, or the daemon ends, while their names are looked up. */
static void
test_end (Fixture *fixture, gconstpointer data)
{
  guint asked = fake_names_count_asked ();

  fake_names_hold ();
  meet (fixture, CLERK);
  meet (fixture, OTHER);
  fake_names_wait_asked (asked + 2);
  bus_peers_note_gone (fixture->peers, CLERK);
  g_assert_cmpuint (fixture->refused, ==, 1);
  bus_peers_clear (fixture->peers);
  g_assert_cmpuint (fixture->refused, ==, 2);
  g_assert_cmpuint (fixture->known, ==, 0);
}

/* Return: the peer when it is known, or NULL if there is no place for it. */
static BusPeer *
get_known (Fixture *fixture, const char *name)
{
  guint answered = fixture->known + fixture->refused;

  meet (fixture, name);
  while (fixture->known + fixture->refused == answered)
    g_main_context_iteration (NULL, TRUE);
  return bus_peers_find (fixture->peers, name);
}

/* @count idle connections of one user become known; then as many begin something as may. Return: how many. */
static guint
begin_all (Fixture *fixture, guint uid, guint count)
{
  guint busy = 0;

  for (guint i = 0; i < 2 * count; i++)
    {
      g_autofree char *name = g_strdup_printf (":1.%u.%u", uid, i % count);
      BusPeer *peer = get_known (fixture, name);

      if (i < count || peer == NULL || !bus_peers_has_place (fixture->peers, peer))
        continue;
      bus_share_charge (peer->share, BUS_ACCOUNT_CALL);
      g_assert_true (bus_peers_has_place (fixture->peers, peer)); /* for more, who has begun */
      busy++;
    }
  return busy;
}

/* Who was known before has no more places by that: each user leaves as many to others as it has. */
static void
test_places (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpuint (begin_all (fixture, 1000, 390), ==, 200);
  g_assert_cmpuint (begin_all (fixture, 1001, 190), ==, 100);
  g_assert_cmpuint (begin_all (fixture, 1002, 90), ==, 50);
  g_assert_cmpuint (begin_all (fixture, 0, 10), ==, 10);
  bus_peers_clear (fixture->peers); /* with all that is charged */
}

/* A name with brackets and spaces of its own; what the bus does not carry is not known; and what is no such text. */
static void
test_program (Fixture *fixture, gconstpointer data)
{
  guint64 begun = 0;
  g_autofree char *name
      = bus_program_parse ("42 (a) (b c) S 1 42 42 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 98765 1 2 3 4\n", &begun);
  g_autofree char *own = NULL, *younger = bus_program_read ((guint32)getpid (), 0),
                  *nobody = bus_program_read (0, G_MAXINT64);
  static const char *const unfit[] = { "\xff", "\xef\xbf\xbe" };
  static const char *const wrong[] = { "",
                                       "42",
                                       "42 (a",
                                       "42 )a( S",
                                       "42 (a) S 1 2 3",
                                       "42 (a) 1 2 3 4 5 6 7 8 9 10 11 12 "
                                       "13 14 15 16 17 18 19 x" };

  g_assert_cmpstr (name, ==, "a) (b c");
  g_assert_cmpuint (begun, ==, 98765);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_null (bus_program_parse (wrong[i], &begun));
  for (gsize i = 0; i < G_N_ELEMENTS (unfit); i++)
    {
      g_autofree char *text = g_strdup_printf ("42 (%s) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19", unfit[i]);
      g_autofree char *unknown = bus_program_parse (text, &begun);

      g_assert_cmpstr (unknown, ==, "");
    }
  own = bus_program_read ((guint32)getpid (), wall_clock_get_boot_time ());
  g_assert_cmpstr (own, ==, "test-bus-peer");
  g_assert_cmpstr (younger, ==, ""); /* than who was seen: another has its number */
  g_assert_cmpstr (nobody, ==, "");
}

#define ADD(path, test) g_test_add ("/bus-peer/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("known", test_known);
  ADD ("slow-names", test_slow_names);
  ADD ("end", test_end);
  ADD ("places", test_places);
  ADD ("program", test_program);
  return g_test_run ();
}
