/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-station-halt: a desk that is put to sleep and wakes up; new settings; what ends, and a clock that is set. The
 * linker puts a wall clock in between (--wrap) that the test can ring.
 */
#include <glib/gstdio.h>

#include "fake-certificate.h"
#include "fake-desk.h"
#include "base/wall-clock.h"
#include "visit/station-diagnose.h"
#include "visit/station-settings.h"
#include "visit/visit-life.h"

#define HOUR (G_TIME_SPAN_HOUR)

static WallClockRang ring_station;
static gpointer ring_data;
static guint n_alarms;
static gint64 last_alarm;

WallClock *__real_wall_clock_new (WallClockRang rang, gpointer user_data);
WallClock *__wrap_wall_clock_new (WallClockRang rang, gpointer user_data);
void __wrap_wall_clock_set_alarm (WallClock *clock, gint64 when);

WallClock *
__wrap_wall_clock_new (WallClockRang rang, gpointer user_data)
{
  ring_station = rang;
  ring_data = user_data;
  return __real_wall_clock_new (rang, user_data);
}

void
__wrap_wall_clock_set_alarm (WallClock *clock, gint64 when)
{
  n_alarms++;
  last_alarm = when;
}

static gboolean
count (gpointer user_data)
{
  (*(guint *)user_data)++;
  return G_SOURCE_REMOVE;
}

static void
assert_asleep (FakeDesk *desk)
{
  const VisitOptions options = { .path = "/v/refused", .owner = FAKE_OWNER };
  const TransportNumberQuery insured = { .insurer_number = "0613", .number = "12", .birthdate = "19800229" };
  g_autoptr (GError) error = NULL, number_error = NULL;

  g_assert_null (station_open_visit (desk->station, &options, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_SHUTTING_DOWN);
  g_assert_null (fake_desk_try_number (desk, &options, &insured, &number_error));
  g_assert_error (number_error, SHIKAKU_ERROR, SHIKAKU_ERROR_SHUTTING_DOWN);
}

static void
test_sleep (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL), next = NULL;
  guint called = 0;

  desk->agent->pin_held = TRUE;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_ASKING_PIN);
  fake_desk_wait_until (&desk->agent->pins);
  station_suspend (desk->station, 60000, count, &called);
  g_assert_cmpuint (called, ==, 0); /* from the loop only */
  fake_desk_wait_until (&called);
  g_assert_false (fake_card_is_powered (desk->card));
  fake_desk_assert_failed (visit, SHIKAKU_ERROR_SHUTTING_DOWN);
  g_assert_cmpuint (desk->agent->cancels, ==, 1);
  g_assert_cmpstr (visit_get_error_message (visit), !=, "");
  assert_asleep (desk);
  fake_desk_pull (desk);
  fake_desk_insert (desk);
  g_assert_cmpuint (desk->center->prepared, ==, 1); /* before the sleep */
  g_assert_cmpuint (desk->center->resets, ==, 0);

  station_resume (desk->station);
  g_assert_cmpuint (desk->center->resets, ==, 1);
  desk->agent->pin_held = FALSE;
  next = fake_desk_open_with (desk, "/v/next", NULL, &(VisitOptions){ NULL });
  fake_desk_wait (desk, next, VISIT_DONE);
  g_assert_cmpuint (called, ==, 1);
}

/* A card that does not let go: the machine is not held up, and the visit ends when it can, after the sleep. */
static void
test_sleep_late (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL);
  guint called = 0;

  fake_card_block (desk->card, 0xB0);
  fake_desk_insert (desk);
  fake_desk_wait_ins (desk, 0xB0, 1);
  station_suspend (desk->station, 20, count, &called);
  fake_desk_wait_until (&called);
  g_assert_false (visit_is_finished (visit));
  station_resume (desk->station);
  fake_card_unblock (desk->card);
  fake_desk_wait (desk, visit, VISIT_FAILED);
  fake_desk_assert_failed (visit, SHIKAKU_ERROR_SHUTTING_DOWN);
  fake_desk_settle ();
  g_assert_cmpuint (called, ==, 1);
}

/* A machine that does not wait for us: the word of rest never comes. Told to stop in its sleep, both come. */
static void
test_sleep_again (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  guint early = 0, late = 0, stopped = 0;

  station_suspend (desk->station, 60000, count, &early);
  station_resume (desk->station);
  fake_desk_settle ();
  g_assert_cmpuint (early, ==, 0);

  station_suspend (desk->station, 60000, count, &late);
  station_shut_down (desk->station, 60000, count, &stopped);
  fake_desk_wait_until (&stopped);
  g_assert_cmpuint (late, ==, 1);
  assert_asleep (desk);
}

/* Settings, and what is kept. */

static Visit *
check_number (FakeDesk *desk, const char *path)
{
  const VisitOptions options = { .path = path, .owner = FAKE_OWNER };
  const TransportNumberQuery insured = { .insurer_number = "0613", .number = "12", .birthdate = "19800229" };
  Visit *visit = fake_desk_try_number (desk, &options, &insured, NULL);

  visit_ref (visit);
  fake_desk_wait (desk, visit, VISIT_DONE);
  fake_desk_settle ();
  return visit;
}

/* Who finished under the old settings keeps them; a shorter retention does not wait behind a longer one. */
static void
test_retention (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  g_autoptr (Visit) first = check_number (desk, "/v/1"), second = NULL;

  station_configure (desk->station,
                     &(StationSettings){ .card_authorities_file = "/nonexistent", .retention_seconds = 1 });
  second = check_number (desk, "/v/2");
  fake_desk_wait_until (&desk->closed);
  g_assert_true (station_find_visit (desk->station, "/v/1") == first);
  g_assert_null (station_find_visit (desk->station, "/v/2"));
}

/* The machine slept beyond the end of the time for which a visit is kept: of that it says nothing to timers. */
static void
test_slept_on (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  g_autoptr (Visit) first = check_number (desk, "/v/1"), second = check_number (desk, "/v/2");
  guint called = 0;

  station_suspend (desk->station, 60000, count, &called);
  visit_shift_expiry (first, -2 * HOUR);
  visit_shift_expiry (second, -HOUR / 2);
  station_resume (desk->station);
  fake_desk_wait_until (&desk->closed);
  g_assert_null (station_find_visit (desk->station, "/v/1"));
  g_assert_true (station_find_visit (desk->station, "/v/2") == second);
}

static void
test_authorities (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  g_autofree char *right = g_build_filename (g_getenv ("SHIKAKU_KEYS"), "card-ca.pem", NULL);
  CardAuthorities *before = station_get_authorities (desk->station, NULL), *after;
  StationSettingsState settings;

  g_assert_nonnull (before);
  g_assert_true (station_get_authorities (desk->station, NULL) == before);
  station_configure (desk->station,
                     &(StationSettings){ .card_authorities_file = "/nonexistent", .retention_seconds = 1 });
  g_assert_true (station_get_authorities (desk->station, NULL) == before); /* better than none */
  settings = station_get_settings (desk->station);
  g_assert_cmpstr (settings.state, ==, "refused");
  g_assert_nonnull (strstr (settings.reason, "/nonexistent"));
  station_settings_state_clear (&settings);
  g_assert_true (station_get_authorities (desk->station, NULL) == before);
  card_authorities_ref (before);
  station_configure (desk->station, &(StationSettings){ .card_authorities_file = right, .retention_seconds = 1 });
  after = station_get_authorities (desk->station, NULL);
  g_assert_true (after != NULL && after != before);
  settings = station_get_settings (desk->station);
  g_assert_cmpstr (settings.state, ==, "in-use");
  card_authorities_unref (before);
}

/* What ends. */

typedef struct
{
  FakeDesk *desk;
  char *path;
  gint64 end;
} Ending;

static void
write_end (Ending *ending, gint64 days)
{
  g_autofree char *pem = NULL;

  ending->end = (g_get_real_time () / G_USEC_PER_SEC) * G_USEC_PER_SEC + days * G_TIME_SPAN_DAY;
  pem = fake_certificate_make_pem ("institution", ending->end);
  g_assert_true (g_file_set_contents (ending->path, pem, -1, NULL));
}

static void
configure (Ending *ending)
{
  StationSettings settings = { .card_authorities_file = "/nonexistent", .retention_seconds = FAKE_RETENTION };

  settings.calendar[0] = (CalendarSource){ CALENDAR_INSTITUTION, ending->path };
  station_configure (ending->desk->station, &settings);
}

static void
set_up (Ending *ending, gconstpointer data)
{
  int fd = g_file_open_tmp ("shikaku-test-XXXXXX", &ending->path, NULL);

  g_assert_true (g_close (fd, NULL));
  ending->desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  n_alarms = 0;
  write_end (ending, 6);
  configure (ending);
}

static void
tear_down (Ending *ending, gconstpointer data)
{
  fake_desk_free (ending->desk);
  g_unlink (ending->path);
  g_free (ending->path);
}

static void
test_calendar (Ending *ending, gconstpointer data)
{
  FakeDesk *desk = ending->desk;
  g_autoptr (GPtrArray) before = station_get_expiries (desk->station), after = NULL;

  fake_desk_settle ();
  g_assert_cmpuint (before->len + n_alarms, ==, 0); /* nothing is read before the daemon is ready */
  g_assert_cmpint (station_get_credential_expires (desk->station), ==, 0);
  station_begin (desk->station);
  g_assert_cmpuint (desk->expiries_changed, ==, 0); /* from the loop only */
  fake_desk_settle ();
  g_assert_cmpstr (desk->warnings->str, ==, "institution-certificate 6 ");
  g_assert_cmpuint (desk->expiries_changed, ==, 1);
  g_assert_cmpuint (n_alarms, ==, 1);
  g_assert_cmpint (last_alarm, ==, ending->end - 5 * G_TIME_SPAN_DAY);
  after = station_get_expiries (desk->station);
  g_assert_cmpuint (after->len, ==, 1);
  g_assert_cmpint (station_get_credential_expires (desk->station), ==, ending->end);
  desk->center->transport.credential_expires = 42; /* the one in use is known better */
  g_assert_cmpint (station_get_credential_expires (desk->station), ==, 42);

  /* An alarm, a reload, a sleep: it is looked at again, and not told again. */
  ring_station (0, ring_data);
  fake_desk_settle ();
  configure (ending);
  fake_desk_settle ();
  station_suspend (desk->station, 60000, count, &desk->finished);
  station_resume (desk->station);
  fake_desk_settle ();
  g_assert_cmpuint (n_alarms, ==, 4);
  g_assert_cmpuint (desk->expiries_changed, ==, 1);
  write_end (ending, 400);
  ring_station (0, ring_data);
  fake_desk_settle ();
  g_assert_cmpuint (desk->expiries_changed, ==, 1); /* it is not in use */
  configure (ending);
  fake_desk_settle ();
  g_assert_cmpuint (desk->expiries_changed, ==, 2);
  g_assert_cmpstr (desk->warnings->str, ==, "institution-certificate 6 ");
}

/* A visit is kept as long as before; the date of its erasure is another one. */
static void
test_clock_set (Ending *ending, gconstpointer data)
{
  FakeDesk *desk = ending->desk;
  g_autoptr (Visit) visit = NULL;
  gint64 expires;

  station_begin (desk->station);
  visit = check_number (desk, "/v/1");
  expires = visit_get_expires (visit);
  ring_station (-5 * HOUR, ring_data);
  g_assert_cmpint (visit_get_expires (visit), ==, expires - 5 * HOUR);
  fake_desk_settle ();
  g_assert_cmpuint (n_alarms, ==, 2);
}

/* A token's certificate is known by its use. */
static void
test_token (Ending *ending, gconstpointer data)
{
  FakeDesk *desk = ending->desk;
  Transport *transport = &desk->center->transport;

  g_free (ending->path);
  ending->path = g_strdup ("pkcs11:token=desk");
  configure (ending);
  station_begin (desk->station);
  fake_desk_settle ();
  g_assert_cmpstr (desk->warnings->str, ==, "");
  transport->credential_expires = g_get_real_time () + 3 * G_TIME_SPAN_DAY;
  transport->changed (transport, transport->changed_data);
  transport->changed (transport, transport->changed_data);
  fake_desk_settle ();
  g_assert_cmpstr (desk->warnings->str, ==, "institution-certificate 3 ");
  g_assert_cmpuint (n_alarms, ==, 2);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/station/sleep/visit", test_sleep);
  g_test_add_func ("/station/sleep/late", test_sleep_late);
  g_test_add_func ("/station/sleep/again", test_sleep_again);
  g_test_add_func ("/station/settings/retention", test_retention);
  g_test_add_func ("/station/sleep/slept-on", test_slept_on);
  g_test_add_func ("/station/settings/authorities", test_authorities);
  g_test_add ("/station/calendar/course", Ending, NULL, set_up, test_calendar, tear_down);
  g_test_add ("/station/calendar/clock-set", Ending, NULL, set_up, test_clock_set, tear_down);
  g_test_add ("/station/calendar/token", Ending, NULL, set_up, test_token, tear_down);
  return g_test_run ();
}
