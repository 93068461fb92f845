/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * agent: stays at the patient's terminal and answers for one reader until Ctrl-C.
 *
 * What it serves may not be there yet, or go away (the daemon, the reader): it waits, and registers when it comes.
 */
#include <glib/gi18n.h>

#include "client/agent.h"
#include "client/client.h"
#include "client/readers.h"

static char *option_reader;
static char **option_capabilities;

static const GOptionEntry options[] = {
  { "reader", 0, 0, G_OPTION_ARG_STRING, &option_reader, N_ ("Reader: its number, name or object path"),
    N_ ("READER") },
  { "capability", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_capabilities, N_ ("Serve only this; several times"),
    N_ ("CAPABILITY") },
  { NULL },
};

static const VerbValues values[] = { { "capability", agent_capabilities }, { NULL, NULL } };

typedef struct
{
  Client *client;
  Terminal *terminal;
  Agent *agent;
  char *reader;
  guint subscription; /* InterfacesAdded */
  gboolean registered, registering;
  gboolean reader_came; /* meanwhile */
  guint daemons;        /* that were there: what one was asked, the next does not answer */
} AgentService;

typedef struct
{
  AgentService *service;
  guint daemon;
} Attempt;

static char *
check_options (void)
{
  for (char **capability = option_capabilities; capability != NULL && *capability != NULL; capability++)
    if (!g_strv_contains (agent_capabilities, *capability))
      return g_strdup_printf (_ ("There is no capability “%s”."), *capability);
  return NULL;
}

static void
wait_for_reader (AgentService *service)
{
  g_printerr ("%s\n", _ ("The reader is not there. Waiting for it."));
}

static void begin_registration (AgentService *service);

static void
on_registered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Attempt *attempt = user_data;
  AgentService *service = attempt->service;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autofree char *name = NULL, *message = NULL;

  if (attempt->daemon != service->daemons)
    return;
  service->registering = FALSE;
  service->registered = reply != NULL;
  if (reply != NULL)
    {
      g_printerr ("%s\n", _ ("Ready. Questions to the patient appear here; Ctrl-C ends."));
      return;
    }
  errors_split (error, &name, &message);
  if (errors_get_exit_code (name) == EXIT_CODE_READER && service->reader_came)
    begin_registration (service);
  else if (errors_get_exit_code (name) == EXIT_CODE_READER)
    wait_for_reader (service);
  else
    agent_fail (service->agent, service->reader, error);
}

static void
register_agent (AgentService *service)
{
  const char *const *capabilities
      = option_capabilities != NULL ? (const char *const *)option_capabilities : agent_capabilities;
  const Attempt attempt = { service, service->daemons };

  agent_register (service->agent, service->reader, capabilities, on_registered, g_memdup2 (&attempt, sizeof attempt));
}

static void
on_reader (Client *client, gboolean found, const char *path)
{
  AgentService *service = client->state;

  g_free (service->reader);
  service->reader = g_strdup (path);
  if (found)
    {
      register_agent (service);
      return;
    }
  service->registering = FALSE;
  wait_for_reader (service);
}

static void
begin_registration (AgentService *service)
{
  if (service->registered || service->registering || service->client->daemon == NULL)
    return;
  service->registering = TRUE;
  service->reader_came = FALSE;
  readers_choose (service->client, option_reader, on_reader);
}

static void
on_reader_added (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
                 const char *signal, GVariant *parameters, gpointer user_data)
{
  AgentService *service = user_data;

  service->reader_came = TRUE;
  begin_registration (service);
}

/*
 * The reader has gone, the daemon is being stopped, or this program did not answer in time (it was stopped): why is not
 * said, but registering again tells.
 */
static void
on_released (gpointer user_data)
{
  AgentService *service = user_data;

  service->registered = FALSE;
  begin_registration (service);
}

static void
start (Client *client)
{
  AgentService *service = client->state;

  if (service == NULL)
    {
      service = client->state = g_new0 (AgentService, 1);
      service->client = client;
      service->terminal = terminal_new ();
      service->agent = agent_new (client, service->terminal, NULL, on_released, service);
      service->subscription = g_dbus_connection_signal_subscribe (
          client->connection, SHIKAKU_BUS_NAME, "org.freedesktop.DBus.ObjectManager", "InterfacesAdded",
          SHIKAKU_READER_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_reader_added, service, NULL);
    }
  begin_registration (service);
}

static void
vanished (Client *client)
{
  AgentService *service = client->state;

  service->registered = service->registering = FALSE;
  service->daemons++;
  agent_withdraw (service->agent);
}

static void
finish (Client *client)
{
  g_autofree AgentService *service = client->state;

  if (service == NULL)
    return;
  agent_free (service->agent);
  terminal_free (service->terminal);
  g_dbus_connection_signal_unsubscribe (client->connection, service->subscription);
  g_free (service->reader);
}

const Verb verb_agent = {
  .name = "agent",
  .summary = N_ ("stay at the patient's terminal: ask for PINs and consents"),
  .options = options,
  .values = values,
  .stays = TRUE,
  .check = check_options,
  .start = start,
  .vanished = vanished,
  .finish = finish,
};
