/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * web-calls: the calls of data/center-profile.md as one table: what the path of each is, whether it only asks, whether
 * a document may come back, and how long it may take; and how the end of one is told. Pure.
 */
#pragma once

#include "center/document-file.h"

typedef enum
{
  WEB_CALL_LOGIN, /* no request of its own: succeeds when there is a token */
  WEB_CALL_OPEN,  /* asks nobody: succeeds when the credential is read */
  WEB_CALL_CHALLENGE,
  WEB_CALL_CHECK,
  WEB_CALL_SEARCH,
  WEB_CALL_RECORDS_DRUG,
  WEB_CALL_RECORDS_CHECKUP,
  WEB_CALL_REGISTER, /* no query, as the next: no repeat but after a 401 */
  WEB_CALL_REGISTER_USE,
  WEB_CALL_REGISTER_REFERENCE,
  WEB_CALL_WITHDRAW,
  WEB_CALL_AUTH,    /* of the client itself */
  WEB_CALL_CONNECT, /* the same: a connection alone */
  WEB_N_CALLS
} WebCall;

/* web_call_get_path: below the base path, with its slash; NULL: it has none. Static. */
const char *web_call_get_path (WebCall call);
/* web_call_registers: whether it does more than ask. */
gboolean web_call_registers (WebCall call);
/* web_call_fetches: whether a document may come back. */
gboolean web_call_fetches (WebCall call);
/*
 * web_call_get_milliseconds: that it may take in all. A document may take longer than @timeout_seconds, as long as
 * some of it comes within each such time.
 */
guint web_call_get_milliseconds (WebCall call, guint timeout_seconds);

/* Exactly one of @body (NULL for WEB_CALL_LOGIN and WEB_CALL_OPEN) and @error is set. Borrowed. */
typedef void (*WebClientDone) (GBytes *body, const GError *error, gpointer user_data);

/* What came back of a call for a document. Borrowed, but for the document, which may be taken. */
typedef struct
{
  DocumentFile *document; /* NULL: a message came in its place */
  gboolean is_pdf;        /* as it calls itself; else it is XML */
  const char *identifier; /* of the request that it answers, as it says; NULL: it does not */
  GBytes *body;           /* of that message; NULL: a document came */
} WebClientAnswer;

/* Exactly one of @answer and @error is set. Borrowed. */
typedef void (*WebClientFetched) (WebClientAnswer *answer, const GError *error, gpointer user_data);
