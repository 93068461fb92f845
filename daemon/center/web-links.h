/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * web-links: what an exchange, or the walk of an examination, tells of the links on the way to the center: line, name,
 * tls, center. In: how far it came, and its error. Out: the transport's links. Where nothing comes back from the center
 * this computer is looked at too: a cable that is out, and a line that has another prefix than when it last worked,
 * look from afar like a center that is away.
 */
#pragma once

#include "center/https.h"
#include "center/transport.h"

/*
 * web_links_explain: @error again, with what is wrong nearer to us, if there is something. @peer: the numeric address
 * that was tried, NULL: none. Return: (transfer full), or NULL: it is as @error says.
 */
GError *web_links_explain (const Transport *transport, GUri *uri, const char *peer, const GError *error);

/* web_links_note: of an exchange with @uri. The center's own link is left alone when it answered: see web-client. */
void web_links_note (Transport *transport, GUri *uri, const HttpsOutcome *outcome, const GError *error);

/* web_links_note_clock: @date: the header of an answer; NULL, or what is no date: nothing was said. */
void web_links_note_clock (Transport *transport, const char *date);

/*
 * web_links_note_walk: the name of @uri's host could not be looked up, for @error; @known_answers: at the address where
 * the center was before somebody answers.
 */
void web_links_note_walk (Transport *transport, GUri *uri, gboolean known_answers, const GError *error);

/* web_links_format_address: @peer and the port of @uri, as in a URI. Return: (transfer full). */
char *web_links_format_address (const char *peer, GUri *uri);

/* web_links_get_known: where the center of @uri was when it last answered, or NULL. */
const char *web_links_get_known (const Transport *transport, GUri *uri);
