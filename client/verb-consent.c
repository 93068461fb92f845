/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* consent: what a patient has agreed to is taken back, by the number of its receipt. */
#include <glib/gi18n.h>

#include "client/client.h"
#include "client/errors.h"
#include "client/output.h"

/* print: @outcome: of Manager.WithdrawConsent: where it was withdrawn. */
static void
print (GVariant *outcome)
{
  const char *where = "";
  guint64 until = 0;
  g_autoptr (GDateTime) end = NULL;
  g_autofree char *text = NULL;

  g_variant_lookup (outcome, "Where", "&s", &where);
  if (g_str_equal (where, "center"))
    {
      g_print ("%s\n", _ ("Withdrawn, here and at the center."));
      return;
    }
  g_variant_lookup (outcome, "Until", "t", &until);
  end = g_date_time_new_from_unix_local ((gint64)(until / G_USEC_PER_SEC));
  text = end != NULL ? g_date_time_format (end, "%F %R") : NULL;
  g_print (_ ("Withdrawn: nothing is given out here any more. At the center it lapses at %s.\n"),
           text != NULL ? text : "?");
}

static void
on_withdrawn (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Client *client = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) outcome = client_finish_call (source, result, &error);

  if (outcome == NULL)
    {
      client_fail (client, error);
      return;
    }
  if (client->json)
    output_json (outcome);
  else
    print (outcome);
  client_quit (client, EXIT_CODE_OK);
}

static void
start (Client *client)
{
  client_call (client, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_MANAGER, "WithdrawConsent",
               g_variant_new ("(s)", client->argument), CLIENT_CALL_SECONDS, on_withdrawn, client);
}

static const char *const words[] = { "withdraw", NULL };

const Verb verb_consent = {
  .name = "consent",
  .summary = N_ ("take back what a patient has agreed to"),
  .words = words,
  .argued = words,
  .start = start,
};
