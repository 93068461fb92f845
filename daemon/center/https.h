/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * https: one exchange with the center over libsoup. A POST of JSON goes in; how far it came, the HTTP status and the
 * body come out, or the document in a file of its own. Asynchronous only (a synchronous call on the same session can
 * hang HTTP/2 for ever), HTTP/1.1, no redirect, no proxy, no cookie, no compression, no trust but the given CA, TLS 1.2
 * and 1.3 alone. Whoever calls brings the deadline, as a GCancellable, and does the repeats.
 */
#pragma once

#include "base/error.h"
#include "center/credential.h"
#include "center/document-file.h"

typedef struct Https Https;

/* https_set_up: once, before there are threads. */
void https_set_up (void);

Https *https_new (const Credential *credential);
/* https_free: exchanges under way end by themselves (cancel them). */
void https_free (Https *https);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Https, https_free)
/* https_reset: closes what is idle; exchanges under way go on. */
void https_reset (Https *https);

/* https_parse_uri: a URI as libsoup wants it. Return: (transfer full), or NULL if it is none. */
GUri *https_parse_uri (const char *text);

/* Borrowed for the call. */
typedef struct
{
  GUri *uri;
  GBytes *body;
  const char *token; /* of the header Authorization, or NULL */
  /*
   * Whether it only asks. Either takes an idle connection, but what registers loses SOUP_MESSAGE_IDEMPOTENT before it
   * is sent: libsoup never repeats it (data/doc/messages.md, "The line").
   */
  gboolean query;
  gboolean fetches; /* the answer may be a document, XML or PDF; JSON in its place is a refusal */
} HttpsRequest;

typedef enum
{
  HTTPS_STAGE_NONE,
  HTTPS_STAGE_CONNECTED, /* TCP */
  HTTPS_STAGE_SECURED,   /* TLS; the request is on its way */
  HTTPS_STAGE_ANSWERED,  /* headers came */
} HttpsStage;

/* Filled as the exchange goes on, so that it can be read when the caller gives up. */
typedef struct
{
  HttpsStage stage;
  gboolean resolved;          /* the address of the host's name is known */
  char *date;                 /* what the center's clock says, as sent; NULL: nothing */
  char *peer;                 /* the numeric address that was tried last; NULL: no new connection was made */
  char *local;                /* ours, of the connection that was made */
  gboolean lost;              /* with an error: refused, reset or cut; the same may succeed in a moment */
  gboolean unproved;          /* with an error: no certificate could be shown to the center, so that it did nothing */
  guint status;               /* HTTP status, 0 until the headers came */
  gint64 retry_after_seconds; /* or -1 */
  guint64 received;           /* bytes of the body so far */
  GBytes *body;               /* complete; erased with its last reference; NULL: a document came */
  DocumentFile *document;     /* complete; NULL: none */
  gboolean is_pdf;            /* as the document calls itself */
  char *identifier;           /* of the request that it answers, as it says; NULL: it does not */
} HttpsOutcome;

void https_outcome_clear (HttpsOutcome *outcome);

/* https_get_silent_cause: what is wrong with an exchange in which nothing happens any more. */
ShikakuCause https_get_silent_cause (const HttpsOutcome *outcome);

/* @error: NULL when a whole answer came, whatever its status; else of SHIKAKU_ERROR. Borrowed. */
typedef void (*HttpsDone) (const GError *error, gpointer user_data);

/*
 * https_post: calls @done exactly once, never before it returns. @outcome: filled from the start; must live until
 * then. Errors: CENTER_UNREACHABLE, CENTER_UNTRUSTED, CENTER_REFUSED (TLS), MESSAGE_INVALID (no HTTP, or larger than
 * MESSAGE_SIZE_MAXIMUM, as a document than HTTPS_BODY_DOCUMENT_SIZE_MAXIMUM, of which no more is read, or only
 * announced without end: then @cancellable is cancelled), CANCELLED, FAILED.
 */
void https_post (Https *https, const HttpsRequest *request, HttpsOutcome *outcome, GCancellable *cancellable,
                 HttpsDone done, gpointer user_data);

/* https_connect: the same for a connection alone, which the next query finds; an idle one is left as it is. */
void https_connect (Https *https, GUri *uri, HttpsOutcome *outcome, GCancellable *cancellable, HttpsDone done,
                    gpointer user_data);
