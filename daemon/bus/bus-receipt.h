/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-receipt: what is given to patients about the ledger, and taken from them: receipts, the list of who saw what, an
 * objection. In: calls of who has the patient's visit, or the receipt's number. Out: JSON, entries.
 */
#pragma once

#include "bus/bus-call.h"
#include "visit/visit.h"

typedef struct BusReceipts BusReceipts;

BusReceipts *bus_receipts_new (Station *station);
/* bus_receipts_free: who waits is answered: SHUTTING_DOWN. */
void bus_receipts_free (BusReceipts *receipts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusReceipts, bus_receipts_free)

/* Each answers @call (transfer full), which is allowed: Manager.GetReceipt; and of the caller's own @visit: GetReceipt,
 * GetDisclosures, Object. */
void bus_receipts_get (BusReceipts *receipts, BusCall *call);
void bus_receipts_get_of_visit (BusReceipts *receipts, BusCall *call, Visit *visit);
void bus_receipts_get_disclosures (BusReceipts *receipts, BusCall *call, Visit *visit);
void bus_receipts_object (BusReceipts *receipts, BusCall *call, Visit *visit);
