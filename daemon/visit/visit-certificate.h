/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-certificate: what it means for a visit that the card's certificate ends soon, or has ended. In: the card proof.
 * Out: whether records can be opened, what the desk is told in the answer, what the patient is shown.
 */
#pragma once

#include "visit/card-proof.h"
#include "visit/eligibility.h"

typedef struct Visit Visit;

/* visit_certificate_note: @proof asks for the PIN: the certificate's dates are known. */
void visit_certificate_note (Visit *visit, CardProof *proof);

/* visit_certificate_bars_records: whether the card shows only who is insured: its certificate has ended. */
gboolean visit_certificate_bars_records (Visit *visit);

/* visit_certificate_advise: writes the certificate's end into the answer, and what to do, unless that has an advice. */
void visit_certificate_advise (Visit *visit, Eligibility *eligibility);

/* visit_certificate_get_message: what the patient is shown of it at the end; static; NULL: nothing. */
const char *visit_certificate_get_message (Visit *visit);
