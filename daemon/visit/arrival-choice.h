/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * arrival-choice: which of what a terminal has brought is meant. In: the patient as somebody has named them, and
 * answers. Out: those that fit, person by person; never the one of "the person in front". Pure.
 *
 * A reference number, or a birthdate together with a name or its reading, says who somebody is. Where the center wrote
 * ● in a name, or nothing can be compared, nobody is found by it alone: it is a candidate, for people to decide. A ●
 * that was typed is like the center's own and like nothing else.
 */
#pragma once

#include "center/transport.h"
#include "store/arrival-book.h"

/* How staff names the patient. Borrowed; NULL: not given. */
typedef struct
{
  const char *birthdate; /* YYYYMMDD, as people type it */
  const char *name, *name_kana;
  const char *reference_number;
  const char *arrival; /* the id of one of several candidates */
  gboolean again;      /* also what this user has claimed already: its answer was lost */
} ArrivalPatient;

/* arrival_patient_check: FALSE with INVALID_OPTION that names the option. */
gboolean arrival_patient_check (const ArrivalPatient *patient, GError **error);

/*
 * The words by which arrivals are looked for in the book: one for a patient, several for an answer. Both (transfer
 * full); NULL-ended.
 */
char *arrival_patient_make_word (const ArrivalPatient *patient);
char **arrival_choice_make_words (const Qualification *qualification);

typedef enum
{
  ARRIVAL_FITS_NOT,
  ARRIVAL_FITS_MAYBE,
  ARRIVAL_FITS,
} ArrivalFit;

ArrivalFit arrival_choice_judge (const ArrivalPatient *patient, const Qualification *qualification);

/* One arrival that has the patient's word, and what it says. */
typedef struct
{
  ArrivalBookItem *item;
  TransportReply *reply;
} ArrivalFound;

ArrivalFound *arrival_found_new (ArrivalBookItem *item, TransportReply *reply); /* both (transfer full) */
void arrival_found_free (ArrivalFound *found);

/*
 * arrival_choice_group: @found: (transfer full) of ArrivalFound, the oldest first. Return: (transfer full) of GPtrArray
 * of ArrivalFound: of those that fit @patient at all, one a person and insurance, each the oldest first. @ret_fits:
 * whether there is one, and it is the one.
 */
GPtrArray *arrival_choice_group (const ArrivalPatient *patient, GPtrArray *found, gboolean *ret_fits);

/*
 * arrival_choice_merge: the newest reply of @group, (transfer full), with the consents of all of them: of each kind
 * what the patient has said last, and when, which is not after its file came; and no yes lasts longer than one of then.
 */
TransportReply *arrival_choice_merge (GPtrArray *group);
