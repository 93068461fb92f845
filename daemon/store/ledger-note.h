/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-note: the checkpoint of the newest ledger, in a small file of its own beside it: so that an older copy that is
 * put in the ledger's place is seen. In: checkpoints, each when its ledger is on the disk. Out: the last one.
 *
 * The file has one size for ever and is written in its place, unflushed: a loss of power leaves an older one, never a
 * later one than the ledger is. On the store's thread.
 */
#pragma once

#include "codec/signed-note.h"

#define LEDGER_NOTE_NAME "ledger.head" /* beside the ledger */

typedef struct LedgerNote LedgerNote;

LedgerNote *ledger_note_new (const char *folder);
void ledger_note_free (LedgerNote *note);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LedgerNote, ledger_note_free)

/*
 * ledger_note_read: what was noted: @ret_checkpoint: (transfer full), NULL: nothing yet. FALSE with NOT_FOUND (there is
 * no such file) or FAILED (it cannot be read, or says nothing that makes sense).
 */
gboolean ledger_note_read (LedgerNote *note, Checkpoint **ret_checkpoint, GError **error);

/* ledger_note_begin: makes the file, with nothing noted, and flushes it: before the first entry is. FAILED. */
gboolean ledger_note_begin (LedgerNote *note, GError **error);

/* ledger_note_write: @checkpoint: the signed note, as a text. FALSE: it could not; the last one stays. */
gboolean ledger_note_write (LedgerNote *note, const char *checkpoint, GError **error);
