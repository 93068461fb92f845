/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-report: the end of a visit, for those who run the desk. In: a visit that ends. Out: one journal entry that says
 * how and where its time went, and the numbers of the statistics. Nothing in it tells who the patient was.
 */
#include "visit/visit-private.h"

#include <string.h>

#include "base/log.h"
#include "base/message-ids.h"

#define TEXT_SIZE 24 /* of a number */

static void
count (Visit *visit, VisitState state)
{
  static const StatisticsCounter answers[] = {
    [ELIGIBILITY_ELIGIBLE] = STATISTICS_ELIGIBLE,
    [ELIGIBILITY_NOT_ELIGIBLE] = STATISTICS_NOT_ELIGIBLE,
    [ELIGIBILITY_UNKNOWN] = STATISTICS_UNKNOWN,
  };
  StatisticsCounter first = strcmp (visit->origin, "card") == 0 ? STATISTICS_CARD_DONE : STATISTICS_NUMBER_DONE;
  Statistics *statistics = visit->host->statistics;

  statistics_count (statistics, first + (state - VISIT_DONE));
  if (state == VISIT_DONE)
    statistics_count (statistics, answers[visit->eligibility->answer]);
  else
    statistics_count_failure (statistics, (ShikakuError)visit->error->code);
  statistics_count_times (statistics, &visit->clock);
}

static double
get_seconds (Visit *visit, VisitPart part)
{
  return (double)visit->clock.parts[part] / G_USEC_PER_SEC;
}

static void
write_entry (Visit *visit, VisitState before, VisitState state)
{
  gboolean done = state == VISIT_DONE;
  const char *outcome = done ? eligibility_answer_to_string (visit->eligibility->answer)
                             : shikaku_error_get_short_name ((ShikakuError)visit->error->code);
  char times[VISIT_N_PARTS][TEXT_SIZE];
  const LogField fields[] = {
    { "SHIKAKU_USER", visit->caller },
    { "SHIKAKU_ORIGIN", visit->origin },
    { "SHIKAKU_METHOD", *visit->method != '\0' ? visit->method : NULL },
    { "SHIKAKU_READER", visit->reader_path },
    { done ? "SHIKAKU_ANSWER" : "SHIKAKU_ERROR", outcome },
    { "SHIKAKU_REASON", done && visit->eligibility->answer == ELIGIBILITY_UNKNOWN ? visit->eligibility->reason : NULL },
    { "SHIKAKU_STATE", done ? NULL : visit_state_to_string (before) },
    { "SHIKAKU_TIME_CARD_USEC", times[VISIT_PART_CARD] },
    { "SHIKAKU_TIME_PERSON_USEC", times[VISIT_PART_PERSON] },
    { "SHIKAKU_TIME_CENTER_USEC", times[VISIT_PART_CENTER] },
    { "SHIKAKU_TIME_OWN_USEC", times[VISIT_PART_OWN] },
    { NULL, NULL },
  };

  for (guint i = 0; i < VISIT_N_PARTS; i++)
    g_snprintf (times[i], TEXT_SIZE, "%" G_GINT64_FORMAT, visit->clock.parts[i]);
  log_event (state == VISIT_FAILED ? LOG_NOTICE : LOG_INFO,
             done ? SHIKAKU_MESSAGE_VISIT_FINISHED : SHIKAKU_MESSAGE_VISIT_FAILED, visit->path, fields,
             "visit: %s -> %s (%s; card %.3f s, person %.3f s, center %.3f s, own %.3f s)",
             visit_state_to_string (before), visit_state_to_string (state), outcome,
             get_seconds (visit, VISIT_PART_CARD), get_seconds (visit, VISIT_PART_PERSON),
             get_seconds (visit, VISIT_PART_CENTER), get_seconds (visit, VISIT_PART_OWN));
}

void
visit_report_end (Visit *visit, VisitState before, VisitState state)
{
  visit_clock_stop (&visit->clock);
  count (visit, state);
  write_entry (visit, before, state);
}
