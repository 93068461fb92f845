/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-served-cards: what is kept over an end of the daemon, also where the disk is full, and what counts where nothing
 * is known.
 */
#include "store/served-cards.h"

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "base/log.h"
#include "fake-disk.h"
#include "store/store-file.h"

#define DESK "Desk Reader 00 00"
#define KIOSK "Kiosk \xe5\x8f' 01 00" /* not UTF-8, as drivers have it */

typedef struct
{
  char *folder, *file;
  Store *store;
  ServedCards *cards;
  guint known; /* how often it was told */
} Fixture;

static void
on_known (gpointer user_data)
{
  ((Fixture *)user_data)->known++;
}

static void
start (Fixture *fixture)
{
  fixture->store = store_new (fixture->folder);
  fixture->cards = served_cards_new (fixture->store, on_known, fixture);
  fixture->known = 0;
}

/* start_and_ask: until the file has answered nothing is known. */
static void
start_and_ask (Fixture *fixture)
{
  start (fixture);
  g_assert_true (served_cards_contain (fixture->cards, DESK));
  g_assert_true (served_cards_contain (fixture->cards, KIOSK));
  while (fixture->known == 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
stop (Fixture *fixture)
{
  served_cards_free (fixture->cards);
  store_free (fixture->store);
}

static void
restart (Fixture *fixture)
{
  stop (fixture);
  start_and_ask (fixture);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("shikaku-served-XXXXXX", NULL);
  fixture->file = g_build_filename (fixture->folder, STORE_FILE_NAME, NULL);
  start (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  stop (fixture);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->file);
}

static void
assert_served (Fixture *fixture, gboolean desk, gboolean kiosk)
{
  g_assert_cmpint (served_cards_contain (fixture->cards, DESK), ==, desk);
  g_assert_cmpint (served_cards_contain (fixture->cards, KIOSK), ==, kiosk);
}

static void
test_kept (Fixture *fixture, gconstpointer data)
{
  restart (fixture);
  assert_served (fixture, FALSE, FALSE);
  served_cards_set (fixture->cards, DESK, TRUE);
  served_cards_set (fixture->cards, DESK, TRUE);
  served_cards_set (fixture->cards, KIOSK, TRUE);
  assert_served (fixture, TRUE, TRUE);
  restart (fixture);
  assert_served (fixture, TRUE, TRUE);
  served_cards_set (fixture->cards, DESK, FALSE);
  served_cards_set (fixture->cards, DESK, FALSE);
  assert_served (fixture, FALSE, TRUE);
  restart (fixture);
  assert_served (fixture, FALSE, TRUE);
  served_cards_set (fixture->cards, KIOSK, FALSE);
  restart (fixture);
  assert_served (fixture, FALSE, FALSE);
  g_assert_cmpuint (fixture->known, ==, 1);
}

/* What is told does not wait for the file, nor does it change what the file says of others. */
static void
test_told_first (Fixture *fixture, gconstpointer data)
{
  served_cards_set (fixture->cards, KIOSK, TRUE);
  restart (fixture);
  stop (fixture);
  start (fixture);
  served_cards_set (fixture->cards, DESK, TRUE);
  g_assert_true (served_cards_contain (fixture->cards, DESK));
  restart (fixture);
  assert_served (fixture, TRUE, TRUE);

  /* An empty reader does not have the file opened; it comes with the next change. */
  stop (fixture);
  start (fixture);
  served_cards_set (fixture->cards, DESK, FALSE);
  g_assert_false (served_cards_contain (fixture->cards, DESK));
  served_cards_set (fixture->cards, "Third", TRUE);
  restart (fixture);
  assert_served (fixture, FALSE, TRUE);

  /* Its owner goes before the answer comes. */
  stop (fixture);
  start (fixture);
  g_assert_true (served_cards_contain (fixture->cards, DESK));
  restart (fixture);
}

static gboolean
do_nothing (sqlite3 *database, gpointer data, GError **error)
{
  return TRUE;
}

static void
on_ended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(gboolean *)user_data = TRUE;
}

/* wait: until what was asked for so far has ended. */
static void
wait (Fixture *fixture)
{
  gboolean ended = FALSE;

  store_run (fixture->store, do_nothing, NULL, NULL, on_ended, &ended);
  while (!ended)
    g_main_context_iteration (NULL, TRUE);
}

/* What could not be written comes with what can. */
static void
test_disk_full (Fixture *fixture, gconstpointer data)
{
  restart (fixture);
  fake_disk_arm (FAKE_DISK_FULL, 1, TRUE);
  served_cards_set (fixture->cards, DESK, TRUE);
  wait (fixture);
  fake_disk_disarm ();
  assert_served (fixture, TRUE, FALSE);
  restart (fixture);
  assert_served (fixture, FALSE, FALSE);

  fake_disk_arm (FAKE_DISK_FULL, 1, TRUE);
  served_cards_set (fixture->cards, DESK, TRUE);
  wait (fixture);
  fake_disk_disarm ();
  served_cards_set (fixture->cards, KIOSK, TRUE);
  restart (fixture);
  assert_served (fixture, TRUE, TRUE);
}

/* Of each reader it has to be told once; what is told is kept. */
static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  stop (fixture);
  g_assert_true (g_file_set_contents (fixture->file, "no database at all", -1, NULL));
  start_and_ask (fixture);
  assert_served (fixture, TRUE, TRUE);
  served_cards_set (fixture->cards, DESK, FALSE);
  assert_served (fixture, FALSE, TRUE);
  served_cards_set (fixture->cards, KIOSK, TRUE);
  assert_served (fixture, FALSE, TRUE);
  served_cards_set (fixture->cards, DESK, TRUE);
  served_cards_set (fixture->cards, DESK, FALSE);
  restart (fixture);
  assert_served (fixture, FALSE, TRUE);
}

static void
test_no_store (void)
{
  Fixture fixture = { .cards = served_cards_new (NULL, on_known, NULL) };

  assert_served (&fixture, TRUE, TRUE);
  served_cards_set (fixture.cards, DESK, FALSE);
  assert_served (&fixture, FALSE, TRUE);
  served_cards_set (fixture.cards, DESK, TRUE);
  assert_served (&fixture, TRUE, TRUE);
  served_cards_free (fixture.cards);
}

/* The file is whole, but cannot be read. */
static void
test_unreadable (Fixture *fixture, gconstpointer data)
{
  sqlite3 *database = NULL;

  restart (fixture);
  stop (fixture);
  g_assert_cmpint (sqlite3_open (fixture->file, &database), ==, SQLITE_OK);
  g_assert_cmpint (
      sqlite3_exec (database, "PRAGMA locking_mode = EXCLUSIVE; DROP TABLE served_cards;", NULL, NULL, NULL), ==,
      SQLITE_OK);
  g_assert_cmpint (sqlite3_close (database), ==, SQLITE_OK);
  start_and_ask (fixture);
  assert_served (fixture, TRUE, TRUE);
}

#define ADD_TEST(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  log_set_target ("null");
  fake_disk_install ();

  ADD_TEST ("/served-cards/kept", test_kept);
  ADD_TEST ("/served-cards/told-first", test_told_first);
  ADD_TEST ("/served-cards/disk-full", test_disk_full);
  ADD_TEST ("/served-cards/damaged", test_damaged);
  ADD_TEST ("/served-cards/unreadable", test_unreadable);
  g_test_add_func ("/served-cards/no-store", test_no_store);
  return g_test_run ();
}
