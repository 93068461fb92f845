/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fuzz-message-json: what parses is UTF-8 within the limits, and is written so that it parses to the same again. */
#include "harness.h"

#include "base/error.h"
#include "codec/message-json.h"

static void
walk (const Message *node, guint depth)
{
  g_assert (depth <= MESSAGE_DEPTH_MAXIMUM);
  for (; node; node = message_get_next (node))
    {
      g_assert (g_utf8_validate (message_get_name (node), -1, NULL));
      g_assert (g_utf8_validate (message_get_text (node), -1, NULL));
      g_assert (!message_has_text (node) || !message_get_first_child (node));
      walk (message_get_first_child (node), depth + 1);
    }
}

static void
check_parsed (const Message *root)
{
  g_autoptr (GBytes) written = message_json_write (root), again = NULL;
  g_autoptr (Message) copy = NULL;

  walk (root, 1);
  copy = message_json_parse (written, NULL);
  g_assert (copy);
  again = message_json_write (copy);
  g_assert (g_bytes_equal (written, again));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) body = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (Message) root = message_json_parse (body, &error), members = message_json_parse_members (body, "R", NULL);

  g_assert (root || g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID));
  if (root)
    check_parsed (root);
  if (members)
    check_parsed (members);
  return 0;
}
