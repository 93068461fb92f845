/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-halt: the end of all visits at once, because the daemon is being stopped or because the machine is going to
 * sleep. While either is so, new visits are refused.
 */
#pragma once

#include <glib.h>

typedef struct Station Station;

/*
 * station_shut_down: ends every visit with SHUTTING_DOWN and unpowers every card; @callback when all are quiet, at the
 * latest after @deadline_milliseconds: the end of what is not quiet is told then. New visits are refused with
 * SHUTTING_DOWN from here on.
 */
void station_shut_down (Station *station, guint deadline_milliseconds, GSourceFunc callback, gpointer user_data);

/*
 * station_suspend: the machine is going to sleep: ends every visit with SHUTTING_DOWN and unpowers every card;
 * @callback when all are quiet, at the latest after @deadline_milliseconds. New visits are refused with SHUTTING_DOWN
 * until station_resume, which looks for the readers and at the calendar anew, and lets go of old connections.
 */
void station_suspend (Station *station, guint deadline_milliseconds, GSourceFunc callback, gpointer user_data);
void station_resume (Station *station);

/* station_refuses_visits: whether new visits are refused, with why. station_is_shutting_down: for good. */
gboolean station_refuses_visits (Station *station, GError **error);
gboolean station_is_shutting_down (Station *station);

/* station_halt_note_begun, …_quiet: a visit runs, and does not any more: who waits for the last one is told. */
void station_halt_note_begun (Station *station);
void station_halt_note_quiet (Station *station);

/* station_halt_clear: nobody is told any more. */
void station_halt_clear (Station *station);
