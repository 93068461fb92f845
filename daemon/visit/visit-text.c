/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* visit-text: see the header. In: a group's name and a language. Out: the text. */
#include "visit/visit-text.h"

#include "base/text.h"
#include "data/texts.h"

/* make_group: the resource registers itself; naming it is what makes the linker take it out of its static library. */
G_GNUC_PRINTF (1, 0)
static char *
make_group (const char *format, va_list arguments)
{
  texts_get_resource ();
  return g_strdup_vprintf (format, arguments);
}

static const char *
choose_language (const char *language)
{
  return language != NULL && *language != '\0' ? language : VISIT_LANGUAGE_DEFAULT;
}

char *
visit_text (const char *language, const char *format, ...)
{
  g_autofree char *group = NULL;
  va_list arguments;

  va_start (arguments, format);
  group = make_group (format, arguments);
  va_end (arguments);
  return text_lookup (group, choose_language (language));
}

char *
visit_text_language (const char *language, const char *format, ...)
{
  g_autofree char *group = NULL;
  va_list arguments;

  va_start (arguments, format);
  group = make_group (format, arguments);
  va_end (arguments);
  return text_lookup_language (group, choose_language (language));
}

gboolean
visit_text_hash (guint8 ret_hash[VISIT_TEXT_HASH_SIZE], const char *language, const char *format, ...)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *group = NULL, *text = NULL;
  gsize size = VISIT_TEXT_HASH_SIZE;
  va_list arguments;

  va_start (arguments, format);
  group = make_group (format, arguments);
  va_end (arguments);
  text = text_lookup (group, choose_language (language));
  if (text == NULL)
    return FALSE;
  g_checksum_update (checksum, (const guchar *)text, -1);
  g_checksum_get_digest (checksum, ret_hash, &size);
  return TRUE;
}

char *
visit_text_version (const char *format, ...)
{
  g_autofree char *group = NULL;
  va_list arguments;

  va_start (arguments, format);
  group = make_group (format, arguments);
  va_end (arguments);
  return text_lookup_version (group);
}
