/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-station: readers and their names, who may open what, and how long a visit is kept. */
#include "fake-desk.h"

#include <glib/gstdio.h>

#include "store/store-file.h"

#define OTHER_READER "Fake Reader 01 00"

static void
assert_refused (FakeDesk *desk, VisitOptions *options, ShikakuError code)
{
  g_autoptr (GError) error = NULL;

  options->owner = FAKE_OWNER;
  if (options->path == NULL)
    options->path = "/v/refused";
  g_assert_null (station_open_visit (desk->station, options, &error));
  g_assert_error (error, SHIKAKU_ERROR, (int)code);
}

static FakeCard *
new_other_card (const char *reader_name)
{
  FakeCard *card = fake_card_new (fake_get_person ("sato"));

  card->reader_name = reader_name;
  card->pin = "2345";
  return card;
}

static void
test_readers (void)
{
  const ReaderMonitorObserver *monitor = station_get_monitor_observer ();
  g_autoptr (FakeCard) other = new_other_card (OTHER_READER);
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  g_autoptr (GPtrArray) readers = NULL;
  StationReader *reader;

  monitor->reader_added (fake_card_get_reader (other), desk->station);
  monitor->reader_added (fake_card_get_reader (other), desk->station); /* told twice */
  g_assert_cmpuint (desk->readers_added, ==, 2);
  reader = station_find_reader (desk->station, "/org/shikaku/Shikaku1/reader/2");
  g_assert_cmpstr (station_reader_get_name (reader), ==, OTHER_READER);
  g_assert_cmpstr (station_reader_get_path (reader), ==, "/org/shikaku/Shikaku1/reader/2");
  readers = station_get_readers (desk->station);
  g_assert_cmpuint (readers->len, ==, 2);

  /* Gone and back in another order: a reader keeps its number. */
  monitor->reader_removed (FAKE_READER, desk->station);
  monitor->reader_removed (OTHER_READER, desk->station);
  monitor->reader_removed (OTHER_READER, desk->station);
  g_assert_cmpuint (desk->readers_removed, ==, 2);
  monitor->reader_added (fake_card_get_reader (other), desk->station);
  g_assert_nonnull (station_find_reader (desk->station, "/org/shikaku/Shikaku1/reader/2"));
  g_assert_null (station_find_reader (desk->station, FAKE_READER_PATH));
}

/* A driver's name in another character set, or cut in the middle of a character. */
static void
test_reader_name (void)
{
  const ReaderMonitorObserver *monitor = station_get_monitor_observer ();
  g_autoptr (FakeCard) other = new_other_card ("Desk \xe5\x8f 00 00\xef\xbf\xbe");
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  StationReader *reader;

  monitor->reader_added (fake_card_get_reader (other), desk->station);
  reader = station_find_reader (desk->station, "/org/shikaku/Shikaku1/reader/2");
  g_assert_nonnull (reader);
  g_assert_cmpstr (station_reader_get_name (reader), ==, "Desk \xef\xbf\xbd\xef\xbf\xbd 00 00\xef\xbf\xbd");
  monitor->card_changed ("Desk \xe5\x8f 00 00\xef\xbf\xbe", TRUE, 1, desk->station);
  g_assert_true (station_reader_has_card (reader));
  monitor->reader_removed ("Desk \xe5\x8f 00 00\xef\xbf\xbe", desk->station);
  g_assert_cmpuint (desk->readers_removed, ==, 1);
}

static void
test_cards (void)
{
  const ReaderMonitorObserver *monitor = station_get_monitor_observer ();
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  StationReader *reader = station_find_reader (desk->station, FAKE_READER_PATH);

  g_assert_false (station_reader_has_card (reader));
  fake_desk_insert (desk);
  g_assert_true (station_reader_has_card (reader));
  g_assert_cmpuint (desk->center->prepared, ==, 1);
  monitor->card_changed (FAKE_READER, TRUE, desk->event_counter, desk->station); /* nothing new */
  g_assert_cmpuint (desk->center->prepared, ==, 1);
  fake_desk_pull (desk);
  g_assert_false (station_reader_has_card (reader));

  /* A card that lies there when the reader comes is no arrival: an idle daemon stays idle. */
  monitor->reader_removed (FAKE_READER, desk->station);
  monitor->reader_added (fake_card_get_reader (desk->card), desk->station);
  monitor->card_changed (FAKE_READER, TRUE, 7, desk->station);
  g_assert_cmpuint (desk->center->prepared, ==, 1);
  monitor->card_changed ("Nobody", TRUE, 7, desk->station);
}

/* The reader goes and comes back with the card in it: that card has served, whoever opens a visit now. */
static void
test_served (void)
{
  const ReaderMonitorObserver *monitor = station_get_monitor_observer ();
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  g_autoptr (Visit) first = fake_desk_open (desk, ""), second = NULL, third = NULL;

  fake_desk_insert (desk);
  fake_desk_wait (desk, first, VISIT_DONE);
  for (guint i = 0; i < 2; i++)
    {
      monitor->reader_removed (FAKE_READER, desk->station);
      monitor->reader_added (fake_card_get_reader (desk->card), desk->station);
      monitor->card_changed (FAKE_READER, TRUE, 0, desk->station);
    }
  second = fake_desk_open_with (desk, "/v/2", "", &(VisitOptions){ NULL });
  fake_desk_settle ();
  g_assert_cmpint (visit_get_state (second), ==, VISIT_WAITING_FOR_CARD);
  fake_desk_pull (desk);
  fake_desk_insert (desk);
  fake_desk_wait (desk, second, VISIT_DONE);

  /* The owner allows it before it is known whether a card is there. */
  monitor->reader_removed (FAKE_READER, desk->station);
  monitor->reader_added (fake_card_get_reader (desk->card), desk->station);
  third = fake_desk_open_with (desk, "/v/3", "", &(VisitOptions){ .same_card = TRUE });
  monitor->card_changed (FAKE_READER, TRUE, 0, desk->station);
  fake_desk_wait (desk, third, VISIT_DONE);
}

/* What a reader shows of its card, its visit and itself. */
static void
test_reader_shown (void)
{
  const ReaderMonitorObserver *monitor = station_get_monitor_observer ();
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  StationReader *reader = station_find_reader (desk->station, FAKE_READER_PATH);
  Reader *named = fake_card_get_reader (desk->card);
  g_autoptr (Visit) visit = NULL;

  g_assert_cmpint (station_reader_get_in_use_since (reader), ==, 0);
  g_assert_cmpstr (station_reader_get_serial (reader), ==, "");
  visit = fake_desk_open (desk, "");
  g_assert_cmpint (station_reader_get_in_use_since (reader), ==, visit_get_opened (visit));
  fake_desk_insert (desk);
  g_assert_false (station_reader_has_served (reader));
  fake_desk_wait (desk, visit, VISIT_DONE);
  fake_desk_settle ();
  g_assert_cmpint (station_reader_get_in_use_since (reader), ==, 0);
  g_assert_true (station_reader_has_served (reader));
  fake_desk_pull (desk);
  g_assert_false (station_reader_has_served (reader));

  /* It comes back, and its driver knows its number, in another character set. */
  monitor->reader_removed (FAKE_READER, desk->station);
  reader_take_serial (named, g_strdup ("7\xe5-A"));
  monitor->reader_added (named, desk->station);
  reader = station_find_reader (desk->station, FAKE_READER_PATH);
  g_assert_cmpstr (station_reader_get_serial (reader), ==, "7\xef\xbf\xbd-A");
}

/* A visit that ended while it read the card, or because it could not: that card is the patient's of that visit. */
static void
test_served_begun (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  g_autoptr (Visit) first = fake_desk_open (desk, ""), second = NULL;

  fake_card_block (desk->card, FAKE_READ);
  fake_desk_insert (desk);
  fake_desk_wait (desk, first, VISIT_READING_CARD);
  fake_card_await_block (desk->card);
  station_drop_owner (desk->station, FAKE_OWNER);
  fake_card_unblock (desk->card);
  fake_desk_settle ();
  while (station_reader_is_in_use (station_find_reader (desk->station, FAKE_READER_PATH)))
    g_main_context_iteration (NULL, TRUE);
  second = fake_desk_open_with (desk, "/v/2", "", &(VisitOptions){ NULL });
  fake_desk_settle ();
  g_assert_cmpint (visit_get_state (second), ==, VISIT_WAITING_FOR_CARD);
  fake_desk_pull (desk);
  fake_desk_insert (desk);
  fake_desk_wait (desk, second, VISIT_DONE);
}

/* new_desk_with_card: the card lies there when the reader is first seen. @store: NULL: none could be had. */
static FakeDesk *
new_desk_with_card (Store *store)
{
  const ReaderMonitorObserver *monitor = station_get_monitor_observer ();
  FakeDesk *desk = fake_desk_new (NULL, 3, FAKE_RETENTION);

  monitor->reader_removed (FAKE_READER, desk->station);
  station_set_store (desk->station, store);
  monitor->reader_added (fake_card_get_reader (desk->card), desk->station);
  fake_card_set_present (desk->card, TRUE);
  monitor->card_changed (FAKE_READER, TRUE, 0, desk->station);
  return desk;
}

static void
assert_waits (FakeDesk *desk, Visit *visit)
{
  fake_desk_settle ();
  g_assert_cmpint (visit_get_state (visit), ==, VISIT_WAITING_FOR_CARD);
  fake_desk_pull (desk);
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
}

/* A card that lies there when the daemon comes, or its reader: nobody knows whose it is, whatever was kept before. */
static void
test_lying (void)
{
  g_autofree char *folder = g_dir_make_tmp ("shikaku-station-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (folder, STORE_FILE_NAME, NULL);

  for (guint i = 0; i < 3; i++) /* nothing was kept; that one has served; that one has not */
    {
      g_autoptr (Store) store = store_new (folder);
      g_autoptr (FakeDesk) desk = new_desk_with_card (store);
      g_autoptr (Visit) visit = fake_desk_open_with (desk, "/v/1", "", &(VisitOptions){ NULL });

      assert_waits (desk, visit);
      if (i == 1)
        fake_desk_pull (desk);
    }
  {
    g_autoptr (Store) store = store_new (folder);
    g_autoptr (FakeDesk) desk = new_desk_with_card (store);
    g_autoptr (Visit) visit = fake_desk_open_with (desk, "/v/1", "", &(VisitOptions){ .same_card = TRUE });

    fake_desk_wait (desk, visit, VISIT_DONE);
  }
  g_assert_cmpint (g_remove (file), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* The same where nothing can be kept. */
static void
test_lying_unkept (void)
{
  g_autoptr (FakeDesk) desk = new_desk_with_card (NULL);
  g_autoptr (Visit) visit = fake_desk_open_with (desk, "/v/1", "", &(VisitOptions){ NULL });

  assert_waits (desk, visit);
}

/* A card comes; its reader goes before anybody has read it, and comes back, maybe with another card. */
static void
test_lying_again (void)
{
  const ReaderMonitorObserver *monitor = station_get_monitor_observer ();
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  g_autoptr (Visit) visit = NULL;

  fake_desk_insert (desk);
  monitor->reader_removed (FAKE_READER, desk->station);
  monitor->reader_added (fake_card_get_reader (desk->card), desk->station);
  monitor->card_changed (FAKE_READER, TRUE, 0, desk->station);
  visit = fake_desk_open_with (desk, "/v/1", "", &(VisitOptions){ NULL });
  assert_waits (desk, visit);
}

static void
count_change (gpointer user_data)
{
  ++*(guint *)user_data;
}

/* Monitoring is told that the service is there again, also where no reader comes back with it. */
static void
test_service_back (void)
{
  const ReaderMonitorObserver *monitor = station_get_monitor_observer ();
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  Statistics *statistics = station_get_statistics (desk->station);
  guint lost = 0, back = 0;

  statistics_watch (statistics, count_change, &lost);
  monitor->service_changed (FALSE, desk->station);
  g_assert_cmpuint (lost, ==, 1);
  g_assert_cmpuint (statistics->counters[STATISTICS_SERVICE_LOST], ==, 1);

  statistics_watch (statistics, count_change, &back);
  monitor->service_changed (TRUE, desk->station);
  g_assert_cmpuint (back, ==, 1);
  g_assert_true (station_is_service_available (desk->station));
  statistics_watch (statistics, NULL, NULL);
}

static void
test_choose_reader (void)
{
  const ReaderMonitorObserver *monitor = station_get_monitor_observer ();
  g_autoptr (FakeCard) other = new_other_card (OTHER_READER);
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  VisitOptions options = { .reader = "/org/shikaku/Shikaku1/reader/9" }, named = { .reader_name = "Nobody's 00 00" };
  g_autoptr (Visit) visit = NULL;

  assert_refused (desk, &options, SHIKAKU_ERROR_NO_READER);
  monitor->reader_added (fake_card_get_reader (other), desk->station);
  options.reader = NULL;
  assert_refused (desk, &options, SHIKAKU_ERROR_INVALID_OPTION);
  visit = fake_desk_open_with (desk, "/v/1", NULL, &(VisitOptions){ .reader_name = OTHER_READER });
  g_assert_cmpstr (visit_get_reader (visit), ==, "/org/shikaku/Shikaku1/reader/2");
  fake_desk_settle ();
  assert_refused (desk, &named, SHIKAKU_ERROR_NO_READER);
  assert_refused (desk, &(VisitOptions){ .reader_name = "" }, SHIKAKU_ERROR_NO_READER);
  assert_refused (desk, &(VisitOptions){ .reader_name = OTHER_READER }, SHIKAKU_ERROR_READER_BUSY);
  monitor->reader_removed (FAKE_READER, desk->station);
  monitor->reader_removed (OTHER_READER, desk->station);
  assert_refused (desk, &options, SHIKAKU_ERROR_NO_READER);
  monitor->service_changed (FALSE, desk->station);
  assert_refused (desk, &options, SHIKAKU_ERROR_SERVICE_STOPPED);
  assert_refused (desk, &named, SHIKAKU_ERROR_SERVICE_STOPPED);
}

static void
test_options (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  VisitOptions unknown = { .consents = (const char *const[]){ "drugs", NULL } };
  VisitOptions twice = { .consents = (const char *const[]){ "drug", "drug", NULL } };
  VisitOptions purpose = { .purpose = "curiosity" };
  VisitOptions timeout = { .timeout_seconds = VISIT_TIMEOUT_MAXIMUM_SECONDS + 1 };
  VisitOptions taken = { .path = "/v/1" }, busy = { NULL };
  g_autoptr (Visit) visit = NULL;

  assert_refused (desk, &unknown, SHIKAKU_ERROR_INVALID_OPTION);
  assert_refused (desk, &twice, SHIKAKU_ERROR_INVALID_OPTION);
  assert_refused (desk, &purpose, SHIKAKU_ERROR_INVALID_OPTION);
  assert_refused (desk, &timeout, SHIKAKU_ERROR_INVALID_OPTION);
  g_assert_false (station_reader_is_in_use (station_find_reader (desk->station, FAKE_READER_PATH)));

  desk->reader_changes = 0;
  visit = fake_desk_open_with (desk, "/v/1", "drug", &(VisitOptions){ .purpose = "eligibility" });
  g_assert_cmpuint (desk->reader_changes, ==, 0); /* told from the main loop only */
  fake_desk_settle ();
  g_assert_cmpuint (desk->reader_changes, ==, 1);
  g_assert_true (station_reader_is_in_use (station_find_reader (desk->station, FAKE_READER_PATH)));
  assert_refused (desk, &taken, SHIKAKU_ERROR_VISIT_EXISTS);
  assert_refused (desk, &busy, SHIKAKU_ERROR_READER_BUSY);
}

static void
test_numbers (void)
{
  static const TransportNumberQuery wrong[] = {
    { .number = "12", .birthdate = "19800229" },
    { .insurer_number = "123456789", .number = "12", .birthdate = "19800229" },
    { .insurer_number = "0613a", .number = "12", .birthdate = "19800229" },
    { .insurer_number = "0613", .birthdate = "19800229" },
    { .insurer_number = "0613", .number = "", .birthdate = "19800229" },
    { .insurer_number = "0613", .number = "123456789012345678901", .birthdate = "19800229" },
    { .insurer_number = "0613", .number = "12", .branch = "123", .birthdate = "19800229" },
    { .insurer_number = "0613", .number = "12", .symbol = "123456789012345678901", .birthdate = "19800229" },
    { .insurer_number = "0613", .number = "12" },
    { .insurer_number = "0613", .number = "12", .birthdate = "19800230" },
    { .insurer_number = "0613", .number = "12", .birthdate = "19800229", .date = "2025" },
  };
  const TransportNumberQuery right = { .insurer_number = "0613", .number = "12", .birthdate = "19800229" };
  VisitOptions records = { .path = "/v/1", .owner = FAKE_OWNER, .consents = (const char *const[]){ "drug", NULL } };
  VisitOptions options = { .path = "/v/1", .owner = FAKE_OWNER };
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (fake_desk_try_number (desk, &options, &wrong[i], &error));
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION);
    }
  {
    g_autoptr (GError) error = NULL;

    g_assert_null (fake_desk_try_number (desk, &records, &right, &error));
    g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION);
  }
  g_assert_cmpuint (desk->center->counts[FAKE_CHECK_NUMBER], ==, 0);
}

static Visit *
check_number (FakeDesk *desk, const char *path, const char *owner)
{
  VisitOptions options = { .path = path, .owner = owner };
  TransportNumberQuery insured = { .insurer_number = "0613", .number = "12", .birthdate = "19800229" };
  g_autoptr (GError) error = NULL;
  Visit *visit = fake_desk_try_number (desk, &options, &insured, &error);

  g_assert_no_error (error);
  return visit_ref (visit);
}

/* Whoever is asked at a reader is asked for one visit; a card there is nothing to a visit by number. */
static void
test_number_at_reader (void)
{
  const ReaderMonitorObserver *monitor = station_get_monitor_observer ();
  static const char *const consents[] = { "ceiling", NULL };
  VisitOptions options = { .path = "/v/1", .owner = ":1.1", .consents = consents };
  const TransportNumberQuery insured = { .insurer_number = "0613", .number = "12", .birthdate = "19800229" };
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  g_autoptr (GError) busy = NULL, still_busy = NULL, busy_too = NULL;
  g_autoptr (Visit) number = NULL, card = NULL;
  VisitOptions other = { .path = "/v/2", .owner = ":1.2" };

  desk->agent->consent_held = TRUE;
  number = visit_ref (fake_desk_try_number (desk, &options, &insured, NULL));
  fake_desk_wait (desk, number, VISIT_ASKING_CONSENT);
  g_assert_null (station_open_visit (desk->station, &other, &busy));
  g_assert_error (busy, SHIKAKU_ERROR, SHIKAKU_ERROR_READER_BUSY);
  fake_desk_insert (desk);
  fake_desk_pull (desk);
  g_assert_cmpint (visit_get_state (number), ==, VISIT_ASKING_CONSENT);

  /* Nor is it to the reader's going and coming. */
  monitor->reader_removed (FAKE_READER, desk->station);
  monitor->reader_added (fake_card_get_reader (desk->card), desk->station);
  g_assert_null (station_open_visit (desk->station, &other, &still_busy));
  g_assert_error (still_busy, SHIKAKU_ERROR, SHIKAKU_ERROR_READER_BUSY);
  fake_agent_release (desk->agent);
  fake_desk_wait (desk, number, VISIT_DONE);

  desk->agent->consent_held = FALSE;
  card = visit_ref (station_open_visit (desk->station, &other, NULL));
  options.path = "/v/3";
  g_assert_null (fake_desk_try_number (desk, &options, &insured, &busy_too));
  g_assert_error (busy_too, SHIKAKU_ERROR, SHIKAKU_ERROR_READER_BUSY);
}

static void
test_owners (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  g_autoptr (Visit) first = check_number (desk, "/v/1", ":1.1");
  g_autoptr (Visit) second = check_number (desk, "/v/2", ":1.2");
  g_autoptr (Visit) third = check_number (desk, "/v/3", ":1.1");
  g_autoptr (GPtrArray) visits = station_get_visits (desk->station, ":1.1");

  g_assert_cmpuint (visits->len, ==, 2);
  g_assert_true (visits->pdata[0] == first && visits->pdata[1] == third);
  g_assert_true (station_find_visit (desk->station, "/v/2") == second);
  fake_desk_wait (desk, first, VISIT_DONE);
  fake_desk_wait (desk, second, VISIT_DONE);

  station_drop_owner (desk->station, ":1.1");
  g_assert_cmpuint (desk->closed, ==, 2);
  g_assert_null (station_find_visit (desk->station, "/v/1"));
  g_assert_null (station_find_visit (desk->station, "/v/3"));
  g_assert_nonnull (station_find_visit (desk->station, "/v/2"));
  station_erase_visit (desk->station, second);
  station_erase_visit (desk->station, second); /* closed already */
  g_assert_cmpuint (desk->closed, ==, 3);
}

/* A path is free again as soon as its visit was closed, even while that one still comes to rest. */
static void
test_path_again (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  g_autoptr (Visit) first = NULL, second = NULL;

  desk->center->held[FAKE_CHECK_NUMBER] = TRUE;
  first = check_number (desk, "/v/1", ":1.1");
  fake_desk_wait_until (&desk->center->counts[FAKE_CHECK_NUMBER]);
  station_erase_visit (desk->station, first);
  desk->center->held[FAKE_CHECK_NUMBER] = FALSE;
  second = check_number (desk, "/v/1", ":1.1");
  fake_desk_wait (desk, second, VISIT_DONE);
  fake_desk_settle ();
  g_assert_true (station_find_visit (desk->station, "/v/1") == second);
  g_assert_cmpuint (desk->finished, ==, 1);
}

static void
test_retention (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, 1);
  g_autoptr (Visit) first = check_number (desk, "/v/1", ":1.1");
  g_autoptr (Visit) second = NULL;

  fake_desk_wait (desk, first, VISIT_DONE);
  g_assert_cmpint (visit_get_expires (first), >, g_get_real_time ());
  second = check_number (desk, "/v/2", ":1.1");
  fake_desk_wait (desk, second, VISIT_DONE);
  g_assert_cmpuint (desk->closed, ==, 0);
  while (desk->closed < 2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (visit_get_expires (first), <=, g_get_real_time ());
  g_assert_null (station_find_visit (desk->station, "/v/1"));
  g_assert_null (station_find_visit (desk->station, "/v/2"));
  g_assert_false (g_main_context_pending (NULL));
}

static void
test_cancel_finished (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  g_autoptr (Visit) visit = check_number (desk, "/v/1", ":1.1");

  fake_desk_wait (desk, visit, VISIT_DONE);
  visit_cancel (visit, NULL, NULL);
  fake_desk_settle ();
  g_assert_cmpint (visit_get_state (visit), ==, VISIT_DONE);
}

static gboolean
count (gpointer user_data)
{
  (*(guint *)user_data)++;
  return G_SOURCE_REMOVE;
}

static void
test_shut_down_at_rest (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  VisitOptions options = { NULL };
  guint called = 0;

  station_shut_down (desk->station, 60000, count, &called);
  g_assert_cmpuint (called, ==, 0);
  fake_desk_wait_until (&called);
  assert_refused (desk, &options, SHIKAKU_ERROR_SHUTTING_DOWN);
  fake_desk_insert (desk);
  g_assert_cmpuint (desk->center->prepared, ==, 0);
}

/* Something that never answers does not keep the daemon from going, nor its owner from hearing of it. */
static void
test_shut_down_deadline (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL);
  guint called = 0;

  fake_card_block (desk->card, 0xB0);
  fake_desk_insert (desk);
  fake_desk_wait_ins (desk, 0xB0, 1);
  desk->gives_up = TRUE;
  station_shut_down (desk->station, 20, count, &called);
  fake_desk_wait_until (&called);
  fake_desk_assert_failed (visit, SHIKAKU_ERROR_SHUTTING_DOWN);
  g_assert_cmpuint (desk->finished, ==, 1);
}

static void
test_center (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  Transport *transport = &desk->center->transport;

  g_assert_cmpstr (station_get_center (desk->station), ==, "unknown");
  transport->state = TRANSPORT_ONLINE;
  g_assert_cmpstr (station_get_center (desk->station), ==, "online");
  transport->state = TRANSPORT_DEGRADED;
  g_assert_cmpstr (station_get_center (desk->station), ==, "degraded");
  transport->state = TRANSPORT_OFFLINE;
  g_assert_cmpstr (station_get_center (desk->station), ==, "offline");
  transport->credential_expires = 42;
  g_assert_cmpint (station_get_credential_expires (desk->station), ==, 42);
  transport->changed (transport, transport->changed_data);
}

static void
ignore_visit (Visit *visit, gpointer user_data)
{
}

/* A desk that cannot ask a center in the way that a visit needs says so at once. */
static void
test_no_transport (void)
{
  static const StationObserver observer = {
    .visit_changed = ignore_visit,
    .visit_finished = ignore_visit,
    .visit_closed = ignore_visit,
  };
  const TransportNumberQuery insured = { .insurer_number = "0613", .number = "12", .birthdate = "19800229" };
  const VisitOptions options = { .path = "/v/1", .owner = FAKE_OWNER, .reader = "/r", .insured = &insured };
  const StationSettings settings = { .card_authorities_file = "/nonexistent", .retention_seconds = FAKE_RETENTION };
  FakeAgent *agent = fake_agent_new ();
  g_autoptr (GError) error = NULL;
  Station *station = station_new (&settings, fake_agent_get_port (agent), &observer, NULL);
  g_autoptr (Visit) visit = visit_ref (station_open_visit (station, &options, &error));

  g_assert_no_error (error);
  fake_desk_wait (NULL, visit, VISIT_FAILED);
  fake_desk_assert_failed (visit, SHIKAKU_ERROR_CREDENTIAL_MISSING);
  g_assert_cmpstr (visit_get_reader (visit), ==, "/"); /* nobody is asked there */
  g_assert_cmpstr (station_get_center (station), ==, "unknown");
  station_free (station);
  fake_agent_free (agent);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/station/readers", test_readers);
  g_test_add_func ("/station/reader-name", test_reader_name);
  g_test_add_func ("/station/served", test_served);
  g_test_add_func ("/station/reader-shown", test_reader_shown);
  g_test_add_func ("/station/served-begun", test_served_begun);
  g_test_add_func ("/station/lying", test_lying);
  g_test_add_func ("/station/lying-unkept", test_lying_unkept);
  g_test_add_func ("/station/lying-again", test_lying_again);
  g_test_add_func ("/station/number-at-reader", test_number_at_reader);
  g_test_add_func ("/station/cards", test_cards);
  g_test_add_func ("/station/service-back", test_service_back);
  g_test_add_func ("/station/choose-reader", test_choose_reader);
  g_test_add_func ("/station/options", test_options);
  g_test_add_func ("/station/numbers", test_numbers);
  g_test_add_func ("/station/owners", test_owners);
  g_test_add_func ("/station/path-again", test_path_again);
  g_test_add_func ("/station/retention", test_retention);
  g_test_add_func ("/station/cancel-finished", test_cancel_finished);
  g_test_add_func ("/station/shut-down/at-rest", test_shut_down_at_rest);
  g_test_add_func ("/station/shut-down/deadline", test_shut_down_deadline);
  g_test_add_func ("/station/center", test_center);
  g_test_add_func ("/station/no-transport", test_no_transport);
  return g_test_run ();
}
