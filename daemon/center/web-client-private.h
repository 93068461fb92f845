/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* web-client-private: what web-client keeps of itself, and of each call. Data only. */
#pragma once

#include "center/web-access.h"
#include "center/transport.h"
#include "center/web-calls.h"
#include "center/web-walk.h"

typedef struct
{
  struct WebClient *client;
  WebCall kind;
  GBytes *body;
  WebClientDone done; /* NULL once it was called; the call then only waits for its exchange to end */
  gpointer user_data;
  WebClientFetched fetched; /* of a call for a document: whom done tells; else NULL */
  gpointer fetched_data;
  guint64 seen; /* bytes that had come when its time was looked at last */
  GCancellable *caller;
  gulong caller_handler;

  guint seconds;     /* that it may take */
  gint64 end;        /* monotonic */
  GSource *deadline; /* ready at the end, or at once when the caller cancels */
  GSource *pause;    /* until the next step */
  GError *trouble;   /* that it is repeated for; NULL: none */
  GError *failure;   /* of the opening or the login that it waited for; told at the next step */
  guint repeats;
  gboolean once;
  gboolean renewed, reopened; /* the token, the credential */
  gboolean joined;            /* waits for a login that another call began */

  gboolean in_flight;
  GCancellable *cancellable; /* of the exchange */
  HttpsOutcome outcome;
  guint token_serial; /* of the token that the exchange was sent with */
} Call;

struct WebClient
{
  Transport *transport; /* NULL: nobody is told */
  gboolean closed;      /* to be freed with the last call */
  const char *unset;    /* the configuration's keys without which nothing can be asked; NULL: all are there */
  guint timeout_seconds;
  GUri *uris[WEB_N_CALLS];
  WebWalk *walk; /* NULL: there is no URI */

  WebAccess *access;
  gboolean failed; /* it was not let in when it tried last */
  char *complaint; /* the trouble that the log told last; NULL: none since all was well */

  GQueue calls;   /* all of them */
  GQueue waiting; /* those that wait for the opening or the login under way */
  Call *login, *connect;
};
