/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tlog-proof: that an entry is in a log, as one text that is verified without anything else (c2sp.org/tlog-proof). In:
 * the text. Out: its parts, and whether it is right; and the way back. Pure.
 */
#pragma once

#include "codec/signed-note.h"

typedef struct
{
  GBytes *extra; /* not authenticated; NULL: none */
  guint64 index;
  guint n; /* hashes */
  MerkleHash hashes[MERKLE_PROOF_SIZE];
  char *checkpoint; /* the signed note, as the log gave it */
} TlogProof;

/* tlog_proof_parse: NULL: this is none. _to_string: (transfer full). */
TlogProof *tlog_proof_parse (const char *text);
char *tlog_proof_to_string (const TlogProof *proof);
void tlog_proof_free (TlogProof *proof);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TlogProof, tlog_proof_free)

typedef enum
{
  TLOG_PROOF_RIGHT,
  TLOG_PROOF_UNSIGNED, /* the key has not signed its checkpoint */
  TLOG_PROOF_FORGED,   /* a signature of the key is wrong */
  TLOG_PROOF_OTHER,    /* it is of another log, or its checkpoint cannot be read */
  TLOG_PROOF_WRONG,    /* that leaf is not at that place in the tree of that checkpoint */
} TlogProofVerdict;

/* tlog_proof_verify: @origin: of the log; NULL: the name of the key. */
TlogProofVerdict tlog_proof_verify (const TlogProof *proof, const NoteVerifier *verifier, const char *origin,
                                    const MerkleHash *leaf);
