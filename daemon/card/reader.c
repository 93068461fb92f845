/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reader: what every implementation of the port shares: the count of references and the name. */
#include "card/reader.h"

void
reader_initialize (Reader *reader, const ReaderClass *klass, const char *name)
{
  reader->klass = klass;
  g_atomic_ref_count_init (&reader->references);
  reader->name = g_strdup (name);
}

Reader *
reader_ref (Reader *reader)
{
  g_atomic_ref_count_inc (&reader->references);
  return reader;
}

void
reader_unref (Reader *reader)
{
  if (!g_atomic_ref_count_dec (&reader->references))
    return;

  g_free (reader->name);
  reader->klass->free (reader);
}
