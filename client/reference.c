/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reference: see the header. */
#include "client/reference.h"

#include <glib/gi18n.h>

#include "client/errors.h"
#include "client/output.h"

#define REGISTER_SECONDS 30 /* the daemon's own deadline is shorter */

typedef struct
{
  ReferenceDone done;
  gpointer user_data;
} Registration;

static void
on_registered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Registration *registration = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) outcome = NULL;
  g_autofree char *name = NULL, *message = NULL;

  g_variant_dict_insert (&dict, "Registered", "b", reply != NULL);
  if (error != NULL)
    {
      errors_split (error, &name, &message);
      g_variant_dict_insert (&dict, "Error", "s", name);
      g_variant_dict_insert (&dict, "ErrorMessage", "s", message);
    }
  outcome = g_variant_ref_sink (g_variant_dict_end (&dict));
  registration->done (outcome, registration->user_data);
}

void
reference_register (Client *client, Visit *visit, const char *number, guint insurance, ReferenceDone done,
                    gpointer user_data)
{
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);
  Registration *registration = g_new (Registration, 1);

  *registration = (Registration){ done, user_data };
  if (insurance > 0)
    g_variant_dict_insert (&options, "Insurance", "u", insurance - 1);
  client_call (client, visit_get_path (visit), SHIKAKU_INTERFACE_VISIT, "RegisterReferenceNumber",
               g_variant_new ("(s@a{sv})", number, g_variant_dict_end (&options)), REGISTER_SECONDS, on_registered,
               registration);
}

/* The daemon's own sentence is for programmers; these are for the desk. */
static const char *
choose_sentence (const char *error)
{
  static const struct
  {
    const char *error, *sentence;
  } sentences[] = {
    { SHIKAKU_ERROR_PREFIX "NotFound", N_ ("the center finds nobody by the numbers of this insurance") },
    { SHIKAKU_ERROR_PREFIX "InvalidOption",
      N_ ("it is no number of 1 to 50 characters, or the answer has several insurances: say which with --insurance") },
    { SHIKAKU_ERROR_PREFIX "InvalidState", N_ ("the answer is not eligible") },
    { SHIKAKU_ERROR_PREFIX "CenterRefused",
      N_ ("the center refused it: several people have these numbers, or the number is another patient's") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (sentences); i++)
    if (g_str_equal (error, sentences[i].error))
      return _ (sentences[i].sentence);
  return NULL;
}

void
reference_print (GVariant *outcome)
{
  gboolean registered = FALSE;
  const char *error = "", *message = "", *sentence;
  g_autofree char *clean = NULL;

  g_variant_lookup (outcome, "Registered", "b", &registered);
  if (registered)
    {
      g_printerr ("%s\n", _ ("The reference number is registered."));
      return;
    }
  g_variant_lookup (outcome, "Error", "&s", &error);
  g_variant_lookup (outcome, "ErrorMessage", "&s", &message);
  sentence = choose_sentence (error);
  clean = output_clean (sentence != NULL ? sentence : message);
  g_printerr ("%s: %s\n", _ ("The reference number was not registered"), clean);
}
