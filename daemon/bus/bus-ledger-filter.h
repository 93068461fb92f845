/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-ledger-filter: what a caller wants of the ledger. In: an a{sv}. Out: a filter, checked; or InvalidOption. */
#pragma once

#include "bus/bus-actor.h"
#include "visit/ledger-person.h"

#define BUS_LEDGER_LIMIT_MAXIMUM 1000 /* entries of one List */

typedef struct
{
  LedgerFilter filter; /* borrows of what follows, and of the message */
  LedgerPersonHashes person;
  Actor actor; /* what it asserts of itself: borrowed of the message */
} BusLedgerFilter;

/* bus_ledger_filter_read_list: the filter of List; the limit is of the answer. _read_export: the options of Export. */
gboolean bus_ledger_filter_read_list (sd_bus_message *message, Ledger *ledger, BusLedgerFilter *filter, GError **error);
gboolean bus_ledger_filter_read_export (sd_bus_message *message, Ledger *ledger, BusLedgerFilter *filter,
                                        GError **error);

/*
 * bus_ledger_filter_copy: for who keeps it longer, without the actor. (transfer full); free by bus_ledger_filter_free.
 */
BusLedgerFilter *bus_ledger_filter_copy (const BusLedgerFilter *filter);
void bus_ledger_filter_free (BusLedgerFilter *filter);
