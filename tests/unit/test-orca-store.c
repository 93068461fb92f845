/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-store, orca-settings: what is known after a kill between any two steps; which settings are refused. */
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "client/orca/orca-push.h"
#include "client/orca/orca-settings.h"
#include "client/orca/orca-store.h"

#define UUID "0f5a1f0e-6b1f-4c55-9d4b-1f6f1f2f3f4f"

typedef struct
{
  char *folder;
  OrcaStore *store;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("orca-XXXXXX", NULL);
  g_assert_null (orca_store_open (fixture->folder, FALSE, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  fixture->store = orca_store_open (fixture->folder, TRUE, NULL);
  g_assert_nonnull (fixture->store);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "orca.db", "orca.db-journal" };

  orca_store_close (fixture->store);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (fixture->folder, names[i], NULL);

      g_remove (path);
    }
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
}

/* As after a kill: another connection, that knows nothing but the file. */
static void
reopen (Fixture *fixture)
{
  orca_store_close (fixture->store);
  fixture->store = orca_store_open (fixture->folder, FALSE, NULL);
  g_assert_nonnull (fixture->store);
}

static void
note_event (Fixture *fixture, gboolean is_expected_new)
{
  OrcaEvent event = { ORCA_EVENT_SINGLE, (char *)UUID, (char *)"",    (char *)"01", (char *)"00043",
                      (char *)"",        (char *)"",   (char *)"row", (char *)"",   (char *)"" };
  gboolean is_new = !is_expected_new;

  g_assert_true (orca_store_note_event (fixture->store, &event, &is_new, NULL));
  g_assert_cmpint (is_new, ==, is_expected_new);
}

static GPtrArray *
make_parts (OrcaPartKind kind, guint n, const char *birthdate)
{
  GPtrArray *parts = g_ptr_array_new_with_free_func ((GDestroyNotify)orca_part_free);

  for (guint i = 0; i < n; i++)
    {
      JsonObject *record = json_object_new ();

      json_object_set_string_member (record, "Identifier", "id");
      json_object_set_string_member (record, "Number", "7654321");
      orca_json_set_text (record, "Birthdate", birthdate);
      g_ptr_array_add (parts, orca_part_new (kind, record));
    }
  return parts;
}

static void
test_question (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OrcaQuestion) first = NULL, doubtful = NULL, again = NULL;

  note_event (fixture, TRUE);
  note_event (fixture, FALSE);
  first = orca_store_next_question (fixture->store, NULL);
  g_assert_false (first->is_in_doubt);
  g_assert_true (orca_store_begin_question (fixture->store, first, NULL));
  reopen (fixture);
  doubtful = orca_store_next_question (fixture->store, NULL);
  g_assert_true (doubtful->is_in_doubt);
  g_assert_true (orca_store_delay_question (fixture->store, doubtful, TRUE, 1000, NULL));
  g_assert_null (orca_store_next_question (fixture->store, NULL));
  g_assert_cmpuint (orca_store_get_wait (fixture->store, 5), ==, 5);
  g_assert_true (orca_store_delay_question (fixture->store, doubtful, FALSE, 0, NULL));
  g_assert_cmpuint (orca_store_get_wait (fixture->store, 5), ==, 0);
  again = orca_store_next_question (fixture->store, NULL);
  g_assert_cmpuint (again->tries, ==, 2);
  g_assert_true (orca_store_end_question (fixture->store, again, "lost", NULL, NULL, NULL, NULL));
  g_assert_null (orca_store_next_question (fixture->store, NULL));
  note_event (fixture, FALSE);
}

static void
test_list (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) parts = make_parts (ORCA_PART_NUMBERS, 3, NULL);
  g_autoptr (OrcaQuestion) first = NULL, next = NULL;

  note_event (fixture, TRUE);
  first = orca_store_next_question (fixture->store, NULL);
  g_assert_true (orca_store_end_question (fixture->store, first, "answered", parts, "row2", "17", NULL));
  next = orca_store_next_question (fixture->store, NULL);
  g_assert_cmpstr (next->cursor, ==, "17");
  g_assert_cmpstr (next->row, ==, "row2");
  g_assert_false (next->is_in_doubt);
}

/* Who stands at the desk comes first; a birthdate is known to later parts; a job that is over leaves no numbers. */
static void
test_jobs (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) numbers = make_parts (ORCA_PART_NUMBERS, 1, NULL);
  g_autoptr (GPtrArray) checks = make_parts (ORCA_PART_CHECK, 1, "19850412");
  g_autoptr (GPtrArray) drugs = make_parts (ORCA_PART_DRUG, 3, NULL);
  g_autoptr (OrcaQuestion) question = NULL;
  g_autoptr (OrcaJob) check = NULL, drug = NULL, last = NULL;
  g_autofree char *birthdate = NULL, *path = NULL, *bytes = NULL;
  gsize size;

  note_event (fixture, TRUE);
  question = orca_store_next_question (fixture->store, NULL);
  g_assert_true (orca_store_end_question (fixture->store, question, "answered", numbers, NULL, NULL, NULL));
  g_assert_true (orca_store_end_question (fixture->store, question, "answered", checks, NULL, NULL, NULL));
  reopen (fixture);
  check = orca_store_next_job (fixture->store, NULL);
  g_assert_cmpint (check->kind, ==, ORCA_PART_CHECK);
  g_assert_cmpstr (check->birthdate, ==, "19850412");
  g_assert_true (orca_store_end_job (fixture->store, check, "done", "", drugs, NULL));
  birthdate = orca_store_find_birthdate (fixture->store, "id");
  g_assert_cmpstr (birthdate, ==, "19850412");
  g_assert_null (orca_store_find_birthdate (fixture->store, "other"));
  drug = orca_store_next_job (fixture->store, NULL);
  g_assert_cmpint (drug->kind, ==, ORCA_PART_DRUG);
  g_assert_cmpstr (drug->birthdate, ==, "19850412");
  g_assert_true (orca_store_fail_like (fixture->store, drug, "NotFound", NULL));
  last = orca_store_next_job (fixture->store, NULL);
  g_assert_cmpint (last->kind, ==, ORCA_PART_NUMBERS);
  g_assert_true (orca_store_delay_job (fixture->store, last, "away", 1000, NULL));
  g_assert_null (orca_store_next_job (fixture->store, NULL));
  g_assert_true (orca_store_end_job (fixture->store, last, "done", "", NULL, NULL));
  path = g_build_filename (fixture->folder, "orca.db", NULL);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_null (memmem (bytes, size, "7654321", strlen ("7654321")));
}

/* What must not be done twice is in doubt after a kill; what is like it waits; what it held goes with its end. */
static void
test_doubt (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) people = make_parts (ORCA_PART_CARE_PEOPLE, 2, NULL);
  g_autoptr (OrcaQuestion) question = NULL;
  g_autoptr (OrcaJob) first = NULL, again = NULL, doubtful = NULL, second = NULL;
  g_autoptr (JsonObject) counts = NULL;

  note_event (fixture, TRUE);
  question = orca_store_next_question (fixture->store, NULL);
  g_assert_true (orca_store_end_question (fixture->store, question, "answered", people, NULL, NULL, NULL));
  first = orca_store_next_job (fixture->store, NULL);
  g_assert_false (first->is_in_doubt);
  g_assert_true (orca_store_delay_like (fixture->store, first, 1000, NULL));
  g_assert_true (orca_store_begin_job (fixture->store, first, NULL));
  g_assert_true (orca_store_delay_job (fixture->store, first, "E90", 0, NULL)); /* ORCA has not done it */
  again = orca_store_next_job (fixture->store, NULL);
  g_assert_cmpint (again->id, ==, first->id);
  g_assert_false (again->is_in_doubt);
  g_assert_true (orca_store_begin_job (fixture->store, again, NULL));
  reopen (fixture);
  g_assert_true (orca_store_purge (fixture->store, 0, NULL));
  doubtful = orca_store_next_job (fixture->store, NULL);
  g_assert_true (doubtful->is_in_doubt);
  g_assert_true (orca_store_end_job (fixture->store, doubtful, "unknown", "", NULL, NULL));
  second = orca_store_next_job (fixture->store, NULL);
  g_assert_null (second);
  counts = orca_store_count (fixture->store, NULL);
  g_assert_cmpint (json_object_get_int_member (counts, "ListsUnknown"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (counts, "Waiting"), ==, 1);
}

static gboolean
has_name (const char *path)
{
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  return memmem (bytes, size, "invented-name", strlen ("invented-name")) != NULL;
}

/* What a kill has left in pages that nobody uses goes, as soon as no part of a list of people waits. */
static void
test_wipe (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) people = make_parts (ORCA_PART_CARE_PEOPLE, 1, NULL);
  g_autofree char *path = g_build_filename (fixture->folder, "orca.db", NULL), *text = g_strnfill (100000, 'x');
  g_autofree char *left
      = g_strdup_printf ("PRAGMA secure_delete=OFF; INSERT INTO note VALUES ('left', '%sinvented-name');"
                         "DELETE FROM note WHERE name = 'left'",
                         text);
  g_autoptr (OrcaQuestion) question = NULL;
  g_autoptr (OrcaJob) job = NULL;
  sqlite3 *base;

  note_event (fixture, TRUE);
  question = orca_store_next_question (fixture->store, NULL);
  g_assert_true (orca_store_end_question (fixture->store, question, "answered", people, NULL, NULL, NULL));
  g_assert_cmpint (sqlite3_open (path, &base), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (base, left, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (base);
  g_assert_true (orca_store_wipe (fixture->store, NULL));
  g_assert_true (has_name (path)); /* not yet */
  job = orca_store_next_job (fixture->store, NULL);
  g_assert_true (orca_store_end_job (fixture->store, job, "done", "", NULL, NULL));
  g_assert_true (orca_store_wipe (fixture->store, NULL));
  g_assert_false (has_name (path));
}

static void
test_faces (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OrcaFace) face = NULL, waiting = NULL;
  g_autoptr (GPtrArray) pending = NULL, parts = make_parts (ORCA_PART_REFERENCE, 1, NULL);
  g_autoptr (OrcaJob) job = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (orca_store_find_face (fixture->store, "d", NULL));
  g_assert_true (orca_store_set_face (fixture->store, "d", "name", "posting", "", 0, NULL));
  reopen (fixture);
  g_assert_true (orca_store_doubt_faces (fixture->store, NULL));
  pending = orca_store_list_faces (fixture->store, NULL);
  g_assert_cmpuint (pending->len, ==, 1);
  face = orca_store_find_face (fixture->store, "d", NULL);
  g_assert_cmpstr (face->state, ==, "unknown");
  g_assert_true (orca_store_resolve_face (fixture->store, face->id, FALSE, NULL));
  g_assert_false (orca_store_resolve_face (fixture->store, face->id, TRUE, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  waiting = orca_store_find_face (fixture->store, "d", NULL);
  g_assert_cmpstr (waiting->state, ==, "waiting");
  g_assert_true (waiting->is_due);
  g_assert_true (orca_store_end_face (fixture->store, "d", "19850412", parts, NULL));
  job = orca_store_next_job (fixture->store, NULL);
  g_assert_cmpstr (job->birthdate, ==, "19850412");
  g_assert_cmpstr (job->origin, ==, "d");
}

/* Each is told once, and as long as it was not told it waits; what is over goes, what waits stays. */
static void
test_failures (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OrcaFailure) failure = NULL;
  g_autoptr (JsonObject) before = NULL, after = NULL;
  g_autoptr (OrcaQuestion) question = NULL;
  gboolean is_new;

  note_event (fixture, TRUE);
  g_assert_true (orca_store_note_failure (fixture->store, UUID, 3, 2, &is_new, NULL));
  g_assert_true (is_new);
  g_assert_true (orca_store_note_failure (fixture->store, UUID, 3, 5, &is_new, NULL));
  g_assert_false (is_new);
  failure = orca_store_next_failure (fixture->store, NULL);
  g_assert_cmpstr (failure->patient, ==, "00043");
  g_assert_cmpuint (failure->number, ==, 2);
  g_assert_true (orca_store_delay_failure (fixture->store, failure->id, 1000, NULL));
  g_assert_null (orca_store_next_failure (fixture->store, NULL));
  before = orca_store_count (fixture->store, NULL);
  g_assert_cmpint (json_object_get_int_member (before, "Untold"), ==, 1);
  g_assert_true (orca_store_end_failure (fixture->store, failure->id, NULL));
  g_assert_true (orca_store_purge (fixture->store, 1, NULL));
  after = orca_store_count (fixture->store, NULL);
  g_assert_cmpint (json_object_get_int_member (after, "Untold"), ==, 0);
  g_assert_cmpint (json_object_get_int_member (after, "Questions"), ==, 1);
}

/* What was put off when the clock was years ahead is not put off for years. */
static void
test_clock (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OrcaQuestion) question = NULL, again = NULL;
  g_autoptr (OrcaFace) face = NULL;

  note_event (fixture, TRUE);
  question = orca_store_next_question (fixture->store, NULL);
  g_assert_true (orca_store_delay_question (fixture->store, question, FALSE, 3600, NULL));
  g_assert_null (orca_store_next_question (fixture->store, NULL));
  g_assert_true (orca_store_delay_question (fixture->store, question, FALSE, 100000000, NULL));
  again = orca_store_next_question (fixture->store, NULL);
  g_assert_nonnull (again);
  g_assert_true (orca_store_set_face (fixture->store, "d", "name", "waiting", "", 100000000, NULL));
  face = orca_store_find_face (fixture->store, "d", NULL);
  g_assert_true (face->is_due);
}

/* A file that is damaged, or cannot be written, is an error that is told, and never taken for an empty one. */
static void
test_trouble (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "orca.db", NULL);
  g_autofree char *trouble = NULL, *bytes = NULL;
  g_autoptr (GError) error = NULL;
  sqlite3 *other = NULL;
  gsize size;

  g_assert_null (orca_store_take_trouble (fixture->store));
  g_assert_cmpint (sqlite3_open (path, &other), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (other, "DROP TABLE face", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (other);
  g_assert_false (orca_store_set_face (fixture->store, "d", "name", "posting", "", 0, NULL));
  trouble = orca_store_take_trouble (fixture->store);
  g_assert_nonnull (trouble);
  g_assert_null (orca_store_take_trouble (fixture->store));
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  memset (bytes, 'x', 100);
  g_assert_true (g_file_set_contents (path, bytes, (gssize)size, NULL));
  g_assert_null (orca_store_open (fixture->folder, TRUE, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
}

static void
test_lock (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL, absent = NULL;
  int first = orca_store_lock (fixture->folder, NULL);

  g_assert_cmpint (first, >=, 0);
  g_assert_cmpint (orca_store_lock (fixture->folder, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  close (first);
  first = orca_store_lock (fixture->folder, NULL);
  g_assert_cmpint (first, >=, 0);
  close (first);
  g_assert_cmpint (orca_store_lock ("/nowhere", &absent), ==, -1);
  g_assert_error (absent, G_IO_ERROR, G_IO_ERROR_FAILED);
}

static void
test_settings (void)
{
  static const char *const good[] = {
    "",
    "[Orca]\nURL=http://127.0.0.1:8000\nUser=ormaster\n[Push]\nURL=ws://[::1]:9400/ws\nTenant=1\n",
    "[Orca]\nURL=https://orca.example/\n[Push]\nURL=wss://pusher.example/ws\nPollSeconds=5\n",
    "[Orca]\nURL=http://localhost/\n",
  };
  static const char *const bad[] = {
    "[Orca]\nURL=http://192.0.2.1:8000/\n",
    "[Push]\nURL=ws://orca.example:9400/ws\n",
    "[Orca]\nURL=ftp://127.0.0.1/\n",
    "[Orca]\nURL=http://a:b@127.0.0.1/\n",
    "[Orca]\nUrl=http://127.0.0.1/\n",
    "[Other]\nURL=x\n",
    "[Orca]\nTimeout=0\n",
    "[Orca]\nTimeout=soon\n",
    "[Faces]\nFolder=faces\n",
    "[Push]\nPollSeconds=1\n",
    "[Orca]\nURL=http://\n",
    "nothing\n",
  };
  g_autoptr (OrcaSettings) settings = orca_settings_parse (good[1], NULL);

  g_assert_cmpstr (settings->url, ==, "http://127.0.0.1:8000/");
  g_assert_cmpuint (settings->poll_seconds, ==, 60);
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (OrcaSettings) read = orca_settings_parse (good[i], &error);

      g_assert_no_error (error);
      g_assert_nonnull (read);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (orca_settings_parse (bad[i], &error));
      g_assert_nonnull (error);
    }
}

static void
test_delay (void)
{
  g_assert_cmpuint (orca_push_get_delay (0), ==, 2);
  g_assert_cmpuint (orca_push_get_delay (3), ==, 16);
  g_assert_cmpuint (orca_push_get_delay (8), ==, 512);
  g_assert_cmpuint (orca_push_get_delay (9), ==, 600);
  g_assert_cmpuint (orca_push_get_delay (G_MAXUINT), ==, 600);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/orca-store/question", Fixture, NULL, set_up, test_question, tear_down);
  g_test_add ("/orca-store/list", Fixture, NULL, set_up, test_list, tear_down);
  g_test_add ("/orca-store/jobs", Fixture, NULL, set_up, test_jobs, tear_down);
  g_test_add ("/orca-store/doubt", Fixture, NULL, set_up, test_doubt, tear_down);
  g_test_add ("/orca-store/wipe", Fixture, NULL, set_up, test_wipe, tear_down);
  g_test_add ("/orca-store/faces", Fixture, NULL, set_up, test_faces, tear_down);
  g_test_add ("/orca-store/failures", Fixture, NULL, set_up, test_failures, tear_down);
  g_test_add ("/orca-store/clock", Fixture, NULL, set_up, test_clock, tear_down);
  g_test_add ("/orca-store/trouble", Fixture, NULL, set_up, test_trouble, tear_down);
  g_test_add ("/orca-store/lock", Fixture, NULL, set_up, test_lock, tear_down);
  g_test_add_func ("/orca-store/settings", test_settings);
  g_test_add_func ("/orca-store/delay", test_delay);
  return g_test_run ();
}
