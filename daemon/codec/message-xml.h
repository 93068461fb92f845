/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message-xml: the XML syntax of XmlMsg as the official terminal's files have it (data/doc/messages.md, "Syntax"), in
 * UTF-8 or in the field's Shift_JIS, which is CP932 of Windows. GMarkup finds the tokens. What the field never sends is
 * refused: document types, entities, attributes, processing instructions, prefixes of names, text beside elements.
 */
#pragma once

#include "codec/message-encoding.h"
#include "codec/message.h"

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

/* A document that is too large for one tree: its parts are one tree after the other, and what holds them is none. */
typedef struct
{
  /* is_holder: whether @element of @holder (NULL: it is the outermost) holds parts; else it is one. */
  gboolean (*is_holder) (const char *holder, const char *element, gpointer user_data);
  /* on_part: @part, which is freed afterwards. Return: FALSE with an error of SHIKAKU_ERROR ends the walk. */
  gboolean (*on_part) (const Message *part, gpointer user_data, GError **error);
} MessageXmlParts;

/*
 * message_xml_walk: @text, @size bytes, as @parts. The limits of message.h are those of one part; how large a document
 * may be, and how often a holder may stand, the caller says. Return: FALSE as message_xml_parse fails, or as on_part;
 * parts from before that have been handed over then.
 */
gboolean message_xml_walk (const char *text, gsize size, MessageEncoding hint, const MessageXmlParts *parts,
                           gpointer user_data, GError **error);

/*
 * message_xml_write: the tree as one XML document that declares @encoding (unknown: UTF-8). Return: (transfer full), or
 * NULL with SHIKAKU_ERROR_MESSAGE_INVALID where XML has no way to write it: a name that is none, a control character,
 * a character of @unmapped.
 */
GBytes *message_xml_write (const Message *root, MessageEncoding encoding, MessageUnmapped unmapped, GError **error);
