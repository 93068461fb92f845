/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-tiles: a tree as the files of tlog-tiles (c2sp.org/tlog-tiles). In: leaf after leaf, from the first. Out: the
 * files, in a ustar stream, each as soon as it is full; the rest at the end. Its memory does not grow with the tree.
 */
#pragma once

#include "codec/merkle.h"

typedef struct LedgerTiles LedgerTiles;

/* ledger_tiles_new: @seconds: the time of the files. */
LedgerTiles *ledger_tiles_new (gint64 seconds);
void ledger_tiles_free (LedgerTiles *tiles);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LedgerTiles, ledger_tiles_free)

/* ledger_tiles_take: what of the stream has been made since the last time. Return: (transfer full). */
GByteArray *ledger_tiles_take (LedgerTiles *tiles);

/* ledger_tiles_add_checkpoint: the signed note. Once. */
void ledger_tiles_add_checkpoint (LedgerTiles *tiles, const char *checkpoint);

/* ledger_tiles_add_leaf: the next. @entry: what its hash was made of; NULL: it was pruned. */
void ledger_tiles_add_leaf (LedgerTiles *tiles, const MerkleHash *hash, GBytes *entry);

/* ledger_tiles_end: what is not full, and the end of the stream. */
void ledger_tiles_end (LedgerTiles *tiles);

/* ledger_tiles_format_place: tile number @n as a path: 1234067 is x001/x234/067. Return: (transfer full). */
char *ledger_tiles_format_place (guint64 n);
