/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message: the XmlMsg tree of the field: elements with plain text or children, no attributes, their order not stable,
 * optional elements that are empty left out (data/doc/messages.md, "Syntax"). The syntaxes live beside it
 * (message-json, message-xml), and what may stand more than once (message-profile).
 *
 * A tree is one arena: nodes and texts are freed together with the root. A finished tree is read-only. Texts are always
 * strings, so that "01" stays "01".
 */
#pragma once

#include <glib.h>

#define MESSAGE_SIZE_MAXIMUM 4194304u /* bytes of a document: 4 MiB */
#define MESSAGE_DEPTH_MAXIMUM 32
#define MESSAGE_NODES_MAXIMUM 200000

typedef struct Message Message;

/* message_new: the root of a new tree. Return: (transfer full). */
Message *message_new (const char *name);
void message_free (Message *root);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Message, message_free)

/* message_add: appends a child. @text: copied; NULL for an element that will have children. Return: the child. */
Message *message_add (Message *parent, const char *name, const char *text);

/*
 * For the parsers beside it. message_keep: a copy of @size bytes, ended by NUL, that lives as long as the tree of
 * @node. message_add_kept: message_add for texts that already live so long; nothing is copied.
 */
const char *message_keep (Message *node, const char *text, gsize size);
Message *message_add_kept (Message *parent, const char *name, gsize name_size, const char *text);

/* message_set_kept: gives @node, which has no children, a text that already lives as long as the tree; NULL: none. */
void message_set_kept (Message *node, const char *text);

/*
 * message_enclose: @node, a child, becomes an element called @name (which lives as long as the tree) at the same place,
 * and what it was becomes the one child of that. Return: @node.
 */
Message *message_enclose (Message *node, const char *name);

const char *message_get_name (const Message *node);

/* message_get_text: the node's own text, "" if it has none. Lives as long as the tree. */
const char *message_get_text (const Message *node);

/* message_has_text: FALSE for an element that was made to have children, TRUE for one whose text may be "". */
gboolean message_has_text (const Message *node);

const Message *message_get_first_child (const Message *node);
const Message *message_get_next (const Message *node);

/* message_find: the first child called @name, or NULL. @node may be NULL. */
const Message *message_find (const Message *node, const char *name);

/* message_find_next: the next sibling of @node with the same name, or NULL. */
const Message *message_find_next (const Message *node);

/* message_find_text: the text of the first child called @name, NULL if it is absent or empty. @node may be NULL. */
const char *message_find_text (const Message *node, const char *name);
