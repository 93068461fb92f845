/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* https-body: a buffer, which grows for a message, and is emptied into the file again and again for a document. */
#include "center/https-body.h"

#include <string.h>

#include "codec/message-json.h"

#define MESSAGE_SIZE_INITIAL 16384 /* if the center does not say how long its answer is */
#define DOCUMENT_PIECE_SIZE 65536u /* that is read at once; four records of TLS */

/* What is read so far; handed over as the body, and erased with it: it is a patient's. */
typedef struct
{
  gsize size; /* of data */
  guint8 data[];
} Buffer;

struct HttpsBody
{
  Buffer *buffer;
  gsize used;             /* of the buffer; of a document always 0 */
  DocumentFile *document; /* NULL: it is a message */
};

static Buffer *
buffer_new (gsize size)
{
  Buffer *buffer = g_malloc (sizeof (Buffer) + size);

  buffer->size = size;
  return buffer;
}

static void
buffer_free (Buffer *buffer)
{
  if (buffer == NULL)
    return;
  explicit_bzero (buffer->data, buffer->size);
  g_free (buffer);
}

static Buffer *
buffer_grow (Buffer *buffer, gsize size)
{
  Buffer *larger = buffer_new (size);

  memcpy (larger->data, buffer->data, MIN (buffer->size, size));
  buffer_free (buffer);
  return larger;
}

HttpsBody *
https_body_new (goffset length)
{
  HttpsBody *body = g_new0 (HttpsBody, 1);

  /* One byte more than is announced, so that its end is seen without growing. */
  body->buffer = buffer_new (length >= 0 ? (gsize)length + 1 : MESSAGE_SIZE_INITIAL);
  return body;
}

HttpsBody *
https_body_new_document (GError **error)
{
  DocumentFile *document = document_file_new (error);
  HttpsBody *body;

  if (document == NULL)
    return NULL;
  body = g_new0 (HttpsBody, 1);
  body->buffer = buffer_new (DOCUMENT_PIECE_SIZE);
  body->document = document;
  return body;
}

void
https_body_free (HttpsBody *body)
{
  if (body == NULL)
    return;
  buffer_free (body->buffer);
  document_file_free (body->document);
  g_free (body);
}

gboolean
https_body_is_too_large (const HttpsBody *body, guint64 length)
{
  return length > (body->document != NULL ? HTTPS_BODY_DOCUMENT_SIZE_MAXIMUM : MESSAGE_SIZE_MAXIMUM);
}

guint8 *
https_body_get_space (HttpsBody *body, gsize *ret_size)
{
  if (body->used == body->buffer->size) /* one more than the limit, so that it is seen to be exceeded */
    body->buffer = buffer_grow (body->buffer, MIN (2 * body->used, MESSAGE_SIZE_MAXIMUM + 1));
  *ret_size = body->buffer->size - body->used;
  return body->buffer->data + body->used;
}

gboolean
https_body_add (HttpsBody *body, gsize size, GError **error)
{
  if (body->document != NULL)
    return document_file_add (body->document, body->buffer->data, size, error);
  body->used += size;
  return TRUE;
}

guint64
https_body_get_size (const HttpsBody *body)
{
  return body->document != NULL ? document_file_get_size (body->document) : body->used;
}

GBytes *
https_body_take_message (HttpsBody *body)
{
  Buffer *buffer = g_steal_pointer (&body->buffer);

  return g_bytes_new_with_free_func (buffer->data, body->used, (GDestroyNotify)buffer_free, buffer);
}

DocumentFile *
https_body_take_document (HttpsBody *body)
{
  return g_steal_pointer (&body->document);
}
