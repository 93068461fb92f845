/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-decision: see the header. */
#include "client/ledger-decision.h"

#include <glib/gi18n.h>

#include "client/asserted.h"
#include "client/output.h"

static void
fail_naming_right (Client *client, const GError *error, const char *sentence)
{
  g_autofree char *name = NULL, *message = NULL;

  errors_split (error, &name, &message);
  if (errors_get_exit_code (name) == EXIT_CODE_NOT_AUTHORIZED)
    client_fail_saying (client, name, sentence);
  else
    client_fail (client, error);
}

void
ledger_fail_reading (Client *client, const GError *error)
{
  fail_naming_right (
      client, error,
      _ ("You may not do this. It needs the right to read the ledger (org.shikaku.ledger), which root has."));
}

static void
on_decided (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Client *client = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) place = client_finish_call (source, result, &error);
  g_autofree char *number = NULL, *line = NULL;

  if (place == NULL)
    {
      fail_naming_right (client, error,
                         _ ("You may not do this. It needs the right to manage (org.shikaku.manage), which root has."));
      return;
    }
  number = g_variant_print (place, FALSE);
  line = g_strdup_printf (_ ("This is in the ledger now, as entry %s."), number);
  if (client->json)
    output_json (place);
  else
    g_print ("%s\n", line);
  client_quit (client, EXIT_CODE_OK);
}

/* The reason is an argument of its own here. */
void
ledger_decide (Client *client, const char *method, GVariant *what, const char *reason)
{
  GVariantDict options = G_VARIANT_DICT_INIT (NULL);
  GVariantBuilder arguments = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_TUPLE);

  asserted_insert (&options);
  g_variant_dict_remove (&options, "Reason");
  g_variant_dict_remove (&options, "BreakGlass");
  if (what != NULL)
    g_variant_builder_add_value (&arguments, what);
  g_variant_builder_add (&arguments, "s", reason);
  g_variant_builder_add_value (&arguments, g_variant_dict_end (&options));
  client_call (client, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_LEDGER, method, g_variant_builder_end (&arguments),
               CLIENT_CALL_SECONDS, on_decided, client);
}
