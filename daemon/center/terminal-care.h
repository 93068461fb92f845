/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * terminal-care: lists of who has consented to home or online care, over the folders. In: what is wanted, and the
 * answers' bytes. Out: a number under which a list is fetched, or the list in a memfd, in a thread of its own as it can
 * be large.
 */
#pragma once

#include "center/terminal-folder-private.h"
#include "codec/message.h"

typedef struct TerminalListing TerminalListing;

/* terminal_care_list: both steps. @task: (transfer full), returned with a TransportCareList, or an error. */
void terminal_care_list (TerminalFolder *folder, const TransportCareQuery *query, GTask *task);

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

/* terminal_care_give_up_all: for the transport that ends: no second step follows a first one. */
void terminal_care_give_up_all (GPtrArray *listings);
