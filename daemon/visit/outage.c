/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * outage: see the header. One item is at work at a time: look at the oldest → ask the center → write the outcome → the
 * next. Between two of these steps nothing else begins (is_working), and what holds it up is told once.
 */
#include "visit/outage.h"

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "center/backoff.h"
#include "store/events.h"
#include "store/outage-queue.h"
#include "visit/eligibility.h"

#define KEEP_MILLISECONDS 3000 /* that a visit waits for the disk */
#define PAUSE_BASE_SECONDS 5   /* of the back-off */
#define PAUSE_CAP_SECONDS 300
#define PAUSE_DOUBLINGS_MAXIMUM 10
#define BAD_ANSWERS_MAXIMUM 3 /* to one item: then that is its fate */

/* The fates, as the event and the log call them. */
#define FATE_ANSWERED "answered"
#define FATE_REFUSED "refused"
#define FATE_EXPIRED "expired"
#define FATE_UNREADABLE "unreadable"
#define FATE_DROPPED "dropped"

struct Outage
{
  guint references; /* its owner's, and one of each call that is under way */
  gboolean is_freed;
  OutageQueue *queue;
  Transports *transports;
  Statistics *statistics;
  Events *events;
  void (*changed) (gpointer user_data);
  gpointer user_data;

  guint count;
  gboolean is_working;
  guint pause_source;
  guint attempts;
  ShikakuError obstacle;
  GCancellable *cancellable;

  Transport *transport; /* that asks */
  OutageItem *item;     /* at work */
  GError *failure;      /* of it, while it is noted that it was not passed on */
  guint bad_answers;    /* to the item of this place */
  guint64 bad_place;

  GTask *drop; /* all are to go; NULL: no */
  guint dropped;
};

/* What is told of an item. */
typedef struct
{
  OutageItem *item;
  const char *fate, *answer; /* static; @answer: NULL: none */
  ShikakuError error;
} Outcome;

static void look_at_next (Outage *outage);
static void end_drop (Outage *outage, GError *error);

static Outage *
outage_ref (Outage *outage)
{
  outage->references++;
  return outage;
}

static void
outage_unref (Outage *outage)
{
  if (--outage->references > 0)
    return;
  outage_queue_free (outage->queue);
  g_clear_pointer (&outage->item, outage_item_free);
  g_clear_error (&outage->failure);
  g_object_unref (outage->cancellable);
  g_free (outage);
}

Outage *
outage_new (Store *store, Transports *transports, Statistics *statistics, void (*changed) (gpointer user_data),
            gpointer user_data)
{
  Outage *outage = g_new0 (Outage, 1);

  outage->references = 1;
  outage->queue = outage_queue_new (store);
  outage->transports = transports;
  outage->statistics = statistics;
  outage->changed = changed;
  outage->user_data = user_data;
  outage->cancellable = g_cancellable_new ();
  return outage;
}

void
outage_free (Outage *outage)
{
  if (outage == NULL)
    return;
  outage->is_freed = TRUE;
  outage->events = NULL;
  g_clear_handle_id (&outage->pause_source, g_source_remove);
  g_cancellable_cancel (outage->cancellable);
  end_drop (outage, g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_SHUTTING_DOWN, "the daemon is being stopped"));
  outage_unref (outage);
}

void
outage_set_events (Outage *outage, Events *events)
{
  outage->events = events;
}

static void
set_count (Outage *outage, guint count)
{
  if (outage->count == count || outage->is_freed)
    return;
  outage->count = count;
  outage->changed (outage->user_data);
}

/* Waiting. */

static gboolean
on_pause_over (gpointer user_data)
{
  Outage *outage = user_data;

  outage->pause_source = 0;
  look_at_next (outage);
  return G_SOURCE_REMOVE;
}

static void
pause_for (Outage *outage, guint seconds)
{
  outage->is_working = FALSE;
  if (outage->is_freed)
    return;
  if (outage->drop != NULL)
    {
      look_at_next (outage);
      return;
    }
  g_clear_handle_id (&outage->pause_source, g_source_remove);
  outage->pause_source = g_timeout_add_seconds (seconds, on_pause_over, outage);
}

/* pause_a_while: longer each time. @at_least: seconds. */
static void
pause_a_while (Outage *outage, guint at_least)
{
  const guint delay = backoff_delay (outage->attempts, PAUSE_BASE_SECONDS, PAUSE_CAP_SECONDS, g_random_int ());

  outage->attempts = MIN (outage->attempts + 1, PAUSE_DOUBLINGS_MAXIMUM);
  pause_for (outage, MAX (MAX (delay, at_least), 1));
}

/* end_drop: @error: (transfer full); NULL: all are gone. */
static void
end_drop (Outage *outage, GError *error)
{
  g_autoptr (GTask) drop = g_steal_pointer (&outage->drop);

  if (drop == NULL)
    g_clear_error (&error);
  else if (error != NULL)
    g_task_return_error (drop, error);
  else
    g_task_return_int (drop, outage->dropped);
}

/* wait_for_people: until something changes here; but the end of the item's time does not wait. */
static void
wait_for_people (Outage *outage, ShikakuError obstacle)
{
  const gint64 left = outage->item->until - g_get_real_time ();

  if (outage->obstacle != obstacle)
    log_event (LOG_WARNING, SHIKAKU_MESSAGE_OUTAGE_HELD_UP, NULL,
               ((const LogField[]){ { "SHIKAKU_ERROR", shikaku_error_get_short_name (obstacle) }, { NULL, NULL } }),
               "outage: what could not be asked waits until this is mended: %s",
               shikaku_error_get_short_name (obstacle));
  outage->obstacle = obstacle;
  pause_for (outage, (guint)CLAMP (left / G_USEC_PER_SEC + 1, 1, TRANSPORT_LATE_SECONDS));
}

/* The outcome. */

static void
free_outcome (gpointer data)
{
  Outcome *outcome = data;

  outage_item_free (outcome->item);
  g_free (outcome);
}

/* write_events: inside the job that removes the item: for each user one event of its own, without personal data. */
static gboolean
write_events (struct sqlite3 *database, gpointer data, GError **error)
{
  const Outcome *outcome = data;
  g_autoptr (GString) details = g_string_new (NULL);
  gboolean done = TRUE;

  event_details_add_text (details, 's', "Queued", outcome->item->id);
  event_details_add_text (details, 's', "Fate", outcome->fate);
  event_details_add_text (details, 's', "Answer", outcome->answer);
  event_details_add_text (details, 's', "Error",
                          outcome->error != SHIKAKU_ERROR_NONE ? shikaku_error_get_name (outcome->error) : NULL);
  for (guint i = 0; outcome->item->users != NULL && i < outcome->item->users->len && done; i++)
    done = events_add_in (database, EVENT_OUTAGE_RESOLVED, g_array_index (outcome->item->users, guint32, i), details,
                          error);
  return done;
}

static void
on_removed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outage *outage = user_data;
  guint removed = 0, count = 0;
  GError *error = NULL;

  if (!outage_queue_remove_finish (result, &removed, &count, &error))
    {
      end_drop (outage, error);
      pause_a_while (outage, 0); /* the store has logged why; the center answers it as before */
    }
  else
    {
      outage->dropped += outage->drop != NULL ? removed : 0;
      if (outage->events != NULL)
        events_note_written (outage->events);
      outage->attempts = 0;
      outage->is_working = FALSE;
      set_count (outage, count);
      look_at_next (outage);
    }
  outage_unref (outage);
}

static StatisticsCounter
choose_counter (const char *fate)
{
  return g_str_equal (fate, FATE_ANSWERED)  ? STATISTICS_OUTAGES_ANSWERED
         : g_str_equal (fate, FATE_REFUSED) ? STATISTICS_OUTAGES_REFUSED
         : g_str_equal (fate, FATE_EXPIRED) ? STATISTICS_OUTAGES_EXPIRED
                                            : STATISTICS_OUTAGES_LOST;
}

/* resolve: the item at work has come to its end. @answer: NULL: none. */
static void
resolve (Outage *outage, const char *fate, const char *answer, ShikakuError error)
{
  Outcome *outcome = g_new0 (Outcome, 1);

  *outcome = (Outcome){ g_steal_pointer (&outage->item), fate, answer, error };
  outage->obstacle = SHIKAKU_ERROR_NONE;
  statistics_count (outage->statistics, choose_counter (fate));
  log_event (answer != NULL ? LOG_NOTICE : LOG_WARNING, SHIKAKU_MESSAGE_OUTAGE_RESOLVED, NULL,
             ((const LogField[]){ { "SHIKAKU_QUEUED", outcome->item->id }, { "SHIKAKU_FATE", fate }, { NULL, NULL } }),
             "outage: %s: %s%s%s", outcome->item->id, fate, error != SHIKAKU_ERROR_NONE ? ", " : "",
             error != SHIKAKU_ERROR_NONE ? shikaku_error_get_short_name (error) : "");
  outage_queue_remove (outage->queue, outcome->item->place, write_events, outcome, free_outcome, on_removed,
                       outage_ref (outage));
}

/* Asking. */

static gboolean
is_of_this_desk (const GError *error)
{
  static const ShikakuError codes[]
      = { SHIKAKU_ERROR_CREDENTIAL_MISSING, SHIKAKU_ERROR_CREDENTIAL_EXPIRED, SHIKAKU_ERROR_CENTER_UNTRUSTED };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, SHIKAKU_ERROR, (int)codes[i]))
      return TRUE;
  /* A refusal without a code of the center's is not about this question: the account, the way in. */
  return g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_REFUSED)
         && shikaku_error_get_center_code (error) == NULL;
}

/*
 * is_bad_answer: whether that may be better the next time: what answered may not have been the center. A terminal has
 * passed the question on, and nobody asks it twice.
 */
static gboolean
is_bad_answer (Outage *outage, const GError *error)
{
  if (!g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID) || outage->transport->name != NULL)
    return FALSE;
  if (outage->bad_place != outage->item->place)
    outage->bad_answers = 0;
  outage->bad_place = outage->item->place;
  return ++outage->bad_answers < BAD_ANSWERS_MAXIMUM;
}

/* is_passing: whether the question was not worked on, and may be asked later as it is. */
static gboolean
is_passing (const GError *error)
{
  return g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_UNREACHABLE)
         || g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_BUSY)
         || g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED);
}

static void
take_failure (Outage *outage, const GError *error)
{
  const ShikakuError code = error != NULL ? (ShikakuError)error->code : SHIKAKU_ERROR_FAILED;
  guint at_least = 0;

  if (is_passing (error) || is_bad_answer (outage, error))
    {
      shikaku_error_get_retry_after (error, &at_least);
      pause_a_while (outage, MIN (at_least, PAUSE_CAP_SECONDS));
    }
  else if (is_of_this_desk (error))
    wait_for_people (outage, code);
  else
    resolve (outage, FATE_REFUSED, NULL, code);
}

/* get_answer: that nothing is found under typed numbers does not prove that nobody insures this person. */
static const char *
get_answer (Outage *outage, const Eligibility *eligibility)
{
  const gboolean is_typed = outage->item->kind == TRANSPORT_ASKS_BY_NUMBER;
  const gboolean is_none = eligibility->qualification->validity == QUALIFICATION_NONE;

  return eligibility_answer_to_string (is_typed && is_none ? ELIGIBILITY_UNKNOWN : eligibility->answer);
}

static void
on_forgotten (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outage *outage = user_data;
  g_autoptr (GError) failure = g_steal_pointer (&outage->failure);

  outage_queue_note_asked_finish (result, NULL); /* else it counts as passed on, and is not asked again */
  if (!outage->is_freed)
    take_failure (outage, failure);
  outage_unref (outage);
}

static void
on_repeated (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outage *outage = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (Eligibility) eligibility = NULL;
  TransportReply *reply;

  if (outage->is_freed) /* the transport may be gone too; the task frees what it has */
    {
      outage_unref (outage);
      return;
    }
  reply = outage->transport->klass->reply_finish (outage->transport, result, &error);
  eligibility = reply != NULL ? eligibility_new_from_reply (reply, "en", &error) : NULL;
  statistics_count_call (outage->statistics, STATISTICS_QUERIES, error);
  if (error != NULL)
    error = shikaku_error_adopt (g_steal_pointer (&error));
  if (eligibility != NULL)
    resolve (outage, FATE_ANSWERED, get_answer (outage, eligibility), SHIKAKU_ERROR_NONE);
  else if (outage->transport->name != NULL && (is_passing (error) || is_of_this_desk (error)))
    {
      outage->failure = g_steal_pointer (&error);
      outage_queue_note_asked (outage->queue, outage->item->place, FALSE, on_forgotten, outage_ref (outage));
    }
  else
    take_failure (outage, error);
  outage_unref (outage);
}

static void
repeat (Outage *outage)
{
  outage->transport->klass->repeat (outage->transport, (TransportAbility)outage->item->kind, outage->item->request,
                                    outage->cancellable, on_repeated, outage_ref (outage));
}

static void
on_noted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outage *outage = user_data;
  const gboolean is_noted = outage_queue_note_asked_finish (result, NULL);

  if (!outage->is_freed && is_noted)
    repeat (outage);
  else if (!outage->is_freed)
    pause_a_while (outage, 0);
  outage_unref (outage);
}

/*
 * ask_center: a terminal passes a question on, and what it has taken nobody asks again: that it may have it is on the
 * disk before it gets it.
 */
static void
ask_center (Outage *outage)
{
  outage->transport = transports_find (outage->transports, (TransportAbility)outage->item->kind, NULL);
  if (outage->transport == NULL)
    wait_for_people (outage, SHIKAKU_ERROR_CREDENTIAL_MISSING);
  else if (outage->transport->name != NULL)
    outage_queue_note_asked (outage->queue, outage->item->place, TRUE, on_noted, outage_ref (outage));
  else
    repeat (outage);
}

/* judge_item: what is to be done with the oldest. */
static void
judge_item (Outage *outage)
{
  if (outage->item == NULL)
    {
      outage->is_working = FALSE;
      outage->obstacle = SHIKAKU_ERROR_NONE;
      end_drop (outage, NULL);
    }
  else if (outage->drop != NULL)
    resolve (outage, FATE_DROPPED, NULL, SHIKAKU_ERROR_CANCELLED);
  else if (outage->item->until <= g_get_real_time ())
    resolve (outage, FATE_EXPIRED, NULL, SHIKAKU_ERROR_TIMED_OUT);
  else if (outage->item->is_asked) /* when the daemon ended */
    resolve (outage, FATE_REFUSED, NULL, SHIKAKU_ERROR_TIMED_OUT);
  else if (outage->item->request != NULL)
    ask_center (outage);
  else if (!outage_queue_has_key (outage->queue)) /* which may come back */
    wait_for_people (outage, SHIKAKU_ERROR_NOT_FOUND);
  else
    resolve (outage, FATE_UNREADABLE, NULL, SHIKAKU_ERROR_FAILED);
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outage *outage = user_data;
  GError *error = NULL;
  guint count = 0;

  g_clear_pointer (&outage->item, outage_item_free);
  outage->item = outage_queue_look_finish (result, &count, &error);
  if (outage->is_freed)
    g_clear_error (&error);
  else if (error != NULL)
    {
      end_drop (outage, error);
      pause_a_while (outage, 0);
    }
  else
    {
      set_count (outage, count);
      judge_item (outage);
    }
  outage_unref (outage);
}

static void
look_at_next (Outage *outage)
{
  if (outage->is_working || outage->is_freed)
    return;
  outage->is_working = TRUE;
  g_clear_handle_id (&outage->pause_source, g_source_remove);
  outage_queue_look (outage->queue, on_looked, outage_ref (outage));
}

void
outage_begin (Outage *outage)
{
  if (outage_queue_is_begun (outage->queue))
    look_at_next (outage);
}

/* is_center_back: also one that has failed too often lately, as after an outage each has. */
static gboolean
is_center_back (Outage *outage)
{
  return transports_get_state (outage->transports) == TRANSPORT_ONLINE
         || (transports_get_state (outage->transports) == TRANSPORT_DEGRADED
             && transports_get_cause (outage->transports) == SHIKAKU_CAUSE_CENTER_UNSTEADY);
}

/* A center that is back is asked at once; and whatever held an item up may be mended. */
void
outage_note_center (Outage *outage)
{
  if (outage == NULL || outage->count == 0 || !is_center_back (outage))
    return;
  outage->attempts = 0; /* should the one that is under way fail */
  look_at_next (outage);
}

/* Keeping. */

typedef struct
{
  Outage *outage;
  GTask *task; /* NULL: nobody waits any more */
  guint patience;
} Keep;

static gboolean
on_patience_over (gpointer user_data)
{
  Keep *keep = user_data;
  g_autoptr (GTask) task = g_steal_pointer (&keep->task);

  keep->patience = 0;
  g_task_return_new_error (task, SHIKAKU_ERROR, SHIKAKU_ERROR_TIMED_OUT, "the disk does not answer");
  return G_SOURCE_REMOVE;
}

static void
on_kept (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Keep *keep = user_data;
  Outage *outage = keep->outage;
  g_autoptr (GTask) task = g_steal_pointer (&keep->task);
  guint count = 0;
  GError *error = NULL;
  g_autofree char *id = outage_queue_add_finish (result, &count, &error);

  g_clear_handle_id (&keep->patience, g_source_remove);
  statistics_count (outage->statistics, id != NULL ? STATISTICS_OUTAGES_QUEUED : STATISTICS_OUTAGES_UNQUEUED);
  if (id != NULL)
    {
      set_count (outage, count);
      if (!outage->is_working && outage->pause_source == 0)
        pause_a_while (outage, 0);
    }
  if (task == NULL)
    g_clear_error (&error);
  else if (id != NULL)
    g_task_return_pointer (task, g_steal_pointer (&id), g_free);
  else
    g_task_return_error (task, error);
  g_free (keep);
  outage_unref (outage);
}

gboolean
outage_can_keep (Outage *outage)
{
  return outage != NULL && outage_queue_has_key (outage->queue);
}

void
outage_keep (Outage *outage, TransportAbility ability, guint32 user, GBytes *request, GBytes *person,
             GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  Keep *keep;

  g_task_set_source_tag (task, outage_keep);
  if (g_bytes_get_size (request) > OUTAGE_QUEUE_REQUEST_MAXIMUM)
    {
      statistics_count (outage->statistics, STATISTICS_OUTAGES_UNQUEUED);
      g_task_return_new_error (task, SHIKAKU_ERROR, SHIKAKU_ERROR_LIMIT_EXCEEDED, "the request is too large");
      return;
    }
  keep = g_new0 (Keep, 1);
  keep->outage = outage_ref (outage);
  keep->task = g_steal_pointer (&task);
  keep->patience = g_timeout_add (KEEP_MILLISECONDS, on_patience_over, keep);
  outage_queue_add (outage->queue, ability, user, g_get_real_time () + (gint64)TRANSPORT_LATE_SECONDS * G_USEC_PER_SEC,
                    request, person, on_kept, keep);
}

char *
outage_keep_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* What is known. */

guint
outage_get_count (Outage *outage)
{
  return outage != NULL ? outage->count : 0;
}

ShikakuError
outage_get_obstacle (Outage *outage)
{
  return outage != NULL ? outage->obstacle : SHIKAKU_ERROR_NONE;
}

/* Dropping. */

void
outage_drop (Outage *outage, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_source_tag (task, outage_drop);
  if (outage->drop != NULL)
    {
      g_task_return_new_error (task, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_STATE, "somebody else drops them just now");
      g_object_unref (task);
      return;
    }
  outage->drop = task;
  outage->dropped = 0;
  if (outage->is_working) /* the center need not answer any more */
    {
      g_cancellable_cancel (outage->cancellable);
      g_object_unref (outage->cancellable);
      outage->cancellable = g_cancellable_new ();
    }
  else
    look_at_next (outage);
}

gboolean
outage_drop_finish (GAsyncResult *result, guint *ret_dropped, GError **error)
{
  GError *failure = NULL;
  const gssize dropped = g_task_propagate_int (G_TASK (result), &failure);

  if (failure != NULL)
    {
      g_propagate_error (error, failure);
      return FALSE;
    }
  *ret_dropped = (guint)dropped;
  return TRUE;
}
