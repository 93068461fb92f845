/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-access: who may call what. In: a method and a peer. Out: yes or no, later.
 *
 * One table holds every method of every interface. What it does not list is refused.
 */
#pragma once

#include "bus/bus-peer.h"
#include "visit/station.h"

/* Beside the rights of names.h, which are polkit's actions: */
#define BUS_ACCESS_OWNER ""    /* free for the visit's owner, and for everyone else there is no such object */
#define BUS_ACCESS_ROOT "root" /* root alone */

typedef struct BusAccess BusAccess;

/* Whether a call is about a reader, which polkit is told then: the one that it names, or else the only one there is. */
typedef enum
{
  BUS_ACCESS_NO_READER,
  BUS_ACCESS_READER,
  BUS_ACCESS_READER_FOR_CONSENTS, /* if the call names one, or has somebody asked there */
} BusAccessReader;

typedef struct
{
  const char *interface, *member;
  const char *right;
  BusAccessReader reader;
  const char *of_others; /* the right that is needed too where it is about what another user has begun; or NULL */
  const char *act;       /* what it does, a word for the ledger, which has an entry when it was done; NULL: none */
} BusAccessRule;

/* bus_access_get_rules: the table, ended by a NULL interface. */
const BusAccessRule *bus_access_get_rules (void);

/* bus_access_find_rule: what @interface.@member asks of its caller; NULL: not listed, so refused. */
const BusAccessRule *bus_access_find_rule (const char *interface, const char *member);

BusAccess *bus_access_new (sd_bus *bus, BusOutgoing *outgoing, BusPeers *peers);

/* bus_access_free: what is not decided is refused. Before the end of the outgoing calls. */
void bus_access_free (BusAccess *access);

/* bus_access_set_station: who knows the readers by name. */
void bus_access_set_station (BusAccess *access, Station *station);

/*
 * BusAccessDone: @error is NULL if @peer has the right, else NOT_AUTHORIZED, FAILED if nobody knows who it is, or
 * READER_FAILED if the readers come and go so fast that polkit's answer is about another one each time.
 */
typedef void (*BusAccessDone) (BusPeer *peer, const GError *error, gpointer user_data);

/* What a call says of the reader that it is about. Texts are borrowed from it. */
typedef struct
{
  const char *reader_path, *reader_name; /* NULL: it gives none */
  gboolean needs_reader;                 /* also if it names none */
} BusAccessSubject;

/*
 * bus_access_look: reads it, in the one walk that measures the call too: that costs as much as all the rest here.
 * Return: FALSE: its arguments take more than @size_maximum bytes.
 */
gboolean bus_access_look (const BusAccessRule *rule, sd_bus_message *call, gsize size_maximum,
                          BusAccessSubject *ret_subject);

/*
 * bus_access_check: whether @peer has the right that @rule names, which it needs for @call. Root has every right; about
 * others polkit is asked, each time. May call back before it returns. @peer of the callback may be NULL, if there is an
 * error.
 */
void bus_access_check (BusAccess *access, BusPeer *peer, sd_bus_message *call, const BusAccessRule *rule,
                       const BusAccessSubject *subject, BusAccessDone callback, gpointer user_data);

/* bus_access_check_others: the same of the right that it needs as the thing belongs to another user. */
void bus_access_check_others (BusAccess *access, BusPeer *peer, sd_bus_message *call, const BusAccessRule *rule,
                              BusAccessDone callback, gpointer user_data);

/* bus_access_drop_caller: @name has left the bus. */
void bus_access_drop_caller (BusAccess *access, const char *name);
