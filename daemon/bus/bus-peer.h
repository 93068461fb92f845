/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-peer: who is at the other end. Peers by unique name, each with its user's account, and word of its going.
 *
 * At first sight a peer's uid is asked of the bus, asynchronously, and its going is watched from before that
 * answer: a peer that is known cannot vanish unnoticed. A peer is freed when its name goes.
 */
#pragma once

#include "bus/bus-account.h"
#include "bus/bus-outgoing.h"

typedef struct BusPeers BusPeers;
typedef struct BusPeer BusPeer;

/* Whether its connection takes file descriptors: bus-descriptors. */
typedef enum
{
  BUS_PEER_DESCRIPTORS_UNKNOWN,
  BUS_PEER_DESCRIPTORS_TAKEN,
  BUS_PEER_DESCRIPTORS_REFUSED,
} BusPeerDescriptors;

struct BusPeer
{
  char *name;          /* unique name */
  BusShare *share;     /* what it has in use */
  BusAccount *account; /* its user's; NULL: not known yet */
  GArray *held;        /* who waits to know it */
  BusPeerDescriptors descriptors;
  char *program; /* what it is called (bus-program); "" if that is not known */
  gint64 seen;   /* when it was met: wall_clock_get_boot_time() */
};

/* BusPeerGone: @name has left the bus; its BusPeer is freed. */
typedef void (*BusPeerGone) (const char *name, gpointer user_data);

BusPeers *bus_peers_new (sd_bus *bus, BusOutgoing *outgoing, BusPeerGone gone, gpointer user_data);
BusPeers *bus_peers_ref (BusPeers *peers);
void bus_peers_unref (BusPeers *peers);

/* bus_peers_clear: the bus floor ends: forgets every peer. @outgoing is not used any more. */
void bus_peers_clear (BusPeers *peers);

/*
 * bus_peers_get: the peer called @name, asking the bus about it at first sight. Return: NULL if there are too many: one
 * user has at most as many places as it leaves free, so that another finds some.
 */
BusPeer *bus_peers_get (BusPeers *peers, const char *name);

/* bus_peers_find: the same without asking: NULL for a stranger. */
BusPeer *bus_peers_find (BusPeers *peers, const char *name);

/*
 * bus_peers_has_place: whether @peer, which is known, may begin something. One that has something in hand may; one that
 * has nothing, and so no place, is asked the same as a newcomer: who made many connections known while they were idle
 * has no more places by that.
 */
gboolean bus_peers_has_place (BusPeers *peers, BusPeer *peer);

/* bus_peers_note_gone: the bus says that @name has no owner any more. */
void bus_peers_note_gone (BusPeers *peers, const char *name);

/* bus_peers_forget: nothing is kept for @peer: it may be asked about again. Does nothing while something is. */
void bus_peers_forget (BusPeers *peers, BusPeer *peer);

/* BusPeerKnown: @peer is NULL if it left before the bus could tell who it is, or if its user has too many places. */
typedef void (*BusPeerKnown) (BusPeer *peer, gpointer user_data);

/* bus_peer_await: @callback as soon as @peer is known; at once if it is. */
void bus_peer_await (BusPeer *peer, BusPeerKnown callback, gpointer user_data);
