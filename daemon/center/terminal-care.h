/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * terminal-care: what came in a file where a list of who has consented to home or online care was asked for. In: its
 * bytes. Out: the list in a memfd, or a refusal; in a thread of its own, as it can be large.
 */
#pragma once

#include "center/transport.h"
#include "codec/message.h"

/* terminal_care_new_list: one that is not ready. Return: (transfer full). */
TransportCareList *terminal_care_new_list (void);

/*
 * terminal_care_read_async: @document, the answer to @request of step two. @identifier: of the question; NULL: not
 * known. Finish: (transfer full), or NULL with MESSAGE_INVALID (no list of that question), CENTER_BUSY (not ready), or
 * the error that its refusal names.
 */
void terminal_care_read_async (GBytes *document, const Message *request, const char *identifier,
                               GAsyncReadyCallback callback, gpointer user_data);
TransportCareList *terminal_care_read_finish (GAsyncResult *result, GError **error);
