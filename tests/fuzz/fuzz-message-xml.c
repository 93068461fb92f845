/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz-message-xml: what parses, whatever is said of its encoding, is UTF-8 within the limits; it is written so that it
 * parses to the same again, in UTF-8 and, with ● for what that lacks, in Shift_JIS; and JSON loses nothing of it.
 */
#include "harness.h"

#include <string.h>

#include "base/error.h"
#include "codec/message-json.h"
#include "codec/message-profile.h"
#include "codec/message-xml.h"

static void
walk (const Message *node, guint depth)
{
  for (; node; node = message_get_next (node))
    {
      g_assert (depth <= MESSAGE_DEPTH_MAXIMUM);
      g_assert (g_utf8_validate (message_get_name (node), -1, NULL));
      g_assert (g_utf8_validate (message_get_text (node), -1, NULL));
      g_assert (!message_has_text (node) || !message_get_first_child (node));
      g_assert (message_profile_judge (node) == NULL);
      walk (message_get_first_child (node), depth + 1);
    }
}

static GBytes *
write_utf8 (const Message *root)
{
  GBytes *xml = message_xml_write (root, MESSAGE_ENCODING_UTF8, MESSAGE_UNMAPPED_REFUSE, NULL);

  g_assert (xml);
  return xml;
}

static void
check_parsed (const Message *root)
{
  g_autoptr (GBytes) xml = write_utf8 (root), json = message_json_write (root), narrow = NULL, again = NULL;
  g_autoptr (Message) from_xml = message_xml_parse (xml, MESSAGE_ENCODING_UTF8, NULL, NULL);
  g_autoptr (Message) from_json = message_json_parse (json, NULL), from_narrow = NULL;

  walk (root, 1);
  g_assert (from_json && from_xml);
  again = write_utf8 (from_json);
  g_assert (g_bytes_equal (xml, again));
  g_clear_pointer (&again, g_bytes_unref);
  again = write_utf8 (from_xml);
  g_assert (g_bytes_equal (xml, again));
  narrow = message_xml_write (root, MESSAGE_ENCODING_CP932, MESSAGE_UNMAPPED_REPLACE, NULL);
  g_assert (narrow);
  from_narrow = message_xml_parse (narrow, MESSAGE_ENCODING_CP932, NULL, NULL);
  g_assert (from_narrow || g_utf8_validate_len (g_bytes_get_data (narrow, NULL), g_bytes_get_size (narrow), NULL));
}

/* As a long list is read: what it holds comes part by part. */
static gboolean
is_holder (const char *holder, const char *element, gpointer user_data)
{
  return holder == NULL || strcmp (element, "MessageBody") == 0;
}

static gboolean
on_part (const Message *part, gpointer user_data, GError **error)
{
  walk (part, 1);
  return TRUE;
}

static void
check_parts (const uint8_t *data, size_t size, MessageEncoding hint)
{
  static const MessageXmlParts parts = { is_holder, on_part };
  g_autoptr (GError) error = NULL;

  if (!message_xml_walk ((const char *)data, size, hint, &parts, NULL, &error))
    g_assert (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) body = g_bytes_new_static (data, size);

  for (MessageEncoding hint = MESSAGE_ENCODING_UNKNOWN; hint <= MESSAGE_ENCODING_CP932; hint++)
    {
      MessageEncoding encoding = MESSAGE_ENCODING_UNKNOWN;
      g_autoptr (GError) error = NULL;
      g_autoptr (Message) root = message_xml_parse (body, hint, &encoding, &error);

      g_assert (root || g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID));
      g_assert (!root || encoding != MESSAGE_ENCODING_UNKNOWN);
      if (root)
        check_parsed (root);
      check_parts (data, size, hint);
    }
  return 0;
}
