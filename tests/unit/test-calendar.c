/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * calendar: days and thresholds; what is said of files, once; files that are replaced. The date is the test's: the
 * linker puts its clocks in the place of GLib's (--wrap).
 */
#include "visit/calendar.h"

#include <glib/gstdio.h>

#include "fake-certificate.h"

#define DAY (G_TIME_SPAN_DAY)
#define NOW ((gint64)1800000000 * G_USEC_PER_SEC)

static gint64 now, running;

gint64 __wrap_g_get_real_time (void);
gint64 __wrap_g_get_monotonic_time (void);

gint64
__wrap_g_get_real_time (void)
{
  return now;
}

gint64
__wrap_g_get_monotonic_time (void)
{
  return running;
}

/* What a calendar told: "changed", "card-ca 6". */
static void
on_changed (gpointer user_data)
{
  g_string_append (user_data, "changed ");
}

static void
on_near (const StationExpiry *expiry, gint days, gpointer user_data)
{
  g_string_append_printf (user_data, "%s %d ", expiry->what, days);
}

static const CalendarObserver observer = { on_changed, on_near };

typedef struct
{
  char *folder, *center, *institution, *card;
  GString *told;
  Calendar *calendar;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("shikaku-test-XXXXXX", NULL);
  fixture->center = g_build_filename (fixture->folder, "center", NULL);
  fixture->institution = g_build_filename (fixture->folder, "institution", NULL);
  fixture->card = g_build_filename (fixture->folder, "card", NULL);
  fixture->told = g_string_new (NULL);
  fixture->calendar = calendar_new (&observer, fixture->told);
  calendar_set_sources (fixture->calendar, (const CalendarSource[]){ { "center-ca", fixture->center },
                                                                     { CALENDAR_INSTITUTION, fixture->institution },
                                                                     { "card-ca", fixture->card },
                                                                     { "nothing", NULL },
                                                                     { NULL } });
  now = NOW;
  running = DAY;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  calendar_free (fixture->calendar);
  g_unlink (fixture->center);
  g_unlink (fixture->institution);
  g_unlink (fixture->card);
  g_rmdir (fixture->folder);
  g_string_free (fixture->told, TRUE);
  g_free (fixture->folder);
  g_free (fixture->center);
  g_free (fixture->institution);
  g_free (fixture->card);
}

/* write_file: a certificate for each of @days from NOW, ended by G_MAXINT; of one name, or each of its own. */
static void
write_file (const char *path, gboolean one_name, ...)
{
  g_autoptr (GString) text = g_string_new (NULL);
  va_list list;
  int days;

  va_start (list, one_name);
  while ((days = va_arg (list, int)) != G_MAXINT)
    {
      g_autofree char *subject = g_strdup_printf ("name %d", one_name ? 0 : days);
      g_autofree char *pem = fake_certificate_make_pem (subject, NOW + days * DAY);

      g_string_append (text, pem);
    }
  va_end (list);
  g_assert_true (g_file_set_contents (path, text->str, -1, NULL));
}
#define write_one(path, days) write_file (path, TRUE, days, G_MAXINT)

static gint64
assert_told (Fixture *fixture, const char *told)
{
  gint64 next;

  g_string_truncate (fixture->told, 0);
  calendar_read_again (fixture->calendar, NULL);
  next = calendar_recalculate (fixture->calendar);
  g_assert_cmpstr (fixture->told->str, ==, told);
  return next;
}

static void
test_days (void)
{
  g_assert_cmpint (calendar_count_days (NOW, NOW), ==, 0);
  g_assert_cmpint (calendar_count_days (NOW - 9 * DAY, NOW), ==, 0);
  g_assert_cmpint (calendar_count_days (NOW + 1, NOW), ==, 1);
  g_assert_cmpint (calendar_count_days (NOW + DAY, NOW), ==, 1);
  g_assert_cmpint (calendar_count_days (NOW + DAY + 1, NOW), ==, 2);
  g_assert_cmpint (calendar_count_days (NOW + 6 * DAY, NOW), ==, 6);
}

static void
test_thresholds (void)
{
  static const gint expected[][2]
      = { { 0, 0 },   { 1, 1 },   { 6, 6 },   { 7, 7 },   { 8, 15 },  { 15, 15 }, { 16, 30 },
          { 30, 30 }, { 31, 60 }, { 60, 60 }, { 61, 90 }, { 90, 90 }, { 91, -1 }, { G_MAXINT, -1 } };

  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpint (calendar_find_threshold (expected[i][0]), ==, expected[i][1]);
}

/* From far away to the end: each threshold is met exactly at the time that was named for it, and no other. */
static void
test_next (void)
{
  static const gint days[] = { 90, 60, 30, 15, 7, 6, 5, 4, 3, 2, 1, 0 };
  const gint64 end = NOW + 400 * DAY;
  gint64 at = NOW;

  for (gsize i = 0; i < G_N_ELEMENTS (days); i++)
    {
      at = calendar_next (end, at);
      g_assert_cmpint (at, ==, end - days[i] * DAY);
      g_assert_cmpint (calendar_find_threshold (calendar_count_days (end, at)), ==, days[i]);
      g_assert_cmpint (calendar_next (end, at - 1), ==, at);
    }
  g_assert_cmpint (calendar_next (end, at), ==, G_MAXINT64);
  g_assert_cmpint (calendar_next ((gint64)253402300799 * G_USEC_PER_SEC, NOW), >, NOW);
}

static void
test_start (Fixture *fixture, gconstpointer data)
{
  const GPtrArray *expiries;
  gint64 next;

  write_one (fixture->center, -1);
  write_file (fixture->institution, FALSE, 6, 3000, G_MAXINT);
  write_one (fixture->card, 91);
  next = assert_told (fixture, "changed center-ca 0 institution-certificate 6 ");
  g_assert_cmpint (next, ==, NOW + DAY);
  assert_told (fixture, "");

  expiries = calendar_get_expiries (fixture->calendar);
  g_assert_cmpuint (expiries->len, ==, 4);
  g_assert_cmpstr (((StationExpiry *)expiries->pdata[0])->what, ==, "center-ca");
  g_assert_cmpstr (((StationExpiry *)expiries->pdata[0])->source, ==, fixture->center);
  g_assert_cmpint (((StationExpiry *)expiries->pdata[0])->expires, ==, NOW - DAY);
  g_assert_cmpstr (((StationExpiry *)expiries->pdata[3])->what, ==, "institution-ca");
}

/* Day by day, woken when it asked for it. */
static void
test_course (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) course = g_string_new (NULL);
  gint64 next = NOW;

  write_one (fixture->institution, 100);
  for (guint wakes = 0; next != G_MAXINT64; wakes++)
    {
      g_assert_cmpuint (wakes, <=, 12);
      running += next - now;
      now = next;
      g_string_truncate (fixture->told, 0);
      next = calendar_recalculate (fixture->calendar);
      g_string_append (course, fixture->told->str);
    }
  g_assert_cmpstr (course->str, ==,
                   "changed institution-certificate 90 institution-certificate 60 institution-certificate 30 "
                   "institution-certificate 15 institution-certificate 7 institution-certificate 6 "
                   "institution-certificate 5 institution-certificate 4 institution-certificate 3 "
                   "institution-certificate 2 institution-certificate 1 institution-certificate 0 ");
}

/* A clock that is set wrong and right again does not repeat itself; one that stays wrong is heard the next day. */
static void
test_clock_set (Fixture *fixture, gconstpointer data)
{
  write_one (fixture->institution, 30);
  assert_told (fixture, "changed institution-certificate 30 ");
  now = NOW + 29 * DAY;
  assert_told (fixture, "institution-certificate 1 ");
  now = NOW;
  assert_told (fixture, "");
  now = NOW + 29 * DAY;
  assert_told (fixture, "");
  now = NOW;
  assert_told (fixture, "");
  running += DAY;
  now = NOW + 29 * DAY;
  assert_told (fixture, "institution-certificate 1 ");
}

static void
test_replaced_file (Fixture *fixture, gconstpointer data)
{
  write_one (fixture->institution, 5);
  assert_told (fixture, "changed institution-certificate 5 ");
  write_one (fixture->institution, 20);
  assert_told (fixture, "changed institution-certificate 20 ");
  g_unlink (fixture->institution);
  g_assert_cmpint (assert_told (fixture, "changed "), ==, G_MAXINT64);
  assert_told (fixture, "");
  write_one (fixture->institution, 400);
  assert_told (fixture, "changed ");
}

/* What a file holds counts when it is said to be in use; what was read before is warned of until then. */
static void
test_not_in_use (Fixture *fixture, gconstpointer data)
{
  write_one (fixture->institution, 16);
  write_one (fixture->card, 50);
  assert_told (fixture, "changed institution-certificate 16 card-ca 50 ");
  write_one (fixture->institution, -2);
  g_unlink (fixture->card);
  calendar_read_again (fixture->calendar, CALENDAR_CENTER_CA);
  now = NOW + DAY;
  g_string_truncate (fixture->told, 0);
  g_assert_cmpint (calendar_recalculate (fixture->calendar), ==, NOW + 9 * DAY);
  g_assert_cmpstr (fixture->told->str, ==, "institution-certificate 15 ");
  g_string_truncate (fixture->told, 0);
  calendar_read_again (fixture->calendar, CALENDAR_INSTITUTION);
  calendar_recalculate (fixture->calendar);
  g_assert_cmpstr (fixture->told->str, ==, "changed institution-certificate 0 ");
  g_assert_cmpuint (calendar_get_expiries (fixture->calendar)->len, ==, 2);
}

/* An authority whose next generation lies in its file needs nobody's care; one alone does. */
static void
test_generations (Fixture *fixture, gconstpointer data)
{
  const GPtrArray *expiries;

  write_file (fixture->card, TRUE, -30, 3, 900, G_MAXINT);
  g_assert_cmpint (assert_told (fixture, "changed "), ==, NOW + 810 * DAY);
  expiries = calendar_get_expiries (fixture->calendar);
  g_assert_true (((StationExpiry *)expiries->pdata[0])->replaced);
  g_assert_true (((StationExpiry *)expiries->pdata[1])->replaced);
  g_assert_false (((StationExpiry *)expiries->pdata[2])->replaced);

  write_file (fixture->card, FALSE, -30, 3, 900, G_MAXINT);
  assert_told (fixture, "changed card-ca 0 card-ca 3 ");

  /* Of an institution's own the first is used. */
  write_file (fixture->institution, TRUE, 3, 900, G_MAXINT);
  assert_told (fixture, "changed institution-certificate 3 ");
}

/* What a token holds is known by its use. */
static void
test_token (Fixture *fixture, gconstpointer data)
{
  const CalendarSource sources[] = { { CALENDAR_INSTITUTION, "pkcs11:token=desk;object=institution" }, { NULL } };

  g_assert_false (calendar_set_uri_end (fixture->calendar, NOW)); /* nothing is in a token */
  calendar_set_uri_end (fixture->calendar, 0);
  calendar_set_sources (fixture->calendar, sources);
  assert_told (fixture, "");
  g_assert_true (calendar_set_uri_end (fixture->calendar, NOW + 4 * DAY));
  g_assert_false (calendar_set_uri_end (fixture->calendar, NOW + 4 * DAY));
  assert_told (fixture, "changed institution-certificate 4 ");
  assert_told (fixture, "");
  g_assert_true (calendar_set_uri_end (fixture->calendar, NOW + 800 * DAY));
  assert_told (fixture, "changed ");
}

/* What cannot be read is no matter of the calendar. */
static void
test_unreadable (Fixture *fixture, gconstpointer data)
{
  g_autofree char *large = g_malloc0 (1048576 + 1);

  g_assert_cmpint (g_mkdir (fixture->center, 0700), ==, 0);
  g_assert_true (g_file_set_contents (fixture->institution, "nonsense", -1, NULL));
  g_assert_true (g_file_set_contents (fixture->card, large, 1048576 + 1, NULL));
  g_assert_cmpint (assert_told (fixture, ""), ==, G_MAXINT64);
  g_rmdir (fixture->center);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/calendar/days", test_days);
  g_test_add_func ("/calendar/thresholds", test_thresholds);
  g_test_add_func ("/calendar/next", test_next);
#define ADD(path, function) g_test_add ("/calendar/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("start", test_start);
  ADD ("course", test_course);
  ADD ("clock-set", test_clock_set);
  ADD ("replaced-file", test_replaced_file);
  ADD ("not-in-use", test_not_in_use);
  ADD ("generations", test_generations);
  ADD ("token", test_token);
  ADD ("unreadable", test_unreadable);
  return g_test_run ();
}
