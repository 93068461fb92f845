/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* web-fault: see the header. No text of the center's goes further, only host, port and path, which are ours. */
#include "center/web-fault.h"

#include "base/error.h"

#define STATUS_UNAUTHORIZED 401
#define STATUS_FORBIDDEN 403
#define STATUS_TOO_SLOW_REQUEST 408
#define STATUS_TOO_MANY_REQUESTS 429
#define STATUS_UNAVAILABLE 503

static ShikakuError
judge_status (guint status, gboolean is_login, ShikakuCause *ret_cause)
{
  switch (status)
    {
    case STATUS_TOO_MANY_REQUESTS:
    case STATUS_UNAVAILABLE:
      *ret_cause = SHIKAKU_CAUSE_CENTER_BUSY;
      return SHIKAKU_ERROR_CENTER_BUSY;
    case STATUS_FORBIDDEN: /* it knows who asks, and a password that is wrong is 401 */
      *ret_cause = SHIKAKU_CAUSE_INSTITUTION_REFUSED;
      return SHIKAKU_ERROR_CENTER_REFUSED;
    case STATUS_UNAUTHORIZED:
      *ret_cause = is_login ? SHIKAKU_CAUSE_ACCOUNT_REFUSED : SHIKAKU_CAUSE_CENTER_REFUSES;
      return SHIKAKU_ERROR_CENTER_REFUSED;
    case STATUS_TOO_SLOW_REQUEST:
      *ret_cause = SHIKAKU_CAUSE_CENTER_FAULTY;
      return SHIKAKU_ERROR_CENTER_UNREACHABLE;
    default:
      *ret_cause = status / 100 == 5   ? SHIKAKU_CAUSE_CENTER_FAULTY
                   : status / 100 == 4 ? SHIKAKU_CAUSE_PATH_WRONG
                   : status / 100 == 3 ? SHIKAKU_CAUSE_REDIRECTED
                                       : SHIKAKU_CAUSE_ANSWER_INVALID;
      return status / 100 == 5 ? SHIKAKU_ERROR_CENTER_UNREACHABLE : SHIKAKU_ERROR_MESSAGE_INVALID;
    }
}

GError *
web_fault_new_status (GUri *uri, const HttpsOutcome *outcome, gboolean is_login)
{
  g_autofree char *text = g_uri_to_string (uri);
  GError *error = NULL;
  ShikakuCause cause;
  ShikakuError code = judge_status (outcome->status, is_login, &cause);

  shikaku_error_set (&error, code, cause, "%s was answered with HTTP status %u%s", text, outcome->status,
                     cause == SHIKAKU_CAUSE_REDIRECTED ? ": redirects are not followed" : "");
  if (code == SHIKAKU_ERROR_CENTER_BUSY && outcome->retry_after_seconds >= 0)
    shikaku_error_set_retry_after (error, (guint)outcome->retry_after_seconds);
  return error;
}

GError *
web_fault_new_silence (GUri *uri, const HttpsOutcome *outcome, guint seconds)
{
  const ShikakuCause cause = outcome != NULL ? https_get_silent_cause (outcome) : SHIKAKU_CAUSE_NONE;
  const char *host = g_uri_get_host (uri);
  GError *error = NULL;

  if (cause == SHIKAKU_CAUSE_NAME_SILENT)
    shikaku_error_set (&error, SHIKAKU_ERROR_CENTER_UNREACHABLE, cause,
                       "the name service has not told the address of %s within %u s", host, seconds);
  else
    shikaku_error_set (&error, SHIKAKU_ERROR_CENTER_UNREACHABLE, cause, "%s port %d did not answer within %u s%s", host,
                       g_uri_get_port (uri), seconds,
                       cause == SHIKAKU_CAUSE_TLS_SILENT ? ": it takes connections, and does not speak TLS" : "");
  return error;
}
