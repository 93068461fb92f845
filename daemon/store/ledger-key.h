/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-key: the key with which a ledger signs how far it is: Ed25519, made here, and sealed under the store's key
 * (purpose "ledger-key"). In: the store's key; or the sealed bytes. Out: the other; signed notes. One thread at a time.
 */
#pragma once

#include "codec/signed-note.h"
#include "store/store-key.h"

typedef struct LedgerKey LedgerKey;

/* What is kept of one. */
typedef struct
{
  char *verifier; /* `name+hash+base64` */
  char *id;       /* of the store's key under which it is sealed; NULL, as the next two: it signs no more */
  GBytes *nonce, *sealed;
} LedgerKeyRow;

void ledger_key_row_clear (LedgerKeyRow *row);

/*
 * ledger_key_make: a new one. @name: of the log; NULL: @begin, a slash, and the SHA-256 of the key. (transfer full).
 * ledger_key_open: NULL: this store's key does not open it, or it is not what it says.
 */
LedgerKey *ledger_key_make (const char *name, const char *begin);
LedgerKey *ledger_key_open (StoreKey *key, const LedgerKeyRow *row);
void ledger_key_free (LedgerKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LedgerKey, ledger_key_free)

/* ledger_key_seal: fills @ret_row. FALSE: it cannot be done. */
gboolean ledger_key_seal (const LedgerKey *key, StoreKey *under, LedgerKeyRow *ret_row);

/* ledger_key_get_verifier: (transfer none). ledger_key_sign: the checkpoint of a tree, as a text. (transfer full). */
const NoteVerifier *ledger_key_get_verifier (const LedgerKey *key);
char *ledger_key_sign (const LedgerKey *key, guint64 size, const MerkleHash *root);
