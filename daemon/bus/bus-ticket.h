/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-ticket: Visit.CreateTicket. In: a call with the terms: how often, how long, for what. Out: a ticket, once the
 * ledger has it, or why there is none.
 */
#pragma once

#include "bus/bus-errand.h"
#include "visit/station.h"

/* bus_ticket_create: @call: (transfer full): for @visit, its owner's. */
void bus_ticket_create (Station *station, BusErrands *errands, BusCall *call, Visit *visit);
