/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-polkit: asks polkit whether a caller may do something. In: an action and who wants it. Out: the answer, later.
 *
 * Few questions are under way at a time, and of one user fewer still (bus-account): the others wait in line, so that a
 * crowd of one user's does not keep polkit from another's. What polkit does not answer in time is asked once more, then
 * undecided.
 *
 * Where the caller allows it, polkit may let a person authenticate first, which can take minutes. So few of these are
 * under way that they keep nobody waiting; beyond that polkit is asked as if the caller had not allowed it.
 */
#pragma once

#include "bus/bus-account.h"
#include "bus/bus-outgoing.h"

/* Of all users together: */
#define BUS_POLKIT_QUESTIONS_MAXIMUM 32 /* under way */
#define BUS_POLKIT_DIALOGUES_MAXIMUM 8  /* under way in which a person authenticates */

#define BUS_POLKIT_QUESTION_SECONDS 10  /* until a question is asked again, then undecided */
#define BUS_POLKIT_DIALOGUE_SECONDS 300 /* that a person has for it */

typedef enum
{
  BUS_POLKIT_YES,
  BUS_POLKIT_NO,
  BUS_POLKIT_CHALLENGE, /* no, but a person who authenticates might */
  BUS_POLKIT_UNDECIDED, /* polkit could not be asked, or the caller has gone */
} BusPolkitAnswer;

/* Texts are borrowed until bus_polkit_ask() returns. */
typedef struct
{
  const char *action;
  const char *name;   /* the caller's unique name */
  BusShare *share;    /* the caller's */
  const char *user;   /* name of the account, for people and rules */
  const char *reader; /* its name, for people and rules; NULL: none */
  gboolean interactive;
} BusPolkitQuestion;

/* BusPolkitDone: called once. */
typedef void (*BusPolkitDone) (BusPolkitAnswer answer, gpointer user_data);

typedef struct BusPolkit BusPolkit;

BusPolkit *bus_polkit_new (sd_bus *bus, BusOutgoing *outgoing);

/* bus_polkit_free: what is not answered is undecided. Before the end of @outgoing. */
void bus_polkit_free (BusPolkit *polkit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusPolkit, bus_polkit_free)

/* bus_polkit_ask: never calls back before it has returned. */
void bus_polkit_ask (BusPolkit *polkit, const BusPolkitQuestion *question, BusPolkitDone callback, gpointer user_data);

/* bus_polkit_drop_caller: @name has left the bus: nobody needs its answers, and no person is asked any more. */
void bus_polkit_drop_caller (BusPolkit *polkit, const char *name);
