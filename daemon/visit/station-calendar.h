/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* station-calendar: what of this desk ends, and the clock on the wall that this is measured by. */
#pragma once

#include "visit/calendar.h"

typedef struct Station Station;

/* station_calendar_init: where to look comes with configure, which may be said again. */
void station_calendar_init (Station *station);
void station_calendar_configure (Station *station, const CalendarSource *sources);
void station_calendar_clear (Station *station);

/* station_begin: the daemon is ready for callers: the calendar, which nobody waits for, is read, and watched. */
void station_begin (Station *station);

/* station_calendar_schedule: reads it anew, from the main loop; not before station_begin. */
void station_calendar_schedule (Station *station);

/* station_calendar_note_center: a transport has learned something: perhaps when what is in a token ends. */
void station_calendar_note_center (Station *station);

/* station_get_expiries: everything that ends, the soonest first; (transfer container) of StationExpiry. */
GPtrArray *station_get_expiries (Station *station);

/* station_get_soonest_end: of all that is not replaced; NULL: nothing ends. */
const StationExpiry *station_get_soonest_end (Station *station);

/* station_get_credential_expires: when the institution's certificate ends, microseconds since the epoch; or 0. */
gint64 station_get_credential_expires (Station *station);
