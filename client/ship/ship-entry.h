/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ship-entry: one entry of a desk's ledger on its way. In: a line of Export's JSON. Out: its place, its leaf's hash,
 * and, unless it was pruned, its salt and bytes, which were found to give that hash; and what can be searched in it.
 * Pure.
 */
#pragma once

#include <gio/gio.h>

#include "codec/ledger-entry.h"
#include "codec/merkle.h"

#define SHIP_SALT_SIZE 16

typedef struct
{
  guint64 place;
  MerkleHash leaf;
  GBytes *salt, *data; /* NULL: pruned */
  LedgerEntry *entry;  /* read of @data; NULL: pruned, or of a form that is not known here */
} ShipEntry;

/* ship_entry_parse: (transfer full); NULL with G_IO_ERROR_INVALID_DATA: it is no entry, or not what its hash says. */
ShipEntry *ship_entry_parse (const char *line, GError **error);

/* ship_entry_new: of what a database holds; @salt and @data: NULL or 16 bytes and any. Nothing is compared. */
ShipEntry *ship_entry_new (guint64 place, const MerkleHash *leaf, GBytes *salt, GBytes *data);
void ship_entry_free (ShipEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShipEntry, ship_entry_free)

/* ship_entry_fits: whether salt and bytes give the leaf's hash. TRUE of a pruned one. */
gboolean ship_entry_fits (const ShipEntry *entry);

/* ship_entry_get_kind: borrowed; "unknown" of a newer version. _get_at: microseconds since the epoch. Not of a pruned
 * one. */
const char *ship_entry_get_kind (const ShipEntry *entry);
gint64 ship_entry_get_at (const ShipEntry *entry);

/* ship_entry_get_fields: (transfer full): a JSON object of its fields, by their keys. Not of a pruned one. */
char *ship_entry_get_fields (const ShipEntry *entry);

/* ship_entry_get_key: the verifier key that it tells of; NULL: it tells of none. Borrowed. */
const char *ship_entry_get_key (const ShipEntry *entry);
