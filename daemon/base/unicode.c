/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unicode: see the header. Most texts are ASCII, and are looked at eight bytes at a time. */
#include "base/unicode.h"

#include <string.h>

#define NONCHARACTER_BEGIN 0xef /* the lowest first byte of one: most characters have a lower one */
#define HIGH_BITS G_GUINT64_CONSTANT (0x8080808080808080)

static gboolean
is_ascii (const char *text, gsize size)
{
  guint64 bits = 0, word;

  if (size < sizeof word)
    for (gsize i = 0; i < size; i++)
      bits |= (guchar)text[i];
  else
    {
      for (gsize i = 0; i + sizeof word < size; i += sizeof word)
        {
          memcpy (&word, text + i, sizeof word);
          bits |= word;
        }
      memcpy (&word, text + size - sizeof word, sizeof word); /* the last ones, some of them for the second time */
      bits |= word;
    }
  return (bits & HIGH_BITS) == 0;
}

static gboolean
has_noncharacter (const char *text, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if ((guchar)text[i] >= NONCHARACTER_BEGIN && unicode_is_noncharacter (g_utf8_get_char (text + i)))
      return TRUE;
  return FALSE;
}

gboolean
unicode_is_text (const char *text, gsize size)
{
  return is_ascii (text, size) || (g_utf8_validate_len (text, size, NULL) && !has_noncharacter (text, size));
}
