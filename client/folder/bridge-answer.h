/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge-answer: what the daemon said as the file that a receipt computer waits for. The request and the center's
 * message come in; a document in the field's form and the wanted encoding goes out, with the request's own
 * ArbitraryFileIdentifier. Pure but for the clock.
 */
#pragma once

#include "client/folder/bridge-request.h"

/* In which encoding an answer is written: @wanted, or if that is UNKNOWN the request's. */
MessageEncoding bridge_answer_choose_encoding (const BridgeRequest *request, MessageEncoding wanted);

/*
 * bridge_answer_write: @message, XmlMsg of the center, as the answer to @request. Errors: MESSAGE_INVALID: XML cannot
 * hold it; INVALID_DATA: it is about another institution. Return: (transfer full).
 */
GBytes *bridge_answer_write (const BridgeRequest *request, const Message *message, MessageEncoding encoding,
                             GError **error);

/* bridge_answer_write_done: that something was done about which the center has no message to show. */
GBytes *bridge_answer_write_done (const BridgeRequest *request, MessageEncoding encoding);

/*
 * bridge_answer_write_records: @documents (GBytes, XML) as one: the months of each behind those of the one before.
 * @remark: a word of bridge-codes that is told beside them; or NULL. Errors: MESSAGE_INVALID.
 */
GBytes *bridge_answer_write_records (const BridgeRequest *request, GPtrArray *documents, const char *remark,
                                     MessageEncoding encoding, GError **error);

/*
 * bridge_answer_write_error: in the form of @kind. @request: NULL: it could not be read, and nothing of it is given
 * back. @word: of bridge-codes, or an error's name. @code, @text: of the center, instead of ours; each may be NULL.
 */
GBytes *bridge_answer_write_error (BridgeKind kind, const BridgeRequest *request, const char *word, const char *code,
                                   const char *text, MessageEncoding encoding);

/* bridge_answer_convert: @bytes, XML, in @encoding (UNKNOWN: as it is). What is no XML stays as it is. */
GBytes *bridge_answer_convert (GBytes *bytes, MessageEncoding encoding);
