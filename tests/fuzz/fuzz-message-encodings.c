/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz-message-encodings: any text as an element's, in both encodings. In UTF-8 it comes back as it was; in Shift_JIS,
 * with ● for what that lacks, it has as many characters as before, and what has come back once never changes again.
 */
#include "harness.h"

#include <string.h>

#include "codec/message-xml.h"

static gboolean
is_utf8 (GBytes *xml)
{
  return g_utf8_validate_len (g_bytes_get_data (xml, NULL), g_bytes_get_size (xml), NULL);
}

/* Return: the text after one way to XML and back, or NULL if it cannot be written so. */
static char *
carry (const char *text, MessageEncoding encoding, MessageUnmapped unmapped)
{
  g_autoptr (Message) root = message_new ("R"), again = NULL;
  g_autoptr (GBytes) xml = NULL;
  MessageEncoding found = MESSAGE_ENCODING_UNKNOWN;

  message_add (root, "A", text);
  xml = message_xml_write (root, encoding, unmapped, NULL);
  if (!xml)
    return NULL;
  again = message_xml_parse (xml, encoding, &found, NULL);
  if (encoding == MESSAGE_ENCODING_CP932 && is_utf8 (xml) && (!again || found == MESSAGE_ENCODING_UTF8))
    return NULL; /* by chance it is UTF-8 as well */
  g_assert (again && found == encoding);
  return g_strdup (message_get_text (message_find (again, "A")));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *)data, size), *same = NULL, *narrow = NULL, *again = NULL;

  if (!g_utf8_validate (text, -1, NULL))
    {
      g_autoptr (GBytes) body = g_bytes_new_static (data, size);

      message_free (message_xml_parse (body, MESSAGE_ENCODING_CP932, NULL, NULL));
      return 0;
    }
  same = carry (text, MESSAGE_ENCODING_UTF8, MESSAGE_UNMAPPED_REFUSE);
  if (!same)
    return 0; /* XML cannot hold it */
  g_assert (strcmp (same, text) == 0);
  narrow = carry (text, MESSAGE_ENCODING_CP932, MESSAGE_UNMAPPED_REPLACE);
  if (!narrow)
    return 0;
  g_assert (g_utf8_strlen (narrow, -1) == g_utf8_strlen (text, -1));
  again = carry (narrow, MESSAGE_ENCODING_CP932, MESSAGE_UNMAPPED_REFUSE);
  g_assert (again && strcmp (again, narrow) == 0);
  return 0;
}
