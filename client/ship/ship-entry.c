/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ship-entry: a line of JSON comes in, an entry that fits its hash goes out. */
#include "client/ship/ship-entry.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* Return: (transfer full); NULL: no hexadecimal digits. */
static GBytes *
decode_hex (const char *text)
{
  GByteArray *bytes;
  gsize length = text != NULL ? strlen (text) : 1;

  if (length % 2 != 0 || strspn (text, "0123456789abcdef") != length)
    return NULL;
  bytes = g_byte_array_new ();
  for (gsize i = 0; i < length; i += 2)
    {
      guint8 byte = (guint8)((g_ascii_xdigit_value (text[i]) << 4) | g_ascii_xdigit_value (text[i + 1]));

      g_byte_array_append (bytes, &byte, 1);
    }
  return g_byte_array_free_to_bytes (bytes);
}

static GBytes *
decode_base64 (const char *text)
{
  gsize size;
  guchar *bytes;

  if (text == NULL || *text == '\0')
    return NULL;
  bytes = g_base64_decode (text, &size);
  return g_bytes_new_take (bytes, size);
}

ShipEntry *
ship_entry_new (guint64 place, const MerkleHash *leaf, GBytes *salt, GBytes *data)
{
  ShipEntry *entry = g_new0 (ShipEntry, 1);

  entry->place = place;
  entry->leaf = *leaf;
  if (salt != NULL && data != NULL)
    {
      entry->salt = g_bytes_ref (salt);
      entry->data = g_bytes_ref (data);
      entry->entry = ledger_entry_decode (data, NULL);
    }
  return entry;
}

void
ship_entry_free (ShipEntry *entry)
{
  g_clear_pointer (&entry->salt, g_bytes_unref);
  g_clear_pointer (&entry->data, g_bytes_unref);
  g_clear_pointer (&entry->entry, ledger_entry_unref);
  g_free (entry);
}

gboolean
ship_entry_fits (const ShipEntry *entry)
{
  MerklePiece pieces[2];
  MerkleHash hash;

  if (entry->data == NULL)
    return TRUE;
  pieces[0].bytes = g_bytes_get_data (entry->salt, &pieces[0].size);
  pieces[1].bytes = g_bytes_get_data (entry->data, &pieces[1].size);
  merkle_hash_leaf (pieces, G_N_ELEMENTS (pieces), &hash);
  return merkle_hash_equal (&hash, &entry->leaf);
}

static const char *
get_string (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

static ShipEntry *
read_entry (JsonObject *object)
{
  JsonNode *place = json_object_get_member (object, "Index");
  g_autoptr (GBytes) leaf = decode_hex (get_string (object, "Leaf"));
  g_autoptr (GBytes) salt = decode_hex (get_string (object, "Salt"));
  g_autoptr (GBytes) data = decode_base64 (get_string (object, "Data"));
  MerkleHash hash;

  if (place == NULL || json_node_get_value_type (place) != G_TYPE_INT64 || json_node_get_int (place) < 0)
    return NULL;
  if (leaf == NULL || g_bytes_get_size (leaf) != sizeof hash.bytes)
    return NULL;
  if (data != NULL ? salt == NULL || g_bytes_get_size (salt) != SHIP_SALT_SIZE : salt != NULL)
    return NULL;
  if (data == NULL && !json_object_get_boolean_member_with_default (object, "Pruned", FALSE))
    return NULL;
  memcpy (hash.bytes, g_bytes_get_data (leaf, NULL), sizeof hash.bytes);
  return ship_entry_new ((guint64)json_node_get_int (place), &hash, salt, data);
}

ShipEntry *
ship_entry_parse (const char *line, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (ShipEntry) entry = NULL;

  if (json_parser_load_from_data (parser, line, -1, NULL) && json_parser_get_root (parser) != NULL
      && JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    entry = read_entry (json_node_get_object (json_parser_get_root (parser)));
  if (entry == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the desk has sent a line that is no entry");
  else if (!ship_entry_fits (entry))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "entry %" G_GUINT64_FORMAT " is not what its hash says",
                 entry->place);
  else
    return g_steal_pointer (&entry);
  return NULL;
}

const char *
ship_entry_get_kind (const ShipEntry *entry)
{
  const char *kind = entry->entry != NULL ? ledger_kind_to_string (ledger_entry_get_kind (entry->entry)) : NULL;

  return kind != NULL ? kind : "unknown";
}

gint64
ship_entry_get_at (const ShipEntry *entry)
{
  return entry->entry != NULL ? ledger_entry_get_at (entry->entry) : 0;
}

const char *
ship_entry_get_key (const ShipEntry *entry)
{
  if (entry->entry == NULL || ledger_entry_get_kind (entry->entry) != LEDGER_KEY)
    return NULL;
  return ledger_entry_get_text (entry->entry, LEDGER_FIELD_KEY_NAME);
}

static char *
encode_hex (GBytes *bytes)
{
  GString *text = g_string_new (NULL);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  for (gsize i = 0; i < size; i++)
    g_string_append_printf (text, "%02x", data[i]);
  return g_string_free (text, FALSE);
}

/* A value as a JSON node: (transfer full). */
static JsonNode *
make_node (const char *type, GBytes *value)
{
  JsonNode *node = json_node_alloc ();
  g_autofree char *text = NULL;
  gsize size;
  const guint8 *data = g_bytes_get_data (value, &size);

  if (g_strcmp0 (type, "t") == 0 && size == sizeof (guint64))
    {
      guint64 number;

      memcpy (&number, data, sizeof number);
      return json_node_init_int (node, (gint64)GUINT64_FROM_BE (number));
    }
  text = g_strcmp0 (type, "s") == 0 ? g_strndup ((const char *)data, size) : encode_hex (value);
  return json_node_init_string (node, text);
}

static void
add_field (guint field, const char *type, GBytes *value, gpointer user_data)
{
  JsonObject *object = user_data;
  const char *key = ledger_field_get_key (field);
  g_autofree char *number = key == NULL ? g_strdup_printf ("Field%u", field) : NULL;
  JsonNode *node = make_node (type, value);

  if (key == NULL)
    key = number;
  if (field != LEDGER_FIELD_SHA256)
    {
      json_object_set_member (object, key, node);
      return;
    }
  if (!json_object_has_member (object, key))
    json_object_set_array_member (object, key, json_array_new ());
  json_array_add_element (json_object_get_array_member (object, key), node);
}

char *
ship_entry_get_fields (const ShipEntry *entry)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, json_object_new ());
  if (entry->entry != NULL)
    ledger_entry_walk (entry->entry, add_field, json_node_get_object (node));
  return json_to_string (node, FALSE);
}
