/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-records: FetchRecords of a visit and of the Manager, and the Manager's ListCareConsents. In: calls. Out: sealed
 * memfds, closed here once the reply is out. What a user has under way is bounded, and what all have together.
 */
#pragma once

#include "bus/bus-brake.h"
#include "bus/bus-call.h"
#include "bus/bus-descriptors.h"

typedef struct BusRecords BusRecords;

#define BUS_RECORDS_MAXIMUM 6 /* fetches under way, of all users: each may hold STATION_RECORDS_SIZE_MAXIMUM twice */

/* bus_records_new: everything is borrowed. @brake: against guessing at tickets, whatever they are used for. */
BusRecords *bus_records_new (BusDescriptors *descriptors, BusBrake *brake, Station *station);

/* bus_records_free: what is under way ends, and is answered with SHUTTING_DOWN. */
void bus_records_free (BusRecords *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusRecords, bus_records_free)

/* bus_records_drop_caller: who has left the bus wants no records any more. */
void bus_records_drop_caller (BusRecords *self, const char *name);

/* Methods. @call: (transfer full). @visit: of the caller. */
void bus_records_fetch (BusRecords *self, BusCall *call, Visit *visit);
void bus_records_fetch_patient (BusRecords *self, BusCall *call);
void bus_records_list_care (BusRecords *self, BusCall *call);
