/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fake-folder: see the header. */
#include "fake-folder.h"

#include <glib/gstdio.h>

char *
fake_folder_make (void)
{
  char *path = g_dir_make_tmp ("shikaku-folder-XXXXXX", NULL);

  g_assert_nonnull (path);
  return path;
}

void
fake_folder_remove (const char *path)
{
  g_autoptr (GDir) folder = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *inside = g_build_filename (path, name, NULL);

      fake_folder_remove (inside);
    }
  (void)g_remove (path);
}

void
fake_folder_put (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

void
fake_folder_take (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_no_errno (g_unlink (path));
}

gboolean
fake_folder_has (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

guint
fake_folder_count (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (folder != NULL && g_dir_read_name (folder) != NULL)
    n++;
  return n;
}

char *
fake_folder_make_face (gint64 seconds)
{
  g_autoptr (GTimeZone) japan = g_time_zone_new_offset (9 * 60 * 60);
  g_autoptr (GDateTime) now = g_date_time_new_now (japan);
  g_autoptr (GDateTime) then = g_date_time_add_seconds (now, (gdouble)-seconds);
  g_autofree char *text = g_date_time_format (then, "%Y%m%d%H%M%S");

  return g_strdup_printf ("OQSsiquc01res_face_1312345678a1b2c3_%s.xml", text);
}
