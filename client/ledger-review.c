/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-review: see the header. What is reviewed is known by the Entry of each review. */
#include "client/ledger-review.h"

#include <glib/gi18n.h>

#include "client/ledger-decision.h"
#include "client/ledger-view.h"
#include "client/output.h"

#define PAGE 500

typedef struct
{
  Client *client;
  GPtrArray *emergencies; /* of GVariant */
  GHashTable *reviewed;   /* places: gint64 */
  guint64 after;
  gboolean has_after;
} Listing;

static void
free_listing (Listing *listing)
{
  g_ptr_array_unref (listing->emergencies);
  g_hash_table_unref (listing->reviewed);
  g_free (listing);
}

static void
take_entry (Listing *listing, GVariant *entry)
{
  const char *kind = "";
  guint64 place = 0;

  g_variant_lookup (entry, "Kind", "&s", &kind);
  if (g_str_equal (kind, "break-glass"))
    g_ptr_array_add (listing->emergencies, g_variant_ref (entry));
  else if (g_variant_lookup (entry, "Entry", "t", &place))
    g_hash_table_add (listing->reviewed, g_memdup2 (&place, sizeof place));
}

static void
end_list (Listing *listing)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_autoptr (GVariant) entries = NULL;

  for (guint i = 0; i < listing->emergencies->len; i++)
    {
      guint64 place = 0;

      g_variant_lookup (listing->emergencies->pdata[i], "Index", "t", &place);
      if (!g_hash_table_contains (listing->reviewed, &place))
        g_variant_builder_add_value (&builder, listing->emergencies->pdata[i]);
    }
  entries = g_variant_ref_sink (g_variant_builder_end (&builder));
  if (listing->client->json)
    output_json (entries);
  else if (g_variant_n_children (entries) > 0)
    ledger_view_print_table (entries);
  else
    g_print ("%s\n", _ ("Every emergency was looked at."));
  client_quit (listing->client, EXIT_CODE_OK);
  free_listing (listing);
}

static void ask_page (Listing *listing);

static void
on_page (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Listing *listing = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) page = client_finish_call (source, result, &error);

  if (page == NULL)
    {
      ledger_fail_reading (listing->client, error);
      free_listing (listing);
      return;
    }
  for (gsize i = 0; i < g_variant_n_children (page); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (page, i);

      listing->has_after |= g_variant_lookup (entry, "Index", "t", &listing->after);
      take_entry (listing, entry);
    }
  if (g_variant_n_children (page) < PAGE)
    end_list (listing);
  else
    ask_page (listing);
}

static void
ask_page (Listing *listing)
{
  static const char *const kinds[] = { "break-glass", "review", NULL };
  GVariantDict filter = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&filter, "Kinds", "^as", kinds);
  g_variant_dict_insert (&filter, "Limit", "u", PAGE);
  if (listing->has_after)
    g_variant_dict_insert (&filter, "After", "t", listing->after);
  client_call (listing->client, SHIKAKU_OBJECT_PATH, SHIKAKU_INTERFACE_LEDGER, "List",
               g_variant_new ("(@a{sv})", g_variant_dict_end (&filter)), CLIENT_CALL_SECONDS, on_page, listing);
}

void
ledger_review_list (Client *client)
{
  Listing *listing = g_new0 (Listing, 1);

  listing->client = client;
  listing->emergencies = g_ptr_array_new_with_free_func ((GDestroyNotify)g_variant_unref);
  listing->reviewed = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  ask_page (listing);
}
