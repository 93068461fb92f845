/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * events: what has happened at the desk, page by page from a number on; with --follow also what comes. In: the events
 * of the Manager. Out: a line each. A daemon that goes and comes back is asked for what was missed.
 */
#include <glib/gi18n.h>

#include "client/client.h"
#include "client/output.h"
#include "client/words.h"

#define PAGE 100
#define KIND_COLUMNS 17

typedef struct
{
  Client *client;
  guint subscription;
  gboolean is_caught_up; /* what is told from now on is new */
  guint64 last;          /* the number to ask after */
} Following;

static gint64 since;
static gboolean follow;

static const GOptionEntry options[] = {
  { "since", 0, 0, G_OPTION_ARG_INT64, &since, N_ ("Only events after this number"), N_ ("NUMBER") },
  { "follow", 0, 0, G_OPTION_ARG_NONE, &follow, N_ ("Go on with what happens, until Ctrl-C"), NULL },
  { NULL },
};

static void
print_event (Client *client, guint64 sequence, const char *kind, guint64 at, GVariant *details)
{
  g_autofree char *time = NULL, *column = NULL;
  g_autoptr (GString) line = NULL;
  GVariantIter iterator;
  const char *key;
  GVariant *value;

  if (client->json)
    {
      g_auto (GVariantDict) event = G_VARIANT_DICT_INIT (NULL);
      g_autoptr (GVariant) whole = NULL;

      g_variant_dict_insert (&event, "Sequence", "t", sequence);
      g_variant_dict_insert (&event, "Kind", "s", kind);
      g_variant_dict_insert (&event, "At", "t", at);
      g_variant_dict_insert_value (&event, "Details", details);
      whole = g_variant_ref_sink (g_variant_dict_end (&event));
      output_json (whole);
      return;
    }
  time = words_time (at);
  column = output_pad (kind, KIND_COLUMNS);
  line = g_string_new (NULL);
  g_variant_iter_init (&iterator, details);
  while (g_variant_iter_next (&iterator, "{&sv}", &key, &value))
    {
      g_autofree char *text = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
                                      || g_variant_is_of_type (value, G_VARIANT_TYPE_OBJECT_PATH)
                                  ? output_clean (g_variant_get_string (value, NULL))
                                  : g_variant_print (value, FALSE);

      g_string_append_printf (line, " %s=%s", key, text);
      g_variant_unref (value);
    }
  g_print ("%" G_GUINT64_FORMAT "  %s  %s%s\n", sequence, time, column, line->str);
}

static void
on_event (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *signal,
          GVariant *parameters, gpointer user_data)
{
  Following *following = user_data;
  g_autoptr (GVariant) details = NULL;
  guint64 sequence, at;
  const char *kind;

  if (!following->is_caught_up || !g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(tsta{sv})")))
    return;
  g_variant_get (parameters, "(t&st@a{sv})", &sequence, &kind, &at, &details);
  following->last = sequence;
  print_event (following->client, sequence, kind, at, details);
}

static void ask_page (Following *following);

/* print_page: Return: how many events were in it. */
static guint
print_page (Client *client, GVariant *events)
{
  GVariantIter iterator;
  guint64 sequence, at;
  const char *kind;
  GVariant *details;
  guint count = 0;

  g_variant_iter_init (&iterator, events);
  while (g_variant_iter_next (&iterator, "(t&st@a{sv})", &sequence, &kind, &at, &details))
    {
      print_event (client, sequence, kind, at, details);
      g_variant_unref (details);
      count++;
    }
  return count;
}

static void
on_page (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Following *following = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error),
                       events = NULL;

  if (reply == NULL)
    {
      client_fail (following->client, error);
      return;
    }
  g_variant_get (reply, "(t@a(tsta{sv}))", &following->last, &events);
  if (print_page (following->client, events) >= PAGE)
    ask_page (following);
  else if (follow)
    following->is_caught_up = TRUE;
  else
    client_quit (following->client, EXIT_CODE_OK);
}

static void
ask_page (Following *following)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "Limit", g_variant_new_uint32 (PAGE));
  client_call (following->client, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "GetEventsSince",
               g_variant_new ("(ta{sv})", following->last, &builder), CLIENT_CALL_SECONDS, on_page, following);
}

static void
on_subscribed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Following *following = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) sequence = client_finish_call (source, result, &error);

  if (sequence == NULL)
    client_fail (following->client, error);
  else
    ask_page (following);
}

static void
subscribe (Following *following)
{
  GVariantBuilder kinds;

  g_variant_builder_init (&kinds, G_VARIANT_TYPE_STRING_ARRAY);
#define ADD_KIND(suffix, kind) g_variant_builder_add (&kinds, "s", kind);
  SHIKAKU_EVENT_KINDS (ADD_KIND)
#undef ADD_KIND
  client_call (following->client, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "Subscribe",
               g_variant_new ("(asa{sv})", &kinds, NULL), CLIENT_CALL_SECONDS, on_subscribed, following);
}

static void
vanished (Client *client)
{
  ((Following *)client->state)->is_caught_up = FALSE;
}

static void
finish (Client *client)
{
  g_autofree Following *following = client->state;

  if (following != NULL && following->subscription != 0)
    g_dbus_connection_signal_unsubscribe (client->connection, following->subscription);
}

static void start (Client *client);

/* What it has become once there was a daemon, with --follow. */
static const Verb verb_following = {
  .name = "events",
  .summary = N_ ("print what has happened, and with --follow what happens"),
  .options = options,
  .stays = TRUE,
  .start = start,
  .vanished = vanished,
  .finish = finish,
};

static void
start (Client *client)
{
  Following *following = client->state;

  if (following == NULL)
    {
      following = client->state = g_new0 (Following, 1);
      following->client = client;
      following->last = (guint64)since;
      if (follow)
        {
          client->verb = &verb_following;
          following->subscription = g_dbus_connection_signal_subscribe (
              client->connection, SHIKAKU_BUS_NAME, SHIKAKU_INTERFACE_MANAGER, "Event", SHIKAKU_OBJECT_PATH, NULL,
              G_DBUS_SIGNAL_FLAGS_NONE, on_event, following, NULL);
        }
    }
  if (follow)
    subscribe (following);
  else
    ask_page (following);
}

static char *
check (void)
{
  return since < 0 ? g_strdup (_ ("--since takes a number, 0 or more")) : NULL;
}

const Verb verb_events = {
  .name = "events",
  .summary = N_ ("print what has happened, and with --follow what happens"),
  .options = options,
  .check = check,
  .start = start,
  .finish = finish,
};
