/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-query: what the patient is asked and what the center answers. In: a proved card, or numbers. Out: the
 * eligibility and what became of each consent.
 *
 * Kinds that travel inside the query are asked before it, all others while it is under way; what the patient granted is
 * registered when both are answered. A refused consent never fails a visit.
 */
#include "visit/visit-private.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "codec/japanese-text.h"
#include "visit/visit-text.h"

#define CONSENT_AT(visit, index) (&g_array_index ((visit)->consents, Consent, index))

static void send_query (Visit *visit);
static void advance (Visit *visit);

/* Consents. */

/* Whether there is something to ask. What this agent cannot ask is not granted, and says why. */
static gboolean
has_questions (Visit *visit, gboolean inside_query)
{
  gboolean can_ask = visit->agent != NULL && visit->host->agents.klass->has_capability (visit->agent, "consent");
  gboolean found = FALSE;

  for (guint i = 0; i < visit->consents->len; i++)
    {
      Consent *consent = CONSENT_AT (visit, i);

      if (consent->rule->inside_query != inside_query)
        continue;
      found = TRUE;
      if (!can_ask)
        consent->error = SHIKAKU_ERROR_NO_AGENT;
    }
  return found && can_ask;
}

/* take_answers: @answers: in the order of the questions of this kind, or NULL if the patient did not answer. */
static void
take_answers (Visit *visit, gboolean inside_query, const GArray *answers)
{
  guint next = 0;

  for (guint i = 0; i < visit->consents->len; i++)
    {
      Consent *consent = CONSENT_AT (visit, i);

      if (consent->rule->inside_query != inside_query || answers == NULL || next >= answers->len)
        continue;
      consent->answered = TRUE;
      consent->granted = g_array_index (answers, gboolean, next++);
      statistics_count (visit->host->statistics,
                        consent->granted ? STATISTICS_CONSENTS_GRANTED : STATISTICS_CONSENTS_DENIED);
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
  AgentQuestion questions[CONSENT_KINDS_MAXIMUM] = { { NULL } };
  AgentContext context = visit_get_agent_context (visit);
  guint n = 0;

  for (guint i = 0; i < visit->consents->len; i++)
    {
      const ConsentRule *rule = CONSENT_AT (visit, i)->rule;

      if (rule->inside_query != inside_query)
        continue;
      questions[n].kind = rule->kind;
      questions[n].text = visit_text (visit->language, "Consent %s", rule->kind);
      questions[n].version = visit_text_version ("Consent %s", rule->kind);
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

/* is_granted: whether the patient granted @kind. */
static gboolean
is_granted (Visit *visit, const char *kind)
{
  for (guint i = 0; i < visit->consents->len; i++)
    if (strcmp (CONSENT_AT (visit, i)->rule->kind, kind) == 0)
      return CONSENT_AT (visit, i)->granted;
  return FALSE;
}

static const char *
find_text (const Message *node, const char *prefix, const char *suffix)
{
  g_autofree char *name = g_strconcat (prefix, suffix, NULL);

  return message_find_text (node, name);
}

/* take_time: when a consent was given, or until when it holds, as the center says under @node. */
static void
take_time (const Message *node, const char *prefix, const char *suffix, gint64 *ret_time)
{
  const char *text = find_text (node, prefix, suffix);

  if (text != NULL)
    japanese_text_parse_time (text, ret_time);
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
    if (CONSENT_AT (visit, i)->granted)
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
  const Message *body = message_find (visit->eligibility->reply->message, "MessageBody");
  const Message *entry = message_find (message_find (body, "ResultList"), "ResultOfQualificationConfirmation");

  for (guint i = 0; i < visit->consents->len; i++)
    {
      Consent *consent = CONSENT_AT (visit, i);

      if (!consent->granted || !consent->rule->inside_query)
        continue;
      consent->taken = entry != NULL && g_strcmp0 (find_text (entry, consent->rule->prefix, "ConsFlg"), "0") != 0;
      take_time (entry, consent->rule->prefix, "ConsTime", &consent->at);
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
  gboolean ceiling = is_granted (visit, "ceiling");
  gboolean disease = is_granted (visit, "specific-disease");

  visit_hold (visit);
  visit_clock_begin (&visit->clock, VISIT_WAIT_CENTER);
  if (visit->insured != NULL)
    {
      visit->insured->consent_ceiling = ceiling;
      visit->insured->consent_specific_disease = disease;
      transport->klass->check_number (transport, visit->insured, visit->cancellable, on_reply, visit);
    }
  else
    {
      TransportCardQuery query = { .consent_ceiling = ceiling, .consent_specific_disease = disease };

      card_proof_fill_query (visit->proof, &query);
      transport->klass->check_card (transport, &query, visit->cancellable, on_reply, visit);
    }

  visit->consents_answered = !has_questions (visit, FALSE);
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
  if (has_questions (visit, TRUE))
    {
      visit_set_state (visit, VISIT_ASKING_CONSENT);
      ask (visit, TRUE);
    }
  else
    send_query (visit);
}

/* What was granted goes to the center. */

static void
take_registration (Visit *visit, const TransportReply *reply, const GError *error)
{
  const Message *body = reply != NULL ? message_find (reply->message, "MessageBody") : NULL;
  const Message *node = message_find (body, "ConsentRegistrationResult");

  for (guint i = 0; i < visit->consents->len; i++)
    {
      Consent *consent = CONSENT_AT (visit, i);

      if (consent->rule->inside_query || !consent->granted)
        continue;
      consent->taken = error == NULL && g_strcmp0 (find_text (node, consent->rule->prefix, "ConsFlg"), "1") == 0;
      if (!consent->taken)
        statistics_count (visit->host->statistics, STATISTICS_CONSENTS_UNREGISTERED);
      if (error != NULL && visit->ending)
        consent->error = visit->error != NULL ? (ShikakuError)visit->error->code : SHIKAKU_ERROR_TIMED_OUT;
      else if (error != NULL)
        consent->error = (ShikakuError)error->code;
      take_time (node, consent->rule->prefix, "ConsTime", &consent->at);
      take_time (node, consent->rule->prefix, "AvailableTime", &consent->until);
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
  return visit->eligibility->answer == ELIGIBILITY_ELIGIBLE && visit->eligibility->qualification_key != NULL;
}

static void
register_consents (Visit *visit)
{
  Transport *transport = visit->host->transport;
  const char *prefixes[CONSENT_KINDS_MAXIMUM + 1] = { NULL };
  gboolean granted[CONSENT_KINDS_MAXIMUM] = { FALSE };
  TransportConsents consents = { visit->eligibility->qualification_key, prefixes, granted };
  guint n = 0;

  for (guint i = 0; i < visit->consents->len; i++)
    {
      const Consent *consent = CONSENT_AT (visit, i);

      if (consent->rule->inside_query || !consent->answered)
        continue;
      prefixes[n] = consent->rule->prefix;
      granted[n++] = consent->granted;
    }
  visit_hold (visit);
  visit_clock_begin (&visit->clock, VISIT_WAIT_CENTER);
  transport->klass->register_consents (transport, &consents, visit->cancellable, on_registered, visit);
}

/* advance: the query or the patient has answered. Consents that cannot be registered need no answer any more. */
static void
advance (Visit *visit)
{
  gboolean any = FALSE;

  for (guint i = 0; i < visit->consents->len; i++)
    any |= !CONSENT_AT (visit, i)->rule->inside_query && CONSENT_AT (visit, i)->granted;

  if (!visit->query_answered)
    visit_set_state (visit, VISIT_CHECKING);
  else if (!may_register (visit) || (visit->consents_answered && !any))
    visit_end (visit, VISIT_DONE, NULL);
  else if (visit->consents_answered)
    {
      visit_set_state (visit, VISIT_CHECKING);
      register_consents (visit);
    }
}
