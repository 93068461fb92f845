/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * web-message: what is the Web API's alone: that its messages are JSON, and its login. Pure: bytes come in, a tree or a
 * token goes out; and what a request is called.
 */
#pragma once

#include "codec/message.h"

/*
 * web_message_parse: the answer to @request. Return: (transfer full) the tree, or NULL with an
 * error of field_answer_check or MESSAGE_INVALID.
 */
Message *web_message_parse (GBytes *body, const Message *request, GError **error);

/*
 * web_message_parse_login: the token in the answer of `auth`, and how long it lasts. Return: (transfer full),
 * or NULL with MESSAGE_INVALID or CENTER_REFUSED.
 */
char *web_message_parse_login (GBytes *body, guint *ret_lifetime_seconds, GError **error);
