/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * records-subject: whose records are asked for. In: the answer of a visit. Out: the numbers to ask the center with,
 * and the person to compare a document's with. Pure.
 */
#pragma once

#include "center/records-document.h"
#include "visit/eligibility.h"

typedef struct
{
  const char *origin, *evidence;                   /* static */
  TransportTreatment treatment;                    /* for which they are looked at */
  char *name, *name_of_other;                      /* as the center sent them; NULL: it did not */
  char *kana, *kana_of_other, *birthdate;          /* likewise */
  char *insurer_number, *symbol, *number, *branch; /* likewise */
  TransportBond *bond;                             /* of that answer */
} RecordsSubject;

/*
 * records_subject_new: of an answer that is eligible, by person_get_insurance(). Return: (transfer full); NULL with
 * INVALID_STATE (another answer), NOT_FOUND (no insurance has numbers).
 */
RecordsSubject *records_subject_new (const Eligibility *eligibility, GError **error);
void records_subject_free (RecordsSubject *subject);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RecordsSubject, records_subject_free)

/* records_subject_get_person: the same, to be compared with whom a document names. Borrowed. */
RecordsPerson records_subject_get_person (const RecordsSubject *subject);
