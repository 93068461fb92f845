/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sealed-file: content, seals, and what is left when there is no descriptor. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/sealed-file.h"

static void
check_sealed (GBytes *content)
{
  g_autoptr (GError) error = NULL;
  gsize size;
  const void *data = g_bytes_get_data (content, &size);
  g_autofree char *buffer = g_malloc (size + 1);
  int descriptor = sealed_file_new (content, &error);

  g_assert_no_error (error);
  g_assert_cmpint (descriptor, >=, 0);
  g_assert_cmpint (lseek (descriptor, 0, SEEK_CUR), ==, 0);
  g_assert_cmpint (read (descriptor, buffer, size + 1), ==, (gssize)size);
  g_assert_cmpmem (buffer, size, data, size);

  g_assert_cmpint (fcntl (descriptor, F_GET_SEALS), ==, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
  g_assert_cmpint (fcntl (descriptor, F_GETFD), ==, FD_CLOEXEC);
  g_assert_cmpint (pwrite (descriptor, "x", 1, 0), ==, -1);
  g_assert_cmpint (errno, ==, EPERM);
  g_assert_cmpint (ftruncate (descriptor, size + 1), ==, -1);
  close (descriptor);
}

static void
test_content (void)
{
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) text = g_bytes_new_static ("text", 4);
  g_autoptr (GBytes) large = g_bytes_new_take (g_malloc0 (5 * 1024 * 1024 + 1), 5 * 1024 * 1024 + 1);

  check_sealed (empty);
  check_sealed (text);
  check_sealed (large);
}

/* A memfd that somebody has filled; and what cannot be sealed is not handed out. */
static void
test_seal (void)
{
  g_autoptr (GError) error = NULL;
  char buffer[5] = "";
  int descriptor = memfd_create ("test", MFD_CLOEXEC | MFD_ALLOW_SEALING), plain = memfd_create ("test", MFD_CLOEXEC);

  g_assert_cmpint (write (descriptor, "text", 4), ==, 4);
  g_assert_true (sealed_file_seal (descriptor, &error));
  g_assert_no_error (error);
  g_assert_cmpint (fcntl (descriptor, F_GET_SEALS), ==, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
  g_assert_cmpint (read (descriptor, buffer, sizeof buffer), ==, 4);
  g_assert_cmpstr (buffer, ==, "text");
  g_assert_false (sealed_file_seal (plain, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED);
  close (descriptor);
  close (plain);
}

static void
test_no_descriptor (void)
{
  g_autoptr (GBytes) text = g_bytes_new_static ("text", 4);
  g_autoptr (GError) error = NULL;
  struct rlimit limit, none;
  int descriptor;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limit));
  none = limit;
  none.rlim_cur = 0;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &none));
  descriptor = sealed_file_new (text, &error);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
  g_assert_cmpint (descriptor, ==, -1);
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sealed-file/content", test_content);
  g_test_add_func ("/sealed-file/seal", test_seal);
  g_test_add_func ("/sealed-file/no-descriptor", test_no_descriptor);
  return g_test_run ();
}
