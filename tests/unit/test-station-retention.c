/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-station-retention: how long a finished visit is kept, whatever clocks do; with a monotonic clock of its own. */
#include "fake-desk.h"

#include <string.h>

#include "visit/station-retention.h"
#include "visit/visit-life.h"

#define HOUR ((gint64)3600 * G_USEC_PER_SEC)

/* Stand before GLib's: time passes only where a test says so, and of timers only the last one's wait is known. */
gint64 __wrap_g_get_monotonic_time (void);
guint __wrap_g_timeout_add (guint interval, GSourceFunc function, gpointer data);
gboolean __wrap_g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end);

static gint64 now = HOUR;
static guint wait_milliseconds;
static GSourceFunc timer;
static gpointer timer_data;

gint64
__wrap_g_get_monotonic_time (void)
{
  return now;
}

guint
__wrap_g_timeout_add (guint interval, GSourceFunc function, gpointer data)
{
  GSource *source = g_timeout_source_new_seconds (G_MAXINT32); /* so that there is something to remove */
  guint id;

  wait_milliseconds = interval;
  timer = function;
  timer_data = data;
  g_source_set_callback (source, function, data, NULL);
  id = g_source_attach (source, NULL);
  g_source_unref (source);
  return id;
}

/* By this clock the store's thread would never have time to end. */
gboolean
__wrap_g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end)
{
  g_cond_wait (cond, mutex);
  return TRUE;
}

typedef struct
{
  FakeDesk *desk;
  StationRetention *retention;
  Visit *first, *second;
  GString *expired; /* the last letters of paths */
} Fixture;

static void
on_expired (Visit *visit, gpointer user_data)
{
  const char *path = visit_get_path (visit);

  g_string_append_c (((Fixture *)user_data)->expired, path[strlen (path) - 1]);
}

static Visit *
make_visit (FakeDesk *desk, const char *path)
{
  const TransportNumberQuery insured = { .insurer_number = "0613", .number = "12", .birthdate = "19800229" };
  const VisitOptions options = { .path = path, .owner = FAKE_OWNER };
  Visit *visit = visit_ref (fake_desk_try_number (desk, &options, &insured, NULL));

  fake_desk_wait (desk, visit, VISIT_DONE);
  return visit;
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  fixture->first = make_visit (fixture->desk, "/v/1");
  fixture->second = make_visit (fixture->desk, "/v/2");
  fixture->expired = g_string_new (NULL);
  fixture->retention = station_retention_new (on_expired, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  station_retention_free (fixture->retention);
  visit_unref (fixture->first);
  visit_unref (fixture->second);
  fake_desk_free (fixture->desk);
  g_string_free (fixture->expired, TRUE);
}

static void
run_timer (void)
{
  now += (gint64)wait_milliseconds * 1000;
  g_assert_false (timer (timer_data));
}

/* One timer, for the earliest. The retention may have become shorter since the first came. */
static void
test_order (Fixture *fixture, gconstpointer unused)
{
  station_retention_add (fixture->retention, fixture->first, 100);
  g_assert_cmpuint (wait_milliseconds, ==, 100000);
  station_retention_add (fixture->retention, fixture->second, 40);
  g_assert_cmpuint (wait_milliseconds, ==, 40000);
  run_timer ();
  g_assert_cmpstr (fixture->expired->str, ==, "2");
  g_assert_cmpuint (wait_milliseconds, ==, 60000);
  station_retention_remove (fixture->retention, fixture->first);
  station_retention_remove (fixture->retention, fixture->first); /* not here any more */
  now += 3 * HOUR;
  station_retention_add (fixture->retention, fixture->second, 7);
  g_assert_cmpuint (wait_milliseconds, ==, 7000);
  g_assert_cmpstr (fixture->expired->str, ==, "2");
}

/* The clock on the wall was set: the date moves, and the time for which a visit is kept does not. */
static void
test_shift (Fixture *fixture, gconstpointer unused)
{
  gint64 expires = visit_get_expires (fixture->first);

  station_retention_add (fixture->retention, fixture->first, 100);
  station_retention_add (fixture->retention, fixture->second, 100);
  station_retention_shift (fixture->retention, -5 * HOUR);
  g_assert_cmpint (visit_get_expires (fixture->first), ==, expires - 5 * HOUR);
  g_assert_cmpuint (wait_milliseconds, ==, 100000);
}

/* The machine slept: that is not told by the monotonic clock, but by the date. */
static void
test_slept (Fixture *fixture, gconstpointer unused)
{
  station_retention_add (fixture->retention, fixture->first, FAKE_RETENTION);
  now++;
  station_retention_add (fixture->retention, fixture->second, FAKE_RETENTION);
  visit_shift_expiry (fixture->first, -2 * HOUR);
  station_retention_note_slept (fixture->retention);
  g_assert_cmpuint (wait_milliseconds, ==, 0);
  run_timer ();
  g_assert_cmpstr (fixture->expired->str, ==, "1");
  g_assert_cmpuint (wait_milliseconds, <=, FAKE_RETENTION * 1000);
  g_assert_cmpuint (wait_milliseconds, >, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/station-retention/order", Fixture, NULL, set_up, test_order, tear_down);
  g_test_add ("/station-retention/shift", Fixture, NULL, set_up, test_shift, tear_down);
  g_test_add ("/station-retention/slept", Fixture, NULL, set_up, test_slept, tear_down);
  return g_test_run ();
}
