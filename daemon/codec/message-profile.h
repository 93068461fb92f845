/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message-profile: which of the field's elements may stand more than once (data/doc/messages.md, "Syntax"). An element
 * with its children comes in, what is wrong with them goes out. The one table for both syntaxes.
 *
 * A reader of a message takes the first element of a name. If another stands behind it, whoever made the message may
 * have meant that one: a message that can be read in two ways is refused, unless the field knows the two as a list.
 */
#pragma once

#include "codec/message.h"

/* Of one JSON object, and of an element of the table that is no list: the field's largest has below 100. */
#define MESSAGE_MEMBERS_MAXIMUM 256

/* message_profile_get_item: what the list called @list holds, static: "ResultOfQualificationConfirmation"; or NULL. */
const char *message_profile_get_item (const char *list);

/*
 * message_profile_is_item: whether @parent may hold more than one @name, and @name itself holds each element once: so
 * that in JSON an array in its place can only mean several of it.
 */
gboolean message_profile_is_item (const char *parent, const char *name);

/*
 * message_profile_judge: the children of @node, whose own children are judged. Return: NULL, or why the message is
 * refused, static: an element twice that is no item of a list, or more elements than one that is no list may hold.
 */
const char *message_profile_judge (const Message *node);
