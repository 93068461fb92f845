/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-report: see the header. In: the words of a visit that ends. Out: one journal entry that says how it ended and
 * where its time went, and the numbers of the statistics.
 */
#include "visit/visit-report.h"

#include "base/log.h"
#include "base/message-ids.h"

#define TEXT_SIZE 24 /* of a number */

static void
count_end (const VisitReport *report, Statistics *statistics)
{
  static const StatisticsCounter answers[] = {
    [ELIGIBILITY_ELIGIBLE] = STATISTICS_ELIGIBLE,
    [ELIGIBILITY_NOT_ELIGIBLE] = STATISTICS_NOT_ELIGIBLE,
    [ELIGIBILITY_UNKNOWN] = STATISTICS_UNKNOWN,
  };

  static const StatisticsCounter evidences[VISIT_N_EVIDENCES] = {
    [VISIT_EVIDENCE_CARD] = STATISTICS_EVIDENCE_CARD,
    [VISIT_EVIDENCE_NUMBER] = STATISTICS_EVIDENCE_NUMBER,
    [VISIT_EVIDENCE_TERMINAL] = STATISTICS_EVIDENCE_TERMINAL,
  };

  statistics_count_visit (statistics, report->origin, report->state);
  if (report->eligibility != NULL)
    {
      statistics_count (statistics, answers[report->eligibility->answer]);
      statistics_count (statistics, evidences[visit_origin_get (report->origin)->evidence]);
    }
  else
    statistics_count_failure (statistics, (ShikakuError)report->error->code);
  statistics_count_times (statistics, report->clock);
}

static double
get_seconds (const VisitReport *report, VisitPart part)
{
  return (double)report->clock->parts[part] / G_USEC_PER_SEC;
}

static void
write_entry (const VisitReport *report)
{
  const Eligibility *eligibility = report->eligibility;
  const char *outcome = eligibility != NULL ? eligibility_answer_to_string (eligibility->answer)
                                            : shikaku_error_get_short_name ((ShikakuError)report->error->code);
  const GError *cause = eligibility != NULL ? eligibility->cause : report->error;
  const char *code = cause != NULL ? shikaku_error_get_plain_code (cause) : NULL;
  gboolean is_unknown = eligibility != NULL && eligibility->answer == ELIGIBILITY_UNKNOWN;
  char times[VISIT_N_PARTS][TEXT_SIZE];
  const LogField fields[] = {
    { "SHIKAKU_USER", report->caller },
    { "SHIKAKU_ORIGIN", visit_origin_get (report->origin)->word },
    { "SHIKAKU_METHOD", *report->method != '\0' ? report->method : NULL },
    { "SHIKAKU_READER", report->reader },
    { eligibility != NULL ? "SHIKAKU_ANSWER" : "SHIKAKU_ERROR", outcome },
    { "SHIKAKU_REASON", is_unknown ? eligibility->reason : NULL },
    { "SHIKAKU_CENTER_CODE", code },
    { "SHIKAKU_STATE", eligibility != NULL ? NULL : visit_state_to_string (report->before) },
    { "SHIKAKU_TIME_CARD_USEC", times[VISIT_PART_CARD] },
    { "SHIKAKU_TIME_PERSON_USEC", times[VISIT_PART_PERSON] },
    { "SHIKAKU_TIME_CENTER_USEC", times[VISIT_PART_CENTER] },
    { "SHIKAKU_TIME_OWN_USEC", times[VISIT_PART_OWN] },
    { NULL, NULL },
  };

  for (guint i = 0; i < VISIT_N_PARTS; i++)
    g_snprintf (times[i], TEXT_SIZE, "%" G_GINT64_FORMAT, report->clock->parts[i]);
  log_event (report->state == VISIT_FAILED ? LOG_NOTICE : LOG_INFO,
             eligibility != NULL ? SHIKAKU_MESSAGE_VISIT_FINISHED : SHIKAKU_MESSAGE_VISIT_FAILED, report->path, fields,
             "visit: %s -> %s (%s%s%s; card %.3f s, person %.3f s, center %.3f s, own %.3f s)",
             visit_state_to_string (report->before), visit_state_to_string (report->state), outcome,
             code != NULL ? ", code " : "", code != NULL ? code : "", get_seconds (report, VISIT_PART_CARD),
             get_seconds (report, VISIT_PART_PERSON), get_seconds (report, VISIT_PART_CENTER),
             get_seconds (report, VISIT_PART_OWN));
}

void
visit_report_end (const VisitReport *report, Statistics *statistics)
{
  count_end (report, statistics);
  write_entry (report);
}
