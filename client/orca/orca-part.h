/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * orca-part: what ORCA wants of the center. In: an answer "onlinequares1", with ready-made parts of requests. Out: each
 * as a flat record of texts, under the names of the D-Bus contract, which can be kept. Pure.
 *
 * Keys: Identifier, Institution, InsurerNumber, Symbol, Number, Branch, and as the kind has them Birthdate, Date,
 * ReferenceNumber, From, To (YYYYMM), FileCategory, Treatment (1 outpatient, 2 home, 3 online).
 */
#pragma once

#include "client/orca/orca-json.h"

typedef enum
{
  ORCA_PART_CHECK,     /* is somebody insured */
  ORCA_PART_REFERENCE, /* register ORCA's number of the patient */
  ORCA_PART_DRUG,      /* medicines of a month or more */
  ORCA_PART_CHECKUP,
  ORCA_PART_WITHDRAWAL, /* of the consents to home or online care */
  ORCA_PART_NUMBERS,    /* ORCA_PART_REFERENCE of a whole list */
  ORCA_PART_PIECE,      /* appointments: the reception number of a piece of them is to be told, then they are checked */
  ORCA_PART_UNITS,      /* appointments to check, which are posted together */
  ORCA_PART_CARE,       /* a list of who has consented to home or online care is to be made (orca-list) */
  ORCA_PART_CARE_RECEPTION, /* its number is to be told ORCA */
  ORCA_PART_CARE_LIST,      /* it is to be fetched by that */
  ORCA_PART_CARE_PEOPLE,    /* a part of it is to be posted */
  ORCA_N_PARTS,
} OrcaPartKind;

typedef struct
{
  OrcaPartKind kind;
  JsonObject *record;
} OrcaPart;

/* orca_part_get_word: the kind in one word, static. orca_part_find: the kind of a word; ORCA_N_PARTS: of none. */
const char *orca_part_get_word (OrcaPartKind kind);
OrcaPartKind orca_part_find (const char *word);

/* @record: (transfer full). */
OrcaPart *orca_part_new (OrcaPartKind kind, JsonObject *record);
void orca_part_free (OrcaPart *part);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OrcaPart, orca_part_free)

/* orca_part_list: what an "onlinequares1" asks for. Return: (transfer full) of OrcaPart, maybe empty. */
GPtrArray *orca_part_list (JsonObject *answer);

/* orca_part_list_references: the list of an "onlinerefallres1". Return: (transfer full) of OrcaPart. */
GPtrArray *orca_part_list_references (JsonObject *answer);

/*
 * orca_part_make_piece: the appointments of an "onlinequaappres1" as one part: Identifier, Date, and "Units", of which
 * each has the keys of a check and ArbitraryIdentifier. Return: (transfer full); NULL: there are none.
 */
OrcaPart *orca_part_make_piece (JsonObject *answer);

/*
 * orca_part_split_piece: of @maximum units each, with the reception number. Return: (transfer full) of OrcaPart.
 */
GPtrArray *orca_part_split_piece (JsonObject *piece, const char *reception_number, guint maximum);

/* orca_part_has_succeeded: whether an answer of ORCA's says that it did as it was asked: blank, or zeros. */
gboolean orca_part_has_succeeded (JsonObject *answer);
