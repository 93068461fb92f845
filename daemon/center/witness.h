/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * witness: somebody outside who is shown each checkpoint of the ledger, and signs it only if it continues the one
 * before (c2sp.org/tlog-witness). In: a checkpoint, and the proof that it does. Out: the same with the witness's
 * signature, verified; or what it knows instead. No answer is believed without that, and none is waited for by anybody
 * else.
 */
#pragma once

#include <gio/gio.h>

#include "base/error.h"

typedef struct Witness Witness;

/* Borrowed for the call. */
typedef struct
{
  const char *url;            /* https, of its submission prefix */
  const char *key;            /* its verifier key, of a cosignature: name+id+base64 */
  const char *authority_file; /* PEM: the CA of its server */
} WitnessSettings;

/*
 * witness_new: Return: (transfer full), or NULL with INVALID_OPTION: the key is none of a witness, or the URL is none.
 */
Witness *witness_new (const WitnessSettings *settings, GError **error);
/* witness_free: a question under way is forgotten: its callback does not come. */
void witness_free (Witness *witness);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Witness, witness_free)

typedef enum
{
  WITNESS_COSIGNED,
  WITNESS_KNOWS_OTHER, /* it knows the tree at another size than was said: @known */
  WITNESS_DENIES,      /* the checkpoint is no continuation of what it has seen */
  WITNESS_FAILED,      /* it could not be asked, or its answer is none */
} WitnessOutcome;

/*
 * @known: entries, of WITNESS_KNOWS_OTHER. @cosigned: the signed note with its cosignature added, of WITNESS_COSIGNED.
 * @error: of WITNESS_FAILED: FAILED, TIMED_OUT, or of the authority's file. All borrowed.
 */
typedef void (*WitnessDone) (WitnessOutcome outcome, guint64 known, const char *cosigned, const GError *error,
                             gpointer user_data);

/*
 * witness_add_checkpoint: @old: the size that the witness has seen last, as far as is known; 0: none. @proof: hashes,
 * of 32 bytes each, that the tree of @checkpoint continues that one. @checkpoint: a signed note. One at a time; @done
 * comes once, never before this returns.
 */
void witness_add_checkpoint (Witness *witness, guint64 old, GBytes *proof, const char *checkpoint, WitnessDone done,
                             gpointer user_data);
