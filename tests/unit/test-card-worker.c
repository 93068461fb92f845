/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-card-worker: each job is answered once, a blocked one is given up, and what comes after it works. */
#include "card/card-worker.h"

#include "fake-reader.h"

#define SOON 30 /* milliseconds: the deadline of what is meant to be given up */
#define LATE 20000

/* One job and what became of it. */
typedef struct
{
  FakeReader *fake; /* to block at, or NULL */
  gboolean fails, waits_for_cancel;
  gboolean ran, ended, answered;
  guint answers, data_frees;
  gboolean off_main_thread;
  GThread *main_thread;
  char *result;
  GError *error;
} Task;

static guint results_freed;

static void
free_result (gpointer result)
{
  results_freed++;
  g_free (result);
}

static void
on_data_free (gpointer data)
{
  Task *task = data;

  g_assert_true (g_thread_self () == task->main_thread);
  task->data_frees++;
  task->ended = TRUE;
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  FakeReader *fake = data;

  fake_reader_release (fake);
}

static gpointer
run_task (Reader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  Task *task = data;

  task->ran = TRUE;
  task->off_main_thread = g_thread_self () != task->main_thread;
  if (task->waits_for_cancel)
    g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), task->fake, NULL);
  if (task->fake != NULL)
    fake_reader_block (task->fake, FAKE_BEGIN, 0);
  if (task->waits_for_cancel && g_cancellable_is_cancelled (cancellable))
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "seen");
  else if (task->fails)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_FAILED, "as the test wants it");
  else
    return g_strdup ("result");
  return NULL;
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  Task *task = data;

  g_assert_true (g_thread_self () == task->main_thread);
  task->result = card_worker_run_finish (NULL, result, &task->error);
  task->answers++;
  task->answered = TRUE;
}

static void
start (CardWorker *worker, Task *task, guint deadline, GCancellable *cancellable)
{
  task->main_thread = g_thread_self ();
  card_worker_run (worker, run_task, task, on_data_free, free_result, deadline, cancellable, on_answer, task);
}

static void
clear (Task *task)
{
  g_assert_cmpuint (task->answers, ==, 1);
  g_assert_cmpuint (task->data_frees, ==, 1);
  g_free (task->result);
  g_clear_error (&task->error);
}

static void
test_answers (void)
{
  FakeReader *fake = fake_reader_new (NULL, 0);
  CardWorker *worker = card_worker_new (&fake->parent);
  Task good = { 0 }, bad = { .fails = TRUE };
  gboolean freed = FALSE;

  fake->freed = &freed;
  g_assert_cmpstr (card_worker_get_reader_name (worker), ==, "Fake Reader 00");
  start (worker, &good, LATE, NULL);
  start (worker, &bad, LATE, NULL);
  g_assert_false (good.answered);
  fake_wait (&bad.ended);
  g_assert_true (good.answered && good.off_main_thread);
  g_assert_cmpstr (good.result, ==, "result");
  g_assert_error (bad.error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_FAILED);
  clear (&good);
  clear (&bad);
  card_worker_unref (worker);
  fake_wait (&freed);
}

/* Nobody had a job for it: no thread, and nothing is left behind. */
static void
test_unused (void)
{
  FakeReader *fake = fake_reader_new (NULL, 0);
  CardWorker *worker = card_worker_new (&fake->parent);
  gboolean freed = FALSE;

  fake->freed = &freed;
  card_worker_unref (card_worker_ref (worker));
  g_assert_false (freed);
  card_worker_unref (worker);
  g_assert_true (freed);
}

static void
test_cancelled_before (void)
{
  FakeReader *fake = fake_reader_new (NULL, 0);
  CardWorker *worker = card_worker_new (&fake->parent);
  g_autoptr (GCancellable) cancellable = g_cancellable_new (), later = g_cancellable_new ();
  Task blocking = { .fake = fake }, cancelled = { 0 }, queued = { 0 };

  g_cancellable_cancel (cancellable);
  fake->blocks_at = FAKE_BEGIN;
  start (worker, &blocking, LATE, NULL);
  start (worker, &cancelled, LATE, cancellable);
  start (worker, &queued, LATE, later);
  fake_reader_await_block (fake);
  g_cancellable_cancel (later);
  fake_reader_release (fake);
  fake_wait (&queued.ended);
  g_assert_true (blocking.ran && !cancelled.ran && !queued.ran);
  g_assert_error (cancelled.error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED);
  g_assert_error (queued.error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED);
  clear (&blocking);
  clear (&cancelled);
  clear (&queued);
  card_worker_unref (worker);
}

static void
test_cancelled_within (void)
{
  FakeReader *fake = fake_reader_new (NULL, 0);
  CardWorker *worker = card_worker_new (&fake->parent);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Task task = { .fake = fake, .waits_for_cancel = TRUE };

  fake->blocks_at = FAKE_BEGIN;
  start (worker, &task, LATE, cancellable);
  fake_reader_await_block (fake);
  g_cancellable_cancel (cancellable);
  fake_wait (&task.ended);
  g_assert_error (task.error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED);
  clear (&task);
  card_worker_unref (worker);
}

static void
test_given_up (void)
{
  FakeReader *fake = fake_reader_new (NULL, 0);
  CardWorker *worker = card_worker_new (&fake->parent);
  Task blocked = { .fake = fake }, queued = { 0 }, refused = { 0 }, next = { 0 };
  const guint freed_before = results_freed;

  fake->blocks_at = FAKE_BEGIN;
  fake->connected = TRUE;
  start (worker, &blocked, SOON, NULL);
  start (worker, &queued, LATE, NULL);
  fake_wait (&queued.answered);
  g_assert_error (blocked.error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_MUTE);
  g_assert_error (queued.error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_MUTE);
  g_assert_true (card_worker_is_mute (worker) && !blocked.ended);
  start (worker, &refused, LATE, NULL);
  fake_wait (&refused.answered);
  g_assert_error (refused.error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_MUTE);
  g_assert_true (!queued.ran && !refused.ran);

  /* The card is pulled: the call returns, the late result is thrown away, the card is let go. */
  fake_reader_release (fake);
  fake_wait (&blocked.ended);
  g_assert_false (card_worker_is_mute (worker));
  g_assert_cmpuint (results_freed, ==, freed_before + 1);
  g_assert_cmpuint (fake->disconnects, ==, 1);
  start (worker, &next, LATE, NULL);
  fake_wait (&next.ended);
  g_assert_cmpstr (next.result, ==, "result");
  clear (&blocked);
  clear (&queued);
  clear (&refused);
  clear (&next);
  card_worker_unref (worker);
}

/* The deadline counts from when the job was asked for; the one before it has more time and keeps it. */
static void
test_given_up_in_queue (void)
{
  FakeReader *fake = fake_reader_new (NULL, 0);
  CardWorker *worker = card_worker_new (&fake->parent);
  Task running = { .fake = fake }, queued = { 0 };

  fake->blocks_at = FAKE_BEGIN;
  start (worker, &running, LATE, NULL);
  start (worker, &queued, SOON, NULL);
  fake_wait (&queued.answered);
  g_assert_error (queued.error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_MUTE);
  g_assert_false (card_worker_is_mute (worker));
  fake_reader_release (fake);
  fake_wait (&running.ended);
  g_assert_cmpstr (running.result, ==, "result");
  g_assert_cmpuint (fake->disconnects, ==, 0);
  clear (&running);
  clear (&queued);
  card_worker_unref (worker);
}

/* The last reference goes while the thread is blocked: nobody waits for it. */
static void
test_abandoned (void)
{
  FakeReader *fake = fake_reader_new (NULL, 0);
  CardWorker *worker = card_worker_new (&fake->parent);
  Task blocked = { .fake = fake };
  gboolean freed = FALSE;

  fake->freed = &freed;
  fake->blocks_at = FAKE_BEGIN;
  start (worker, &blocked, SOON, NULL);
  fake_wait (&blocked.answered);
  card_worker_unref (worker);
  g_assert_false (freed);
  fake_reader_release (fake);
  fake_wait (&blocked.ended);
  fake_wait (&freed);
  clear (&blocked);
}

/* Without the last reference a job still has its answer. */
static void
test_unref_with_jobs (void)
{
  FakeReader *fake = fake_reader_new (NULL, 0);
  CardWorker *worker = card_worker_new (&fake->parent);
  gboolean freed = FALSE;
  Task task = { 0 };

  fake->freed = &freed;
  start (worker, &task, LATE, NULL);
  card_worker_unref (worker);
  fake_wait (&task.ended);
  g_assert_cmpstr (task.result, ==, "result");
  clear (&task);
  fake_wait (&freed);
}

static gpointer
answer_about_now (Reader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  const gint64 until = g_get_monotonic_time () + GPOINTER_TO_INT (data);

  while (g_get_monotonic_time () < until)
    g_thread_yield ();
  return g_strdup ("result");
}

static void
on_race_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  guint *answers = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = card_worker_run_finish (NULL, result, &error);

  g_assert_true ((text != NULL) != (error != NULL));
  (*answers)++;
}

/* Jobs that end just when their deadline passes. */
static void
test_race (void)
{
  const guint rounds = g_test_thorough () ? 2000 : 150;
  FakeReader *fake = fake_reader_new (NULL, 0);
  CardWorker *worker = card_worker_new (&fake->parent);
  gboolean freed = FALSE;
  guint answers = 0;

  fake->freed = &freed;
  for (guint i = 0; i < rounds; i++)
    {
      card_worker_run (worker, answer_about_now, GINT_TO_POINTER (900 + i % 20 * 10), NULL, g_free, 1, NULL,
                       on_race_answer, &answers);
      while (answers <= i)
        g_main_context_iteration (NULL, TRUE);
      while (card_worker_is_mute (worker))
        g_thread_yield ();
    }
  g_assert_cmpuint (answers, ==, rounds);
  card_worker_unref (worker);
  fake_wait (&freed);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (answers, ==, rounds);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/card-worker/answers", test_answers);
  g_test_add_func ("/card-worker/unused", test_unused);
  g_test_add_func ("/card-worker/cancelled-before", test_cancelled_before);
  g_test_add_func ("/card-worker/cancelled-within", test_cancelled_within);
  g_test_add_func ("/card-worker/given-up", test_given_up);
  g_test_add_func ("/card-worker/given-up-in-queue", test_given_up_in_queue);
  g_test_add_func ("/card-worker/abandoned", test_abandoned);
  g_test_add_func ("/card-worker/unref-with-jobs", test_unref_with_jobs);
  g_test_add_func ("/card-worker/race", test_race);
  return g_test_run ();
}
