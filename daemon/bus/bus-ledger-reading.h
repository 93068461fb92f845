/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-ledger-reading: Ledger.List and Export: what shows entries. In: a call. Out: the entries; but first one more,
 * which says who reads: what cannot be taken down is not shown.
 */
#pragma once

#include "bus/bus-call.h"
#include "visit/ledger-person.h"

typedef struct BusLedgerReading BusLedgerReading;

/* bus_ledger_reading_new: @ledger: borrowed. */
BusLedgerReading *bus_ledger_reading_new (Ledger *ledger);
void bus_ledger_reading_free (BusLedgerReading *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusLedgerReading, bus_ledger_reading_free)

/* @call: (transfer full). */
void bus_ledger_reading_list (BusLedgerReading *self, BusCall *call);
void bus_ledger_reading_export (BusLedgerReading *self, BusCall *call);

/* bus_ledger_reading_set_institution: as bus_ledger_set_institution(). */
void bus_ledger_reading_set_institution (BusLedgerReading *self, const char *institution);

void bus_ledger_reading_drop_owner (BusLedgerReading *self, const char *name);
