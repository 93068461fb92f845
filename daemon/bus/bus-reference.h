/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-reference: Visit.RegisterReferenceNumber: calls come in, and each is answered when the center has answered, or
 * when the daemon ends.
 */
#pragma once

#include "bus/bus-errand.h"
#include "visit/station.h"

/* bus_reference_register: @call: (transfer full): for @visit, its owner's. */
void bus_reference_register (Station *station, BusErrands *errands, BusCall *call, Visit *visit);
