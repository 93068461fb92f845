/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * terminal-copies: each copy once, from whatever a kill has left: before the mark, between mark and name, after both;
 * with a consumer that has taken its copy, and one that has not; and other files in the way.
 */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <utime.h>

#include "base/error.h"
#include "center/terminal-copies.h"

#define NAME "OQSsiquc01res_face_1312345678a1b2_20261130091500.xml"
#define TEXT "invented"

typedef struct
{
  char *root, *folder, *state, *copy, *hidden, *mark;
  guint8 digest[32];
  GBytes *bytes;
} Place;

static void
set_up (Place *place, gconstpointer data)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, TEXT, -1);
  g_autofree char *hidden = g_strconcat (".shikaku-", digest, NULL), *of_folder = NULL, *mark = NULL;

  place->root = g_dir_make_tmp ("shikaku-XXXXXX", NULL);
  place->folder = g_build_filename (place->root, "spool", NULL);
  place->state = g_build_filename (place->root, "state", NULL);
  place->copy = g_build_filename (place->folder, NAME, NULL);
  place->hidden = g_build_filename (place->folder, hidden, NULL);
  of_folder = g_compute_checksum_for_string (G_CHECKSUM_SHA256, place->folder, -1);
  mark = g_strdup_printf ("%s-%.16s", digest, of_folder);
  place->mark = g_build_filename (place->state, mark, NULL);
  for (guint i = 0; i < sizeof place->digest; i++)
    place->digest[i] = (guint8)(g_ascii_xdigit_value (digest[2 * i]) * 16 + g_ascii_xdigit_value (digest[2 * i + 1]));
  place->bytes = g_bytes_new_static (TEXT, strlen (TEXT));
  g_assert_cmpint (g_mkdir (place->folder, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (place->state, 0700), ==, 0);
}

static void
tear_down (Place *place, gconstpointer data)
{
  g_unlink (place->copy);
  g_unlink (place->hidden);
  g_unlink (place->mark);
  g_assert_cmpint (g_rmdir (place->folder), ==, 0);
  g_assert_cmpint (g_rmdir (place->state), ==, 0);
  g_assert_cmpint (g_rmdir (place->root), ==, 0);
  g_bytes_unref (place->bytes);
  for (char **text = &place->root; text <= &place->mark; text++)
    g_free (*text);
}

static void
put (const char *path, const char *text)
{
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static gboolean
has (const char *path, const char *text)
{
  g_autofree char *found = NULL;

  return g_file_get_contents (path, &found, NULL, NULL) && strcmp (found, text) == 0;
}

static void
on_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **)user_data = g_object_ref (result);
}

/* make: as a daemon that has just started. Return: whether it was made. */
static gboolean
make (const Place *place)
{
  g_autoptr (TerminalCopies) copies = terminal_copies_new (place->folder, place->state);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_made;

  terminal_copies_make_async (copies, NAME, place->bytes, place->digest, on_made, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  is_made = terminal_copies_make_finish (result, &error);
  g_assert_true (is_made || g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED));
  g_assert_true (is_made || strstr (error->message, NAME) == NULL);
  return is_made;
}

static void
test_made (Place *place, gconstpointer data)
{
  struct stat status;

  g_assert_true (make (place));
  g_assert_true (has (place->copy, TEXT));
  g_assert_cmpint (stat (place->copy, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0660); /* whatever the umask */
  g_assert_false (g_file_test (place->hidden, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_unlink (place->copy), ==, 0); /* taken */
  g_assert_true (make (place));
  g_assert_false (g_file_test (place->copy, G_FILE_TEST_EXISTS));
}

/* Killed while it was written: half of it lies there, and nobody has seen it. */
static void
test_killed_writing (Place *place, gconstpointer data)
{
  put (place->hidden, "inv");
  g_assert_true (make (place));
  g_assert_true (has (place->copy, TEXT));
}

/* What somebody of the folder's group has laid there under the hidden name holds up nobody, and is no copy. */
static void
test_pipe (Place *place, gconstpointer data)
{
  g_assert_cmpint (mkfifo (place->hidden, 0600), ==, 0);
  g_assert_false (make (place));
  g_assert_cmpint (g_unlink (place->hidden), ==, 0);
  g_assert_true (make (place));
  g_assert_true (has (place->copy, TEXT));
}

/* Killed between the mark and the name. */
static void
test_killed_before_name (Place *place, gconstpointer data)
{
  put (place->hidden, TEXT);
  put (place->mark, "");
  g_assert_true (make (place));
  g_assert_true (has (place->copy, TEXT));
  g_assert_false (g_file_test (place->hidden, G_FILE_TEST_EXISTS));
}

/* Killed after the name, before anybody knew. */
static void
test_killed_after_name (Place *place, gconstpointer data)
{
  put (place->copy, TEXT);
  put (place->mark, "");
  g_assert_true (make (place));
  g_assert_true (has (place->copy, TEXT));
}

/* A file of that name: the same bytes are as good; others are another file, which stays, and the copy waits. */
static void
test_in_the_way (Place *place, gconstpointer data)
{
  put (place->copy, TEXT);
  g_assert_true (make (place));
  g_assert_false (g_file_test (place->hidden, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_unlink (place->mark), ==, 0);
  put (place->copy, "another");
  g_assert_false (make (place));
  g_assert_true (has (place->copy, "another"));
  g_assert_cmpint (g_unlink (place->copy), ==, 0);
  g_assert_true (make (place));
  g_assert_true (has (place->copy, TEXT));
}

/* A mark is forgotten after its days, and not before. */
static void
test_old_marks (Place *place, gconstpointer data)
{
  const gint64 day = 24 * 60 * 60;
  const gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  struct utimbuf times = { 0, (time_t)(now - (TERMINAL_COPIES_MARK_DAYS - 1) * day) };
  g_autoptr (TerminalCopies) first = NULL, second = NULL;

  put (place->mark, "");
  g_assert_cmpint (utime (place->mark, &times), ==, 0);
  first = terminal_copies_new (place->folder, place->state);
  g_assert_true (g_file_test (place->mark, G_FILE_TEST_EXISTS));
  times.modtime = (time_t)(now - (TERMINAL_COPIES_MARK_DAYS + 1) * day);
  g_assert_cmpint (utime (place->mark, &times), ==, 0);
  second = terminal_copies_new (place->folder, place->state);
  g_assert_false (g_file_test (place->mark, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Place *place, gconstpointer data);
  } rows[] = {
    { "/terminal-copies/made", test_made },
    { "/terminal-copies/killed-writing", test_killed_writing },
    { "/terminal-copies/pipe", test_pipe },
    { "/terminal-copies/killed-before-name", test_killed_before_name },
    { "/terminal-copies/killed-after-name", test_killed_after_name },
    { "/terminal-copies/in-the-way", test_in_the_way },
    { "/terminal-copies/old-marks", test_old_marks },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_test_add (rows[i].path, Place, NULL, set_up, rows[i].test, tear_down);
  return g_test_run ();
}
