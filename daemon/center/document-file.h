/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * document-file: a document of the center's on its way into memory. Pieces come in, as they arrive; a memfd with all of
 * them goes out, and their SHA-256. No piece is kept beside it, and nothing of it ever has a name on a disk. It can be
 * sealed, and is not yet: whoever has judged it does that.
 */
#pragma once

#include <glib.h>

#define DOCUMENT_FILE_DIGEST_SIZE 32u /* SHA-256 */

typedef struct DocumentFile DocumentFile;

/* document_file_new: Return: NULL with FAILED if there is no memory for it. */
DocumentFile *document_file_new (GError **error);

/* document_file_add: appends @size bytes, which are not kept elsewhere. Return: FALSE with FAILED: it is of no use. */
gboolean document_file_add (DocumentFile *file, const guint8 *data, gsize size, GError **error);

/* document_file_get_size: bytes so far. */
guint64 document_file_get_size (const DocumentFile *file);

/*
 * document_file_finish: nothing more comes. *ret_digest: of all bytes. Return: the descriptor, owned by the caller from
 * then on, close-on-exec, offset 0. @file: (transfer full).
 */
int document_file_finish (DocumentFile *file, guint8 ret_digest[DOCUMENT_FILE_DIGEST_SIZE]);

/* document_file_free: gives all of it up. NULL is none. */
void document_file_free (DocumentFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DocumentFile, document_file_free)
