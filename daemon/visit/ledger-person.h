/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-person: of whom an entry of the ledger is, without saying it. In: the texts of an answer, or typed numbers.
 * Out: two keyed hashes: of name and birthdate, and of insurer, symbol, number and birthdate, which twins
 * share: it finds a person where no name is known.
 */
#pragma once

#include "center/transport.h"
#include "store/consent-item.h"
#include "visit/person.h"

/* Borrowed. NULL: not known. */
typedef struct
{
  const char *name, *birthdate;                 /* as the center writes them, or people; YYYYMMDD */
  const char *insurer_number, *symbol, *number; /* likewise */
} LedgerPerson;

/*
 * An unknown hash is all zeros; has_…: whether it is one. …before: the same under the key that was before a rotation of
 * the store's: older entries have that; nothing is written with it.
 */
typedef struct
{
  guint8 person[LEDGER_PERSON_SIZE], number[LEDGER_PERSON_SIZE];
  guint8 person_before[LEDGER_PERSON_SIZE], number_before[LEDGER_PERSON_SIZE];
  gboolean has_person, has_number, has_person_before, has_number_before;
} LedgerPersonHashes;

/* The texts of each source; of an empty source nothing is known. */
LedgerPerson ledger_person_of_qualification (const Qualification *qualification); /* NULL: none came */
LedgerPerson ledger_person_of_query (const TransportNumberQuery *insured);        /* typed; NULL: by card */
LedgerPerson ledger_person_of_book (const ConsentBookPerson *person);

/* ledger_person_keep: who it is, as the consent book keeps it; @ret_person: its texts are NULL before. */
void ledger_person_keep (const Qualification *qualification, ConsentBookPerson *ret_person);

/* ledger_person_hash: @ledger: NULL, or one without a key: nothing is known. */
void ledger_person_hash (Ledger *ledger, const LedgerPerson *person, LedgerPersonHashes *ret_hashes);

/* ledger_person_bind: @filter: to entries of who has @hashes, also older ones; it borrows them. */
void ledger_person_bind (const LedgerPersonHashes *hashes, LedgerFilter *filter);

/* ledger_person_add: to @entry: Person, PersonNumber. */
void ledger_person_add (LedgerEntry *entry, const LedgerPersonHashes *hashes);

/* ledger_person_describe: both steps. */
void ledger_person_describe (Ledger *ledger, const LedgerPerson *person, LedgerEntry *entry);
