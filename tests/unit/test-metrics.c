/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-metrics: the text for monitoring, and when its file is written; tests/bus/test_logs.py asks its readers. */
#include "fake-desk.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "visit/metrics.h"

typedef struct
{
  FakeDesk *desk;
  char *folder, *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  fixture->folder = g_dir_make_tmp ("shikaku-metrics-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "shikaku.prom", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  fake_desk_free (fixture->desk);
  g_unlink (fixture->path);
  g_assert_no_errno (g_rmdir (fixture->folder)); /* nothing else is left there */
  g_free (fixture->path);
  g_free (fixture->folder);
}

static void
assert_line (const char *text, const char *line)
{
  g_autofree char *whole = g_strconcat ("\n", line, "\n", NULL);

  if (strstr (text, whole) == NULL)
    g_error ("no line %s in:\n%s", line, text);
}

static char *
read_file (const Fixture *fixture)
{
  char *text = NULL;

  g_assert_true (g_file_get_contents (fixture->path, &text, NULL, NULL));
  return text;
}

static void
test_text (Fixture *fixture, gconstpointer unused)
{
  FakeDesk *desk = fixture->desk;
  g_autoptr (Visit) visit = fake_desk_open (desk, "drug");
  g_autofree char *text = NULL;

  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
  desk->center->transport.state = TRANSPORT_DEGRADED;
  text = metrics_format (desk->station, 1);
  g_assert_true (g_str_has_prefix (text, "# TYPE shikaku_up gauge\n"));
  g_assert_true (g_str_has_suffix (text, "\n# EOF\n"));
  assert_line (text, "shikaku_up 1");
  assert_line (text, "shikaku_build_info{version=\"" SHIKAKU_VERSION "\"} 1");
  assert_line (text, "shikaku_service_up 1");
  assert_line (text, "shikaku_settings_in_use 1");
  assert_line (text, "shikaku_readers 1");
  assert_line (text, "shikaku_center_state{state=\"degraded\"} 1");
  assert_line (text, "shikaku_center_state{state=\"online\"} 0");
  assert_line (text, "# TYPE shikaku_visits counter");
  assert_line (text, "shikaku_visits_total{origin=\"card\",outcome=\"done\"} 1");
  assert_line (text, "shikaku_consents_total{answer=\"granted\"} 1");
  assert_line (text, "shikaku_cards_read_total 1");
  assert_line (text, "shikaku_visit_errors_total{error=\"PinIncorrect\"} 0");
  assert_line (text, "# UNIT shikaku_visit_part_seconds seconds");
  assert_line (text, "shikaku_visit_part_seconds_bucket{part=\"own\",le=\"120.0\"} 1");
  assert_line (text, "shikaku_visit_part_seconds_bucket{part=\"own\",le=\"+Inf\"} 1");
  g_assert_nonnull (strstr (text, "le=\"0.005\"}"));
  g_assert_nonnull (strstr (text, "le=\"0.01\"}"));
  assert_line (text, "shikaku_visit_part_seconds_count{part=\"person\"} 1");
}

static void
wait_for_file (const Fixture *fixture)
{
  gint64 deadline = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

  while (!g_file_test (fixture->path, G_FILE_TEST_EXISTS))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_main_context_iteration (NULL, TRUE); /* the writer's own timer ends it */
    }
}

static void
test_file (Fixture *fixture, gconstpointer unused)
{
  mode_t umask_before = umask (077);
  Metrics *metrics = metrics_new (fixture->desk->station, fixture->path);
  g_autofree char *text = NULL, *last = NULL;
  struct stat status;

  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  wait_for_file (fixture);
  text = read_file (fixture);
  assert_line (text, "shikaku_up 1");
  g_assert_no_errno (g_stat (fixture->path, &status));
  g_assert_cmphex (status.st_mode & 07777, ==, 0640);

  metrics_free (metrics);
  last = read_file (fixture);
  assert_line (last, "shikaku_up 0");
  umask (umask_before);
}

static void
test_configure (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *other = g_build_filename (fixture->folder, "other.prom", NULL);
  Metrics *metrics = metrics_new (fixture->desk->station, fixture->path);

  wait_for_file (fixture);
  metrics_configure (metrics, fixture->path);
  g_assert_true (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  metrics_configure (metrics, other);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  metrics_free (metrics);
  g_assert_no_errno (g_unlink (other));
}

static void
test_no_folder (void)
{
  if (g_test_subprocess ())
    {
      FakeDesk *desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
      Metrics *metrics = metrics_new (desk->station, "/nonexistent/shikaku.prom");

      metrics_configure (metrics, "/nonexistent/other.prom");
      metrics_free (metrics);
      fake_desk_free (desk);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*warning: metrics: /nonexistent/other.prom cannot be written: No such file*\n*");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/metrics/text", Fixture, NULL, set_up, test_text, tear_down);
  g_test_add ("/metrics/file", Fixture, NULL, set_up, test_file, tear_down);
  g_test_add ("/metrics/configure", Fixture, NULL, set_up, test_configure, tear_down);
  g_test_add_func ("/metrics/no-folder", test_no_folder);
  return g_test_run ();
}
