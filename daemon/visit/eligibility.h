/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * eligibility: what the center sent as the answer that a receipt computer asks for: eligible, not eligible or unknown,
 * why, and what to do. Pure.
 */
#pragma once

#include "center/transport.h"

typedef enum
{
  ELIGIBILITY_UNKNOWN, /* never overwrites a known answer, never looks like a refusal */
  ELIGIBILITY_ELIGIBLE,
  ELIGIBILITY_NOT_ELIGIBLE,
} EligibilityAnswer;

#define ELIGIBILITY_CHANGES_MAXIMUM 8

/* What is another than when the person was seen here last. */
typedef struct
{
  const char *field; /* static: a key of the contract */
  gint64 since;      /* the beginning of the day on which the other was seen last: microseconds since the epoch */
} EligibilityChange;

typedef struct
{
  EligibilityAnswer answer;
  const char *reason;   /* static: of the unknown or not-eligible answer; an error's D-Bus name where one caused it */
  char *advice;         /* for staff, in the visit's language */
  gint64 as_of;         /* microseconds since the epoch, UTC */
  const char *source;   /* static: "center" */
  const char *validity; /* static: valid, invalid, invalid-new, none, several, valid-unregistered */
  char *code_text;      /* what the center's code means, for staff, in the visit's language; NULL: nobody knows */
  Remarks remarks;      /* what contradicts itself in it */
  const char *name_comparison, *kana_comparison; /* static: same, variant, unknown, differs; NULL: nothing to compare */
  EligibilityChange changes[ELIGIBILITY_CHANGES_MAXIMUM]; /* of visit/changes */
  guint n_changes;
  const Qualification *qualification; /* what the center sent, of the reply; NULL for an answer that no message gave */
  TransportReply *reply;              /* NULL likewise */
  char *queued;             /* while the center is away: what is told of with this id later; NULL: nothing is */
  ShikakuError queue_error; /* why nothing is; NONE: nothing was to be */
  GError *cause;            /* of an answer that no message gave: why; with the center's refusal, if it did */
  char *certificate_until;  /* last day of the card's certificate, YYYYMMDD, if near or past; else NULL */
} Eligibility;

/*
 * eligibility_new_from_reply: @reply: (transfer full), to a query. @language: of the advice. Return: NULL with
 * MESSAGE_INVALID if the answer contradicts itself: valid, but without an insurance.
 */
Eligibility *eligibility_new_from_reply (TransportReply *reply, const char *language, GError **error);

/* eligibility_new_unknown: the answer when the center failed after the card was proved. */
Eligibility *eligibility_new_unknown (const GError *cause, const char *language);

/*
 * eligibility_set_queued: the question is kept, and its outcome told with @id (transfer full); or it is not, for
 * @error. @language: of the advice, which says so.
 */
void eligibility_set_queued (Eligibility *eligibility, char *id, ShikakuError error, const char *language);

void eligibility_free (Eligibility *eligibility);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Eligibility, eligibility_free)

/* eligibility_answer_to_string: "eligible", "not-eligible", "unknown". */
const char *eligibility_answer_to_string (EligibilityAnswer answer);
