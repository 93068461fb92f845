/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit: one patient at one desk; the only state machine that matters (data/doc/architecture.md, "What a visit is").
 *
 * A visit belongs to the station that opened it. Reference-counted; while it runs it keeps a reference of its own.
 */
#pragma once

#include "card/card-worker.h"
#include "visit/consent.h"
#include "visit/eligibility.h"
#include "visit/ledger-person.h"
#include "visit/visit-host.h"
#include "visit/visit-options.h"
#include "visit/visit-origin.h"
#include "visit/visit-ticket.h"

/*
 * visit_new: @options: (transfer full). @consents: (transfer full) of Consent. @worker: of the reader with the card, or
 * NULL: without one. Nothing moves before visit_start, and then from the main loop.
 */
Visit *visit_new (const VisitHost *host, VisitOptions *options, GArray *consents, CardWorker *worker);
void visit_start (Visit *visit);

Visit *visit_ref (Visit *visit);
void visit_unref (Visit *visit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Visit, visit_unref)

const char *visit_get_path (Visit *visit);   /* object path: its id everywhere */
const char *visit_get_owner (Visit *visit);  /* unique name; NULL: it has gone, and the visit waits to be taken */
guint32 visit_get_uid (Visit *visit);        /* of the owner's user */
const char *visit_get_caller (Visit *visit); /* the account's name, for people */
const Actor *visit_get_actor (Visit *visit); /* who has it, and says it is; (transfer none) */

/* visit_add_remark: to its answer, of which something else was found out; only while it has one. */
void visit_add_remark (Visit *visit, Remark remark);

/* visit_set_asked: whose numbers were typed, as hashes; before visit_start. The getter: none are known by card. */
void visit_set_asked (Visit *visit, const LedgerPersonHashes *asked);
const LedgerPersonHashes *visit_get_asked (Visit *visit);

/* visit_set_reply: of a visit that begins with its answer: @reply: (transfer full); before visit_start. */
void visit_set_reply (Visit *visit, TransportReply *reply);

VisitState visit_get_state (Visit *visit);
gboolean visit_is_finished (Visit *visit); /* done, failed or cancelled */
VisitOrigin visit_get_origin (Visit *visit);
const char *visit_get_evidence (Visit *visit); /* card, number; static */
TransportTreatment visit_get_treatment (Visit *visit);
gboolean visit_needs_card (Visit *visit);    /* else it has only its reader's agent */
const char *visit_get_method (Visit *visit); /* pin, none; "" until known */
gboolean visit_get_agent_is_caller (Visit *visit);
const char *visit_get_reader (Visit *visit); /* object path, "/" without a reader */
gint64 visit_get_opened (Visit *visit);      /* microseconds since the epoch, UTC */
gint64 visit_get_expires (Visit *visit);     /* when a finished visit is erased; 0 before */

/* visit_get_time: microseconds of @part, which add up to the whole once it is finished. */
gint64 visit_get_time (Visit *visit, VisitPart part);

/* visit_get_answer: NULL until done, else "eligible", "not-eligible", "unknown". */
const char *visit_get_answer (Visit *visit);

/* visit_get_error: why it failed or was cancelled, or NULL. Of SHIKAKU_ERROR. */
const GError *visit_get_error (Visit *visit);

/* visit_get_error_message: the same for people, in the visit's language; "" without an error. */
const char *visit_get_error_message (Visit *visit);

/* visit_get_during: of one that is finished: the state in which it ended. */
VisitState visit_get_during (Visit *visit);

/* visit_get_ended_by: "caller", "patient", "agent", "manager", "daemon"; NULL: nobody, or it has not ended. Static. */
const char *visit_get_ended_by (Visit *visit);

/* visit_get_eligibility: NULL before done. */
const Eligibility *visit_get_eligibility (Visit *visit);

/* visit_get_consents: of Consent, in the order asked; (transfer none). */
const GArray *visit_get_consents (Visit *visit);

/* visit_get_registration: of the card as an insurance card; its kind means nothing. NULL: the patient was not asked. */
const Consent *visit_get_registration (Visit *visit);

/* visit_get_message: the center's own message as received (JSON), or NULL. (transfer none) */
GBytes *visit_get_message (Visit *visit);

#define VISIT_TICKETS_MAXIMUM 8

/*
 * visit_add_ticket: @ticket: (transfer full). FALSE: it has VISIT_TICKETS_MAXIMUM that are good. visit_has_ticket: one
 * by which it can be taken: it does not end with its owner. visit_find_ticket: that whose secret has @hash, if it is
 * still good for one of @purposes; NULL: none, as of a visit whose owner wants to be rid of it. (transfer none)
 */
gboolean visit_add_ticket (Visit *visit, VisitTicket *ticket);
const GPtrArray *visit_get_tickets (Visit *visit); /* of VisitTicket; (transfer none) */
gboolean visit_has_ticket (Visit *visit);
VisitTicket *visit_find_ticket (Visit *visit, const char *hash, guint purposes);

/*
 * visit_leave: its owner has gone. visit_give: it has another one now, by a ticket that was used: path, owner, uid and
 * caller of @owner.
 */
void visit_leave (Visit *visit);
void visit_give (Visit *visit, const VisitOptions *owner);

/*
 * visit_cancel: ends it with CANCELLED; @callback when everything has come to rest (card unpowered, agent told, nothing
 * under way). On a finished visit it only calls back. @callback may be NULL; its result says nothing.
 */
void visit_cancel (Visit *visit, GAsyncReadyCallback callback, gpointer user_data);
