/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-handover: a visit, or its patient's records, handed on to another program by a ticket that is drawn here. In:
 * how often, for how long and for what it shall be good. Out: the secret, once the ledger says that there is one; and
 * an entry for each use.
 */
#pragma once

#include <gio/gio.h>

#include "visit/actor.h"
#include "visit/ledger-person.h"
#include "visit/visit.h"

/* What is done with a ticket, as the ledger calls it (Act). */
#define VISIT_HANDOVER_CREATED "created"
#define VISIT_HANDOVER_TAKEN "taken"
#define VISIT_HANDOVER_RECORDS "records"

/*
 * visit_handover_create: finish: the secret, a string (transfer full), or NULL with LEDGER_FAILED (there is no ticket
 * then), LIMIT_EXCEEDED (the visit has VISIT_TICKETS_MAXIMUM), CANCELLED (the visit was closed meanwhile). @actor:
 * borrowed.
 */
void visit_handover_create (Visit *visit, Ledger *ledger, const VisitTicketTerms *terms, const Actor *actor,
                            GAsyncReadyCallback callback, gpointer user_data);
Secret *visit_handover_create_finish (GAsyncResult *result, GError **error);

/* visit_handover_hash_person: of the answer of @visit; before there is one: of what was typed, if anything was. */
void visit_handover_hash_person (Visit *visit, Ledger *ledger, LedgerPersonHashes *ret_person);

/* visit_handover_new_entry: of a use, @act: of @ticket; @visit: its path; @person: its patient. (transfer full). */
LedgerEntry *visit_handover_new_entry (const char *visit, const VisitTicket *ticket, const LedgerPersonHashes *person,
                                       const Actor *actor, const char *act);
