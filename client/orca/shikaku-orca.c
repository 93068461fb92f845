/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * shikaku-orca: between ORCA, the receipt computer, and the daemon. In: the command line, orca.conf, credentials;
 * ORCA's announcements; face files. Out: what ORCA wants, asked of the daemon; what the center says, posted to ORCA;
 * a line for whoever asks how it stands. It is a client of the daemon like any other. See shikaku-orca(8).
 */
#include <glib-unix.h>
#include <locale.h>
#include <string.h>

#include "client/orca/orca-loop.h"
#include "client/orca/orca-push.h"
#include "client/orca/orca-report.h"
#include "client/orca/orca-view.h"

enum
{
  STATUS_DONE = 0,
  STATUS_FAILED = 1,
  STATUS_USAGE = 64,
};

static char *option_config;
static char *option_state;
static gboolean option_json;
static gboolean option_version;

static const GOptionEntry options[] = {
  { "config", 0, 0, G_OPTION_ARG_FILENAME, &option_config, "The configuration; else " SHIKAKU_ORCA_CONFIGURATION,
    "FILE" },
  { "state", 0, 0, G_OPTION_ARG_FILENAME, &option_state, "Where the state is kept; else $STATE_DIRECTORY", "FOLDER" },
  { "json", 0, 0, G_OPTION_ARG_NONE, &option_json, "Print JSON", NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, &option_version, "Print the version", NULL },
  { NULL },
};

/* What runs. */
typedef struct
{
  GMainLoop *main;
  OrcaLoop *loop;
  OrcaStore *notes; /* of the main thread: how the push stands */
  gboolean is_listening;
  int status;
} Service;

static int
fail_saying (const char *message)
{
  g_printerr ("shikaku-orca: %s\n", message);
  return STATUS_FAILED;
}

static void
on_heard (gpointer user_data)
{
  orca_loop_catch_up (((Service *)user_data)->loop);
}

static void
on_listens (gboolean is_listening, const char *why, gpointer user_data)
{
  Service *service = user_data;

  orca_store_set_note (service->notes, "push", is_listening ? "listening" : "away", NULL);
  if (is_listening)
    {
      orca_report_log (G_LOG_LEVEL_MESSAGE, NULL, "listening to ORCA's announcements");
      orca_loop_catch_up (service->loop);
    }
  else if (service->is_listening)
    orca_report_log (G_LOG_LEVEL_MESSAGE, NULL, "ORCA's announcements are not heard: %s", why);
  service->is_listening = is_listening;
}

static void
on_loop_failed (const char *why, gpointer user_data)
{
  Service *service = user_data;

  service->status = fail_saying (why);
  g_main_loop_quit (service->main);
}

static gboolean
on_signal (gpointer user_data)
{
  g_main_loop_quit (((Service *)user_data)->main);
  return G_SOURCE_CONTINUE;
}

static void
on_folder_changed (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer user_data)
{
  if (event == G_FILE_MONITOR_EVENT_CREATED || event == G_FILE_MONITOR_EVENT_MOVED_IN
      || event == G_FILE_MONITOR_EVENT_RENAMED)
    orca_loop_wake (((Service *)user_data)->loop);
}

/*
 * Return: (transfer full); NULL: there is no folder, or it cannot be watched: it is looked through every few seconds.
 */
static GFileMonitor *
watch_faces (const OrcaSettings *settings, Service *service)
{
  g_autoptr (GFile) folder = settings->faces != NULL ? g_file_new_for_path (settings->faces) : NULL;
  GFileMonitor *monitor
      = folder != NULL ? g_file_monitor_directory (folder, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL) : NULL;

  if (monitor != NULL)
    g_signal_connect (monitor, "changed", G_CALLBACK (on_folder_changed), service);
  return monitor;
}

static int
run_service (const OrcaSettings *settings, const char *state)
{
  static const OrcaPushObserver observer = { on_heard, on_listens };
  g_autoptr (GError) error = NULL;
  Service service = { 0 };
  int lock = orca_store_lock (state, &error); /* until the program ends */
  OrcaStore *store = lock >= 0 ? orca_store_open (state, TRUE, &error) : NULL;
  OrcaPush *push = NULL;
  g_autoptr (GFileMonitor) monitor = NULL;

  if (store == NULL)
    return fail_saying (error->message);
  service.notes = orca_store_open (state, TRUE, &error);
  if (service.notes == NULL)
    {
      orca_store_close (store);
      return fail_saying (error->message);
    }
  service.main = g_main_loop_new (NULL, FALSE);
  service.loop = orca_loop_start (settings, store, on_loop_failed, &service);
  g_unix_signal_add (SIGTERM, on_signal, &service);
  g_unix_signal_add (SIGINT, on_signal, &service);
  monitor = watch_faces (settings, &service);
  orca_store_set_note (service.notes, "push", settings->push_url != NULL ? "away" : "none", NULL);
  if (settings->push_url != NULL)
    push = orca_push_new (settings, &observer, &service, &error);
  if (push == NULL && error != NULL)
    service.status = fail_saying (error->message);
  else
    g_main_loop_run (service.main);
  g_clear_pointer (&push, orca_push_free);
  orca_loop_stop (service.loop);
  orca_store_close (service.notes);
  g_main_loop_unref (service.main);
  return service.status;
}

static int
resolve (OrcaStore *store, const char *id, const char *word)
{
  g_autoptr (GError) error = NULL;
  guint64 number;

  if (!g_ascii_string_to_unsigned (id, 10, 1, G_MAXINT64, &number, &error)
      || !orca_store_resolve_face (store, (gint64)number, strcmp (word, "posted") == 0, &error))
    return fail_saying (error->message);
  return STATUS_DONE;
}

static int
run (int argc, char **argv)
{
  const char *verb = argc > 1 ? argv[1] : "run";
  g_autoptr (GError) error = NULL;
  g_autoptr (OrcaSettings) settings
      = orca_settings_load (option_config != NULL ? option_config : SHIKAKU_ORCA_CONFIGURATION, &error);
  const char *state = option_state != NULL ? option_state : g_getenv ("STATE_DIRECTORY");
  g_autoptr (OrcaStore) store = NULL;
  gboolean is_done;

  if (settings == NULL)
    return fail_saying (error->message);
  if (state == NULL)
    state = SHIKAKU_ORCA_STATE;
  if (strcmp (verb, "run") == 0)
    return run_service (settings, state);
  store = orca_store_open (state, FALSE, &error);
  if (store == NULL)
    return fail_saying (error->message);
  if (strcmp (verb, "resolve") == 0)
    return resolve (store, argv[2], argv[3]);
  if (strcmp (verb, "status") == 0)
    is_done = orca_view_status (store, option_json, &error);
  else
    is_done = orca_view_pending (store, settings, option_json, &error);
  return is_done ? STATUS_DONE : fail_saying (error->message);
}

static gboolean
is_usage (int argc, char **argv)
{
  static const char *const alone[] = { "run", "status", "pending", NULL };
  static const char *const answers[] = { "posted", "not-posted", NULL };

  if (argc == 4 && strcmp (argv[1], "resolve") == 0)
    return g_strv_contains (answers, argv[3]);
  return argc == 1 || (argc == 2 && g_strv_contains (alone, argv[1]));
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("[run | status | pending | resolve ID posted|not-posted]");
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || (!option_version && !is_usage (argc, argv)))
    {
      fail_saying (error != NULL ? error->message : "see shikaku-orca --help");
      return STATUS_USAGE;
    }
  if (option_version)
    {
      g_print ("shikaku-orca %s\n", SHIKAKU_VERSION);
      return STATUS_DONE;
    }
  return run (argc, argv);
}
