/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-key: see the header. */
#include "store/ledger-key.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "store/seal.h"

struct LedgerKey
{
  NoteVerifier *verifier;
  Secret *seed;
};

void
ledger_key_row_clear (LedgerKeyRow *row)
{
  g_free (row->verifier);
  g_free (row->id);
  g_clear_pointer (&row->nonce, g_bytes_unref);
  g_clear_pointer (&row->sealed, g_bytes_unref);
  *row = (LedgerKeyRow){ 0 };
}

LedgerKey *
ledger_key_make (const char *name, const char *begin)
{
  LedgerKey *key = g_new (LedgerKey, 1);
  g_autofree char *hash = NULL, *made = NULL;
  guint8 bytes[NOTE_KEY_SIZE];

  key->seed = secret_new (NOTE_KEY_SIZE);
  if (gnutls_rnd (GNUTLS_RND_KEY, secret_get_data (key->seed), NOTE_KEY_SIZE) != 0)
    g_error ("no random numbers");
  note_get_public_key (secret_get_data (key->seed), bytes);
  hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes, sizeof bytes);
  made = name != NULL ? g_strdup (name) : g_strdup_printf ("%s/%s", begin, hash);
  key->verifier = note_verifier_new (made, NOTE_TYPE_ED25519, bytes);
  return key;
}

/* What a row says in the open cannot be changed either. */
static char *
make_binding (const char *verifier)
{
  return g_strconcat ("ledger-key 1 ", verifier, NULL);
}

LedgerKey *
ledger_key_open (StoreKey *under, const LedgerKeyRow *row)
{
  g_autofree char *binding = make_binding (row->verifier);
  g_autoptr (NoteVerifier) verifier = note_verifier_parse (row->verifier);
  gsize size = 0;
  g_autoptr (Secret) seed = row->id != NULL && verifier != NULL
                                ? seal_open (under, row->id, binding, row->nonce, row->sealed, &size)
                                : NULL;
  guint8 bytes[NOTE_KEY_SIZE];
  LedgerKey *key;

  if (seed == NULL || size != NOTE_KEY_SIZE)
    return NULL;
  note_get_public_key (secret_get_data (seed), bytes);
  if (memcmp (bytes, verifier->key, sizeof bytes) != 0)
    return NULL;
  key = g_new (LedgerKey, 1);
  *key = (LedgerKey){ g_steal_pointer (&verifier), g_steal_pointer (&seed) };
  return key;
}

void
ledger_key_free (LedgerKey *key)
{
  if (key == NULL)
    return;
  note_verifier_free (key->verifier);
  secret_free (key->seed);
  g_free (key);
}

gboolean
ledger_key_seal (const LedgerKey *key, StoreKey *under, LedgerKeyRow *ret_row)
{
  LedgerKeyRow row = { note_verifier_to_string (key->verifier), g_strdup (store_key_get_id (under)), NULL, NULL };
  g_autofree char *binding = make_binding (row.verifier);

  row.sealed = seal_close (under, binding, secret_get_data (key->seed), NOTE_KEY_SIZE, &row.nonce);
  if (row.sealed == NULL)
    {
      ledger_key_row_clear (&row);
      return FALSE;
    }
  *ret_row = row;
  return TRUE;
}

const NoteVerifier *
ledger_key_get_verifier (const LedgerKey *key)
{
  return key->verifier;
}

char *
ledger_key_sign (const LedgerKey *key, guint64 size, const MerkleHash *root)
{
  const Checkpoint checkpoint = { key->verifier->name, size, *root, NULL };
  g_autofree char *text = checkpoint_to_text (&checkpoint);
  g_autoptr (SignedNote) note = signed_note_new (text);

  signed_note_sign (note, key->verifier, secret_get_data (key->seed), 0);
  return signed_note_to_string (note);
}
