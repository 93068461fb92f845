/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-ledger-entry: what the ledger holds, as dictionaries of the contract. In: records, state, verdict. Out: a{sv}. */
#pragma once

#include <systemd/sd-bus.h>

#include "visit/ledger-person.h"

/* Each returns a negative errno of sd-bus, as sd_bus_message_append() does. */

/* BusLedgerWanted: whether a field is one for who asks. */
typedef gboolean (*BusLedgerWanted) (guint field, const char *type);

/*
 * bus_ledger_append_fields: of a dictionary that is open: kind, time and what @entry has of the fields that are known
 * here and @wanted (NULL: each), but for the list of hashes. What is no text, as of an entry that was damaged, is
 * repaired: it shall not hide the others.
 */
int bus_ledger_append_fields (sd_bus_message *reply, const LedgerEntry *entry, BusLedgerWanted wanted);

/* bus_ledger_append_record: an entry of List. @anchored: entries before that place have left this computer. */
int bus_ledger_append_record (sd_bus_message *reply, const LedgerRecord *record, guint64 anchored);

/* bus_ledger_append_state, _anchors, _verdict: entries of a dictionary that is open. */
int bus_ledger_append_state (sd_bus_message *reply, const LedgerState *state);
int bus_ledger_append_anchors (sd_bus_message *reply, const LedgerState *state);
int bus_ledger_append_verdict (sd_bus_message *reply, const LedgerVerdict *verdict);

/* bus_ledger_append_hex: bytes as lower-case hexadecimal. */
int bus_ledger_append_hex (sd_bus_message *reply, const char *key, gconstpointer bytes, gsize size);

/* bus_ledger_get_anchored: how many entries have left this computer, by whichever way. 0: not anchored. */
guint64 bus_ledger_get_anchored (const LedgerState *state);
