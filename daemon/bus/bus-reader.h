/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-reader: org.shikaku.Shikaku1.Reader and the ObjectManager that lists readers. In: the station's readers and
 * their events. Out: objects at /org/shikaku/Shikaku1/reader/N, told to everybody: there is nothing personal in a
 * reader.
 */
#pragma once

#include <systemd/sd-bus.h>

#include "bus/bus-agent-manager.h"
#include "visit/station.h"

typedef struct BusReaders BusReaders;

/* bus_readers_new: puts the readers of @station on the bus. @agents: who serves them. Return: NULL with FAILED. */
BusReaders *bus_readers_new (sd_bus *bus, Station *station, BusAgents *agents, GError **error);
void bus_readers_free (BusReaders *readers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusReaders, bus_readers_free)

/* The domain's events. */
void bus_readers_note_added (BusReaders *readers, StationReader *reader);
void bus_readers_note_removed (BusReaders *readers, StationReader *reader);
void bus_readers_note_changed (BusReaders *readers, StationReader *reader);

/* bus_readers_note_agent: another agent, or none, serves the reader at @path. */
void bus_readers_note_agent (BusReaders *readers, const char *path);
