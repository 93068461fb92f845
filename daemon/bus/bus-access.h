/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-access: who may call what. In: a method and a peer. Out: yes or no, later.
 *
 * One table holds every method of every interface. What it does not list is refused.
 */
#pragma once

#include "bus/bus-peer.h"

/* Beside the rights of names.h: */
#define BUS_ACCESS_OWNER ""    /* free for the visit's owner, and for everyone else there is no such object */
#define BUS_ACCESS_ROOT "root" /* root alone */

typedef struct
{
  const char *interface, *member;
  const char *right;
} BusAccessRule;

/* bus_access_get_rules: the table, ended by a NULL interface. */
const BusAccessRule *bus_access_get_rules (void);

/* bus_access_find_right: what @interface.@member asks of its caller; NULL: not listed, so refused. */
const char *bus_access_find_right (const char *interface, const char *member);

/* BusAccessDone: @error is NULL if @peer has the right, else NOT_AUTHORIZED, or FAILED if nobody knows who it is. */
typedef void (*BusAccessDone) (BusPeer *peer, const GError *error, gpointer user_data);

/* bus_access_check: whether @peer has @right; may call back before it returns. @peer of the callback may be NULL. */
void bus_access_check (BusPeer *peer, const char *right, BusAccessDone callback, gpointer user_data);
