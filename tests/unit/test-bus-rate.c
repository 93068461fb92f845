/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-rate: by a clock of the test's own. */
#include "bus/bus-rate.h"

#define SECOND G_TIME_SPAN_SECOND

static const gint64 start = 4711 * SECOND;

/* Takes as many as there are at @now. */
static guint
take_all (BusRate *rate, BusRateKind kind, gint64 now)
{
  guint taken = 0;

  while (bus_rate_take (rate, kind, now) == 0)
    taken++;
  return taken;
}

static void
test_in_hand (void)
{
  BusRate caller, opener;

  bus_rate_start (&caller, start);
  bus_rate_start (&opener, start);
  g_assert_cmpuint (take_all (&caller, BUS_RATE_CALL, start), ==, BUS_RATE_CALLS_IN_HAND);
  g_assert_cmpuint (take_all (&opener, BUS_RATE_VISIT, start), ==, BUS_RATE_VISITS_IN_HAND);
  /* A visit is a call too. */
  g_assert_cmpuint (take_all (&opener, BUS_RATE_CALL, start), ==, BUS_RATE_CALLS_IN_HAND - BUS_RATE_VISITS_IN_HAND);
  g_assert_cmpuint (take_all (&caller, BUS_RATE_VISIT, start), ==, 0);
}

static void
test_comes_back (void)
{
  BusRate caller, opener;
  gint64 now = start, wait;

  bus_rate_start (&caller, start);
  bus_rate_start (&opener, start);
  take_all (&caller, BUS_RATE_CALL, now);
  take_all (&opener, BUS_RATE_VISIT, now);
  now += SECOND;
  g_assert_cmpuint (take_all (&caller, BUS_RATE_CALL, now), ==, BUS_RATE_CALLS);
  g_assert_cmpuint (take_all (&opener, BUS_RATE_VISIT, now), ==, BUS_RATE_VISITS);

  /* After the time that it says to wait, and not before. */
  wait = bus_rate_take (&opener, BUS_RATE_VISIT, now);
  g_assert_cmpint (wait, >, 0);
  g_assert_cmpint (wait, <=, SECOND / BUS_RATE_VISITS + 1);
  g_assert_cmpint (bus_rate_take (&opener, BUS_RATE_VISIT, now + wait - 2), >, 0);
  g_assert_cmpint (bus_rate_take (&opener, BUS_RATE_VISIT, now + wait), ==, 0);

  now += G_GINT64_CONSTANT (10000) * 365 * 24 * 3600 * SECOND; /* years */
  g_assert_cmpuint (take_all (&caller, BUS_RATE_CALL, now), ==, BUS_RATE_CALLS_IN_HAND);
  /* A clock that went back gives nothing, and takes nothing. */
  g_assert_cmpuint (take_all (&caller, BUS_RATE_CALL, start), ==, 0);
}

/* A thousand checks of an honest program, each of three calls and three milliseconds. */
static void
test_honest (void)
{
  BusRate rate;

  bus_rate_start (&rate, start);
  for (guint check = 0; check < 1000; check++)
    {
      gint64 now = start + check * 3 * SECOND / 1000;

      g_assert_cmpint (bus_rate_take (&rate, BUS_RATE_VISIT, now), ==, 0);
      g_assert_cmpint (bus_rate_take (&rate, BUS_RATE_CALL, now), ==, 0);
      g_assert_cmpint (bus_rate_take (&rate, BUS_RATE_CALL, now), ==, 0);
    }
}

static void
test_failures (void)
{
  BusRate rate;
  guint failed = 0;
  gint64 wait;

  bus_rate_start (&rate, start);
  while (bus_rate_take (&rate, BUS_RATE_CALL, start) == 0)
    {
      bus_rate_charge_failure (&rate, start);
      failed++;
    }
  g_assert_cmpuint (failed, ==, BUS_RATE_CALLS_IN_HAND / (1 + BUS_RATE_FAILURE) + 1);
  /* However many fail, the next one waits about a second at most. */
  for (guint i = 0; i < 1000; i++)
    bus_rate_charge_failure (&rate, start);
  wait = bus_rate_take (&rate, BUS_RATE_CALL, start);
  g_assert_cmpint (wait, >, SECOND);
  g_assert_cmpint (wait, <, SECOND + SECOND / 100);
}

static void
test_rested (void)
{
  BusRate rate;

  bus_rate_start (&rate, start);
  g_assert_true (bus_rate_is_rested (&rate, start));
  bus_rate_take (&rate, BUS_RATE_VISIT, start);
  g_assert_false (bus_rate_is_rested (&rate, start));
  g_assert_false (bus_rate_is_rested (&rate, start + SECOND / BUS_RATE_VISITS - 1));
  g_assert_true (bus_rate_is_rested (&rate, start + SECOND / BUS_RATE_VISITS + 1));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bus-rate/in-hand", test_in_hand);
  g_test_add_func ("/bus-rate/comes-back", test_comes_back);
  g_test_add_func ("/bus-rate/honest", test_honest);
  g_test_add_func ("/bus-rate/failures", test_failures);
  g_test_add_func ("/bus-rate/rested", test_rested);
  return g_test_run ();
}
