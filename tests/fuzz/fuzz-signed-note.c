/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz-signed-note: what is read as a note, a key, a checkpoint or a proof is written as the very same text; and no
 * text is signed by a key that has not signed it.
 */
#include "harness.h"

#include <string.h>

#include "codec/tlog-proof.h"

static void
look_at_note (const char *text, const NoteVerifier *stranger)
{
  g_autoptr (SignedNote) note = signed_note_parse (text);
  g_autoptr (Checkpoint) checkpoint = note != NULL ? checkpoint_parse (note->text) : NULL;
  g_autofree char *again = note != NULL ? signed_note_to_string (note) : NULL;
  g_autofree char *text_again = checkpoint != NULL ? checkpoint_to_text (checkpoint) : NULL;

  g_assert (note == NULL || strcmp (again, text) == 0);
  g_assert (checkpoint == NULL || strcmp (text_again, note->text) == 0);
  g_assert (note == NULL || signed_note_verify (note, stranger, NULL) != NOTE_SIGNED);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const guint8 key[NOTE_KEY_SIZE] = { 1, 2, 3 };
  g_autofree char *text = g_strndup ((const char *)data, size), *again = NULL;
  g_autoptr (NoteVerifier) stranger = note_verifier_new ("example.org/log", NOTE_TYPE_ED25519, key);
  g_autoptr (NoteVerifier) verifier = note_verifier_parse (text);
  g_autoptr (TlogProof) proof = tlog_proof_parse (text);
  const MerkleHash leaf = { { 0 } };

  look_at_note (text, stranger);
  if (verifier != NULL)
    again = note_verifier_to_string (verifier);
  g_assert (verifier == NULL || g_ascii_strcasecmp (again, text) == 0); /* the id may have capitals */
  if (proof != NULL)
    {
      g_autofree char *proof_again = tlog_proof_to_string (proof);

      g_assert (strcmp (proof_again, text) == 0);
      g_assert (tlog_proof_verify (proof, stranger, NULL, &leaf) != TLOG_PROOF_RIGHT);
    }
  return 0;
}
