/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-store: jobs and their thread, migrations, a file that is damaged or cannot be had, and a disk on which each step
 * goes wrong in turn. A row of the tests is a name in the table of served cards.
 */
#include "store/store.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "fake-disk.h"
#include "store/store-file.h"

#define SEEDS 4 /* ways in which a loss of power may take what was not flushed */
#define MANY 90
#define NEXT "UPDATE served_cards SET reader = x'41%02x' WHERE reader = x'41%02x';"

gboolean __real_g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time);
gboolean __wrap_g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time);

static gboolean impatient;

gboolean
__wrap_g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  return !impatient && __real_g_cond_wait_until (cond, mutex, end_time);
}

/* A folder of its own for each test. */
typedef struct
{
  char *folder, *file;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("shikaku-store-XXXXXX", NULL);
  fixture->file = g_build_filename (fixture->folder, STORE_FILE_NAME, NULL);
}

static void
clear_folder (Fixture *fixture)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  clear_folder (fixture);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->file);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

/* list_files: their names in order, without the time; (transfer full). */
static char *
list_files (Fixture *fixture)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GRegex) time = g_regex_new ("-\\d{8}T\\d{6}Z", 0, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    g_ptr_array_add (names, g_regex_replace_literal (time, name, -1, 0, "", 0, NULL));
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return g_strjoinv (" ", (char **)names->pdata);
}

/* A job: @data is SQL. */
static gboolean
run_sql (sqlite3 *database, gpointer data, GError **error)
{
  return sqlite3_exec (database, data, NULL, NULL, NULL) == SQLITE_OK || store_file_set_error (database, error);
}

static int
on_row (void *data, int columns, char **values, char **names)
{
  g_string_append (data, values[0]);
  return 0;
}

static gboolean
read_rows (sqlite3 *database, gpointer data, GError **error)
{
  return sqlite3_exec (database, "SELECT reader FROM served_cards ORDER BY reader;", on_row, data, NULL) == SQLITE_OK
         || store_file_set_error (database, error);
}

static void
on_ended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **ret = user_data;

  *ret = g_object_ref (result);
}

/* try_job: waits for its end. Return: whether it was done. */
static gboolean
try_job (Store *store, StoreJob job, gpointer data, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  store_run (store, job, data, NULL, on_ended, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (store_run_get_data (result) == data);
  return store_run_finish (result, error);
}

static gboolean
try_sql (Store *store, const char *sql, GError **error)
{
  return try_job (store, run_sql, (gpointer)sql, error);
}

static void
do_sql (Store *store, const char *sql)
{
  g_autoptr (GError) error = NULL;

  try_sql (store, sql, &error);
  g_assert_no_error (error);
}

static void
assert_refused (const char *folder, const char *reason)
{
  g_autoptr (Store) store = store_new (folder);
  g_autoptr (GError) error = NULL;

  g_assert_false (try_sql (store, "", &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED);
  g_assert_false (store_was_damaged (store));
  if (strstr (error->message, reason) == NULL)
    g_error ("%s: not for want of: %s", error->message, reason);
}

/* read_state: the rows, one after the other, of a store that is opened anew. (transfer full) */
static char *
read_state (Fixture *fixture)
{
  g_autoptr (Store) store = store_new (fixture->folder);
  GString *rows = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  try_job (store, read_rows, rows, &error);
  g_assert_no_error (error);
  g_assert_false (store_was_damaged (store));
  return g_string_free (rows, FALSE);
}

static void
assert_state (Fixture *fixture, const char *expected)
{
  g_autofree char *state = read_state (fixture);

  g_assert_cmpstr (state, ==, expected);
}

#define ADD(name) "INSERT INTO served_cards (reader) VALUES (x'" name "');"
#define ADD_A ADD ("61")
#define ADD_B_AND_C ADD ("62") ADD ("63")
#define REMOVE_A "DELETE FROM served_cards WHERE reader = x'61';"

static void
test_jobs (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  Store *store = store_new (fixture->folder);
  g_autofree char *files = NULL;
  g_autoptr (GString) all = g_string_new (NULL);

  files = list_files (fixture);
  g_assert_cmpstr (files, ==, ""); /* nobody has asked for anything yet */
  g_clear_pointer (&files, g_free);
  do_sql (store, ADD_A);
  g_assert_false (store_was_damaged (store));
  /* What fails leaves nothing behind, and what comes after it is done. */
  g_assert_false (try_sql (store, ADD_B_AND_C "nonsense;", &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_false (try_sql (store, ADD_B_AND_C ADD_A, NULL));
  do_sql (store, ADD_B_AND_C);
  store_free (store);
  files = list_files (fixture);
  g_assert_cmpstr (files, ==, STORE_FILE_NAME);
  assert_state (fixture, "abc");

  /* In their order; and those that were asked for are done at the end. */
  store = store_new (fixture->folder);
  do_sql (store, "UPDATE served_cards SET reader = x'4100' WHERE reader = x'61';");
  for (guint i = 1; i <= MANY; i++)
    store_run (store, run_sql, g_strdup_printf (NEXT, i, i - 1), g_free, NULL, NULL);
  store_free (store);
  g_string_printf (all, "A%cbc", MANY);
  assert_state (fixture, all->str);
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *nowhere = g_build_filename (fixture->folder, "nowhere", NULL);
  Store *store = store_new (fixture->folder);

  do_sql (store, ADD_A);
  assert_refused (fixture->folder, "locked"); /* by another process it would be, too */
  assert_refused (nowhere, "unable to open");
  assert_refused (fixture->file, "unable to open");
  do_sql (store, "PRAGMA user_version = 99;");
  store_free (store);
  assert_refused (fixture->folder, "made by a newer version of this program (99, this one knows ");
  assert_refused (fixture->folder, "newer"); /* and it is still there */
}

static void
test_settings (Fixture *fixture, gconstpointer data)
{
  gboolean damaged;
  sqlite3 *database = store_file_open (&store_file_common, fixture->file, &damaged, NULL);
  const char *const queries[][2] = {
    { "SELECT journal_mode FROM pragma_journal_mode;", "wal" },
    { "SELECT locking_mode FROM pragma_locking_mode;", "exclusive" },
    { "PRAGMA synchronous;", "2" },
    { "PRAGMA secure_delete;", "1" },
    { "PRAGMA trusted_schema;", "0" },
    { "PRAGMA cell_size_check;", "1" },
    { "PRAGMA foreign_keys;", "1" },
    { "PRAGMA mmap_size;", "0" },
    { "SELECT user_version > 0 FROM pragma_user_version;", "1" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autoptr (GString) value = g_string_new (NULL);

      g_assert_cmpint (sqlite3_exec (database, queries[i][0], on_row, value, NULL), ==, SQLITE_OK);
      g_assert_cmpstr (value->str, ==, queries[i][1]);
    }
  g_assert_cmpint (sqlite3_exec (database, "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema;", NULL, NULL, NULL),
                   !=, SQLITE_OK);
  sqlite3_close (database);
}

static gboolean
has_table (sqlite3 *database, const char *name)
{
  return sqlite3_table_column_metadata (database, NULL, name, NULL, NULL, NULL, NULL, NULL, NULL) == SQLITE_OK;
}

static void
test_migrations (void)
{
  const char *const steps[] = { "CREATE TABLE one (a) STRICT;", NULL, NULL, NULL };
  const char *sane[] = { "CREATE TABLE one (a INT);", "CREATE TABLE two (a INT);", "DROP TABLE one;", NULL };
  const char *wrong[] = { "CREATE TABLE one (a INT);", "CREATE TABLE two (a INT); nonsense;", NULL };
  g_autoptr (GError) error = NULL;
  sqlite3 *database = NULL;

  g_assert_cmpint (sqlite3_open (":memory:", &database), ==, SQLITE_OK);
  g_assert_false (store_file_migrate (database, steps, NULL)); /* a strict table's column has a type */
  g_assert_false (has_table (database, "one"));

  /* What a step has begun is not there when it fails; the steps before it are. */
  g_assert_false (store_file_migrate (database, wrong, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED);
  g_assert_true (has_table (database, "one"));
  g_assert_false (has_table (database, "two"));

  g_assert_true (store_file_migrate (database, sane, NULL));
  g_assert_false (has_table (database, "one"));
  g_assert_true (has_table (database, "two"));
  g_assert_true (store_file_migrate (database, sane, NULL));   /* there is nothing to do */
  g_assert_false (store_file_migrate (database, wrong, NULL)); /* a version too old for it */
  sqlite3_close (database);
}

/* damage: overwrites @length bytes at @offset with the letter x; -1: cuts the file there. */
static void
damage (Fixture *fixture, glong offset, gint length)
{
  g_autofree char *text = g_strnfill (length < 0 ? 0 : (gsize)length, 'x');
  FILE *file = fopen (fixture->file, "r+");

  g_assert_nonnull (file);
  if (length < 0)
    g_assert_cmpint (ftruncate (fileno (file), offset), ==, 0);
  g_assert_cmpint (fseek (file, offset, SEEK_SET), ==, 0);
  g_assert_cmpuint (fwrite (text, 1, length < 0 ? 0 : (gsize)length, file), ==, length < 0 ? 0 : (gsize)length);
  fclose (file);
}

static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  const struct
  {
    glong offset;
    gint length;
  } rows[] = { { 0, 100 }, { 0, 8192 }, { 5000, -1 }, { 2000, -1 }, { 4096, 4096 }, { 4096 + 8, 4 }, { 100, 8 } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *files = NULL, *log = g_strconcat (fixture->file, "-wal", NULL);
      Store *store = store_new (fixture->folder);

      do_sql (store, ADD_A);
      store_free (store);
      damage (fixture, rows[i].offset, rows[i].length);
      g_assert_true (g_file_set_contents (log, "not a log", -1, NULL));

      store = store_new (fixture->folder);
      do_sql (store, ADD_B_AND_C);
      g_assert_true (store_was_damaged (store));
      store_free (store);
      assert_state (fixture, "bc"); /* whole again */
      files = list_files (fixture);
      g_assert_true (g_str_has_prefix (files, STORE_FILE_NAME " " STORE_FILE_NAME ".damaged"));
      clear_folder (fixture);
    }
}

/* The disk does not come back from a flush: the end of the program does not wait for it. */
static void
test_abandoned (Fixture *fixture, gconstpointer data)
{
  Store *store = store_new (fixture->folder);

  fake_disk_hold ();
  store_run (store, run_sql, g_strdup (ADD_A), g_free, NULL, NULL);
  store_run (store, run_sql, g_strdup (ADD_B_AND_C), g_free, NULL, NULL);
  fake_disk_wait_held ();
  impatient = TRUE;
  store_free (store);
  impatient = FALSE;
  fake_disk_release ();
  fake_disk_wait_closed ();
  assert_state (fixture, "abc");
}

/* A disk on which one step goes wrong. */

typedef struct
{
  gboolean begun; /* the file is there already, with "a" in it */
  gboolean added, removed;
} Course;

static void
begin_course (Fixture *fixture, Course *course)
{
  clear_folder (fixture);
  if (course->begun)
    {
      g_autoptr (Store) store = store_new (fixture->folder);

      do_sql (store, ADD_A);
    }
}

static void
run_course (Fixture *fixture, Course *course)
{
  g_autoptr (Store) store = store_new (fixture->folder);

  course->added = try_sql (store, ADD_B_AND_C, NULL);
  course->removed = try_sql (store, REMOVE_A, NULL);
}

/* What was answered with yes is there; what was not is there as a whole or not at all; nothing else has happened. */
static void
assert_course (Fixture *fixture, Course *course, const char *what, guint step)
{
  g_autofree char *state = read_state (fixture), *files = list_files (fixture);
  gboolean has_a = strchr (state, 'a') != NULL, has_b = strchr (state, 'b') != NULL,
           has_c = strchr (state, 'c') != NULL;
  gboolean possible = has_b == has_c && (!course->added || has_b) && (!course->removed || !has_a)
                      && (course->begun || !has_a) && (course->added || !course->removed || !course->begun || !has_b)
                      && strstr (files, "damaged") == NULL;

  if (!possible)
    g_error ("%s at step %u of a file that is %s: it was %s, %s; now there is '%s', in %s", what, step,
             course->begun ? "there" : "new", course->added ? "added" : "not added",
             course->removed ? "removed" : "not removed", state, files);
}

static guint
count_steps (Fixture *fixture, Course *course)
{
  guint steps;

  begin_course (fixture, course);
  fake_disk_arm (FAKE_DISK_SOUND, 0, FALSE);
  run_course (fixture, course);
  steps = fake_disk_disarm ();
  g_assert_true (course->added && course->removed);
  assert_course (fixture, course, "nothing", 0);
  g_assert_cmpuint (steps, >, 20);
  return steps;
}

static void
test_faults (Fixture *fixture, gconstpointer data)
{
  const struct
  {
    FakeDiskFault fault;
    gboolean lasting;
    const char *name;
  } rows[] = {
    { FAKE_DISK_FULL, FALSE, "once full" },   { FAKE_DISK_FULL, TRUE, "full" },
    { FAKE_DISK_BROKEN, FALSE, "one error" }, { FAKE_DISK_BROKEN, TRUE, "broken" },
    { FAKE_DISK_SHORT, FALSE, "one short" },  { FAKE_DISK_SHORT, TRUE, "short" },
  };

  for (guint begun = 0; begun <= 1; begun++)
    {
      Course course = { .begun = begun != 0 };
      guint steps = count_steps (fixture, &course);

      for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
        for (guint step = 1; step <= steps; step++)
          {
            begin_course (fixture, &course);
            fake_disk_arm (rows[i].fault, step, rows[i].lasting);
            run_course (fixture, &course);
            fake_disk_disarm ();
            assert_course (fixture, &course, rows[i].name, step);
          }
    }
}

static void
test_power (Fixture *fixture, gconstpointer data)
{
  for (guint begun = 0; begun <= 1; begun++)
    {
      Course course = { .begun = begun != 0 };
      guint steps = count_steps (fixture, &course);

      for (guint step = 1; step <= steps; step++)
        for (guint seed = 0; seed < SEEDS; seed++)
          {
            begin_course (fixture, &course);
            fake_disk_arm (FAKE_DISK_POWER, step, TRUE);
            run_course (fixture, &course);
            fake_disk_disarm ();
            fake_disk_power_back (seed);
            assert_course (fixture, &course, "a loss of power", step);
          }
    }
}

/* run_to_death: in a process of its own. Return: whether it was killed. */
static gboolean
run_to_death (Fixture *fixture, Course *course, guint step)
{
  pid_t child = fork ();
  int status;

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      fake_disk_arm (FAKE_DISK_KILLED, step, FALSE);
      run_course (fixture, course);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  return WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL;
}

static void
test_killed (Fixture *fixture, gconstpointer data)
{
  for (guint begun = 0; begun <= 1; begun++)
    {
      Course course = { .begun = begun != 0 };
      guint steps = count_steps (fixture, &course);

      for (guint step = 1; step <= steps; step++)
        {
          begin_course (fixture, &course);
          course = (Course){ .begun = course.begun }; /* nobody has heard of more */
          g_assert_true (run_to_death (fixture, &course, step));
          assert_course (fixture, &course, "kill -9", step);
        }
    }
}

#define ADD_TEST(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  log_set_target ("null"); /* each fault is told */
  fake_disk_install ();

  ADD_TEST ("/store/jobs", test_jobs);
  ADD_TEST ("/store/refused", test_refused);
  ADD_TEST ("/store/settings", test_settings);
  g_test_add_func ("/store/migrations", test_migrations);
  ADD_TEST ("/store/damaged", test_damaged);
  ADD_TEST ("/store/abandoned", test_abandoned);
  ADD_TEST ("/store/faults", test_faults);
  ADD_TEST ("/store/power", test_power);
  ADD_TEST ("/store/killed", test_killed);
  return g_test_run ();
}
