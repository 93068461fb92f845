/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * records-plan: which requests a wish for records becomes, and what came of all of them. A span of months comes in,
 * with today's date, the longest span of one request and the sources that are asked; parts go out, the newest first:
 * those that are asked for, and those of which it is known beforehand that there is nothing. What became of each comes
 * in, and the outcome of the whole goes out, complete only if nothing is missing. Pure.
 *
 * Months are those of Japan. Nothing is older than 202109 or than five years. Receipts are there from the 16th of the
 * month after (data/center-profile.md, "Records"); what was prescribed and dispensed electronically is there at once.
 * Check-ups are there when they are there: a month is too early only while it is yet to come.
 */
#pragma once

#include "base/error.h"
#include "codec/consent-kind.h"
#include "codec/records-outcome.h"

#define RECORDS_PLAN_REQUESTS_MAXIMUM 16u /* as many documents fit into one message of the bus */

#define RECORDS_MONTH_SIZE 7 /* YYYYMM and its end */

/* What is wished for. Borrowed. */
typedef struct
{
  ConsentKind kind;      /* CONSENT_DRUG, CONSENT_CHECKUP */
  const char *from, *to; /* YYYYMM; NULL: from the oldest there is, to the newest */
  const char *today;     /* YYYYMMDD, in Japan */
  guint span_months;     /* that one request may have; 1 at least */
  gboolean with_prescriptions;
} RecordsWish;

typedef struct
{
  char from[RECORDS_MONTH_SIZE], to[RECORDS_MONTH_SIZE]; /* both "": all check-ups, which the field asks for so */
  gboolean is_asked;           /* a request is made of it; else its outcome is known already */
  gboolean is_known;           /* its outcome is */
  gboolean with_prescriptions; /* they are asked for */
  gboolean
      misses_prescriptions; /* they were wished for, and the site is not set for them: it is a part of the answer */
  gboolean
      is_of_receipts; /* not asked: of these months receipts alone are missing; the other sources are in other parts */
  RecordsOutcome outcome;
} RecordsPlanPart;

typedef struct RecordsPlan RecordsPlan;

/* records_plan_new: Return: NULL with INVALID_OPTION: no months, or From behind To. */
RecordsPlan *records_plan_new (const RecordsWish *wish, GError **error);
void records_plan_free (RecordsPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RecordsPlan, records_plan_free)

/*
 * records_plan_get_span: from where to where was wished, or what it was taken for; "" and "": all check-ups. Borrowed.
 */
void records_plan_get_span (const RecordsPlan *plan, const char **ret_from, const char **ret_to);

guint records_plan_get_n_parts (const RecordsPlan *plan);
/* records_plan_get_part: Return: borrowed until an outcome is told. */
const RecordsPlanPart *records_plan_get_part (const RecordsPlan *plan, guint index);

/* records_plan_find_next: the next part to ask for. Return: FALSE: the outcome of each is known. */
gboolean records_plan_find_next (const RecordsPlan *plan, guint *ret_index);

/*
 * records_plan_note: what came of part @index. SPAN_REFUSED splits it, and all others that are as long and were not
 * asked for yet; what cannot be split any more is refused. NOT_CONFIGURED of a part with prescriptions lets it be asked
 * for once more without them, as all that follow; it is NOT_YET if there can be nothing else in it. Else it is the
 * part's outcome. Other indices than @index may have changed after it.
 */
void records_plan_note (RecordsPlan *plan, guint index, RecordsOutcome outcome);

/* records_plan_give_up: no more is asked for: what is not known yet is @outcome, as when the consent has ended. */
void records_plan_give_up (RecordsPlan *plan, RecordsOutcome outcome);

/*
 * records_plan_judge: once all is known. Return: the outcome of the whole: data if there is any; none only if every
 * part that was asked for says so; else the worst. *ret_complete: nothing that was wished for is missing: months that
 * are not there yet, or are too old, count only where they were wished for by name.
 */
RecordsOutcome records_plan_judge (const RecordsPlan *plan, gboolean *ret_complete);
