/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-export: the daemon is given a pipe; what comes out of it goes where it belongs. */
#include "client/ledger-export.h"

#include <gio/gunixfdlist.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib-unix.h>
#include <unistd.h>

typedef struct
{
  guint waiting; /* for so many ends: of the call, of the bytes */
  GCancellable *cancellable;
  GOutputStream *output; /* NULL: tar takes it */
  GVariant *report;
  GError *error; /* the first */
  LedgerExportDone done;
  gpointer user_data;
} Run;

/* @error: taken over; NULL: none. */
static void
take_error (Run *run, GError *error)
{
  if (error == NULL)
    return;
  if (run->error == NULL)
    run->error = error;
  else
    g_error_free (error);
  g_cancellable_cancel (run->cancellable);
}

/* @error: as in take_error(). What is half there is not left: a file closed while it is cancelled is no file. */
static void
end_part (Run *run, GError *error)
{
  GError *unclosed = NULL;

  take_error (run, error);
  if (--run->waiting > 0)
    return;
  if (run->output != NULL)
    g_output_stream_close (run->output, run->error != NULL ? run->cancellable : NULL, &unclosed);
  take_error (run, unclosed);
  run->done (run->error == NULL ? run->report : NULL, run->error, run->user_data);
  g_clear_object (&run->output);
  g_clear_pointer (&run->report, g_variant_unref);
  g_clear_error (&run->error);
  g_object_unref (run->cancellable);
  g_free (run);
}

static void
on_exported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Run *run = user_data;
  GError *error = NULL;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_with_unix_fd_list_finish (G_DBUS_CONNECTION (source), NULL, result, &error);

  if (reply != NULL)
    g_variant_get (reply, "(@a{sv})", &run->report);
  end_part (run, error);
}

static void
on_spliced (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  g_output_stream_splice_finish (G_OUTPUT_STREAM (source), result, &error);
  end_part (user_data, error);
}

static void
on_tar_ended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  g_subprocess_wait_check_finish (G_SUBPROCESS (source), result, &error);
  end_part (user_data, error);
}

/* begin_tar: @read_end: taken over. */
static gboolean
begin_tar (Run *run, int read_end, const char *folder, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GSubprocess) tar = NULL;

  g_subprocess_launcher_take_stdin_fd (launcher, read_end);
  tar = g_subprocess_launcher_spawn (launcher, error, "tar", "--extract", "--no-same-owner", "--directory", folder,
                                     NULL);
  if (tar != NULL)
    g_subprocess_wait_check_async (tar, NULL, on_tar_ended, run);
  return tar != NULL;
}

static gboolean
begin_splice (Run *run, int read_end, const char *to, GError **error)
{
  g_autoptr (GInputStream) input = g_unix_input_stream_new (read_end, TRUE);

  if (to != NULL)
    {
      g_autoptr (GFile) file = g_file_new_for_commandline_arg (to);

      run->output = G_OUTPUT_STREAM (g_file_replace (file, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, error));
    }
  else
    run->output = g_unix_output_stream_new (STDOUT_FILENO, FALSE);
  if (run->output != NULL)
    g_output_stream_splice_async (run->output, input, G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE, G_PRIORITY_DEFAULT,
                                  run->cancellable, on_spliced, run);
  return run->output != NULL;
}

static gboolean
on_failed_early (gpointer user_data)
{
  end_part (user_data, NULL);
  return G_SOURCE_REMOVE;
}

void
ledger_export_run (Client *client, const char *format, const char *to, GVariant *options, LedgerExportDone done,
                   gpointer user_data)
{
  Run *run = g_new0 (Run, 1);
  const gboolean is_folder = to != NULL && g_file_test (to, G_FILE_TEST_IS_DIR);
  g_autoptr (GUnixFDList) descriptors = NULL;
  g_autoptr (GVariant) kept = g_variant_ref_sink (options);
  int ends[2];

  *run = (Run){ .waiting = 1, .cancellable = g_cancellable_new (), .done = done, .user_data = user_data };
  if (!g_unix_open_pipe (ends, FD_CLOEXEC, &run->error))
    {
      g_idle_add (on_failed_early, run);
      /* cppcheck-suppress memleak */
      return; /* who is told frees it */
    }
  if (!(is_folder ? begin_tar (run, ends[0], to, &run->error) : begin_splice (run, ends[0], to, &run->error)))
    {
      close (ends[1]);
      g_idle_add (on_failed_early, run);
      return;
    }
  run->waiting++;
  descriptors = g_unix_fd_list_new_from_array (&ends[1], 1); /* which closes it with the message */
  g_dbus_connection_call_with_unix_fd_list (client->connection, client->daemon, SHIKAKU_OBJECT_PATH,
                                            SHIKAKU_INTERFACE_LEDGER, "Export",
                                            g_variant_new ("(hs@a{sv})", 0, format, kept), G_VARIANT_TYPE ("(a{sv})"),
                                            G_DBUS_CALL_FLAGS_NONE, G_MAXINT, descriptors, NULL, on_exported, run);
}
