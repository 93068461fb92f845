/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * records-entries: what the ledger is told of a fetch of records. In: who fetches whose records, and what came of it.
 * Out: entries, yet to be appended. Nothing of a document but its hash is in them.
 */
#pragma once

#include "store/ledger.h"
#include "visit/actor.h"
#include "visit/records-answer.h"
#include "visit/records-subject.h"

/* What every entry of one fetch has. Borrowed. */
typedef struct
{
  const char *visit; /* path */
  const Actor *actor;
  Ledger *ledger;                /* whose key hides the person */
  const RecordsSubject *subject; /* NULL: it was not come to */
  ConsentKind kind;
  const char *records; /* "drug", "checkup" */
  const char *form;    /* "xml", "pdf", "json" */
  const char *identifier, *from, *to;
} RecordsFetchFacts;

/* records_entries_new_refusal: of what was asked for in vain, with @error. (transfer full), as all of them. */
LedgerEntry *records_entries_new_refusal (const RecordsFetchFacts *facts, const GError *error);

/* records_entries_new_fetch: the center is about to be asked; @consent: the place of that by which; NULL: not known. */
LedgerEntry *records_entries_new_fetch (const RecordsFetchFacts *facts, const guint64 *consent);

/* records_entries_new_disclosure: @answer, which is sealed, is about to be handed out. @detail: NULL: none. */
LedgerEntry *records_entries_new_disclosure (const RecordsFetchFacts *facts, const RecordsAnswer *answer,
                                             const char *detail);

/* records_entries_new_end: nothing is handed out of @answer; @error: why; NULL: there is nothing to hand out. */
LedgerEntry *records_entries_new_end (const RecordsFetchFacts *facts, const RecordsAnswer *answer, const GError *error,
                                      const char *detail);
