/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-call: one method call, from its arrival to its one reply.
 *
 * In: what sd-bus hands to a vtable's handler. Out: the room's own handler, once the caller is known, within its
 * limits and has the right that bus-access asks for; else the error reply. A handler answers at once or keeps the
 * call and answers later; whoever holds a call answers it exactly once.
 */
#pragma once

#include "bus/bus-access.h"
#include "bus/bus-error.h"

typedef struct BusCalls BusCalls; /* what all calls have in common */
typedef struct BusCall BusCall;

/* BusCallHandler: @call: (transfer full). */
typedef void (*BusCallHandler) (BusCall *call, gpointer target);

typedef struct
{
  const char *member;
  BusCallHandler handler;
} BusMethod;

/* bus_calls_new: @access is borrowed until bus_calls_close(). */
BusCalls *bus_calls_new (BusPeers *peers, BusAccess *access);
BusCalls *bus_calls_ref (BusCalls *calls);
void bus_calls_unref (BusCalls *calls);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusCalls, bus_calls_unref)

BusPeers *bus_calls_get_peers (BusCalls *calls);

/* bus_calls_set_station: where what is turned away is counted, until bus_calls_close(). */
void bus_calls_set_station (BusCalls *calls, Station *station);

/* bus_calls_close: no new calls are taken from here on (SHUTTING_DOWN). */
void bus_calls_close (BusCalls *calls);
gboolean bus_calls_are_closed (BusCalls *calls);

/*
 * bus_call_begin: @methods: of one interface, ended by a NULL member. @interface: as in the table of bus-access.
 * @target: for the handler; it must outlive @calls, but for a visit's methods, which are called before this returns.
 * Return: what an sd-bus handler returns.
 */
int bus_call_begin (BusCalls *calls, sd_bus_message *message, const char *interface, const BusMethod *methods,
                    gpointer target);

/* bus_call_refuse: what has not become a call is answered with an error, which is counted. Return: 1. */
int bus_call_refuse (BusCalls *calls, sd_bus_message *message, ShikakuError code, const char *text);

/* bus_call_is_short: whether @message is one that may be kept. It stands at its begin then. */
gboolean bus_call_is_short (sd_bus_message *message);

sd_bus_message *bus_call_get_message (BusCall *call); /* (transfer none) */
BusPeer *bus_call_get_peer (BusCall *call);           /* (transfer none); NULL once it has left the bus */

/* Answers. @call: (transfer full) in each. */
void bus_call_return (BusCall *call, const char *types, ...);
void bus_call_return_message (BusCall *call, sd_bus_message *reply, int result);
void bus_call_return_error (BusCall *call, GError *error);

/*
 * bus_call_new_reply: an empty reply to be filled and given to bus_call_return_message, together with the result of
 * the filling: a negative one is answered with Failed.
 */
sd_bus_message *bus_call_new_reply (BusCall *call);
