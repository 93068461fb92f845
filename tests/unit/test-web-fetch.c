/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-web-fetch: a call for a document, on a line that does what the test says: it may take long as long as it goes on
 * to come, it is asked for again, and it belongs to whoever takes it.
 */
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "center/web-client.h"
#include "fake-https.h"
#include "fake-loop.h"
#include "fake-timer.h"

#define TIMEOUT_SECONDS 1000
#define TIMEOUT (TIMEOUT_SECONDS * 1000)
#define PAUSE_MAXIMUM 2000
#define PATIENCE 6 /* times the timeout */
#define RECORDS "/base/records/drug"
#define CHECKUPS "/base/records/checkup"

typedef struct
{
  WebClient *client;
  Transport transport;
} Desk;

typedef struct
{
  guint done;
  gboolean takes; /* the document, in its callback */
  DocumentFile *document;
  char *body, *identifier;
  gboolean is_pdf;
  GError *error;
} Result;

static void
set_up (Desk *desk, gconstpointer unused)
{
  const WebApiSettings settings
      = { .url = "https://center.test/base", .institution_code = "1311234567", .timeout_seconds = TIMEOUT_SECONDS };

  fake_https_clear ();
  desk->client = web_client_new (&settings);
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
  g_assert_cmpuint (fake_https.connections, ==, 0);
  transport_forget_links (&desk->transport, TRANSPORT_LINK_CREDENTIAL);
}

static void
on_fetched (WebClientAnswer *answer, const GError *error, gpointer user_data)
{
  Result *result = user_data;

  g_assert_cmpuint (result->done++, ==, 0);
  g_assert_true ((answer != NULL) != (error != NULL));
  result->error = error != NULL ? g_error_copy (error) : NULL;
  if (answer == NULL)
    return;
  g_assert_true ((answer->document != NULL) != (answer->body != NULL));
  result->is_pdf = answer->is_pdf;
  result->identifier = g_strdup (answer->identifier);
  if (answer->body != NULL)
    result->body = g_strndup (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body));
  if (result->takes)
    result->document = g_steal_pointer (&answer->document);
}

static void
result_clear (Result *result)
{
  g_assert_cmpuint (result->done, ==, 1);
  g_free (result->body);
  g_free (result->identifier);
  g_clear_error (&result->error);
  document_file_free (result->document);
  *result = (Result){ 0 };
}

static void
start (Desk *desk, WebCall kind, GCancellable *cancellable, Result *result)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("request", 7);

  web_client_fetch (desk->client, kind, body, cancellable, on_fetched, result);
}

/* begin: a fetch that is under way, by a client that has its token. */
static FakeExchange *
begin (Desk *desk, Result *result)
{
  start (desk, WEB_CALL_RECORDS_DRUG, NULL, result);
  if (!web_client_has_token (desk->client))
    fake_https_answer_login ("first");
  fake_https_await (RECORDS);
  return fake_https_find (RECORDS);
}

/* give: the document comes to its end. */
static void
give (FakeExchange *exchange, const char *content, gboolean is_pdf)
{
  exchange->outcome->stage = HTTPS_STAGE_ANSWERED;
  exchange->outcome->status = 200;
  exchange->outcome->document = document_file_new (NULL);
  exchange->outcome->is_pdf = is_pdf;
  exchange->outcome->identifier = g_strdup ("an-identifier");
  g_assert_true (document_file_add (exchange->outcome->document, (const guint8 *)content, strlen (content), NULL));
  fake_https_end (exchange, NULL);
}

static void
assert_failed (Result *result, ShikakuError code)
{
  g_assert_cmpuint (result->done, ==, 1);
  g_assert_error (result->error, SHIKAKU_ERROR, (int)code);
  result_clear (result);
}

static void
test_document (Desk *desk, gconstpointer unused)
{
  Result result = { .takes = TRUE };
  FakeExchange *exchange = begin (desk, &result);

  g_assert_true (exchange->query);
  give (exchange, "%PDF-", TRUE);
  g_assert_no_error (result.error);
  g_assert_true (result.is_pdf);
  g_assert_cmpstr (result.identifier, ==, "an-identifier");
  g_assert_cmpuint (document_file_get_size (result.document), ==, 5);
  result_clear (&result);

  begin (desk, &result);
  give (fake_https_find (RECORDS), "<XmlMsg/>", FALSE); /* nobody takes it: it is freed */
  g_assert_false (result.is_pdf);
  result_clear (&result);

  start (desk, WEB_CALL_RECORDS_CHECKUP, NULL, &result);
  fake_https_answer (CHECKUPS, 200, "a refusal");
  g_assert_cmpstr (result.body, ==, "a refusal");
  result_clear (&result);
}

/* Asked for again where the line broke, where the token was refused and where the center was busy. */
static void
test_repeats (Desk *desk, gconstpointer unused)
{
  Result result = { 0 };

  begin (desk, &result);
  fake_https_break_off (RECORDS, HTTPS_STAGE_ANSWERED, SHIKAKU_ERROR_CENTER_UNREACHABLE, TRUE);
  fake_timers_pass (PAUSE_MAXIMUM);
  fake_https_await (RECORDS);
  fake_https_answer (RECORDS, 401, "");
  fake_https_answer_login ("second");
  fake_https_await (RECORDS);
  g_assert_cmpstr (fake_https_find (RECORDS)->token, ==, "second");
  fake_https_answer (RECORDS, 503, "");
  fake_timers_pass (PAUSE_MAXIMUM);
  fake_https_await (RECORDS);
  give (fake_https_find (RECORDS), "<XmlMsg/>", FALSE);
  g_assert_no_error (result.error);
  result_clear (&result);
}

/* Something has to come within each time of a call; what comes is given up with the call. */
static void
test_progress (Desk *desk, gconstpointer unused)
{
  Result result = { 0 };
  FakeExchange *exchange = begin (desk, &result);

  for (guint i = 1; i <= 3; i++)
    {
      exchange->outcome->received = i;
      fake_timers_pass (TIMEOUT);
      fake_settle ();
      g_assert_cmpuint (result.done, ==, 0);
    }
  fake_timers_pass (TIMEOUT);
  fake_settle ();
  assert_failed (&result, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  fake_https_end_cancelled (RECORDS);

  exchange = begin (desk, &result); /* it comes, and does not come to its end */
  for (guint i = 1; i <= PATIENCE; i++)
    {
      g_assert_cmpuint (result.done, ==, 0);
      exchange->outcome->received = i;
      fake_timers_pass (TIMEOUT);
      fake_settle ();
    }
  assert_failed (&result, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  fake_https_end_cancelled (RECORDS);

  exchange = begin (desk, &result); /* nothing has come at all */
  fake_timers_pass (TIMEOUT);
  fake_settle ();
  assert_failed (&result, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  give (exchange, "<XmlMsg/>", FALSE); /* too late: nobody is told, and nothing of it is left */
}

static void
test_cancel (Desk *desk, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Result result = { 0 };

  begin (desk, &result);
  give (fake_https_find (RECORDS), "<XmlMsg/>", FALSE);
  result_clear (&result);
  start (desk, WEB_CALL_RECORDS_DRUG, cancellable, &result);
  fake_https_find (RECORDS)->outcome->received = 1; /* though it goes on to come */
  g_cancellable_cancel (cancellable);
  fake_settle ();
  assert_failed (&result, SHIKAKU_ERROR_CANCELLED);
  fake_https_end_cancelled (RECORDS);

  begin (desk, &result);
  g_clear_pointer (&desk->client, web_client_close);
  assert_failed (&result, SHIKAKU_ERROR_CANCELLED);
  fake_https_end_cancelled (RECORDS);
}

int
main (int argc, char **argv)
{
#define ADD(name, function) g_test_add ("/web-fetch/" name, Desk, NULL, set_up, function, tear_down)
  g_test_init (&argc, &argv, NULL);
  ADD ("document", test_document);
  ADD ("repeats", test_repeats);
  ADD ("progress", test_progress);
  ADD ("cancel", test_cancel);
#undef ADD
  return g_test_run ();
}
