/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * statistics: what this daemon has done since it was started, in numbers. Nothing in it tells of a person.
 *
 * In: events of the domain, and the calls that the bus turned away. Out: numbers with names for the bus, and with
 * families and labels for monitoring. All on the main thread.
 */
#pragma once

#include "base/error.h"
#include "visit/visit-clock.h"
#include "visit/visit-origin.h"

/*
 * Counters: member, name on the bus, family for monitoring, label (or ""). Those of one family stand together. Visits
 * that have ended are counted beside them, by origin and outcome.
 */
#define STATISTICS_COUNTERS(X) \
  X (ELIGIBLE, "AnswersEligible", "answers", "answer=\"eligible\"") \
  X (NOT_ELIGIBLE, "AnswersNotEligible", "answers", "answer=\"not-eligible\"") \
  X (UNKNOWN, "AnswersUnknown", "answers", "answer=\"unknown\"") \
  X (EVIDENCE_CARD, "AnswersByCard", "answers_by_evidence", "evidence=\"card\"") \
  X (EVIDENCE_NUMBER, "AnswersByNumber", "answers_by_evidence", "evidence=\"number\"") \
  X (EVIDENCE_TERMINAL, "AnswersByTerminal", "answers_by_evidence", "evidence=\"terminal\"") \
  X (ARRIVALS_CAME, "ArrivalsCame", "arrivals", "fate=\"came\"") \
  X (ARRIVALS_CLAIMED, "ArrivalsClaimed", "arrivals", "fate=\"claimed\"") \
  X (ARRIVALS_EXPIRED, "ArrivalsExpired", "arrivals", "fate=\"expired\"") \
  X (CARDS_READ, "CardsRead", "cards_read", "") \
  X (PINS_ASKED, "PinsAsked", "pins_asked", "") \
  X (PINS_WRONG, "PinsWrong", "pins_wrong", "") \
  X (CONSENTS_GRANTED, "ConsentsGranted", "consents", "answer=\"granted\"") \
  X (CONSENTS_DENIED, "ConsentsDenied", "consents", "answer=\"denied\"") \
  X (CARDS_REGISTERED, "CardsRegistered", "cards_registered", "") \
  X (CONSENTS_UNREGISTERED, "ConsentsUnregistered", "consents_unregistered", "") \
  X (CHALLENGES, "CenterChallenges", "center_calls", "call=\"challenge\"") \
  X (QUERIES, "CenterQueries", "center_calls", "call=\"query\"") \
  X (REGISTRATIONS, "CenterRegistrations", "center_calls", "call=\"registration\"") \
  X (CHALLENGES_FAILED, "CenterChallengesFailed", "center_call_failures", "call=\"challenge\"") \
  X (QUERIES_FAILED, "CenterQueriesFailed", "center_call_failures", "call=\"query\"") \
  X (REGISTRATIONS_FAILED, "CenterRegistrationsFailed", "center_call_failures", "call=\"registration\"") \
  X (OWN_CHALLENGES, "OwnChallenges", "own_challenges", "") \
  X (OUTAGES_QUEUED, "OutagesQueued", "outages_queued", "") \
  X (OUTAGES_UNQUEUED, "OutagesUnqueued", "outages_unqueued", "") \
  X (OUTAGES_ANSWERED, "OutagesAnswered", "outages_resolved", "fate=\"answered\"") \
  X (OUTAGES_REFUSED, "OutagesRefused", "outages_resolved", "fate=\"refused\"") \
  X (OUTAGES_EXPIRED, "OutagesExpired", "outages_resolved", "fate=\"expired\"") \
  X (OUTAGES_LOST, "OutagesLost", "outages_resolved", "fate=\"lost\"") \
  X (READERS_LOST, "ReadersLost", "readers_lost", "") \
  X (SERVICE_LOST, "ServiceLost", "service_losses", "") \
  X (CALLS_REFUSED, "CallsRefused", "calls_refused", "") \
  X (CALLS_BRAKED, "CallsBraked", "calls_braked", "")

/* clang-format off */
typedef enum
{
#define STATISTICS_MEMBER(suffix, name, family, label) STATISTICS_##suffix,
  STATISTICS_COUNTERS (STATISTICS_MEMBER)
#undef STATISTICS_MEMBER
  STATISTICS_N_COUNTERS
} StatisticsCounter;
/* clang-format on */

#define STATISTICS_N_OUTCOMES (VISIT_N_STATES - VISIT_DONE) /* of a visit: done, failed, cancelled */
#define STATISTICS_N_BUCKETS 12                             /* and one for what is longer */

/* How long a part of a visit took, over all visits that have ended. */
typedef struct
{
  guint64 sum; /* microseconds */
  guint64 buckets[STATISTICS_N_BUCKETS + 1];
} StatisticsTimes;

typedef struct
{
  gint64 since; /* microseconds since the epoch */
  guint64 counters[STATISTICS_N_COUNTERS];
  guint64 visits[VISIT_N_ORIGINS][STATISTICS_N_OUTCOMES];
  guint64 failures[SHIKAKU_N_ERRORS]; /* visits that an error ended, by error */
  StatisticsTimes times[VISIT_N_PARTS];
  void (*changed) (gpointer user_data); /* see statistics_watch */
  gpointer changed_data;
} Statistics;

void statistics_count (Statistics *statistics, StatisticsCounter counter);

/* statistics_count_visit: a visit has ended as @state (done, failed or cancelled). */
void statistics_count_visit (Statistics *statistics, VisitOrigin origin, VisitState state);

/* statistics_count_failure: an error has ended a visit. */
void statistics_count_failure (Statistics *statistics, ShikakuError error);

/* statistics_count_times: a visit has ended. */
void statistics_count_times (Statistics *statistics, const VisitClock *clock);

/*
 * statistics_count_call: @call (CHALLENGES, QUERIES or REGISTRATIONS) to the center is over. @error: NULL if it was
 * answered. A call that was given up is not counted.
 */
void statistics_count_call (Statistics *statistics, StatisticsCounter call, const GError *error);

/* statistics_watch: @changed is called whenever something was counted or noted; NULL: nobody listens. */
void statistics_watch (Statistics *statistics, void (*changed) (gpointer user_data), gpointer user_data);

/* statistics_note_changed: something else that monitoring shows has changed. */
void statistics_note_changed (Statistics *statistics);

/* statistics_get_limit: the upper limit of bucket @index in microseconds. */
gint64 statistics_get_limit (guint index);

/* The words of a counter, and of a part: "card". Static. */
const char *statistics_get_name (StatisticsCounter counter);
const char *statistics_get_family (StatisticsCounter counter);
const char *statistics_get_label (StatisticsCounter counter);
const char *statistics_get_part (VisitPart part);

/*
 * statistics_foreach: every number by its name on the bus: Since, the counters, CardTime … OwnTime (microseconds), and
 * "Failed" with an error's name for each error that has ended a visit.
 */
typedef void (*StatisticsFunction) (const char *name, guint64 value, gpointer user_data);
void statistics_foreach (const Statistics *statistics, StatisticsFunction function, gpointer user_data);
