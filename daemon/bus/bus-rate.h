/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-rate: how fast one user may call. In: a kind of call, the time. Out: now, or how long to wait.
 *
 * A user, with all of its connections, has a number of calls in hand, which comes back with time. Calls that open a
 * visit are counted by themselves too, since each asks the center. A call that fails costs more than one that does
 * not: programs that fail again and again try something out, or are broken. Honest ones come nowhere near: a thousand
 * checks one right after the other pass.
 */
#pragma once

#include <glib.h>

#define BUS_RATE_CALLS_IN_HAND 2000
#define BUS_RATE_CALLS 1000 /* that come back in a second */
#define BUS_RATE_VISITS_IN_HAND 1000
#define BUS_RATE_VISITS 100
#define BUS_RATE_FAILURE 10 /* calls that one more costs if it failed */

typedef enum
{
  BUS_RATE_CALL,
  BUS_RATE_VISIT, /* a call that opens a visit, or registers an agent */
  BUS_RATE_N_KINDS,
} BusRateKind;

/* Its owner keeps it where it likes; nobody else looks inside. Times are microseconds, as of g_get_monotonic_time(). */
typedef struct
{
  gint64 seen;
  gint64 in_hand[BUS_RATE_N_KINDS];
} BusRate;

/* bus_rate_start: all calls are in hand. */
void bus_rate_start (BusRate *rate, gint64 now);

/* bus_rate_take: takes one call of those in hand. Return: microseconds until there is one again; 0: it was taken. */
gint64 bus_rate_take (BusRate *rate, BusRateKind kind, gint64 now);

/* bus_rate_charge_failure: a call has failed. */
void bus_rate_charge_failure (BusRate *rate, gint64 now);

/* bus_rate_is_rested: all calls are in hand again. */
gboolean bus_rate_is_rested (BusRate *rate, gint64 now);
