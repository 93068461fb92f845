/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* folder-shelf, folder-look: real folders, time as the test says, and each thing that can befall a file. */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "center/folder-file.h"
#include "center/folder-shelf.h"
#include "codec/message.h"
#include "fake-folder.h"

#define ANSWER FAKE_FOLDER_ANSWER
#define LEFT_OVER (60 * G_TIME_SPAN_MINUTE)
#define MOMENT (400 * G_TIME_SPAN_MILLISECOND) /* longer than between two readings */
#define LATER (5 * G_USEC_PER_SEC)             /* a deleted file is forgotten, a locked one tried again */
#define PREFIX "OQSsiquc01"

/* What befalls the next calls, instead of what really would. */
static struct
{
  int read_error, delete_error;
  guint reads, deletes; /* how many of them */
  guint lists;          /* readings of folders: counted */
} fault;

int __real_folder_file_read (int folder, const char *name, gsize maximum, GBytes **ret_bytes, gint64 *ret_modified);
int __wrap_folder_file_read (int folder, const char *name, gsize maximum, GBytes **ret_bytes, gint64 *ret_modified);
int
__wrap_folder_file_read (int folder, const char *name, gsize maximum, GBytes **ret_bytes, gint64 *ret_modified)
{
  if (fault.reads == 0)
    return __real_folder_file_read (folder, name, maximum, ret_bytes, ret_modified);
  fault.reads--;
  return fault.read_error;
}

int __real_folder_file_delete (int folder, const char *name);
int __wrap_folder_file_delete (int folder, const char *name);
int
__wrap_folder_file_delete (int folder, const char *name)
{
  if (fault.deletes == 0)
    return __real_folder_file_delete (folder, name);
  fault.deletes--;
  return fault.delete_error;
}

int __real_folder_file_list (int folder, FolderFileFound found, gpointer data);
int __wrap_folder_file_list (int folder, FolderFileFound found, gpointer data);
int
__wrap_folder_file_list (int folder, FolderFileFound found, gpointer data)
{
  fault.lists++;
  return __real_folder_file_list (folder, found, data);
}

typedef struct
{
  char *root, *path, *quarantine, *tag;
  FolderShelf *shelf;
  gint64 now;
  GPtrArray *faces, *answers; /* FolderShareFile */
  char *awaited;              /* suffix; NULL: none */
  FolderShelfCounts counts;
} Fixture;

static gboolean
on_is_awaited (const char *suffix, gpointer data)
{
  return g_strcmp0 (suffix, ((Fixture *)data)->awaited) == 0;
}

static void
on_answer (const char *suffix, FolderShareFile *file, gpointer data)
{
  g_assert_true (on_is_awaited (suffix, data));
  g_ptr_array_add (((Fixture *)data)->answers, file);
}

static void
on_face (FolderShareFile *file, gpointer data)
{
  g_ptr_array_add (((Fixture *)data)->faces, file);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const FolderShelfListener listener = { on_is_awaited, on_answer, on_face };
  FolderShelfSettings settings = { .has_answers = TRUE, .has_faces = TRUE, .left_over = LEFT_OVER };

  (void)data;
  memset (&fault, 0, sizeof fault);
  fixture->root = fake_folder_make ();
  settings.path = fixture->path = g_build_filename (fixture->root, "res", NULL);
  settings.tag = fixture->tag = folder_name_make_tag ("test");
  fixture->quarantine = g_build_filename (fixture->root, "shikaku-quarantine", NULL); /* beside it */
  g_assert_no_errno (g_mkdir (fixture->path, 0700));
  fixture->faces = g_ptr_array_new_with_free_func ((GDestroyNotify)folder_share_file_free);
  fixture->answers = g_ptr_array_new_with_free_func ((GDestroyNotify)folder_share_file_free);
  fixture->shelf = folder_shelf_new (&settings, &listener, fixture);
  fixture->now = 1000 * G_USEC_PER_SEC;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  (void)data;
  folder_shelf_free (fixture->shelf);
  fake_folder_remove (fixture->root);
  g_ptr_array_unref (fixture->faces);
  g_ptr_array_unref (fixture->answers);
  g_free (fixture->root);
  g_free (fixture->path);
  g_free (fixture->quarantine);
  g_free (fixture->tag);
  g_free (fixture->awaited);
}

/* look: after so much time. */
static void
look (Fixture *fixture, gint64 later)
{
  fixture->now += later;
  g_assert_cmpint (folder_shelf_look (fixture->shelf, fixture->now, FALSE), ==, 0);
  memset (&fixture->counts, 0, sizeof fixture->counts);
  folder_shelf_count (fixture->shelf, &fixture->counts);
}

/* assert_faces: so many were told until now. */
static void
assert_faces (const Fixture *fixture, guint n)
{
  g_assert_cmpuint (fixture->faces->len, ==, n);
}

static char *
put_face (const Fixture *fixture, gint64 ago, const char *text)
{
  char *name = fake_folder_make_face (ago);

  fake_folder_put (fixture->path, name, text);
  return name;
}

static void
test_growing (Fixture *fixture, gconstpointer data)
{
  static const char *const pieces[] = { "", "<?xml version", "<?xml version=\"1.0\"?><XmlMsg>", ANSWER };
  g_autofree char *face = fake_folder_make_face (1);

  (void)data;
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      fake_folder_put (fixture->path, face, pieces[i]);
      look (fixture, MOMENT);
      assert_faces (fixture, 0);
      if (i + 1 < G_N_ELEMENTS (pieces))
        look (fixture, MOMENT); /* twice the same, and without an end */
      assert_faces (fixture, 0);
    }
  look (fixture, G_TIME_SPAN_MILLISECOND);
  assert_faces (fixture, 0); /* too early for the second reading */
  look (fixture, MOMENT);
  assert_faces (fixture, 1);
  look (fixture, LATER);
  assert_faces (fixture, 1);
}

static void
test_unfinished (Fixture *fixture, gconstpointer data)
{
  g_autofree char *face = put_face (fixture, 1, "<XmlMsg>");
  const FolderShareFile *file;

  (void)data;
  for (guint i = 0; i < 28; i++)
    look (fixture, G_USEC_PER_SEC);
  assert_faces (fixture, 0);
  look (fixture, 4 * G_USEC_PER_SEC);
  assert_faces (fixture, 1);
  file = g_ptr_array_index (fixture->faces, 0);
  g_assert_false (file->is_complete);
  g_assert_true (folder_shelf_dispose (fixture->shelf, face, FOLDER_SHARE_SET_ASIDE));
  look (fixture, MOMENT);
  g_assert_true (fake_folder_has (fixture->quarantine, face));
  g_assert_cmpuint (fixture->counts.set_aside, ==, 1);
}

static void
test_vanished (Fixture *fixture, gconstpointer data)
{
  g_autofree char *face = put_face (fixture, 1, ANSWER);

  (void)data;
  look (fixture, 0);
  fake_folder_take (fixture->path, face);
  look (fixture, MOMENT);
  look (fixture, LATER);
  assert_faces (fixture, 0);
  g_assert_cmpuint (fixture->counts.vanished, ==, 1);
}

/* What another program holds is tried again: to read, and to delete. */
static void
test_locked (Fixture *fixture, gconstpointer data)
{
  static const int errors[] = { EBUSY, EACCES, EAGAIN, ETXTBSY, EIO };
  g_autofree char *face = put_face (fixture, 1, ANSWER);

  (void)data;
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      fault.read_error = errors[i];
      fault.reads = 1;
      look (fixture, LATER);
      g_assert_cmpuint (fixture->counts.locked, ==, 1);
    }
  look (fixture, LATER);
  look (fixture, MOMENT);
  assert_faces (fixture, 1);
  g_assert_cmpuint (fixture->counts.locked, ==, 0);
  g_assert_true (folder_shelf_dispose (fixture->shelf, face, FOLDER_SHARE_DELETE));
  fault.delete_error = EACCES;
  fault.deletes = 3;
  for (guint i = 0; i < 3; i++)
    {
      look (fixture, LATER);
      g_assert_true (fake_folder_has (fixture->path, face));
    }
  look (fixture, LATER);
  g_assert_false (fake_folder_has (fixture->path, face));
  look (fixture, LATER);
  assert_faces (fixture, 1);
  g_assert_cmpuint (fixture->counts.vanished, ==, 0);
}

/* Between the reading and the deletion another file has come under the same name: it is told too. */
static void
test_replaced (Fixture *fixture, gconstpointer data)
{
  g_autofree char *face = put_face (fixture, 1, ANSWER);

  (void)data;
  look (fixture, 0);
  look (fixture, MOMENT);
  assert_faces (fixture, 1);
  fake_folder_put (fixture->path, face, "<XmlMsg>another</XmlMsg>");
  g_assert_true (folder_shelf_dispose (fixture->shelf, face, FOLDER_SHARE_DELETE));
  look (fixture, MOMENT);
  look (fixture, MOMENT);
  look (fixture, MOMENT);
  assert_faces (fixture, 2);
  g_assert_true (fake_folder_has (fixture->path, face));
  g_assert_true (folder_shelf_dispose (fixture->shelf, face, FOLDER_SHARE_DELETE));
  look (fixture, MOMENT);
  g_assert_false (fake_folder_has (fixture->path, face));
  fake_folder_put (fixture->path, face, ANSWER); /* and again, when it had gone */
  look (fixture, MOMENT);
  look (fixture, LATER);
  look (fixture, LATER);
  look (fixture, MOMENT);
  assert_faces (fixture, 3);
}

static void
test_kept (Fixture *fixture, gconstpointer data)
{
  g_autofree char *face = put_face (fixture, 1, ANSWER);

  (void)data;
  g_assert_false (folder_shelf_dispose (fixture->shelf, face, FOLDER_SHARE_DELETE)); /* nobody was given it */
  look (fixture, 0);
  look (fixture, MOMENT);
  g_assert_true (folder_shelf_dispose (fixture->shelf, face, FOLDER_SHARE_KEEP));
  look (fixture, LATER);
  g_assert_true (fake_folder_has (fixture->path, face));
  g_assert_true (folder_shelf_dispose (fixture->shelf, face, FOLDER_SHARE_DELETE));
  look (fixture, LATER);
  g_assert_false (fake_folder_has (fixture->path, face));
  assert_faces (fixture, 1);
}

/* What is no file, or too large a one: nobody waits at it, and nobody reads it. */
static void
test_no_file (Fixture *fixture, gconstpointer data)
{
  g_autofree char *pipe_name = fake_folder_make_face (1), *link_name = fake_folder_make_face (2);
  g_autofree char *folder_name = fake_folder_make_face (3), *large_name = put_face (fixture, 4, "");
  g_autofree char *pipe_path = g_build_filename (fixture->path, pipe_name, NULL);
  g_autofree char *link_path = g_build_filename (fixture->path, link_name, NULL);
  g_autofree char *folder_path = g_build_filename (fixture->path, folder_name, NULL);
  g_autofree char *large_path = g_build_filename (fixture->path, large_name, NULL);

  (void)data;
  g_assert_no_errno (mkfifo (pipe_path, 0600));
  g_assert_no_errno (symlink ("/etc/hostname", link_path));
  g_assert_no_errno (g_mkdir (folder_path, 0700));
  g_assert_no_errno (truncate (large_path, (off_t)MESSAGE_SIZE_MAXIMUM + 1));
  for (guint i = 0; i < 5; i++)
    look (fixture, MOMENT);
  assert_faces (fixture, 0);
  g_assert_cmpuint (fixture->counts.left_overs, ==, 3);
  g_assert_true (fake_folder_has (fixture->quarantine, large_name));
}

/* Thousands of files of others: read once, and a face among them is found at the next look. */
static void
test_crowd (Fixture *fixture, gconstpointer data)
{
  g_autofree char *face = NULL;

  (void)data;
  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *name = g_strdup_printf ("OQSsiquc01res_2026113000%04u.xml", i);
      g_autofree char *path = g_build_filename (fixture->path, name, NULL);

      g_assert_no_errno (close (g_creat (path, 0600)));
    }
  look (fixture, 0);
  look (fixture, LATER);
  g_assert_cmpuint (fault.lists, <=, 2);
  for (guint i = 0; i < 100; i++)
    look (fixture, 2 * G_USEC_PER_SEC);
  g_assert_cmpuint (fault.lists, <=, 2);
  g_assert_cmpuint (fixture->counts.left_overs, ==, 10000);
  face = put_face (fixture, 1, ANSWER);
  look (fixture, 2 * G_USEC_PER_SEC);
  look (fixture, MOMENT);
  assert_faces (fixture, 1);
  g_assert_cmpuint (fake_folder_count (fixture->path), ==, 10001);
}

/* More faces than are told at once: the others wait, and a thousand without an end hold up nobody. */
static void
test_many (Fixture *fixture, gconstpointer data)
{
  guint told = 0;

  (void)data;
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *name = g_strdup_printf ("OQSsiquc01res_face_half%u_99999999999999.xml", i);

      g_autofree char *face = g_strdup_printf ("OQSsiquc01res_face_whole%u_99999999999999.xml", i);

      fake_folder_put (fixture->path, face, ANSWER);
      fake_folder_put (fixture->path, name, "<XmlMsg>");
    }
  for (guint i = 0; i < 20 && told < 200; i++)
    {
      look (fixture, MOMENT);
      g_assert_cmpuint (fixture->faces->len - told, <=, FOLDER_SHARE_FACES_MAXIMUM);
      for (; told < fixture->faces->len; told++)
        {
          const FolderShareFile *file = g_ptr_array_index (fixture->faces, told);
          const FolderShareFile *before = told > 0 ? g_ptr_array_index (fixture->faces, told - 1) : file;

          g_assert_cmpint (before->at, <=, file->at);
          g_assert_true (folder_shelf_dispose (fixture->shelf, file->name, FOLDER_SHARE_DELETE));
        }
    }
  g_assert_cmpuint (told, ==, 200);
}

/* Old by its name, or, where that is no time, by its own; but not because the terminal's clock is wrong. */
static void
test_left_over (Fixture *fixture, gconstpointer data)
{
  g_autofree char *old = put_face (fixture, 2 * 60 * 60, ANSWER);
  g_autofree char *path = g_build_filename (fixture->path, "OQSsiquc01res_face_x_99999999999999.xml", NULL);
  const struct utimbuf long_ago = { 1000000000, 1000000000 };
  g_autofree char *again = NULL;

  (void)data;
  fake_folder_put (fixture->path, "OQSsiquc01res_face_x_99999999999999.xml", ANSWER);
  g_assert_no_errno (g_utime (path, (struct utimbuf *)&long_ago));
  look (fixture, 0);
  look (fixture, MOMENT);
  look (fixture, MOMENT);
  assert_faces (fixture, 0);
  g_assert_cmpuint (fixture->counts.set_aside, ==, 2);
  g_assert_true (fake_folder_has (fixture->quarantine, old));
  folder_shelf_set_clock (fixture->shelf, -2 * G_TIME_SPAN_HOUR);
  again = put_face (fixture, 2 * 60 * 60 + 1, ANSWER);
  look (fixture, LATER);
  look (fixture, MOMENT);
  assert_faces (fixture, 1);
}

/* A folder that nobody has emptied for a year: the old ones go aside little by little, and hold up nobody. */
static void
test_full (Fixture *fixture, gconstpointer data)
{
  g_autofree char *face = put_face (fixture, 1, ANSWER);

  (void)data;
  for (guint i = 0; i < 150; i++)
    {
      g_autofree char *name = g_strdup_printf ("OQSsiquc01res_face_%u_20250101000000.xml", i);

      fake_folder_put (fixture->path, name, ANSWER);
    }
  look (fixture, 0);
  g_assert_cmpuint (fixture->counts.set_aside, ==, 100);
  g_assert_cmpint (folder_shelf_get_next (fixture->shelf), <=, fixture->now);
  look (fixture, MOMENT);
  assert_faces (fixture, 1);
  g_assert_cmpuint (fixture->counts.set_aside, ==, 150);
  g_assert_cmpuint (fake_folder_count (fixture->path), ==, 1);
  g_assert_true (folder_shelf_clean (fixture->shelf)); /* they have been there for a moment */
  g_assert_cmpuint (fake_folder_count (fixture->quarantine), ==, 150);
}

/* More in quarantine than is looked at in one go: all goes in the end. */
static void
test_clean_many (Fixture *fixture, gconstpointer data)
{
  const struct utimbuf long_ago = { 1000000000, 1000000000 };

  (void)data;
  g_assert_no_errno (g_mkdir (fixture->quarantine, 0700));
  for (guint i = 0; i < 510; i++)
    {
      g_autofree char *name = g_strdup_printf ("OQSsiquc01res_face_%u_20250101000000.xml", i);
      g_autofree char *path = g_build_filename (fixture->quarantine, name, NULL);

      g_assert_no_errno (close (g_creat (path, 0600)));
      g_assert_no_errno (g_utime (path, (struct utimbuf *)&long_ago));
    }
  g_assert_false (folder_shelf_clean (fixture->shelf));
  g_assert_cmpuint (fake_folder_count (fixture->quarantine), ==, 10);
  g_assert_true (folder_shelf_clean (fixture->shelf));
  g_assert_cmpuint (fake_folder_count (fixture->quarantine), ==, 0);
}

/* Answers: of ours those that are awaited are given, the others set aside, under another name if that is taken. */
static void
test_answers (Fixture *fixture, gconstpointer data)
{
  g_autofree char *request = folder_name_make_request (PREFIX, fixture->tag, FOLDER_EXTENSION_XML);
  g_autofree char *other = folder_name_make_request (PREFIX, "OTHER", FOLDER_EXTENSION_XML);
  g_autofree char *other_base = folder_name_make_answer_base (other);
  g_autofree char *other_answer = g_strconcat (other_base, ".xml", NULL);
  g_autofree char *base = NULL, *answer = NULL, *second = NULL;
  FolderName parts;

  (void)data;
  folder_name_read (request, &parts);
  fixture->awaited = g_strdup (parts.suffix);
  base = folder_name_make_answer_base (request);
  answer = g_strconcat (base, ".XML", NULL);
  second = g_strconcat (answer, ".1", NULL);
  look (fixture, 0);
  fake_folder_put (fixture->path, other_answer, ANSWER);
  fake_folder_put (fixture->path, answer, ANSWER);
  look (fixture, MOMENT);
  look (fixture, MOMENT);
  g_assert_cmpuint (fixture->answers->len, ==, 1);
  g_assert_true (folder_shelf_dispose (fixture->shelf, answer, FOLDER_SHARE_DELETE));
  look (fixture, MOMENT);
  g_assert_false (fake_folder_has (fixture->path, answer));
  g_clear_pointer (&fixture->awaited, g_free);
  for (guint i = 0; i < 2; i++)
    {
      look (fixture, LATER);
      fake_folder_put (fixture->path, answer, ANSWER);
      look (fixture, LATER);
      g_assert_false (fake_folder_has (fixture->path, answer));
    }
  g_assert_true (fake_folder_has (fixture->quarantine, answer));
  g_assert_true (fake_folder_has (fixture->quarantine, second));
  g_assert_cmpuint (fixture->counts.late, ==, 2);
  g_assert_cmpuint (fixture->answers->len, ==, 1);
  g_assert_true (fake_folder_has (fixture->path, other_answer));
  g_assert_cmpuint (fixture->counts.left_overs, ==, 1);
}

/* An error of the terminal's, whatever it calls the file: with our suffix it is what we have got. */
static void
test_error_output (Fixture *fixture, gconstpointer data)
{
  static const char *const shapes[]
      = { "OQSsiquc01err_%s.xml", "OQSsiquc01res_%s_err.xml", "err_%s.XML", "OQSsiquc01res_%s.err.xml" };

  (void)data;
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autofree char *request = folder_name_make_request (PREFIX, fixture->tag, FOLDER_EXTENSION_XML);
      g_autofree char *name = NULL;
      FolderName parts;
      GString *shape = g_string_new (shapes[i]);

      folder_name_read (request, &parts);
      (void)g_string_replace (shape, "%s", parts.suffix, 1);
      name = g_string_free (shape, FALSE);
      g_free (fixture->awaited);
      fixture->awaited = g_strdup (parts.suffix);
      fake_folder_put (fixture->path, name, ANSWER);
      look (fixture, LATER);
      look (fixture, MOMENT);
      g_assert_cmpuint (fixture->answers->len, ==, i + 1);
      g_assert_true (folder_shelf_dispose (fixture->shelf, name, FOLDER_SHARE_DELETE));
      look (fixture, MOMENT);
      g_assert_false (fake_folder_has (fixture->path, name));
    }
}

/* What has been in quarantine for too long is deleted, and nothing that is not the field's. */
static void
test_clean (Fixture *fixture, gconstpointer data)
{
  const struct utimbuf long_ago = { 1000000000, 1000000000 };
  static const char *const names[] = { "OQSsiquc01res_x.xml", "OQSsiquc01res_x.xml.1", "letter.xml" };

  (void)data;
  g_assert_no_errno (g_mkdir (fixture->quarantine, 0700));
  fake_folder_put (fixture->quarantine, "OQSsiquc01res_y.xml", ANSWER);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (fixture->quarantine, names[i], NULL);

      fake_folder_put (fixture->quarantine, names[i], ANSWER);
      g_assert_no_errno (g_utime (path, (struct utimbuf *)&long_ago));
    }
  folder_shelf_clean (fixture->shelf);
  g_assert_true (fake_folder_has (fixture->quarantine, "OQSsiquc01res_y.xml"));
  g_assert_true (fake_folder_has (fixture->quarantine, "letter.xml"));
  g_assert_cmpuint (fake_folder_count (fixture->quarantine), ==, 2);
}

static void
test_absent (Fixture *fixture, gconstpointer data)
{
  g_autofree char *face = put_face (fixture, 1, ANSWER);
  g_autofree char *elsewhere = g_build_filename (fixture->root, "elsewhere", NULL);

  (void)data;
  look (fixture, 0);
  g_assert_no_errno (g_rename (fixture->path, elsewhere));
  g_assert_cmpint (folder_shelf_look (fixture->shelf, fixture->now + MOMENT, FALSE), ==, ENOENT);
  g_assert_no_errno (g_rename (elsewhere, fixture->path));
  look (fixture, LATER);
  look (fixture, MOMENT);
  assert_faces (fixture, 1); /* it was not taken for gone, and is told once */
  look (fixture, LATER);
  assert_faces (fixture, 1);
  g_assert_cmpuint (fixture->counts.vanished, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add ("/folder-shelf/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("growing", test_growing);
  ADD ("unfinished", test_unfinished);
  ADD ("vanished", test_vanished);
  ADD ("locked", test_locked);
  ADD ("replaced", test_replaced);
  ADD ("kept", test_kept);
  ADD ("no-file", test_no_file);
  ADD ("crowd", test_crowd);
  ADD ("many", test_many);
  ADD ("left-over", test_left_over);
  ADD ("answers", test_answers);
  ADD ("error-output", test_error_output);
  ADD ("full", test_full);
  ADD ("clean", test_clean);
  ADD ("clean-many", test_clean_many);
  ADD ("absent", test_absent);
  return g_test_run ();
}
