/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* web-calls: one row a call. */
#include "center/web-calls.h"

#define FETCH_PATIENCE 6 /* times the limit of a call */

static const struct
{
  const char *path;
  gboolean registers, fetches;
} rows[] = {
  [WEB_CALL_CHALLENGE] = { "/card/challenge", FALSE, FALSE },
  [WEB_CALL_CHECK] = { "/card/check", FALSE, FALSE },
  [WEB_CALL_SEARCH] = { "/search", FALSE, FALSE },
  [WEB_CALL_RECORDS_DRUG] = { "/records/drug", FALSE, TRUE },
  [WEB_CALL_RECORDS_CHECKUP] = { "/records/checkup", FALSE, TRUE },
  [WEB_CALL_REGISTER] = { "/consent/register", TRUE, FALSE },
  [WEB_CALL_REGISTER_USE] = { "/card/register", TRUE, FALSE },
  [WEB_CALL_REGISTER_REFERENCE] = { "/reference/register", TRUE, FALSE },
  [WEB_CALL_WITHDRAW] = { "/consent/withdraw", TRUE, FALSE },
  [WEB_CALL_AUTH] = { "/auth", FALSE, FALSE },
  [WEB_CALL_CONNECT] = { "/", FALSE, FALSE },
};
G_STATIC_ASSERT (G_N_ELEMENTS (rows) == WEB_N_CALLS);

const char *
web_call_get_path (WebCall call)
{
  return rows[call].path;
}

gboolean
web_call_registers (WebCall call)
{
  return rows[call].registers;
}

gboolean
web_call_fetches (WebCall call)
{
  return rows[call].fetches;
}

guint
web_call_get_milliseconds (WebCall call, guint timeout_seconds)
{
  return timeout_seconds * 1000 * (rows[call].fetches ? FETCH_PATIENCE : 1);
}
