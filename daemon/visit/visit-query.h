/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-query: what the center is asked and what it answers. The consents that go with it are visit-consents's.
 */
#pragma once

#include "codec/consent-kind.h"
#include "visit/eligibility.h"

typedef struct Visit Visit;

/* Sends the query of this visit's origin, with the kinds inside it that the patient has @agreed to, and @texts. */
typedef void (*VisitQuerySend) (Visit *visit, ConsentKinds agreed, const TransportConsentText *texts,
                                GAsyncReadyCallback callback);

/* What tells the question of this visit, with those kinds, from all others: of whom, of which day. (transfer full) */
typedef GBytes *(*VisitQueryName) (Visit *visit, ConsentKinds agreed);

/*
 * visit_query_begin: asks, sends by @send, registers, and ends the visit. If the center is away the question is kept,
 * if it can be, and the answer is unknown.
 */
void visit_query_begin (Visit *visit, VisitQuerySend send, VisitQueryName name);

/* visit_query_take: @reply (transfer full) is the answer: nobody is asked. It ends the visit. */
void visit_query_take (Visit *visit, TransportReply *reply);

/*
 * visit_query_end_in_time: the time for the visit is over. If the center has said who is insured, and only consents are
 * still open, this ends it as done: a consent may never cost the answer. If the query is under way, it is given up and
 * kept, as while the center is away: for this visit it was. Return: FALSE if the center was not asked yet.
 */
gboolean visit_query_end_in_time (Visit *visit);

/* visit_query_finish: the end comes: the center is asked nothing more. */
void visit_query_finish (Visit *visit);
