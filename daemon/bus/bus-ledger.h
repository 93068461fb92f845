/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-ledger: interface Ledger, at the Manager's object. In: calls of who may read the ledger, and of who manages it.
 * Out: what is in it; whether it is as it was written; and what an administrator decides about it, as its entries.
 */
#pragma once

#include "bus/bus-call.h"
#include "visit/ledger-person.h"

typedef struct BusLedger BusLedger;

/*
 * bus_ledger_new: @ledger: borrowed; NULL: there is none, and every method is LedgerFailed. Return: NULL with FAILED.
 */
BusLedger *bus_ledger_new (sd_bus *bus, BusCalls *calls, Ledger *ledger, GError **error);

/* bus_ledger_set_institution: its code, for what is exported from now on; NULL: not known. */
void bus_ledger_set_institution (BusLedger *self, const char *institution);

/* bus_ledger_free: who waits is answered: SHUTTING_DOWN. */
void bus_ledger_free (BusLedger *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusLedger, bus_ledger_free)

/* bus_ledger_drop_owner: @name has left the bus: what is exported for it ends. */
void bus_ledger_drop_owner (BusLedger *self, const char *name);
