/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* file: what is read, what is refused, and that nothing waits for a pipe's other end. */
#include "base/file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

typedef struct
{
  char *folder, *path;
} Place;

static void
set_up (Place *place, gconstpointer data)
{
  place->folder = g_dir_make_tmp ("test-file-XXXXXX", NULL);
  place->path = g_build_filename (place->folder, "file", NULL);
}

static void
tear_down (Place *place, gconstpointer data)
{
  g_remove (place->path);
  g_remove (place->folder);
  g_free (place->path);
  g_free (place->folder);
}

static void
assert_text (Place *place, const char *content, gssize size, gsize maximum, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Secret) text = NULL;

  g_assert_true (g_file_set_contents (place->path, content, size, NULL));
  text = file_read (place->path, maximum, FILE_TRUSTED, &error);
  g_assert_no_error (error);
  g_assert_cmpstr ((char *)secret_get_data (text), ==, expected);
}

static void
assert_refused (Place *place, FileTrust trust, ShikakuError code, const char *reason)
{
  g_autofree char *expected = g_strconcat (place->path, ": ", reason, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (file_read (place->path, 10, trust, &error));
  g_assert_error (error, SHIKAKU_ERROR, (int)code);
  g_assert_true (g_str_has_prefix (error->message, expected));
}

static void
test_texts (Place *place, gconstpointer data)
{
  assert_text (place, "", 0, 10, "");
  assert_text (place, "471147\n", 7, 7, "471147\n");
  assert_text (place,
               "\xef\xbb\xbf"
               "471147",
               -1, 10, "471147"); /* as editors of Windows begin it */
  assert_text (place, "\xef\xbb\xbf", -1, 10, "");
  assert_text (place, "a\xef\xbb\xbf", -1, 10, "a\xef\xbb\xbf");
}

static void
test_refused (Place *place, gconstpointer data)
{
  assert_refused (place, FILE_OWN, SHIKAKU_ERROR_NOT_FOUND, "No such file");
  g_assert_true (g_file_set_contents (place->path, "01234567890", -1, NULL));
  assert_refused (place, FILE_OWN, SHIKAKU_ERROR_FAILED, "it is larger than 10 bytes");
  g_assert_true (g_file_set_contents (place->path, "a\0b", 3, NULL));
  assert_refused (place, FILE_OWN, SHIKAKU_ERROR_FAILED, "it is not text");
  g_remove (place->path);
  g_assert_cmpint (g_mkdir (place->path, 0700), ==, 0);
  assert_refused (place, FILE_OWN, SHIKAKU_ERROR_FAILED, "not a file with something in it");
}

/* Bytes are no text: nothing of them is left out, nothing is added. */
static void
test_bytes (Place *place, gconstpointer data)
{
  static const char content[] = "\xef\xbb\xbf\0\0\n";
  g_autoptr (GError) error = NULL, large = NULL;
  g_autoptr (Secret) bytes = NULL, none = NULL;

  g_assert_true (g_file_set_contents (place->path, content, 6, NULL));
  bytes = file_read_bytes (place->path, 6, FILE_OWN, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (secret_get_data (bytes), secret_get_size (bytes), content, 6);
  g_assert_null (file_read_bytes (place->path, 5, FILE_OWN, &large));
  g_assert_error (large, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED);
  g_assert_true (g_file_set_contents (place->path, "", 0, NULL));
  none = file_read_bytes (place->path, 5, FILE_OWN, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (secret_get_size (none), ==, 0);
}

/* Nobody ever writes to it, and nobody waits for that. */
static void
test_pipe (Place *place, gconstpointer data)
{
  g_assert_cmpint (mkfifo (place->path, 0600), ==, 0);
  assert_refused (place, FILE_OWN, SHIKAKU_ERROR_FAILED, "not a file with something in it");
  assert_refused (place, FILE_TRUSTED, SHIKAKU_ERROR_FAILED, "not a file with something in it");
}

static void
test_everybody (Place *place, gconstpointer data)
{
  g_assert_true (g_file_set_contents (place->path, "a", -1, NULL));
  g_assert_cmpint (g_chmod (place->path, 0646), ==, 0);
  assert_refused (place, FILE_TRUSTED, SHIKAKU_ERROR_INVALID_OPTION, "everybody may write it");
  secret_free (file_read (place->path, 10, FILE_OWN, NULL));
  g_assert_cmpint (g_chmod (place->path, 0664), ==, 0);
  assert_text (place, "a", 1, 10, "a");
}

static gboolean
is_readable (const char *path)
{
  g_autoptr (Secret) text = file_read (path, 10, FILE_TRUSTED, NULL);

  return text != NULL;
}

/* Whoever may write the folder may put another file there. */
static void
test_folder (Place *place, gconstpointer data)
{
  g_autofree char *nowhere = g_build_filename (place->folder, "nowhere", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (place->path, "a", -1, NULL));
  g_assert_true (is_readable (place->path));
  g_assert_true (file_check_folder (place->folder, &error));
  g_assert_true (file_check_folder (nowhere, &error));
  g_assert_cmpint (g_chmod (place->folder, 0777), ==, 0);
  g_assert_false (is_readable (place->path));
  g_assert_false (file_check_folder (place->folder, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION);
  g_clear_error (&error);
  g_assert_cmpint (g_chmod (place->folder, 01777), ==, 0); /* as /tmp: what is ours stays ours */
  g_assert_true (is_readable (place->path));
  g_assert_false (file_check_folder (place->folder, NULL)); /* but others can add to it */
}

/* A file of another user is not trusted, except by root, who could not do without. */
static void
test_owner (Place *place, gconstpointer data)
{
  g_assert_false (file_is_foreign (geteuid ()));
  g_assert_false (file_is_foreign (0));
  g_assert_cmpint (file_is_foreign (geteuid () + 1), ==, geteuid () != 0);
  if (geteuid () != 0)
    return;
  g_assert_true (g_file_set_contents (place->path, "a", -1, NULL));
  g_assert_cmpint (g_chmod (place->folder, 0755), ==, 0);
  g_assert_cmpint (g_chmod (place->path, 0644), ==, 0);
  g_assert_cmpint (chown (place->path, 12345, (gid_t)-1), ==, 0);
  g_assert_cmpint (seteuid (54321), ==, 0);
  assert_refused (place, FILE_TRUSTED, SHIKAKU_ERROR_INVALID_OPTION, "it belongs to user 12345");
  g_assert_cmpint (seteuid (0), ==, 0);
  g_assert_cmpint (seteuid (12345), ==, 0);
  g_assert_true (is_readable (place->path));
  g_assert_cmpint (seteuid (0), ==, 0);
  g_assert_true (is_readable (place->path));
}

#define ADD(path, function) g_test_add (path, Place, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/file/texts", test_texts);
  ADD ("/file/refused", test_refused);
  ADD ("/file/bytes", test_bytes);
  ADD ("/file/pipe", test_pipe);
  ADD ("/file/everybody", test_everybody);
  ADD ("/file/folder", test_folder);
  ADD ("/file/owner", test_owner);
  return g_test_run ();
}
