/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-json: an entry of the ledger as one line of JSON. In: the entry, its place and what its leaf is made of. Out:
 * the line, from which anybody can compute the leaf again: SHA-256 of a byte 0, the salt and the data. Pure.
 */
#pragma once

#include "codec/ledger-entry.h"
#include "codec/merkle.h"

#define LEDGER_JSON_SALT_SIZE 16

typedef struct
{
  guint64 index;
  const MerkleHash *hash;   /* of the leaf */
  GBytes *leaf;             /* salt and canonical bytes; NULL: it was pruned, and there is nothing but place and hash */
  const LedgerEntry *entry; /* of them; NULL: nobody can read it */
} LedgerJsonLeaf;

/*
 * ledger_json_append: appends the line and its end to @lines: Index, Leaf, and Pruned, or Salt, Data (base64), Kind,
 * At, Boot and the fields under the keys of base/names.h. Hashes and bytes are lower-case hexadecimal, numbers are
 * numbers. Data that nobody here can read stands there alone.
 */
void ledger_json_append (GString *lines, const LedgerJsonLeaf *leaf);

/* ledger_json_make_hex: lower-case. Return: (transfer full). */
char *ledger_json_make_hex (gconstpointer bytes, gsize size);
