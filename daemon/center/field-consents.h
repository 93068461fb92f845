/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * field-consents: what the field calls each kind of consent, and the elements made of that: PharmacistsInfoConsFlg,
 * …ConsTime and …AvailableTime. Kinds come in and elements go out, and the other way round. Pure.
 */
#pragma once

#include "center/transport.h"
#include "codec/message.h"

/* field_consents_add_flag: the flag of @kind, as a child of @part: "1" or "0". */
void field_consents_add_flag (Message *part, ConsentKind kind, gboolean agreed);

/* field_consents_get_flag_name: static; the element that says whether @kind is agreed to. */
const char *field_consents_get_flag_name (ConsentKind kind);

/* field_consents_expect: for an answer with an insurance: consents inside the query hold unless a flag says "0". */
void field_consents_expect (TransportConsentState *states);

/*
 * field_consents_read: takes what @element says of a consent into @states, which has a place for each kind. Other
 * elements are passed over.
 */
void field_consents_read (const Message *element, TransportConsentState *states);
