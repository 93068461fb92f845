/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ship-note: whether a desk's checkpoint, or a proof with one, is signed by a key that is known. In: the text, the
 * keys. Out: the checkpoint. Pure.
 */
#pragma once

#include "codec/tlog-proof.h"

/* ship_note_read: @keys: of char *, verifier keys. (transfer full); NULL: it is none, or none of them has signed it;
 * @ret_why: (static) what is wrong, for staff. */
Checkpoint *ship_note_read (const char *note, const GPtrArray *keys, const char **ret_why);

/* ship_note_get_origin: (transfer full): of a note that nobody has verified; NULL: it is none. */
char *ship_note_get_origin (const char *note);
