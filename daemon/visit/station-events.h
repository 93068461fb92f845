/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-events: what happens at this desk, as events for programs that were away. In: word from the other rooms of
 * the station. Out: events, which the store keeps and the observer is told of while somebody listens. Nothing in them
 * is of a person.
 *
 *   visit-finished   for the user whose visit it was: Visit o, State s, Origin s, Reader o, Error s
 *   visit-arrived    for all: Arrival s, Reader o, At t (when the patient stood at the terminal)
 *   center           for all: State s, Cause s
 *   reader           for all: Reader o, Name s, Present b; those that are there at the start are no event
 *   expiry           for all: What s, Source s, Expires t, Days i
 *   ledger           for all: Kind s (of entries that people should look at; or rolled-back: a witness refuses
 *                    it), Size t; or Error s: it cannot be written
 */
#pragma once

#include "base/error.h"
#include "store/events.h"
#include "visit/station-observer.h"

typedef struct Station Station;

/* station_events_init: the center is as it is told: both are static. */
void station_events_init (Station *station, const char *center, const char *cause);
void station_events_set_store (Station *station, Store *store);

/* station_events_clear: the station ends: what is not written yet is going to be, and no event comes any more. */
void station_events_clear (Station *station);

/* station_get_events: for who writes events together with what they tell of; NULL once the station has ended. */
Events *station_get_events (Station *station);

/*
 * For the bus, as events_ask, events_listen and events_stop_listening; where the station has ended @callback is called
 * at once, with NULL.
 */
void station_ask_events (Station *station, const EventsQuestion *question, EventsAnswer callback, gpointer user_data);
void station_listen_to_events (Station *station, EventsAnswer callback, gpointer user_data);
void station_stop_listening_to_events (Station *station);

/* station_event_is_wanted: whether @event would be in the answer to @question. */
gboolean station_event_is_wanted (const EventsQuestion *question, const Event *event);

void station_events_note_finished (Station *station, Visit *visit);
/* station_events_describe_arrival: the details of such an event. (transfer full). */
GString *station_events_describe_arrival (const char *id, const char *reader, gint64 at);
void station_events_note_arrival (Station *station, const char *id, const char *reader, gint64 at);
/* station_events_note_center: both are static; they may be as before. */
void station_events_note_center (Station *station, const char *center, const char *cause);
void station_events_note_surveyed (Station *station);
void station_events_note_reader (Station *station, const char *path, const char *name, gboolean present);
void station_events_note_expiry (Station *station, const StationExpiry *expiry, gint days);

/* station_events_note_ledger: @kind: static; NULL: @error counts. */
void station_events_note_ledger (Station *station, const char *kind, guint64 size, ShikakuError error);
