/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-visit-origin: the tables of origins and of states are whole: what has no row, or no way on, is found here. */
#include <string.h>

#include "visit/visit-origin.h"

static void
test_origins (void)
{
  for (guint i = 0; i < VISIT_N_ORIGINS; i++)
    {
      const VisitOriginRow *row = visit_origin_get (i);

      g_assert_true (g_ascii_islower (*row->word));
      g_assert_true (g_ascii_isupper (*row->name));
      g_assert_nonnull (row->method);
      g_assert_cmpint (row->evidence == VISIT_EVIDENCE_CARD, ==, row->is_proved); /* nothing is raised to it */
      g_assert_true (g_ascii_islower (*visit_evidence_to_string (row->evidence)));
      g_assert_false (visit_state_is_final (row->first_state));
      g_assert_cmpint (row->ability != 0, ==, i != VISIT_ORIGIN_TERMINAL); /* its answer is there */
      g_assert_cmpint (row->first_state == VISIT_WAITING_FOR_CARD, ==, row->needs_card);
      for (guint j = 0; j < i; j++)
        {
          g_assert_cmpstr (row->word, !=, visit_origin_get (j)->word);
          g_assert_cmpstr (row->name, !=, visit_origin_get (j)->name);
        }
    }
}

/* mark_reachable: every state that a visit in @state may come to. */
static void
mark_reachable (VisitState state, gboolean *reachable)
{
  if (reachable[state])
    return;
  reachable[state] = TRUE;
  for (guint next = 0; next < VISIT_N_STATES; next++)
    if (visit_state_may_become (state, next))
      mark_reachable (next, reachable);
}

static void
test_states (void)
{
  gboolean begun[VISIT_N_STATES] = { FALSE };

  for (guint i = 0; i < VISIT_N_ORIGINS; i++)
    mark_reachable (visit_origin_get (i)->first_state, begun);
  for (guint state = 0; state < VISIT_N_STATES; state++)
    {
      gboolean reachable[VISIT_N_STATES] = { FALSE };

      mark_reachable (state, reachable);
      g_assert_true (begun[state]);
      g_assert_cmpint (visit_state_is_final (state), ==, state >= VISIT_DONE);
      g_assert_false (visit_state_may_become (state, state));
      if (!visit_state_is_final (state))
        {
          g_assert_true (reachable[VISIT_DONE]);
          g_assert_true (visit_state_may_become (state, VISIT_FAILED));
          g_assert_true (visit_state_may_become (state, VISIT_CANCELLED));
        }
      for (guint other = 0; other < state; other++)
        g_assert_cmpstr (visit_state_to_string (state), !=, visit_state_to_string (other));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/visit-origin/origins", test_origins);
  g_test_add_func ("/visit-origin/states", test_states);
  return g_test_run ();
}
