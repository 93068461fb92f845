/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-endorsement: the institution's word for the key of its ledger. In: the key and the log's name; a signature
 * with its certificate. Out: the bytes that are signed, and whether they were. Pure.
 */
#pragma once

#include "codec/ledger-entry.h"

/*
 * ledger_make_endorsement: what the institution's key signs (with SHA-256) for @verifier, of the log @origin. An entry
 * KEY of Act "endorsed" with KEY_NAME, SIGNATURE and CERTIFICATE (X.509, DER) that is appended makes it known.
 */
GBytes *ledger_make_endorsement (const char *origin, const char *verifier);

/* ledger_check_endorsement: whether @entry is a right one of the key that it names. Who holds the certificate is not
 * judged here. */
gboolean ledger_check_endorsement (const LedgerEntry *entry);
