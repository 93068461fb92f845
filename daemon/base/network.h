/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * network: how this computer stands in the network, without a packet on the line. In: an address to be reached, and the
 * interface by which it was reached before. Out: the interface and the own address that lead there; or what is in the
 * way: no interface, one that is down, no carrier, no address, no route.
 *
 * Asked for are /proc/self/net and a few ioctls, so that a daemon that may open no netlink socket can look.
 */
#pragma once

#include <glib.h>

typedef enum
{
  NETWORK_FINE,
  NETWORK_NO_INTERFACE, /* there is none but the loopback, or the one of before is gone */
  NETWORK_DOWN,         /* switched off */
  NETWORK_NO_CARRIER,   /* a cable that is out, or nothing at its other end */
  NETWORK_NO_ADDRESS,   /* none but the link's own */
  NETWORK_NO_ROUTE,
} NetworkFault;

typedef struct
{
  NetworkFault fault;
  char *interface; /* that leads there, or whose fault it is; NULL: not known */
  char *local;     /* the own address; NULL: none, or nowhere is to be reached */
  char *evidence;  /* what was seen, for technicians */
} NetworkWay;

/*
 * network_look: @peer: a numeric address; NULL: it is not known, so that routes are not looked at. @former: the
 * interface by which it was reached before, or NULL. @ret_way: network_way_clear.
 */
void network_look (const char *peer, const char *former, NetworkWay *ret_way);
void network_way_clear (NetworkWay *way);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NetworkWay, network_way_clear)

/*
 * network_is_other_prefix: whether @a and @b are global IPv6 addresses of which the first 64 bits differ: those are the
 * line's, the rest is the computer's.
 */
gboolean network_is_other_prefix (const char *a, const char *b);

/* network_format_prefix: "2001:db8:1:2::/64" of an IPv6 address. Return: (transfer full). */
char *network_format_prefix (const char *address);
