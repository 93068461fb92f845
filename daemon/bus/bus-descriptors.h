/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-descriptors: whether a program's connection takes file descriptors. In: a peer. Out: yes or no, later.
 *
 * Whether it does is agreed on between a connection and the bus, which tells nobody. A reply with a descriptor to a
 * connection that takes none is thrown away by the bus, and so is any other reply after it: the caller would wait in
 * vain. So one is offered before, once a connection, in a signal to it alone (SHIKAKU_INTERFACE_PROBE): the bus refuses
 * to hand that over, and says so to us. Who takes it has nothing to do with it.
 */
#pragma once

#include "bus/bus-peer.h"

typedef struct BusDescriptors BusDescriptors;

/* bus_descriptors_new: @peers is borrowed until the end of @outgoing. Return: NULL with FAILED. */
BusDescriptors *bus_descriptors_new (sd_bus *bus, BusOutgoing *outgoing, BusPeers *peers, GError **error);

/* bus_descriptors_free: after the end of the outgoing calls, which calls back who still waits. */
void bus_descriptors_free (BusDescriptors *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusDescriptors, bus_descriptors_free)

/* BusDescriptorsKnown: @answer is UNKNOWN if the bus did not say. */
typedef void (*BusDescriptorsKnown) (BusPeerDescriptors answer, gpointer user_data);

/* bus_descriptors_ask: may call back before it returns. */
void bus_descriptors_ask (BusDescriptors *self, BusPeer *peer, BusDescriptorsKnown callback, gpointer user_data);
