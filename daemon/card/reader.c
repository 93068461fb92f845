/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reader: what all implementations of the port share: the name of the reader, and its number. */
#include "card/reader.h"

void
reader_initialize (Reader *reader, const ReaderClass *klass, const char *name)
{
  reader->klass = klass;
  reader->name = g_strdup (name);
}

void
reader_take_serial (Reader *reader, char *serial)
{
  g_atomic_pointer_set (&reader->serial, serial);
}

const char *
reader_get_serial (Reader *reader)
{
  return g_atomic_pointer_get (&reader->serial);
}

void
reader_free (Reader *reader)
{
  g_free (reader->name);
  g_free (reader->serial);
  reader->klass->free (reader);
}
