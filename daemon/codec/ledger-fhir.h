/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-fhir: an entry of the ledger as others' tools read it. In: an entry with its place. Out: one AuditEvent of
 * FHIR R4 as JSON, by the Basic Audit Log Patterns of the IHE where one fits (data/doc/programmers.md, "The ledger as
 * FHIR"). Pure.
 *
 * Nothing is lost: each field of the entry stands as a detail beside what FHIR has a place for. Nobody is named: a
 * patient is a logical reference by the keyed hash, and staff are marked as what the caller asserted.
 */
#pragma once

#include "codec/ledger-entry.h"

#define LEDGER_FHIR_LEAF_SIZE 32
#define LEDGER_FHIR_TYPE "application/fhir+ndjson" /* of many, one a line */

typedef struct
{
  const char *origin;      /* of the ledger: the first line of its checkpoints */
  const char *institution; /* code of the medical institution, 10 digits; NULL: not known */
} LedgerFhirSource;

/*
 * ledger_fhir_write: @index and @leaf are the entry's place and its hash in the tree; of both the resource's id is
 * made, as a receipt's is. Return: (transfer full): one line, with its end. What is in @entry is taken as it is, also a
 * kind or a text that no version of this daemon would write.
 */
GBytes *ledger_fhir_write (const LedgerFhirSource *source, guint64 index, const guint8 leaf[LEDGER_FHIR_LEAF_SIZE],
                           const LedgerEntry *entry);
