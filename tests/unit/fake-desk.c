/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fake-desk: see the header. */
#include "fake-desk.h"

#include <glib/gstdio.h>

#include "fake-loop.h"
#include "store/store-key.h"

static void
on_visit_changed (Visit *visit, gpointer user_data)
{
  FakeDesk *desk = user_data;
  const char *state = visit_state_to_string (visit_get_state (visit));

  if (desk->states->len > 0 && g_str_has_suffix (desk->states->str, state))
    return;
  if (desk->states->len > 0)
    g_string_append_c (desk->states, ' ');
  g_string_append (desk->states, state);
}

static void
on_visit_finished (Visit *visit, gpointer user_data)
{
  FakeDesk *desk = user_data;

  g_assert_true (visit_is_finished (visit));
  g_assert_true (desk->gives_up || !fake_card_is_powered (desk->card));
  desk->finished++;
}

static void
on_visit_closed (Visit *visit, gpointer user_data)
{
  ((FakeDesk *)user_data)->closed++;
}

static void
on_reader_added (StationReader *reader, gpointer user_data)
{
  ((FakeDesk *)user_data)->readers_added++;
}

static void
on_reader_removed (StationReader *reader, gpointer user_data)
{
  ((FakeDesk *)user_data)->readers_removed++;
}

static void
on_reader_changed (StationReader *reader, gpointer user_data)
{
  ((FakeDesk *)user_data)->reader_changes++;
}

static void
on_center_changed (gpointer user_data)
{
}

static void
on_expiries_changed (gpointer user_data)
{
  ((FakeDesk *)user_data)->expiries_changed++;
}

static void
on_expiry_near (const StationExpiry *expiry, gint days, gpointer user_data)
{
  g_string_append_printf (((FakeDesk *)user_data)->warnings, "%s %d ", expiry->what, days);
}

static const StationObserver observer = {
  .visit_changed = on_visit_changed,
  .visit_finished = on_visit_finished,
  .visit_closed = on_visit_closed,
  .reader_added = on_reader_added,
  .reader_removed = on_reader_removed,
  .reader_changed = on_reader_changed,
  .center_changed = on_center_changed,
  .expiries_changed = on_expiries_changed,
  .expiry_near = on_expiry_near,
};

/* give_ledger: where consents are written; nothing is in it, and no file is there, before the first. */
static void
give_ledger (FakeDesk *desk)
{
  g_autofree char *key = NULL;

  desk->folder = g_dir_make_tmp ("shikaku-desk-XXXXXX", NULL);
  key = g_build_filename (desk->folder, STORE_KEY_CREDENTIAL, NULL);
  g_assert_true (g_file_set_contents (key, "0123456789abcdef0123456789abcdef", STORE_KEY_SIZE, NULL));
  desk->store = store_new_ledger (desk->folder);
  store_set_key_folder (desk->store, desk->folder);
  desk->ledger = ledger_new (desk->store);
  station_set_ledger (desk->station, desk->ledger);
}

static void
take_ledger (FakeDesk *desk)
{
  GDir *folder;
  const char *name;

  ledger_free (desk->ledger);
  store_free (desk->store);
  fake_desk_settle ();
  folder = g_dir_open (desk->folder, 0, NULL);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (desk->folder, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_dir_close (folder);
  g_assert_cmpint (g_rmdir (desk->folder), ==, 0);
  g_free (desk->folder);
}

FakeDesk *
fake_desk_new (const char *persona, guint tries, guint retention)
{
  FakeDesk *desk = g_new0 (FakeDesk, 1);
  g_autofree char *authorities = g_build_filename (g_getenv ("SHIKAKU_KEYS"), "card-ca.pem", NULL);
  StationSettings settings = { authorities, retention };
  const ReaderMonitorObserver *monitor = station_get_monitor_observer ();

  desk->card = fake_card_new (fake_get_person (persona != NULL ? persona : "yamada"));
  desk->card->present = FALSE;
  desk->card->tries = tries;
  desk->center = fake_center_new ();
  desk->center->freed = &desk->center_freed;
  desk->agent = fake_agent_new ();
  desk->states = g_string_new (NULL);
  desk->warnings = g_string_new (NULL);
  desk->station = station_new (&settings, fake_agent_get_port (desk->agent), &observer, desk);
  station_add_transport (desk->station, &desk->center->transport, NULL);
  give_ledger (desk);
  monitor->service_changed (TRUE, desk->station);
  monitor->reader_added (fake_card_get_reader (desk->card), desk->station);
  monitor->card_changed (FAKE_READER, FALSE, desk->event_counter, desk->station);
  return desk;
}

static gboolean
is_alive (gconstpointer data)
{
  return !((const FakeDesk *)data)->center_freed;
}

void
fake_desk_free (FakeDesk *desk)
{
  fake_card_unblock (desk->card);
  station_free (desk->station);
  fake_wait_while (is_alive, desk); /* the last visit has come to rest */
  g_assert_false (fake_card_is_powered (desk->card));
  fake_desk_settle ();
  take_ledger (desk);
  fake_agent_free (desk->agent);
  fake_card_free (desk->card);
  g_string_free (desk->states, TRUE);
  g_string_free (desk->warnings, TRUE);
  g_free (desk);
}

static void
tell_card (FakeDesk *desk, gboolean present)
{
  fake_card_set_present (desk->card, present);
  station_get_monitor_observer ()->card_changed (FAKE_READER, present, ++desk->event_counter, desk->station);
}

void
fake_desk_insert (FakeDesk *desk)
{
  tell_card (desk, TRUE);
}

void
fake_desk_pull (FakeDesk *desk)
{
  tell_card (desk, FALSE);
}

Visit *
fake_desk_open_with (FakeDesk *desk, const char *path, const char *consents, const VisitOptions *more)
{
  VisitOptions options = *more;
  g_auto (GStrv) kinds = consents != NULL ? g_strsplit (consents, " ", -1) : NULL;
  g_autoptr (GError) error = NULL;
  Visit *visit;

  options.path = path;
  options.owner = options.owner != NULL ? options.owner : FAKE_OWNER;
  options.consents = (const char *const *)kinds;
  visit = station_open_visit (desk->station, &options, &error);
  g_assert_no_error (error);
  return visit_ref (visit);
}

Visit *
fake_desk_try_number (FakeDesk *desk, const VisitOptions *options, const TransportNumberQuery *insured, GError **error)
{
  VisitOptions by_number = *options;

  by_number.insured = insured;
  return station_open_visit (desk->station, &by_number, error);
}

Visit *
fake_desk_open (FakeDesk *desk, const char *consents)
{
  VisitOptions options = { NULL };

  return fake_desk_open_with (desk, "/org/shikaku/Shikaku1/visit/1_7/a", consents, &options);
}

typedef struct
{
  Visit *visit;
  VisitState state;
} Awaited;

static gboolean
is_elsewhere (gconstpointer data)
{
  const Awaited *awaited = data;

  if (visit_get_state (awaited->visit) != awaited->state && visit_is_finished (awaited->visit))
    g_error ("the visit ended as %s (%s)", visit_state_to_string (visit_get_state (awaited->visit)),
             visit_get_error_message (awaited->visit));
  return visit_get_state (awaited->visit) != awaited->state;
}

void
fake_desk_wait (FakeDesk *desk, Visit *visit, VisitState state)
{
  Awaited awaited = { visit, state };

  fake_wait_while (is_elsewhere, &awaited);
}

void
fake_desk_wait_until (const guint *value)
{
  fake_wait ((const gboolean *)value);
}

typedef struct
{
  FakeDesk *desk;
  guint ins;
  guint count;
} AwaitedIns;

static gboolean
is_unseen (gconstpointer data)
{
  const AwaitedIns *awaited = data;

  return fake_card_count (awaited->desk->card, awaited->ins) < awaited->count;
}

void
fake_desk_wait_ins (FakeDesk *desk, guint ins, guint count)
{
  AwaitedIns awaited = { desk, ins, count };

  fake_wait_while (is_unseen, &awaited);
}

void
fake_desk_settle (void)
{
  fake_settle ();
}
