/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tar: files in a row, as POSIX ustar has them. In: a name and bytes. Out: a stream that every tar reads. Pure. */
#pragma once

#include <glib.h>

#define TAR_NAME_MAXIMUM 99 /* bytes of a file's name */

/* tar_add: appends to @stream the file @name with @size bytes, readable for its owner, of the time @seconds (epoch). */
void tar_add (GByteArray *stream, const char *name, gconstpointer bytes, gsize size, gint64 seconds);

/* tar_end: what a stream ends with. */
void tar_end (GByteArray *stream);
