/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-web-examination: whoever keeps silent, token, name service or center, the examination ends within its time,
 * which is less than Diagnose promises; what hangs is not begun again. With an https, a name service and a clock of the
 * test's own.
 */
#include "center/web-examination.h"

#include "base/error.h"
#include "fake-https.h"
#include "fake-loop.h"
#include "fake-resolver.h"
#include "fake-timer.h"

#define TIMEOUT_SECONDS 1000
#define REFUSAL_MAXIMUM 60000 /* milliseconds: for which a login that was refused is not tried again */
#define CHALLENGE "/base/card/challenge"
#define REMAINDER (TRANSPORT_EXAMINATION_MILLISECONDS - WEB_EXAMINATION_OPEN_MILLISECONDS)

typedef struct
{
  WebClient *client;
  Transport transport;
  GBytes *challenge;
} Desk;

typedef struct
{
  gboolean done;
  gint64 milliseconds;
  GError *error;
} Result;

static void
set_up (Desk *desk, gconstpointer unused)
{
  const WebApiSettings settings
      = { .url = "https://center.test/base", .institution_code = "1311234567", .timeout_seconds = TIMEOUT_SECONDS };

  fake_https_clear ();
  fake_resolver_set_up ("2001:db8:c::1");
  desk->client = web_client_new (&settings);
  desk->challenge = g_bytes_new_static ("challenge", 9);
  web_client_take_over (desk->client, &desk->transport);
}

static void
tear_down (Desk *desk, gconstpointer unused)
{
  g_clear_pointer (&desk->client, web_client_close);
  fake_settle ();
  while (fake_https_count (NULL) > 0)
    fake_https_end_cancelled (NULL);
  fake_settle ();
  transport_forget_links (&desk->transport, TRANSPORT_LINK_CREDENTIAL);
  transport_way_clear (&desk->transport.way);
  g_bytes_unref (desk->challenge);
}

static gboolean
is_not_open (gconstpointer client)
{
  return !web_client_has_credential (client);
}

static void
on_examined (GBytes *body, gint64 milliseconds, const GError *error, gpointer user_data)
{
  Result *result = user_data;

  g_assert_false (result->done);
  *result = (Result){ TRUE, milliseconds, error != NULL ? g_error_copy (error) : NULL };
}

static void
start (Desk *desk, Result *result)
{
  web_examination_start (desk->client, desk->challenge, NULL, on_examined, result);
}

static void
assert_cause (Result *result, ShikakuCause cause)
{
  g_assert_true (result->done);
  g_assert_cmpint (shikaku_error_get_cause (result->error), ==, cause);
  g_clear_error (&result->error);
  *result = (Result){ 0 };
}

/* A login without a token, else a challenge; each over a connection of its own; what was seen is told. */
static void
test_well (Desk *desk, gconstpointer unused)
{
  Result result = { 0 };

  start (desk, &result);
  fake_https_await (FAKE_HTTPS_AUTH);
  fake_https_answer_login ("token");
  fake_wait (&result.done);
  assert_cause (&result, SHIKAKU_CAUSE_NONE);
  g_assert_cmpuint (fake_https.resets, ==, 1);
  start (desk, &result);
  fake_https_await (CHALLENGE);
  fake_https_answer (CHALLENGE, 200, "{}");
  assert_cause (&result, SHIKAKU_CAUSE_NONE);
  g_assert_cmpuint (fake_https.resets, ==, 2);
  for (guint link = TRANSPORT_LINK_CREDENTIAL; link < TRANSPORT_LINK_CENTER; link++)
    g_assert_cmpint (desk->transport.links[link].state, ==, TRANSPORT_LINK_OK);
  g_assert_cmpstr (desk->transport.links[TRANSPORT_LINK_NAME].detail, ==, "2001:db8:c::1");
}

static void
test_silent_center (Desk *desk, gconstpointer unused)
{
  Result result = { 0 };

  start (desk, &result);
  fake_https_await (FAKE_HTTPS_AUTH);
  fake_https_find (FAKE_HTTPS_AUTH)->outcome->stage = HTTPS_STAGE_SECURED;
  fake_timers_pass (TRANSPORT_EXAMINATION_MILLISECONDS - 1);
  fake_settle ();
  g_assert_false (result.done);
  fake_timers_pass (1);
  fake_settle ();
  assert_cause (&result, SHIKAKU_CAUSE_CENTER_SILENT);
  g_assert_cmpint (desk->transport.links[TRANSPORT_LINK_CENTER].state, ==, TRANSPORT_LINK_FAILED);
  g_assert_cmpint (desk->transport.links[TRANSPORT_LINK_TLS].state, ==, TRANSPORT_LINK_OK);
}

/* A center whose name is not known is not asked, however often somebody examines it. */
static void
test_silent_name (Desk *desk, gconstpointer unused)
{
  fake_resolver_set_up (NULL);
  for (guint i = 0; i < 2 * WEB_WALK_LOOK_UPS_MAXIMUM; i++)
    {
      Result result = { 0 };

      start (desk, &result);
      fake_wait_while (is_not_open, desk->client);
      fake_settle ();
      fake_timers_pass (WEB_WALK_MILLISECONDS);
      fake_settle ();
      assert_cause (&result, SHIKAKU_CAUSE_NAME_SILENT);
    }
  g_assert_cmpuint (fake_resolver_asked, ==, WEB_WALK_LOOK_UPS_MAXIMUM);
  g_assert_cmpuint (fake_https_count (NULL), ==, 0);
  fake_resolver_answer (NULL);
  fake_settle ();
}

/* A token that hangs uses up most of the time; what is left is the center's. */
static void
test_silent_token (Desk *desk, gconstpointer unused)
{
  Result result = { 0 };

  fake_credential_hold (TRUE);
  start (desk, &result);
  fake_settle ();
  fake_timers_pass (WEB_EXAMINATION_OPEN_MILLISECONDS - 1);
  fake_settle ();
  g_assert_false (result.done);
  fake_timers_pass (1);
  fake_settle ();
  assert_cause (&result, SHIKAKU_CAUSE_TOKEN_MISSING);
  g_assert_cmpint (desk->transport.links[TRANSPORT_LINK_CREDENTIAL].state, ==, TRANSPORT_LINK_FAILED);
  for (guint link = TRANSPORT_LINK_LINE; link <= TRANSPORT_LINK_CENTER; link++)
    g_assert_cmpint (desk->transport.links[link].state, ==, TRANSPORT_LINK_UNKNOWN);

  start (desk, &result);
  fake_settle ();
  fake_timers_pass (WEB_EXAMINATION_OPEN_MILLISECONDS - 1);
  fake_settle ();
  fake_credential_hold (FALSE);
  fake_https_await (FAKE_HTTPS_AUTH);
  fake_timers_pass (REMAINDER);
  fake_settle ();
  g_assert_false (result.done);
  fake_timers_pass (1);
  fake_settle ();
  assert_cause (&result, SHIKAKU_CAUSE_NAME_SILENT); /* the exchange has come to nothing at all */
}

/* An answer that takes its time makes the center a slow one, and the next that does not a good one. */
static void
test_slow (Desk *desk, gconstpointer unused)
{
  Result result = { 0 };

  start (desk, &result);
  fake_https_await (FAKE_HTTPS_AUTH);
  fake_timers_pass (WEB_EXAMINATION_SLOW_MILLISECONDS + 300);
  fake_settle ();
  fake_https_answer_login ("token");
  fake_wait (&result.done);
  g_assert_cmpint (result.milliseconds, ==, WEB_EXAMINATION_SLOW_MILLISECONDS + 300);
  web_examination_note_pace (&desk->transport, result.milliseconds);
  g_assert_cmpint (desk->transport.links[TRANSPORT_LINK_CENTER].cause, ==, SHIKAKU_CAUSE_CENTER_SLOW);
  g_assert_cmpint (desk->transport.state, ==, TRANSPORT_DEGRADED);
  g_assert_cmpstr (desk->transport.links[TRANSPORT_LINK_CENTER].detail, ==, "it took 1.3 s");
  transport_note_center (&desk->transport, NULL);
  web_examination_note_pace (&desk->transport, WEB_EXAMINATION_SLOW_MILLISECONDS);
  g_assert_cmpint (desk->transport.links[TRANSPORT_LINK_CENTER].state, ==, TRANSPORT_LINK_OK);
}

/* A center that does not let the institution in has said nothing of its password: after a while that is sent again. */
static void
test_institution_refused (Desk *desk, gconstpointer unused)
{
  Result result = { 0 };

  start (desk, &result);
  fake_https_await (FAKE_HTTPS_AUTH);
  fake_https_answer (FAKE_HTTPS_AUTH, 403, "");
  fake_wait (&result.done);
  assert_cause (&result, SHIKAKU_CAUSE_INSTITUTION_REFUSED);
  start (desk, &result);
  fake_wait (&result.done);
  assert_cause (&result, SHIKAKU_CAUSE_INSTITUTION_REFUSED);
  g_assert_cmpuint (fake_https_count (NULL), ==, 0);
  fake_timers_pass (REFUSAL_MAXIMUM);
  start (desk, &result);
  fake_https_await (FAKE_HTTPS_AUTH);
  fake_https_answer_login ("token");
  fake_wait (&result.done);
  assert_cause (&result, SHIKAKU_CAUSE_NONE);
}

/* A client that is closed meanwhile ends it, in whichever step. */
static void
test_closed (Desk *desk, gconstpointer unused)
{
  Result result = { 0 };

  fake_resolver_set_up (NULL);
  start (desk, &result);
  fake_wait_while (is_not_open, desk->client);
  fake_settle ();
  g_clear_pointer (&desk->client, web_client_close);
  g_assert_error (result.error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED);
  g_clear_error (&result.error);
  fake_resolver_answer ("192.0.2.1");
  fake_settle ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/web-examination/" name, Desk, NULL, set_up, function, tear_down)
  ADD ("well", test_well);
  ADD ("silent-center", test_silent_center);
  ADD ("silent-name", test_silent_name);
  ADD ("silent-token", test_silent_token);
  ADD ("slow", test_slow);
  ADD ("institution-refused", test_institution_refused);
  ADD ("closed", test_closed);
#undef ADD
  return g_test_run ();
}
