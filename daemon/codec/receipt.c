/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* receipt: see the header. By libyajl. */
#include "codec/receipt.h"

#include <string.h>
#include <yajl/yajl_gen.h>

#include "codec/ledger-json.h"

typedef struct
{
  const ReceiptFacts *facts;
  yajl_gen generator;
} Writer;

static void
write_name (Writer *writer, const char *name)
{
  yajl_gen_string (writer->generator, (const guchar *)name, strlen (name));
}

static void
write_text (Writer *writer, const char *name, const char *text)
{
  g_autofree char *valid = NULL;

  if (text == NULL)
    return;
  valid = g_utf8_make_valid (text, -1);
  if (name != NULL)
    write_name (writer, name);
  write_name (writer, valid);
}

static void
write_field (Writer *writer, const char *name, LedgerField field)
{
  write_text (writer, name, ledger_entry_get_text (writer->facts->entry, field));
}

static void
write_time (Writer *writer, const char *name, gint64 at)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (at / G_USEC_PER_SEC);
  g_autofree char *text = time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ") : NULL;

  write_text (writer, name, text);
}

static void
open_map (Writer *writer, const char *name)
{
  if (name != NULL)
    write_name (writer, name);
  yajl_gen_map_open (writer->generator);
}

static void
close_map (Writer *writer)
{
  yajl_gen_map_close (writer->generator);
}

static void
open_list (Writer *writer, const char *name)
{
  write_name (writer, name);
  yajl_gen_array_open (writer->generator);
}

static void
close_list (Writer *writer)
{
  yajl_gen_array_close (writer->generator);
}

/* write_principal: the keyed hash: who has the key knows who it is. */
static void
write_principal (Writer *writer)
{
  GBytes *hash = ledger_entry_get_bytes (writer->facts->entry, LEDGER_FIELD_PERSON);
  g_autofree char *text = NULL;

  if (hash == NULL)
    hash = ledger_entry_get_bytes (writer->facts->entry, LEDGER_FIELD_PERSON_NUMBER);
  if (hash == NULL)
    return;
  text = ledger_json_make_hex (g_bytes_get_data (hash, NULL), g_bytes_get_size (hash));
  write_text (writer, "pii_principal_id", text);
}

static void
write_header (Writer *writer)
{
  open_map (writer, "header");
  write_text (writer, "schema_version", RECEIPT_SCHEMA);
  write_text (writer, "record_id", writer->facts->id);
  write_principal (writer);
  close_map (writer);
}

/* get_kind: what it is about: the kind that was asked, or the records. */
static const char *
get_kind (const ReceiptFacts *facts)
{
  const char *records = ledger_entry_get_text (facts->entry, LEDGER_FIELD_RECORDS);

  return records != NULL ? records : ledger_entry_get_text (facts->entry, LEDGER_FIELD_CONSENT);
}

static void
write_purposes (Writer *writer)
{
  const char *kind = get_kind (writer->facts);

  open_list (writer, "purposes");
  open_map (writer, NULL);
  write_text (writer, "purpose", "treatment");
  write_text (writer, "purpose_text", writer->facts->question);
  if (kind != NULL)
    {
      open_list (writer, "pii_information");
      open_map (writer, NULL);
      write_text (writer, "pii_type", kind);
      close_map (writer);
      close_list (writer);
    }
  close_map (writer);
  close_list (writer);
}

static const char *
find_label (const ReceiptFacts *facts, const char *key)
{
  for (const ReceiptLabel *label = facts->labels; label != NULL && label->key != NULL; label++)
    if (strcmp (label->key, key) == 0)
      return label->text;
  return NULL;
}

static void
write_processing (Writer *writer)
{
  const ReceiptFacts *facts = writer->facts;

  open_map (writer, "pii_processing");
  write_field (writer, "privacy_notice", LEDGER_FIELD_VERSION);
  write_field (writer, "language", LEDGER_FIELD_LANGUAGE);
  write_purposes (writer);
  open_list (writer, "pii_controllers");
  write_text (writer, NULL, facts->institution);
  close_list (writer);
  write_field (writer, "collection_method", LEDGER_FIELD_EVIDENCE);
  open_list (writer, "recipient_third_parties");
  write_text (writer, NULL, ledger_entry_get_text (facts->entry, LEDGER_FIELD_STAFF));
  close_list (writer);
  write_text (writer, "withdrawal_method", find_label (facts, "withdraw how"));
  write_text (writer, "jurisdiction", "JP");
  close_map (writer);
}

static void
write_parties (Writer *writer)
{
  const LedgerEntry *entry = writer->facts->entry;

  open_list (writer, "party_identification");
  if (writer->facts->institution != NULL)
    {
      open_map (writer, NULL);
      write_text (writer, "party_id", writer->facts->institution);
      write_text (writer, "party_role", "pii-controller");
      close_map (writer);
    }
  if (ledger_entry_get_text (entry, LEDGER_FIELD_STAFF) != NULL)
    {
      open_map (writer, NULL);
      write_field (writer, "party_id", LEDGER_FIELD_STAFF);
      write_field (writer, "party_role", LEDGER_FIELD_ROLE);
      write_name (writer, "asserted"); /* by a program: the institution answers for it */
      yajl_gen_bool (writer->generator, TRUE);
      close_map (writer);
    }
  close_list (writer);
}

/* write_event: of the consent's life, or that records were shown. */
static void
write_event (Writer *writer)
{
  const LedgerEntry *entry = writer->facts->entry;
  const char *decision = ledger_entry_get_text (entry, LEDGER_FIELD_DECISION);
  guint64 until = 0;

  open_list (writer, "events");
  open_map (writer, NULL);
  write_time (writer, "event_time", ledger_entry_get_at (entry));
  if (ledger_entry_get_number (entry, LEDGER_FIELD_UNTIL, &until) && until > 0)
    write_time (writer, "validity_duration", (gint64)until);
  write_field (writer, "entity_id", LEDGER_FIELD_ANSWERER);
  write_text (writer, "event_type", ledger_kind_to_string (ledger_entry_get_kind (entry)));
  write_text (writer, "event_state", decision != NULL ? decision : ledger_entry_get_text (entry, LEDGER_FIELD_OUTCOME));
  close_map (writer);
  close_list (writer);
}

static void
write_labels (Writer *writer)
{
  open_map (writer, "labels");
  write_text (writer, "language", writer->facts->language);
  for (const ReceiptLabel *label = writer->facts->labels; label != NULL && label->key != NULL; label++)
    write_text (writer, label->key, label->text);
  close_map (writer);
}

/* write_consent: what has become of it. */
static void
write_consent (Writer *writer)
{
  if (writer->facts->state == NULL)
    return;
  open_map (writer, "consent");
  write_text (writer, "state", writer->facts->state);
  write_text (writer, "withdrawal", writer->facts->withdrawal);
  if (writer->facts->until > 0)
    write_time (writer, "until", writer->facts->until);
  close_map (writer);
}

static void
write_ledger (Writer *writer)
{
  open_map (writer, "ledger");
  write_name (writer, "index");
  yajl_gen_integer (writer->generator, (long long)writer->facts->index);
  write_text (writer, "verifier", writer->facts->verifier);
  write_name (writer, "anchored");
  yajl_gen_bool (writer->generator, writer->facts->is_anchored);
  write_text (writer, "proof", writer->facts->proof);
  close_map (writer);
}

char *
receipt_write (const ReceiptFacts *facts)
{
  Writer writer = { facts, yajl_gen_alloc (NULL) };
  const guchar *bytes = NULL;
  char *json;
  size_t size = 0;

  yajl_gen_config (writer.generator, yajl_gen_beautify, 1);
  open_map (&writer, NULL);
  write_text (&writer, "schema_version", RECEIPT_SCHEMA);
  write_text (&writer, "receipt_id", facts->id);
  open_map (&writer, "record");
  write_header (&writer);
  write_processing (&writer);
  write_parties (&writer);
  write_event (&writer);
  close_map (&writer);
  write_labels (&writer);
  write_consent (&writer);
  write_ledger (&writer);
  close_map (&writer);
  yajl_gen_get_buf (writer.generator, &bytes, &size);
  json = g_strndup ((const char *)bytes, size);
  yajl_gen_free (writer.generator);
  return json;
}

char *
receipt_make_id (guint64 index, const guint8 *leaf_hash)
{
  g_autofree char *digits = ledger_json_make_hex (leaf_hash, RECEIPT_ID_DIGITS / 2);

  return g_strdup_printf ("%" G_GUINT64_FORMAT "-%s", index, digits);
}

gboolean
receipt_parse_id (const char *id, guint64 *ret_index, const char **ret_digits)
{
  const char *dash = strchr (id, '-');
  g_autofree char *place = dash != NULL ? g_strndup (id, (gsize)(dash - id)) : NULL;

  if (place == NULL || strlen (dash + 1) != RECEIPT_ID_DIGITS
      || strspn (dash + 1, "0123456789abcdef") != RECEIPT_ID_DIGITS
      || !g_ascii_string_to_unsigned (place, 10, 0, G_MAXINT64, ret_index, NULL))
    return FALSE;
  *ret_digits = dash + 1;
  return TRUE;
}
