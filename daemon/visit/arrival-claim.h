/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * arrival-claim: somebody names a patient, and takes what a terminal has brought of them. In: the book, the patient,
 * who asks. Out: the answer, and what the patient has said there, once the ledger has who took it; or several that fit,
 * of which none is given.
 *
 * The order: found in the book, chosen, claimed (with its entry: one transaction; of two claimers one gets it), the
 * consents into the consent book; what was agreed to earlier, and is not any more, is withdrawn there. A kill after the
 * claim loses nothing: the same user may claim it again.
 */
#pragma once

#include "visit/arrival-choice.h"
#include "visit/consent-registrar.h"
#include "visit/visit-options.h"

/* One of several that fit. Nothing in it says who it is. */
typedef struct
{
  char *arrival; /* its id */
  gint64 at;     /* microseconds since the epoch: when the patient stood there */
  char *terminal;
  char *sex; /* "male", "female", "unknown"; NULL: not sent */
  char *insurer_number;
} ArrivalCandidate;

typedef struct
{
  TransportReply *reply; /* NULL: it is for people to decide: */
  GPtrArray *candidates; /* of ArrivalCandidate, the newest first */
  GArray *consents;      /* of Consent */
  char *terminal;        /* that has brought it */
} ArrivalClaim;

void arrival_claim_free (ArrivalClaim *claim);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArrivalClaim, arrival_claim_free)

/*
 * arrival_claim_begin: @patient: judged (arrival_patient_check), copied. @options: of the visit that it will be: judged
 * (visit_options_new); they live until this is answered. Finish: (transfer full); NULL with NOT_FOUND (nothing that
 * fits waits, or somebody else was faster), LEDGER_FAILED.
 */
void arrival_claim_begin (ArrivalBook *book, ConsentRegistrar *registrar, const ArrivalPatient *patient,
                          const VisitOptions *options, GAsyncReadyCallback callback, gpointer user_data);
ArrivalClaim *arrival_claim_finish (GAsyncResult *result, GError **error);
