/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-receipt: what is given to patients about the ledger, and taken from them: receipts, the list of who saw what, an
 * objection. In: calls of who has the patient's visit, or the receipt's number. Out: JSON, entries.
 */
#pragma once

#include "bus/bus-errand.h"
#include "visit/station.h"

/* Each answers @call (transfer full), which is allowed: Manager.GetReceipt; and of the caller's own @visit: GetReceipt,
 * GetDisclosures, Object. */
void bus_receipts_get (Station *station, BusErrands *errands, BusCall *call);
void bus_receipts_get_of_visit (Station *station, BusErrands *errands, BusCall *call, Visit *visit);
void bus_receipts_get_disclosures (Station *station, BusErrands *errands, BusCall *call, Visit *visit);
void bus_receipts_object (Station *station, BusErrands *errands, BusCall *call, Visit *visit);
