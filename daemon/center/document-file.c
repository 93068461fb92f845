/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* document-file: write() and a running hash. The kernel clears the pages when the last descriptor goes. */
#include "center/document-file.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"

struct DocumentFile
{
  int fd;
  guint64 size;
  gnutls_hash_hd_t hash;
};

G_STATIC_ASSERT (DOCUMENT_FILE_DIGEST_SIZE == 256 / 8);

DocumentFile *
document_file_new (GError **error)
{
  g_autoptr (DocumentFile) file = g_new0 (DocumentFile, 1);

  gnutls_global_init (); /* may be called any number of times; a desk that has shown nothing yet has not done it */
  file->fd = memfd_create ("shikaku-document", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (file->fd >= 0 && gnutls_hash_init (&file->hash, GNUTLS_DIG_SHA256) == 0)
    return g_steal_pointer (&file);
  file->hash = NULL; /* one that was not made is none */
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "there is no memory for a document");
  return NULL;
}

/* The offset stays at 0 for the reader. */
static gboolean
write_all (DocumentFile *file, const guint8 *data, gsize size)
{
  for (gsize done = 0; done < size;)
    {
      gssize n = pwrite (file->fd, data + done, size - done, (off_t)(file->size + done));

      if (n < 0 && errno != EINTR)
        return FALSE;
      done += (gsize)MAX (n, 0);
    }
  return TRUE;
}

gboolean
document_file_add (DocumentFile *file, const guint8 *data, gsize size, GError **error)
{
  if (!write_all (file, data, size) || gnutls_hash (file->hash, data, size) != 0)
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "a document cannot be kept in memory: %s",
                   g_strerror (errno));
      return FALSE;
    }
  file->size += size;
  return TRUE;
}

guint64
document_file_get_size (const DocumentFile *file)
{
  return file->size;
}

int
document_file_finish (DocumentFile *file, guint8 ret_digest[DOCUMENT_FILE_DIGEST_SIZE])
{
  int fd = file->fd;

  gnutls_hash_output (file->hash, ret_digest);
  file->fd = -1;
  document_file_free (file);
  return fd;
}

void
document_file_free (DocumentFile *file)
{
  if (file == NULL)
    return;
  if (file->fd >= 0)
    close (file->fd);
  if (file->hash != NULL)
    gnutls_hash_deinit (file->hash, NULL);
  g_free (file);
}
