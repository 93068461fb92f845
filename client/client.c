/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* client: connects a verb to the system bus, and ends it in order when the daemon goes or a signal comes. */
#include "client.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <stdio.h>

#include "client/output.h"

void
client_quit (Client *client, ExitCode code)
{
  if (!g_main_loop_is_running (client->loop))
    return;
  if (!client->concluded)
    client->exit_code = code;
  g_main_loop_quit (client->loop);
}

void
client_conclude (Client *client, ExitCode code, GVariant *value)
{
  if (client->concluded)
    return;
  client->concluded = TRUE;
  client->exit_code = code;
  if (client->json)
    output_json (value);
}

/* The sentence goes to people, the object to programs; the program does not yet end. */
static void
conclude_failure (Client *client, const char *name, const char *sentence)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) failure = NULL;

  if (client->concluded)
    return;
  g_variant_dict_insert (&dict, "Error", "s", name);
  g_variant_dict_insert (&dict, "ErrorMessage", "s", sentence);
  failure = g_variant_ref_sink (g_variant_dict_end (&dict));
  if (client->verb->notice != NULL)
    client->last_words = g_strdup (sentence);
  else
    output_error (sentence);
  client_conclude (client, errors_get_exit_code (name), failure);
}

/* News of the daemon, which the verb outlives. */
static void
tell_notice (Client *client, const char *sentence)
{
  if (client->verb->notice != NULL)
    client->verb->notice (client, sentence);
  else
    output_error (sentence);
}

void
client_fail_saying (Client *client, const char *name, const char *sentence)
{
  /* Its going is told, and waited for. The bus may refuse what reaches a daemon that has just given its name away. */
  if (client->verb->stays && (client->daemon == NULL || errors_get_exit_code (name) == EXIT_CODE_NO_DAEMON))
    return;
  conclude_failure (client, name, sentence);
  client_quit (client, errors_get_exit_code (name));
}

static void
fail_describing (Client *client, const char *name, const char *message)
{
  g_autofree char *sentence = errors_describe (name, message);

  client_fail_saying (client, name, sentence);
}

void
client_fail (Client *client, const GError *error)
{
  g_autofree char *name = NULL, *message = NULL;

  errors_split (error, &name, &message);
  fail_describing (client, name, message);
}

void
client_fail_with (Client *client, const char *name)
{
  fail_describing (client, name, name);
}

void
client_call (Client *client, const char *path, const char *interface, const char *method, GVariant *arguments,
             guint seconds, GAsyncReadyCallback callback, gpointer user_data)
{
  g_dbus_connection_call (client->connection, client->daemon != NULL ? client->daemon : SHIKAKU_BUS_NAME, path,
                          interface, method, arguments, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          client->verb->stays ? G_MAXINT : (gint)seconds * 1000, NULL, callback, user_data);
}

GVariant *
client_finish_call (GObject *source, GAsyncResult *result, GError **error)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, error);

  return reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
}

static void
on_pong (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Client *client = user_data;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);

  client->alive = reply != NULL;
}

/* Whoever stands still answers nothing: that is told apart from an answer that takes its time. */
static void
ask_for_life (Client *client)
{
  client->alive = FALSE;
  g_dbus_connection_call (client->connection, client->daemon, SHIKAKU_OBJECT_PATH, "org.freedesktop.DBus.Peer", "Ping",
                          NULL, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT, NULL, on_pong, client);
}

static gboolean
on_deadline (gpointer user_data)
{
  Client *client = user_data;
  g_autofree char *sentence = NULL;

  client->alarm = 0;
  if (client->daemon == NULL)
    {
      sentence = service_describe (client->service);
      client_fail_saying (client, "org.freedesktop.DBus.Error.ServiceUnknown", sentence);
    }
  else if (!client->alive && client->verb->stays)
    tell_notice (client, _ ("The daemon shikakud does not answer. Waiting for it."));
  else if (!client->alive)
    client_fail_with (client, "org.freedesktop.DBus.Error.NoReply");
  else if (!client->verb->stays && !client->verb->waits)
    client_fail_saying (
        client, SHIKAKU_ERROR_PREFIX "TimedOut",
        _ ("The daemon shikakud lives, but has no answer within 3 seconds: something that it asks keeps "
           "silent. Try again; your technician finds more with “journalctl -u shikakud”."));
  return G_SOURCE_REMOVE;
}

static void
set_deadline (Client *client)
{
  if (client->alarm == 0)
    client->alarm = g_timeout_add (CLIENT_DEADLINE_MILLISECONDS, on_deadline, client);
}

/* The daemon is away, and is known not to come. */
static void
on_told (const char *sentence, gboolean failed, gpointer user_data)
{
  Client *client = user_data;

  if (client->daemon != NULL)
    return;
  if (!client->verb->stays)
    client_fail_saying (client, "org.freedesktop.DBus.Error.ServiceUnknown", sentence);
  else if (failed)
    tell_notice (client, sentence);
}

static void
on_appeared (GDBusConnection *connection, const char *name, const char *owner, gpointer user_data)
{
  Client *client = user_data;

  g_free (client->daemon);
  client->daemon = g_strdup (owner);
  if (client->verb->stays)
    set_deadline (client);
  ask_for_life (client);
  client->verb->start (client);
}

static void
on_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  Client *client = user_data;
  gboolean was_there = client->daemon != NULL;

  g_clear_pointer (&client->daemon, g_free);
  if (was_there && client->verb->vanished != NULL)
    client->verb->vanished (client);
  if (client->verb->stays)
    {
      g_clear_handle_id (&client->alarm, g_source_remove);
      tell_notice (client, _ ("The daemon shikakud is not running. Waiting for it."));
    }
  else if (was_there)
    {
      client_fail_saying (client, "org.freedesktop.DBus.Error.NameHasNoOwner",
                          _ ("The daemon shikakud has stopped. Nothing was decided; try again."));
      return;
    }
  service_look (client->service, !was_there);
}

static void
on_closed (GDBusConnection *connection, gboolean remote_vanished, GError *error, gpointer user_data)
{
  Client *client = user_data;

  conclude_failure (
      client, "org.freedesktop.DBus.Error.Disconnected",
      _ ("The connection to the system bus was lost.")); /* also of a verb that stays: it does not come back */
  client_quit (client, EXIT_CODE_NO_DAEMON);
}

static gboolean
on_signal (gpointer user_data)
{
  Client *client = user_data;

  if (client->verb->stays)
    client_quit (client, EXIT_CODE_OK);
  else if (client->interrupted || client->verb->interrupt == NULL)
    client_fail_with (client, SHIKAKU_ERROR_PREFIX "Cancelled");
  else
    client->verb->interrupt (client);
  client->interrupted = TRUE;
  return G_SOURCE_CONTINUE;
}

ExitCode
client_run (Client *client)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
  g_autoptr (GError) error = NULL;
  guint watch;

  if (client->verb->alone != NULL && client->verb->alone (client))
    return client->exit_code;
  client->connection = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, &error);
  if (client->connection == NULL)
    {
      conclude_failure (client, "org.freedesktop.DBus.Error.NoServer",
                        _ ("The system bus (D-Bus) of this computer cannot be reached. Call your technician."));
      return client->exit_code;
    }
  g_dbus_connection_set_exit_on_close (client->connection, FALSE);
  g_signal_connect (client->connection, "closed", G_CALLBACK (on_closed), client);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_unix_signal_add (signals[i], on_signal, client);

  client->loop = g_main_loop_new (NULL, FALSE);
  client->service = service_new (client->connection, on_told, client);
  watch = g_bus_watch_name_on_connection (client->connection, SHIKAKU_BUS_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                          on_appeared, on_vanished, client, NULL);
  if (!client->verb->stays)
    set_deadline (client);
  g_main_loop_run (client->loop);

  if (client->verb->finish != NULL)
    client->verb->finish (client);
  if (client->last_words != NULL)
    output_error (client->last_words);
  g_clear_pointer (&client->last_words, g_free);
  g_clear_handle_id (&client->alarm, g_source_remove);
  g_bus_unwatch_name (watch);
  g_clear_pointer (&client->service, service_free);
  g_signal_handlers_disconnect_by_data (client->connection, client);
  g_clear_object (&client->connection);
  g_clear_pointer (&client->loop, g_main_loop_unref);
  g_clear_pointer (&client->daemon, g_free);
  if (fflush (stdout) != 0 || ferror (stdout))
    return client->exit_code == EXIT_CODE_OK ? EXIT_CODE_UNKNOWN : client->exit_code;
  return client->exit_code;
}
