/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-anchor: checkpoints of the ledger leave this computer, so that it cannot be set back unseen. In: word that it
 * has grown. Out: its newest checkpoint: to the journal, to a file that an administrator ships, and to a witness; an
 * hour apart at least, and when the daemon ends. Nobody waits for any of them.
 */
#pragma once

#include "center/witness.h"
#include "store/ledger.h"

typedef struct LedgerAnchoring LedgerAnchoring;

typedef struct
{
  const char *checkpoint_file; /* NULL: none */
  WitnessSettings witness;     /* url NULL: none */
} LedgerAnchorSettings;

/*
 * @known: a witness has seen so many entries, of which there are @size now, or as many, but others: this ledger is no
 * continuation of what it was.
 */
typedef void (*LedgerAnchorDenied) (guint64 size, guint64 known, gpointer user_data);

/* ledger_anchoring_new: @ledger: borrowed. @denied: may be NULL. */
LedgerAnchoring *ledger_anchoring_new (Ledger *ledger, LedgerAnchorDenied denied, gpointer user_data);
/* ledger_anchoring_free: right before the ledger, which would tell it of what is new. */
void ledger_anchoring_free (LedgerAnchoring *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LedgerAnchoring, ledger_anchoring_free)

/* ledger_anchoring_configure: from now on; and what has not left goes at once, so that a reload can ask for that. */
void ledger_anchoring_configure (LedgerAnchoring *self, const LedgerAnchorSettings *settings);

/* ledger_anchoring_end: the last time: journal and file. @callback: when they have it, or after a second; once. */
void ledger_anchoring_end (LedgerAnchoring *self, GSourceFunc callback, gpointer user_data);

/* ledger_anchoring_get_cause: what is wrong with it, for Diagnose: NONE: nothing. @ret_evidence: (transfer full). */
ShikakuCause ledger_anchoring_get_cause (LedgerAnchoring *self, char **ret_evidence);
