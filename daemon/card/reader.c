/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reader: what every implementation of the port shares: the name. */
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
