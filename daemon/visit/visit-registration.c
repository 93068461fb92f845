/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* visit-registration: see the header. */
#include "visit/visit-registration.h"

#include "base/log.h"
#include "base/message-ids.h"
#include "visit/visit-agent.h"
#include "visit/visit-card.h"
#include "visit/visit-life.h"
#include "visit/visit-private.h"
#include "visit/visit-text.h"

#define KIND "registration" /* the question's word; no kind of consent that a caller may ask for */
#define TERMS "Terms " KIND

/* The proof is good only for the center that has judged it. */
static gboolean
can_register (Visit *visit)
{
  return visit->row->needs_card
         && transports_find (visit->host->transports, TRANSPORT_REGISTERS_USE, visit->options->reader)
                == visit->transport;
}

gboolean
visit_registration_keep (Visit *visit, const GError *error)
{
  if (!g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_REGISTERED)
      || visit->registration.state != VISIT_REGISTRATION_NONE || !visit_agent_can (visit, "consent")
      || !can_register (visit))
    return FALSE;
  visit->registration.refusal = g_error_copy (error);
  visit->registration.state = VISIT_REGISTRATION_DUE;
  return TRUE;
}

gboolean
visit_registration_is_due (Visit *visit)
{
  return visit->registration.state == VISIT_REGISTRATION_DUE;
}

/* refuse_card: nothing was registered: what the center said of the card stands. */
static void
refuse_card (Visit *visit)
{
  visit->registration.state = VISIT_REGISTRATION_OVER;
  visit_end (visit, VISIT_FAILED, g_steal_pointer (&visit->registration.refusal));
}

static void
keep_failure (Visit *visit, const GError *error)
{
  Consent *terms = &visit->registration.terms;
  const GError *end = visit_get_decided_error (visit);
  const char *code = shikaku_error_get_plain_code (error);

  terms->error = (ShikakuError)(visit_is_ending (visit) && end != NULL ? end->code : error->code);
  terms->code = g_strdup (shikaku_error_get_center_code (error));
  terms->message = g_strdup (shikaku_error_get_center_text (error));
  log_event (LOG_WARNING, SHIKAKU_MESSAGE_USE_UNREGISTERED, visit->options->path,
             ((const LogField[]){ { "SHIKAKU_ERROR", shikaku_error_get_short_name (terms->error) },
                                  { "SHIKAKU_CENTER_CODE", code },
                                  { NULL, NULL } }),
             "visit: the card's registration was not confirmed (%s%s%s)", shikaku_error_get_short_name (terms->error),
             code != NULL ? ", code " : "", code != NULL ? code : "");
}

static void
note_registered (Visit *visit, gint64 at)
{
  Consent *terms = &visit->registration.terms;

  terms->granted = TRUE;
  terms->at = at;
  terms->error = SHIKAKU_ERROR_NONE;
  g_clear_pointer (&terms->code, g_free);
  g_clear_pointer (&terms->message, g_free);
  statistics_count (visit->host->statistics, STATISTICS_CARDS_REGISTERED);
}

/* on_registered: only a refusal of the center's is sure to have registered nothing: after all else it is asked. */
static void
on_registered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Visit *visit = user_data;
  Transport *transport = visit->transport;
  g_autoptr (GError) error = NULL;
  g_autoptr (TransportReply) reply = transport->klass->reply_finish (transport, result, &error);
  gboolean is_refused;

  visit_clock_end (&visit->clock, VISIT_WAIT_CENTER);
  statistics_count_call (visit->host->statistics, STATISTICS_REGISTRATIONS, error);
  visit->registration.state = VISIT_REGISTRATION_OVER;
  if (reply != NULL)
    note_registered (visit, reply->use.at);
  else
    {
      error = shikaku_error_adopt (g_steal_pointer (&error));
      keep_failure (visit, error);
    }
  is_refused = g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_REFUSED);
  visit->registration.is_in_doubt = reply == NULL && !is_refused;
  if (!visit_is_ending (visit) && is_refused)
    refuse_card (visit);
  else if (!visit_is_ending (visit))
    visit->registration.again (visit);
  visit_release (visit);
}

static void
send_registration (Visit *visit)
{
  const TransportConsentText text = { visit->registration.terms.version, visit->registration.terms.language };
  TransportCardQuery proof = { NULL };

  visit_set_state (visit, VISIT_CHECKING);
  visit->registration.state = VISIT_REGISTRATION_SENT;
  visit_card_fill_query (visit, &proof);
  visit_hold (visit);
  visit_clock_begin (&visit->clock, VISIT_WAIT_CENTER);
  visit->transport->klass->register_use (visit->transport, &proof, &text, visit_get_cancellable (visit), on_registered,
                                         visit);
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Visit *visit = user_data;
  Consent *terms = &visit->registration.terms;
  g_autoptr (GError) error = NULL;
  const char *answerer;
  g_autoptr (GArray) answers = visit_agent_ask_finish (visit, result, &answerer, &error);

  if (!visit_is_ending (visit))
    {
      terms->answerer = answers != NULL ? answerer : NULL;
      terms->answered = answers != NULL;
      terms->agreed = answers != NULL && answers->len > 0 && g_array_index (answers, gboolean, 0);
      if (answers != NULL)
        statistics_count (visit->host->statistics,
                          terms->agreed ? STATISTICS_CONSENTS_GRANTED : STATISTICS_CONSENTS_DENIED);
      else
        {
          error = shikaku_error_adopt (g_steal_pointer (&error));
          terms->error = (ShikakuError)error->code;
        }
      if (terms->agreed)
        send_registration (visit);
      else
        refuse_card (visit);
    }
  visit_release (visit);
}

void
visit_registration_begin (Visit *visit, void (*again) (Visit *visit))
{
  const char *language = visit->options->language;
  g_autofree char *text = visit_text (language, TERMS);
  Consent *terms = &visit->registration.terms;
  AgentQuestion question = { KIND, text, NULL };

  terms->version = visit_text_version (TERMS);
  terms->language = visit_text_language (language, TERMS);
  question.version = terms->version;
  visit->registration.again = again;
  visit->registration.state = VISIT_REGISTRATION_ASKING;
  visit_set_state (visit, VISIT_ASKING_CONSENT);
  if (!visit_is_ending (visit))
    visit_agent_ask (visit, &(AgentQuestions){ .questions = &question, .n_questions = 1 }, on_answered);
}

gboolean
visit_registration_end_in_time (Visit *visit)
{
  if (visit->registration.state != VISIT_REGISTRATION_DUE && visit->registration.state != VISIT_REGISTRATION_ASKING)
    return FALSE;
  visit->registration.terms.error = SHIKAKU_ERROR_TIMED_OUT;
  refuse_card (visit);
  return TRUE;
}

void
visit_registration_note_answer (Visit *visit, const GError *error)
{
  const gboolean is_unregistered = g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_REGISTERED);

  if (!visit->registration.is_in_doubt || (error != NULL && !is_unregistered))
    return;
  visit->registration.is_in_doubt = FALSE;
  if (!is_unregistered)
    note_registered (visit, 0);
}

void
visit_registration_advise (Visit *visit, Eligibility *eligibility)
{
  if (!visit->registration.is_in_doubt || eligibility->answer != ELIGIBILITY_UNKNOWN)
    return;
  g_free (eligibility->advice);
  eligibility->advice = visit_text (visit->options->language, "Advice registration-unknown");
}

const Consent *
visit_registration_get (Visit *visit)
{
  return visit->registration.state != VISIT_REGISTRATION_NONE ? &visit->registration.terms : NULL;
}

void
visit_registration_clear (Visit *visit)
{
  Consent *terms = &visit->registration.terms;

  g_clear_error (&visit->registration.refusal);
  g_free (terms->version);
  g_free (terms->language);
  g_free (terms->code);
  g_free (terms->message);
}
