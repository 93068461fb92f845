/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* folder-file: one file, on file systems that know less than this one, or fail in the middle. */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "center/folder-file.h"
#include "fake-folder.h"

#define NAME "OQSsiquc01req_1.xml"
#define TEMPORARY "1.tmp"
#define TEXT "<XmlMsg></XmlMsg>"

/* What the system answers instead of what it would; 0: what it would. */
static struct
{
  int rename2, link, rename, flush;
  gboolean has_renamed; /* and it was done nevertheless: the connection broke */
} fault;

int __real_renameat2 (int from, const char *name, int to, const char *new_name, unsigned int flags);
int __wrap_renameat2 (int from, const char *name, int to, const char *new_name, unsigned int flags);
int
__wrap_renameat2 (int from, const char *name, int to, const char *new_name, unsigned int flags)
{
  if (fault.rename2 == 0 || fault.has_renamed)
    {
      const int result = __real_renameat2 (from, name, to, new_name, flags);

      if (fault.rename2 == 0)
        return result;
    }
  errno = fault.rename2;
  return -1;
}

int __real_linkat (int from, const char *name, int to, const char *new_name, int flags);
int __wrap_linkat (int from, const char *name, int to, const char *new_name, int flags);
int
__wrap_linkat (int from, const char *name, int to, const char *new_name, int flags)
{
  if (fault.link == 0)
    return __real_linkat (from, name, to, new_name, flags);
  errno = fault.link;
  return -1;
}

int __real_fsync (int file);
int __wrap_fsync (int file);
int
__wrap_fsync (int file)
{
  if (fault.flush == 0)
    return __real_fsync (file);
  errno = fault.flush;
  return -1;
}

typedef struct
{
  char *path;
  int folder;
  GBytes *bytes;
  gboolean is_doubtful, may;
  gint64 modified;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  (void)data;
  memset (&fault, 0, sizeof fault);
  fixture->path = fake_folder_make ();
  fixture->folder = open (fixture->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  fixture->bytes = g_bytes_new_static (TEXT, strlen (TEXT));
  fixture->may = TRUE;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  (void)data;
  memset (&fault, 0, sizeof fault);
  close (fixture->folder);
  fake_folder_remove (fixture->path);
  g_free (fixture->path);
  g_bytes_unref (fixture->bytes);
}

static gboolean
may_go (gpointer data)
{
  const Fixture *fixture = data;

  g_assert_true (fake_folder_has (fixture->path, TEMPORARY)); /* it is all there, and not under its name */
  g_assert_false (fake_folder_has (fixture->path, NAME));
  return fixture->may;
}

static int
write_file (Fixture *fixture)
{
  const FolderFileWriting writing = { fixture->folder, TEMPORARY, NAME, fixture->bytes, may_go, fixture };

  return folder_file_write (&writing, &fixture->modified, &fixture->is_doubtful);
}

static void
assert_written (Fixture *fixture)
{
  g_autoptr (GBytes) bytes = NULL;
  gint64 modified;

  g_assert_cmpint (write_file (fixture), ==, 0);
  g_assert_cmpuint (fake_folder_count (fixture->path), ==, 1);
  g_assert_cmpint (folder_file_read (fixture->folder, NAME, 100, &bytes, &modified), ==, 0);
  g_assert_true (g_bytes_equal (bytes, fixture->bytes));
  g_assert_cmpint (ABS (modified - g_get_real_time ()), <, 60 * G_USEC_PER_SEC);
  g_assert_cmpint (fixture->modified, ==, modified);
}

static void
test_write (Fixture *fixture, gconstpointer data)
{
  (void)data;
  assert_written (fixture);
}

/* A file system that knows no exclusive rename; one that knows no links either. */
static void
test_poor (Fixture *fixture, gconstpointer data)
{
  static const int links[] = { 0, EPERM, EOPNOTSUPP, ENOSYS };

  (void)data;
  fault.rename2 = EINVAL;
  fault.flush = EINVAL; /* and nothing to flush */
  for (guint i = 0; i < G_N_ELEMENTS (links); i++)
    {
      fault.link = links[i];
      assert_written (fixture);
      fake_folder_take (fixture->path, NAME);
    }
}

static int
write_again (Fixture *fixture)
{
  const FolderFileWriting writing = { fixture->folder, TEMPORARY, NAME, fixture->bytes, NULL, NULL };

  return folder_file_write (&writing, &fixture->modified, &fixture->is_doubtful);
}

static void
test_exists (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    int rename2, link;
  } systems[] = { { 0, 0 }, { EINVAL, 0 }, { EINVAL, EPERM } };

  (void)data;
  fake_folder_put (fixture->path, NAME, "another");
  for (guint i = 0; i < G_N_ELEMENTS (systems); i++)
    {
      g_autoptr (GBytes) bytes = NULL;
      gint64 modified;

      fault.rename2 = systems[i].rename2;
      fault.link = systems[i].link;
      g_assert_cmpint (write_again (fixture), ==, EEXIST);
      g_assert_false (fixture->is_doubtful);
      g_assert_cmpuint (fake_folder_count (fixture->path), ==, 1);
      g_assert_cmpint (folder_file_read (fixture->folder, NAME, 100, &bytes, &modified), ==, 0);
      g_assert_cmpuint (g_bytes_get_size (bytes), ==, strlen ("another"));
    }
}

/* Nothing is left of what failed; and whether it may have got its name is told. */
static void
test_failures (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    int error;
    gboolean is_doubtful;
  } failures[] = { { EACCES, FALSE }, { EBUSY, FALSE }, { ENOSPC, FALSE },  { EIO, TRUE },
                   { ENOENT, TRUE },  { EAGAIN, TRUE }, { EHOSTDOWN, TRUE } };

  (void)data;
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      fault.rename2 = failures[i].error;
      g_assert_cmpint (write_file (fixture), ==, failures[i].error);
      g_assert_cmpint (fixture->is_doubtful, ==, failures[i].is_doubtful);
      g_assert_cmpuint (fake_folder_count (fixture->path), ==, 0);
    }
  fault.has_renamed = TRUE;
  g_assert_cmpint (write_file (fixture), ==, EHOSTDOWN);
  g_assert_true (fixture->is_doubtful && fake_folder_has (fixture->path, NAME));
  fake_folder_take (fixture->path, NAME);
  memset (&fault, 0, sizeof fault);
  fault.flush = EIO;
  g_assert_cmpint (write_file (fixture), ==, EIO);
  g_assert_false (fixture->is_doubtful);
  g_assert_cmpuint (fake_folder_count (fixture->path), ==, 0);
  fault.flush = 0;
  fixture->may = FALSE;
  g_assert_cmpint (write_file (fixture), ==, ECANCELED);
  g_assert_cmpuint (fake_folder_count (fixture->path), ==, 0);
}

/* Into a folder on another disk, as far as the system says. */
static void
test_move (Fixture *fixture, gconstpointer data)
{
  g_autofree char *aside = g_build_filename (fixture->path, "aside", NULL);

  (void)data;
  fake_folder_put (fixture->path, NAME, TEXT);
  g_assert_cmpint (folder_file_move (fixture->folder, NAME, aside, TEMPORARY), ==, 0);
  fake_folder_put (fixture->path, NAME, TEXT);
  fault.rename2 = EXDEV;
  g_assert_cmpint (folder_file_move (fixture->folder, NAME, aside, TEMPORARY), ==, EXDEV);
  g_assert_true (fake_folder_has (fixture->path, NAME));
  g_assert_cmpuint (fake_folder_count (aside), ==, 1);
}

static void
test_complete (void)
{
  static const struct
  {
    FolderExtension extension;
    const char *text;
    gsize size;
    gboolean is_complete;
  } ends[] = {
    { FOLDER_EXTENSION_XML, "<XmlMsg></XmlMsg>", 17, TRUE },
    { FOLDER_EXTENSION_XML, "<XmlMsg></XmlMsg >\r\n\0", 21, TRUE },
    { FOLDER_EXTENSION_XML, "<XmlMsg></XmlMs", 15, FALSE },
    { FOLDER_EXTENSION_XML, "", 0, FALSE },
    { FOLDER_EXTENSION_PDF, "%PDF-1.7\n%%EOF\n", 15, TRUE },
    { FOLDER_EXTENSION_PDF, "%PDF-1.7\n", 9, FALSE },
    { FOLDER_EXTENSION_ZIP, "PK\003\004PK\005\006", 8, TRUE },
    { FOLDER_EXTENSION_ZIP, "PK\003\004", 4, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (ends[i].text, ends[i].size);

      g_assert_cmpint (folder_file_is_complete (ends[i].extension, bytes), ==, ends[i].is_complete);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add ("/folder-file/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("write", test_write);
  ADD ("poor", test_poor);
  ADD ("exists", test_exists);
  ADD ("failures", test_failures);
  ADD ("move", test_move);
  g_test_add_func ("/folder-file/complete", test_complete);
  return g_test_run ();
}
