/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* document-file: whatever the pieces, the file holds them in order, its digest is theirs, and it can be sealed. */

#include "center/document-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE 300000u

static char *
format_digest (const guint8 *digest)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < DOCUMENT_FILE_DIGEST_SIZE; i++)
    g_string_append_printf (text, "%02x", digest[i]);
  return g_string_free (text, FALSE);
}

static void
test_pieces (void)
{
  static const gsize sizes[] = { 1, 7, 4096, 65536, SIZE };
  g_autofree guint8 *data = g_malloc (SIZE);
  g_autofree char *expected = NULL;

  for (gsize i = 0; i < SIZE; i++)
    data[i] = (guint8)(i * 31 + i / 251);
  expected = g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, SIZE);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      DocumentFile *file = document_file_new (NULL);
      guint8 digest[DOCUMENT_FILE_DIGEST_SIZE];
      g_autofree char *text = NULL;
      g_autofree guint8 *read_back = g_malloc (SIZE);
      int fd;

      for (gsize done = 0; done < SIZE; done += sizes[i])
        g_assert_true (document_file_add (file, data + done, MIN (sizes[i], SIZE - done), NULL));
      g_assert_cmpuint (document_file_get_size (file), ==, SIZE);
      fd = document_file_finish (file, digest);
      text = format_digest (digest);
      g_assert_cmpstr (text, ==, expected);
      g_assert_cmpint (lseek (fd, 0, SEEK_CUR), ==, 0);
      g_assert_cmpint (read (fd, read_back, SIZE), ==, SIZE);
      g_assert_cmpmem (data, SIZE, read_back, SIZE);
      g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
      g_assert_cmpint (fcntl (fd, F_GET_SEALS), ==, 0);
      g_assert_cmpint (fcntl (fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL), ==, 0);
      g_assert_cmpint (write (fd, "x", 1), ==, -1);
      close (fd);
    }
}

/* It has no name: nothing of it is on a disk. */
static void
test_memory (void)
{
  g_autoptr (DocumentFile) file = document_file_new (NULL);
  guint8 digest[DOCUMENT_FILE_DIGEST_SIZE];
  struct stat status;
  int fd;

  g_assert_true (document_file_add (file, (const guint8 *)"a", 1, NULL));
  fd = document_file_finish (g_steal_pointer (&file), digest);
  g_assert_cmpint (fstat (fd, &status), ==, 0);
  g_assert_cmpint (status.st_nlink, ==, 0);
  g_assert_cmpint (fcntl (fd, F_GET_SEALS), >=, 0); /* no file of a disk has any */
  close (fd);
}

static void
test_given_up (void)
{
  DocumentFile *file = document_file_new (NULL);

  g_assert_true (document_file_add (file, (const guint8 *)"abc", 3, NULL));
  document_file_free (file);
  document_file_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/document-file/pieces", test_pieces);
  g_test_add_func ("/document-file/memory", test_memory);
  g_test_add_func ("/document-file/given-up", test_given_up);
  return g_test_run ();
}
