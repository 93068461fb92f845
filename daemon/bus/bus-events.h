/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-events: Subscribe, WatchStation, GetEventsSince and the signal Event of the Manager. In: who wants to hear of
 * which kinds; what the station tells. Out: to each subscriber, alone, the events that are for all and those that are
 * for its user; and pages of those that are kept.
 *
 * A subscription ends with its connection. It takes a place of the daemon's, so that its going is noticed.
 */
#pragma once

#include "bus/bus-call.h"
#include "visit/station-events.h"

typedef struct BusEvents BusEvents;

/* bus_events_new: everything is borrowed. */
BusEvents *bus_events_new (sd_bus *bus, Station *station);
void bus_events_free (BusEvents *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusEvents, bus_events_free)

/* Three methods of the Manager. @call: (transfer full). */
void bus_events_subscribe (BusEvents *self, BusCall *call);
void bus_events_watch (BusEvents *self, BusCall *call);
void bus_events_get_since (BusEvents *self, BusCall *call);

/* bus_events_drop_owner: @name has left the bus. */
void bus_events_drop_owner (BusEvents *self, const char *name);

/* bus_events_note_event: the domain's. */
void bus_events_note_event (BusEvents *self, const Event *event);
