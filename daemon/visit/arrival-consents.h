/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * arrival-consents: what a patient has said at a terminal, as the consents of the visit that its answer becomes. In:
 * the answer. Out: consents, and what the consent book keeps of them: the center has them already, so nobody is told.
 */
#pragma once

#include "store/consent-item.h"
#include "visit/consent.h"

/* arrival_consents_new: of each kind of which @reply (arrival_choice_merge) says something. (transfer full): Consent */
GArray *arrival_consents_new (const TransportReply *reply);

/*
 * arrival_consents_write: what is to be written of @consents of @reply, for a visit with @options: an entry for each,
 * in their order; each yes that still holds is kept. (transfer full); NULL: there are none.
 */
ConsentBookWriting *arrival_consents_write (const GArray *consents, const TransportReply *reply, Ledger *ledger,
                                            const VisitOptions *options);

/* arrival_consents_take_places: of ConsentBookPlace, as they were written. */
void arrival_consents_take_places (GArray *consents, const GArray *places);
