/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message-json: the JSON syntax of XmlMsg as the Web API speaks it (facts: domain §8).
 *
 * {"XmlMsg": {"MessageHeader": {…}, "MessageBody": {"ResultList": [{"ResultOfQualificationConfirmation": {…}}, …]}}}
 * A member is an element; an array is its member's children in turn, each an object of one member; numbers, true and
 * false become the text they were written as; null is left out.
 */
#pragma once

#include "codec/message.h"

#define MESSAGE_SIZE_MAXIMUM (4u * 1024 * 1024)

/*
 * message_json_parse: @body into a tree whose root is the one top-level member. Return: (transfer full), or NULL with
 * SHIKAKU_ERROR_MESSAGE_INVALID: too large, not UTF-8, not JSON, deeper or longer than message.h allows, a member twice.
 * The error names a position, never content.
 */
Message *message_json_parse (GBytes *body, GError **error);

/* message_json_write: the tree as one JSON document. Siblings of one name become an array of objects of one member. */
GBytes *message_json_write (const Message *root);
