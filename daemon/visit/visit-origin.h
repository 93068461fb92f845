/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-origin: where a visit comes from, and all that depends on it, in one table. Pure.
 *
 * Whoever has to know what a visit can do asks its origin's row; nobody compares words. The counters of the statistics
 * and their names are made of this table too.
 */
#pragma once

#include "base/names.h"
#include "center/transport.h"
#include "visit/visit-state.h"

/*
 * VISIT_ORIGINS (X) expands X for each, with: suffix, word of the contract, word in the counters' names, method while
 * nothing is proved ("" : not known yet), evidence of the answer and of consents, first state, what its transport has
 * to be able to do (0: nobody is asked), whether it needs a card, and whether the person is proved when the center is
 * asked (then a fault of the center is an answer too).
 */
#define VISIT_ORIGINS(X) \
  X (CARD, "card", "Card", "", VISIT_EVIDENCE_CARD, VISIT_WAITING_FOR_CARD, TRANSPORT_PROVES_CARDS, TRUE, TRUE) \
  X (NUMBER, "number", "Number", "none", VISIT_EVIDENCE_NUMBER, VISIT_CHECKING, TRANSPORT_ASKS_BY_NUMBER, FALSE, \
     FALSE) \
  X (TERMINAL, "terminal", "Terminal", "none", VISIT_EVIDENCE_TERMINAL, VISIT_CHECKING, 0, FALSE, FALSE)

/* clang-format off */
typedef enum
{
#define VISIT_ORIGIN_MEMBER(suffix, ...) VISIT_ORIGIN_##suffix,
  VISIT_ORIGINS (VISIT_ORIGIN_MEMBER)
#undef VISIT_ORIGIN_MEMBER
  VISIT_N_ORIGINS
} VisitOrigin;

/* What an answer rests on: set with the origin, before anything else; nothing raises it. */
typedef enum
{
#define VISIT_EVIDENCE_MEMBER(suffix, word) VISIT_EVIDENCE_##suffix,
  SHIKAKU_EVIDENCES (VISIT_EVIDENCE_MEMBER)
#undef VISIT_EVIDENCE_MEMBER
  VISIT_N_EVIDENCES
} VisitEvidence;
/* clang-format on */

typedef struct
{
  const char *word, *name, *method;
  VisitEvidence evidence;
  VisitState first_state;
  TransportAbility ability;
  gboolean needs_card, is_proved;
} VisitOriginRow;

/* visit_origin_get: the row of @origin, static. */
const VisitOriginRow *visit_origin_get (VisitOrigin origin);

/* visit_evidence_to_string: the contract's word, static. */
const char *visit_evidence_to_string (VisitEvidence evidence);
