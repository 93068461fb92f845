/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * secret: whole pages of its own for each secret, so that locking, the exclusion from core dumps and the erasure by the
 * kernel in a forked child hold for this secret and for nothing else.
 */
#include "base/secret.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SECRET_SIZE_MAXIMUM 1048577 /* bytes: a file of certificates, and its end */

struct Secret
{
  guint8 *data;
  gsize size;
  gsize mapped;
};

Secret *
secret_new (gsize size)
{
  const gsize page = sysconf (_SC_PAGESIZE);
  Secret *secret;

  g_assert (size <= SECRET_SIZE_MAXIMUM);

  secret = g_new (Secret, 1);
  secret->size = size;
  secret->mapped = (MAX (size, 1) + page - 1) / page * page;
  secret->data = mmap (NULL, secret->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (secret->data == MAP_FAILED)
    g_error ("no memory for a secret: %s", g_strerror (errno));

  /*
   * Each of these calls may be missing in the kernel, or forbidden by a limit. Then the secret is less protected, but
   * works.
   */
  (void)mlock (secret->data, secret->mapped);
  (void)madvise (secret->data, secret->mapped, MADV_DONTDUMP);
  (void)madvise (secret->data, secret->mapped, MADV_WIPEONFORK);
  return secret;
}

Secret *
secret_take (void *data, gsize size)
{
  Secret *secret = secret_new (size);

  if (size > 0)
    {
      memcpy (secret->data, data, size);
      explicit_bzero (data, size);
    }
  return secret;
}

guint8 *
secret_get_data (Secret *secret)
{
  return secret->data;
}

gsize
secret_get_size (const Secret *secret)
{
  return secret->size;
}

void
secret_free (Secret *secret)
{
  if (secret == NULL)
    return;
  explicit_bzero (secret->data, secret->mapped);
  munmap (secret->data, secret->mapped); /* this unlocks the pages too */
  g_free (secret);
}
