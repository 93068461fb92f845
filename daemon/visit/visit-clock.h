/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-clock: where the time of a visit goes. Each moment is counted for exactly one part, so the parts add up to the
 * whole, from the opening to the end.
 *
 * Several things may be waited for at once. Then the time is the person's first (nothing can be won while somebody is
 * being asked), then the card's, then the center's: what is counted for the center is what a faster line would have
 * saved. A card that is being let go while anything else runs is waited for by nobody. What is left is our own.
 */
#pragma once

#include <glib.h>

typedef enum
{
  VISIT_PART_CARD,
  VISIT_PART_PERSON, /* to insert the card, to enter the PIN, to answer questions */
  VISIT_PART_CENTER,
  VISIT_PART_OWN,
  VISIT_N_PARTS
} VisitPart;

/* In the order in which they claim the time. */
typedef enum
{
  VISIT_WAIT_PERSON = 1 << 0,
  VISIT_WAIT_CARD = 1 << 1,
  VISIT_WAIT_CENTER = 1 << 2,
  VISIT_WAIT_RELEASE = 1 << 3, /* of the card */
} VisitWait;

typedef struct
{
  gint64 parts[VISIT_N_PARTS]; /* microseconds */
  gint64 since;                /* monotonic; 0: it does not run */
  guint waits;                 /* of VisitWait */
} VisitClock;

/* visit_clock_start: from zero. */
void visit_clock_start (VisitClock *clock);

/* visit_clock_begin, visit_clock_end: something is waited for, and no longer. Each may be said again. */
void visit_clock_begin (VisitClock *clock, VisitWait wait);
void visit_clock_end (VisitClock *clock, VisitWait wait);

/* visit_clock_stop: the visit has ended; what still runs for it counts no more. */
void visit_clock_stop (VisitClock *clock);
