/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-signed-note: a note and a key of another program; what is no note, key or checkpoint; signatures that are ours,
 * of a witness, of others, and changed; and proofs as one text.
 */
#include <string.h>

#include "codec/tlog-proof.h"

/* The example of the package golang.org/x/mod/sumdb/note. */
#define KNOWN_KEY "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define KNOWN_SEED "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
#define KNOWN_TEXT \
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
#define KNOWN_LINE \
  "\342\200\224 PeterNeumann " \
  "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

static void
test_known (void)
{
  g_autoptr (NoteVerifier) verifier = note_verifier_parse (KNOWN_KEY);
  g_autoptr (SignedNote) note = signed_note_parse (KNOWN_TEXT "\n" KNOWN_LINE), again = signed_note_new (KNOWN_TEXT);
  g_autoptr (GBytes) seed = note_decode_base64 (KNOWN_SEED, strlen (KNOWN_SEED));
  g_autofree char *key = NULL, *text = NULL;
  guint8 public_key[NOTE_KEY_SIZE];

  g_assert_nonnull (verifier);
  g_assert_nonnull (note);
  key = note_verifier_to_string (verifier);
  g_assert_cmpstr (key, ==, KNOWN_KEY);
  g_assert_cmpint (signed_note_verify (note, verifier, NULL), ==, NOTE_SIGNED);
  note_get_public_key ((const guint8 *)g_bytes_get_data (seed, NULL) + 1, public_key);
  g_assert_cmpmem (public_key, NOTE_KEY_SIZE, verifier->key, NOTE_KEY_SIZE);
  signed_note_sign (again, verifier, (const guint8 *)g_bytes_get_data (seed, NULL) + 1, 0);
  text = signed_note_to_string (again);
  g_assert_cmpstr (text, ==, KNOWN_TEXT "\n" KNOWN_LINE);
  note->text[3] ^= 1;
  g_assert_cmpint (signed_note_verify (note, verifier, NULL), ==, NOTE_FORGED);
}

static void
test_no_notes (void)
{
  static const char *const none[] = {
    "",
    "\n",
    "\n\n",
    "a\n",
    "a\n\n",
    "\n\n" KNOWN_LINE,
    "a\n\nb\n",
    "a" KNOWN_LINE,
    "a\n" KNOWN_LINE,
    "a\n\n\n",
    "a\r\n\n" KNOWN_LINE,
    "\377\n\n" KNOWN_LINE,
    "a\n\n" KNOWN_LINE "b\n",
    "a\n\n\342\200\224 Peter\n",
    "a\n\n\342\200\224 Peter AAAA\n",
    "a\n\n\342\200\224 Pe+er AAAAAAA=\n",
    "a\n\n\342\200\224 Peter AAAAAAB=\n",
    "a\n\n\342\200\224  AAAAAAA=\n",
    "a\n\n- Peter AAAAAAA=\n",
    "a\n\n\342\200\224 Peter AAAAAAA= \n",
    "a\n\n\342\200\224 Pe\343\200\200ter AAAAAAA=\n",
    "a\n\n\342\200\224 Peter AAAAAAA=",
  };
  g_autoptr (SignedNote) well = signed_note_parse ("a\n\nb\n\n\342\200\224 Peter AAAAAAA=\n");
  g_autofree char *big = g_strnfill (NOTE_TEXT_MAXIMUM, 'a'), *huge = g_strconcat (big, "\n\n", KNOWN_LINE, NULL);

  g_assert_nonnull (well);
  g_assert_cmpstr (well->text, ==, "a\n\nb\n");
  for (gsize i = 0; i < G_N_ELEMENTS (none); i++)
    if (signed_note_parse (none[i]) != NULL)
      g_error ("row %" G_GSIZE_FORMAT " was taken", i);
  g_assert_null (signed_note_parse (huge));
  g_assert_null (signed_note_parse (NULL)); /* as those below: a damaged file has lost it */
}

static void
test_no_keys (void)
{
  static const char *const none[] = {
    "",
    "a",
    "a+b",
    "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "PeterNeumann+c74f20a3+ARpc2QcU",
    "PeterNeumann+74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (none); i++)
    g_assert_null (note_verifier_parse (none[i]));
  g_assert_null (note_verifier_parse (NULL));
}

/* make_key: with a secret that is @number in each byte. */
static NoteVerifier *
make_key (const char *name, NoteType type, guint8 number, guint8 seed[NOTE_KEY_SIZE])
{
  guint8 key[NOTE_KEY_SIZE];

  memset (seed, number, NOTE_KEY_SIZE);
  note_get_public_key (seed, key);
  return note_verifier_new (name, type, key);
}

static void
test_several (void)
{
  guint8 log_seed[NOTE_KEY_SIZE], witness_seed[NOTE_KEY_SIZE], other_seed[NOTE_KEY_SIZE];
  g_autoptr (NoteVerifier) log = make_key ("example.org/log", NOTE_TYPE_ED25519, 1, log_seed);
  g_autoptr (NoteVerifier) witness = make_key ("example.org/witness", NOTE_TYPE_COSIGNATURE, 2, witness_seed);
  g_autoptr (NoteVerifier) other = make_key ("example.org/log", NOTE_TYPE_ED25519, 3, other_seed);
  g_autoptr (SignedNote) note = signed_note_new ("example.org/log\n1\n" ROOT "\n"), again = NULL;
  g_autofree char *text = NULL, *key = note_verifier_to_string (witness);
  g_autoptr (NoteVerifier) witness_again = note_verifier_parse (key);
  guint64 time = 0;

  signed_note_sign (note, log, log_seed, 0);
  signed_note_sign (note, witness, witness_seed, 1679315147);
  text = signed_note_to_string (note);
  again = signed_note_parse (text);
  g_assert_nonnull (again);
  g_assert_cmpint (signed_note_verify (again, log, &time), ==, NOTE_SIGNED);
  g_assert_cmpuint (time, ==, 0);
  g_assert_cmpint (signed_note_verify (again, witness_again, &time), ==, NOTE_SIGNED);
  g_assert_cmpuint (time, ==, 1679315147);
  g_assert_cmpint (signed_note_verify (again, other, NULL), ==, NOTE_UNSIGNED); /* same name, other key */
  signed_note_sign (again, other, log_seed, 0);                                 /* not the key that it says */
  g_assert_cmpint (signed_note_verify (again, other, NULL), ==, NOTE_FORGED);
  g_assert_cmpint (signed_note_verify (again, log, NULL), ==, NOTE_SIGNED);
}

static void
test_checkpoints (void)
{
  static const char *const none[] = {
    "",
    "a\n1\n",
    "a\n1\n" ROOT,
    "\n1\n" ROOT "\n",
    "a\n01\n" ROOT "\n",
    "a\n-1\n" ROOT "\n",
    "a\n+1\n" ROOT "\n",
    "a\n18446744073709551616\n" ROOT "\n",
    "a\n1\nAAAA\n",
    "a\n1\n" ROOT "\n\n",
    "a\n1\n" ROOT "\nb",
    "a\n1\n" ROOT "\nb\n\nc\n",
    "a\n\n" ROOT "\n",
    "a\n1 \n" ROOT "\n",
  };
  g_autoptr (Checkpoint) plain = checkpoint_parse ("a b\n0\n" ROOT "\n");
  g_autoptr (Checkpoint) extended = checkpoint_parse ("a\n18446744073709551615\n" ROOT "\nb\nc\n");
  g_autofree char *text = NULL;

  g_assert_nonnull (plain);
  g_assert_cmpstr (plain->origin, ==, "a b");
  g_assert_cmpuint (plain->size, ==, 0);
  g_assert_nonnull (extended);
  g_assert_cmpstr (extended->extension, ==, "b\nc\n");
  text = checkpoint_to_text (extended);
  g_assert_cmpstr (text, ==, "a\n18446744073709551615\n" ROOT "\nb\nc\n");
  for (gsize i = 0; i < G_N_ELEMENTS (none); i++)
    g_assert_null (checkpoint_parse (none[i]));
  g_assert_null (checkpoint_parse (NULL));
}

/* A log of two leaves, and the proof of the second. */
static char *
make_proof (const NoteVerifier *log, const guint8 seed[NOTE_KEY_SIZE], const MerkleHash leaves[2])
{
  Checkpoint checkpoint = { log->name, 2, { { 0 } }, NULL };
  g_autofree char *text = NULL, *note_text = NULL;
  g_autoptr (SignedNote) note = NULL;
  g_autoptr (TlogProof) proof = g_new0 (TlogProof, 1);

  merkle_hash_children (&leaves[0], &leaves[1], &checkpoint.root);
  text = checkpoint_to_text (&checkpoint);
  note = signed_note_new (text);
  signed_note_sign (note, log, seed, 0);
  proof->extra = g_bytes_new_static ("salt", 4);
  proof->index = 1;
  proof->n = 1;
  proof->hashes[0] = leaves[0];
  proof->checkpoint = signed_note_to_string (note);
  return tlog_proof_to_string (proof);
}

static void
test_proof (void)
{
  guint8 seed[NOTE_KEY_SIZE], other_seed[NOTE_KEY_SIZE];
  g_autoptr (NoteVerifier) log = make_key ("example.org/log", NOTE_TYPE_ED25519, 1, seed);
  g_autoptr (NoteVerifier) other = make_key ("example.org/log", NOTE_TYPE_ED25519, 2, other_seed);
  const MerkleHash leaves[2] = { { { 1 } }, { { 2 } } };
  g_autofree char *text = make_proof (log, seed, leaves), *again = NULL;
  g_autoptr (TlogProof) proof = tlog_proof_parse (text);

  g_assert_nonnull (proof);
  again = tlog_proof_to_string (proof);
  g_assert_cmpstr (again, ==, text);
  g_assert_cmpint (tlog_proof_verify (proof, log, NULL, &leaves[1]), ==, TLOG_PROOF_RIGHT);
  g_assert_cmpint (tlog_proof_verify (proof, log, NULL, &leaves[0]), ==, TLOG_PROOF_WRONG);
  g_assert_cmpint (tlog_proof_verify (proof, log, "example.org/other", &leaves[1]), ==, TLOG_PROOF_OTHER);
  g_assert_cmpint (tlog_proof_verify (proof, other, NULL, &leaves[1]), ==, TLOG_PROOF_UNSIGNED);
  for (gsize i = 0; text[i] != '\0'; i++) /* no changed byte makes another proof right */
    {
      g_autoptr (TlogProof) changed = NULL;

      text[i] ^= 1;
      changed = tlog_proof_parse (text);
      text[i] ^= 1;
      if (changed != NULL && changed->extra != NULL && g_bytes_equal (changed->extra, proof->extra))
        g_assert_cmpint (tlog_proof_verify (changed, log, NULL, &leaves[1]), !=, TLOG_PROOF_RIGHT);
    }
  for (gsize size = strlen (text); size-- > 0;)
    {
      g_autofree char *cut = g_strndup (text, size);

      g_assert_null (tlog_proof_parse (cut));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/signed-note/known", test_known);
  g_test_add_func ("/signed-note/no-notes", test_no_notes);
  g_test_add_func ("/signed-note/no-keys", test_no_keys);
  g_test_add_func ("/signed-note/several", test_several);
  g_test_add_func ("/signed-note/checkpoints", test_checkpoints);
  g_test_add_func ("/signed-note/proof", test_proof);
  return g_test_run ();
}
