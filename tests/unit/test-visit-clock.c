/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-visit-clock: each moment is counted once, for the part that claims it first. */
#include "visit/visit-clock.h"

static gint64 now;

/* Stands before GLib's. */
gint64
g_get_monotonic_time (void)
{
  return now;
}

static void
pass (gint64 time)
{
  now += time;
}

#define assert_parts(clock, card, person, center, own) \
  G_STMT_START \
  { \
    g_assert_cmpint ((clock)->parts[VISIT_PART_CARD], ==, card); \
    g_assert_cmpint ((clock)->parts[VISIT_PART_PERSON], ==, person); \
    g_assert_cmpint ((clock)->parts[VISIT_PART_CENTER], ==, center); \
    g_assert_cmpint ((clock)->parts[VISIT_PART_OWN], ==, own); \
  } \
  G_STMT_END

static void
test_precedence (void)
{
  VisitClock clock;

  visit_clock_start (&clock);
  pass (1);
  visit_clock_begin (&clock, VISIT_WAIT_RELEASE);
  pass (10);
  visit_clock_begin (&clock, VISIT_WAIT_CENTER);
  pass (100);
  visit_clock_begin (&clock, VISIT_WAIT_CARD);
  pass (1000);
  visit_clock_begin (&clock, VISIT_WAIT_PERSON);
  pass (10000);
  visit_clock_end (&clock, VISIT_WAIT_PERSON);
  pass (2000);
  visit_clock_end (&clock, VISIT_WAIT_CARD);
  pass (200);
  visit_clock_end (&clock, VISIT_WAIT_CENTER);
  pass (20);
  visit_clock_end (&clock, VISIT_WAIT_RELEASE);
  pass (2);
  visit_clock_stop (&clock);
  assert_parts (&clock, 3030, 10000, 300, 3);
}

/* The query runs beside the questions: only what it takes longer is the center's. */
static void
test_beside (void)
{
  VisitClock clock;

  visit_clock_start (&clock);
  visit_clock_begin (&clock, VISIT_WAIT_CENTER);
  visit_clock_begin (&clock, VISIT_WAIT_PERSON);
  pass (50);
  visit_clock_end (&clock, VISIT_WAIT_PERSON);
  pass (7);
  visit_clock_end (&clock, VISIT_WAIT_CENTER);
  visit_clock_stop (&clock);
  assert_parts (&clock, 0, 50, 7, 0);
}

static void
test_stopped (void)
{
  VisitClock clock = { .since = 0 };

  visit_clock_begin (&clock, VISIT_WAIT_CARD);
  pass (5);
  visit_clock_end (&clock, VISIT_WAIT_CARD);
  assert_parts (&clock, 0, 0, 0, 0);

  visit_clock_start (&clock);
  visit_clock_begin (&clock, VISIT_WAIT_CARD);
  pass (5);
  visit_clock_stop (&clock);
  pass (100);
  visit_clock_end (&clock, VISIT_WAIT_CARD);
  visit_clock_begin (&clock, VISIT_WAIT_PERSON);
  pass (100);
  visit_clock_stop (&clock);
  assert_parts (&clock, 5, 0, 0, 0);
}

/* Whatever begins and ends in whatever order: the parts add up to the whole. */
static void
test_sum (void)
{
  for (guint round = 0; round < 1000; round++)
    {
      VisitClock clock;
      gint64 sum = 0, begin = now;

      visit_clock_start (&clock);
      for (guint step = 0; step < 50; step++)
        {
          VisitWait wait = 1 << g_test_rand_int_range (0, 4);

          pass (g_test_rand_int_range (0, 1000));
          if (g_test_rand_bit ())
            visit_clock_begin (&clock, wait);
          else
            visit_clock_end (&clock, wait);
        }
      visit_clock_stop (&clock);
      for (guint part = 0; part < VISIT_N_PARTS; part++)
        sum += clock.parts[part];
      g_assert_cmpint (sum, ==, now - begin);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  now = 1; /* 0 stands for a clock that does not run */
  g_test_add_func ("/visit-clock/precedence", test_precedence);
  g_test_add_func ("/visit-clock/beside", test_beside);
  g_test_add_func ("/visit-clock/stopped", test_stopped);
  g_test_add_func ("/visit-clock/sum", test_sum);
  return g_test_run ();
}
