/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* visit-state: see the header. In: a state. Out: its word, and what may follow. */
#include "visit/visit-state.h"

static const struct
{
  const char *word;
  guint next;
} states[] = {
#define VISIT_STATE_ROW(suffix, word, next) [VISIT_##suffix] = { word, next },
  VISIT_STATES (VISIT_STATE_ROW)
#undef VISIT_STATE_ROW
};

const char *
visit_state_to_string (VisitState state)
{
  g_return_val_if_fail (state < VISIT_N_STATES, NULL);

  return states[state].word;
}

gboolean
visit_state_is_final (VisitState state)
{
  return states[state].next == 0;
}

gboolean
visit_state_may_become (VisitState state, VisitState next)
{
  return (states[state].next & (1u << next)) != 0;
}
