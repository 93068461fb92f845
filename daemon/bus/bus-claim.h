/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-claim: Manager.ClaimVisit: each call, until the visit that it asks for is done. In: a patient as staff names
 * them. Out: the visit, or several candidates. Guessing is braked, as with tickets.
 */
#pragma once

#include "bus/bus-errand.h"
#include "bus/bus-takeover.h"

/* bus_claim: @call: (transfer full). All else is borrowed, and lives until @errands ends. */
void bus_claim (Station *station, BusVisits *visits, BusTakeover *takeover, BusErrands *errands, BusCall *call);
