/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-web-walk: a name service that says what the test wants, when it wants; a time that goes by as the test says; and
 * the address of before, on the loopback.
 */
#include "center/web-walk.h"

#include "base/error.h"
#include "fake-loop.h"
#include "fake-resolver.h"
#include "fake-timer.h"

#define LOOPBACK "127.0.0.1"

typedef struct
{
  gboolean done, known_answers;
  char *addresses;
  GError *error;
} Result;

static void
on_walked (const char *addresses, gboolean known_answers, const GError *error, gpointer user_data)
{
  Result *result = user_data;

  g_assert_false (result->done);
  *result = (Result){ TRUE, known_answers, g_strdup (addresses), error != NULL ? g_error_copy (error) : NULL };
}

static void
assert_failed (Result *result, ShikakuCause cause, gboolean known_answers)
{
  g_assert_true (result->done);
  g_assert_null (result->addresses);
  g_assert_cmpint (shikaku_error_get_cause (result->error), ==, cause);
  g_assert_cmpint (result->known_answers, ==, known_answers);
  g_clear_error (&result->error);
  *result = (Result){ 0 };
}

static void
assert_found (Result *result, const char *addresses)
{
  g_assert_no_error (result->error);
  g_assert_cmpstr (result->addresses, ==, addresses);
  g_free (result->addresses);
  *result = (Result){ 0 };
}

static void
test_found (void)
{
  g_autoptr (WebWalk) walk = web_walk_new ("center.test", 443);
  g_autoptr (WebWalk) numeric = web_walk_new ("2001:db8::1", 443);
  Result result = { 0 };

  fake_resolver_set_up ("192.0.2.1");
  web_walk_start (walk, NULL, on_walked, &result);
  g_assert_false (result.done);
  fake_wait (&result.done);
  assert_found (&result, "192.0.2.1");
  web_walk_start (numeric, NULL, on_walked, &result);
  fake_wait (&result.done);
  assert_found (&result, "2001:db8::1");
  g_assert_cmpuint (fake_resolver_asked, ==, 1);
}

/* A listening socket, and a port at which nobody listens: whoever refuses is there too. */
static void
test_unknown (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  const guint port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autoptr (WebWalk) walk = web_walk_new ("center.test", port), refused = web_walk_new ("center.test", 1);
  Result result = { 0 };

  fake_resolver_set_up (NULL);
  web_walk_start (walk, NULL, on_walked, &result);
  fake_resolver_answer (NULL);
  fake_wait (&result.done);
  assert_failed (&result, SHIKAKU_CAUSE_NAME_UNKNOWN, FALSE);
  web_walk_start (walk, LOOPBACK, on_walked, &result);
  fake_resolver_answer (NULL);
  fake_wait (&result.done);
  assert_failed (&result, SHIKAKU_CAUSE_NAME_UNKNOWN, TRUE);
  web_walk_start (refused, LOOPBACK, on_walked, &result);
  fake_resolver_answer (NULL);
  fake_wait (&result.done);
  assert_failed (&result, SHIKAKU_CAUSE_NAME_UNKNOWN, TRUE);
}

static gboolean
is_not_accepted (gconstpointer flag)
{
  return !*(const gboolean *)flag;
}

static void
on_accepted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GSocketConnection) connection
      = g_socket_listener_accept_finish (G_SOCKET_LISTENER (source), result, NULL, NULL);

  g_assert_nonnull (connection);
  *(gboolean *)user_data = TRUE;
}

/* A name service that hangs is asked six times at most, however often somebody walks, each for a limited time. */
static void
test_silent (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (WebWalk) walk = web_walk_new ("center.test", g_socket_listener_add_any_inet_port (listener, NULL, NULL));
  Result result = { 0 };
  gboolean accepted = FALSE;

  fake_resolver_set_up (NULL);
  for (guint i = 0; i < 2 * WEB_WALK_LOOK_UPS_MAXIMUM; i++)
    {
      web_walk_start (walk, NULL, on_walked, &result);
      fake_timers_pass (WEB_WALK_MILLISECONDS - 1);
      fake_settle ();
      g_assert_false (result.done);
      fake_timers_pass (1);
      fake_settle ();
      assert_failed (&result, SHIKAKU_CAUSE_NAME_SILENT, FALSE);
    }
  g_assert_cmpuint (fake_resolver_asked, ==, WEB_WALK_LOOK_UPS_MAXIMUM);

  g_socket_listener_accept_async (listener, NULL, on_accepted, &accepted);
  web_walk_start (walk, LOOPBACK, on_walked, &result);
  fake_timers_pass (WEB_WALK_MILLISECONDS / 2); /* the address of before is tried */
  fake_settle ();
  fake_wait_while (is_not_accepted, &accepted);
  fake_settle ();
  fake_timers_pass (WEB_WALK_MILLISECONDS);
  fake_settle ();
  assert_failed (&result, SHIKAKU_CAUSE_NAME_SILENT, TRUE);

  web_walk_start (walk, NULL, on_walked, &result);
  fake_resolver_answer ("192.0.2.7"); /* the first question's answer, at last */
  fake_wait (&result.done);
  assert_found (&result, "192.0.2.7");
}

/* What an earlier question failed for is old: the name service may be well again. */
static void
test_old (void)
{
  g_autoptr (WebWalk) walk = web_walk_new ("center.test", 443);
  Result result = { 0 };

  fake_resolver_set_up (NULL);
  web_walk_start (walk, NULL, on_walked, &result);
  fake_timers_pass (WEB_WALK_MILLISECONDS);
  fake_settle ();
  assert_failed (&result, SHIKAKU_CAUSE_NAME_SILENT, FALSE);
  web_walk_start (walk, NULL, on_walked, &result);
  fake_resolver_answer_first (NULL);
  fake_settle ();
  g_assert_false (result.done);
  fake_resolver_answer ("192.0.2.1");
  fake_wait (&result.done);
  assert_found (&result, "192.0.2.1");
}

/* Who frees it is told; the thread that hangs ends after that. */
static void
test_free (void)
{
  WebWalk *walk = web_walk_new ("center.test", 443);
  Result result = { 0 };

  fake_resolver_set_up (NULL);
  web_walk_start (walk, LOOPBACK, on_walked, &result);
  web_walk_free (walk);
  g_assert_error (result.error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED);
  g_clear_error (&result.error);
  fake_resolver_answer ("192.0.2.1");
  fake_settle ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/web-walk/found", test_found);
  g_test_add_func ("/web-walk/unknown", test_unknown);
  g_test_add_func ("/web-walk/silent", test_silent);
  g_test_add_func ("/web-walk/old", test_old);
  g_test_add_func ("/web-walk/free", test_free);
  return g_test_run ();
}
