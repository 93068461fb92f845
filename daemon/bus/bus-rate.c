/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-rate: two token buckets; no timer: what has come back is counted when it is looked at. */
#include "bus/bus-rate.h"

/* Calls are counted in millionths, so that a microsecond gives back as many as calls come back in a second. */
#define WHOLE G_TIME_SPAN_SECOND

static const struct
{
  gint64 in_hand, a_second;
} limits[BUS_RATE_N_KINDS] = {
  [BUS_RATE_CALL] = { BUS_RATE_CALLS_IN_HAND * WHOLE, BUS_RATE_CALLS },
  [BUS_RATE_VISIT] = { BUS_RATE_VISITS_IN_HAND * WHOLE, BUS_RATE_VISITS },
};

static void
refill (BusRate *rate, gint64 now)
{
  gint64 passed = MAX (now - rate->seen, 0);

  for (guint kind = 0; kind < BUS_RATE_N_KINDS; kind++)
    {
      gint64 missing = limits[kind].in_hand - rate->in_hand[kind];

      /* The division first: what has not been looked at for years does not overflow. */
      rate->in_hand[kind] += passed > missing / limits[kind].a_second ? missing : passed * limits[kind].a_second;
    }
  rate->seen = now;
}

void
bus_rate_start (BusRate *rate, gint64 now)
{
  rate->seen = now;
  for (guint kind = 0; kind < BUS_RATE_N_KINDS; kind++)
    rate->in_hand[kind] = limits[kind].in_hand;
}

gint64
bus_rate_take (BusRate *rate, BusRateKind kind, gint64 now)
{
  gint64 wait = 0;

  refill (rate, now);
  for (guint one = BUS_RATE_CALL; one <= kind; one++)
    if (rate->in_hand[one] < WHOLE)
      wait = MAX (wait, (WHOLE - rate->in_hand[one]) / limits[one].a_second + 1);
  for (guint one = BUS_RATE_CALL; one <= kind && wait == 0; one++)
    rate->in_hand[one] -= WHOLE;
  return wait;
}

void
bus_rate_charge_failure (BusRate *rate, gint64 now)
{
  refill (rate, now);
  /* Never more than a second of waiting. */
  rate->in_hand[BUS_RATE_CALL] = MAX (rate->in_hand[BUS_RATE_CALL] - BUS_RATE_FAILURE * WHOLE, -BUS_RATE_CALLS * WHOLE);
}

gboolean
bus_rate_is_rested (BusRate *rate, gint64 now)
{
  refill (rate, now);
  for (guint kind = 0; kind < BUS_RATE_N_KINDS; kind++)
    if (rate->in_hand[kind] < limits[kind].in_hand)
      return FALSE;
  return TRUE;
}
