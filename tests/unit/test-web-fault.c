/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-web-fault: every status, and every place in which an exchange falls silent, has its error and its cause. */
#include "center/web-fault.h"

#include <string.h>

#include "base/error.h"

static GUri *
new_uri (void)
{
  return https_parse_uri ("https://center.test/base/auth");
}

static void
test_status (void)
{
  static const struct
  {
    guint status;
    gboolean is_login;
    ShikakuError error;
    ShikakuCause cause;
  } rows[] = {
    { 204, FALSE, SHIKAKU_ERROR_MESSAGE_INVALID, SHIKAKU_CAUSE_ANSWER_INVALID },
    { 301, TRUE, SHIKAKU_ERROR_MESSAGE_INVALID, SHIKAKU_CAUSE_REDIRECTED },
    { 302, FALSE, SHIKAKU_ERROR_MESSAGE_INVALID, SHIKAKU_CAUSE_REDIRECTED },
    { 400, TRUE, SHIKAKU_ERROR_MESSAGE_INVALID, SHIKAKU_CAUSE_PATH_WRONG },
    { 401, TRUE, SHIKAKU_ERROR_CENTER_REFUSED, SHIKAKU_CAUSE_ACCOUNT_REFUSED },
    { 401, FALSE, SHIKAKU_ERROR_CENTER_REFUSED, SHIKAKU_CAUSE_CENTER_REFUSES },
    { 403, TRUE, SHIKAKU_ERROR_CENTER_REFUSED, SHIKAKU_CAUSE_INSTITUTION_REFUSED },
    { 403, FALSE, SHIKAKU_ERROR_CENTER_REFUSED, SHIKAKU_CAUSE_INSTITUTION_REFUSED },
    { 404, TRUE, SHIKAKU_ERROR_MESSAGE_INVALID, SHIKAKU_CAUSE_PATH_WRONG },
    { 405, FALSE, SHIKAKU_ERROR_MESSAGE_INVALID, SHIKAKU_CAUSE_PATH_WRONG },
    { 408, TRUE, SHIKAKU_ERROR_CENTER_UNREACHABLE, SHIKAKU_CAUSE_CENTER_FAULTY },
    { 429, FALSE, SHIKAKU_ERROR_CENTER_BUSY, SHIKAKU_CAUSE_CENTER_BUSY },
    { 500, FALSE, SHIKAKU_ERROR_CENTER_UNREACHABLE, SHIKAKU_CAUSE_CENTER_FAULTY },
    { 503, TRUE, SHIKAKU_ERROR_CENTER_BUSY, SHIKAKU_CAUSE_CENTER_BUSY },
    { 600, FALSE, SHIKAKU_ERROR_MESSAGE_INVALID, SHIKAKU_CAUSE_ANSWER_INVALID },
  };
  g_autoptr (GUri) uri = new_uri ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const HttpsOutcome outcome = { .status = rows[i].status, .retry_after_seconds = 30 };
      g_autoptr (GError) error = web_fault_new_status (uri, &outcome, rows[i].is_login);
      guint seconds = 0;

      g_assert_error (error, SHIKAKU_ERROR, (int)rows[i].error);
      g_assert_cmpint (shikaku_error_get_cause (error), ==, (int)rows[i].cause);
      g_assert_nonnull (strstr (error->message, "https://center.test/base/auth"));
      g_assert_cmpint (shikaku_error_get_retry_after (error, &seconds), ==, rows[i].error == SHIKAKU_ERROR_CENTER_BUSY);
    }
}

static void
test_silence (void)
{
  static const struct
  {
    HttpsOutcome outcome;
    ShikakuCause cause;
  } rows[] = {
    { { .stage = HTTPS_STAGE_NONE }, SHIKAKU_CAUSE_NAME_SILENT },
    { { .stage = HTTPS_STAGE_NONE, .resolved = TRUE }, SHIKAKU_CAUSE_LINE_SILENT },
    { { .stage = HTTPS_STAGE_CONNECTED, .resolved = TRUE }, SHIKAKU_CAUSE_TLS_SILENT },
    { { .stage = HTTPS_STAGE_SECURED, .resolved = TRUE }, SHIKAKU_CAUSE_CENTER_SILENT },
    { { .stage = HTTPS_STAGE_ANSWERED, .resolved = TRUE }, SHIKAKU_CAUSE_CENTER_SILENT },
  };
  g_autoptr (GUri) uri = new_uri ();
  g_autoptr (GError) unknown = web_fault_new_silence (uri, NULL, 2);

  g_assert_cmpint (shikaku_error_get_cause (unknown), ==, SHIKAKU_CAUSE_NONE);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = web_fault_new_silence (uri, &rows[i].outcome, 2);

      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_UNREACHABLE);
      g_assert_cmpint (shikaku_error_get_cause (error), ==, (int)rows[i].cause);
      g_assert_nonnull (strstr (error->message, "center.test"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/web-fault/status", test_status);
  g_test_add_func ("/web-fault/silence", test_silence);
  return g_test_run ();
}
