/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * card-worker: the one thread that may block on a reader. In come jobs from the main thread, out go their answers to
 * it.
 *
 * The queue's lock guards the state of the jobs and which of them runs. A job is freed on the main thread only, after
 * the worker's thread has handed it back (or never had it).
 */
#include "card/card-worker.h"

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"

typedef enum
{
  JOB_QUEUED,
  JOB_RUNNING,
  JOB_GIVEN_UP, /* the caller has its answer, and the thread is still busy with it */
  JOB_ENDED,    /* on its way back to the main thread */
} JobState;

typedef struct
{
  JobState state; /* under the queue's lock */

  /* Used by the worker's thread while the job runs. */
  CardWorkerJob function;
  gpointer data;
  GCancellable *stop; /* cancelled with the caller's, and when the job is given up */
  gpointer result;
  GError *error;

  /* Used by the main thread only. */
  CardWorker *worker; /* a reference until the job is answered */
  GTask *task;        /* until it is answered */
  GMainContext *context;
  GSource *deadline;
  GCancellable *cancellable;
  gulong cancelled_handler;
  GDestroyNotify data_free, result_free;
} Job;

struct CardWorker
{
  gatomicrefcount references; /* references of the users */
  gatomicrefcount holders;    /* one for all users together, one for the thread */
  Reader *reader;
  GAsyncQueue *queue;
  Job *running;     /* under the queue's lock */
  gboolean started; /* whether the thread was started */
  gint waiting;     /* atomic: the running job waits for another program */
};

static Job end_of_jobs; /* put into the queue to end the thread */

static gpointer
copy_reference (gpointer object)
{
  return object != NULL ? g_object_ref (object) : NULL;
}

static void
free_job (gpointer data)
{
  Job *job = data;

  if (job->data_free != NULL)
    job->data_free (job->data);
  if (job->result != NULL && job->result_free != NULL)
    job->result_free (job->result);
  g_clear_error (&job->error);
  g_object_unref (job->stop);
  g_main_context_unref (job->context);
  g_free (job);
}

/* Releases what the job holds while its caller waits, and answers. Main thread. */
static void
answer_job (Job *job, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&job->task);

  g_source_destroy (job->deadline);
  g_clear_pointer (&job->deadline, g_source_unref);
  g_cancellable_disconnect (job->cancellable, job->cancelled_handler);
  g_clear_object (&job->cancellable);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&job->result), job->result_free);
  card_worker_unref (g_steal_pointer (&job->worker));
}

static GError *
new_mute_error (CardWorker *worker)
{
  if (g_atomic_int_get (&worker->waiting))
    return g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_READER_BUSY, "another program keeps the reader to itself");
  return g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_MUTE, "the card or its reader does not answer");
}

static gboolean
on_ended (gpointer data)
{
  Job *job = data;

  if (job->task != NULL)
    answer_job (job, g_steal_pointer (&job->error));
  return G_SOURCE_REMOVE;
}

/* Hands @job back to the main thread. */
static void
return_job (Job *job)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, on_ended, job, free_job);
  g_source_attach (source, job->context);
}

static void
release_worker (CardWorker *worker)
{
  if (!g_atomic_ref_count_dec (&worker->holders))
    return;

  g_async_queue_unref (worker->queue);
  reader_free (worker->reader);
  g_free (worker);
}

static void
run_job (CardWorker *worker, Job *job)
{
  gboolean given_up;

  if (g_cancellable_is_cancelled (job->stop))
    job->error = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "cancelled");
  else
    job->result = job->function (worker->reader, job->data, job->stop, &job->error);

  g_async_queue_lock (worker->queue);
  given_up = job->state == JOB_GIVEN_UP;
  if (!given_up)
    job->state = JOB_ENDED;
  g_async_queue_unlock (worker->queue);

  /*
   * A job that was given up may have left the card in any state, and nobody will ask for it any more: the card is
   * unpowered. This may block again.
   */
  if (given_up)
    worker->reader->klass->disconnect (worker->reader);
}

static gpointer
run_jobs (gpointer data)
{
  CardWorker *worker = data;

  for (;;)
    {
      Job *job;

      g_async_queue_lock (worker->queue);
      job = g_async_queue_pop_unlocked (worker->queue);
      if (job != &end_of_jobs)
        job->state = JOB_RUNNING;
      worker->running = job;
      g_async_queue_unlock (worker->queue);
      if (job == &end_of_jobs)
        break;

      run_job (worker, job);

      g_async_queue_lock (worker->queue);
      worker->running = NULL;
      g_async_queue_unlock (worker->queue);
      return_job (job);
    }

  worker->reader->klass->disconnect (worker->reader);
  release_worker (worker);
  return NULL;
}

CardWorker *
card_worker_new (Reader *reader)
{
  CardWorker *worker = g_new0 (CardWorker, 1);

  g_atomic_ref_count_init (&worker->references);
  g_atomic_ref_count_init (&worker->holders);
  worker->reader = reader;
  worker->queue = g_async_queue_new ();
  return worker;
}

CardWorker *
card_worker_ref (CardWorker *worker)
{
  g_atomic_ref_count_inc (&worker->references);
  return worker;
}

void
card_worker_unref (CardWorker *worker)
{
  if (!g_atomic_ref_count_dec (&worker->references))
    return;

  if (worker->started)
    g_async_queue_push (worker->queue, &end_of_jobs);
  release_worker (worker);
}

static gboolean
is_mute_unlocked (CardWorker *worker)
{
  return worker->running != NULL && worker->running->state == JOB_GIVEN_UP;
}

void
card_worker_set_waiting (CardWorker *worker, gboolean waiting)
{
  g_atomic_int_set (&worker->waiting, waiting);
}

gboolean
card_worker_is_mute (CardWorker *worker)
{
  gboolean mute;

  g_async_queue_lock (worker->queue);
  mute = is_mute_unlocked (worker);
  g_async_queue_unlock (worker->queue);
  return mute;
}

const char *
card_worker_get_reader_name (CardWorker *worker)
{
  return worker->reader->name;
}

const char *
card_worker_get_reader_serial (CardWorker *worker)
{
  return reader_get_serial (worker->reader);
}

/* Answers jobs that never ran. No lock is needed: only the main thread has them. */
static void
refuse_jobs (CardWorker *worker, GQueue *jobs)
{
  Job *job;

  while ((job = g_queue_pop_head (jobs)) != NULL)
    {
      answer_job (job, new_mute_error (worker));
      free_job (job);
    }
}

static gboolean
on_deadline (gpointer data)
{
  Job *job = data;
  g_autoptr (CardWorker) worker = card_worker_ref (job->worker);
  GAsyncQueue *queue = worker->queue;
  GQueue refused = G_QUEUE_INIT;
  gboolean given_up = FALSE;

  g_async_queue_lock (queue);
  if (job->state == JOB_QUEUED && g_async_queue_remove_unlocked (queue, job))
    g_queue_push_tail (&refused, job);
  else if (job->state == JOB_RUNNING)
    {
      given_up = TRUE;
      job->state = JOB_GIVEN_UP;
      for (Job *next; (next = g_async_queue_try_pop_unlocked (queue)) != NULL;)
        g_queue_push_tail (&refused, next);
    }
  g_async_queue_unlock (queue);

  if (given_up)
    {
      g_cancellable_cancel (job->stop);
      if (!g_atomic_int_get (&worker->waiting))
        log_event (LOG_WARNING, SHIKAKU_MESSAGE_CARD_MUTE, NULL,
                   LOG_FIELD ("SHIKAKU_READER_NAME", worker->reader->name), "card: the one in %s does not answer",
                   worker->reader->name);
      answer_job (job, new_mute_error (worker));
    }
  refuse_jobs (worker, &refused);
  return G_SOURCE_REMOVE; /* in any other state the job has ended, and on_ended will answer it */
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  g_cancellable_cancel (data);
}

/* Return: FALSE if the thread is blocked: the job is still the caller's. */
static gboolean
queue_job (CardWorker *worker, Job *job)
{
  gboolean mute;

  g_async_queue_lock (worker->queue);
  mute = is_mute_unlocked (worker);
  if (!mute)
    g_async_queue_push_unlocked (worker->queue, job);
  g_async_queue_unlock (worker->queue);
  if (mute || worker->started)
    return !mute;

  worker->started = TRUE;
  g_atomic_ref_count_inc (&worker->holders);
  g_thread_unref (g_thread_new ("card-worker", run_jobs, worker));
  return TRUE;
}

void
card_worker_run (CardWorker *worker, CardWorkerJob function, gpointer data, GDestroyNotify data_free,
                 GDestroyNotify result_free, guint deadline, GCancellable *cancellable, GAsyncReadyCallback callback,
                 gpointer user_data)
{
  Job *job = g_new0 (Job, 1);

  job->function = function;
  job->data = data;
  job->data_free = data_free;
  job->result_free = result_free;
  job->worker = card_worker_ref (worker);
  job->task = g_task_new (NULL, NULL, callback, user_data);
  job->context = g_main_context_ref_thread_default ();
  job->stop = g_cancellable_new ();
  job->cancellable = copy_reference (cancellable);
  if (cancellable != NULL)
    job->cancelled_handler
        = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), g_object_ref (job->stop), g_object_unref);
  job->deadline = g_timeout_source_new (deadline);
  g_source_set_callback (job->deadline, on_deadline, job, NULL);
  g_source_attach (job->deadline, job->context);

  if (!queue_job (worker, job))
    {
      answer_job (job, new_mute_error (worker));
      free_job (job);
    }
}

gpointer
card_worker_run_finish (CardWorker *worker, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
