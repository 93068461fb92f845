/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-card-worker: each job is answered once, a blocked one is given up, and what comes after it works. */
#include "card/card-worker.h"

#include "fake-card.h"
#include "fake-loop.h"

#define SOON 30 /* milliseconds: the deadline of what is meant to be given up */
#define LATE 20000

/* One job and what became of it. */
typedef struct
{
  FakeCard *card; /* to unblock when the job is cancelled, or NULL */
  gboolean begins, fails;
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
  fake_card_unblock (data);
}

static gpointer
run_task (Reader *reader, gpointer data, GCancellable *cancellable, GError **error)
{
  Task *task = data;

  task->ran = TRUE;
  task->off_main_thread = g_thread_self () != task->main_thread;
  if (task->card != NULL)
    g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), task->card, NULL);
  if (task->begins && reader->klass->begin (reader, NULL))
    reader->klass->end (reader);
  if (task->card != NULL && g_cancellable_is_cancelled (cancellable))
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
  g_autoptr (FakeCard) card = fake_card_new (NULL);
  CardWorker *worker = card_worker_new (fake_card_get_reader (card));
  Task good = { 0 }, bad = { .fails = TRUE };

  g_assert_cmpstr (card_worker_get_reader_name (worker), ==, FAKE_READER);
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
}

/* Nobody had a job for it: no thread, and nothing is left behind. */
static void
test_unused (void)
{
  g_autoptr (FakeCard) card = fake_card_new (NULL);
  CardWorker *worker = card_worker_new (fake_card_get_reader (card));

  card_worker_unref (card_worker_ref (worker));
  g_assert_cmpint (card->readers, ==, 1);
  card_worker_unref (worker);
  g_assert_cmpint (card->readers, ==, 0);
}

static void
test_cancelled_before (void)
{
  g_autoptr (FakeCard) card = fake_card_new (NULL);
  CardWorker *worker = card_worker_new (fake_card_get_reader (card));
  g_autoptr (GCancellable) cancellable = g_cancellable_new (), later = g_cancellable_new ();
  Task blocking = { .begins = TRUE }, cancelled = { 0 }, queued = { 0 };

  g_cancellable_cancel (cancellable);
  fake_card_block (card, FAKE_BEGIN);
  start (worker, &blocking, LATE, NULL);
  start (worker, &cancelled, LATE, cancellable);
  start (worker, &queued, LATE, later);
  fake_card_await_block (card);
  g_cancellable_cancel (later);
  fake_card_unblock (card);
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
  g_autoptr (FakeCard) card = fake_card_new (NULL);
  CardWorker *worker = card_worker_new (fake_card_get_reader (card));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Task task = { .card = card, .begins = TRUE };

  fake_card_block (card, FAKE_BEGIN);
  start (worker, &task, LATE, cancellable);
  fake_card_await_block (card);
  g_cancellable_cancel (cancellable);
  fake_wait (&task.ended);
  g_assert_error (task.error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED);
  clear (&task);
  card_worker_unref (worker);
}

static void
test_given_up (void)
{
  g_autoptr (FakeCard) card = fake_card_new (NULL);
  Reader *reader = fake_card_get_reader (card);
  CardWorker *worker = card_worker_new (reader);
  Task blocked = { .begins = TRUE }, queued = { 0 }, refused = { 0 }, next = { 0 };
  const guint freed_before = results_freed;
  gboolean exclusive, extended;

  fake_card_block (card, FAKE_BEGIN);
  g_assert_true (reader->klass->connect (reader, &exclusive, &extended, NULL));
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
  fake_card_unblock (card);
  fake_wait (&blocked.ended);
  g_assert_false (card_worker_is_mute (worker));
  g_assert_cmpuint (results_freed, ==, freed_before + 1);
  g_assert_cmpuint (fake_card_count (card, FAKE_DISCONNECT), ==, 1);
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
  g_autoptr (FakeCard) card = fake_card_new (NULL);
  CardWorker *worker = card_worker_new (fake_card_get_reader (card));
  Task running = { .begins = TRUE }, queued = { 0 };

  fake_card_block (card, FAKE_BEGIN);
  start (worker, &running, LATE, NULL);
  start (worker, &queued, SOON, NULL);
  fake_wait (&queued.answered);
  g_assert_error (queued.error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_MUTE);
  g_assert_false (card_worker_is_mute (worker));
  fake_card_unblock (card);
  fake_wait (&running.ended);
  g_assert_cmpstr (running.result, ==, "result");
  g_assert_cmpuint (fake_card_count (card, FAKE_DISCONNECT), ==, 0);
  clear (&running);
  clear (&queued);
  card_worker_unref (worker);
}

/* The last reference goes while the thread is blocked: nobody waits for it. */
static void
test_abandoned (void)
{
  g_autoptr (FakeCard) card = fake_card_new (NULL);
  CardWorker *worker = card_worker_new (fake_card_get_reader (card));
  Task blocked = { .begins = TRUE };

  fake_card_block (card, FAKE_BEGIN);
  start (worker, &blocked, SOON, NULL);
  fake_wait (&blocked.answered);
  card_worker_unref (worker);
  g_assert_cmpint (card->readers, ==, 1);
  fake_card_unblock (card);
  fake_wait (&blocked.ended);
  clear (&blocked);
}

/* Without the last reference a job still has its answer. */
static void
test_unref_with_jobs (void)
{
  g_autoptr (FakeCard) card = fake_card_new (NULL);
  CardWorker *worker = card_worker_new (fake_card_get_reader (card));
  Task task = { 0 };

  start (worker, &task, LATE, NULL);
  card_worker_unref (worker);
  fake_wait (&task.ended);
  g_assert_cmpstr (task.result, ==, "result");
  clear (&task);
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
  g_autoptr (FakeCard) card = fake_card_new (NULL);
  CardWorker *worker = card_worker_new (fake_card_get_reader (card));
  guint answers = 0;

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
