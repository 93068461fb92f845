/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-takeover: TakeVisit and FreeReader of the Manager. In: a ticket, or a reader. Out: the visit under its new
 * owner's name, or the reader free. Guessing at tickets is braked.
 */
#pragma once

#include "bus/bus-brake.h"
#include "bus/bus-visit.h"

typedef struct BusTakeover BusTakeover;

/* bus_takeover_new: everything is borrowed. */
BusTakeover *bus_takeover_new (BusAccess *access, BusVisits *visits, Station *station);
void bus_takeover_free (BusTakeover *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusTakeover, bus_takeover_free)

/* bus_takeover_get_brake: against guessing at tickets, for who else takes them. (transfer none) */
BusBrake *bus_takeover_get_brake (BusTakeover *self);

/* Two methods of the Manager. @call: (transfer full). */
void bus_takeover_take (BusTakeover *self, BusCall *call);
void bus_takeover_free_reader (BusTakeover *self, BusCall *call);

/*
 * For who opens a visit with a ticket: whether @peer may try one now; or LIMIT_EXCEEDED. bus_takeover_note_wrong: it
 * was one of somebody's.
 */
gboolean bus_takeover_may_try (BusTakeover *self, BusPeer *peer, GError **error);
void bus_takeover_note_wrong (BusTakeover *self, BusPeer *peer);
