/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-report: see the header. */
#include "client/orca/orca-report.h"

#include "base/message-ids.h"

#define DELAY_SECONDS_MAXIMUM 3600u
#define REGISTER "01" /* onshicond: a failure begins */

/* The same in English for the journal, and in the language of ORCA, which has no other. */
typedef struct
{
  const char *code; /* nine characters, of ours */
  const char *message_id;
  const char *english, *japanese;
} Report;

static const Report reports[ORCA_N_REPORTS] = {
  [ORCA_REPORT_QUESTION_LOST]
  = { "SHKO0001E", SHIKAKU_MESSAGE_ORCA_QUESTION_LOST, "a request of ORCA's was lost: it has to be made again in ORCA",
      "資格確認の要求が失われました。もう一度、照会してください。" },
  [ORCA_REPORT_POST_UNKNOWN] = { "SHKO0002E", SHIKAKU_MESSAGE_ORCA_POST_UNKNOWN,
                                 "whether a face result is in ORCA is unknown: a person decides: shikaku-orca pending",
                                 "顔認証の結果がＯＲＣＡに登録されたか不明です。受付一覧で確認してください。" },
  [ORCA_REPORT_CUT_INSTITUTIONS]
  = { "SHKO0003W", SHIKAKU_MESSAGE_ORCA_CUT, "ORCA does not take all institutions of a month: some are missing there",
      "薬剤情報：１か月に６医療機関までです。登録されていない医療機関があります。" },
  [ORCA_REPORT_CUT_PRESCRIPTIONS]
  = { "SHKO0004W", SHIKAKU_MESSAGE_ORCA_CUT, "ORCA does not take e-prescriptions: they are missing there",
      "電子処方箋の処方・調剤情報はＯＲＣＡに登録されません。" },
  [ORCA_REPORT_CUT_ENTRIES] = { "SHKO0005W", SHIKAKU_MESSAGE_ORCA_CUT,
                                "ORCA does not take so many days, medicines or items: some are missing there",
                                "件数が多いため、薬剤・健診情報の一部がＯＲＣＡに登録されていません。" },
  [ORCA_REPORT_INCOMPLETE]
  = { "SHKO0006W", SHIKAKU_MESSAGE_ORCA_CUT, "the center gave a part of the records only: the rest is missing in ORCA",
      "センターから一部の情報だけ取得しました。不足があります。" },
  [ORCA_REPORT_CENTER_AWAY]
  = { "SHKO0007W", SHIKAKU_MESSAGE_ORCA_FAILED, "the center, or shikakud, does not answer: it is tried again",
      "オンライン資格確認に接続できません。自動で再送します。" },
  [ORCA_REPORT_CHECK_FAILED] = { "SHKO0008E", SHIKAKU_MESSAGE_ORCA_FAILED, "a check that ORCA wants cannot be made",
                                 "資格確認の照会ができませんでした。保険者番号などを確認してください。" },
  [ORCA_REPORT_RECORDS_REFUSED]
  = { "SHKO0009W", SHIKAKU_MESSAGE_ORCA_FAILED, "records that ORCA wants are not given out",
      "薬剤・健診情報を取得できませんでした。患者の同意を確認してください。" },
  [ORCA_REPORT_REFERENCE_FAILED] = { "SHKO0010W", SHIKAKU_MESSAGE_ORCA_FAILED, "a reference number was not registered",
                                     "照会番号を登録できませんでした。" },
  [ORCA_REPORT_NOT_POSSIBLE] = { "SHKO0011W", SHIKAKU_MESSAGE_ORCA_FAILED, "ORCA wants what shikaku-orca cannot do",
                                 "この要求には対応していません。資格確認端末で操作してください。" },
  [ORCA_REPORT_ORCA_REFUSED] = { "SHKO0012E", SHIKAKU_MESSAGE_ORCA_FAILED, "ORCA did not take what it was given",
                                 "ＯＲＣＡに登録できませんでした。" },
  [ORCA_REPORT_FACE_UNREADABLE] = { "SHKO0013E", SHIKAKU_MESSAGE_ORCA_FAILED, "a face result cannot be read",
                                    "顔認証の結果を読み込めませんでした。" },
  [ORCA_REPORT_WITHDRAWAL_FAILED]
  = { "SHKO0014W", SHIKAKU_MESSAGE_ORCA_FAILED, "consents were not withdrawn", "閲覧同意を取り消せませんでした。" },
  [ORCA_REPORT_LIST_FAILED]
  = { "SHKO0015W", SHIKAKU_MESSAGE_ORCA_FAILED, "who has consented to home or online care was not told",
      "訪問・オンライン診療の同意者一覧を取得できませんでした。もう一度、取得してください。" },
  [ORCA_REPORT_LIST_UNKNOWN]
  = { "SHKO0016E", SHIKAKU_MESSAGE_ORCA_FAILED,
      "whether all of a list of who has consented is in ORCA is unknown: look there, and ask for it once more if not",
      "同意者一覧がすべて登録されたか不明です。確認し、不足があればもう一度、取得してください。" },
};

void
orca_report_log (GLogLevelFlags level, const char *message_id, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (message_id != NULL)
    g_log_structured ("shikaku-orca", level, "MESSAGE_ID", message_id, "MESSAGE", "%s", text);
  else
    g_log_structured ("shikaku-orca", level, "MESSAGE", "%s", text);
}

void
orca_report (OrcaStore *store, const char *origin, OrcaReportKind kind, guint number, const char *why)
{
  const Report *report = &reports[kind];
  g_autofree char *count = number > 0 ? g_strdup_printf (" (%u)", number) : g_strdup ("");
  gboolean is_new = TRUE;

  orca_store_note_failure (store, origin, (gint)kind, number, &is_new, NULL);
  if (is_new)
    orca_report_log (G_LOG_LEVEL_WARNING, report->message_id, "%s%s%s%s [%.8s]", report->english, count,
                     why != NULL ? ": " : "", why != NULL ? why : "", origin);
}

/* The record of onshicond. (transfer full). */
static JsonObject *
make_condition (const OrcaFailure *failure, const OrcaSettings *settings)
{
  const Report *report = &reports[CLAMP (failure->kind, 0, ORCA_N_REPORTS - 1)];
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_local (failure->at);
  g_autofree char *date = g_date_time_format (at, "%Y%m%d");
  g_autofree char *time = g_date_time_format (at, "%H%M%S00"); /* HHMMSSss */
  g_autofree char *text = g_strconcat (*failure->patient != '\0' ? "患者番号" : "", failure->patient,
                                       *failure->patient != '\0' ? "：" : "", report->japanese, NULL);
  JsonObject *record = json_object_new ();

  json_object_set_string_member (record, "Request_Number", REGISTER);
  json_object_set_string_member (record, "Failure_Date", date);
  json_object_set_string_member (record, "Failure_Time", time);
  json_object_set_string_member (record, "Terminal_No", "01");
  json_object_set_string_member (record, "Terminal_Name", settings->terminal);
  json_object_set_string_member (record, "ErrorCode", report->code);
  json_object_set_string_member (record, "ErrorMessage", text);
  return record;
}

gboolean
orca_report_send (OrcaStore *store, OrcaHttp *http, const OrcaSettings *settings)
{
  g_autoptr (OrcaFailure) failure = orca_store_next_failure (store, NULL);
  g_autoptr (JsonObject) record = failure != NULL ? make_condition (failure, settings) : NULL;
  g_auto (OrcaReply) reply = { ORCA_REPLY_UNSENT, NULL, NULL };

  if (failure == NULL)
    return FALSE;
  orca_http_post (http, "orca71/onshicond", "onshicondreq", record, &reply);
  if (reply.kind == ORCA_REPLY_ANSWERED && orca_part_has_succeeded (reply.record))
    return orca_store_end_failure (store, failure->id, NULL);
  if (reply.kind == ORCA_REPLY_ANSWERED)
    orca_report_log (G_LOG_LEVEL_MESSAGE, NULL, "ORCA's screen does not take a report: %s",
                     orca_json_get_code (reply.record, "Api_Result"));
  orca_store_delay_failure (store, failure->id,
                            MIN (DELAY_SECONDS_MAXIMUM, settings->retry_seconds << MIN (failure->tries, 10)), NULL);
  return FALSE;
}
