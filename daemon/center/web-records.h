/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * web-records: what the Web API gives back when records are asked for: a document, whatever is in it, or a refusal in
 * the JSON envelope. An answer of web-client comes in; a descriptor in memory, or what the refusal stands for, goes
 * out.
 */
#pragma once

#include "center/web-client.h"
#include "codec/message.h"

/* web_records_get_call: by which call records of @kind are asked for. */
WebCall web_records_get_call (ConsentKind kind);

/*
 * web_records_read: the answer to @request. Return: (transfer full), or NULL: MESSAGE_INVALID (the answer to another
 * question, or no document), CENTER_BUSY (also: it is still being worked on).
 */
TransportRecords *web_records_read (WebClientAnswer *answer, const Message *request, GError **error);
