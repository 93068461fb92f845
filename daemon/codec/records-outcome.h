/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * records-outcome: what came of a request for records, as a number. An outcome's word of the contract comes in or goes
 * out. Pure. What the center's codes stand for is known to center/code-catalogue.
 */
#pragma once

#include <glib.h>

#include "base/names.h"

#define RECORDS_OUTCOME_ENUM(suffix, word) RECORDS_##suffix,
typedef enum
{
  SHIKAKU_RECORDS_OUTCOMES (RECORDS_OUTCOME_ENUM) RECORDS_N_OUTCOMES,
  /* No word of the contract: the center does not give so many months at once, and the span is split. */
  RECORDS_SPAN_REFUSED = RECORDS_N_OUTCOMES
} RecordsOutcome;
#undef RECORDS_OUTCOME_ENUM

/* records_outcome_to_string: the word, static: "not-yet". */
const char *records_outcome_to_string (RecordsOutcome outcome);

/* records_outcome_lookup: the outcome that is called @word. Return: FALSE if none is, or @word is NULL. */
gboolean records_outcome_lookup (const char *word, RecordsOutcome *ret_outcome);
