/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-tickets: tickets of this desk: made for a visit, used to take it, and, where they are for records, kept when
 * the visit is closed: the patient's consent outlives it. In: terms; a visit that is being erased; a secret. Out: a
 * secret; by which consents of that visit it opens records, as the ids of receipts: nothing of the patient is kept
 * here.
 */
#pragma once

#include "visit/actor.h"
#include "visit/records-basis.h"
#include "visit/visit.h"

typedef struct Station Station;

#define STATION_TICKETS_MAXIMUM 64 /* of closed visits: with one more, the oldest is good no more */

void station_tickets_init (Station *station);
void station_tickets_clear (Station *station);

/* station_create_ticket: as visit_handover_create, whose finish is its own. */
void station_create_ticket (Station *station, Visit *visit, const VisitTicketTerms *terms, const Actor *actor,
                            GAsyncReadyCallback callback, gpointer user_data);

/* station_note_taken: @visit is @actor's now, by @ticket: the ledger will say so, where there is one. */
void station_note_taken (Station *station, Visit *visit, const VisitTicket *ticket, const Actor *actor);

/* station_tickets_keep: @visit is being erased: its tickets for records stay good, as long as they say. */
void station_tickets_keep (Station *station, Visit *visit);

/*
 * station_find_ticket: that with this @secret of a visit that was closed, good for records. @ret_patient: by the
 * consent to @kind of that very visit: its receipt, borrowed until the next call. (transfer none), or NULL: there is
 * none.
 */
VisitTicket *station_find_ticket (Station *station, const char *secret, ConsentKind kind, RecordsPatient *ret_patient);
