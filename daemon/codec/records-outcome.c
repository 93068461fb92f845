/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* records-outcome: the list of base/names.h as a table of words. */
#include "codec/records-outcome.h"

#define RECORDS_OUTCOME_WORD(suffix, word) [RECORDS_##suffix] = (word),
static const char *const words[]
    = { SHIKAKU_RECORDS_OUTCOMES (RECORDS_OUTCOME_WORD)[RECORDS_SPAN_REFUSED] = "span-refused" };
#undef RECORDS_OUTCOME_WORD

const char *
records_outcome_to_string (RecordsOutcome outcome)
{
  g_assert ((guint)outcome < G_N_ELEMENTS (words));
  return words[outcome];
}

gboolean
records_outcome_lookup (const char *word, RecordsOutcome *ret_outcome)
{
  for (guint outcome = 0; outcome < G_N_ELEMENTS (words); outcome++)
    if (g_strcmp0 (words[outcome], word) == 0)
      {
        *ret_outcome = outcome;
        return TRUE;
      }
  return FALSE;
}
