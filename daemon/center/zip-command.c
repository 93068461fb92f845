/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * zip-command: see the header. The module gets a folder of its own, an environment with nothing of ours, and a process
 * group, which ends with it.
 */
#include "center/zip-command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "center/folder-file.h"

#define OUTPUT_NAME "output"

typedef struct
{
  ZipCommandVerb verb;
  char *folder; /* of this call, deleted with it */
  char *input;  /* its path */
  gsize maximum;
  GSubprocess *process;
  pid_t pid; /* and process group; 0: it had ended before anybody looked */
  GSource *deadline, *cancelled;
  gboolean is_late, is_cancelled;
} Run;

static void delete_inside (const char *name, gpointer data);

/* delete_all: @name in the folder @parent, and whatever the module has made in it. */
static void
delete_all (int parent, const char *name)
{
  int folder = openat (parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (folder >= 0)
    {
      (void)folder_file_list (folder, delete_inside, &folder);
      close (folder);
    }
  (void)unlinkat (parent, name, folder >= 0 ? AT_REMOVEDIR : 0);
}

static void
delete_inside (const char *name, gpointer data)
{
  delete_all (*(const int *)data, name);
}

static void
destroy_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
run_free (gpointer data)
{
  Run *run = data;

  destroy_source (&run->deadline);
  destroy_source (&run->cancelled);
  if (run->folder != NULL)
    delete_all (AT_FDCWD, run->folder);
  g_free (run->folder);
  g_free (run->input);
  g_clear_object (&run->process);
  g_free (run);
}

static gboolean
write_input (Run *run, GBytes *input, GError **error)
{
  gsize size, done = 0;
  const guint8 *data = g_bytes_get_data (input, &size);
  const int file = open (run->input, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  gssize written = file < 0 ? -1 : 0;

  while (written >= 0 && done < size)
    {
      written = write (file, data + done, size - done);
      done += (gsize)MAX (written, 0);
    }
  if (written < 0)
    g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "%s: %s", run->folder, g_strerror (errno));
  if (file >= 0)
    close (file);
  return written >= 0;
}

static gboolean
prepare (Run *run, const char *runtime, const char *name, GBytes *input, GError **error)
{
  g_autofree char *pattern = g_build_filename (runtime, "zip-XXXXXX", NULL);

  if (g_mkdtemp_full (pattern, 0700) == NULL)
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "%s: %s", runtime, g_strerror (errno));
      return FALSE;
    }
  run->folder = g_steal_pointer (&pattern);
  run->input = g_build_filename (run->folder, name, NULL);
  return write_input (run, input, error);
}

/* on_child: between fork and exec. */
static void
on_child (gpointer data)
{
  const Run *run = data;
  const struct rlimit limit = { run->maximum, run->maximum };

  (void)setpgid (0, 0);
  (void)setrlimit (RLIMIT_FSIZE, &limit);
  (void)umask (0077);
}

/* give_password: in memory, and no pipe: a module that does not read it breaks nothing. */
static gboolean
give_password (GSubprocessLauncher *launcher, const char *password, GError **error)
{
  const int file = memfd_create ("password", MFD_CLOEXEC);
  const gsize size = password != NULL ? strlen (password) : 0;

  if (file < 0 || write (file, password, size) != (gssize)size || lseek (file, 0, SEEK_SET) != 0)
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "no password can be given: %s", g_strerror (errno));
      if (file >= 0)
        close (file);
      return FALSE;
    }
  g_subprocess_launcher_take_stdin_fd (launcher, file);
  return TRUE;
}

static gboolean
start (Run *run, const char *command, const char *password, GError **error)
{
  static char *environment[] = { (char *)"PATH=/usr/bin:/bin", (char *)"LC_ALL=C.UTF-8", NULL };
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *output = g_build_filename (run->folder, OUTPUT_NAME, NULL);
  const char *const arguments[]
      = { command, run->verb == ZIP_COMMAND_PACK ? "pack" : "unpack", run->input, output, NULL };
  g_autoptr (GError) failure = NULL;
  const char *identifier;

  if (!give_password (launcher, password, error))
    return FALSE;
  g_subprocess_launcher_set_cwd (launcher, run->folder);
  g_subprocess_launcher_set_environ (launcher, environment);
  g_subprocess_launcher_set_child_setup (launcher, on_child, run, NULL);
  run->process = g_subprocess_launcher_spawnv (launcher, arguments, &failure);
  if (run->process == NULL)
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "%s", failure->message);
      return FALSE;
    }
  identifier = g_subprocess_get_identifier (run->process);
  run->pid = identifier != NULL ? (pid_t)g_ascii_strtoll (identifier, NULL, 10) : 0;
  return TRUE;
}

/* stop_group: whoever it has started. */
static void
stop_group (const Run *run)
{
  if (run->pid > 0)
    (void)kill (-run->pid, SIGKILL);
}

static void
stop (Run *run)
{
  g_subprocess_force_exit (run->process); /* itself: also before it has its group */
  stop_group (run);
}

static gboolean
on_deadline (gpointer data)
{
  Run *run = data;

  run->is_late = TRUE;
  stop (run);
  return G_SOURCE_CONTINUE; /* destroyed with the run */
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer data)
{
  Run *run = data;

  (void)cancellable;
  run->is_cancelled = TRUE;
  stop (run);
  return G_SOURCE_CONTINUE;
}

static GBytes *
read_output (const Run *run, GError **error)
{
  const int folder = open (run->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  GBytes *bytes = NULL;
  gint64 modified = 0;
  int failure = folder < 0 ? errno : folder_file_read (folder, OUTPUT_NAME, run->maximum, &bytes, &modified);

  if (folder >= 0)
    close (folder);
  if (failure == 0 && g_bytes_get_size (bytes) == 0)
    {
      g_clear_pointer (&bytes, g_bytes_unref);
      failure = ENODATA;
    }
  if (failure != 0)
    g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID, "the module for archives gave nothing: %s",
                 g_strerror (failure));
  return bytes;
}

static void
on_ended (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Run *run = g_task_get_task_data (task);
  GSubprocess *process = G_SUBPROCESS (source);
  GError *error = NULL;
  GBytes *bytes = NULL;

  (void)g_subprocess_wait_finish (process, result, NULL);
  destroy_source (&run->deadline);
  destroy_source (&run->cancelled);
  stop_group (run);
  if (run->is_cancelled)
    error = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "nobody waits for it any more");
  else if (run->is_late)
    error = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_TIMED_OUT, "the module for archives took too long");
  else if (!g_subprocess_get_if_exited (process) || g_subprocess_get_exit_status (process) != 0)
    error = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID, "the module for archives has failed");
  else
    bytes = read_output (run, &error);
  if (bytes != NULL)
    g_task_return_pointer (task, bytes, (GDestroyNotify)g_bytes_unref);
  else
    g_task_return_error (task, error);
}

static GSource *
attach (GSource *source, GSourceFunc callback, gpointer data)
{
  g_source_set_callback (source, callback, data, NULL);
  (void)g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

void
zip_command_run_async (const char *command, ZipCommandVerb verb, const char *runtime, const char *name, GBytes *input,
                       const char *password, gsize maximum, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  Run *run = g_new0 (Run, 1);
  GError *error = NULL;

  g_task_set_task_data (task, run, run_free);
  run->verb = verb;
  run->maximum = maximum;
  if (!prepare (run, runtime, name, input, &error) || !start (run, command, password, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  run->deadline = attach (g_timeout_source_new (ZIP_COMMAND_MILLISECONDS), on_deadline, run);
  if (cancellable != NULL)
    run->cancelled = attach (g_cancellable_source_new (cancellable), G_SOURCE_FUNC (on_cancelled), run);
  g_subprocess_wait_async (run->process, NULL, on_ended, g_steal_pointer (&task));
}

GBytes *
zip_command_run_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
