/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* outages: how many questions wait until the center is back; with --drop, none any more. */
#include <glib/gi18n.h>

#include "client/client.h"
#include "client/errors.h"
#include "client/output.h"

static gboolean drop;

static const GOptionEntry options[] = {
  { "drop", 0, 0, G_OPTION_ARG_NONE, &drop, N_ ("Give up what waits; this needs the right to manage"), NULL },
  { NULL },
};

static void
print_number (Client *client, const char *key, guint number)
{
  GVariantDict answer = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) value = NULL;

  g_variant_dict_insert (&answer, key, "u", number);
  value = g_variant_ref_sink (g_variant_dict_end (&answer));
  if (client->json)
    output_json (value);
  else if (drop)
    g_print (_ ("Given up: %u\n"), number);
  else
    g_print (_ ("Questions that wait until the center is back: %u\n"), number);
  client_quit (client, EXIT_CODE_OK);
}

static void
on_queued (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Client *client = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) properties = client_finish_call (source, result, &error);
  guint32 queued = 0;

  if (properties == NULL)
    {
      client_fail (client, error);
      return;
    }
  g_variant_lookup (properties, "Queued", "u", &queued);
  print_number (client, "Queued", queued);
}

/* The sentence of other verbs would send people to a group that may not do this either. */
static void
on_dropped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Client *client = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) dropped = client_finish_call (source, result, &error);
  g_autofree char *name = NULL, *message = NULL;

  if (dropped != NULL)
    {
      print_number (client, "Dropped", g_variant_get_uint32 (dropped));
      return;
    }
  errors_split (error, &name, &message);
  if (errors_get_exit_code (name) != EXIT_CODE_NOT_AUTHORIZED)
    client_fail (client, error);
  else
    client_fail_saying (client, name,
                        _ ("You may not do this. It needs the right to manage (org.shikaku.manage), which root has."));
}

static void
start (Client *client)
{
  if (drop)
    client_call (client, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "DropQueued", NULL, CLIENT_CALL_SECONDS,
                 on_dropped, client);
  else
    client_call (client, SHIKAKU_OBJECT_PATH, "org.freedesktop.DBus.Properties", "GetAll",
                 g_variant_new ("(s)", SHIKAKU_INTERFACE_MANAGER), CLIENT_CALL_SECONDS, on_queued, client);
}

const Verb verb_outages = {
  .name = "outages",
  .summary = N_ ("show how many questions wait until the center is back, or give them up"),
  .options = options,
  .start = start,
};
