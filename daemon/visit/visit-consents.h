/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-consents: what the patient of a visit is asked, and what becomes of each answer.
 *
 * Kinds that travel inside the query are asked before it, all others while it is under way; what the patient granted is
 * registered when both are answered. What staff has heard needs no question. No answer, an answer too late and an agent
 * that is gone are refusals. A refused consent never fails a visit.
 */
#pragma once

#include "codec/consent-kind.h"
#include "visit/consent.h"
#include "visit/eligibility.h"
#include "visit/ledger-person.h"

typedef struct Visit Visit;

/* What the room above does. */
typedef struct VisitConsentsSteps
{
  gboolean (*is_settled) (Visit *visit);  /* it has its answer, if only unknown: no patient changes that */
  void (*inside_answered) (Visit *visit); /* the query can be sent */
  void (*went_on) (Visit *visit);         /* the patient, or the center, has answered what was asked beside the query */
} VisitConsentsSteps;

/*
 * visit_consents_begin: asks what travels inside the query, then inside_answered, at once if there is nothing to ask.
 */
void visit_consents_begin (Visit *visit, const VisitConsentsSteps *steps);

/* visit_consents_go_on: the query is under way: asks the others. Sets the visit's state. */
void visit_consents_go_on (Visit *visit);

/* visit_consents_are_answered: nobody is to be asked any more. */
gboolean visit_consents_are_answered (Visit *visit);

/* visit_consents_get_agreed: the kinds inside the query that the patient agreed to. */
ConsentKinds visit_consents_get_agreed (Visit *visit);

/*
 * visit_consents_get_inside: what the query asks for: the kinds inside it that the patient agreed to, and the ceiling,
 * which the law lets an institution see without a question; but it is asked where the configuration or the caller wants
 * that.
 */
ConsentKinds visit_consents_get_inside (Visit *visit);

/* visit_consents_fill_texts: what text each kind was shown with. @texts: CONSENT_N_KINDS, zeroed; borrowed. */
void visit_consents_fill_texts (Visit *visit, TransportConsentText *texts);

/* visit_consents_take_inside: what became of the consents of the query, as its answer says. */
void visit_consents_take_inside (Visit *visit, const TransportReply *reply);

/* visit_consents_note_no_answer: the query has none, for @reason: no yes has been of use. */
void visit_consents_note_no_answer (Visit *visit, ShikakuError reason);

/*
 * visit_consents_conclude: the query is answered: what was agreed to goes to the center, once everybody has answered.
 * Return: TRUE: there is nothing to wait for any more.
 */
gboolean visit_consents_conclude (Visit *visit, const Eligibility *eligibility);

/*
 * visit_consents_may_open: whether records may be asked for now, by the consent to @kind of this visit; to be asked
 * right before each request. *ret_consent (borrowed; may be NULL): that consent. FALSE with CONSENT_DENIED (not asked,
 * not granted, or withdrawn) or CONSENT_EXPIRED (its time is over at @now, microseconds since the epoch).
 */
gboolean visit_consents_may_open (Visit *visit, ConsentKind kind, gint64 now, const Consent **ret_consent,
                                  GError **error);

/*
 * visit_consents_find_receipt: of the yes to the kind of that word, which stands and can be withdrawn. (transfer none).
 * NULL with INVALID_STATE, INVALID_OPTION (no such kind). visit_consents_note_withdrawn: it was; @where: static.
 */
const char *visit_consents_find_receipt (Visit *visit, const char *word, GError **error);
void visit_consents_note_withdrawn (Visit *visit, ConsentKind kind, const char *where);

/*
 * visit_consents_are_of: whether those of this visit that are in the book are of the person with these numbers, and, as
 * far as both are known, this name: twins have the same numbers.
 */
gboolean visit_consents_are_of (Visit *visit, const LedgerPersonHashes *person);

/* visit_consents_end_in_time: what nobody has answered is not agreed to: the time for the visit is over. */
void visit_consents_end_in_time (Visit *visit);

/*
 * visit_consents_finish: the end comes, with @error or NULL, and @eligibility or NULL: a yes in vain shall not look
 * like a patient's no; and what is not in the ledger yet goes there.
 */
void visit_consents_finish (Visit *visit, const Eligibility *eligibility, const GError *error);
