/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fake-https: see the header. In: the client's requests, the test's orders. Out: outcomes. */
#include "fake-https.h"

#include <string.h>

#include "fake-loop.h"

Https *__wrap_https_new (const Credential *credential);
void __wrap_https_free (Https *https);
void __wrap_https_reset (Https *https);
void __wrap_https_post (Https *https, const HttpsRequest *request, HttpsOutcome *outcome, GCancellable *cancellable,
                        HttpsDone done, gpointer user_data);
void __wrap_https_connect (Https *https, GUri *uri, HttpsOutcome *outcome, GCancellable *cancellable, HttpsDone done,
                           gpointer user_data);
Credential *__wrap_credential_load (const CredentialFiles *files, const Credential *kept, GError **error);
Credential *__wrap_credential_keep (const Credential *object);
void __wrap_credential_free (Credential *object);
GBytes *__wrap_credential_make_login (const char *account_file, GError **error);

static GPtrArray *exchanges;
struct FakeHttps fake_https;
struct FakeCredential fake_credential;

Https *
__wrap_https_new (const Credential *credential)
{
  fake_https.connections++;
  return g_malloc (1);
}

void
__wrap_https_free (Https *https)
{
  if (https != NULL)
    fake_https.connections--;
  g_free (https);
}

void
__wrap_https_reset (Https *https)
{
  fake_https.resets++;
}

static FakeExchange *
exchange_new (const char *path, HttpsOutcome *outcome, GCancellable *cancellable, HttpsDone done, gpointer user_data)
{
  FakeExchange *exchange = g_new0 (FakeExchange, 1);

  https_outcome_clear (outcome);
  exchange->path = g_intern_string (path);
  exchange->outcome = outcome;
  exchange->cancellable = g_object_ref (cancellable);
  exchange->done = done;
  exchange->user_data = user_data;
  g_ptr_array_add (exchanges, exchange);
  return exchange;
}

void
__wrap_https_post (Https *https, const HttpsRequest *request, HttpsOutcome *outcome, GCancellable *cancellable,
                   HttpsDone done, gpointer user_data)
{
  FakeExchange *exchange = exchange_new (g_uri_get_path (request->uri), outcome, cancellable, done, user_data);

  exchange->token = g_strdup (request->token);
  exchange->body = g_strndup (g_bytes_get_data (request->body, NULL), g_bytes_get_size (request->body));
  exchange->query = request->query;
}

void
__wrap_https_connect (Https *https, GUri *uri, HttpsOutcome *outcome, GCancellable *cancellable, HttpsDone done,
                      gpointer user_data)
{
  exchange_new (FAKE_HTTPS_CONNECT, outcome, cancellable, done, user_data);
}

static gboolean
is_at (const FakeExchange *exchange, const char *path)
{
  return path == NULL || strcmp (exchange->path, path) == 0;
}

guint
fake_https_count (const char *path)
{
  guint count = 0;

  for (guint i = 0; i < exchanges->len; i++)
    count += is_at (exchanges->pdata[i], path);
  return count;
}

FakeExchange *
fake_https_find (const char *path)
{
  for (guint i = 0; i < exchanges->len; i++)
    if (is_at (exchanges->pdata[i], path))
      return exchanges->pdata[i];
  g_assert_not_reached ();
}

static gboolean
is_missing (gconstpointer path)
{
  return fake_https_count (path) == 0;
}

void
fake_https_await (const char *path)
{
  fake_wait_while (is_missing, path);
}

void
fake_https_end (FakeExchange *exchange, const GError *error)
{
  g_ptr_array_remove (exchanges, exchange);
  exchange->done (error, exchange->user_data);
  g_object_unref (exchange->cancellable);
  g_free (exchange->token);
  g_free (exchange->body);
  g_free (exchange);
}

void
fake_https_answer_after (const char *path, guint status, const char *body, gint64 retry_after_seconds)
{
  FakeExchange *exchange = fake_https_find (path);

  exchange->outcome->stage = HTTPS_STAGE_ANSWERED;
  exchange->outcome->status = status;
  exchange->outcome->retry_after_seconds = retry_after_seconds;
  exchange->outcome->body = g_bytes_new (body, strlen (body));
  fake_https_end (exchange, NULL);
}

void
fake_https_answer (const char *path, guint status, const char *body)
{
  fake_https_answer_after (path, status, body, -1);
}

void
fake_https_answer_login (const char *token)
{
  g_autofree char *body = g_strdup_printf ("{\"status\":\"OK\",\"result\":{\"idToken\":\"%s\",\"expiresIn\":%d}}",
                                           token, FAKE_TOKEN_LIFETIME);

  fake_https_await (FAKE_HTTPS_AUTH);
  fake_https_answer (FAKE_HTTPS_AUTH, 200, body);
  fake_settle ();
}

void
fake_https_break_off (const char *path, HttpsStage stage, ShikakuError code, gboolean lost)
{
  FakeExchange *exchange = fake_https_find (path);
  g_autoptr (GError) error = g_error_new_literal (SHIKAKU_ERROR, (int)code, "as the test wants it");

  exchange->outcome->stage = stage;
  exchange->outcome->lost = lost;
  exchange->outcome->unproved = stage == HTTPS_STAGE_CONNECTED && code == SHIKAKU_ERROR_CENTER_REFUSED;
  fake_https_end (exchange, error);
}

void
fake_https_end_cancelled (const char *path)
{
  FakeExchange *exchange = fake_https_find (path);

  g_assert_true (g_cancellable_is_cancelled (exchange->cancellable));
  fake_https_break_off (path, exchange->outcome->stage, SHIKAKU_ERROR_CANCELLED, FALSE);
}

/* The credential, and the thread that reads it. */

static GMutex credential_lock;
static GCond credential_moved;
static gboolean credential_held;

Credential *
__wrap_credential_load (const CredentialFiles *files, const Credential *kept, GError **error)
{
  Credential *object = NULL;

  g_mutex_lock (&credential_lock);
  while (credential_held)
    g_cond_wait (&credential_moved, &credential_lock);
  fake_credential.loads++;
  if (fake_credential.missing)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING, "as the test wants it");
  else
    {
      object = g_new0 (Credential, 1);
      object->token = fake_credential.in_token ? (Token *)object : NULL;
      object->expires = G_MAXINT64;
    }
  g_mutex_unlock (&credential_lock);
  return object;
}

Credential *
__wrap_credential_keep (const Credential *object)
{
  Credential *kept = g_new0 (Credential, 1);

  kept->expires = object->expires;
  return kept;
}

void
__wrap_credential_free (Credential *object)
{
  g_free (object);
}

GBytes *
__wrap_credential_make_login (const char *account_file, GError **error)
{
  const char *login;

  if (fake_credential.no_account)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING, "as the test wants it");
      return NULL;
    }
  fake_credential.logins++;
  login = fake_credential.account != NULL ? fake_credential.account : "login";
  return g_bytes_new_static (login, strlen (login));
}

void
fake_credential_hold (gboolean held)
{
  g_mutex_lock (&credential_lock);
  credential_held = held;
  g_cond_broadcast (&credential_moved);
  g_mutex_unlock (&credential_lock);
}

void
fake_https_clear (void)
{
  if (exchanges == NULL)
    exchanges = g_ptr_array_new ();
  g_assert_cmpuint (exchanges->len, ==, 0);
  fake_https = (struct FakeHttps){ 0 };
  fake_credential = (struct FakeCredential){ 0 };
}
