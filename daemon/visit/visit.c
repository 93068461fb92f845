/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit: the state, the end, and what others may see of a visit. In: what the other rooms and the station decide. Out:
 * one state at a time, each transition logged; one end, when everything has come to rest.
 */
#include "visit/visit-private.h"

#include "base/error.h"
#include "base/log.h"
#include "visit/visit-text.h"

#define TO(state) (1u << (state))
#define TO_END (TO (VISIT_FAILED) | TO (VISIT_CANCELLED))

/* From which state a visit may go where. Consent is asked beside the query: either may be waited for last. */
static const struct
{
  const char *name;
  guint next;
} states[] = {
  [VISIT_WAITING_FOR_CARD] = { "waiting-for-card", TO (VISIT_READING_CARD) | TO_END },
  [VISIT_READING_CARD] = { "reading-card", TO (VISIT_ASKING_PIN) | TO_END },
  [VISIT_ASKING_PIN] = { "asking-pin", TO (VISIT_PROVING) | TO_END },
  [VISIT_PROVING] = { "proving", TO (VISIT_ASKING_CONSENT) | TO (VISIT_CHECKING) | TO_END },
  [VISIT_ASKING_CONSENT] = { "asking-consent", TO (VISIT_CHECKING) | TO (VISIT_DONE) | TO_END },
  [VISIT_CHECKING] = { "checking", TO (VISIT_ASKING_CONSENT) | TO (VISIT_DONE) | TO_END },
  [VISIT_DONE] = { "done", 0 },
  [VISIT_FAILED] = { "failed", 0 },
  [VISIT_CANCELLED] = { "cancelled", 0 },
};

/* What the patient is told when a visit fails; "ask-staff" for everything else. */
static const struct
{
  ShikakuError error;
  const char *message;
} failure_messages[] = {
  { SHIKAKU_ERROR_PIN_LOCKED, "pin-locked" },
  { SHIKAKU_ERROR_PIN_INCORRECT, "pin-incorrect" },
  { SHIKAKU_ERROR_CARD_UNSUPPORTED, "card-unsupported" },
};

const char *
visit_state_to_string (VisitState state)
{
  g_return_val_if_fail (state < G_N_ELEMENTS (states), NULL);

  return states[state].name;
}

static void
insured_free (TransportNumberQuery *insured)
{
  g_free ((char *)insured->insurer_number);
  g_free ((char *)insured->symbol);
  g_free ((char *)insured->number);
  g_free ((char *)insured->branch);
  g_free ((char *)insured->birthdate);
  g_free ((char *)insured->date);
  g_free (insured);
}

static TransportNumberQuery *
insured_copy (const TransportNumberQuery *insured)
{
  TransportNumberQuery *copy = g_new0 (TransportNumberQuery, 1);

  copy->insurer_number = g_strdup (insured->insurer_number);
  copy->symbol = g_strdup (insured->symbol);
  copy->number = g_strdup (insured->number);
  copy->branch = g_strdup (insured->branch);
  copy->birthdate = g_strdup (insured->birthdate);
  copy->date = g_strdup (insured->date);
  return copy;
}

static gboolean
on_timeout (gpointer user_data)
{
  Visit *visit = user_data;

  visit->timeout = 0;
  if (visit->query_answered) /* a consent may never cost the answer */
    visit_end (visit, VISIT_DONE, NULL);
  else
    visit_fail (visit, SHIKAKU_ERROR_TIMED_OUT, "the time for the visit is over");
  return G_SOURCE_REMOVE;
}

Visit *
visit_new (const VisitHost *host, const VisitSettings *settings)
{
  Visit *visit = g_new0 (Visit, 1);

  visit->references = 1;
  visit->host = host;
  visit->path = g_strdup (settings->path);
  visit->owner = g_strdup (settings->owner);
  visit->caller = g_strdup (settings->caller != NULL ? settings->caller : settings->owner);
  visit->language = g_strdup (settings->language != NULL && *settings->language != '\0' ? settings->language
                                                                                        : VISIT_LANGUAGE_DEFAULT);
  visit->reader_path = g_strdup (settings->reader_path != NULL ? settings->reader_path : "/");
  visit->reader_name = g_strdup (settings->reader_name != NULL ? settings->reader_name : "");
  visit->worker = settings->worker != NULL ? card_worker_ref (settings->worker) : NULL;
  visit->insured = settings->insured != NULL ? insured_copy (settings->insured) : NULL;
  visit->origin = settings->insured != NULL ? "number" : "card";
  visit->method = settings->insured != NULL ? "none" : "";
  visit->state = settings->insured != NULL ? VISIT_CHECKING : VISIT_WAITING_FOR_CARD;
  visit->consents = settings->consents;
  visit->last_try = settings->last_try;
  visit->same_card = settings->same_card;
  visit->opened = g_get_real_time ();
  visit_clock_start (&visit->clock);
  visit->cancellable = g_cancellable_new ();
  visit->timeout = g_timeout_add_seconds (settings->timeout, on_timeout, visit);
  return visit;
}

Visit *
visit_ref (Visit *visit)
{
  visit->references++;
  return visit;
}

void
visit_unref (Visit *visit)
{
  if (--visit->references > 0)
    return;

  g_assert (visit->pending == 0 && visit->start == 0 && visit->rest == 0 && visit->agent == NULL);
  g_clear_handle_id (&visit->timeout, g_source_remove);
  g_clear_pointer (&visit->worker, card_worker_unref);
  g_clear_pointer (&visit->insured, insured_free);
  g_clear_pointer (&visit->eligibility, eligibility_free);
  g_clear_pointer (&visit->proof, card_proof_free);
  g_clear_pointer (&visit->cancel_tasks, g_ptr_array_unref);
  g_clear_error (&visit->error);
  g_array_unref (visit->consents);
  g_object_unref (visit->cancellable);
  g_free (visit->path);
  g_free (visit->owner);
  g_free (visit->caller);
  g_free (visit->language);
  g_free (visit->reader_path);
  g_free (visit->reader_name);
  g_free (visit->error_message);
  g_free (visit);
}

static gboolean
on_start (gpointer user_data)
{
  Visit *visit = user_data;

  visit->start = 0;
  if (!visit->ending)
    {
      visit->started = TRUE;
      visit->host->started (visit, visit->host->data);
      if (visit->insured == NULL)
        visit_card_begin (visit);
      else if (visit->consents->len == 0 || visit_acquire_agent (visit, "consent"))
        visit_query_begin (visit);
    }
  visit_release (visit);
  return G_SOURCE_REMOVE;
}

void
visit_start (Visit *visit)
{
  visit_hold (visit);
  visit->start = g_idle_add_full (G_PRIORITY_DEFAULT, on_start, visit, NULL);
}

void
visit_set_state (Visit *visit, VisitState state)
{
  if (visit->state == state)
    return;
  g_return_if_fail ((states[visit->state].next & TO (state)) != 0);

  if (states[state].next == 0)
    visit_report_end (visit, visit->state, state);
  else
    log_info (visit->path, "visit: %s -> %s", states[visit->state].name, states[state].name);
  visit->state = state;
  visit->host->changed (visit, visit->host->data);
}

static void
tell_patient (Visit *visit)
{
  const char *message = "ask-staff";

  if (visit->outcome == VISIT_DONE)
    {
      if (visit->card_present)
        visit_show (visit, "remove-card");
      return;
    }

  if (visit->outcome == VISIT_CANCELLED)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (failure_messages); i++)
    if (visit->error->code == (int)failure_messages[i].error)
      message = failure_messages[i].message;
  visit_show (visit, message);
}

static void
answer_cancel_tasks (Visit *visit)
{
  g_autoptr (GPtrArray) tasks = g_steal_pointer (&visit->cancel_tasks);

  for (guint i = 0; tasks != NULL && i < tasks->len; i++)
    g_task_return_boolean (tasks->pdata[i], TRUE);
}

/* explain_ungranted: what was agreed to in vain shall not look like a patient's no. */
static void
explain_ungranted (Visit *visit)
{
  for (guint i = 0; i < visit->consents->len; i++)
    {
      Consent *consent = &g_array_index (visit->consents, Consent, i);

      if (consent->agreed && !consent->granted && consent->error == SHIKAKU_ERROR_NONE)
        consent->error = visit->error != NULL ? (ShikakuError)visit->error->code : SHIKAKU_ERROR_CENTER_REFUSED;
    }
}

/* take_end: the end as others see it. */
static void
take_end (Visit *visit)
{
  if (visit_is_finished (visit))
    return;

  explain_ungranted (visit);
  if (visit->error != NULL)
    visit->error_message = visit_text (visit->language, visit->for_sleep ? "Error %s sleep" : "Error %s",
                                       shikaku_error_get_short_name ((ShikakuError)visit->error->code));
  visit->expires = g_get_real_time () + (gint64)visit->host->retention * G_USEC_PER_SEC;
  visit->erase_at = g_get_monotonic_time () + (gint64)visit->host->retention * G_USEC_PER_SEC;
  visit_set_state (visit, visit->outcome);
}

/* on_rest: nothing runs any more: the end takes place. */
static gboolean
on_rest (gpointer user_data)
{
  Visit *visit = user_data;

  visit->rest = 0;
  visit->rested = TRUE;
  if (visit->agent != NULL)
    {
      tell_patient (visit);
      visit->host->agents.klass->release (g_steal_pointer (&visit->agent));
    }
  g_clear_pointer (&visit->proof, card_proof_free);
  g_clear_pointer (&visit->worker, card_worker_unref);
  g_clear_pointer (&visit->insured, insured_free);
  take_end (visit);
  visit->host->rested (visit, visit->host->data);
  answer_cancel_tasks (visit);
  visit_unref (visit);
  return G_SOURCE_REMOVE;
}

/*
 * settle: an end that is decided takes place once nothing runs. From the main loop and after what is already queued
 * there, so that nobody is called from within its own call, and a service that went down has been noticed as such.
 */
static void
settle (Visit *visit)
{
  if (!visit->ending || visit->pending > 0 || visit->rest != 0 || visit->rested)
    return;
  visit->rest = g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, on_rest, visit_ref (visit), NULL);
}

void
visit_hold (Visit *visit)
{
  visit->pending++;
  visit_ref (visit);
}

void
visit_release (Visit *visit)
{
  visit->pending--;
  settle (visit);
  visit_unref (visit);
}

void
visit_end (Visit *visit, VisitState outcome, GError *error)
{
  AgentContext context = visit_get_agent_context (visit);

  if (visit->ending)
    {
      g_clear_error (&error);
      return;
    }

  visit->ending = TRUE;
  /* Also the patient may give up. */
  visit->outcome = g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED) ? VISIT_CANCELLED : outcome;
  visit->error = error;
  g_clear_handle_id (&visit->timeout, g_source_remove);
  visit_clock_end (&visit->clock, VISIT_WAIT_PERSON); /* nobody is asked any more */
  visit_hold (visit);
  g_cancellable_cancel (visit->cancellable);
  if (visit->agent != NULL && (outcome != VISIT_DONE || visit->asking))
    visit->host->agents.klass->cancel (visit->agent, &context);
  if (visit->proof != NULL && error != NULL)
    card_proof_abort (visit->proof, g_error_copy (error));
  visit_release (visit);
}

void
visit_fail (Visit *visit, ShikakuError code, const char *reason)
{
  visit_end (visit, VISIT_FAILED, g_error_new_literal (SHIKAKU_ERROR, (int)code, reason));
}

void
visit_interrupt (Visit *visit, gboolean for_sleep)
{
  visit->for_sleep = for_sleep && !visit->ending;
  visit_fail (visit, SHIKAKU_ERROR_SHUTTING_DOWN,
              for_sleep ? "the machine is going to sleep" : "the daemon is being stopped");
}

void
visit_replace_error (Visit *visit, ShikakuError code, const char *reason)
{
  if (!visit->ending || visit_is_finished (visit) || visit->error == NULL)
    return;
  g_clear_error (&visit->error);
  visit->error = g_error_new_literal (SHIKAKU_ERROR, (int)code, reason);
}

void
visit_give_up (Visit *visit)
{
  g_return_if_fail (visit->ending);

  take_end (visit);
  answer_cancel_tasks (visit);
}

AgentContext
visit_get_agent_context (Visit *visit)
{
  AgentContext context = { visit->path, visit->reader_name, visit->caller, visit->language };

  return context;
}

void
visit_show (Visit *visit, const char *message)
{
  const AgentPortClass *agents = visit->host->agents.klass;
  AgentContext context = visit_get_agent_context (visit);
  g_autofree char *text = NULL;

  if (visit->agent == NULL || !agents->has_capability (visit->agent, "message"))
    return;
  text = visit_text (visit->language, "Message %s", message);
  agents->show_message (visit->agent, &context, message, text != NULL ? text : "");
}

gboolean
visit_acquire_agent (Visit *visit, const char *capability)
{
  const AgentPort *agents = &visit->host->agents;
  g_autoptr (GError) error = NULL;
  Agent *agent = agents->klass->acquire (agents->port, visit->reader_path, capability, &error);

  if (agent == NULL && visit->agent == NULL)
    {
      visit_end (visit, VISIT_FAILED, shikaku_error_adopt (g_steal_pointer (&error)));
      return FALSE;
    }
  if (agent != NULL && visit->agent != NULL)
    agents->klass->release (visit->agent);
  if (agent != NULL)
    visit->agent = agent;
  visit->agent_is_caller = g_strcmp0 (agents->klass->get_owner (visit->agent), visit->owner) == 0;
  return TRUE;
}

const char *
visit_get_path (Visit *visit)
{
  return visit->path;
}

const char *
visit_get_owner (Visit *visit)
{
  return visit->owner;
}

VisitState
visit_get_state (Visit *visit)
{
  return visit->state;
}

gboolean
visit_is_finished (Visit *visit)
{
  return states[visit->state].next == 0;
}

const char *
visit_get_origin (Visit *visit)
{
  return visit->origin;
}

const char *
visit_get_method (Visit *visit)
{
  return visit->method;
}

gboolean
visit_get_agent_is_caller (Visit *visit)
{
  return visit->agent_is_caller;
}

const char *
visit_get_reader (Visit *visit)
{
  return visit->reader_path;
}

gint64
visit_get_opened (Visit *visit)
{
  return visit->opened;
}

gint64
visit_get_expires (Visit *visit)
{
  return visit->expires;
}

gint64
visit_get_time (Visit *visit, VisitPart part)
{
  return visit->clock.parts[part];
}

const char *
visit_get_answer (Visit *visit)
{
  return visit->state == VISIT_DONE ? eligibility_answer_to_string (visit->eligibility->answer) : NULL;
}

const GError *
visit_get_error (Visit *visit)
{
  return visit_is_finished (visit) ? visit->error : NULL;
}

const char *
visit_get_error_message (Visit *visit)
{
  return visit->error_message != NULL ? visit->error_message : "";
}

const Eligibility *
visit_get_eligibility (Visit *visit)
{
  return visit->state == VISIT_DONE ? visit->eligibility : NULL;
}

const GArray *
visit_get_consents (Visit *visit)
{
  return visit->consents;
}

GBytes *
visit_get_message (Visit *visit)
{
  const Eligibility *eligibility = visit_get_eligibility (visit);

  return eligibility != NULL && eligibility->reply != NULL ? eligibility->reply->body : NULL;
}

void
visit_cancel (Visit *visit, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_source_tag (task, visit_cancel);
  if (visit_is_finished (visit))
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  if (visit->cancel_tasks == NULL)
    visit->cancel_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (visit->cancel_tasks, task);
  visit_end (visit, VISIT_CANCELLED,
             g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "cancelled by the owner"));
}

void
visit_cancel_finish (Visit *visit, GAsyncResult *result)
{
  g_return_if_fail (g_task_is_valid (result, NULL));

  g_task_propagate_boolean (G_TASK (result), NULL);
}
