/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * https-body: where the body of an answer goes while it is read, and how large it may be: a message is kept in memory
 * that is erased, a document goes on into a memfd piece by piece. Space to read into comes out, what was filled goes
 * in.
 */
#pragma once

#include "center/document-file.h"

#define HTTPS_BODY_DOCUMENT_SIZE_MAXIMUM (32u * 1024u * 1024u)

typedef struct HttpsBody HttpsBody;

/* https_body_new: of a message. @length: that is announced, or -1. */
HttpsBody *https_body_new (goffset length);
/* https_body_new_document: Return: NULL with FAILED. */
HttpsBody *https_body_new_document (GError **error);
void https_body_free (HttpsBody *body);

/* https_body_is_too_large: whether @length bytes are more than such a body may have. */
gboolean https_body_is_too_large (const HttpsBody *body, guint64 length);

/* https_body_get_space: where the next bytes go; at least one. Return: borrowed until the next call. */
guint8 *https_body_get_space (HttpsBody *body, gsize *ret_size);
/* https_body_add: @size bytes of that space are filled. Return: FALSE with FAILED. */
gboolean https_body_add (HttpsBody *body, gsize size, GError **error);
guint64 https_body_get_size (const HttpsBody *body);

/*
 * https_body_take_message, https_body_take_document: the whole of it (transfer full); the message is erased at its end.
 */
GBytes *https_body_take_message (HttpsBody *body);
DocumentFile *https_body_take_document (HttpsBody *body);
