/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * slow-writer: a thread with a queue of one. poll(2) says when there is room, and wakes it when it is to end; no more
 * than PIPE_BUF is written at once, for which there is room in a pipe then. Who fills it from elsewhere meanwhile holds
 * up the thread, and nothing else: it is never waited for.
 */
#include "base/slow-writer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/error.h"

#define FILE_PIECE 65536 /* bytes at once of a regular file */

struct SlowWriter
{
  gint references; /* of the owner and the thread */
  int descriptor;
  int wake; /* eventfd: told when the owner has gone */
  gsize piece;
  guint silence_seconds;
  GAsyncQueue *queue; /* of GBytes; one without bytes ends it */
  GMainContext *context;
  /* Of the owner alone: */
  gboolean is_freed;
  SlowWriterDone callback;
  gpointer user_data;
};

/* What the thread says of one piece, on its way to the owner. */
typedef struct
{
  SlowWriter *writer;
  GError *error;
} Word;

static void
unref (SlowWriter *self)
{
  if (!g_atomic_int_dec_and_test (&self->references))
    return;
  close (self->wake);
  g_async_queue_unref (self->queue);
  g_main_context_unref (self->context);
  g_free (self);
}

static gboolean
on_word (gpointer user_data)
{
  Word *word = user_data;
  SlowWriter *self = word->writer;
  const SlowWriterDone callback = self->callback;

  self->callback = NULL;
  if (!self->is_freed && callback != NULL)
    callback (word->error, self->user_data);
  return G_SOURCE_REMOVE;
}

static void
word_free (gpointer data)
{
  Word *word = data;

  g_clear_error (&word->error);
  unref (word->writer);
  g_free (word);
}

/* await_room: FALSE with TIMED_OUT, CANCELLED or FAILED. */
static gboolean
await_room (SlowWriter *self, GError **error)
{
  struct pollfd polled[] = { { self->descriptor, POLLOUT, 0 }, { self->wake, POLLIN, 0 } };
  int result;

  do
    result = poll (polled, G_N_ELEMENTS (polled), (int)self->silence_seconds * 1000);
  while (result < 0 && errno == EINTR);
  if (result < 0)
    g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "the descriptor cannot be waited for: %s",
                 g_strerror (errno));
  else if (polled[1].revents != 0)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "nobody waits for it any more");
  else if (result == 0)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_TIMED_OUT, "nothing was read for too long");
  else
    return TRUE;
  return FALSE;
}

static gboolean
write_all (SlowWriter *self, GBytes *bytes, GError **error)
{
  gsize size, done = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  while (done < size)
    {
      gssize written;

      if (!await_room (self, error))
        return FALSE;
      written = write (self->descriptor, data + done, MIN (size - done, self->piece));
      if (written < 0 && errno != EINTR && errno != EAGAIN)
        {
          g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "the descriptor takes no more: %s",
                       g_strerror (errno));
          return FALSE;
        }
      done += (gsize)MAX (written, 0);
    }
  return TRUE;
}

/* send_word: (transfer full). Never called at once, which g_main_context_invoke() does while nobody runs the loop. */
static void
send_word (Word *word)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, on_word, word, word_free);
  g_source_attach (source, word->writer->context);
}

static gpointer
run (gpointer data)
{
  SlowWriter *self = data;

  for (;;)
    {
      g_autoptr (GBytes) bytes = g_async_queue_pop (self->queue);
      Word *word;

      if (g_bytes_get_size (bytes) == 0)
        break;
      word = g_new0 (Word, 1);
      word->writer = self;
      g_atomic_int_inc (&self->references);
      write_all (self, bytes, &word->error);
      send_word (word);
    }
  close (self->descriptor); /* the other end need not wait until the owner has heard the last word */
  unref (self);
  return NULL;
}

/* check_descriptor: @ret_piece: how much may be written at once. */
static gboolean
check_descriptor (int descriptor, gsize *ret_piece, GError **error)
{
  const int flags = fcntl (descriptor, F_GETFL);
  struct stat status;
  struct statfs system;
  gboolean is_fit = flags >= 0 && (flags & O_PATH) == 0 && (flags & O_ACCMODE) != O_RDONLY
                    && fstat (descriptor, &status) == 0 && fstatfs (descriptor, &system) == 0;

  if (is_fit && S_ISREG (status.st_mode))
    is_fit = system.f_type != PROC_SUPER_MAGIC && system.f_type != SYSFS_MAGIC && system.f_type != CGROUP2_SUPER_MAGIC
             && system.f_type != CGROUP_SUPER_MAGIC && system.f_type != DEBUGFS_MAGIC && system.f_type != TRACEFS_MAGIC
             && system.f_type != SECURITYFS_MAGIC && system.f_type != SELINUX_MAGIC;
  else
    is_fit = is_fit && (S_ISFIFO (status.st_mode) || S_ISSOCK (status.st_mode));
  if (!is_fit)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION,
                           "the descriptor is a pipe, a socket or a file, open for writing");
      return FALSE;
    }
  *ret_piece = S_ISREG (status.st_mode) ? FILE_PIECE : PIPE_BUF;
  return TRUE;
}

SlowWriter *
slow_writer_take (int descriptor, guint silence_seconds, GError **error)
{
  SlowWriter *self;
  GThread *thread;
  gsize piece;
  int copy, wake;

  if (!check_descriptor (descriptor, &piece, error))
    return NULL;
  copy = fcntl (descriptor, F_DUPFD_CLOEXEC, 3);
  wake = eventfd (0, EFD_CLOEXEC);
  self = g_new0 (SlowWriter, 1);
  *self = (SlowWriter){ .references = 2, .descriptor = copy, .wake = wake, .piece = piece };
  self->silence_seconds = silence_seconds;
  self->queue = g_async_queue_new_full ((GDestroyNotify)g_bytes_unref);
  self->context = g_main_context_ref_thread_default ();
  thread = copy >= 0 && wake >= 0 ? g_thread_try_new ("slow-writer", run, self, NULL) : NULL;
  if (thread == NULL)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "there is no room for one more writer");
      close (copy);
      unref (self);
      unref (self);
      return NULL;
    }
  g_thread_unref (thread);
  return self;
}

void
slow_writer_free (SlowWriter *self)
{
  const guint64 one = 1;

  self->is_freed = TRUE;
  if (write (self->wake, &one, sizeof one) < 0)
    g_debug ("A writer could not be woken");
  g_async_queue_push (self->queue, g_bytes_new_static ("", 0));
  unref (self);
}

void
slow_writer_write (SlowWriter *self, GBytes *bytes, SlowWriterDone callback, gpointer user_data)
{
  g_return_if_fail (self->callback == NULL && g_bytes_get_size (bytes) > 0);
  self->callback = callback;
  self->user_data = user_data;
  g_async_queue_push (self->queue, g_bytes_ref (bytes));
}
