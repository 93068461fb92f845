/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fake-https: the line to the center, and the institution's credential, in place of the real ones: the linker puts them
 * there for a test program that is linked with https_wraps (meson.build). In: requests, and what the test says becomes
 * of them. Out: answers, when the test says.
 */
#pragma once

#include "base/error.h"
#include "center/https.h"

/* An exchange that is under way. */
typedef struct
{
  const char *path; /* of the URI; FAKE_HTTPS_CONNECT */
  char *token, *body;
  gboolean query;
  HttpsOutcome *outcome;
  GCancellable *cancellable;
  HttpsDone done;
  gpointer user_data;
} FakeExchange;

#define FAKE_HTTPS_CONNECT "connect" /* a connection alone */
#define FAKE_HTTPS_AUTH "/base/auth"
#define FAKE_TOKEN_LIFETIME 4000

extern struct FakeHttps
{
  guint connections, resets; /* of Https: alive, and told to let go */
} fake_https;

extern struct FakeCredential
{
  gboolean missing, in_token, no_account; /* as the test likes */
  const char *account;                    /* what its file says; NULL: as ever */
  guint loads, logins;
} fake_credential;

/* fake_https_clear: at the beginning of a test. */
void fake_https_clear (void);

/* fake_https_count: how many are under way at @path; NULL: anywhere. */
guint fake_https_count (const char *path);
/* fake_https_find: the first of them. */
FakeExchange *fake_https_find (const char *path);
/* fake_https_await: until there is one. */
void fake_https_await (const char *path);

/* They end the first one at @path. @retry_after: seconds, -1: the center does not say. */
void fake_https_answer (const char *path, guint status, const char *body);
void fake_https_answer_after (const char *path, guint status, const char *body, gint64 retry_after);
void fake_https_break_off (const char *path, HttpsStage stage, ShikakuError code, gboolean lost);
/* fake_https_answer_login: waits for a login, and lets it in with @token, for FAKE_TOKEN_LIFETIME seconds. */
void fake_https_answer_login (const char *token);
/* fake_https_end: with the outcome as it is. */
void fake_https_end (FakeExchange *exchange, const GError *error);
/* fake_https_end_cancelled: one that was cancelled ends when it can. */
void fake_https_end_cancelled (const char *path);

/* fake_credential_hold: reading the credential blocks its thread, until it is not held any more. */
void fake_credential_hold (gboolean held);
