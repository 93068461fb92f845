/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-query: what the patient is asked and what the center answers. In: a proved card, or numbers. Out: the
 * eligibility and what became of each consent.
 *
 * Kinds that travel inside the query are asked before it, all others while it is under way; what the patient agreed to
 * is registered when both are answered. A refused consent never fails a visit.
 */
#include "visit/visit-private.h"

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "visit/visit-text.h"

#define CONSENT_AT(visit, index) (&g_array_index ((visit)->consents, Consent, index))

static void send_query (Visit *visit);
static void advance (Visit *visit);

/* Consents. */

static gboolean
can_ask (Visit *visit)
{
  return visit->agent != NULL && visit->host->agents.klass->has_capability (visit->agent, "consent");
}

/* is_to_ask: whether there is a question that this agent can ask. */
static gboolean
is_to_ask (Visit *visit, gboolean inside_query)
{
  gboolean found = FALSE;

  for (guint i = 0; i < visit->consents->len; i++)
    found |= consent_kind_is_inside_query (CONSENT_AT (visit, i)->kind) == inside_query;
  return found && can_ask (visit);
}

/* mark_unaskable: what this agent cannot ask is not agreed to, and says why. */
static void
mark_unaskable (Visit *visit, gboolean inside_query)
{
  if (can_ask (visit))
    return;
  for (guint i = 0; i < visit->consents->len; i++)
    if (consent_kind_is_inside_query (CONSENT_AT (visit, i)->kind) == inside_query)
      CONSENT_AT (visit, i)->error = SHIKAKU_ERROR_NO_AGENT;
}

/* take_answers: @answers: in the order of the questions of this kind, or NULL if the patient did not answer. */
static void
take_answers (Visit *visit, gboolean inside_query, const GArray *answers)
{
  guint next = 0;

  for (guint i = 0; i < visit->consents->len; i++)
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

/*
 * finish_question: Return: FALSE if the visit is ending. A patient who does not answer in time has not agreed; one who
 * gives up ends the visit.
 */
static gboolean
finish_question (Visit *visit, GAsyncResult *result, gboolean inside_query)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) answers = visit->host->agents.klass->request_consent_finish (visit->agent, result, &error);

  visit_clock_end (&visit->clock, VISIT_WAIT_PERSON);
  if (visit->ending)
    return FALSE;
  visit->asking = FALSE;
  if (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_AGENT_GONE)
      || g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED))
    {
      visit_end (visit, VISIT_FAILED, g_steal_pointer (&error));
      return FALSE;
    }
  take_answers (visit, inside_query, answers);
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
      visit->consents_answered = TRUE;
      advance (visit);
    }
  visit_release (visit);
}

static void
ask (Visit *visit, gboolean inside_query)
{
  AgentQuestion questions[CONSENT_N_KINDS] = { { NULL } };
  AgentContext context = visit_get_agent_context (visit);
  guint n = 0;

  for (guint i = 0; i < visit->consents->len; i++)
    {
      const ConsentKind kind = CONSENT_AT (visit, i)->kind;

      if (consent_kind_is_inside_query (kind) != inside_query)
        continue;
      questions[n].kind = consent_kind_to_string (kind);
      questions[n].text = visit_text (visit->language, "Consent %s", questions[n].kind);
      questions[n].version = visit_text_version ("Consent %s", questions[n].kind);
      n++;
    }

  visit->asking = TRUE;
  visit_clock_begin (&visit->clock, VISIT_WAIT_PERSON);
  visit_hold (visit);
  visit->host->agents.klass->request_consent (visit->agent, &context, questions, n, visit->cancellable,
                                              inside_query ? on_consent_inside : on_consent_beside, visit);
  while (n-- > 0)
    {
      g_free (questions[n].text);
      g_free (questions[n].version);
    }
}

/* get_agreed: the kinds inside the query that the patient agreed to, or those beside it. */
static ConsentKinds
get_agreed (Visit *visit, gboolean inside_query)
{
  ConsentKinds agreed = 0;

  for (guint i = 0; i < visit->consents->len; i++)
    {
      const Consent *consent = CONSENT_AT (visit, i);

      if (consent->agreed && consent_kind_is_inside_query (consent->kind) == inside_query)
        agreed |= CONSENT_KINDS_OF (consent->kind);
    }
  return agreed;
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

/* refuse: @error: (transfer full). After a proved card a fault of the center is an answer too: unknown. */
static void
refuse (Visit *visit, GError *error)
{
  g_autoptr (GError) cause = shikaku_error_adopt (error);

  if (visit->proof == NULL || is_of_person (cause))
    {
      visit_end (visit, VISIT_FAILED, g_steal_pointer (&cause));
      return;
    }
  for (guint i = 0; i < visit->consents->len; i++)
    if (CONSENT_AT (visit, i)->agreed)
      CONSENT_AT (visit, i)->error = (ShikakuError)cause->code;
  log_warning (visit->path, "visit: no answer from the center (%s)",
               shikaku_error_get_short_name ((ShikakuError)cause->code));
  visit->eligibility = eligibility_new_unknown (cause, visit->language);
  visit_end (visit, VISIT_DONE, NULL);
}

/* take_inside: what became of the consents of the query, as its answer says. */
static void
take_inside (Visit *visit)
{
  for (guint i = 0; i < visit->consents->len; i++)
    {
      Consent *consent = CONSENT_AT (visit, i);

      const TransportConsentState *state = &visit->eligibility->reply->consents[consent->kind];

      if (!consent->agreed || !consent_kind_is_inside_query (consent->kind))
        continue;
      consent->granted = state->granted;
      consent->at = state->at;
    }
}

static void
on_reply (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Visit *visit = user_data;
  Transport *transport = visit->host->transport;
  g_autoptr (GError) error = NULL;
  TransportReply *reply = transport->klass->reply_finish (transport, result, &error);

  visit_clock_end (&visit->clock, VISIT_WAIT_CENTER);
  if (visit->ending)
    g_clear_pointer (&reply, transport_reply_free);
  else
    {
      if (reply != NULL)
        visit->eligibility = eligibility_new_from_reply (reply, visit->language, &error);
      statistics_count_call (visit->host->statistics, STATISTICS_QUERIES, is_of_person (error) ? NULL : error);
      if (visit->eligibility == NULL)
        refuse (visit, g_steal_pointer (&error));
      else
        {
          take_inside (visit);
          visit->query_answered = TRUE;
          advance (visit);
        }
    }
  visit_release (visit);
}

static void
send_query (Visit *visit)
{
  Transport *transport = visit->host->transport;
  ConsentKinds agreed = get_agreed (visit, TRUE);

  visit_hold (visit);
  visit_clock_begin (&visit->clock, VISIT_WAIT_CENTER);
  if (visit->insured != NULL)
    {
      visit->insured->agreed = agreed;
      transport->klass->check_number (transport, visit->insured, visit->cancellable, on_reply, visit);
    }
  else
    {
      TransportCardQuery query = { .agreed = agreed };

      card_proof_fill_query (visit->proof, &query);
      transport->klass->check_card (transport, &query, visit->cancellable, on_reply, visit);
    }

  mark_unaskable (visit, FALSE);
  visit->consents_answered = !is_to_ask (visit, FALSE);
  if (!visit->consents_answered)
    {
      visit_set_state (visit, VISIT_ASKING_CONSENT);
      ask (visit, FALSE);
    }
  else
    visit_set_state (visit, VISIT_CHECKING);
}

void
visit_query_begin (Visit *visit)
{
  mark_unaskable (visit, TRUE);
  if (is_to_ask (visit, TRUE))
    {
      visit_set_state (visit, VISIT_ASKING_CONSENT);
      ask (visit, TRUE);
    }
  else
    send_query (visit);
}

/* What was agreed to goes to the center. */

static void
take_registration (Visit *visit, const TransportReply *reply, const GError *error)
{
  for (guint i = 0; i < visit->consents->len; i++)
    {
      Consent *consent = CONSENT_AT (visit, i);
      const TransportConsentState state = reply != NULL ? reply->consents[consent->kind] : (TransportConsentState){ 0 };

      if (consent_kind_is_inside_query (consent->kind) || !consent->agreed)
        continue;
      consent->granted = state.granted;
      consent->at = state.at;
      consent->until = state.until;
      if (!consent->granted)
        statistics_count (visit->host->statistics, STATISTICS_CONSENTS_UNREGISTERED);
      if (error != NULL && visit->ending)
        consent->error = visit->error != NULL ? (ShikakuError)visit->error->code : SHIKAKU_ERROR_TIMED_OUT;
      else if (error != NULL)
        consent->error = (ShikakuError)error->code;
    }
}

static void
on_registered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Visit *visit = user_data;
  Transport *transport = visit->host->transport;
  g_autoptr (GError) error = NULL;
  g_autoptr (TransportReply) reply = transport->klass->reply_finish (transport, result, &error);

  visit_clock_end (&visit->clock, VISIT_WAIT_CENTER);
  statistics_count_call (visit->host->statistics, STATISTICS_REGISTRATIONS, error);
  if (reply == NULL)
    error = shikaku_error_adopt (g_steal_pointer (&error));
  if (error != NULL && (!visit->ending || visit->outcome == VISIT_DONE))
    log_event (LOG_WARNING, SHIKAKU_MESSAGE_CONSENTS_UNREGISTERED, visit->path,
               LOG_FIELD ("SHIKAKU_ERROR", shikaku_error_get_short_name ((ShikakuError)error->code)),
               "visit: consents were not registered (%s)", shikaku_error_get_short_name ((ShikakuError)error->code));
  take_registration (visit, reply, error);
  visit_end (visit, VISIT_DONE, NULL);
  visit_release (visit);
}

static gboolean
may_register (Visit *visit)
{
  return visit->eligibility->answer == ELIGIBILITY_ELIGIBLE && visit->eligibility->qualification->key != NULL;
}

static void
register_consents (Visit *visit)
{
  Transport *transport = visit->host->transport;
  TransportConsents consents
      = { .qualification_key = visit->eligibility->qualification->key, .agreed = get_agreed (visit, FALSE) };

  for (guint i = 0; i < visit->consents->len; i++)
    {
      const Consent *consent = CONSENT_AT (visit, i);

      if (!consent_kind_is_inside_query (consent->kind) && consent->answered)
        consents.asked |= CONSENT_KINDS_OF (consent->kind);
    }
  visit_hold (visit);
  visit_clock_begin (&visit->clock, VISIT_WAIT_CENTER);
  transport->klass->register_consents (transport, &consents, visit->cancellable, on_registered, visit);
}

/* advance: the query or the patient has answered. Consents that cannot be registered need no answer any more. */
static void
advance (Visit *visit)
{
  if (!visit->query_answered)
    visit_set_state (visit, VISIT_CHECKING);
  else if (!may_register (visit) || (visit->consents_answered && get_agreed (visit, FALSE) == 0))
    visit_end (visit, VISIT_DONE, NULL);
  else if (visit->consents_answered)
    {
      visit_set_state (visit, VISIT_CHECKING);
      register_consents (visit);
    }
}
