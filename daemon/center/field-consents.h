/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * field-consents: what the field calls each kind of consent, and the elements made of that: PharmacistsInfoConsFlg,
 * …ConsTextVersion and …ConsTextLanguage; …ConsTime and …AvailableTime. Kinds come in and elements go out, and the
 * other way round. Pure.
 */
#pragma once

#include "center/transport.h"
#include "codec/message.h"

/*
 * field_consents_add: the flag of @kind, as a child of @part: "1" or "0"; with a yes also what text it was said to.
 * @texts: for each kind, or NULL.
 */
void field_consents_add (Message *part, ConsentKind kind, gboolean agreed, const TransportConsentText *texts);

/* field_consents_get_flag_name: static; the element that says whether @kind is agreed to. */
const char *field_consents_get_flag_name (ConsentKind kind);

/*
 * field_consents_add_states: what @more says goes into @states: consents may stand in any entry of an answer, and one
 * that says yes counts. One whose time was over at @executed (microseconds since the epoch; 0: not known) says no.
 */
void field_consents_add_states (TransportConsentState *states, const TransportConsentState *more, gint64 executed);

/*
 * field_consents_read: takes what @element says of a consent into @states, which has a place for each kind. Only the
 * flag "1" is a yes: the others say no, ended, or could not be obtained. Return: FALSE if it is
 * another element; else *ret_kind (may be NULL) is the kind.
 */
gboolean field_consents_read (const Message *element, TransportConsentState *states, ConsentKind *ret_kind);
