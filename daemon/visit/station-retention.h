/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-retention: finished visits, each kept for a time. One timer runs, for the earliest, and none while there is
 * none.
 */
#pragma once

#include "visit/visit.h"

typedef struct StationRetention StationRetention;

/* station_retention_new: @expired: the time of a visit is over: it is forgotten here before. */
StationRetention *station_retention_new (void (*expired) (Visit *visit, gpointer user_data), gpointer user_data);
void station_retention_free (StationRetention *retention);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StationRetention, station_retention_free)

/* station_retention_add: keeps @visit (borrowed until it is removed) from now on for @seconds. */
void station_retention_add (StationRetention *retention, Visit *visit, guint seconds);

/* station_retention_remove: of a visit that may not be here. */
void station_retention_remove (StationRetention *retention, Visit *visit);

/* station_retention_note_slept: the monotonic clock stood still: what is to be erased by now is not kept longer. */
void station_retention_note_slept (StationRetention *retention);

/*
 * station_retention_shift: the clock on the wall was set by @shift microseconds. A visit is kept for a time, not until
 * a date: the date moves with the clock. Nobody is told: the end of a visit is the last that is told of it.
 */
void station_retention_shift (StationRetention *retention, gint64 shift);
