/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* disclosures: see the header. */
#include "client/disclosures.h"

#include <glib/gi18n.h>

#include "client/asserted.h"
#include "client/output.h"
#include "client/words.h"

typedef struct
{
  Client *client;
  Visit *visit;
  GVariantBuilder *entries;
  DisclosuresDone done;
  gpointer user_data;
} Listing;

static const struct
{
  const char *kind, *word;
} kinds[] = {
  { "check", N_ ("insurance checked") },
  { "consent", N_ ("consent asked") },
  { "registration", N_ ("consent registered") },
  { "withdrawal", N_ ("consent withdrawn") },
  { "disclosure", N_ ("records shown") },
  { "fetch-end", N_ ("records asked, none shown") },
  { "refusal", N_ ("refused") },
  { "break-glass", N_ ("emergency") },
  { "handover", N_ ("handed to another program") },
  { "objection", N_ ("objection") },
};

static void
end (Listing *listing, GError *error)
{
  g_autofree char *name = NULL, *message = NULL, *sentence = NULL;
  g_autoptr (GVariant) entries = g_variant_ref_sink (g_variant_builder_end (listing->entries));

  if (error != NULL)
    {
      errors_split (error, &name, &message);
      sentence = errors_describe (name, message);
      output_error (sentence);
    }
  listing->done (error == NULL ? entries : NULL, name, listing->user_data);
  g_variant_builder_unref (listing->entries);
  g_free (listing);
}

static void ask_page (Listing *listing, guint64 first);

static void
on_page (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Listing *listing = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) page = NULL;
  guint64 next = 0;
  gsize n = 0;

  if (reply != NULL && g_variant_is_of_type (reply, G_VARIANT_TYPE ("(taa{sv})")))
    {
      g_variant_get (reply, "(t@aa{sv})", &next, &page);
      n = g_variant_n_children (page);
    }
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (page, i);

      g_variant_builder_add_value (listing->entries, entry);
    }
  if (n > 0)
    ask_page (listing, next);
  else
    end (listing, error);
}

static void
ask_page (Listing *listing, guint64 first)
{
  client_call (listing->client, visit_get_path (listing->visit), SHIKAKU_INTERFACE_VISIT, "GetDisclosures",
               g_variant_new ("(t)", first), CLIENT_CALL_SECONDS, on_page, listing);
}

static Listing *
new_listing (Client *client, Visit *visit, DisclosuresDone done, gpointer user_data)
{
  Listing *listing = g_new (Listing, 1);

  *listing = (Listing){ client, visit, g_variant_builder_new (G_VARIANT_TYPE ("aa{sv}")), done, user_data };
  return listing;
}

void
disclosures_list (Client *client, Visit *visit, DisclosuresDone done, gpointer user_data)
{
  ask_page (new_listing (client, visit, done, user_data), 0);
}

static const char *
get_kind (GVariant *entry)
{
  const char *kind = "";

  g_variant_lookup (entry, "Kind", "&s", &kind);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kind, kinds[i].kind))
      return _ (kinds[i].word);
  return kind;
}

static void
append_texts (GString *line, GVariant *entry)
{
  static const struct
  {
    const char *key;
    const char *(*say) (const char *word); /* NULL: as it is */
  } texts[] = {
    { "Staff", NULL },          { "Role", NULL },
    { "Program", NULL },        { "Consent", words_consent },
    { "Decision", NULL },       { "Records", words_consent },
    { "From", NULL },           { "To", NULL },
    { "Answer", words_answer }, { "Outcome", words_outcome },
    { "Error", NULL },          { "Reason", NULL },
    { "Detail", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const char *text = NULL;

      if (g_variant_lookup (entry, texts[i].key, "&s", &text))
        g_string_append_printf (line, "  %s", texts[i].say != NULL ? texts[i].say (text) : text);
    }
}

static void
print_entry (GVariant *entry)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *at = NULL, *clean = NULL;
  guint64 index = 0, microseconds = 0;

  g_variant_lookup (entry, "Index", "t", &index);
  g_variant_lookup (entry, "At", "t", &microseconds);
  time = g_date_time_new_from_unix_local ((gint64)(microseconds / G_USEC_PER_SEC));
  at = time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M") : g_strdup ("");
  g_string_append_printf (line, "%" G_GUINT64_FORMAT "  %s  %s", index, at, get_kind (entry));
  append_texts (line, entry);
  clean = output_clean (line->str);
  g_print ("%s\n", clean);
}

void
disclosures_print (GVariant *entries)
{
  g_print ("%s\n", _ ("What this institution's ledger has of you:"));
  for (gsize i = 0; i < g_variant_n_children (entries); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (entries, i);

      print_entry (entry);
    }
}

static void
on_objected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Listing *listing = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply != NULL)
    ask_page (listing, 0);
  else
    end (listing, error);
}

void
disclosures_object (Client *client, Visit *visit, guint64 place, const char *text, DisclosuresDone done,
                    gpointer user_data)
{
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);

  asserted_insert (&options);
  client_call (client, visit_get_path (visit), SHIKAKU_INTERFACE_VISIT, "Object",
               g_variant_new ("(ts@a{sv})", place, text, g_variant_dict_end (&options)), CLIENT_CALL_SECONDS,
               on_objected, new_listing (client, visit, done, user_data));
}
