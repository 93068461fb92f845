/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-manager: org.shikaku.Shikaku1.Manager. In: callers' options. Out: visits opened at the station, the chain of
 * links, and what everybody may know: readers, center, version.
 */
#pragma once

#include "base/configuration.h"
#include "bus/bus-events.h"
#include "bus/bus-records.h"
#include "bus/bus-takeover.h"
#include "bus/bus-visit.h"

typedef struct BusManager BusManager;

/* bus_manager_new: Return: NULL with FAILED. Everything is borrowed. */
BusManager *bus_manager_new (sd_bus *bus, BusCalls *calls, BusVisits *visits, BusEvents *events, BusTakeover *takeover,
                             BusRecords *records, Station *station, GError **error);
void bus_manager_free (BusManager *manager);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusManager, bus_manager_free)

/* bus_manager_set_configuration: what GetConfiguration shows: once before the first call, and when it is another. */
void bus_manager_set_configuration (BusManager *manager, const Configuration *configuration);

/* The domain's events. */
void bus_manager_note_readers (BusManager *manager);
void bus_manager_note_center (BusManager *manager);
void bus_manager_note_queued (BusManager *manager);
void bus_manager_note_expiries (BusManager *manager);
void bus_manager_tell_expiry (BusManager *manager, const StationExpiry *expiry, int days);
