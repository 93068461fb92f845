/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-query: what the patient is asked and what the center answers.
 *
 * Kinds that travel inside the query are asked before it, all others while it is under way; what the patient granted is
 * registered when both are answered. A refused consent never fails a visit.
 */
#pragma once

#include "codec/consent-kind.h"
#include "visit/eligibility.h"

typedef struct Visit Visit;

/* Sends the query of this visit's origin, with the kinds inside it that the patient has @agreed to. */
typedef void (*VisitQuerySend) (Visit *visit, ConsentKinds agreed, GAsyncReadyCallback callback);

/* visit_query_begin: asks, sends by @send, registers, and ends the visit. */
void visit_query_begin (Visit *visit, VisitQuerySend send);

/* visit_query_is_answered: the center has said who is insured; only consents are still open. */
gboolean visit_query_is_answered (Visit *visit);

/* visit_query_finish: the end comes, with @error or NULL: a yes in vain shall not look like a patient's no. */
void visit_query_finish (Visit *visit, const GError *error);
