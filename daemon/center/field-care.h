/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * field-care: lists of who has consented to home or online care (the field's OQSmuhvq, OQSmuonq), which come in two
 * steps: the center is asked to make one and gives a reception's number; by that the list is fetched. In: what is
 * wanted, and the center's messages. Out: requests, the number, and what a list says of itself. Pure.
 */
#pragma once

#include "center/field-request.h"
#include "codec/message-encoding.h"

#define FIELD_CARE_PEOPLE_MAXIMUM 9999 /* the field counts them with four digits */

/* field_care_new_question: step one. Return: (transfer full). */
Message *field_care_new_question (const FieldHeader *header, const TransportCareQuery *query);

/* field_care_new_fetch: step two: it has no identifier, as no known program of the field sends one. (transfer full). */
Message *field_care_new_fetch (const char *institution_code, const char *reception);

/*
 * field_care_read_reception: the number in @document, the answer to @request of step one. Return: (transfer full), or
 * NULL with MESSAGE_INVALID (no such answer, or of another question), CENTER_BUSY, or the error that its refusal names.
 */
char *field_care_read_reception (GBytes *document, MessageEncoding hint, const Message *request, GError **error);

/* A list to be read, and what it says. Texts NULL: not known, not said. */
typedef struct
{
  const char *institution, *reception, *identifier; /* as asked; borrowed */

  guint n_people;
  Message *refusal; /* the whole, if it is none, for field_care_read_refusal; (transfer full) */
} FieldCareList;

/*
 * field_care_read_list: @document, the answer of step two. For any thread. Return: FALSE with MESSAGE_INVALID: no list
 * of that institution and reception, or of more people than FIELD_CARE_PEOPLE_MAXIMUM.
 */
gboolean field_care_read_list (GBytes *document, FieldCareList *list, GError **error);

/*
 * field_care_read_refusal: CENTER_BUSY (it is not ready yet), or the error that the refusal names. On the main thread.
 */
void field_care_read_refusal (const Message *refusal, GBytes *document, GError **error);
