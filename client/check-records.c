/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check-records: see the header. */
#include "client/check-records.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>

#include "client/output.h"
#include "client/records-view.h"

typedef struct
{
  Client *client;
  const char *path;
  char **kinds; /* the next of them */
  Page **page;
  CheckRecordsDone done;
  gpointer user_data;
  GVariantDict outcome;
  gboolean is_whole;
} Fetching;

const char *
check_records_check (char **kinds)
{
  const gboolean is_elsewhere = records_output != NULL || records_fd >= 0;

  if (kinds == NULL)
    return is_elsewhere || records_format != NULL || records_from != NULL || records_to != NULL || records_force
               ? _ ("What shall be fetched? Name the kinds with --records.")
               : NULL;
  if (!is_elsewhere && records_format != NULL && !g_str_equal (records_format, "json"))
    return _ ("Records in this format go to a file or a descriptor: --output or --fd.");
  if (is_elsewhere && g_strv_length (kinds) > 1)
    return _ ("One kind of records goes into a file; json without a file takes several.");
  return records_options_check ();
}

/* The document as a part of the answer. */
static void
insert_document (GVariantDict *meta, GBytes *document)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  gsize size;
  const char *text = g_bytes_get_data (document, &size);
  GVariant *value = NULL;

  if (json_parser_load_from_data (parser, text, (gssize)size, NULL))
    value = json_gvariant_deserialize (json_parser_get_root (parser), NULL, NULL);
  if (value != NULL)
    g_variant_dict_insert_value (meta, "Document", value);
}

/* Return: FALSE after it was said why it could not be put anywhere. */
static gboolean
put_documents (const Fetching *fetching, const RecordsAnswer *answer, GVariantDict *meta)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) document = NULL;
  RecordsPlace place;

  if (answer->metas->len == 0)
    return TRUE;
  if (records_options_get_place (&place))
    records_save (answer, &place, &error);
  else
    document = records_read (answer, 0, &error);
  if (error != NULL)
    {
      g_variant_dict_insert (meta, "Error", "s", SHIKAKU_ERROR_PREFIX "Failed");
      g_variant_dict_insert (meta, "ErrorMessage", "s", error->message);
      output_error (error->message);
      return FALSE;
    }
  if (document != NULL && fetching->client->json)
    insert_document (meta, document);
  else if (document != NULL)
    return records_view_append (fetching->page, document, 0, NULL);
  return TRUE;
}

static void fetch_next (Fetching *fetching);

static void
note_failure (Fetching *fetching, const char *kind, const GError *error)
{
  g_auto (GVariantDict) meta = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *name = NULL, *message = NULL, *sentence = NULL, *line = NULL;

  errors_split (error, &name, &message);
  sentence = errors_describe (name, message);
  line = g_strdup_printf ("%s: %s", kind, sentence);
  output_error (line);
  g_variant_dict_insert (&meta, "Error", "s", name);
  g_variant_dict_insert (&meta, "ErrorMessage", "s", message);
  g_variant_dict_insert_value (&fetching->outcome, kind, g_variant_dict_end (&meta));
  fetching->is_whole = FALSE;
}

static void
on_fetched (RecordsAnswer *fetched, const GError *error, gpointer user_data)
{
  g_autoptr (RecordsAnswer) answer = fetched;
  Fetching *fetching = user_data;
  const char *kind = fetching->kinds[-1];

  if (answer == NULL)
    note_failure (fetching, kind, error);
  else
    {
      g_auto (GVariantDict) meta = G_VARIANT_DICT_INIT (answer->meta);
      const gboolean is_put = put_documents (fetching, answer, &meta);

      records_tell (answer);
      fetching->is_whole = fetching->is_whole && is_put && records_get_exit_code (answer) == EXIT_CODE_OK;
      g_variant_dict_insert_value (&fetching->outcome, kind, g_variant_dict_end (&meta));
    }
  fetch_next (fetching);
}

static void
fetch_next (Fetching *fetching)
{
  const RecordsWish wish = { .visit = fetching->path,
                             .kind = *fetching->kinds,
                             .format = records_format != NULL ? records_format : "json",
                             .from = records_from,
                             .to = records_to };
  g_autoptr (GVariant) outcome = NULL;

  if (*fetching->kinds != NULL)
    {
      fetching->kinds++;
      records_fetch (fetching->client, &wish, on_fetched, fetching);
      return;
    }
  outcome = g_variant_ref_sink (g_variant_dict_end (&fetching->outcome));
  fetching->done (outcome, fetching->is_whole, fetching->user_data);
  g_free (fetching);
}

void
check_records_fetch (Client *client, const char *path, char **kinds, Page **page, CheckRecordsDone done,
                     gpointer user_data)
{
  Fetching *fetching = g_new0 (Fetching, 1);

  fetching->client = client;
  fetching->path = path;
  fetching->kinds = kinds;
  fetching->page = page;
  fetching->done = done;
  fetching->user_data = user_data;
  fetching->is_whole = TRUE;
  g_variant_dict_init (&fetching->outcome, NULL);
  fetch_next (fetching);
}
