/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* visit-changes: a visit, the file that knows who was here, and a disk that hangs or is full. Time passes when told. */
#include <glib/gstdio.h>

#include "fake-desk.h"
#include "fake-disk.h"
#include "fake-timer.h"
#include "store/store-file.h"
#include "store/store-key.h"
#include "visit/visit-changes.h"

#define ELIGIBLE(insurer, more) \
  "{\"XmlMsg\":{" FAKE_HEADER ",\"MessageBody\":{\"ResultList\":[{\"ResultOfQualificationConfirmation\":{" \
  "\"InsurerNumber\":\"" insurer "\",\"Name\":\"山田　花子\",\"Birthdate\":\"19800229\"" more "}}]," \
  "\"ProcessingResultStatus\":\"1\",\"QualificationValidity\":\"1\"}}}"
#define BEFORE ELIGIBLE ("06139990", "")
#define AFTER ELIGIBLE ("01130012", "")

typedef struct
{
  char *folder, *key;
  Store *store;
  FakeDesk *desk;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const char bytes[STORE_KEY_SIZE] = "0123456789abcdef0123456789abcde";
  const StationSettings settings = { .retention_seconds = FAKE_RETENTION, .changes_retention_months = 24 };

  fixture->folder = g_dir_make_tmp ("shikaku-changes-XXXXXX", NULL);
  fixture->key = g_build_filename (fixture->folder, STORE_KEY_CREDENTIAL, NULL);
  g_assert_true (g_file_set_contents (fixture->key, bytes, sizeof bytes, NULL));
  fixture->store = store_new (fixture->folder);
  store_set_key_folder (fixture->store, fixture->folder);
  fixture->desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  station_configure (fixture->desk->station, &settings);
  station_set_store (fixture->desk->station, fixture->store);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  fake_desk_free (fixture->desk);
  store_free (fixture->store);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->key);
}

static gboolean
nothing (sqlite3 *database, gpointer data, GError **error)
{
  return TRUE;
}

static void
on_reached (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(guint *)user_data = 1;
}

/* wait_store: until all jobs that there are were answered. */
static void
wait_store (Fixture *fixture)
{
  guint reached = 0;

  store_run (fixture->store, nothing, NULL, NULL, on_reached, &reached);
  fake_desk_wait_until (&reached);
}

static Visit *
open_visit (Fixture *fixture, const char *answer)
{
  static const TransportNumberQuery insured = { .insurer_number = "0613", .number = "12", .birthdate = "19800229" };
  const VisitOptions options = { .path = "/v/n", .owner = FAKE_OWNER, .language = "en" };
  g_autoptr (GError) error = NULL;
  Visit *visit;

  fixture->desk->center->bodies[FAKE_CHECK_NUMBER] = answer;
  visit = fake_desk_try_number (fixture->desk, &options, &insured, &error);
  g_assert_no_error (error);
  return visit_ref (visit);
}

/* check: a whole visit. Return: how many changes its answer tells. */
static guint
check (Fixture *fixture, const char *answer)
{
  g_autoptr (Visit) visit = open_visit (fixture, answer);
  guint n;

  fake_desk_wait (fixture->desk, visit, VISIT_DONE);
  g_assert_cmpstr (visit_get_answer (visit), ==, "eligible");
  n = visit_get_eligibility (visit)->n_changes;
  station_erase_visit (fixture->desk->station, visit);
  wait_store (fixture);
  return n;
}

static void
test_told (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Visit) visit = NULL;

  g_assert_cmpuint (check (fixture, BEFORE), ==, 0);
  g_assert_cmpuint (check (fixture, BEFORE), ==, 0);
  visit = open_visit (fixture, AFTER);
  fake_desk_wait (fixture->desk, visit, VISIT_DONE);
  g_assert_cmpuint (visit_get_eligibility (visit)->n_changes, ==, 1);
  g_assert_cmpstr (visit_get_eligibility (visit)->changes[0].field, ==, "InsurerNumber");
  g_assert_cmpint (visit_get_eligibility (visit)->changes[0].since, >, 0);
  station_erase_visit (fixture->desk->station, visit);
  wait_store (fixture);
  g_assert_cmpuint (check (fixture, AFTER), ==, 1);         /* all day long */
  g_assert_cmpuint (check (fixture, FAKE_ELIGIBLE), ==, 0); /* of whom there is no birthdate, nobody is known */
}

/* A disk that hangs: the answer goes out without, and what it did not tell is told the next time. */
static void
test_hangs (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Visit) visit = NULL;

  fake_disk_hold ();
  visit = open_visit (fixture, BEFORE);
  fake_desk_settle ();
  fake_disk_wait_held ();
  g_assert_cmpint (visit_get_state (visit), ==, VISIT_CHECKING);
  g_assert_cmpuint (fake_timers_pass (VISIT_CHANGES_PATIENCE_MILLISECONDS), ==, 1);
  fake_desk_wait (fixture->desk, visit, VISIT_DONE);
  g_assert_cmpuint (visit_get_eligibility (visit)->n_changes, ==, 0);
  station_erase_visit (fixture->desk->station, visit);
  fake_disk_release ();
  wait_store (fixture);
  g_assert_cmpuint (check (fixture, AFTER), ==, 0); /* nothing was learned of what came too late */
  g_assert_cmpuint (check (fixture, BEFORE), ==, 1);
}

/* Its owner cancels, or goes, while the disk hangs. */
static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Visit) visit = NULL;

  fake_disk_hold ();
  visit = open_visit (fixture, BEFORE);
  fake_desk_settle ();
  fake_disk_wait_held ();
  visit_cancel (visit, NULL, NULL);
  fake_desk_wait (fixture->desk, visit, VISIT_CANCELLED);
  station_erase_visit (fixture->desk->station, visit);
  fake_disk_release ();
  wait_store (fixture);
  g_assert_cmpuint (check (fixture, AFTER), ==, 0);
}

/* A disk that is full: answers as ever; once there is room it is kept again. */
static void
test_full (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpuint (check (fixture, BEFORE), ==, 0);
  fake_disk_arm (FAKE_DISK_FULL, 1, TRUE);
  g_assert_cmpuint (check (fixture, AFTER), ==, 1);
  fake_disk_disarm ();
  g_assert_cmpuint (check (fixture, AFTER), ==, 1); /* as it was not kept */
  g_assert_cmpuint (check (fixture, BEFORE), ==, 1);
}

/* Without a key nothing is looked up a second time. */
static void
test_no_key (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (g_remove (fixture->key), ==, 0);
  g_assert_cmpuint (check (fixture, BEFORE), ==, 0);
  fake_disk_arm (FAKE_DISK_SOUND, 1, FALSE);
  g_assert_cmpuint (check (fixture, AFTER), ==, 0);
  g_assert_true (fake_disk_disarm () <= 4); /* of wait_store() alone */
}

#define ADD(name, test) g_test_add ("/visit-changes/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  fake_disk_install ();
  ADD ("told", test_told);
  ADD ("hangs", test_hangs);
  ADD ("cancelled", test_cancelled);
  ADD ("full", test_full);
  ADD ("no-key", test_no_key);
  return g_test_run ();
}
