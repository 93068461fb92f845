/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-query: see the header. In: a way to send the query, and the center's answer. Out: the eligibility, and the
 * visit's end.
 */
#include "visit/visit-query.h"

#include "base/error.h"
#include "base/log.h"
#include "visit/number-answer.h"
#include "visit/visit-agent.h"
#include "visit/visit-changes.h"
#include "visit/visit-consents.h"
#include "visit/visit-life.h"
#include "visit/visit-private.h"
#include "visit/visit-registration.h"

static void continue_or_end (Visit *visit);

/* The query. */

/* is_of_person: whether the center's refusal is about this card or person rather than a fault of the center. */
static gboolean
is_of_person (const GError *error)
{
  static const ShikakuError codes[] = { SHIKAKU_ERROR_CERTIFICATE_EXPIRED, SHIKAKU_ERROR_CERTIFICATE_REVOKED,
                                        SHIKAKU_ERROR_CERTIFICATE_UNTRUSTED, SHIKAKU_ERROR_NOT_REGISTERED };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, SHIKAKU_ERROR, (int)codes[i]))
      return TRUE;
  return FALSE;
}

/* is_outage: whether nobody who could answer was reached: the same question may be answered later. */
static gboolean
is_outage (const GError *error)
{
  return g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_UNREACHABLE)
         || g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_BUSY);
}

static void
on_kept (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Visit *visit = user_data;
  g_autoptr (GError) error = NULL;
  char *id = outage_keep_finish (result, &error);

  if (id == NULL)
    log_warning (visit->options->path, "visit: the question is not kept (%s)",
                 shikaku_error_get_short_name ((ShikakuError)error->code));
  visit->query.is_kept = FALSE;
  if (visit_is_ending (visit))
    g_free (id);
  else
    {
      eligibility_set_queued (visit->query.eligibility, id, id != NULL ? SHIKAKU_ERROR_NONE : (ShikakuError)error->code,
                              visit->options->language);
      visit_end (visit, VISIT_DONE, NULL);
    }
  visit_release (visit);
}

/* keep_question: Return: FALSE: it is not going to be. @request: NULL: there was none. */
static gboolean
keep_question (Visit *visit, GBytes *request)
{
  g_autoptr (GBytes) name = NULL;

  if (request == NULL || !outage_can_keep (visit->host->outage))
    return FALSE;
  name = visit->query.name_question (visit, visit_consents_get_agreed (visit));
  visit->query.is_kept = TRUE;
  visit_hold (visit);
  outage_keep (visit->host->outage, visit->row->ability, visit->options->uid, request, name, on_kept, visit);
  return TRUE;
}

/*
 * end_without_answer: @error: (transfer full). While the center is away, and after a proved card with any fault of the
 * center, that is an answer too: unknown. @request: what it was asked, or NULL: nobody may ask it again.
 */
static void
end_without_answer (Visit *visit, GError *error, GBytes *request)
{
  g_autoptr (GError) cause = shikaku_error_adopt (error);

  if (!is_outage (cause) && (!visit->row->is_proved || is_of_person (cause)))
    {
      visit_end (visit, VISIT_FAILED, g_steal_pointer (&cause));
      return;
    }
  visit_consents_note_no_answer (visit, (ShikakuError)cause->code);
  log_warning (visit->options->path, "visit: no answer from the center (%s)",
               shikaku_error_get_short_name ((ShikakuError)cause->code));
  visit->query.eligibility = eligibility_new_unknown (cause, visit->options->language);
  if (is_outage (cause) && keep_question (visit, request))
    return;
  if (is_outage (cause) && visit->host->outage != NULL)
    eligibility_set_queued (visit->query.eligibility, NULL,
                            request == NULL ? SHIKAKU_ERROR_TIMED_OUT : SHIKAKU_ERROR_NOT_FOUND,
                            visit->options->language);
  visit_end (visit, VISIT_DONE, NULL);
}

/* explain_late: the time was over first: for this visit the center was away. @error: as it was given up. */
static void
explain_late (Visit *visit, GError **error)
{
  if (!visit->query.is_late || *error == NULL)
    return;
  *error = shikaku_error_adopt (*error);
  if (!g_error_matches (*error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED))
    return;
  g_clear_error (error);
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_UNREACHABLE,
                       "the time for the visit was over before the center answered");
}

/* go_on: with what the center said, or, if that came when the time was over, to the end. */
static void
go_on (Visit *visit)
{
  if (!visit->query.is_late || !visit_query_end_in_time (visit))
    continue_or_end (visit);
}

static void
on_reply (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Visit *visit = user_data;
  Transport *transport = visit->transport;
  g_autoptr (GError) error = NULL;
  TransportReply *reply = transport->klass->reply_finish (transport, result, &error);

  visit_clock_end (&visit->clock, VISIT_WAIT_CENTER);
  visit->query.is_asking = FALSE;
  explain_late (visit, &error);
  if (visit_is_ending (visit))
    g_clear_pointer (&reply, transport_reply_free);
  else
    {
      if (reply != NULL)
        visit->query.eligibility = eligibility_new_from_reply (reply, visit->options->language, &error);
      if (visit->query.eligibility != NULL && visit->options->insured != NULL)
        number_answer_judge (visit->query.eligibility, visit->options);
      statistics_count_call (visit->host->statistics, STATISTICS_QUERIES, is_of_person (error) ? NULL : error);
      visit_registration_note_answer (visit, error);
      if (visit_registration_keep (visit, error))
        go_on (visit);
      else if (visit->query.eligibility == NULL)
        end_without_answer (visit, g_steal_pointer (&error), transport->klass->get_request (transport, result));
      else
        {
          visit_consents_take_inside (visit, visit->query.eligibility->reply);
          visit->query.is_answered = TRUE;
          visit_changes_begin (visit, visit->query.eligibility, continue_or_end);
          go_on (visit);
        }
    }
  visit_release (visit);
}

/* ask_center: for the first time, or once more after its card was registered. */
static void
ask_center (Visit *visit)
{
  TransportConsentText texts[CONSENT_N_KINDS] = { { NULL } };

  visit_consents_fill_texts (visit, texts);
  visit_hold (visit);
  visit_clock_begin (&visit->clock, VISIT_WAIT_CENTER);
  visit->query.is_asking = TRUE;
  visit->query.send (visit, visit_consents_get_inside (visit), texts, on_reply);
}

static void
send_query (Visit *visit)
{
  ask_center (visit);
  visit_consents_go_on (visit);
}

/*
 * continue_or_end: the query, the patient, the registration or the disk has answered. Consents that cannot be
 * registered need no answer.
 */
static void
continue_or_end (Visit *visit)
{
  if (visit_registration_is_due (visit) && visit_consents_are_answered (visit))
    visit_registration_begin (visit, ask_center);
  else if (visit_registration_is_due (visit))
    return;
  else if (!visit->query.is_answered)
    visit_set_state (visit, VISIT_CHECKING);
  else if (visit_consents_conclude (visit, visit->query.eligibility) && !visit_changes_are_looked_for (visit))
    visit_end (visit, VISIT_DONE, NULL);
}

/* is_settled: whether the visit has its answer, if only unknown: what the patient says now does not change it. */
static gboolean
is_settled (Visit *visit)
{
  return visit->query.is_answered || visit->query.is_late || visit->query.is_kept || visit_registration_is_due (visit);
}

void
visit_query_begin (Visit *visit, VisitQuerySend send, VisitQueryName name)
{
  static const VisitConsentsSteps steps = { is_settled, send_query, continue_or_end };

  visit->query.send = send;
  visit->query.name_question = name;
  visit_consents_begin (visit, &steps);
}

static void
end_if_looked (Visit *visit)
{
  if (!visit_changes_are_looked_for (visit))
    visit_end (visit, VISIT_DONE, NULL);
}

void
visit_query_take (Visit *visit, TransportReply *reply)
{
  GError *error = NULL;

  visit->query.eligibility = eligibility_new_from_reply (reply, visit->options->language, &error);
  if (visit->query.eligibility == NULL)
    {
      visit_end (visit, VISIT_FAILED, error);
      return;
    }
  visit->query.is_answered = TRUE;
  visit_changes_begin (visit, visit->query.eligibility, end_if_looked);
  end_if_looked (visit);
}

gboolean
visit_query_end_in_time (Visit *visit)
{
  if (!visit->query.is_answered && !visit->query.is_asking && !visit->query.is_kept)
    return visit_registration_end_in_time (visit);
  visit_consents_end_in_time (visit);
  visit->query.is_late = TRUE;
  if (visit->query.is_answered)
    visit_end (visit, VISIT_DONE, NULL);
  else if (visit->query.is_asking) /* else the disk has its own short time */
    {
      if (!visit_consents_are_answered (visit))
        visit_agent_withdraw (visit);
      g_cancellable_cancel (visit_get_cancellable (visit)); /* of the question too */
    }
  return TRUE;
}

void
visit_query_finish (Visit *visit)
{
  if (visit->query.is_answered) /* the visit asks the center nothing more */
    g_clear_pointer (&visit->query.eligibility->reply->bond, transport_bond_unref);
}
