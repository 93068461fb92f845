/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-gate: every call passes here before anything else of the daemon sees it. In: calls, also those that sd-bus
 * answers by itself. Out: the same, as fast as bus-rate allows their users.
 *
 * A call that comes too early waits in its user's line, which is not long (bus-account): what does not fit in is
 * refused at once (LimitExceeded). Root does not wait. Who calls is asked of the bus for what needs a right, and for
 * everything while strangers together call faster than one user may.
 */
#pragma once

#include "bus/bus-call.h"

typedef struct BusGate BusGate;

/* bus_gate_new: calls pass from here on. Return: NULL with FAILED. */
BusGate *bus_gate_new (sd_bus *bus, BusCalls *calls, GError **error);

/* bus_gate_free: what waits is refused: the daemon ends. */
void bus_gate_free (BusGate *gate);
