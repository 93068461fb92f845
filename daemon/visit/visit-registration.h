/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-registration: a card that is not registered as an insurance card yet (利用申込): the terms are put to the
 * patient, and with a yes the center registers the card by the proof that it has judged already.
 *
 * In: the center's refusal of a proved card. Out: the query is to be sent again, or the visit fails as the center said.
 * A no, silence, an agent that goes, the end of the visit's time: nothing is registered, and the refusal stands.
 */
#pragma once

#include "visit/consent.h"
#include "visit/eligibility.h"

typedef struct Visit Visit;

/*
 * visit_registration_keep: the center has answered the query with @error. Return: TRUE if the patient can be asked to
 * register the card: then the visit goes on with visit_registration_begin, as soon as nothing else is asked.
 */
gboolean visit_registration_keep (Visit *visit, const GError *error);

/* visit_registration_is_due: kept, and not begun. */
gboolean visit_registration_is_due (Visit *visit);

/* visit_registration_begin: puts the terms. @again: the center is to be asked again; unless the visit fails. */
void visit_registration_begin (Visit *visit, void (*again) (Visit *visit));

/* visit_registration_end_in_time: the visit's time is over: if the patient was not heard yet, it ends as refused. */
gboolean visit_registration_end_in_time (Visit *visit);

/*
 * visit_registration_note_answer: what the center said to the query after it, @error or NULL: that tells whether the
 * card was registered, where the answer to the registration itself was lost.
 */
void visit_registration_note_answer (Visit *visit, const GError *error);

/* visit_registration_advise: that it is not known whether the card was registered, into an answer that is not known. */
void visit_registration_advise (Visit *visit, Eligibility *eligibility);

/* visit_registration_get: what was asked and what became of it; its kind means nothing. NULL: nobody was asked. */
const Consent *visit_registration_get (Visit *visit);

void visit_registration_clear (Visit *visit);
