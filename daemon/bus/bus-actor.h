/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-actor: who asks, by the call and by what it asserts. In: options Staff, Role, Reason, BreakGlass, of every member
 * that shows something of a patient; and the peer. Out: an Actor.
 */
#pragma once

#include "bus/bus-options.h"
#include "bus/bus-peer.h"
#include "visit/actor.h"

/* BUS_ACTOR_OPTIONS: their rows in the table of a struct @type (bus_options_read) that has an Actor @member. */
#define BUS_ACTOR_OPTIONS(type, member) \
  { "Staff", BUS_OPTION_TEXT, offsetof (type, member.staff), NULL }, \
      { "Role", BUS_OPTION_TEXT, offsetof (type, member.role), NULL }, \
      { "Reason", BUS_OPTION_TEXT, offsetof (type, member.reason), NULL }, \
  { \
    "BreakGlass", BUS_OPTION_SWITCH, offsetof (type, member.is_break_glass), NULL \
  }

/*
 * bus_actor_fill: what the bus knows of @peer, which is known, comes into @actor, borrowed from it; what it asserts was
 * read before, and is judged. Return: FALSE with INVALID_OPTION, which names the option.
 */
gboolean bus_actor_fill (Actor *actor, BusPeer *peer, GError **error);
