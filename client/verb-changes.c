/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* changes: what is kept of people to tell changes by: it can be erased, and not shown. */
#include <glib/gi18n.h>

#include "client/client.h"
#include "client/errors.h"
#include "client/output.h"

static void
on_purged (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Client *client = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) people = client_finish_call (source, result, &error);
  g_autofree char *name = NULL, *message = NULL;

  if (people != NULL)
    {
      g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, g_variant_get_uint64 (people));

      if (client->json)
        output_json (people);
      else
        g_print (_ ("Erased. People that were known: %s\n"), number);
      client_quit (client, EXIT_CODE_OK);
      return;
    }
  errors_split (error, &name, &message);
  if (errors_get_exit_code (name) == EXIT_CODE_NOT_AUTHORIZED)
    client_fail_saying (client, name,
                        _ ("You may not do this. It needs the right to manage (org.shikaku.manage), which root has."));
  else
    client_fail (client, error);
}

static void
start (Client *client)
{
  client_call (client, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "PurgeChanges", NULL, CLIENT_CALL_SECONDS,
               on_purged, client);
}

static const char *const words[] = { "purge", NULL };

const Verb verb_changes = {
  .name = "changes",
  .summary = N_ ("erase what is kept of people to tell changes by"),
  .words = words,
  .start = start,
};
