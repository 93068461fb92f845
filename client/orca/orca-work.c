/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-work: see the header. */
#include "client/orca/orca-work.h"

#include <string.h>

#include "base/message-ids.h"

#define DELAY_SECONDS_MAXIMUM 3600u
#define CODE_IN_USE "E90"

void
orca_work_note_reply (OrcaWork *work, const OrcaReply *reply)
{
  gboolean is_away = reply->kind != ORCA_REPLY_ANSWERED;

  if (is_away == work->is_away)
    return;
  work->is_away = is_away;
  if (is_away)
    orca_report_log (G_LOG_LEVEL_WARNING, SHIKAKU_MESSAGE_ORCA_UNREACHABLE, "ORCA cannot be used: %s", reply->why);
  else
    orca_report_log (G_LOG_LEVEL_MESSAGE, SHIKAKU_MESSAGE_ORCA_FOUND, "ORCA can be used again");
}

/* What @reply comes to; what of it is kept goes out of it. */
static OrcaPostOutcome
judge (OrcaWork *work, OrcaReply *reply, JsonObject **ret_answer, char **ret_code)
{
  OrcaPostOutcome outcome = ORCA_POST_TAKEN;

  orca_work_note_reply (work, reply);
  if (reply->kind != ORCA_REPLY_ANSWERED)
    {
      *ret_code = g_steal_pointer (&reply->why);
      return reply->kind == ORCA_REPLY_UNSENT ? ORCA_POST_AGAIN : ORCA_POST_UNKNOWN;
    }
  if (!orca_part_has_succeeded (reply->record))
    {
      *ret_code = g_strdup (orca_json_get_code (reply->record, "Api_Result"));
      outcome = strcmp (*ret_code, CODE_IN_USE) == 0 ? ORCA_POST_AGAIN : ORCA_POST_REFUSED;
    }
  if (ret_answer != NULL && outcome != ORCA_POST_AGAIN)
    *ret_answer = g_steal_pointer (&reply->record);
  return outcome;
}

OrcaPostOutcome
orca_work_post (OrcaWork *work, const char *path, const char *name, JsonObject *record, JsonObject **ret_answer,
                char **ret_code)
{
  g_auto (OrcaReply) reply = { ORCA_REPLY_UNSENT, NULL, NULL };

  orca_http_post (work->http, path, name, record, &reply);
  return judge (work, &reply, ret_answer, ret_code);
}

OrcaPostOutcome
orca_work_post_array (OrcaWork *work, const char *path, JsonArray *records, char **ret_code)
{
  g_auto (OrcaReply) reply = { ORCA_REPLY_UNSENT, NULL, NULL };

  orca_http_post_array (work->http, path, records, &reply);
  return judge (work, &reply, NULL, ret_code);
}

guint
orca_work_get_delay (const OrcaWork *work, guint tries)
{
  return tries > 10 ? DELAY_SECONDS_MAXIMUM : MIN (DELAY_SECONDS_MAXIMUM, work->settings->retry_seconds << tries);
}

void
orca_work_set_now (JsonObject *record, const char *date, const char *time)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *today = g_date_time_format (now, "%Y-%m-%d");
  g_autofree char *clock = g_date_time_format (now, "%H:%M:%S");

  orca_json_set_text (record, "Information_Date", *date != '\0' ? date : today);
  orca_json_set_text (record, "Information_Time", *time != '\0' ? time : clock);
}
