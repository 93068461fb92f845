/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-errand: calls that wait for another floor, until its answer or the end of this one. In: a call. Out: the same, to
 * be answered, or nothing if that was done meanwhile: an errand that comes home late finds nobody.
 */
#pragma once

#include "bus/bus-call.h"

typedef struct BusErrands BusErrands;
typedef struct BusErrand BusErrand;

BusErrands *bus_errands_new (void);
/* bus_errands_free: who waits is answered: SHUTTING_DOWN; and what was asked for in vain is cancelled. */
void bus_errands_free (BusErrands *errands);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusErrands, bus_errands_free)

/* bus_errands_get_cancellable: for what need not go on once nobody waits for it. (transfer none) */
GCancellable *bus_errands_get_cancellable (BusErrands *errands);

/*
 * bus_errand_new: @call: (transfer full). @data: for who ends it; (transfer full), freed with it by @data_free, if both
 * are there.
 */
BusErrand *bus_errand_new (BusErrands *errands, BusCall *call, gpointer data, GDestroyNotify data_free);

/* bus_errand_get_data: NULL once it was answered: what @data points to may be gone. */
gpointer bus_errand_get_data (BusErrand *errand);

/* bus_errand_end: frees it. Return: its call (transfer full), or NULL if that was answered. */
BusCall *bus_errand_end (BusErrand *errand);
