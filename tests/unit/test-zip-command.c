/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* zip-command: shell scripts that play a site's module. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "center/zip-command.h"
#include "fake-loop.h"
#include "fake-timer.h"

#define NAME "OQSsiquc01res_x.zip"
#define INPUT "the archive"
#define PASSWORD "invented-1"
#define MAXIMUM 65536u

typedef struct
{
  char *root, *runtime, *command;
  GBytes *output;
  GError *error;
  gboolean is_done;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *script = g_strconcat ("#!/bin/sh\n", (const char *)data, "\n", NULL);

  fixture->root = g_dir_make_tmp ("zip-command-XXXXXX", NULL);
  fixture->runtime = g_build_filename (fixture->root, "run", NULL);
  fixture->command = g_build_filename (fixture->root, "module", NULL);
  g_assert_no_errno (g_mkdir (fixture->runtime, 0700));
  g_assert_true (g_file_set_contents (fixture->command, script, -1, NULL));
  g_assert_no_errno (g_chmod (fixture->command, 0700));
}

/* tear_down: nothing of a call is left. */
static void
tear_down (Fixture *fixture, gconstpointer data)
{
  (void)data;
  fake_settle ();
  g_assert_no_errno (g_rmdir (fixture->runtime));
  g_assert_no_errno (g_remove (fixture->command));
  g_assert_no_errno (g_rmdir (fixture->root));
  g_clear_pointer (&fixture->output, g_bytes_unref);
  g_clear_error (&fixture->error);
  g_free (fixture->root);
  g_free (fixture->runtime);
  g_free (fixture->command);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  Fixture *fixture = data;

  (void)source;
  fixture->output = zip_command_run_finish (result, &fixture->error);
  fixture->is_done = TRUE;
}

static void
run (Fixture *fixture, ZipCommandVerb verb, GCancellable *cancellable)
{
  g_autoptr (GBytes) input = g_bytes_new_static (INPUT, strlen (INPUT));

  zip_command_run_async (fixture->command, verb, fixture->runtime, NAME, input, PASSWORD, MAXIMUM, cancellable, on_done,
                         fixture);
  if (cancellable != NULL)
    g_cancellable_cancel (cancellable);
  fake_wait (&fixture->is_done);
}

static void
assert_output (const Fixture *fixture, const char *text)
{
  g_assert_no_error (fixture->error);
  g_assert_cmpmem (g_bytes_get_data (fixture->output, NULL), g_bytes_get_size (fixture->output), text, strlen (text));
}

/* It gets the verb, the file, the password, and nothing else. */
static void
test_unpack (Fixture *fixture, gconstpointer data)
{
  (void)data;
  run (fixture, ZIP_COMMAND_UNPACK, NULL);
  assert_output (fixture, "unpack OQSsiquc01res_x.zip the archive invented-1 600 no-home");
}

static void
test_pack (Fixture *fixture, gconstpointer data)
{
  (void)data;
  run (fixture, ZIP_COMMAND_PACK, NULL);
  assert_output (fixture, "pack");
}

static void
test_failure (Fixture *fixture, gconstpointer data)
{
  (void)data;
  run (fixture, ZIP_COMMAND_UNPACK, NULL);
  g_assert_error (fixture->error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID);
  g_assert_null (fixture->output);
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  (void)data;
  run (fixture, ZIP_COMMAND_UNPACK, cancellable);
  g_assert_error (fixture->error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED);
}

static void
test_late (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) input = g_bytes_new_static (INPUT, strlen (INPUT));

  (void)data;
  zip_command_run_async (fixture->command, ZIP_COMMAND_PACK, fixture->runtime, NAME, input, PASSWORD, MAXIMUM, NULL,
                         on_done, fixture);
  g_assert_cmpuint (fake_timers_pass (ZIP_COMMAND_MILLISECONDS), ==, 1);
  fake_wait (&fixture->is_done);
  g_assert_error (fixture->error, SHIKAKU_ERROR, SHIKAKU_ERROR_TIMED_OUT);
}

static void
test_missing (Fixture *fixture, gconstpointer data)
{
  (void)data;
  g_assert_no_errno (g_chmod (fixture->command, 0600));
  run (fixture, ZIP_COMMAND_UNPACK, NULL);
  g_assert_error (fixture->error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, script, function) g_test_add ("/zip-command/" path, Fixture, script, set_up, function, tear_down)
  ADD ("unpack",
       "printf '%s %s %s %s %s %s' \"$1\" \"${2##*/}\" \"$(cat \"$2\")\" \"$(cat)\" \"$(stat -c %a \"$2\")\" "
       "\"${HOME:-no-home}\" > \"$3\"",
       test_unpack);
  ADD ("pack", "printf %s \"$1\" > \"$3\"", test_pack);
  ADD ("folders", "mkdir -p a/b; printf x > a/b/c; ln -s / a/d; printf %s \"$1\" > \"$3\"", test_pack);
  ADD ("status", "printf x > \"$3\"; exit 1", test_failure);
  ADD ("no-output", "exit 0", test_failure);
  ADD ("empty-output", ": > \"$3\"", test_failure);
  ADD ("link", "ln -s /etc/passwd \"$3\"", test_failure);
  ADD ("large", "head -c 1000000 /dev/zero > \"$3\"", test_failure);
  ADD ("cancelled", "sleep 1000 & sleep 1000", test_cancelled);
  ADD ("late", "sleep 1000 & sleep 1000", test_late);
  ADD ("missing", "exit 0", test_missing);
  return g_test_run ();
}
