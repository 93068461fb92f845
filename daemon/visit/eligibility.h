/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * eligibility: the center's message as the answer that a receipt computer asks for. Pure.
 *
 * Every text points into the message, which the eligibility keeps. NULL: the center did not send it. Dates are
 * YYYYMMDD.
 */
#pragma once

#include "center/transport.h"

typedef enum
{
  ELIGIBILITY_UNKNOWN, /* never overwrites a known answer, never looks like a refusal */
  ELIGIBILITY_ELIGIBLE,
  ELIGIBILITY_NOT_ELIGIBLE,
} EligibilityAnswer;

typedef struct
{
  const char *classification, *classification_date, *class_name, *from, *until, *long_term_from;
  const char *class_code; /* OQSCD012 */
} EligibilityCeiling;

typedef struct
{
  const char *category, *name, *from, *until, *self_pay;
} EligibilityDisease;

typedef struct
{
  const char *classification, *insurer_number, *insurer_name, *symbol, *number, *branch;
  const char *relationship; /* "self", "family" */
  const char *name, *name_kana;
  GArray *name_unmapped; /* guint32 positions of ● in name; NULL if none */
  const char *sex;       /* "male", "female", "unknown" */
  const char *birthdate, *address, *post_number;
  const char *valid_from, *valid_until, *qualification_date, *disqualification_date, *loss_reason;
  gint burden_ratio; /* percent; -1: not sent */
  gboolean preschool, preschool_sent;
  const char *elderly_from, *elderly_until, *elderly_date;
  gint elderly_ratio;          /* percent; -1: not sent */
  EligibilityCeiling *ceiling; /* NULL: not sent */
  GArray *diseases;            /* of EligibilityDisease; NULL if none */
  GPtrArray *public_expenses;  /* of const Message * (MedicalTicketInfo); NULL if none */
  const char *reference_number;
} EligibilityInsurance;

typedef struct
{
  EligibilityAnswer answer;
  const char *reason;   /* static: of the unknown or not-eligible answer; an error's D-Bus name where one caused it */
  char *advice;         /* for staff, in the visit's language */
  gint64 as_of;         /* microseconds since the epoch, UTC */
  const char *source;   /* static: "center" */
  const char *validity; /* static: valid, invalid, invalid-new, none, several, valid-unregistered */
  gboolean changed, changed_sent;
  const char *code, *message; /* of the center, as sent */
  GPtrArray *insurances;      /* of EligibilityInsurance */
  const char *qualification_key;
  TransportReply *reply; /* what everything points into; NULL for an answer that no message gave */
} Eligibility;

/*
 * eligibility_new_from_reply: @reply: (transfer full). @language: of the advice. Return: NULL with the named error if
 * the message is not an eligibility answer (MESSAGE_INVALID), still being worked on (CENTER_BUSY) or a refusal
 * (CENTER_REFUSED, NOT_REGISTERED, CERTIFICATE_…): the rules are facts: domain §3.3, §4.
 */
Eligibility *eligibility_new_from_reply (TransportReply *reply, const char *language, GError **error);

/* eligibility_new_unknown: the answer when the center failed after the card was proved. */
Eligibility *eligibility_new_unknown (const GError *cause, const char *language);

void eligibility_free (Eligibility *eligibility);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Eligibility, eligibility_free)

/* eligibility_answer_to_string: "eligible", "not-eligible", "unknown". */
const char *eligibility_answer_to_string (EligibilityAnswer answer);
