/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * field-insurance: one insurance of an answer. A ResultOfQualificationConfirmation comes in; the struct, by the lists
 * of qualification.h, and what it says of consents go out.
 */
#pragma once

#include "center/field-place.h"
#include "center/transport.h"

/*
 * field_insurance_read: @node into the qualification of @reply, and its consents into @reply. A certificate that the
 * patient's consent does not cover is left out, and with it the body of @reply.
 */
void field_insurance_read (FieldReading *reading, const Message *node, TransportReply *reply);

/* field_insurance_find_prescription_form: "electronic" or "paper", by PrescriptionIssueSelect; NULL: another code. */
const char *field_insurance_find_prescription_form (const char *code);
