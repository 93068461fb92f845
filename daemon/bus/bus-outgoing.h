/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-outgoing: the daemon's own calls on the bus, asynchronous, and few enough at a time.
 *
 * The bus lets a connection wait for 128 replies at most (max_replies_per_connection of the system bus), so calls to
 * programs that may never answer, which are known by their unique names, wait here in line beyond a limit. Calls to
 * the bus and to services do not: whoever asks a service has a limit of its own. While somebody floods us the bus
 * throws away what finds no room in its queue to us, replies too. So no reply is waited for without a limit of time,
 * and a call that nobody has answered by then ends with an error.
 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

typedef struct BusOutgoing BusOutgoing;

/* BusOutgoingReply: called once. @reply: a method return or an error; NULL if the bus floor ends before it came. */
typedef void (*BusOutgoingReply) (sd_bus_message *reply, gpointer user_data);

BusOutgoing *bus_outgoing_new (sd_bus *bus);

/* bus_outgoing_free: calls back what still waits, with NULL. */
void bus_outgoing_free (BusOutgoing *outgoing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusOutgoing, bus_outgoing_free)

/*
 * bus_outgoing_call: @message: a method call, (transfer full). @seconds: from when it is sent; later than whatever else
 * ends the wait, for while it lasts its place is taken. Never calls back before it has returned.
 */
void bus_outgoing_call (BusOutgoing *outgoing, sd_bus_message *message, guint seconds, BusOutgoingReply callback,
                        gpointer user_data);

/* bus_outgoing_send: @message: (transfer full); a call whose reply nobody waits for, or a signal. NULL is allowed. */
void bus_outgoing_send (BusOutgoing *outgoing, sd_bus_message *message);
