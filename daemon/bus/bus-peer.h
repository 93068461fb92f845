/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-peer: who is at the other end. Peers by unique name, each with its uid, its limits, and word of its going.
 *
 * At first sight a peer's uid is asked of the bus, asynchronously, and its going is watched from before that
 * answer: a peer whose uid is known cannot vanish unnoticed. A peer is freed when its name goes.
 */
#pragma once

#include "bus/bus-outgoing.h"
#include "bus/bus-rate.h"
#include "visit/station.h"

#define BUS_PEER_VISITS_MAXIMUM 16     /* of one connection */
#define BUS_PEER_UID_VISITS_MAXIMUM 64 /* of all connections of one uid */
#define BUS_PEER_CALLS_MAXIMUM 32      /* of one connection, under way at a time */

typedef struct BusPeers BusPeers;
typedef struct BusPeer BusPeer;
typedef struct BusAccess BusAccess; /* bus-access.h */

typedef enum
{
  BUS_PEER_ASKED, /* the bus was asked who it is */
  BUS_PEER_KNOWN,
} BusPeerState;

struct BusPeer
{
  BusPeers *peers;
  char *name; /* unique name */
  BusPeerState state;
  uid_t uid;         /* once known */
  char *user;        /* bus_peer_get_user */
  guint calls;       /* under way */
  guint visits;      /* open */
  guint agents;      /* registered */
  guint *unanswered; /* requests that it, as an agent, has left so; shared (g_rc_box) with its agents */
  GArray *held;      /* who waits to know it */
};

/* BusPeerGone: @name has left the bus; its BusPeer is freed. */
typedef void (*BusPeerGone) (const char *name, gpointer user_data);

BusPeers *bus_peers_new (sd_bus *bus, BusOutgoing *outgoing, BusPeerGone gone, gpointer user_data);
BusPeers *bus_peers_ref (BusPeers *peers);
void bus_peers_unref (BusPeers *peers);

/* bus_peers_clear: the bus floor ends: forgets every peer. @outgoing is not used any more. */
void bus_peers_clear (BusPeers *peers);

/* What peers may do, and how fast, is kept with them. */
BusRate *bus_peers_get_rate (BusPeers *peers);
void bus_peers_set_access (BusPeers *peers, BusAccess *access);
BusAccess *bus_peers_get_access (BusPeers *peers);

/*
 * bus_peers_get: the peer called @name, asking the bus about it at first sight. Return: NULL if there are too many: one
 * user has at most as many places as it leaves free, so that another finds some.
 */
BusPeer *bus_peers_get (BusPeers *peers, const char *name);

/* bus_peers_find: the same without asking: NULL for a stranger. */
BusPeer *bus_peers_find (BusPeers *peers, const char *name);

/* bus_peers_note_gone: the bus says that @name has no owner any more. */
void bus_peers_note_gone (BusPeers *peers, const char *name);

/* bus_peers_forget: nothing is kept for @peer: it may be asked about again. Does nothing while something is. */
void bus_peers_forget (BusPeers *peers, BusPeer *peer);

/* bus_peers_close: no new calls are taken from here on. */
void bus_peers_close (BusPeers *peers);
gboolean bus_peers_are_closed (BusPeers *peers);

/* bus_peers_set_station: where what is turned away is counted, until bus_peers_close. */
void bus_peers_set_station (BusPeers *peers, Station *station);

/* bus_peers_note_error: a call is answered with @code, a ShikakuError. */
void bus_peers_note_error (BusPeers *peers, int code);

/* BusPeerKnown: @peer is NULL if it left before the bus could tell who it is, or if its user has too many places. */
typedef void (*BusPeerKnown) (BusPeer *peer, gpointer user_data);

/* bus_peer_await: @callback as soon as @peer is known; at once if it is. */
void bus_peer_await (BusPeer *peer, BusPeerKnown callback, gpointer user_data);

/* bus_peers_count_unanswered: the requests that all agents of one user have left unanswered. */
guint bus_peers_count_unanswered (BusPeers *peers, uid_t uid);

/* bus_peer_may_open_visit: whether connection and uid are below their limits; else FALSE with LIMIT_EXCEEDED. */
gboolean bus_peer_may_open_visit (BusPeer *peer, GError **error);

/* bus_peer_get_user: the account's name, for people: not a program's, which could be anything. @peer must be known. */
const char *bus_peer_get_user (BusPeer *peer);
