/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-query: see the header. In: a way to send the query, the patient's answers, the center's. Out: the eligibility,
 * what became of each consent, and the visit's end.
 */
#include "visit/visit-query.h"

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "visit/number-answer.h"
#include "visit/visit-agent.h"
#include "visit/visit-changes.h"
#include "visit/visit-certificate.h"
#include "visit/visit-life.h"
#include "visit/visit-private.h"
#include "visit/visit-registration.h"
#include "visit/visit-text.h"

#define CONSENT_AT(visit, index) (&g_array_index ((visit)->query.consents, Consent, index))

static void send_query (Visit *visit);
static void continue_or_end (Visit *visit);

/* Consents. */

/* find_obstacle: why the questions inside the query, or those beside it, cannot be put here; NONE: they can. */
static ShikakuError
find_obstacle (Visit *visit, gboolean inside_query)
{
  if (!visit_agent_can (visit, "consent"))
    return SHIKAKU_ERROR_NO_AGENT;
  return !inside_query && visit_certificate_bars_records (visit) ? SHIKAKU_ERROR_CERTIFICATE_EXPIRED
                                                                 : SHIKAKU_ERROR_NONE;
}

/* is_to_ask: whether there is a question that can be put. */
static gboolean
is_to_ask (Visit *visit, gboolean inside_query)
{
  gboolean found = FALSE;

  for (guint i = 0; i < visit->query.consents->len; i++)
    found |= consent_kind_is_inside_query (CONSENT_AT (visit, i)->kind) == inside_query;
  return found && find_obstacle (visit, inside_query) == SHIKAKU_ERROR_NONE;
}

/* mark_unaskable: what cannot be asked is not agreed to, and says why. */
static void
mark_unaskable (Visit *visit, gboolean inside_query)
{
  const ShikakuError obstacle = find_obstacle (visit, inside_query);

  if (obstacle == SHIKAKU_ERROR_NONE)
    return;
  for (guint i = 0; i < visit->query.consents->len; i++)
    if (consent_kind_is_inside_query (CONSENT_AT (visit, i)->kind) == inside_query)
      CONSENT_AT (visit, i)->error = obstacle;
}

/* take_answers: @answers: in the order of the questions of this kind, or NULL if the patient did not answer. */
static void
take_answers (Visit *visit, gboolean inside_query, const GArray *answers)
{
  guint next = 0;

  for (guint i = 0; i < visit->query.consents->len; i++)
    {
      Consent *consent = CONSENT_AT (visit, i);

      if (consent_kind_is_inside_query (consent->kind) != inside_query || answers == NULL || next >= answers->len)
        continue;
      consent->answered = TRUE;
      consent->agreed = g_array_index (answers, gboolean, next++);
      statistics_count (visit->host->statistics,
                        consent->agreed ? STATISTICS_CONSENTS_GRANTED : STATISTICS_CONSENTS_DENIED);
    }
}

/* mark_unanswered: the questions that the patient did not answer say why. */
static void
mark_unanswered (Visit *visit, gboolean inside_query, ShikakuError reason)
{
  for (guint i = 0; i < visit->query.consents->len; i++)
    {
      Consent *consent = CONSENT_AT (visit, i);

      if (consent_kind_is_inside_query (consent->kind) == inside_query && !consent->answered
          && consent->error == SHIKAKU_ERROR_NONE)
        consent->error = reason;
    }
}

/* is_settled: whether the visit has its answer, if only unknown: what the patient says now does not change it. */
static gboolean
is_settled (Visit *visit)
{
  return visit->query.is_answered || visit->query.is_late || visit->query.is_kept || visit_registration_is_due (visit);
}

/*
 * finish_question: Return: FALSE if the visit is ending. A patient who does not answer in time has not agreed. One who
 * gives up, or an agent that goes, ends the visit, unless the center has answered: that answer stands, a refusal too.
 */
static gboolean
finish_question (Visit *visit, GAsyncResult *result, gboolean inside_query)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) answers = visit_agent_ask_finish (visit, result, &error);

  if (visit_is_ending (visit))
    return FALSE;
  if (!is_settled (visit)
      && (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_AGENT_GONE)
          || g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED)))
    {
      visit_end (visit, VISIT_FAILED, g_steal_pointer (&error));
      return FALSE;
    }
  take_answers (visit, inside_query, answers);
  if (error != NULL)
    {
      error = shikaku_error_adopt (g_steal_pointer (&error));
      mark_unanswered (visit, inside_query, (ShikakuError)error->code);
    }
  return TRUE;
}

static void
on_consent_inside (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Visit *visit = user_data;

  if (finish_question (visit, result, TRUE))
    send_query (visit);
  visit_release (visit);
}

static void
on_consent_beside (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Visit *visit = user_data;

  if (finish_question (visit, result, FALSE))
    {
      visit->query.are_consents_answered = TRUE;
      continue_or_end (visit);
    }
  visit_release (visit);
}

static void
ask_consents (Visit *visit, gboolean inside_query)
{
  AgentQuestion questions[CONSENT_N_KINDS] = { { NULL } };
  guint n = 0;

  for (guint i = 0; i < visit->query.consents->len; i++)
    {
      Consent *consent = CONSENT_AT (visit, i);

      if (consent_kind_is_inside_query (consent->kind) != inside_query)
        continue;
      questions[n].kind = consent_kind_to_string (consent->kind);
      questions[n].text = visit_text (visit->options->language, "Consent %s", questions[n].kind);
      consent->version = visit_text_version ("Consent %s", questions[n].kind);
      consent->language = visit_text_language (visit->options->language, "Consent %s", questions[n].kind);
      questions[n].version = consent->version;
      n++;
    }

  visit_agent_ask (visit, questions, n, inside_query ? on_consent_inside : on_consent_beside);
  while (n-- > 0)
    g_free (questions[n].text);
}

/* get_agreed: the kinds inside the query that the patient agreed to, or those beside it. */
static ConsentKinds
get_agreed (Visit *visit, gboolean inside_query)
{
  ConsentKinds agreed = 0;

  for (guint i = 0; i < visit->query.consents->len; i++)
    {
      const Consent *consent = CONSENT_AT (visit, i);

      if (consent->agreed && consent_kind_is_inside_query (consent->kind) == inside_query)
        agreed |= CONSENT_KINDS_OF (consent->kind);
    }
  return agreed;
}

/*
 * get_inside: what the query asks for: the kinds inside it that the patient agreed to, and the ceiling, which the law
 * lets an institution see without a question; but it is asked where the configuration or the caller wants that.
 */
static ConsentKinds
get_inside (Visit *visit)
{
  const gboolean is_asked = visit->host->asks_ceiling || consents_has (visit->query.consents, CONSENT_CEILING);

  return get_agreed (visit, TRUE) | (is_asked ? 0 : CONSENT_KINDS_OF (CONSENT_CEILING));
}

/* fill_texts: what text each kind was shown with. */
static void
fill_texts (Visit *visit, TransportConsentText *texts)
{
  for (guint i = 0; i < visit->query.consents->len; i++)
    {
      const Consent *consent = CONSENT_AT (visit, i);

      texts[consent->kind] = (TransportConsentText){ consent->version, consent->language };
    }
}

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
  name = visit->query.name_question (visit, get_agreed (visit, TRUE));
  visit->query.is_kept = TRUE;
  visit_hold (visit);
  outage_keep (visit->host->outage, visit->row->ability, visit->options->uid, request, name, on_kept, visit);
  return TRUE;
}

/*
 * end_without_answer: @error: (transfer full). While the center is away, and after a proved card with any fault of the
 * center, that is an answer too: unknown. @request: what it was asked, or NULL.
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
  for (guint i = 0; i < visit->query.consents->len; i++)
    if (CONSENT_AT (visit, i)->agreed)
      CONSENT_AT (visit, i)->error = (ShikakuError)cause->code;
  log_warning (visit->options->path, "visit: no answer from the center (%s)",
               shikaku_error_get_short_name ((ShikakuError)cause->code));
  visit->query.eligibility = eligibility_new_unknown (cause, visit->options->language);
  if (is_outage (cause) && keep_question (visit, request))
    return;
  if (is_outage (cause) && visit->host->outage != NULL)
    eligibility_set_queued (visit->query.eligibility, NULL, SHIKAKU_ERROR_NOT_FOUND, visit->options->language);
  visit_end (visit, VISIT_DONE, NULL);
}

/* take_inside: what became of the consents of the query, as its answer says. */
static void
take_inside (Visit *visit)
{
  for (guint i = 0; i < visit->query.consents->len; i++)
    {
      Consent *consent = CONSENT_AT (visit, i);
      const TransportConsentState *state = &visit->query.eligibility->reply->consents[consent->kind];

      if (!consent->agreed || !consent_kind_is_inside_query (consent->kind))
        continue;
      consent->granted = state->granted;
      consent->at = state->at;
    }
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
          take_inside (visit);
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

  fill_texts (visit, texts);
  visit_hold (visit);
  visit_clock_begin (&visit->clock, VISIT_WAIT_CENTER);
  visit->query.is_asking = TRUE;
  visit->query.send (visit, get_inside (visit), texts, on_reply);
}

static void
send_query (Visit *visit)
{
  ask_center (visit);
  mark_unaskable (visit, FALSE);
  visit->query.are_consents_answered = !is_to_ask (visit, FALSE);
  if (!visit->query.are_consents_answered)
    {
      visit_set_state (visit, VISIT_ASKING_CONSENT);
      ask_consents (visit, FALSE);
    }
  else
    visit_set_state (visit, VISIT_CHECKING);
}

void
visit_query_begin (Visit *visit, VisitQuerySend send, VisitQueryName name)
{
  visit->query.send = send;
  visit->query.name_question = name;
  mark_unaskable (visit, TRUE);
  if (is_to_ask (visit, TRUE))
    {
      visit_set_state (visit, VISIT_ASKING_CONSENT);
      ask_consents (visit, TRUE);
    }
  else
    send_query (visit);
}

/* What was agreed to goes to the center. */

static void
take_registration (Visit *visit, const TransportReply *reply, const GError *error)
{
  const GError *end = visit_get_decided_error (visit);

  for (guint i = 0; i < visit->query.consents->len; i++)
    {
      Consent *consent = CONSENT_AT (visit, i);
      const TransportConsentState state = reply != NULL ? reply->consents[consent->kind] : (TransportConsentState){ 0 };

      if (consent_kind_is_inside_query (consent->kind) || !consent->agreed)
        continue;
      consent->granted = state.granted;
      consent->at = state.at;
      consent->until = state.until;
      if (error != NULL && visit_is_ending (visit))
        consent->error = end != NULL ? (ShikakuError)end->code : SHIKAKU_ERROR_TIMED_OUT;
      else if (error != NULL)
        {
          consent->error = (ShikakuError)error->code;
          consent->code = g_strdup (shikaku_error_get_center_code (error));
          consent->message = g_strdup (shikaku_error_get_center_text (error));
        }
    }
}

static void
on_registered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Visit *visit = user_data;
  Transport *transport = visit->query.registrar;
  g_autoptr (GError) error = NULL;
  g_autoptr (TransportReply) reply = transport->klass->reply_finish (transport, result, &error);
  const char *code;

  visit_clock_end (&visit->clock, VISIT_WAIT_CENTER);
  statistics_count_call (visit->host->statistics, STATISTICS_REGISTRATIONS, error);
  if (reply == NULL)
    error = shikaku_error_adopt (g_steal_pointer (&error));
  code = error != NULL ? shikaku_error_get_plain_code (error) : NULL;
  if (error != NULL && (!visit_is_ending (visit) || visit_get_outcome (visit) == VISIT_DONE))
    log_event (LOG_WARNING, SHIKAKU_MESSAGE_CONSENTS_UNREGISTERED, visit->options->path,
               ((const LogField[]){ { "SHIKAKU_ERROR", shikaku_error_get_short_name ((ShikakuError)error->code) },
                                    { "SHIKAKU_CENTER_CODE", code },
                                    { NULL, NULL } }),
               "visit: consents were not registered (%s%s%s)", shikaku_error_get_short_name ((ShikakuError)error->code),
               code != NULL ? ", code " : "", code != NULL ? code : "");
  take_registration (visit, reply, error);
  visit->query.is_registered = TRUE;
  continue_or_end (visit);
  visit_release (visit);
}

static Transport *
find_registrar (Visit *visit)
{
  return transports_find (visit->host->transports, TRANSPORT_REGISTERS_CONSENTS, visit->options->reader);
}

/* may_register: whether consents can be registered with this answer. */
static gboolean
may_register (Visit *visit)
{
  return visit->query.eligibility->answer == ELIGIBILITY_ELIGIBLE
         && visit->query.eligibility->qualification->key != NULL && find_registrar (visit) != NULL;
}

static void
register_consents (Visit *visit)
{
  Transport *transport = find_registrar (visit);
  TransportConsentText texts[CONSENT_N_KINDS] = { { NULL } };
  TransportConsents consents = { .qualification_key = visit->query.eligibility->qualification->key,
                                 .agreed = get_agreed (visit, FALSE),
                                 .texts = texts };

  fill_texts (visit, texts);

  for (guint i = 0; i < visit->query.consents->len; i++)
    {
      const Consent *consent = CONSENT_AT (visit, i);

      if (!consent_kind_is_inside_query (consent->kind) && consent->answered)
        consents.asked |= CONSENT_KINDS_OF (consent->kind);
    }
  if (transport == visit->transport)
    consents.bond = visit->query.eligibility->reply->bond;
  visit->query.registrar = transport;
  visit_hold (visit);
  visit_clock_begin (&visit->clock, VISIT_WAIT_CENTER);
  transport->klass->register_consents (transport, &consents, visit_get_cancellable (visit), on_registered, visit);
}

/*
 * continue_or_end: the query, the patient, the registration or the disk has answered. Consents that cannot be
 * registered need no answer.
 */
static void
continue_or_end (Visit *visit)
{
  if (visit_registration_is_due (visit) && visit->query.are_consents_answered)
    visit_registration_begin (visit, ask_center);
  else if (visit_registration_is_due (visit))
    return;
  else if (!visit->query.is_answered)
    visit_set_state (visit, VISIT_CHECKING);
  else if (visit->query.is_registered || !may_register (visit)
           || (visit->query.are_consents_answered && get_agreed (visit, FALSE) == 0))
    {
      if (!visit_changes_are_looked_for (visit))
        visit_end (visit, VISIT_DONE, NULL);
    }
  else if (visit->query.are_consents_answered && visit->query.registrar == NULL)
    {
      visit_set_state (visit, VISIT_CHECKING);
      register_consents (visit);
    }
}

gboolean
visit_query_end_in_time (Visit *visit)
{
  if (!visit->query.is_answered && !visit->query.is_asking && !visit->query.is_kept)
    return visit_registration_end_in_time (visit);
  if (!visit->query.are_consents_answered)
    mark_unanswered (visit, FALSE, SHIKAKU_ERROR_TIMED_OUT);
  visit->query.is_late = TRUE;
  if (visit->query.is_answered)
    visit_end (visit, VISIT_DONE, NULL);
  else if (visit->query.is_asking) /* else the disk has its own short time */
    {
      if (!visit->query.are_consents_answered)
        visit_agent_withdraw (visit);
      g_cancellable_cancel (visit_get_cancellable (visit)); /* of the question too */
    }
  return TRUE;
}

void
visit_query_finish (Visit *visit, const GError *error)
{
  if (visit->query.is_answered) /* the visit asks the center nothing more */
    g_clear_pointer (&visit->query.eligibility->reply->bond, transport_bond_unref);
  for (guint i = 0; i < visit->query.consents->len; i++)
    {
      Consent *consent = CONSENT_AT (visit, i);

      if (!consent->agreed || consent->granted)
        continue;
      statistics_count (visit->host->statistics, STATISTICS_CONSENTS_UNREGISTERED);
      if (consent->error == SHIKAKU_ERROR_NONE)
        consent->error = error != NULL ? (ShikakuError)error->code : SHIKAKU_ERROR_CENTER_REFUSED;
    }
}
