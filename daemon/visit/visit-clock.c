/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* visit-clock: see the header. In: what is waited for from now on. Out: microseconds by part. */
#include "visit/visit-clock.h"

static VisitPart
get_part (guint waits)
{
  if (waits & VISIT_WAIT_PERSON)
    return VISIT_PART_PERSON;
  if (waits & VISIT_WAIT_CARD)
    return VISIT_PART_CARD;
  if (waits & VISIT_WAIT_CENTER)
    return VISIT_PART_CENTER;
  return waits & VISIT_WAIT_RELEASE ? VISIT_PART_CARD : VISIT_PART_OWN;
}

/* charge_time: the time that has passed belongs to what was waited for. */
static void
charge_time (VisitClock *clock)
{
  gint64 now = g_get_monotonic_time ();

  clock->parts[get_part (clock->waits)] += now - clock->since;
  clock->since = now;
}

void
visit_clock_start (VisitClock *clock)
{
  *clock = (VisitClock){ .since = g_get_monotonic_time () };
}

void
visit_clock_begin (VisitClock *clock, VisitWait wait)
{
  if (clock->since == 0)
    return;
  charge_time (clock);
  clock->waits |= wait;
}

void
visit_clock_end (VisitClock *clock, VisitWait wait)
{
  if (clock->since == 0)
    return;
  charge_time (clock);
  clock->waits &= ~(guint)wait;
}

void
visit_clock_stop (VisitClock *clock)
{
  if (clock->since == 0)
    return;
  charge_time (clock);
  clock->since = 0;
}
