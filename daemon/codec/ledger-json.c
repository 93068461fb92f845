/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-json: one walk over an entry, by libyajl. */
#include "codec/ledger-json.h"

#include <string.h>
#include <yajl/yajl_gen.h>

typedef struct
{
  yajl_gen generator;
  guint array; /* the field whose values stand in an array that is open; 0: none */
} Writer;

static void
add_text (yajl_gen generator, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  yajl_gen_string (generator, (const guchar *)valid, strlen (valid));
}

static void
add_number (yajl_gen generator, guint64 number)
{
  char text[24];

  g_snprintf (text, sizeof text, "%" G_GUINT64_FORMAT, number);
  yajl_gen_number (generator, text, strlen (text));
}

char *
ledger_json_make_hex (gconstpointer bytes, gsize size)
{
  static const char digits[] = "0123456789abcdef";
  const guint8 *data = bytes;
  char *text = g_malloc (2 * size + 1);

  for (gsize i = 0; i < size; i++)
    {
      text[2 * i] = digits[data[i] >> 4];
      text[2 * i + 1] = digits[data[i] & 15];
    }
  text[2 * size] = '\0';
  return text;
}

static void
add_hex (yajl_gen generator, gconstpointer bytes, gsize size)
{
  g_autofree char *text = ledger_json_make_hex (bytes, size);

  add_text (generator, text);
}

static void
add_value (yajl_gen generator, const char *type, GBytes *value)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (value, &size);
  g_autofree char *text = NULL;
  guint64 number = 0;

  if (g_str_equal (type, "t"))
    {
      for (gsize i = 0; i < size; i++)
        number = number << 8 | bytes[i];
      add_number (generator, number);
    }
  else if (g_str_equal (type, "s"))
    {
      text = g_strndup ((const char *)bytes, size);
      add_text (generator, text);
    }
  else
    add_hex (generator, bytes, size);
}

static void
close_array (Writer *writer)
{
  if (writer->array != 0)
    yajl_gen_array_close (writer->generator);
  writer->array = 0;
}

/* Sha256 alone may stand there several times: it is an array always. */
static void
on_field (guint field, const char *type, GBytes *value, gpointer user_data)
{
  Writer *writer = user_data;
  const char *key = ledger_field_get_key (field);

  if (writer->array != field)
    {
      close_array (writer);
      if (key == NULL)
        return;
      add_text (writer->generator, key);
      if (field == LEDGER_FIELD_SHA256)
        {
          yajl_gen_array_open (writer->generator);
          writer->array = field;
        }
    }
  add_value (writer->generator, type, value);
}

static void
add_entry (Writer *writer, const LedgerEntry *entry)
{
  const char *kind = ledger_kind_to_string (ledger_entry_get_kind (entry));

  add_text (writer->generator, "Kind");
  if (kind != NULL)
    add_text (writer->generator, kind);
  else
    add_number (writer->generator, ledger_entry_get_kind (entry));
  add_text (writer->generator, "At");
  add_number (writer->generator, (guint64)ledger_entry_get_at (entry));
  add_text (writer->generator, "Boot");
  add_number (writer->generator, (guint64)ledger_entry_get_boot (entry));
  ledger_entry_walk (entry, on_field, writer);
  close_array (writer);
}

static void
add_data (Writer *writer, const LedgerJsonLeaf *leaf)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (leaf->leaf, &size);
  const gsize salt = MIN (size, LEDGER_JSON_SALT_SIZE);
  g_autofree char *text = g_base64_encode (bytes + salt, size - salt);

  add_text (writer->generator, "Salt");
  add_hex (writer->generator, bytes, salt);
  add_text (writer->generator, "Data");
  add_text (writer->generator, text);
  if (leaf->entry != NULL)
    add_entry (writer, leaf->entry);
}

void
ledger_json_append (GString *lines, const LedgerJsonLeaf *leaf)
{
  Writer writer = { yajl_gen_alloc (NULL), 0 };
  const guchar *text;
  gsize size;

  yajl_gen_map_open (writer.generator);
  add_text (writer.generator, "Index");
  add_number (writer.generator, leaf->index);
  add_text (writer.generator, "Leaf");
  add_hex (writer.generator, leaf->hash->bytes, MERKLE_HASH_SIZE);
  if (leaf->leaf == NULL)
    {
      add_text (writer.generator, "Pruned");
      yajl_gen_bool (writer.generator, 1);
    }
  else
    add_data (&writer, leaf);
  yajl_gen_map_close (writer.generator);
  yajl_gen_get_buf (writer.generator, &text, &size);
  g_string_append_len (lines, (const char *)text, (gssize)size);
  g_string_append_c (lines, '\n');
  yajl_gen_free (writer.generator);
}
