/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tar: a header of 512 bytes, and what follows filled up to as many. */
#include "codec/tar.h"

#include <string.h>

#define BLOCK 512

typedef struct
{
  char name[100], mode[8], uid[8], gid[8], size[12], time[12], checksum[8], type, link[100], magic[6], version[2],
      user[32], group[32], major[8], minor[8], prefix[155], rest[12];
} Header;

G_STATIC_ASSERT (sizeof (Header) == BLOCK);

void
tar_add (GByteArray *stream, const char *name, gconstpointer bytes, gsize size, gint64 seconds)
{
  static const guint8 zeros[BLOCK];
  Header header = { .type = '0', .magic = "ustar", .version = { '0', '0' } };
  guint sum = 0;

  g_return_if_fail (strlen (name) <= TAR_NAME_MAXIMUM);
  g_strlcpy (header.name, name, sizeof header.name);
  g_snprintf (header.mode, sizeof header.mode, "%07o", 0600);
  g_snprintf (header.uid, sizeof header.uid, "%07o", 0);
  g_snprintf (header.gid, sizeof header.gid, "%07o", 0);
  g_snprintf (header.size, sizeof header.size, "%011" G_GINT64_MODIFIER "o", (guint64)size);
  g_snprintf (header.time, sizeof header.time, "%011" G_GINT64_MODIFIER "o", (guint64)MAX (seconds, 0));
  memset (header.checksum, ' ', sizeof header.checksum); /* as it is counted */
  for (gsize i = 0; i < BLOCK; i++)
    sum += ((const guint8 *)&header)[i];
  g_snprintf (header.checksum, sizeof header.checksum, "%06o", sum);
  g_byte_array_append (stream, (const guint8 *)&header, BLOCK);
  g_byte_array_append (stream, bytes, (guint)size);
  if (size % BLOCK != 0)
    g_byte_array_append (stream, zeros, (guint)(BLOCK - size % BLOCK));
}

void
tar_end (GByteArray *stream)
{
  static const guint8 zeros[2 * BLOCK];

  g_byte_array_append (stream, zeros, sizeof zeros);
}
