/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * terminal-copies: the fan-out: a face file has one consumer, and where other programs take such files too each has a
 * folder of its own, on this computer, into which it gets a copy. A file's name, bytes and digest come in; its copies
 * go out, each once: whoever has taken one gets no second, whatever was killed in between.
 *
 * For each copy: its bytes under a hidden name in the folder; then a mark of its digest in a folder of our own; then
 * the exclusive rename. With a mark, no hidden name means that the copy was there.
 */
#pragma once

#include <gio/gio.h>

typedef struct TerminalCopies TerminalCopies;

#define TERMINAL_COPIES_MARK_DAYS 30 /* how long it is remembered that a copy was made */

/*
 * terminal_copies_new: @folders: absolute, with colons between them; NULL: none. @state: of our own, for the marks; old
 * ones in it are forgotten now.
 */
TerminalCopies *terminal_copies_new (const char *folders, const char *state);
TerminalCopies *terminal_copies_ref (TerminalCopies *copies);
void terminal_copies_unref (TerminalCopies *copies);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TerminalCopies, terminal_copies_unref)

/*
 * terminal_copies_make_async: on a thread; one at a time. @digest: SHA-256 of @bytes. Finish: FALSE with FAILED: at
 * least one copy is not made; those that are are not made again by the next call. The error names folders alone.
 */
void terminal_copies_make_async (TerminalCopies *copies, const char *name, GBytes *bytes, const guint8 *digest,
                                 GAsyncReadyCallback callback, gpointer user_data);
gboolean terminal_copies_make_finish (GAsyncResult *result, GError **error);
