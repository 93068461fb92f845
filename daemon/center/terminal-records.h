/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * terminal-records: what came in a file where records were asked for: the document, or a refusal. Nothing of it is read
 * here but whose answer it is: an XML document says so itself; a PDF says nothing, and was named by our own request.
 */
#pragma once

#include <gio/gio.h>

#include "center/transport.h"
#include "codec/message.h"

/*
 * terminal_records_read_async: @document: what the file held, whatever its name ended with: an error comes as XML where
 * a PDF was asked. @request: that it answers, borrowed for the call. On a thread. Return of finish: (transfer full), or
 * NULL with MESSAGE_INVALID (neither PDF nor this XML, or the answer to another question), CENTER_BUSY, FAILED.
 */
void terminal_records_read_async (GBytes *document, const Message *request, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data);
TransportRecords *terminal_records_read_finish (GAsyncResult *result, GError **error);
