/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * slow-writer: bytes for a descriptor whose other end is somebody else's, who may read slowly, or never. In: pieces,
 * one after the other. Out: word of each that it is written. A thread of its own does the writing: nothing waits for
 * it.
 */
#pragma once

#include <gio/gio.h>

typedef struct SlowWriter SlowWriter;

/*
 * slow_writer_take: a copy of @descriptor, open for writing: of a pipe, a socket or a regular file; nothing else (what
 * the kernel makes up in /proc would be written to in our name). @silence_seconds: how long the other end may read
 * nothing. Return: (transfer full), or NULL with INVALID_OPTION.
 */
SlowWriter *slow_writer_take (int descriptor, guint silence_seconds, GError **error);

/* slow_writer_free: what is not written is left, and the descriptor closed, as soon as the kernel lets go of it. */
void slow_writer_free (SlowWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SlowWriter, slow_writer_free)

/*
 * slow_writer_write: @bytes are kept until they are written. One at a time. @callback: on the caller's main context;
 * not once the writer was freed. @error: NULL, or TIMED_OUT (nothing was read for too long), or FAILED (the reader has
 * gone, no room is left on the disk).
 */
typedef void (*SlowWriterDone) (const GError *error, gpointer user_data);
void slow_writer_write (SlowWriter *writer, GBytes *bytes, SlowWriterDone callback, gpointer user_data);
