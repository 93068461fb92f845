/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-web-client: a call's way to the center and back, with an https that answers when and how the test says (the
 * linker puts it in place of the real one), a credential that is read when the test says, and a clock of its own.
 * With a real line and a real center: tests/center.
 */
#include "center/web-client.h"

#include <string.h>

#include "base/error.h"
#include "fake-https.h"
#include "fake-loop.h"
#include "fake-timer.h"

#define TIMEOUT_SECONDS 1000
#define TIMEOUT (TIMEOUT_SECONDS * 1000)
#define EXAMINATION 2000   /* milliseconds: of a call that only examines */
#define PAUSE_MAXIMUM 2000 /* milliseconds: between the repeats of a call */
#define REFUSAL_MAXIMUM 60 /* seconds: for which a refused account is not tried again */
#define AUTH FAKE_HTTPS_AUTH
#define CHALLENGE "/base/card/challenge"
#define CHECK "/base/card/check"
#define SEARCH "/base/search"
#define REGISTER "/base/consent/register"

/* A client, the transport that it tells, and its calls. */

typedef struct
{
  WebClient *client;
  Transport transport;
} Desk;

typedef struct
{
  guint done;
  char *body;
  GError *error;
  WebClient *closes; /* in its callback */
} Result;

static WebClient *
new_client (const char *url, const char *institution_code)
{
  const WebApiSettings settings
      = { .url = url, .institution_code = institution_code, .timeout_seconds = TIMEOUT_SECONDS };

  return web_client_new (&settings);
}

static WebClient *
new_default_client (void)
{
  return new_client ("https://center.test/base", "1311234567");
}

static void
set_up (Desk *desk, gconstpointer unused)
{
  fake_https_clear ();
  desk->client = new_default_client ();
  web_client_take_over (desk->client, &desk->transport);
}

/* Whatever is under way ends; then nothing of the client is left. */
static void
tear_down (Desk *desk, gconstpointer unused)
{
  g_clear_pointer (&desk->client, web_client_close);
  fake_settle ();
  while (fake_https_count (NULL) > 0)
    fake_https_end_cancelled (NULL);
  fake_settle ();
  g_assert_cmpuint (fake_https.connections, ==, 0);
  transport_forget_links (&desk->transport, TRANSPORT_LINK_CREDENTIAL);
}

static void
on_done (GBytes *body, const GError *error, gpointer user_data)
{
  Result *result = user_data;

  g_assert_cmpuint (result->done++, ==, 0);
  result->body = body != NULL ? g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body)) : NULL;
  result->error = error != NULL ? g_error_copy (error) : NULL;
  if (result->closes != NULL)
    web_client_close (result->closes);
}

static void
result_clear (Result *result)
{
  g_assert_cmpuint (result->done, ==, 1);
  g_free (result->body);
  g_clear_error (&result->error);
  *result = (Result){ 0 };
}

static void
start_with (Desk *desk, WebCall kind, gboolean once, GCancellable *cancellable, Result *result)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("request", 7);

  web_client_call (desk->client, kind, kind != WEB_CALL_LOGIN ? body : NULL, once ? EXAMINATION : 0, cancellable,
                   on_done, result);
}

static void
start (Desk *desk, WebCall kind, Result *result)
{
  start_with (desk, kind, FALSE, NULL, result);
}

/* @expected: a letter for each link from the credential on: ? unknown, + well, - degraded, ! failed. */
static void
assert_links (const Transport *transport, const char *expected)
{
  char links[TRANSPORT_N_LINKS + 1] = "";

  for (guint link = TRANSPORT_LINK_CREDENTIAL; link <= TRANSPORT_LINK_CENTER; link++)
    links[link - TRANSPORT_LINK_CREDENTIAL] = "?+-!"[transport->links[link].state];
  g_assert_cmpstr (links, ==, expected);
}

/* A client that has its token: "first". */
static void
log_in (Desk *desk)
{
  Result result = { 0 };

  start (desk, WEB_CALL_LOGIN, &result);
  fake_https_answer_login ("first");
  g_assert_no_error (result.error);
  result_clear (&result);
  g_assert_true (web_client_has_token (desk->client));
}

static void
assert_answered (Result *result, const char *body)
{
  g_assert_cmpuint (result->done, ==, 1);
  g_assert_no_error (result->error);
  g_assert_cmpstr (result->body, ==, body);
  result_clear (result);
}

static void
assert_failed (Result *result, ShikakuError code)
{
  g_assert_cmpuint (result->done, ==, 1);
  g_assert_error (result->error, SHIKAKU_ERROR, (int)code);
  g_assert_null (result->body);
  result_clear (result);
}

/* A call that is sent with @token, and answered. */
static void
check_with (Desk *desk, const char *token)
{
  Result result = { 0 };

  start (desk, WEB_CALL_CHECK, &result);
  g_assert_cmpstr (fake_https_find (CHECK)->token, ==, token);
  fake_https_answer (CHECK, 200, "checked");
  assert_answered (&result, "checked");
}

/* The tests: logging in. */

/* The credential is read once and one login asked for, whoever waits; then each goes its way. */
static void
test_login_once (Desk *desk, gconstpointer unused)
{
  Result login = { 0 }, challenge = { 0 }, check = { 0 }, later = { 0 };

  start (desk, WEB_CALL_LOGIN, &login);
  start (desk, WEB_CALL_CHALLENGE, &challenge);
  fake_https_await (AUTH);
  start (desk, WEB_CALL_CHECK, &check);
  fake_settle ();
  g_assert_cmpuint (fake_https_count (NULL), ==, 1);
  g_assert_cmpstr (fake_https_find (AUTH)->body, ==, "login");
  g_assert_null (fake_https_find (AUTH)->token);
  g_assert_false (web_client_has_token (desk->client));
  fake_https_answer_login ("first");
  g_assert_cmpuint (fake_credential.loads, ==, 1);
  g_assert_cmpuint (login.done, ==, 1);
  g_assert_null (login.body);
  g_assert_no_error (login.error);
  result_clear (&login);
  g_assert_cmpuint (fake_https_count (NULL), ==, 2);
  g_assert_cmpstr (fake_https_find (CHALLENGE)->token, ==, "first");
  g_assert_cmpstr (fake_https_find (CHECK)->body, ==, "request");
  fake_https_answer (CHECK, 200, "checked");
  assert_answered (&check, "checked");
  fake_https_answer (CHALLENGE, 200, "challenge");
  assert_answered (&challenge, "challenge");

  start (desk, WEB_CALL_LOGIN, &later); /* there is a token */
  g_assert_cmpuint (later.done, ==, 1);
  result_clear (&later);
  g_assert_false (web_client_has_failed (desk->client));
}

/* What a login's end is for all that wait. */
static void
test_login_fails (Desk *desk, gconstpointer unused)
{
  static const struct
  {
    guint status;
    const char *body;
    ShikakuError error;
  } rows[] = {
    { .status = 200, .body = "no JSON", .error = SHIKAKU_ERROR_MESSAGE_INVALID },
    { .status = 302, .body = "", .error = SHIKAKU_ERROR_MESSAGE_INVALID },
    { .status = 400, .body = "", .error = SHIKAKU_ERROR_MESSAGE_INVALID }, /* not the account */
    { .status = 404, .body = "", .error = SHIKAKU_ERROR_MESSAGE_INVALID },
    { .status = 405, .body = "", .error = SHIKAKU_ERROR_MESSAGE_INVALID },
    { .status = 408, .body = "", .error = SHIKAKU_ERROR_CENTER_UNREACHABLE },
    { .status = 500, .body = "", .error = SHIKAKU_ERROR_CENTER_UNREACHABLE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Result first = { 0 }, second = { 0 };

      start (desk, WEB_CALL_LOGIN, &first);
      fake_https_await (AUTH);
      start (desk, WEB_CALL_CHECK, &second);
      fake_https_answer (AUTH, rows[i].status, rows[i].body);
      fake_settle ();
      assert_failed (&first, rows[i].error);
      if (rows[i].error == SHIKAKU_ERROR_CENTER_UNREACHABLE) /* whose time is not over: it tries by itself */
        {
          fake_https_answer_login ("first");
          fake_https_answer (CHECK, 200, "checked");
          assert_answered (&second, "checked");
          fake_timers_pass (FAKE_TOKEN_LIFETIME * 1000);
        }
      else
        assert_failed (&second, rows[i].error);
    }
}

/*
 * A refused account is left alone, so that the center does not lock it: for some time, in which its file is not looked
 * at, and then until the file says something else.
 */
static void
test_account_refused (Desk *desk, gconstpointer unused)
{
  static const char refusal[] = "{\"status\":\"NG\",\"result\":{}}";

  for (guint i = 0; i < 2; i++)
    {
      Result first = { 0 }, second = { 0 };

      start (desk, WEB_CALL_CHECK, &first);
      fake_https_await (AUTH);
      fake_https_answer (AUTH, i == 0 ? 200 : 401, i == 0 ? refusal : "");
      fake_settle ();
      assert_failed (&first, SHIKAKU_ERROR_CENTER_REFUSED);
      g_assert_true (web_client_has_failed (desk->client));
      start (desk, WEB_CALL_CHECK, &second);
      fake_settle ();
      assert_failed (&second, SHIKAKU_ERROR_CENTER_REFUSED);
      g_assert_cmpuint (fake_https_count (NULL), ==, 0);
      g_assert_cmpuint (fake_credential.logins, ==, 2 * i + 1);
      fake_timers_pass (REFUSAL_MAXIMUM * 1000);
      start (desk, WEB_CALL_CHECK, &second);
      fake_settle ();
      assert_failed (&second, SHIKAKU_ERROR_CENTER_REFUSED);
      g_assert_cmpuint (fake_https_count (NULL), ==, 0);
      fake_credential.account = i == 0 ? "other" : "third";
    }
  log_in (desk);
  g_assert_false (web_client_has_failed (desk->client));
}

static void
test_no_credential (Desk *desk, gconstpointer unused)
{
  Result result = { 0 };

  fake_credential.missing = TRUE;
  start (desk, WEB_CALL_CHECK, &result);
  fake_wait ((const gboolean *)&result.done);
  assert_failed (&result, SHIKAKU_ERROR_CREDENTIAL_MISSING);
  g_assert_true (web_client_has_failed (desk->client));
  assert_links (&desk->transport, "!????");
  g_assert_cmpint (desk->transport.state, ==, TRANSPORT_OFFLINE);

  fake_credential.missing = FALSE; /* it is read anew with each call */
  fake_credential.no_account = TRUE;
  start (desk, WEB_CALL_CHECK, &result);
  fake_wait ((const gboolean *)&result.done);
  assert_failed (&result, SHIKAKU_ERROR_CREDENTIAL_MISSING);
  g_assert_cmpuint (fake_https_count (NULL), ==, 0);
  fake_credential.no_account = FALSE;
  log_in (desk);
  assert_links (&desk->transport, "+++++");
}

static void
test_unset (Desk *desk, gconstpointer unused)
{
  static const char *const rows[][3]
      = { { NULL, "1311234567", "URL" }, { "no URI", "1311234567", "URL" }, { "https://a", NULL, "InstitutionCode" } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Desk unset = { .client = new_client (rows[i][0], rows[i][1]) };
      Result result = { 0 };

      start (&unset, WEB_CALL_CHECK, &result);
      g_assert_nonnull (strstr (result.error->message, rows[i][2]));
      assert_failed (&result, SHIKAKU_ERROR_CREDENTIAL_MISSING);
      g_assert_true (web_client_has_failed (unset.client));
      web_client_close (unset.client);
    }
  g_assert_cmpuint (fake_credential.loads, ==, 0);
}

/* A key's token may have been pulled: its credential is opened anew, once. A file's is not. */
static void
test_token_pulled (Desk *desk, gconstpointer unused)
{
  Result result = { 0 };

  log_in (desk);
  start (desk, WEB_CALL_CHECK, &result);
  fake_https_break_off (CHECK, HTTPS_STAGE_CONNECTED, SHIKAKU_ERROR_CENTER_REFUSED, FALSE);
  assert_failed (&result, SHIKAKU_ERROR_CENTER_REFUSED);
  g_assert_cmpuint (fake_credential.loads, ==, 1);

  web_client_close (desk->client);
  fake_credential.in_token = TRUE;
  desk->client = new_default_client ();
  log_in (desk);
  start (desk, WEB_CALL_REGISTER, &result); /* the center did nothing yet */
  fake_https_break_off (REGISTER, HTTPS_STAGE_CONNECTED, SHIKAKU_ERROR_CENTER_REFUSED, FALSE);
  fake_https_await (REGISTER);
  g_assert_cmpuint (fake_credential.loads, ==, 3);
  fake_https_break_off (REGISTER, HTTPS_STAGE_CONNECTED, SHIKAKU_ERROR_CENTER_REFUSED, FALSE);
  assert_failed (&result, SHIKAKU_ERROR_CENTER_REFUSED);
}

/* Repeats. */

/* A token that was refused is renewed, once for all that it was refused to, and once for each call. */
static void
test_token_refused (Desk *desk, gconstpointer unused)
{
  Result check = { 0 }, registration = { 0 };

  log_in (desk);
  start (desk, WEB_CALL_CHECK, &check);
  start (desk, WEB_CALL_REGISTER, &registration); /* nothing was done: it too is asked again */
  fake_https_answer (CHECK, 401, "");
  fake_https_answer_login ("second");
  fake_https_answer (REGISTER, 401, "");
  fake_settle ();
  g_assert_cmpuint (fake_https_count (AUTH), ==, 0); /* it was the former token */
  g_assert_cmpstr (fake_https_find (CHECK)->token, ==, "second");
  g_assert_cmpstr (fake_https_find (REGISTER)->token, ==, "second");
  fake_https_answer (REGISTER, 200, "registered");
  assert_answered (&registration, "registered");
  fake_https_answer (CHECK, 401, "");
  assert_failed (&check, SHIKAKU_ERROR_CENTER_REFUSED);
  g_assert_cmpuint (fake_https_count (NULL), ==, 0);
}

/* How often a call is tried that is answered 503, or whose connection is cut, or refused for good. */
static void
test_repeats (Desk *desk, gconstpointer unused)
{
  static const struct
  {
    WebCall kind;
    const char *path;
    gboolean once;
    guint tries;
  } rows[] = {
    { .kind = WEB_CALL_CHALLENGE, .path = CHALLENGE, .tries = 5 },
    { .kind = WEB_CALL_CHECK, .path = CHECK, .tries = 5 },
    { .kind = WEB_CALL_SEARCH, .path = SEARCH, .tries = 5 },
    { .kind = WEB_CALL_REGISTER, .path = REGISTER, .tries = 1 },
    { .kind = WEB_CALL_CHECK, .path = CHECK, .once = TRUE, .tries = 1 },
  };

  log_in (desk);
  for (guint i = 0; i < 3 * G_N_ELEMENTS (rows); i++)
    {
      const guint row = i / 3, way = i % 3;
      const guint tries = way == 2 ? 1 : rows[row].tries;
      Result result = { 0 };

      start_with (desk, rows[row].kind, rows[row].once, NULL, &result);
      for (guint try = 1; try <= tries; try++)
        {
          g_assert_cmpint (fake_https_find (rows[row].path)->query, ==, rows[row].kind != WEB_CALL_REGISTER);
          if (way == 0)
            fake_https_answer (rows[row].path, 503, "");
          else
            fake_https_break_off (rows[row].path, HTTPS_STAGE_SECURED, SHIKAKU_ERROR_CENTER_UNREACHABLE, way == 1);
          fake_settle ();
          g_assert_cmpuint (fake_https_count (NULL), ==, 0); /* not at once */
          g_assert_cmpuint (result.done, ==, try == tries);
          g_assert_cmpuint (fake_timers_pass (PAUSE_MAXIMUM), ==, try < tries);
          fake_settle ();
        }
      assert_failed (&result, way == 0 ? SHIKAKU_ERROR_CENTER_BUSY : SHIKAKU_ERROR_CENTER_UNREACHABLE);
      g_assert_cmpuint (fake_https_count (NULL), ==, 0);
    }
}

/* The center says when: it is asked no earlier, and not at all if that is too late for the call. */
static void
test_retry_after (Desk *desk, gconstpointer unused)
{
  Result result = { 0 };
  guint seconds = 0;

  log_in (desk);
  start (desk, WEB_CALL_CHECK, &result);
  fake_https_answer_after (CHECK, 429, "", 30);
  fake_timers_pass (29999);
  fake_settle ();
  g_assert_cmpuint (fake_https_count (NULL), ==, 0);
  fake_timers_pass (1);
  fake_settle ();
  fake_https_answer_after (CHECK, 503, "", TIMEOUT_SECONDS - 30);
  g_assert_true (shikaku_error_get_retry_after (result.error, &seconds));
  g_assert_cmpuint (seconds, ==, TIMEOUT_SECONDS - 30);
  assert_failed (&result, SHIKAKU_ERROR_CENTER_BUSY);
}

/*
 * What is told of an answer, or of an exchange that came to none, and of the links: one that it came past is good, the
 * one where it failed is not, those behind it are not known.
 */
static void
test_links (Desk *desk, gconstpointer unused)
{
  static const struct
  {
    guint status; /* 0: none came */
    HttpsStage stage;
    ShikakuError error;
    const char *links;
  } rows[] = {
    { .stage = HTTPS_STAGE_NONE, .error = SHIKAKU_ERROR_CENTER_UNREACHABLE, .links = "+!???" },
    { .stage = HTTPS_STAGE_CONNECTED, .error = SHIKAKU_ERROR_CENTER_UNTRUSTED, .links = "+++!?" },
    { .stage = HTTPS_STAGE_SECURED, .error = SHIKAKU_ERROR_CENTER_UNREACHABLE, .links = "++++!" },
    { .stage = HTTPS_STAGE_SECURED, .error = SHIKAKU_ERROR_CENTER_REFUSED, .links = "++++-" },
    { .status = 204, .error = SHIKAKU_ERROR_MESSAGE_INVALID, .links = "++++-" },
    { .status = 302, .error = SHIKAKU_ERROR_MESSAGE_INVALID, .links = "++++-" },
    { .status = 400, .error = SHIKAKU_ERROR_MESSAGE_INVALID, .links = "++++-" },
    { .status = 404, .error = SHIKAKU_ERROR_MESSAGE_INVALID, .links = "++++-" },
    { .status = 429, .error = SHIKAKU_ERROR_CENTER_BUSY, .links = "++++-" },
    { .status = 500, .error = SHIKAKU_ERROR_CENTER_UNREACHABLE, .links = "++++!" },
    { .status = 503, .error = SHIKAKU_ERROR_CENTER_BUSY, .links = "++++-" },
    { .status = 599, .error = SHIKAKU_ERROR_CENTER_UNREACHABLE, .links = "++++!" },
    { .status = 600, .error = SHIKAKU_ERROR_MESSAGE_INVALID, .links = "++++-" },
  };

  log_in (desk);
  g_assert_cmpint (desk->transport.state, ==, TRANSPORT_ONLINE);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Result result = { 0 };

      start_with (desk, WEB_CALL_CHECK, TRUE, NULL, &result);
      if (rows[i].status != 0)
        fake_https_answer (CHECK, rows[i].status, "secret");
      else
        fake_https_break_off (CHECK, rows[i].stage, rows[i].error, FALSE);
      g_assert_null (strstr (result.error->message, "secret"));
      assert_failed (&result, rows[i].error);
      assert_links (&desk->transport, rows[i].links);
    }
}

/* Nobody is told before the client takes over; then all that is known, and that settings are missing at once. */
static void
test_take_over (Desk *desk, gconstpointer unused)
{
  Desk tried = { .client = new_default_client () };
  Transport transport = { .state = TRANSPORT_UNKNOWN };

  log_in (&tried);
  assert_links (&transport, "?????");
  web_client_take_over (tried.client, &transport);
  assert_links (&transport, "+++++");
  g_assert_cmpint (transport.state, ==, TRANSPORT_ONLINE);
  g_assert_cmpint (transport.credential_expires, ==, G_MAXINT64);
  web_client_close (tried.client);

  tried.client = new_client (NULL, NULL);
  web_client_take_over (tried.client, &transport);
  assert_links (&transport, "!????");
  g_assert_cmpint (transport.links[TRANSPORT_LINK_CREDENTIAL].cause, ==, SHIKAKU_CAUSE_SETTINGS_MISSING);
  transport_forget_links (&transport, TRANSPORT_LINK_CREDENTIAL);
  web_client_close (tried.client);
}

/* The ends of calls. */

static void
test_deadline (Desk *desk, gconstpointer unused)
{
  Result opening = { 0 }, login = { 0 }, late = { 0 }, check = { 0 };

  fake_credential_hold (TRUE);
  start (desk, WEB_CALL_CHECK, &opening);
  fake_timers_pass (TIMEOUT);
  fake_settle ();
  assert_failed (&opening, SHIKAKU_ERROR_CREDENTIAL_MISSING); /* the key's token has not answered */
  fake_credential_hold (FALSE);

  start (desk, WEB_CALL_CHECK, &login);
  fake_https_await (AUTH);
  fake_timers_pass (TIMEOUT / 2);
  start (desk, WEB_CALL_CHECK, &late);
  fake_timers_pass (TIMEOUT / 2);
  fake_settle ();
  assert_failed (&login, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  fake_https_end_cancelled (AUTH);
  g_assert_cmpuint (late.done, ==, 0); /* half of its time is left: it logs in itself */
  fake_https_answer_login ("first");
  fake_https_answer (CHECK, 200, "checked");
  assert_answered (&late, "checked");

  start (desk, WEB_CALL_CHECK, &check);
  fake_timers_pass (TIMEOUT - 1);
  fake_settle ();
  g_assert_cmpuint (check.done, ==, 0);
  fake_timers_pass (1);
  fake_settle ();
  assert_failed (&check, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  fake_https_end_cancelled (CHECK);
}

/* The caller's cancel, wherever the call is: heard in the loop, never inside g_cancellable_cancel(). */
static void
cancel (Desk *desk, GCancellable **cancellable, Result *result)
{
  g_cancellable_cancel (*cancellable);
  g_assert_cmpuint (result->done, ==, 0);
  fake_settle ();
  assert_failed (result, SHIKAKU_ERROR_CANCELLED);
  g_object_unref (*cancellable);
  *cancellable = g_cancellable_new ();
}

static void
test_cancel (Desk *desk, gconstpointer unused)
{
  GCancellable *cancellable = g_cancellable_new ();
  Result result = { 0 };

  fake_credential_hold (TRUE);
  g_cancellable_cancel (cancellable);
  start_with (desk, WEB_CALL_CHECK, FALSE, cancellable, &result); /* before it began */
  cancel (desk, &cancellable, &result);
  start_with (desk, WEB_CALL_CHECK, FALSE, cancellable, &result); /* while the credential is read */
  cancel (desk, &cancellable, &result);
  fake_credential_hold (FALSE);

  start_with (desk, WEB_CALL_CHECK, FALSE, cancellable, &result); /* behind a login, which goes on: it is everybody's */
  fake_https_await (AUTH);
  cancel (desk, &cancellable, &result);
  fake_https_answer_login ("first");
  g_assert_true (web_client_has_token (desk->client));

  start_with (desk, WEB_CALL_CHECK, FALSE, cancellable, &result); /* between two tries */
  fake_https_answer (CHECK, 503, "");
  cancel (desk, &cancellable, &result);
  fake_timers_pass (PAUSE_MAXIMUM);
  fake_settle ();
  g_assert_cmpuint (fake_https_count (NULL), ==, 0);

  start_with (desk, WEB_CALL_CHECK, FALSE, cancellable, &result); /* under way */
  cancel (desk, &cancellable, &result);
  fake_https_end_cancelled (CHECK);
  g_object_unref (cancellable);
}

/* Closed, it answers all there and then, and is gone with the last exchange; also in a call's own answer. */
static void
test_close (Desk *desk, gconstpointer unused)
{
  Result waiting = { 0 }, check = { 0 }, closing = { 0 };
  Desk other = { .client = new_default_client () };

  log_in (desk);
  start (desk, WEB_CALL_CHECK, &check);
  start (desk, WEB_CALL_SEARCH, &waiting);
  fake_https_answer (SEARCH, 503, ""); /* it waits for its next try */
  web_client_close (g_steal_pointer (&desk->client));
  assert_failed (&check, SHIKAKU_ERROR_CANCELLED);
  assert_failed (&waiting, SHIKAKU_ERROR_CANCELLED);
  g_assert_cmpuint (fake_https.connections, ==, 1);
  fake_https_end_cancelled (CHECK);
  g_assert_cmpuint (fake_https.connections, ==, 0);

  log_in (&other);
  closing.closes = other.client;
  start (&other, WEB_CALL_CHECK, &closing);
  start (&other, WEB_CALL_SEARCH, &check);
  fake_https_answer (CHECK, 200, "checked");
  assert_answered (&closing, "checked");
  assert_failed (&check, SHIKAKU_ERROR_CANCELLED);
  fake_https_end_cancelled (SEARCH);
  g_assert_cmpuint (fake_https.connections, ==, 0);
}

/* Retired, its calls go on as if nothing had happened, and others begin; it tells of nothing any more. */
static void
test_retire (Desk *desk, gconstpointer unused)
{
  Result check = { 0 }, registration = { 0 };

  log_in (desk);
  start (desk, WEB_CALL_CHECK, &check);
  web_client_retire (desk->client);
  fake_https_answer (CHECK, 401, "");
  fake_https_answer_login ("second");
  fake_https_answer (CHECK, 200, "checked");
  assert_answered (&check, "checked");
  start (desk, WEB_CALL_REGISTER, &registration);
  g_assert_cmpstr (fake_https_find (REGISTER)->token, ==, "second");
  fake_https_break_off (REGISTER, HTTPS_STAGE_NONE, SHIKAKU_ERROR_CENTER_UNREACHABLE, FALSE);
  assert_failed (&registration, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  assert_links (&desk->transport, "+++++");
}

/* A card came in: a login if the token is old, else a connection; one of them at a time, and nobody waits. */
static void
test_prepare (Desk *desk, gconstpointer unused)
{
  web_client_prepare (desk->client);
  web_client_prepare (desk->client);
  fake_https_answer_login ("first");
  g_assert_cmpuint (fake_https_count (NULL), ==, 0);
  web_client_prepare (desk->client);
  web_client_prepare (desk->client);
  g_assert_cmpuint (fake_https_count (FAKE_HTTPS_CONNECT), ==, 1);
  fake_https_break_off (FAKE_HTTPS_CONNECT, HTTPS_STAGE_NONE, SHIKAKU_ERROR_CENTER_UNREACHABLE,
                        TRUE); /* not repeated */
  fake_timers_pass (PAUSE_MAXIMUM);
  fake_settle ();
  g_assert_cmpuint (fake_https_count (NULL), ==, 0);
  web_client_prepare (desk->client);
  g_assert_cmpuint (fake_https_count (FAKE_HTTPS_CONNECT), ==, 1);
  fake_https_end (fake_https_find (FAKE_HTTPS_CONNECT), NULL);

  fake_timers_pass (FAKE_TOKEN_LIFETIME / 2 * 1000); /* it is old, and good as long as there is no other */
  web_client_prepare (desk->client);
  g_assert_cmpuint (fake_https_count (AUTH), ==, 1);
  check_with (desk, "first");
  fake_https_answer_login ("second");
  check_with (desk, "second");

  web_client_reset (desk->client); /* after a sleep */
  g_assert_cmpuint (fake_https.resets, ==, 1);
  web_client_prepare (desk->client);
  g_assert_cmpuint (fake_https_count (AUTH), ==, 1);
  fake_https_answer_login ("third");
  fake_timers_pass (FAKE_TOKEN_LIFETIME * 1000);
  g_assert_false (web_client_has_token (desk->client));
}

int
main (int argc, char **argv)
{
#define ADD(name, function) g_test_add ("/web-client/" name, Desk, NULL, set_up, function, tear_down)
  g_test_init (&argc, &argv, NULL);
  ADD ("login-once", test_login_once);
  ADD ("login-fails", test_login_fails);
  ADD ("account-refused", test_account_refused);
  ADD ("no-credential", test_no_credential);
  ADD ("unset", test_unset);
  ADD ("token-pulled", test_token_pulled);
  ADD ("token-refused", test_token_refused);
  ADD ("repeats", test_repeats);
  ADD ("retry-after", test_retry_after);
  ADD ("links", test_links);
  ADD ("take-over", test_take_over);
  ADD ("deadline", test_deadline);
  ADD ("cancel", test_cancel);
  ADD ("close", test_close);
  ADD ("retire", test_retire);
  ADD ("prepare", test_prepare);
#undef ADD
  return g_test_run ();
}
