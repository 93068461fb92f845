/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* shikakud: options, wiring, signals, readiness. Everything else lives on the floors below. */
#include <glib-unix.h>
#include <gnutls/gnutls.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sysexits.h>

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "bus/bus.h"
#include "card/reader-monitor.h"
#include "center/code-catalogue.h"
#include "center/web-api.h"
#include "settings-check.h"
#include "settings.h"
#include "store/ledger.h"
#include "store/store.h"
#include "terminals.h"
#include "visit/ledger-anchor.h"
#include "visit/ledger-birth.h"
#include "visit/metrics.h"
#include "visit/station-events.h"
#include "visit/station-settings.h"
#include "visit/station.h"

#define HUGE 131072                          /* bytes: what is given back at once */
#define SHUT_DOWN_DEADLINE_MILLISECONDS 3000 /* until a card that does not let go is left behind */

/* GnuTLS would spend a megabyte before main() and before any card: who uses it wakes it with gnutls_global_init(). */
GNUTLS_SKIP_GLOBAL_INIT

typedef struct
{
  GMainLoop *loop;
  Bus *bus;
  Transport *transport; /* over the Web API */
  Terminals *terminals;
  Station *station;
  Ledger *ledger;
  LedgerAnchoring *anchoring;
  LedgerBirth *birth;
  Metrics *metrics;
  const char *path;             /* of the configuration, as asked for */
  Configuration *configuration; /* in force */
  gboolean shutting_down;
  int exit_status;
} Daemon;

static gboolean
on_anchored (gpointer user_data)
{
  Daemon *daemon = user_data;

  g_main_loop_quit (daemon->loop);
  return G_SOURCE_REMOVE;
}

/* No visit runs any more: what they have written in the ledger leaves this computer. */
static gboolean
on_rest (gpointer user_data)
{
  Daemon *daemon = user_data;

  ledger_anchoring_end (daemon->anchoring, on_anchored, daemon);
  return G_SOURCE_REMOVE;
}

static gboolean
on_terminate (gpointer user_data)
{
  Daemon *daemon = user_data;

  if (!daemon->shutting_down)
    {
      daemon->shutting_down = TRUE;
      log_write (LOG_INFO, SHIKAKU_MESSAGE_STOPPING, NULL, "Shutting down");
      /* Visits first: else the agents' leaving would end them, and under another name. */
      station_shut_down (daemon->station, SHUT_DOWN_DEADLINE_MILLISECONDS, on_rest, daemon);
      bus_withdraw (daemon->bus);
    }
  return G_SOURCE_CONTINUE;
}

static void
on_ledger (const LedgerNews *news, gpointer user_data)
{
  Daemon *daemon = user_data;

  if (daemon->station != NULL)
    station_note_ledger (daemon->station, news);
}

static void
configure_ledger (Ledger *ledger, LedgerAnchoring *anchoring, LedgerBirth *birth, const Configuration *configuration)
{
  const WebApiSettings web_api = settings_get_web_api (configuration);
  const CredentialFiles files
      = { .certificate = web_api.certificate_file, .key = web_api.key_file, .token_pin = web_api.token_pin_file };
  const LedgerAnchorSettings anchors = settings_get_anchors (configuration);

  ledger_birth_configure (birth, &files);
  ledger_set_origin (ledger, settings_get_ledger_origin (configuration));
  ledger_set_retention (ledger, settings_get_ledger_retention (configuration));
  ledger_anchoring_configure (anchoring, &anchors);
}

/* configure_ways: to the center. The Web API first: what it does no terminal has to, but at its own reader. */
static void
configure_ways (Daemon *daemon, const Configuration *configuration)
{
  const WebApiSettings web_api = settings_get_web_api (configuration);

  daemon->transport->is_unused = !settings_has_center (configuration);
  web_api_configure (daemon->transport, &web_api);
  terminals_configure (daemon->terminals, configuration);
}

static void
use_configuration (Daemon *daemon, Configuration *configuration)
{
  const StationSettings station = settings_get_station (configuration);

  code_catalogue_use_folder (settings_get_codes_folder (configuration));
  configure_ways (daemon, configuration);
  station_configure (daemon->station, &station);
  configure_ledger (daemon->ledger, daemon->anchoring, daemon->birth, configuration);
  metrics_configure (daemon->metrics, settings_get_metrics_file (configuration));
  bus_set_configuration (daemon->bus, configuration);
  configuration_free (daemon->configuration);
  daemon->configuration = configuration;
}

/* What is wrong is not taken, not even in part: the old configuration stays in force. */
static gboolean
on_reload (gpointer user_data)
{
  Daemon *daemon = user_data;
  g_autoptr (GError) error = NULL;
  Configuration *configuration;

  if (daemon->shutting_down)
    return G_SOURCE_CONTINUE;
  bus_note_reloading (daemon->bus);
  configuration = settings_load (daemon->path, &error);
  if (configuration != NULL)
    {
      use_configuration (daemon, configuration);
      log_write (LOG_NOTICE, SHIKAKU_MESSAGE_CONFIGURATION_RELOADED, NULL, "The configuration was read again");
      station_note_configuration (daemon->station, NULL);
      bus_note_ready (daemon->bus, "");
    }
  else
    {
      g_autofree char *status = g_strconcat ("The old configuration stays in force: ", error->message, NULL);

      log_write (LOG_ERR, SHIKAKU_MESSAGE_CONFIGURATION_INVALID, NULL, "%s", status);
      station_note_configuration (daemon->station, error->message);
      bus_note_ready (daemon->bus, status);
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_bus_lost (gpointer user_data)
{
  Daemon *daemon = user_data;

  daemon->exit_status = EXIT_FAILURE; /* so that the service manager starts it again */
  on_terminate (daemon);
  return G_SOURCE_REMOVE;
}

static void
on_ledger_denied (guint64 size, guint64 known, gpointer user_data)
{
  station_events_note_ledger (user_data, "rolled-back", size, SHIKAKU_ERROR_NONE);
}

/* PINs and answers must not be found in a core file or by a debugger of the same user. */
static void
forbid_dumps (void)
{
  const struct rlimit none = { 0, 0 };

  if (prctl (PR_SET_DUMPABLE, 0) != 0 || setrlimit (RLIMIT_CORE, &none) != 0)
    log_warning (NULL, "Core dumps could not be forbidden");
}

static gboolean
run (Daemon *daemon, GError **error)
{
  const Configuration *configuration = daemon->configuration; /* the first */
  const WebApiSettings web_api = settings_get_web_api (configuration);
  const StationSettings settings = settings_get_station (configuration);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autofree char *state_directory = settings_get_state_directory ();
  g_autoptr (Store) store = NULL, ledger_store = NULL; /* before their tenants: they go after them */
  g_autoptr (Ledger) ledger = NULL;
  g_autoptr (LedgerAnchoring) anchoring = NULL;
  g_autoptr (LedgerBirth) birth = NULL; /* it goes before the ledger */
  g_autoptr (Bus) bus = NULL;
  g_autoptr (Station) station = NULL;
  g_autoptr (Terminals) terminals = NULL;
  g_autoptr (ReaderMonitor) monitor = NULL;
  g_autoptr (Metrics) metrics = NULL;
  guint terminate, interrupt, reload;

  bus = bus_new (on_bus_lost, daemon, error);
  if (bus == NULL)
    return FALSE;
  code_catalogue_use_folder (settings_get_codes_folder (configuration));
  daemon->transport = web_api_new (&web_api);
  station = station_new (&settings, bus_get_agent_port (bus), bus_get_observer (), bus);
  daemon->transport->is_unused = !settings_has_center (configuration);
  station_add_transport (station, daemon->transport, NULL);
  store = store_new (state_directory);
  store_set_key_folder (store, settings_get_credentials_directory ());
  station_set_store (station, store);
  station_keep_way (station, store);
  ledger_store = store_new_ledger (state_directory);
  store_set_key_folder (ledger_store, settings_get_credentials_directory ());
  ledger = ledger_new (ledger_store);
  ledger_add_observer (ledger, on_ledger, daemon);
  anchoring = ledger_anchoring_new (ledger, on_ledger_denied, station);
  birth = ledger_birth_new (ledger);
  configure_ledger (ledger, anchoring, birth, configuration);
  station_set_ledger (station, ledger);
  station_set_anchoring (station, anchoring);
  bus_set_ledger (bus, ledger);
  daemon->anchoring = anchoring;
  daemon->ledger = ledger;
  daemon->birth = birth;
  daemon->loop = loop;
  daemon->bus = bus;
  daemon->station = station;
  if (!bus_publish (bus, station, error))
    return FALSE;
  bus_set_configuration (bus, configuration);
  daemon->terminals = terminals = terminals_new (station, state_directory);
  terminals_configure (terminals, configuration);
  monitor = reader_monitor_new (station_get_monitor_observer (), station);
  metrics = metrics_new (station, settings_get_metrics_file (configuration));
  daemon->metrics = metrics;
  station_set_monitor (station, monitor);
  outage_begin (station_get_outage (station));

  terminate = g_unix_signal_add (SIGTERM, on_terminate, daemon);
  interrupt = g_unix_signal_add (SIGINT, on_terminate, daemon);
  reload = g_unix_signal_add (SIGHUP, on_reload, daemon);
  g_main_loop_run (loop);
  bus_leave (bus);
  g_source_remove (terminate);
  g_source_remove (interrupt);
  g_source_remove (reload);
  daemon->station = NULL; /* it goes before the ledger, which may have news yet */
  return TRUE;
}

/* What is wrong with it has been said. Return: an exit status of sysexits(3). */
static int
refuse_configuration (void)
{
  log_write (LOG_ERR, SHIKAKU_MESSAGE_CONFIGURATION_INVALID, NULL, "The configuration is wrong");
  return EX_CONFIG; /* starting again would not help, and the unit knows it */
}

/* Return: an exit status. */
static int
check_configuration (const Configuration *configuration)
{
  if (!settings_check (configuration))
    return refuse_configuration ();
  g_print ("The configuration is in order.\n");
  return EXIT_SUCCESS;
}

/* Return: the exit status. */
static int
run_program (int argc, char *argv[])
{
  g_autofree char *config = NULL;
  gboolean version = FALSE, check = FALSE;
  const GOptionEntry entries[] = {
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &config, "Read FILE instead of " SHIKAKU_CONFIGURATION_FILE, "FILE" },
    { "check-config", 0, 0, G_OPTION_ARG_NONE, &check, "Check the configuration and its files, and exit", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version and exit", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  Daemon daemon = { .exit_status = EXIT_SUCCESS };

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_summary (context, "Online eligibility daemon: owns the card reader, answers on D-Bus.");
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc > 1)
    {
      g_printerr ("shikakud: %s\n", error != NULL ? error->message : "takes no arguments");
      return EXIT_FAILURE;
    }
  if (version)
    {
      g_print ("shikakud %s\n", SHIKAKU_VERSION);
      return EXIT_SUCCESS;
    }

  if (check)
    setlocale (LC_ALL, ""); /* for whoever reads it on a terminal; what serves has no use for a locale's tables */
  log_init ();
  forbid_dumps ();
  signal (SIGPIPE, SIG_IGN);
  mallopt (M_MMAP_THRESHOLD, HUGE);        /* else it grows with the greatest message, and such memory is kept */
  g_setenv ("GIO_USE_VFS", "local", TRUE); /* no file of ours is remote: spare the gvfs modules */

  if (check)
    log_ending ();
  daemon.path = config;
  daemon.configuration = settings_load (config, &error);
  if (daemon.configuration == NULL)
    {
      log_ending ();
      log_error (NULL, "%s", error->message);
      if (!check)
        bus_note_failure (error->message);
      return refuse_configuration ();
    }
  if (check)
    daemon.exit_status = check_configuration (daemon.configuration);
  else if (!run (&daemon, &error))
    {
      log_ending ();
      log_error (NULL, "%s", error->message);
      bus_note_failure (error->message);
      daemon.exit_status = EXIT_FAILURE;
    }
  configuration_free (daemon.configuration);
  return daemon.exit_status;
}

int
main (int argc, char *argv[])
{
  int status = run_program (argc, argv);

#ifndef __SANITIZE_ADDRESS__ /* it looks for leaks in exit() */
  /* A thread may still be in a token's module, from under which exit() would take what the module lives on. */
  fflush (NULL);
  quick_exit (status);
#endif
  return status;
}
