/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus: puts the bus floor together: connection, name, objects, agents. What main sees of it. */
#pragma once

#include "base/configuration.h"
#include "visit/agent-port.h"
#include "visit/station.h"

typedef struct Bus Bus;

/* bus_new: connects to the system bus. @lost: the connection or the name was lost. Return: NULL with FAILED. */
Bus *bus_new (GSourceFunc lost, gpointer user_data, GError **error);

/* What the domain is given: */
AgentPort bus_get_agent_port (Bus *bus);
const StationObserver *bus_get_observer (void); /* with the bus as its data */

/*
 * bus_publish: puts the station on the bus. The name is asked for, and READY=1 told to systemd, when the readers have
 * been looked at once, so that the first call does not find an empty desk; a pcscd that does not answer holds that up
 * for a second at most.
 */
gboolean bus_publish (Bus *bus, Station *station, GError **error);

/* bus_set_ledger: for interface Ledger; before bus_publish(). @ledger: NULL, as at first: there is none. Borrowed. */
void bus_set_ledger (Bus *bus, Ledger *ledger);

/*
 * bus_set_configuration: the one in force, for Manager.GetConfiguration. Borrowed until the next. To be told once when
 * the station has been published, before the loop runs, and after each change.
 */
void bus_set_configuration (Bus *bus, const Configuration *configuration);

/*
 * What systemd is told of a reload, so that `systemctl reload` ends when it is over; before the first READY=1, nothing.
 * @status: for `systemctl status`.
 */
void bus_note_reloading (Bus *bus);
void bus_note_ready (Bus *bus, const char *status);

/* bus_note_failure: the last word before a start ends, for `systemctl status`, and for shikakuctl, which shows it. */
void bus_note_failure (const char *reason);

/* bus_withdraw: no new calls are taken (ShuttingDown); what is queued goes out. */
void bus_withdraw (Bus *bus);

/*
 * bus_leave: the last thing on the bus, after bus_withdraw: the name is given back, and who called until then is told
 * ShuttingDown, so that no call is left without an answer.
 */
void bus_leave (Bus *bus);

void bus_free (Bus *bus);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Bus, bus_free)
