/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * shikaku-folder: the folder bridge: receipt computers that only know files are served by the daemon. In: the command
 * line, the configuration. Out: files; lines for the journal; an exit status.
 *
 * It is a client of the daemon like any other, and needs the rights org.shikaku.check and org.shikaku.records. See
 * shikaku-folder(8).
 */
#include <glib-unix.h>
#include <locale.h>
#include <sys/stat.h>

#include "client/folder/bridge-computer.h"
#include "client/folder/bridge-faces.h"

#define SWEEP_SECONDS 60 /* and so often a folder that could not be used is tried again */

enum
{
  STATUS_DONE = 0,
  STATUS_FAILED = 1,
  STATUS_CONFIGURATION = 78,
  STATUS_USAGE = 64,
};

typedef struct
{
  BridgeSettings *settings;
  GDBusConnection *connection;
  BridgePeople *people;
  BridgeDesk *desk;
  GPtrArray *served; /* BridgeServed */
  GPtrArray *places; /* of each */
  gboolean is_refusal_told;
  BridgeFaces *faces;
  GMainLoop *loop;
  int status;
} Program;

static char *option_config;
static gboolean option_check, option_version;

static const GOptionEntry options[] = {
  { "config", 0, 0, G_OPTION_ARG_FILENAME, &option_config, "Configuration file", "FILE" },
  { "check-config", 0, 0, G_OPTION_ARG_NONE, &option_check, "Read the configuration, and say what is wrong", NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, &option_version, "Print the version", NULL },
  { NULL },
};

static int
fail_saying (const char *message, int status)
{
  g_printerr ("shikaku-folder: %s\n", message);
  return status;
}

static gboolean
on_signal (gpointer user_data)
{
  Program *program = user_data;

  g_main_loop_quit (program->loop);
  return G_SOURCE_CONTINUE;
}

static void
on_closed (GDBusConnection *connection, gboolean remote_peer_vanished, GError *error, gpointer user_data)
{
  Program *program = user_data;

  g_warning ("the bus has gone");
  program->status = STATUS_FAILED;
  g_main_loop_quit (program->loop);
}

static gboolean
is_served (const Program *program, const BridgeComputer *computer)
{
  for (guint i = 0; i < program->places->len; i++)
    if (((const BridgePlace *)g_ptr_array_index (program->places, i))->computer == computer)
      return TRUE;
  return FALSE;
}

/* One whose folder cannot be used holds up no other. Return: FALSE: another bridge serves it. */
static gboolean
serve_computer (Program *program, const BridgeComputer *computer, GError **error)
{
  g_autoptr (GError) refusal = NULL;
  BridgeServed *served = bridge_served_new (program->settings, computer, program->desk, program->people, &refusal);

  if (served != NULL)
    {
      g_ptr_array_add (program->served, served);
      g_ptr_array_add (program->places, bridge_served_get_place (served));
    }
  else if (g_error_matches (refusal, G_IO_ERROR, G_IO_ERROR_BUSY))
    {
      g_propagate_error (error, g_steal_pointer (&refusal));
      return FALSE;
    }
  else if (!program->is_refusal_told)
    g_warning ("%s is not served until its folder can be used: %s", computer->name, refusal->message);
  return TRUE;
}

static gboolean
serve_missing (Program *program, GError **error)
{
  for (guint i = 0; i < program->settings->computers->len; i++)
    {
      const BridgeComputer *computer = g_ptr_array_index (program->settings->computers, i);

      if (!is_served (program, computer) && !serve_computer (program, computer, error))
        return FALSE;
    }
  program->is_refusal_told = TRUE;
  return TRUE;
}

static gboolean
on_sweep (gpointer user_data)
{
  Program *program = user_data;

  serve_missing (program, NULL);
  for (guint i = 0; i < program->served->len; i++)
    bridge_served_sweep (g_ptr_array_index (program->served, i));
  bridge_people_sweep (program->people);
  return G_SOURCE_CONTINUE;
}

static gboolean
serve_all (Program *program, GError **error)
{
  if (!serve_missing (program, error))
    return FALSE;
  program->faces = bridge_faces_new (program->settings, program->places, program->people, error);
  return program->faces != NULL;
}

static gboolean
begin_serving (Program *program, GError **error)
{
  program->connection = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, error);
  if (program->connection == NULL)
    return FALSE;
  g_dbus_connection_set_exit_on_close (program->connection, FALSE);
  g_signal_connect (program->connection, "closed", G_CALLBACK (on_closed), program);
  program->people = bridge_people_new (g_getenv ("STATE_DIRECTORY"));
  program->desk = bridge_desk_new (program->connection, program->settings->timeout);
  return serve_all (program, error);
}

static void
program_clear (Program *program)
{
  g_clear_pointer (&program->faces, bridge_faces_free);
  g_ptr_array_unref (program->served);
  g_ptr_array_unref (program->places);
  g_clear_pointer (&program->desk, bridge_desk_free);
  g_clear_pointer (&program->people, bridge_people_free);
  if (program->connection != NULL)
    g_signal_handlers_disconnect_by_data (program->connection, program);
  g_clear_object (&program->connection);
  g_main_loop_unref (program->loop);
}

static int
run (BridgeSettings *settings)
{
  Program program = { .settings = settings };
  g_autoptr (GError) error = NULL;

  program.loop = g_main_loop_new (NULL, FALSE);
  program.served = g_ptr_array_new_with_free_func ((GDestroyNotify)bridge_served_free);
  program.places = g_ptr_array_new ();
  if (begin_serving (&program, &error))
    {
      const guint sweep = g_timeout_add_seconds (SWEEP_SECONDS, on_sweep, &program);
      const guint terminate = g_unix_signal_add (SIGTERM, on_signal, &program);
      const guint interrupt = g_unix_signal_add (SIGINT, on_signal, &program);

      on_sweep (&program);
      g_message ("%u receipt computers are served", program.served->len);
      g_main_loop_run (program.loop);
      g_source_remove (sweep);
      g_source_remove (terminate);
      g_source_remove (interrupt);
    }
  else
    program.status = fail_saying (error->message, STATUS_FAILED);
  program_clear (&program);
  return program.status;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (BridgeSettings) settings = NULL;
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  umask (0007); /* answers are for the folder's group, and for nobody else */
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc > 1)
    return fail_saying (error != NULL ? error->message : "see shikaku-folder --help", STATUS_USAGE);
  if (option_version)
    {
      g_print ("shikaku-folder %s\n", SHIKAKU_VERSION);
      return STATUS_DONE;
    }
  settings = bridge_settings_read (option_config != NULL ? option_config : SHIKAKU_FOLDER_CONFIGURATION_FILE, &error);
  if (settings == NULL)
    return fail_saying (error->message, STATUS_CONFIGURATION);
  if (settings->computers->len == 0)
    g_message ("there is nobody to serve: shikaku-folder.conf(5) names no receipt computer");
  return option_check || settings->computers->len == 0 ? STATUS_DONE : run (settings);
}
