/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message-xml: the XML syntax of XmlMsg as the official terminal's files have it (data/doc/messages.md, "Syntax"), in
 * UTF-8 or in the field's Shift_JIS, which is CP932 of Windows. GMarkup finds the tokens. What the field never sends is
 * refused: document types, entities, attributes, processing instructions, prefixes of names, text beside elements.
 */
#pragma once

#include "codec/message.h"

typedef enum
{
  MESSAGE_ENCODING_UNKNOWN,
  MESSAGE_ENCODING_UTF8,
  MESSAGE_ENCODING_CP932,
} MessageEncoding;

/* What becomes of a character that the encoding does not have. */
typedef enum
{
  MESSAGE_UNMAPPED_REFUSE,  /* in a request: with another character it would ask about somebody else */
  MESSAGE_UNMAPPED_REPLACE, /* in an answer: ●, as the center does it */
} MessageUnmapped;

/*
 * message_xml_parse: @body into a tree. Which encoding it is in say the XML declaration, the header's
 * CharacterCodeIdentifier and @hint (of the terminal's settings); where they disagree, are silent or cannot be right,
 * what it can be read in. *ret_encoding, if not NULL: that in which it was read. Return: (transfer full), or NULL with
 * SHIKAKU_ERROR_MESSAGE_INVALID: too large, in neither encoding, not this XML, deeper or longer than message.h allows,
 * an element twice (message-profile). The error names a position, never content.
 */
Message *message_xml_parse (GBytes *body, MessageEncoding hint, MessageEncoding *ret_encoding, GError **error);

/*
 * message_xml_write: the tree as one XML document that declares @encoding (unknown: UTF-8). Return: (transfer full), or
 * NULL with SHIKAKU_ERROR_MESSAGE_INVALID where XML has no way to write it: a name that is none, a control character,
 * a character of @unmapped.
 */
GBytes *message_xml_write (const Message *root, MessageEncoding encoding, MessageUnmapped unmapped, GError **error);
