/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-reference: Visit.RegisterReferenceNumber: calls come in, and each is answered when the center has answered, or
 * when the daemon ends.
 */
#pragma once

#include "bus/bus-call.h"
#include "visit/station.h"

typedef struct BusReferences BusReferences;

BusReferences *bus_references_new (Station *station);
/* bus_references_free: whoever waits is told that the daemon ends. */
void bus_references_free (BusReferences *references);

/* bus_references_take: @call is for @visit, its owner's. */
void bus_references_take (BusReferences *references, BusCall *call, Visit *visit);
