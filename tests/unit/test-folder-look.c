/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* folder-look: folders of other machines, whose own time can be believed, or cannot. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "center/folder-file.h"
#include "center/folder-look.h"
#include "fake-folder.h"

#define IDLE (2 * G_USEC_PER_SEC)

static gint64 said; /* what the folder says of itself; 0: the truth */
static guint lists;
static guint crowd; /* so many names, instead of those that are there */

int __real_folder_file_get_modified (int folder, const char *name, gint64 *ret_modified);
int __wrap_folder_file_get_modified (int folder, const char *name, gint64 *ret_modified);
int
__wrap_folder_file_get_modified (int folder, const char *name, gint64 *ret_modified)
{
  if (said == 0)
    return __real_folder_file_get_modified (folder, name, ret_modified);
  *ret_modified = said;
  return 0;
}

int __real_folder_file_list (int folder, FolderFileFound found, gpointer data);
int __wrap_folder_file_list (int folder, FolderFileFound found, gpointer data);
int
__wrap_folder_file_list (int folder, FolderFileFound found, gpointer data)
{
  lists++;
  for (guint i = 0; i < crowd; i++)
    {
      char name[20];

      (void)g_snprintf (name, sizeof name, "%u", i);
      found (name, data);
    }
  return crowd > 0 ? 0 : __real_folder_file_list (folder, found, data);
}

typedef struct
{
  char *path;
  int folder;
  FolderLook *look;
  gint64 now;
  guint found, gone;
} Fixture;

static gpointer
on_found (const char *name, gpointer data)
{
  Fixture *fixture = data;

  if (strcmp (name, "other") == 0)
    return NULL;
  fixture->found++;
  return fixture;
}

static void
on_gone (gpointer item, gpointer data)
{
  Fixture *fixture = data;

  g_assert_true (item == fixture);
  fixture->gone++;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const FolderLookListener listener = { on_found, on_gone };

  (void)data;
  said = 0;
  lists = 0;
  crowd = 0;
  fixture->path = fake_folder_make ();
  fixture->folder = open (fixture->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  fixture->look = folder_look_new (&listener, fixture);
  fixture->now = 1000 * G_USEC_PER_SEC;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  (void)data;
  folder_look_free (fixture->look);
  close (fixture->folder);
  fake_folder_remove (fixture->path);
  g_free (fixture->path);
}

/* look: Return: whether the folder was read. */
static gboolean
look (Fixture *fixture, gboolean is_remote, gint64 later)
{
  const guint before = lists;

  fixture->now += later;
  g_assert_cmpint (folder_look_run (fixture->look, fixture->folder, is_remote, fixture->now, FALSE), ==, 0);
  return lists > before;
}

static void
test_names (Fixture *fixture, gconstpointer data)
{
  (void)data;
  fake_folder_put (fixture->path, "a", "");
  fake_folder_put (fixture->path, "other", "");
  look (fixture, FALSE, 0);
  g_assert_cmpuint (fixture->found, ==, 1);
  g_assert_cmpuint (folder_look_count_others (fixture->look), ==, 1);
  g_assert_true (folder_look_find (fixture->look, "a") == fixture);
  g_assert_null (folder_look_find (fixture->look, "other"));
  g_assert_null (folder_look_find (fixture->look, "b"));
  fake_folder_take (fixture->path, "a");
  fake_folder_take (fixture->path, "other");
  look (fixture, FALSE, IDLE);
  g_assert_cmpuint (fixture->gone, ==, 1);
  g_assert_cmpuint (folder_look_count_others (fixture->look), ==, 0);
  fake_folder_put (fixture->path, "a", "");
  look (fixture, FALSE, IDLE);
  g_assert_cmpuint (fixture->found, ==, 2);
  folder_look_forget (fixture->look, "a");
  look (fixture, FALSE, 0);
  g_assert_cmpuint (fixture->found, ==, 3);
  g_assert_cmpuint (fixture->gone, ==, 1);
}

/* Of a disk here a folder is read when it has changed, and until its time has settled; then no more. */
static void
test_here (Fixture *fixture, gconstpointer data)
{
  guint reads = 0;

  (void)data;
  for (guint i = 0; i < 100; i++)
    reads += look (fixture, FALSE, IDLE) ? 1 : 0;
  g_assert_cmpuint (reads, <=, 3);
  fake_folder_put (fixture->path, "a", "");
  g_assert_true (look (fixture, FALSE, IDLE));
  g_assert_cmpuint (fixture->found, ==, 1);
}

/* Of another machine's it is read each ten seconds, until its time was seen to change with the names. */
static void
test_remote (Fixture *fixture, gconstpointer data)
{
  guint reads = 0;

  (void)data;
  for (guint i = 0; i < 50; i++)
    reads += look (fixture, TRUE, IDLE) ? 1 : 0;
  g_assert_cmpuint (reads, >=, 10);
  g_assert_cmpuint (reads, <=, 14);
  fake_folder_put (fixture->path, "a", "");
  g_assert_true (look (fixture, TRUE, IDLE));
  reads = 0;
  for (guint i = 0; i < 50; i++)
    reads += look (fixture, TRUE, IDLE) ? 1 : 0;
  g_assert_cmpuint (reads, <=, 2);
}

/* A time that does not change is found out, by ten seconds that a file waits, once. */
static void
test_dead (Fixture *fixture, gconstpointer data)
{
  guint waited = 0;

  (void)data;
  said = 1;
  for (guint i = 0; i < 5; i++)
    (void)look (fixture, TRUE, IDLE);
  fake_folder_put (fixture->path, "a", "");
  while (fixture->found == 0)
    {
      (void)look (fixture, TRUE, IDLE);
      waited++;
    }
  g_assert_cmpuint (waited, <=, 5);
  fake_folder_put (fixture->path, "b", "");
  g_assert_true (look (fixture, TRUE, IDLE));
  g_assert_cmpuint (fixture->found, ==, 2);
}

/* More names than can be meant: what is remembered of them has a limit, and each has its turn. */
static void
test_crowd (Fixture *fixture, gconstpointer data)
{
  (void)data;
  crowd = FOLDER_LOOK_NAMES_MAXIMUM + 1;
  (void)look (fixture, FALSE, 0);
  g_assert_cmpuint (fixture->found, ==, FOLDER_LOOK_NAMES_MAXIMUM);
  g_assert_cmpuint (folder_look_count_others (fixture->look), ==, 1);
  folder_look_forget (fixture->look, "0");
  (void)look (fixture, FALSE, IDLE);
  (void)look (fixture, FALSE, IDLE);
  g_assert_cmpuint (fixture->found, ==, FOLDER_LOOK_NAMES_MAXIMUM + 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add ("/folder-look/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("names", test_names);
  ADD ("here", test_here);
  ADD ("remote", test_remote);
  ADD ("dead", test_dead);
  ADD ("crowd", test_crowd);
  return g_test_run ();
}
