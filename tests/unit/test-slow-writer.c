/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-slow-writer: what it takes, what it writes, and who reads nothing. */
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/slow-writer.h"

#define LARGE (1 << 20) /* bytes: more than a pipe holds */

typedef struct
{
  GMainLoop *loop;
  guint told;
  GError *error;
} Told;

static void
on_written (const GError *error, gpointer user_data)
{
  Told *told = user_data;

  told->told++;
  told->error = error != NULL ? g_error_copy (error) : NULL;
  g_main_loop_quit (told->loop);
}

static void
told_clear (Told *told)
{
  g_clear_error (&told->error);
  g_main_loop_unref (told->loop);
}

static GBytes *
make_bytes (gsize size)
{
  guint8 *bytes = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8)(i * 7);
  return g_bytes_new_take (bytes, size);
}

/* Pipes, sockets and files that are open for writing; nothing else. */
static void
test_kinds (void)
{
  static const struct
  {
    const char *path;
    int flags;
  } refused[]
      = { { "/dev/null", O_WRONLY }, { "/", O_RDONLY }, { "/proc/self/comm", O_RDWR }, { "/etc/passwd", O_RDONLY } };
  g_autoptr (GError) error = NULL;
  int ends[2];

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      const int descriptor = g_open (refused[i].path, refused[i].flags, 0);

      g_assert_cmpint (descriptor, >=, 0);
      g_assert_null (slow_writer_take (descriptor, 1, &error));
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION);
      g_clear_error (&error);
      close (descriptor);
    }
  g_assert_null (slow_writer_take (-1, 1, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION);
  g_clear_error (&error);
  g_assert_true (g_unix_open_pipe (ends, FD_CLOEXEC, NULL));
  g_assert_null (slow_writer_take (ends[0], 1, &error));
  close (ends[0]);
  close (ends[1]);
}

static void
test_file (void)
{
  g_autoptr (GBytes) bytes = make_bytes (LARGE);
  g_autofree char *path = NULL, *text = NULL;
  g_autoptr (GError) error = NULL;
  SlowWriter *writer;
  Told told = { g_main_loop_new (NULL, FALSE) };
  gsize size;
  const int descriptor = g_file_open_tmp (NULL, &path, &error);

  g_assert_no_error (error);
  writer = slow_writer_take (descriptor, 10, &error);
  g_assert_no_error (error);
  close (descriptor); /* it has its own */
  slow_writer_write (writer, bytes, on_written, &told);
  g_main_loop_run (told.loop);
  g_assert_no_error (told.error);
  slow_writer_free (writer);
  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  g_assert_cmpmem (text, size, g_bytes_get_data (bytes, NULL), LARGE);
  g_unlink (path);
  told_clear (&told);
}

/* Who reads nothing ends it by its time; who goes, at once; and nobody waited. */
static void
test_slow (void)
{
  g_autoptr (GBytes) bytes = make_bytes (LARGE);
  g_autoptr (GError) error = NULL;
  Told told = { g_main_loop_new (NULL, FALSE) };
  SlowWriter *writer;
  int ends[2];

  g_assert_true (g_unix_open_pipe (ends, FD_CLOEXEC, NULL));
  writer = slow_writer_take (ends[1], 1, &error);
  g_assert_no_error (error);
  slow_writer_write (writer, bytes, on_written, &told);
  g_main_loop_run (told.loop);
  g_assert_error (told.error, SHIKAKU_ERROR, SHIKAKU_ERROR_TIMED_OUT);
  g_clear_error (&told.error);
  slow_writer_write (writer, bytes, on_written, &told);
  close (ends[0]);
  g_main_loop_run (told.loop);
  g_assert_error (told.error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED);
  slow_writer_free (writer);
  close (ends[1]);
  told_clear (&told);
}

/* Once it is freed nothing is told, and the other end sees that it has ended. */
static void
test_freed (void)
{
  g_autoptr (GBytes) bytes = make_bytes (LARGE);
  g_autofree char *buffer = g_malloc (LARGE);
  Told told = { g_main_loop_new (NULL, FALSE) };
  SlowWriter *writer;
  gssize got;
  int ends[2];

  g_assert_true (g_unix_open_pipe (ends, FD_CLOEXEC, NULL));
  writer = slow_writer_take (ends[1], 60, NULL);
  close (ends[1]);
  slow_writer_write (writer, bytes, on_written, &told);
  g_assert_cmpint (read (ends[0], buffer, 1), ==, 1); /* it has begun */
  slow_writer_free (writer);
  do
    got = read (ends[0], buffer, LARGE);
  while (got > 0);
  g_assert_cmpint (got, ==, 0);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (told.told, ==, 0);
  close (ends[0]);
  told_clear (&told);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  signal (SIGPIPE, SIG_IGN);
  g_test_add_func ("/slow-writer/kinds", test_kinds);
  g_test_add_func ("/slow-writer/file", test_file);
  g_test_add_func ("/slow-writer/slow", test_slow);
  g_test_add_func ("/slow-writer/freed", test_freed);
  return g_test_run ();
}
