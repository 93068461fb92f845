/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message-encoding: in which encoding an XML document of the field is: UTF-8, or the field's Shift_JIS, which is CP932
 * of Windows. The document comes in; its encoding, and where its text begins, go out. Pure.
 */
#pragma once

#include <glib.h>

typedef enum
{
  MESSAGE_ENCODING_UNKNOWN,
  MESSAGE_ENCODING_UTF8,
  MESSAGE_ENCODING_CP932,
} MessageEncoding;

/*
 * message_encoding_find: the XML declaration, the header's CharacterCodeIdentifier and @hint say which one it is; where
 * they disagree, are silent or cannot be right, it is what the document can be read in. *ret_mark: the bytes of the
 * mark that it begins with. Return: NULL, or why it is refused, static: nothing of its content. What is called CP932
 * here may still turn out to be none when it is converted.
 */
const char *message_encoding_find (const char *text, gsize size, MessageEncoding hint, MessageEncoding *ret_encoding,
                                   gsize *ret_mark);
