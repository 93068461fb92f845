/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sealed-file: bytes come in, a descriptor that nobody can write to any more goes out. */
#include "base/sealed-file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"

/* pwrite leaves the offset at 0 for the reader. */
static gboolean
write_all (int descriptor, const guint8 *data, gsize size)
{
  for (gsize done = 0; done < size;)
    {
      gssize n = pwrite (descriptor, data + done, size - done, done);

      if (n < 0 && errno != EINTR)
        return FALSE;
      done += MAX (n, 0);
    }
  return TRUE;
}

gboolean
sealed_file_seal (int descriptor, GError **error)
{
  if (lseek (descriptor, 0, SEEK_SET) == 0
      && fcntl (descriptor, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0)
    return TRUE;

  g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "cannot seal a file: %s", g_strerror (errno));
  return FALSE;
}

int
sealed_file_new (GBytes *content, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (content, &size);
  int descriptor = memfd_create ("shikaku-document", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  if (descriptor < 0 || !write_all (descriptor, data, size))
    g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "cannot make a sealed file: %s", g_strerror (errno));
  else if (sealed_file_seal (descriptor, error))
    return descriptor;
  if (descriptor >= 0)
    close (descriptor);
  return -1;
}
