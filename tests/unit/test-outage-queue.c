/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-outage-queue: what is kept over an end of the daemon, in its order, unreadable without the key; the same
 * question twice, a key that is rotated or gone, rows that somebody changed, a disk on which each step goes wrong.
 */
#include "store/outage-queue.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "fake-disk.h"
#include "store/seal.h"
#include "store/store-file.h"
#include "store/store-key.h"

#define CANARY "Yamada Hanako 990019 1234567"
#define KIND 7
#define UNTIL G_GINT64_CONSTANT (4102444800000000)

typedef struct
{
  char *folder, *keys, *key, *previous;
  Store *store;
  OutageQueue *queue;
  GAsyncResult *result;
  guint count, removed;
} Fixture;

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ((Fixture *)user_data)->result = g_object_ref (result);
}

static void
wait_for_result (Fixture *fixture)
{
  while (fixture->result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* Return: (transfer full) the id, or NULL. */
static char *
try_add (Fixture *fixture, guint32 user, const char *request, const char *person, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (request, strlen (request)), who = g_bytes_new (person, strlen (person));
  char *id;

  outage_queue_add (fixture->queue, KIND, user, UNTIL, bytes, who, on_done, fixture);
  wait_for_result (fixture);
  id = outage_queue_add_finish (fixture->result, &fixture->count, error);
  g_clear_object (&fixture->result);
  return id;
}

static char *
add (Fixture *fixture, guint32 user, const char *request, const char *person)
{
  g_autoptr (GError) error = NULL;
  char *id = try_add (fixture, user, request, person, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (strlen (id), ==, SEAL_ID_SIZE);
  return id;
}

static OutageItem *
look (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  OutageItem *item;

  outage_queue_look (fixture->queue, on_done, fixture);
  wait_for_result (fixture);
  item = outage_queue_look_finish (fixture->result, &fixture->count, &error);
  g_assert_no_error (error);
  g_clear_object (&fixture->result);
  return item;
}

static gboolean
remove_item (Fixture *fixture, guint64 place, StoreJob also, gpointer data, GError **error)
{
  gboolean done;

  outage_queue_remove (fixture->queue, place, also, data, NULL, on_done, fixture);
  wait_for_result (fixture);
  done = outage_queue_remove_finish (fixture->result, &fixture->removed, &fixture->count, error);
  g_clear_object (&fixture->result);
  return done;
}

static void
start (Fixture *fixture)
{
  fixture->store = store_new (fixture->folder);
  store_set_key_folder (fixture->store, fixture->keys);
  fixture->queue = outage_queue_new (fixture->store);
}

static void
stop (Fixture *fixture)
{
  outage_queue_free (fixture->queue);
  store_free (fixture->store);
}

static void
restart (Fixture *fixture)
{
  stop (fixture);
  start (fixture);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("shikaku-outage-XXXXXX", NULL);
  fixture->keys = g_dir_make_tmp ("shikaku-outage-key-XXXXXX", NULL);
  fixture->key = g_build_filename (fixture->keys, STORE_KEY_CREDENTIAL, NULL);
  fixture->previous = g_build_filename (fixture->keys, STORE_KEY_CREDENTIAL_PREVIOUS, NULL);
  g_assert_true (g_file_set_contents (fixture->key, "0123456789abcdef0123456789abcdef", STORE_KEY_SIZE, NULL));
  start (fixture);
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_assert_cmpint (g_remove (file), ==, 0);
    }
  g_assert_cmpint (g_rmdir (path), ==, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  stop (fixture);
  remove_folder (fixture->folder);
  remove_folder (fixture->keys);
  g_free (fixture->folder);
  g_free (fixture->keys);
  g_free (fixture->key);
  g_free (fixture->previous);
}

static void
assert_item (const OutageItem *item, const char *id, const char *request, guint n_users)
{
  g_assert_nonnull (item);
  g_assert_cmpstr (item->id, ==, id);
  g_assert_cmpuint (item->kind, ==, KIND);
  g_assert_cmpint (item->until, ==, UNTIL);
  g_assert_cmpint (item->queued, <=, g_get_real_time ());
  g_assert_cmpmem (g_bytes_get_data (item->request, NULL), g_bytes_get_size (item->request), request, strlen (request));
  g_assert_cmpuint (item->users->len, ==, n_users);
}

/* A daemon that never met an outage has nothing, and a look at that makes nothing. */
static void
test_untouched (Fixture *fixture, gconstpointer data)
{
  g_autofree char *file = g_build_filename (fixture->folder, STORE_FILE_NAME, NULL);

  g_assert_false (outage_queue_is_begun (fixture->queue));
  g_assert_true (outage_queue_has_key (fixture->queue));
  g_assert_false (g_file_test (file, G_FILE_TEST_EXISTS));
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  static const char *const requests[] = { "first", "second", "third" };
  char *ids[G_N_ELEMENTS (requests)];
  g_autoptr (OutageItem) none = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      ids[i] = add (fixture, 1000, requests[i], requests[i]);
      g_assert_cmpuint (fixture->count, ==, i + 1);
    }
  g_assert_true (outage_queue_is_begun (fixture->queue));
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr (OutageItem) item = NULL;

      restart (fixture);
      g_assert_true (outage_queue_is_begun (fixture->queue));
      item = look (fixture);
      assert_item (item, ids[i], requests[i], 1);
      g_assert_cmpuint (fixture->count, ==, G_N_ELEMENTS (requests) - i);
      g_assert_true (remove_item (fixture, item->place, NULL, NULL, NULL));
      g_assert_cmpuint (fixture->removed, ==, 1);
      g_free (ids[i]);
    }
  none = look (fixture);
  g_assert_null (none);
  g_assert_false (outage_queue_is_begun (fixture->queue));
}

static gboolean
holds (const char *folder, const char *text)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  gboolean found = FALSE;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL), *content = NULL;
      gsize size;

      g_assert_true (g_file_get_contents (path, &content, &size, NULL));
      found |= memmem (content, size, text, strlen (text)) != NULL;
    }
  return found;
}

static void
test_unreadable (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = add (fixture, 1000, CANARY, "person " CANARY);

  stop (fixture);
  g_assert_true (holds (fixture->folder, id)); /* it is there that is looked */
  g_assert_false (holds (fixture->folder, "Yamada"));
  g_assert_false (holds (fixture->folder, "1234567"));
  start (fixture);
  g_assert_true (remove_item (fixture, 0, NULL, NULL, NULL));
  g_assert_cmpuint (fixture->removed, ==, 1);
  g_assert_cmpuint (fixture->count, ==, 0);
}

/* The same question is kept once, for all who ask it. */
static void
test_same (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = add (fixture, 1000, "one", "yamada"), *again = add (fixture, 1000, "two", "yamada"),
                  *colleague = add (fixture, 1001, "three", "yamada"), *other = add (fixture, 1000, "four", "suzuki");
  g_autoptr (OutageItem) item = look (fixture);

  g_assert_cmpstr (again, ==, first);
  g_assert_cmpstr (colleague, ==, first);
  g_assert_cmpstr (other, !=, first);
  g_assert_cmpuint (fixture->count, ==, 2);
  assert_item (item, first, "one", 2);
  g_assert_cmpuint (g_array_index (item->users, guint32, 1), ==, 1001);
}

static void
test_rotated (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = add (fixture, 1000, "one", "yamada"), *after = NULL;
  g_autoptr (OutageItem) item = NULL, lost = NULL;

  g_assert_cmpint (g_rename (fixture->key, fixture->previous), ==, 0);
  g_assert_true (g_file_set_contents (fixture->key, "fedcba9876543210fedcba9876543210", STORE_KEY_SIZE, NULL));
  restart (fixture);
  after = add (fixture, 1001, "two", "yamada"); /* the same, and from now on under the new key */
  g_assert_cmpstr (after, ==, before);
  g_assert_cmpint (g_remove (fixture->previous), ==, 0);
  restart (fixture);
  item = look (fixture);
  assert_item (item, before, "one", 2);

  g_assert_cmpint (g_remove (fixture->key), ==, 0);
  restart (fixture);
  lost = look (fixture);
  g_assert_cmpstr (lost->id, ==, before);
  g_assert_null (lost->request);
  g_assert_null (lost->users);
  g_assert_cmpuint (fixture->count, ==, 1);
}

static void
test_without_key (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  g_assert_cmpint (g_remove (fixture->key), ==, 0);
  g_assert_false (outage_queue_has_key (fixture->queue));
  id = try_add (fixture, 1000, "one", "yamada", &error);
  g_assert_null (id);
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND);
  g_assert_false (outage_queue_is_begun (fixture->queue));
}

static void
change (Fixture *fixture, const char *sql)
{
  g_autofree char *file = g_build_filename (fixture->folder, STORE_FILE_NAME, NULL);
  sqlite3 *database;

  stop (fixture);
  g_assert_cmpint (sqlite3_open (file, &database), ==, SQLITE_OK);
  sqlite3_exec (database, "PRAGMA locking_mode = EXCLUSIVE;", NULL, NULL, NULL); /* without shared memory */
  g_assert_cmpint (sqlite3_exec (database, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (database);
  start (fixture);
}

/* Whatever is changed in a row, it is no request any more; nor is one row's in another's place. */
static void
test_changed (Fixture *fixture, gconstpointer data)
{
  static const char *const changes[] = {
    "UPDATE outage_queue SET until = until + 1;",       "UPDATE outage_queue SET queued = queued + 1;",
    "UPDATE outage_queue SET id = 'x' || id;",          "UPDATE outage_queue SET key = 'x' || key;",
    "UPDATE outage_queue SET nonce = x'00';",           "UPDATE outage_queue SET sealed = x'00';",
    "UPDATE outage_queue SET sealed = zeroblob (100);",
  };

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autofree char *id = add (fixture, 1000, "one", "yamada");
      g_autoptr (OutageItem) item = NULL;

      change (fixture, changes[i]);
      item = look (fixture);
      g_assert_nonnull (item);
      g_assert_null (item->request);
      g_assert_true (remove_item (fixture, 0, NULL, NULL, NULL));
    }
}

static void
test_full (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *none = NULL;

  g_free (add (fixture, 1000, "one", "one"));
  change (fixture,
          "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999) INSERT INTO outage_queue"
          " SELECT NULL, 'x' || i, 'k', 0, 0, x'00', x'00', x'00', 0 FROM n;");
  none = try_add (fixture, 1000, "two", "two", &error);
  g_assert_null (none);
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_LIMIT_EXCEEDED);
}

static gboolean
refuse (sqlite3 *database, gpointer data, GError **error)
{
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "no");
  return FALSE;
}

/* What is done with a removal is done with it, or neither is. */
static void
test_also (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = add (fixture, 1000, "one", "yamada");
  g_autoptr (OutageItem) item = look (fixture), still = NULL;

  g_assert_false (remove_item (fixture, item->place, refuse, NULL, NULL));
  still = look (fixture);
  assert_item (still, id, "one", 1);
}

/* Wherever the disk fails: what was told to be kept is there, and what was not is there as a whole or not at all. */
static void
test_disk (Fixture *fixture, gconstpointer data)
{
  static const FakeDiskFault faults[] = { FAKE_DISK_FULL, FAKE_DISK_BROKEN, FAKE_DISK_SHORT };
  guint steps;

  g_free (add (fixture, 1000, "before", "before"));
  fake_disk_arm (FAKE_DISK_SOUND, 1, FALSE);
  g_free (add (fixture, 1000, "counted", "counted"));
  steps = fake_disk_disarm ();
  g_assert_cmpuint (steps, >, 3);
  for (guint step = 1; step <= steps; step++)
    for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
      {
        g_autofree char *person = g_strdup_printf ("%u %u", step, i), *id = NULL;
        g_autoptr (OutageItem) item = NULL;
        const guint before = fixture->count;

        fake_disk_arm (faults[i], step, TRUE);
        id = try_add (fixture, 1000, CANARY, person, NULL);
        fake_disk_disarm ();
        restart (fixture);
        item = look (fixture);
        assert_item (item, item->id, "before", 1);
        g_assert_cmpuint (fixture->count, >=, before + (id != NULL));
        g_assert_cmpuint (fixture->count, <=, before + 1);
      }
}

int
main (int argc, char **argv)
{
  log_init ();
  g_test_init (&argc, &argv, NULL);
  fake_disk_install ();
#define ADD(name, function) g_test_add ("/outage-queue/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("untouched", test_untouched);
  ADD ("order", test_order);
  ADD ("unreadable", test_unreadable);
  ADD ("same", test_same);
  ADD ("rotated", test_rotated);
  ADD ("without-key", test_without_key);
  ADD ("changed", test_changed);
  ADD ("full", test_full);
  ADD ("also", test_also);
  ADD ("disk", test_disk);
  return g_test_run ();
}
