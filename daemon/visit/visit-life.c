/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-life: see the header. In: what the steps reach, what ends the visit. Out: one state at a time, each transition
 * logged; one end, when nothing runs any more.
 */
#include "visit/visit-life.h"

#include "base/log.h"
#include "visit/visit-private.h"
#include "visit/visit-text.h"

static gboolean
on_timeout (gpointer user_data)
{
  Visit *visit = user_data;

  visit->life.timeout_source = 0;
  visit->life.steps->timed_out (visit);
  return G_SOURCE_REMOVE;
}

void
visit_life_init (Visit *visit, const VisitSteps *steps)
{
  visit->life.steps = steps;
  visit->life.state = visit->row->first_state;
  visit->life.cancellable = g_cancellable_new ();
  visit->life.timeout_source = g_timeout_add_seconds (visit->options->timeout_seconds, on_timeout, visit);
}

void
visit_life_clear (Visit *visit)
{
  g_assert (visit->life.pending == 0 && visit->life.start_source == 0 && visit->life.quiet_source == 0);
  g_clear_handle_id (&visit->life.timeout_source, g_source_remove);
  g_clear_pointer (&visit->life.waiters, g_ptr_array_unref);
  g_clear_error (&visit->life.error);
  g_clear_pointer (&visit->life.error_message, g_free);
  g_clear_object (&visit->life.cancellable);
}

static gboolean
on_start (gpointer user_data)
{
  Visit *visit = user_data;

  visit->life.start_source = 0;
  if (!visit->life.is_ending)
    visit->life.steps->begin (visit);
  visit_release (visit);
  return G_SOURCE_REMOVE;
}

void
visit_life_start (Visit *visit)
{
  visit_hold (visit);
  visit->life.start_source = g_idle_add_full (G_PRIORITY_DEFAULT, on_start, visit, NULL);
}

void
visit_set_state (Visit *visit, VisitState state)
{
  VisitState before = visit->life.state;

  if (before == state)
    return;
  g_return_if_fail (visit_state_may_become (before, state));

  if (visit_state_is_final (state))
    {
      visit->life.during = before;
      visit->life.steps->report (visit, state);
    }
  else
    log_info (visit->options->path, "visit: %s -> %s", visit_state_to_string (before), visit_state_to_string (state));
  visit->life.state = state;
  visit->host->changed (visit, visit->host->data);
}

/* answer_waiters: @tasks: (transfer full), or NULL. */
static void
answer_waiters (GPtrArray *tasks)
{
  for (guint i = 0; tasks != NULL && i < tasks->len; i++)
    g_task_return_boolean (tasks->pdata[i], TRUE);
  g_clear_pointer (&tasks, g_ptr_array_unref);
}

/* take_end: the end as others see it. */
static void
take_end (Visit *visit)
{
  const GError *error = visit->life.error;

  if (visit_state_is_final (visit->life.state))
    return;

  visit->life.steps->finish (visit);
  if (error != NULL)
    visit->life.error_message
        = visit_text (visit->options->language, visit->life.for_sleep ? "Error %s sleep" : "Error %s",
                      shikaku_error_get_short_name ((ShikakuError)error->code));
  visit->life.expires = g_get_real_time () + (gint64)visit->host->retention_seconds * G_USEC_PER_SEC;
  visit_set_state (visit, visit->life.outcome);
}

/* on_quiet: nothing runs any more: the end takes place. Who waits for that is told last: it may be erased by then. */
static gboolean
on_quiet (gpointer user_data)
{
  Visit *visit = user_data;
  GPtrArray *waiters;

  visit->life.quiet_source = 0;
  visit->life.is_quiet = TRUE;
  visit->life.steps->let_go (visit);
  take_end (visit);
  visit->host->went_quiet (visit, visit->host->data);
  waiters = g_steal_pointer (&visit->life.waiters);
  visit->life.steps->went_quiet (visit);
  answer_waiters (waiters);
  return G_SOURCE_REMOVE;
}

/*
 * end_when_quiet: an end that is decided takes place once nothing runs. From the main loop and after what is already
 * queued there, so that nobody is called from within its own call, and a service that went down has been noticed.
 */
static void
end_when_quiet (Visit *visit)
{
  if (!visit->life.is_ending || visit->life.pending > 0 || visit->life.quiet_source != 0 || visit->life.is_quiet)
    return;
  visit->life.quiet_source = g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, on_quiet, visit, NULL);
}

void
visit_hold (Visit *visit)
{
  visit->life.pending++;
}

void
visit_release (Visit *visit)
{
  visit->life.pending--;
  end_when_quiet (visit);
}

/* name_ender: who ends a visit with @error. Only the owner cancels by that outcome; else the patient gave up. */
static const char *
name_ender (VisitState outcome, const GError *error)
{
  if (error == NULL)
    return NULL;
  switch (error->code)
    {
    case SHIKAKU_ERROR_CANCELLED:
      return outcome == VISIT_CANCELLED ? "caller" : "patient";
    case SHIKAKU_ERROR_AGENT_GONE:
      return "agent";
    case SHIKAKU_ERROR_TIMED_OUT:
    case SHIKAKU_ERROR_SHUTTING_DOWN:
      return "daemon";
    default:
      return NULL;
    }
}

void
visit_end (Visit *visit, VisitState outcome, GError *error)
{
  if (visit->life.is_ending)
    {
      g_clear_error (&error);
      return;
    }

  visit->life.is_ending = TRUE;
  visit->life.by = name_ender (outcome, error);
  /* Also the patient may give up. */
  visit->life.outcome = g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED) ? VISIT_CANCELLED : outcome;
  visit->life.error = error;
  g_clear_handle_id (&visit->life.timeout_source, g_source_remove);
  visit_clock_end (&visit->clock, VISIT_WAIT_PERSON); /* nobody is asked any more */
  visit_hold (visit);
  g_cancellable_cancel (visit->life.cancellable);
  visit->life.steps->stop (visit);
  visit_release (visit);
}

void
visit_fail (Visit *visit, ShikakuError code, const char *reason)
{
  visit_end (visit, VISIT_FAILED, g_error_new_literal (SHIKAKU_ERROR, (int)code, reason));
}

void
visit_dismiss (Visit *visit)
{
  if (visit->life.is_ending)
    return;
  visit_end (visit, VISIT_CANCELLED,
             g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "the reader was freed"));
  visit->life.by = "manager";
}

void
visit_interrupt (Visit *visit, gboolean for_sleep)
{
  visit->life.for_sleep = for_sleep && !visit->life.is_ending;
  visit_fail (visit, SHIKAKU_ERROR_SHUTTING_DOWN,
              for_sleep ? "the machine is going to sleep" : "the daemon is being stopped");
}

void
visit_replace_error (Visit *visit, ShikakuError from, ShikakuError to, const char *reason)
{
  if (visit_state_is_final (visit->life.state) || !g_error_matches (visit->life.error, SHIKAKU_ERROR, (int)from))
    return;
  g_clear_error (&visit->life.error);
  visit->life.error = g_error_new_literal (SHIKAKU_ERROR, (int)to, reason);
}

void
visit_give_up (Visit *visit)
{
  g_return_if_fail (visit->life.is_ending);

  take_end (visit);
  answer_waiters (g_steal_pointer (&visit->life.waiters));
}

void
visit_wait_quiet (Visit *visit, GTask *task)
{
  if (visit_state_is_final (visit->life.state))
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  if (visit->life.waiters == NULL)
    visit->life.waiters = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (visit->life.waiters, task);
}

gboolean
visit_is_in (Visit *visit, VisitState state)
{
  return visit->life.state == state;
}

gboolean
visit_is_ending (Visit *visit)
{
  return visit->life.is_ending;
}

VisitState
visit_get_outcome (Visit *visit)
{
  return visit->life.outcome;
}

const GError *
visit_get_decided_error (Visit *visit)
{
  return visit->life.error;
}

GCancellable *
visit_get_cancellable (Visit *visit)
{
  return visit->life.cancellable;
}

void
visit_set_closing (Visit *visit)
{
  visit->life.is_closing = TRUE;
}

gboolean
visit_is_closing (Visit *visit)
{
  return visit->life.is_closing;
}

void
visit_set_closed (Visit *visit)
{
  visit->life.is_closed = TRUE;
}

gboolean
visit_is_closed (Visit *visit)
{
  return visit->life.is_closed;
}

void
visit_shift_expiry (Visit *visit, gint64 shift)
{
  visit->life.expires += shift;
}
