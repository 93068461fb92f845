/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* watch: one line for each change of the readers, the cards and the center, and for what ends soon, until Ctrl-C. */
#include <glib/gi18n.h>
#include <stdio.h>

#include "client/client.h"
#include "client/output.h"
#include "client/readers.h"
#include "client/words.h"

typedef struct
{
  Client *client;
  guint added, removed, changed, expiry;
} Watch;

/* One line, or one JSON object: what changed, at which object, and its properties. */
static void
print_event (Client *client, const char *event, const char *path, GVariant *properties, const char *sentence)
{
  if (client->json)
    {
      g_auto (GVariantDict) line = G_VARIANT_DICT_INIT (properties);
      g_autoptr (GVariant) value = NULL;

      g_variant_dict_insert (&line, "Event", "s", event);
      g_variant_dict_insert (&line, "Path", "o", path);
      g_variant_dict_insert (&line, "At", "t", (guint64)g_get_real_time ());
      value = g_variant_ref_sink (g_variant_dict_end (&line));
      output_json (value);
    }
  else
    {
      g_autoptr (GDateTime) now = g_date_time_new_now_local ();
      g_autofree char *time = g_date_time_format (now, "%H:%M:%S  ");
      output_hanging (time, sentence);
    }
  if (ferror (stdout))
    client_quit (client, EXIT_CODE_OK); /* nobody reads on */
}

/* Return: (transfer full), or NULL for a change that nobody at the desk has to know. */
static char *
describe_reader_change (const char *number, GVariant *changes)
{
  g_autofree const char **agent = NULL;
  gboolean value;

  if (g_variant_lookup (changes, "CardPresent", "b", &value))
    return g_strdup_printf (value ? _ ("reader %s: card put in") : _ ("reader %s: card taken out"), number);
  if (g_variant_lookup (changes, "InUse", "b", &value))
    return g_strdup_printf (value ? _ ("reader %s: a check has begun") : _ ("reader %s: the check has ended"), number);
  if (g_variant_lookup (changes, "Served", "b", &value) && value)
    return g_strdup_printf (_ ("reader %s: card read; it has to be taken out before the next check"), number);
  if (g_variant_lookup (changes, "Agent", "^a&s", &agent))
    return g_strdup_printf (*agent != NULL ? _ ("reader %s: patient terminal ready")
                                           : _ ("reader %s: no patient terminal any more"),
                            number);
  return NULL;
}

static void
tell_reader_change (Client *client, const char *path, GVariant *changes)
{
  g_autofree char *sentence = describe_reader_change (readers_get_number (path), changes);

  if (sentence != NULL || client->json)
    print_event (client, "ReaderChanged", path, changes, sentence);
}

static void
on_changed (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
            const char *signal, GVariant *parameters, gpointer user_data)
{
  Watch *watch = user_data;
  g_autoptr (GVariant) changes = NULL;
  g_autofree char *sentence = NULL;
  const char *changed_interface, *center;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;
  g_variant_get (parameters, "(&s@a{sv}@as)", &changed_interface, &changes, NULL);
  if (g_str_equal (changed_interface, SHIKAKU_INTERFACE_READER))
    tell_reader_change (watch->client, path, changes);
  else if (g_str_equal (changed_interface, SHIKAKU_INTERFACE_MANAGER)
           && g_variant_lookup (changes, "Center", "&s", &center))
    {
      sentence = g_strdup_printf (_ ("center: %s"), words_center (center));
      print_event (watch->client, "CenterChanged", path, changes, sentence);
    }
}

static void
on_added (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *signal,
          GVariant *parameters, gpointer user_data)
{
  Watch *watch = user_data;
  g_autoptr (GVariant) interfaces = NULL, properties = NULL;
  g_autofree char *sentence = NULL;
  const char *reader, *name = "";

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(oa{sa{sv}})")))
    return;
  g_variant_get (parameters, "(&o@a{sa{sv}})", &reader, &interfaces);
  if (!g_variant_lookup (interfaces, SHIKAKU_INTERFACE_READER, "@a{sv}", &properties))
    return;
  g_variant_lookup (properties, "Name", "&s", &name);
  sentence = g_strdup_printf (_ ("reader %s: connected (%s)"), readers_get_number (reader), name);
  print_event (watch->client, "ReaderAdded", reader, properties, sentence);
}

static void
on_removed (GDBusConnection *connection, const char *sender, const char *path, const char *interface,
            const char *signal, GVariant *parameters, gpointer user_data)
{
  Watch *watch = user_data;
  g_autofree char *sentence = NULL;
  const char *reader;

  if (!g_str_equal (path, SHIKAKU_READER_PATH) || !g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(oas)")))
    return;
  g_variant_get (parameters, "(&o@as)", &reader, NULL);
  sentence = g_strdup_printf (_ ("reader %s: disconnected"), readers_get_number (reader));
  print_event (watch->client, "ReaderRemoved", reader, NULL, sentence);
}

static void
on_expiry (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *signal,
           GVariant *parameters, gpointer user_data)
{
  Watch *watch = user_data;
  g_auto (GVariantDict) properties = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) details = NULL, value = NULL;
  g_autofree char *sentence = NULL, *line = NULL;
  const char *what, *source = "";
  guint64 expires;
  int days;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(stia{sv})")))
    return;
  g_variant_get (parameters, "(&sti@a{sv})", &what, &expires, &days, &details);
  g_variant_lookup (details, "Source", "&s", &source);
  g_variant_dict_insert (&properties, "What", "s", what);
  g_variant_dict_insert (&properties, "Expires", "t", expires);
  g_variant_dict_insert (&properties, "Days", "i", days);
  g_variant_dict_insert (&properties, "Source", "s", source);
  value = g_variant_ref_sink (g_variant_dict_end (&properties));
  sentence = words_end (what, expires, days);
  line = g_strdup_printf ("%s (%s)", sentence, source);
  print_event (watch->client, "ExpiryWarning", path, value, line);
}

/* Whoever reads that the daemon is running shall miss nothing from then on: the bus takes what it is told in order. */
static void
wait_subscribed (Client *client)
{
  GVariant *reply = g_dbus_connection_call_sync (client->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                                 "org.freedesktop.DBus.Peer", "Ping", NULL, NULL,
                                                 G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);

  g_clear_pointer (&reply, g_variant_unref);
}

static void
start (Client *client)
{
  Watch *watch = client->state;

  if (watch == NULL)
    {
      watch = client->state = g_new0 (Watch, 1);
      watch->client = client;
      watch->added = g_dbus_connection_signal_subscribe (client->connection, SHIKAKU_BUS_NAME,
                                                         "org.freedesktop.DBus.ObjectManager", "InterfacesAdded", NULL,
                                                         NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_added, watch, NULL);
      watch->removed = g_dbus_connection_signal_subscribe (
          client->connection, SHIKAKU_BUS_NAME, "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved", NULL, NULL,
          G_DBUS_SIGNAL_FLAGS_NONE, on_removed, watch, NULL);
      watch->changed = g_dbus_connection_signal_subscribe (client->connection, SHIKAKU_BUS_NAME,
                                                           "org.freedesktop.DBus.Properties", "PropertiesChanged", NULL,
                                                           NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_changed, watch, NULL);
      watch->expiry = g_dbus_connection_signal_subscribe (client->connection, SHIKAKU_BUS_NAME,
                                                          SHIKAKU_INTERFACE_MANAGER, "ExpiryWarning", NULL, NULL,
                                                          G_DBUS_SIGNAL_FLAGS_NONE, on_expiry, watch, NULL);
      wait_subscribed (client);
    }
  print_event (client, "DaemonAppeared", SHIKAKU_OBJECT_PATH, NULL, _ ("daemon: running"));
}

static void
vanished (Client *client)
{
  print_event (client, "DaemonVanished", SHIKAKU_OBJECT_PATH, NULL, _ ("daemon: stopped"));
}

static void
finish (Client *client)
{
  g_autofree Watch *watch = client->state;

  if (watch == NULL)
    return;
  g_dbus_connection_signal_unsubscribe (client->connection, watch->added);
  g_dbus_connection_signal_unsubscribe (client->connection, watch->removed);
  g_dbus_connection_signal_unsubscribe (client->connection, watch->changed);
  g_dbus_connection_signal_unsubscribe (client->connection, watch->expiry);
}

const Verb verb_watch = {
  .name = "watch",
  .summary = N_ ("print each change of the readers and the center, and what expires soon"),
  .stays = TRUE,
  .start = start,
  .vanished = vanished,
  .finish = finish,
};
