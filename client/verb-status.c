/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* status: the daemon, the center and the readers at one glance. */
#include <glib/gi18n.h>

#include "client/client.h"
#include "client/output.h"
#include "client/readers.h"
#include "client/words.h"

#define SOON_DAYS 90 /* what ends within them is shown, and what ends first in any case */

/* Each with its file: that is where a technician begins. */
static void
print_ends (GVariant *manager)
{
  g_autoptr (GVariant) expiries = g_variant_lookup_value (manager, "Expiries", G_VARIANT_TYPE ("aa{sv}"));
  GVariantIter iterator;
  GVariant *expiry;
  guint shown = 0;

  if (expiries == NULL)
    return;
  g_variant_iter_init (&iterator, expiries);
  while (g_variant_iter_loop (&iterator, "@a{sv}", &expiry))
    {
      const char *what = "", *source = "";
      g_autofree char *sentence = NULL, *line = NULL;
      gboolean replaced = FALSE;
      guint64 expires = 0;

      g_variant_lookup (expiry, "What", "&s", &what);
      g_variant_lookup (expiry, "Source", "&s", &source);
      g_variant_lookup (expiry, "Expires", "t", &expires);
      g_variant_lookup (expiry, "Replaced", "b", &replaced);
      if (replaced || (shown > 0 && words_count_days (expires) > SOON_DAYS))
        continue;
      sentence = words_end (what, expires, words_count_days (expires));
      line = g_strdup_printf ("%s (%s)", sentence, source);
      output_row (shown++ == 0 ? _ ("Expires next") : "", line);
    }
}

/* What is in use is not what was given last: a restart would take that. */
static void
print_settings (GVariant *manager)
{
  g_autoptr (GVariant) settings = g_variant_lookup_value (manager, "Settings", G_VARIANT_TYPE_VARDICT);
  const char *state = "", *reason = "";
  g_autofree char *line = NULL;

  if (settings == NULL || !g_variant_lookup (settings, "State", "&s", &state)
      || !g_variant_lookup (settings, "Reason", "&s", &reason))
    return;
  line = g_strdup_printf ("%s: %s", words_settings (state), reason);
  output_row (_ ("New settings"), line);
}

static void
print_status (GVariant *manager, GVariant *readers)
{
  const char *version = "", *center = "unknown", *cause = "";
  guint64 expires = 0;
  g_autofree char *date = NULL, *trouble = NULL;

  g_variant_lookup (manager, "DaemonVersion", "&s", &version);
  g_variant_lookup (manager, "Center", "&s", &center);
  g_variant_lookup (manager, "CenterCause", "&s", &cause);
  g_variant_lookup (manager, "CredentialExpires", "t", &expires);
  output_row (_ ("Daemon"), version);
  if (*cause != '\0')
    {
      trouble = g_strdup_printf ("%s (%s)", words_center (center), words_center_cause (cause));
      output_row (_ ("Center"), trouble);
      output_row ("", _ ("What is wrong, and what to do: shikakuctl diagnose"));
    }
  else
    output_row (_ ("Center"), words_center (center));
  if (expires > 0)
    {
      date = words_time (expires);
      output_row (_ ("Credential until"), date);
    }
  print_ends (manager);
  print_settings (manager);
  g_print ("\n");
  readers_print (readers);
}

static void
on_readers (Client *client, GVariant *readers)
{
  g_autoptr (GVariant) manager = client->state;

  client->state = NULL;
  if (client->json)
    {
      g_auto (GVariantDict) status = G_VARIANT_DICT_INIT (manager);
      g_autoptr (GVariant) value = NULL;

      g_variant_dict_insert_value (&status, "Readers", readers);
      value = g_variant_ref_sink (g_variant_dict_end (&status));
      output_json (value);
    }
  else
    print_status (manager, readers);
  client_quit (client, EXIT_CODE_OK);
}

static void
on_properties (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Client *client = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) properties = client_finish_call (source, result, &error);

  if (properties == NULL)
    {
      client_fail (client, error);
      return;
    }
  g_clear_pointer ((GVariant **)&client->state, g_variant_unref);
  client->state = g_steal_pointer (&properties);
  readers_load (client, on_readers);
}

static void
start (Client *client)
{
  client_call (client, SHIKAKU_OBJECT_PATH, "org.freedesktop.DBus.Properties", "GetAll",
               g_variant_new ("(s)", SHIKAKU_INTERFACE_MANAGER), CLIENT_CALL_SECONDS, on_properties, client);
}

const Verb verb_status = {
  .name = "status",
  .summary = N_ ("show the daemon, the center and the readers"),
  .start = start,
};
