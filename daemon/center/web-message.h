/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * web-message: the requests of data/center-profile.md as JSON, and what an answer says. Pure: bytes in, bytes or a
 * tree out.
 */
#pragma once

#include "center/transport.h"

/* What the header of every request holds. Borrowed. */
typedef struct
{
  const char *institution_code;
  const char *identifier; /* ArbitraryFileIdentifier: the same in every repeat of one call */
  const char *today;      /* in Japan, YYYYMMDD */
} WebHeader;

/* Return: (transfer full) the body. */
GBytes *web_message_make_challenge (const WebHeader *header);
GBytes *web_message_make_check (const WebHeader *header, const TransportCardQuery *query);
GBytes *web_message_make_search (const WebHeader *header, const TransportNumberQuery *query);
GBytes *web_message_make_registration (const WebHeader *header, const TransportConsents *consents);

/*
 * web_message_parse: the answer to the request that had @identifier. Return: (transfer full) the tree, or NULL with
 * MESSAGE_INVALID (no XmlMsg, or the answer to another request) or the error that a refusal (SegmentOfResult 9)
 * names.
 */
Message *web_message_parse (GBytes *body, const char *identifier, GError **error);

/* web_message_read_challenge: the challenge in an answer. Return: (transfer full), or NULL with MESSAGE_INVALID. */
TransportChallenge *web_message_read_challenge (const Message *message, GError **error);

/*
 * web_message_parse_login: the token in the answer of `auth`, and the seconds that it lasts. Return: (transfer full),
 * or NULL with MESSAGE_INVALID or CENTER_REFUSED.
 */
char *web_message_parse_login (GBytes *body, guint *ret_lifetime, GError **error);
