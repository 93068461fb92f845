/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message-json: the JSON syntax of XmlMsg as the Web API speaks it (data/doc/messages.md, "Syntax").
 *
 * {"XmlMsg": {"MessageHeader": {…}, "MessageBody": {"ResultList": [{"ResultOfQualificationConfirmation": {…}}, …]}}}
 * A member is an element; an array is its member's children in turn, each an object of one member; numbers, true and
 * false become the text they were written as ("1.0" stays "1.0"); null is left out. Lists that other programs make of
 * it are read like the field's: "ResultList": [{…}, {…}] without the items' name, and
 * "ResultOfQualificationConfirmation": [{…}, {…}] with nothing but it. A byte-order mark is passed over. The tokens are
 * libyajl's, which is the only library here that hands a number over as written, and the cheapest of them.
 */
#pragma once

#include "codec/message.h"

/*
 * message_json_parse: @body into a tree whose root is the one top-level member. Return: (transfer full), or NULL with
 * SHIKAKU_ERROR_MESSAGE_INVALID: too large, not UTF-8, not JSON, deeper or longer than message.h allows, a member or an
 * element twice (message-profile), a NUL or half a surrogate pair as an escape, an array of anything else than objects.
 * The error names a position, never content.
 */
Message *message_json_parse (GBytes *body, GError **error);

/*
 * message_json_parse_members: for a body that is no XmlMsg but an object of several members, as that of auth: they
 * become the children of a root called @name. Errors as above.
 */
Message *message_json_parse_members (GBytes *body, const char *name, GError **error);

/* message_json_write: the tree as one JSON document. Siblings of one name become an array of objects of one member. */
GBytes *message_json_write (const Message *root);

/*
 * For JSON that is not the field's. message_json_append_text: @text, which is UTF-8, as a string with its quotes.
 * message_json_append_member: the element @node as a member, its name and what is in it, written as above.
 */
void message_json_append_text (GString *out, const char *text);
void message_json_append_member (GString *out, const Message *node);
