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
#define CHINESE "zh_CN"   /* the texts are in simplified characters; whoever writes others reads these before English */

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

/* make_locale: how gettext calls the language of a tag. (transfer full) */
static char *
make_locale (const char *language)
{
  char *reduced = text_reduce_language (language != NULL ? language : UNTRANSLATED);

  if (strcmp (reduced, "zh") != 0)
    return reduced;
  g_free (reduced);
  return g_strdup (CHINESE);
}

char *
text_lookup (const char *group, const char *language)
{
  g_autofree char *locale = make_locale (language);

  return g_key_file_get_locale_string (get_texts (), group, "Text", locale, NULL);
}

char *
text_lookup_language (const char *group, const char *language)
{
  g_autofree char *locale = make_locale (language);
  g_autofree char *found = g_key_file_get_locale_for_key (get_texts (), group, "Text", locale);

  return text_reduce_language (found != NULL ? found : UNTRANSLATED);
}

char *
text_lookup_version (const char *group)
{
  return g_key_file_get_string (get_texts (), group, "Version", NULL);
}
