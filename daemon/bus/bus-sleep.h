/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-sleep: what logind says of the machine's sleep. In: org.freedesktop.login1. Out: the station suspended and
 * resumed, and an inhibitor that makes the machine wait until every card is unpowered.
 *
 * Without logind everything else works.
 */
#pragma once

#include <systemd/sd-bus.h>

#include "visit/station.h"

typedef struct BusSleep BusSleep;

/* bus_sleep_new: asks for logind, asynchronously; nothing of it is waited for. Everything is borrowed. */
BusSleep *bus_sleep_new (sd_bus *bus, Station *station);
void bus_sleep_free (BusSleep *sleep);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusSleep, bus_sleep_free)
