/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bridge-codes: see the header. */
#include "client/folder/bridge-codes.h"

#include <gio/gio.h>
#include <string.h>

#include "base/names.h"

#define RESOURCE "/org/shikaku/folder/folder-codes.ini"
#define LANGUAGE "ja"

typedef struct
{
  char *code, *text;
} Row;

/* Return: by word; it stays to the end. */
static GHashTable *
get_rows (void)
{
  static GHashTable *rows;
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_auto (GStrv) groups = NULL;

  if (rows != NULL)
    return rows;
  rows = g_hash_table_new (g_str_hash, g_str_equal);
  bytes = g_resources_lookup_data (RESOURCE, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  if (bytes == NULL || !g_key_file_load_from_bytes (file, bytes, G_KEY_FILE_KEEP_TRANSLATIONS, NULL))
    g_error ("the codes of this program cannot be read");
  groups = g_key_file_get_groups (file, NULL);
  for (char **group = groups; *group != NULL; group++)
    {
      Row *row = g_new0 (Row, 1);

      row->code = g_strdup (*group);
      row->text = g_key_file_get_locale_string (file, *group, "Text", LANGUAGE, NULL);
      g_hash_table_insert (rows, g_key_file_get_string (file, *group, "Word", NULL), row);
    }
  return rows;
}

void
bridge_codes_look_up (const char *word, const char **ret_code, const char **ret_text)
{
  const char *short_word = g_str_has_prefix (word, SHIKAKU_ERROR_PREFIX) ? word + strlen (SHIKAKU_ERROR_PREFIX) : word;
  const Row *row = g_hash_table_lookup (get_rows (), short_word);

  if (row == NULL && g_str_has_prefix (word, "org.freedesktop.DBus.Error."))
    row = g_hash_table_lookup (get_rows (), BRIDGE_WORD_NO_DAEMON);
  if (row == NULL)
    row = g_hash_table_lookup (get_rows (), "Failed");
  *ret_code = row->code;
  *ret_text = row->text;
}

gboolean
bridge_codes_has (const char *word)
{
  return g_hash_table_contains (get_rows (), word);
}
