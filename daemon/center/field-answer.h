/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * field-answer: the answers of data/center-profile.md: the field's messages come in, whatever they were written in;
 * plain structs go out, or a named refusal. Pure. What an answer means for a visit is judged elsewhere.
 */
#pragma once

#include "center/transport.h"
#include "codec/message.h"

/*
 * field_answer_check: whether @message answers @request, and was taken. Return: FALSE with MESSAGE_INVALID (no XmlMsg,
 * or the answer to another question: the error's text names the element), CENTER_BUSY (still being worked on) or the
 * error that a refusal (SegmentOfResult 9) names. The center's own texts can name a patient: none becomes an error's
 * text; with @body, the bytes as they came, they are the error's refusal.
 */
gboolean field_answer_check (const Message *message, const Message *request, GBytes *body, GError **error);

/*
 * field_answer_check_file: the same of an answer that came in a file, which anybody can lay there: one that was taken
 * says itself for which institution and which request it is. Also MESSAGE_INVALID: it does not.
 */
gboolean field_answer_check_file (const Message *message, const Message *request, GBytes *body, GError **error);

/* field_answer_is_processing: whether @error (may be NULL) of field_answer_check says that it is still worked on. */
gboolean field_answer_is_processing (const GError *error);

/* field_answer_read_challenge: the challenge in an answer. Return: (transfer full), or NULL with MESSAGE_INVALID. */
TransportChallenge *field_answer_read_challenge (const Message *message, GError **error);

/*
 * field_answer_read_qualification: the answer to the query @request, which says what day was asked for: a certificate
 * that is not in force then shows its period, and none of its values. @message: (transfer full). @body: its bytes as
 * they came.
 * Return: (transfer full), or NULL with MESSAGE_INVALID if it is no such answer, or with the error that its refusal
 * names: ProcessingResultStatus 2, but for an answer whose code is a remark (code-catalogue).
 */
TransportReply *field_answer_read_qualification (Message *message, const Message *request, GBytes *body,
                                                 GError **error);

/* field_answer_read_registration: the answer to a registration. Return: (transfer full). */
TransportReply *field_answer_read_registration (const Message *message, GBytes *body);

/*
 * field_answer_read_use, field_answer_read_reference, field_answer_read_withdrawal: the answers to the registrations
 * of a card and of a reference number, and to the withdrawal of consents. Return: (transfer full), or NULL with
 * MESSAGE_INVALID, or with the error that the refusal names.
 */
TransportReply *field_answer_read_use (const Message *message, GBytes *body, GError **error);
TransportReply *field_answer_read_reference (const Message *message, GBytes *body, GError **error);
TransportReply *field_answer_read_withdrawal (const Message *message, GBytes *body, GError **error);

/* field_text_is_printable: whether @text is 1 to @maximum printable ASCII characters, without spaces. May be NULL. */
gboolean field_text_is_printable (const char *text, gsize maximum);
