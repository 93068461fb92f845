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

static gpointer
load_texts (gpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) data = g_resources_lookup_data (RESOURCE, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  GKeyFile *texts = g_key_file_new ();

  if (data != NULL && !g_key_file_load_from_bytes (texts, data, G_KEY_FILE_KEEP_TRANSLATIONS, &error))
    log_error (NULL, "cannot read the texts: %s", error->message);
  return texts;
}

static GKeyFile *
get_texts (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, load_texts, NULL);
}

char *
text_reduce_language (const char *tag)
{
  return g_ascii_strdown (tag, (gssize)strcspn (tag, "-_.@"));
}

char *
text_lookup (const char *group, const char *language)
{
  g_autofree char *reduced = text_reduce_language (language != NULL ? language : UNTRANSLATED);

  return g_key_file_get_locale_string (get_texts (), group, "Text", reduced, NULL);
}

char *
text_lookup_language (const char *group, const char *language)
{
  g_autofree char *reduced = text_reduce_language (language != NULL ? language : UNTRANSLATED);
  char *found = g_key_file_get_locale_for_key (get_texts (), group, "Text", reduced);

  return found != NULL ? found : g_strdup (UNTRANSLATED);
}

char *
text_lookup_version (const char *group)
{
  return g_key_file_get_string (get_texts (), group, "Version", NULL);
}
