/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-outages: what waits for the center, as the Manager has it: in: a call of DropQueued; out: its answer. */
#pragma once

#include "bus/bus-call.h"
#include "visit/outage.h"

/* bus_outages_drop: @outage: NULL: nothing is kept here. */
void bus_outages_drop (BusCall *call, Outage *outage);
