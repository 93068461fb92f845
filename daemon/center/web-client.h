/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * web-client: calls to the center. One call goes in, its answer's body comes out; in between it finds the credential,
 * logs in (once for all that wait), holds the call's deadline, renews a token that was refused, and repeats what only
 * asks. It tells the transport how the links of the chain are; the center's own link is told by whoever reads the
 * answer.
 */
#pragma once

#include "center/transport.h"
#include "center/web-calls.h"
#include "center/web-settings.h"
#include "center/web-walk.h"

typedef struct WebClient WebClient;

/* web_client_new: nobody is told of its links, nor the log of its troubles, before web_client_take_over. Copies. */
WebClient *web_client_new (const WebApiSettings *settings);

/* web_client_take_over: @transport is told of the links from now on. Borrowed until the client is closed or retired. */
void web_client_take_over (WebClient *client, Transport *transport);

/* web_client_has_failed: whether it lacks something, or was not let in when it tried last; not if it never tried. */
gboolean web_client_has_failed (const WebClient *client);

/* web_client_has_credential: whether it has read its files, and could use them. */
gboolean web_client_has_credential (const WebClient *client);

/*
 * web_client_has_same_settings: among them the names of the files. web_client_is_same: and both have found the same in
 * these.
 */
gboolean web_client_has_same_settings (const WebClient *a, const WebClient *b);
gboolean web_client_is_same (const WebClient *a, const WebClient *b);

/* web_client_retire: another has taken over. Tells nobody anything any more; its calls go on, and more may come. */
void web_client_retire (WebClient *client);

/* web_client_close: ends every call with CANCELLED, now, and frees the client when the last exchange is over. */
void web_client_close (WebClient *client);

/*
 * web_client_call: calls @done exactly once, maybe before it returns. @milliseconds: that it may take at most, without
 * a repeat, because it only examines the links; 0: it is no such call. Errors: those of transport.h but TimedOut: a
 * center that does not answer within the time of a call is CENTER_UNREACHABLE, because for the caller it makes no
 * difference why there is no answer.
 */
void web_client_call (WebClient *client, WebCall kind, GBytes *body, guint milliseconds, GCancellable *cancellable,
                      WebClientDone done, gpointer user_data);

/*
 * web_client_fetch: as web_client_call, of a call that may be answered with a document. It may take longer, as long as
 * the document goes on to come (web-calls).
 */
void web_client_fetch (WebClient *client, WebCall kind, GBytes *body, GCancellable *cancellable,
                       WebClientFetched fetched, gpointer user_data);

/* What an examination needs to know. Borrowed. */
typedef struct
{
  Transport *transport; /* that is told of the links; NULL: none is */
  WebWalk *walk;        /* to the host of @uri; both are NULL if none is configured */
  GUri *uri;
} WebClientWay;

void web_client_get_way (WebClient *client, WebClientWay *ret_way);
/* web_client_drop_connections: the next exchange makes a new one. */
void web_client_drop_connections (WebClient *client);

/* web_client_reset: closes the idle connections; the machine has slept. */
void web_client_reset (WebClient *client);

/* web_client_prepare: opens a connection if none is idle, and renews the token if it is old. Nobody waits for it. */
void web_client_prepare (WebClient *client);

gboolean web_client_has_token (const WebClient *client);
