/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* terminal-copies: see the header. */
#include "center/terminal-copies.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

#define HIDDEN ".shikaku-"
#define DIGEST_SIZE 32u
#define COPY_MODE 0660 /* whoever is of the folder's group reads it, and removes it */

struct TerminalCopies
{
  gint references;
  char **folders;
  char *state;
};

/* One copy at a time, so that nobody makes the same twice: neither another terminal nor what a reload has left. */
static GMutex turn;

typedef struct
{
  TerminalCopies *copies;
  char *name, *digest; /* in hexadecimal */
  GBytes *bytes;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  terminal_copies_unref (job->copies);
  g_free (job->name);
  g_free (job->digest);
  g_bytes_unref (job->bytes);
  g_free (job);
}

/* set_error: what @folder had against it. No name of a file is told: it has the institution in it. */
static gboolean
set_error (GError **error, const char *folder)
{
  g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "%s: %s", folder, g_strerror (errno));
  return FALSE;
}

static gboolean
close_kept (int fd)
{
  const int saved = errno;

  close (fd);
  errno = saved;
  return FALSE;
}

/* write_file: @bytes as @name in the folder @place, whole and on the disk. A pipe that lies there holds nobody. */
static gboolean
write_file (int place, const char *name, GBytes *bytes, mode_t mode)
{
  gsize size = 0, done = 0;
  const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
  const int fd = openat (place, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, mode);

  if (fd < 0)
    return FALSE;
  while (done < size)
    {
      const ssize_t written = write (fd, data + done, size - done);

      if (written < 0 && errno != EINTR)
        return close_kept (fd);
      done += written > 0 ? (gsize)written : 0;
    }
  if (fchmod (fd, mode) != 0 || fsync (fd) != 0) /* the umask of the service lets nobody else in */
    return close_kept (fd);
  close (fd);
  return TRUE;
}

/* has_bytes: whether the file @name in @place is @bytes already. */
static gboolean
has_bytes (int place, const char *name, GBytes *bytes)
{
  gsize size, done = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  g_autofree guint8 *found = g_malloc (size + 1);
  const int fd = openat (place, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  ssize_t got = 1;

  while (fd >= 0 && done <= size && got > 0)
    {
      got = read (fd, found + done, size + 1 - done);
      done += got > 0 ? (gsize)got : 0;
    }
  if (fd >= 0)
    close (fd);
  return fd >= 0 && done == size && memcmp (found, data, size) == 0;
}

/* publish: the hidden copy gets its name. Who has found it gone already has seen it with that name. */
static gboolean
publish (int place, const char *hidden, const Job *job)
{
  if (renameat2 (place, hidden, place, job->name, RENAME_NOREPLACE) == 0 || errno == ENOENT)
    return fsync (place) == 0;
  if (errno != EEXIST)
    return FALSE;
  if (has_bytes (place, job->name, job->bytes))
    return unlinkat (place, hidden, 0) == 0;
  errno = EEXIST;
  return FALSE;
}

/* note_copy: from here on the copy in the folder @place is as good as there. */
static gboolean
note_copy (const char *state, const char *mark)
{
  const int place = open (state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (place < 0)
    return FALSE;
  if (!write_file (place, mark, NULL, 0600) || fsync (place) != 0)
    return close_kept (place);
  close (place);
  return TRUE;
}

/* make_copy: into @folder. */
static gboolean
make_copy (const Job *job, const char *folder, GError **error)
{
  g_autofree char *hidden = g_strconcat (HIDDEN, job->digest, NULL);
  g_autofree char *place_digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, folder, -1);
  g_autofree char *mark = g_strdup_printf ("%s-%.16s", job->digest, place_digest);
  g_autofree char *mark_path = g_build_filename (job->copies->state, mark, NULL);
  const int place = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean is_good;

  if (place < 0)
    return set_error (error, folder);
  is_good = g_file_test (mark_path, G_FILE_TEST_EXISTS)
            || (write_file (place, hidden, job->bytes, COPY_MODE) && fsync (place) == 0);
  if (!is_good)
    set_error (error, folder);
  else if (!note_copy (job->copies->state, mark))
    is_good = set_error (error, job->copies->state);
  else if (!publish (place, hidden, job))
    is_good = set_error (error, folder);
  close (place);
  return is_good;
}

static void
make_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Job *job = task_data;
  GError *error = NULL;

  g_mutex_lock (&turn);
  for (char **folder = job->copies->folders; *folder != NULL; folder++) /* one that is away holds up no other */
    make_copy (job, *folder, error == NULL ? &error : NULL);
  g_mutex_unlock (&turn);
  if (error == NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static char *
to_hexadecimal (const guint8 *digest)
{
  GString *text = g_string_sized_new ((gsize)2 * DIGEST_SIZE);

  for (guint i = 0; i < DIGEST_SIZE; i++)
    g_string_append_printf (text, "%02x", digest[i]);
  return g_string_free (text, FALSE);
}

void
terminal_copies_make_async (TerminalCopies *copies, const char *name, GBytes *bytes, const guint8 *digest,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  Job *job;

  g_task_set_source_tag (task, terminal_copies_make_async);
  if (*copies->folders == NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  job = g_new0 (Job, 1);
  job->copies = terminal_copies_ref (copies);
  job->name = g_strdup (name);
  job->digest = to_hexadecimal (digest);
  job->bytes = g_bytes_ref (bytes);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, make_in_thread);
}

gboolean
terminal_copies_make_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* forget_old: marks of copies whose file was deleted long ago. */
static void
forget_old (const char *state)
{
  g_autoptr (GDir) folder = g_dir_open (state, 0, NULL);
  const gint64 oldest = g_get_real_time () / G_USEC_PER_SEC - (gint64)TERMINAL_COPIES_MARK_DAYS * 24 * 60 * 60;
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (state, name, NULL);
      GStatBuf status;

      if (g_lstat (path, &status) == 0 && S_ISREG (status.st_mode) && status.st_mtime < oldest)
        g_unlink (path);
    }
}

TerminalCopies *
terminal_copies_new (const char *folders, const char *state)
{
  TerminalCopies *copies = g_new0 (TerminalCopies, 1);

  copies->references = 1;
  copies->folders = g_strsplit (folders != NULL ? folders : "", ":", -1);
  copies->state = g_strdup (state);
  if (*copies->folders != NULL)
    {
      g_mkdir_with_parents (state, 0700);
      forget_old (state);
    }
  return copies;
}

TerminalCopies *
terminal_copies_ref (TerminalCopies *copies)
{
  g_atomic_int_inc (&copies->references);
  return copies;
}

void
terminal_copies_unref (TerminalCopies *copies)
{
  if (copies == NULL || !g_atomic_int_dec_and_test (&copies->references))
    return;
  g_strfreev (copies->folders);
  g_free (copies->state);
  g_free (copies);
}
