/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-agent-manager: org.shikaku.Shikaku1.AgentManager and the agent port of the domain. In: agents that register
 * for a reader. Out: for each reader the one agent that serves it: its first holder keeps it.
 *
 * An agent belongs to its reader's path: it stays registered while the reader is unplugged.
 */
#pragma once

#include "bus/bus-call.h"
#include "bus/bus-descriptors.h"
#include "visit/agent-port.h"
#include "visit/station.h"

typedef struct BusAgents BusAgents;

BusAgents *bus_agents_new (sd_bus *bus, BusOutgoing *outgoing, BusCalls *calls, BusDescriptors *descriptors);
void bus_agents_free (BusAgents *agents);

/* BusAgentsChanged: another agent, or none, serves @reader (object path) from now on. */
typedef void (*BusAgentsChanged) (const char *reader, gpointer user_data);

/* bus_agents_publish: puts the interface on the bus; @station knows the readers. */
gboolean bus_agents_publish (BusAgents *agents, Station *station, BusAgentsChanged changed, gpointer user_data,
                             GError **error);

/* bus_agents_append_capabilities: "as": what the agent of @reader (object path) can; empty without one. */
int bus_agents_append_capabilities (sd_bus_message *message, BusAgents *agents, const char *reader);

/* bus_agents_get_port_class: the port's data is the BusAgents. */
const AgentPortClass *bus_agents_get_port_class (void);

/* bus_agents_drop_owner: @owner left the bus: its agents are gone. */
void bus_agents_drop_owner (BusAgents *agents, const char *owner);

/* bus_agents_release_all: the daemon ends: tells every agent. */
void bus_agents_release_all (BusAgents *agents);
