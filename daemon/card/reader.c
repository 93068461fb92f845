/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reader: what all implementations of the port share: the name of the reader. */
#include "card/reader.h"

void
reader_initialize (Reader *reader, const ReaderClass *klass, const char *name)
{
  reader->klass = klass;
  reader->name = g_strdup (name);
}

void
reader_free (Reader *reader)
{
  g_free (reader->name);
  reader->klass->free (reader);
}
