/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * arrivals: what waits at the terminals of this desk, and what comes; without names. In: events of the Manager. Out: a
 * line each, with what "claim" needs to say which one is meant.
 */
#include <glib/gi18n.h>

#include "client/client.h"
#include "client/output.h"
#include "client/readers.h"
#include "client/words.h"

#define TIME_COLUMNS 22
#define NAME_COLUMNS 16

typedef struct
{
  Client *client;
  guint subscription;
  GHashTable *names; /* path of a terminal → its name */
  GHashTable *told;  /* ids: one may be told twice */
  guint pending;     /* terminals that are not watched yet */
} Arrivals;

static char *option_reader;
static gboolean option_now;

static const GOptionEntry options[] = {
  { "reader", 0, 0, G_OPTION_ARG_STRING, &option_reader, N_ ("Only this terminal: its number, name or object path"),
    N_ ("READER") },
  { "now", 0, 0, G_OPTION_ARG_NONE, &option_now, N_ ("Only what waits now"), NULL },
  { NULL },
};

static void
print_arrival (Arrivals *arrivals, GVariant *details)
{
  g_autofree char *time = NULL, *padded = NULL, *name = NULL;
  const char *id = "", *reader = "", *known;
  guint64 at = 0;

  g_variant_lookup (details, "Arrival", "&s", &id);
  g_variant_lookup (details, "Reader", "&o", &reader);
  g_variant_lookup (details, "At", "t", &at);
  known = g_hash_table_lookup (arrivals->names, reader);
  if (known == NULL || !g_hash_table_add (arrivals->told, g_strdup (id)))
    return;
  if (arrivals->client->json)
    {
      output_json (details);
      return;
    }
  time = words_time (at);
  padded = output_pad (time, TIME_COLUMNS);
  name = output_pad (known, NAME_COLUMNS);
  g_print ("%s%s%s\n", padded, name, id);
}

static void
on_event (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *signal,
          GVariant *parameters, gpointer user_data)
{
  g_autoptr (GVariant) details = NULL;
  const char *kind;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(tsta{sv})")))
    return;
  g_variant_get (parameters, "(t&st@a{sv})", NULL, &kind, NULL, &details);
  if (g_str_equal (kind, "visit-arrived"))
    print_arrival (user_data, details);
}

/* What waits was sent before this answer. */
static void
on_caught_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Arrivals *arrivals = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) visits = client_finish_call (source, result, &error);

  if (visits == NULL)
    client_fail (arrivals->client, error);
  else
    client_quit (arrivals->client, EXIT_CODE_OK);
}

static void
on_watched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Arrivals *arrivals = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply == NULL)
    client_fail (arrivals->client, error);
  else if (--arrivals->pending == 0 && option_now)
    client_call (arrivals->client, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "GetVisits", NULL,
                 CLIENT_CALL_SECONDS, on_caught_up, arrivals);
}

/* is_wanted: whether @reader is a terminal, and the one that was named. */
static gboolean
is_wanted (GVariant *reader, const char **ret_path, const char **ret_name)
{
  const char *kind = "";

  g_variant_lookup (reader, "Kind", "&s", &kind);
  return g_str_equal (kind, "terminal") && g_variant_lookup (reader, "Path", "&o", ret_path)
         && g_variant_lookup (reader, "Name", "&s", ret_name)
         && (option_reader == NULL || g_str_equal (option_reader, *ret_name) || g_str_equal (option_reader, *ret_path)
             || g_str_equal (option_reader, readers_get_number (*ret_path)));
}

static void
on_readers (Client *client, GVariant *readers)
{
  Arrivals *arrivals = client->state;
  GVariantIter iterator;
  GVariant *reader;

  if (readers == NULL)
    return;
  g_variant_iter_init (&iterator, readers);
  while ((reader = g_variant_iter_next_value (&iterator)) != NULL)
    {
      const char *path = NULL, *name = NULL;

      if (is_wanted (reader, &path, &name))
        {
          g_hash_table_insert (arrivals->names, g_strdup (path), g_strdup (name));
          arrivals->pending++;
          client_call (client, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "WatchStation",
                       g_variant_new ("(oa{sv})", path, NULL), CLIENT_CALL_SECONDS, on_watched, arrivals);
        }
      g_variant_unref (reader);
    }
  if (arrivals->pending == 0)
    client_fail_saying (client, SHIKAKU_ERROR_PREFIX "NoReader", _ ("There is no such terminal at this desk."));
}

static void
vanished (Client *client)
{
  g_hash_table_remove_all (((Arrivals *)client->state)->names);
}

static void
finish (Client *client)
{
  g_autofree Arrivals *arrivals = client->state;

  if (arrivals == NULL)
    return;
  g_dbus_connection_signal_unsubscribe (client->connection, arrivals->subscription);
  g_hash_table_unref (arrivals->names);
  g_hash_table_unref (arrivals->told);
}

static void start (Client *client);

/* What it has become once there was a daemon, without --now. */
static const Verb verb_staying = {
  .name = "arrivals",
  .summary = N_ ("list what the terminal has brought, without names"),
  .options = options,
  .stays = TRUE,
  .start = start,
  .vanished = vanished,
  .finish = finish,
};

static void
start (Client *client)
{
  Arrivals *arrivals = client->state;

  if (arrivals == NULL)
    {
      arrivals = client->state = g_new0 (Arrivals, 1);
      arrivals->client = client;
      arrivals->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      arrivals->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      arrivals->subscription = g_dbus_connection_signal_subscribe (
          client->connection, SHIKAKU_BUS_NAME, SHIKAKU_INTERFACE_MANAGER, "Event", SHIKAKU_OBJECT_PATH, NULL,
          G_DBUS_SIGNAL_FLAGS_NONE, on_event, arrivals, NULL);
      if (!option_now)
        client->verb = &verb_staying;
    }
  arrivals->pending = 0;
  readers_load (client, on_readers);
}

const Verb verb_arrivals = {
  .name = "arrivals",
  .summary = N_ ("list what the terminal has brought, without names"),
  .options = options,
  .start = start,
  .finish = finish,
};
