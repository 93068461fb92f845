/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * text: a group and a language come in, the text that people read goes out. The key file is a resource that the visit
 * floor compiles into the program; where there is none (a unit test), no group exists.
 */
#include "base/text.h"

#include <gio/gio.h>
#include <string.h>

#include "base/log.h"

#define RESOURCE "/org/shikaku/texts.ini"
#define UNTRANSLATED "en" /* the language of the plain key */
#define TRANSLATED_KEY "Text["

typedef struct
{
  GKeyFile *file;
  GHashTable *languages;
} Texts;

/* Text[ja] and so on, of every group: a language that one text lacks falls back to English for that text alone. */
static void
collect_languages (Texts *texts, const char *group)
{
  g_auto (GStrv) keys = g_key_file_get_keys (texts->file, group, NULL, NULL);
  const gsize prefix = strlen (TRANSLATED_KEY);

  for (char **key = keys; key && *key; key++)
    if (g_str_has_prefix (*key, TRANSLATED_KEY) && g_str_has_suffix (*key, "]"))
      g_hash_table_add (texts->languages, g_strndup (*key + prefix, strlen (*key) - prefix - 1));
}

static gpointer
load_texts (gpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) data = g_resources_lookup_data (RESOURCE, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_auto (GStrv) groups = NULL;
  Texts *texts = g_new0 (Texts, 1);

  texts->file = g_key_file_new ();
  texts->languages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!data)
    return texts;
  if (!g_key_file_load_from_bytes (texts->file, data, G_KEY_FILE_KEEP_TRANSLATIONS, &error))
    {
      log_error (NULL, "cannot read the texts: %s", error->message);
      return texts;
    }
  g_hash_table_add (texts->languages, g_strdup (UNTRANSLATED));
  groups = g_key_file_get_groups (texts->file, NULL);
  for (char **group = groups; *group; group++)
    collect_languages (texts, *group);
  return texts;
}

static const Texts *
get_texts (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, load_texts, NULL);
}

char *
text_lookup (const char *group, const char *language)
{
  return g_key_file_get_locale_string (get_texts ()->file, group, "Text", language ? language : UNTRANSLATED, NULL);
}

char *
text_lookup_version (const char *group)
{
  return g_key_file_get_string (get_texts ()->file, group, "Version", NULL);
}

gboolean
text_has_language (const char *language)
{
  return language && g_hash_table_contains (get_texts ()->languages, language);
}
