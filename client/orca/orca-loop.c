/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-loop: see the header. */
#include "client/orca/orca-loop.h"

#include "client/orca/orca-faces.h"
#include "client/orca/orca-job.h"
#include "client/orca/orca-question.h"

#define TICK_SECONDS 5 /* how late it may be seen what a person has resolved, or a file that nobody announced */
#define PURGE_SECONDS 3600
#define WAIT_USEC_MINIMUM 250000

typedef enum
{
  NEWS_CATCH_UP = 1, /* a queue takes no zero */
  NEWS_WAKE,
  NEWS_STOP,
} NewsKind;

struct OrcaLoop
{
  const OrcaSettings *settings;
  OrcaStore *store;
  GAsyncQueue *inbox;
  GCancellable *cancellable;
  GThread *thread;
  void (*failed) (const char *why, gpointer user_data);
  gpointer user_data;
  char *why;
  gboolean is_ending;                                     /* the rest is the thread's own */
  gint64 catch_up_at, caught_up_at, purge_at, rest_until; /* monotonic */
  guint catch_up_tries;
};

/*
 * All that came meanwhile: that something was announced ten times is one reason to read it; and whoever may push may
 * push without end, so that there is a little time between two readings.
 */
static void
take_news (OrcaLoop *loop, NewsKind news)
{
  for (; news != 0; news = (NewsKind)GPOINTER_TO_INT (g_async_queue_try_pop (loop->inbox)))
    if (news == NEWS_CATCH_UP)
      loop->catch_up_at = MIN (loop->catch_up_at, loop->caught_up_at + WAIT_USEC_MINIMUM);
    else if (news == NEWS_STOP)
      loop->is_ending = TRUE;
}

static void
catch_up (OrcaLoop *loop, OrcaWork *work)
{
  guint delay = loop->settings->poll_seconds;

  if (orca_question_catch_up (work))
    loop->catch_up_tries = 0;
  else
    {
      delay = MIN (delay, orca_work_get_delay (work, loop->catch_up_tries));
      loop->catch_up_tries++;
    }
  loop->caught_up_at = g_get_monotonic_time ();
  loop->catch_up_at = loop->caught_up_at + (gint64)delay * G_USEC_PER_SEC;
}

/*
 * What could not be kept is told, and then all rests until ORCA would be asked again anyway: neither it nor the center
 * must be asked without end for that. Return: whether that is so.
 */
static gboolean
take_trouble (OrcaLoop *loop)
{
  g_autofree char *trouble = orca_store_take_trouble (loop->store);

  if (trouble == NULL)
    return FALSE;
  orca_report_log (G_LOG_LEVEL_WARNING, NULL, "the state cannot be used; again in %u seconds: %s",
                   loop->settings->poll_seconds, trouble);
  loop->rest_until = g_get_monotonic_time () + (gint64)loop->settings->poll_seconds * G_USEC_PER_SEC;
  return TRUE;
}

/* Return: whether anything was done: then there may be more. */
static gboolean
do_next (OrcaLoop *loop, OrcaWork *work)
{
  gboolean is_done;

  if (g_get_monotonic_time () < loop->rest_until)
    return FALSE;
  if (g_get_monotonic_time () >= loop->catch_up_at)
    catch_up (loop, work);
  if (g_get_monotonic_time () >= loop->purge_at)
    {
      orca_store_purge (loop->store, loop->settings->days, NULL);
      loop->purge_at = g_get_monotonic_time () + (gint64)PURGE_SECONDS * G_USEC_PER_SEC;
    }
  is_done = orca_question_do (work) || orca_faces_do (work) || orca_job_do (work)
            || orca_report_send (loop->store, work->http, loop->settings);
  return !take_trouble (loop) && is_done;
}

/* Microseconds until the next of all that is to be done; a little at least, so that it never becomes a busy loop. */
static gint64
get_wait (OrcaLoop *loop)
{
  gint64 now = g_get_monotonic_time ();
  gint64 due = (gint64)orca_store_get_wait (loop->store, TICK_SECONDS) * G_USEC_PER_SEC;
  gint64 wait = now < loop->rest_until ? loop->rest_until - now : MIN (due, loop->catch_up_at - now);

  return MAX (wait, WAIT_USEC_MINIMUM);
}

static void
work_until_told (OrcaLoop *loop, OrcaWork *work)
{
  orca_faces_start (work);
  while (!loop->is_ending)
    {
      gpointer news = g_async_queue_try_pop (loop->inbox);

      if (news == NULL && !do_next (loop, work))
        news = g_async_queue_timeout_pop (loop->inbox, (guint64)get_wait (loop));
      take_news (loop, (NewsKind)GPOINTER_TO_INT (news));
    }
}

static gboolean
on_failed (gpointer user_data)
{
  OrcaLoop *loop = user_data;

  loop->failed (loop->why, loop->user_data);
  return G_SOURCE_REMOVE;
}

static gpointer
run_thread (gpointer user_data)
{
  OrcaLoop *loop = user_data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GError) error = NULL;
  OrcaWork work = { loop->settings, loop->store, NULL, NULL, FALSE };

  g_main_context_push_thread_default (context);
  work.http = orca_http_new (loop->settings, &error);
  work.desk = work.http != NULL ? orca_desk_new (loop->cancellable, &error) : NULL;
  if (work.desk != NULL)
    work_until_told (loop, &work);
  else
    {
      loop->why = g_strdup (error->message);
      g_idle_add (on_failed, loop);
    }
  g_clear_pointer (&work.desk, orca_desk_free);
  g_clear_pointer (&work.http, orca_http_free);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
push_news (OrcaLoop *loop, NewsKind news)
{
  g_async_queue_push (loop->inbox, GINT_TO_POINTER (news));
}

OrcaLoop *
orca_loop_start (const OrcaSettings *settings, OrcaStore *store, void (*failed) (const char *, gpointer),
                 gpointer user_data)
{
  OrcaLoop *loop = g_new0 (OrcaLoop, 1);

  loop->settings = settings;
  loop->store = store;
  loop->failed = failed;
  loop->user_data = user_data;
  loop->inbox = g_async_queue_new ();
  loop->cancellable = g_cancellable_new ();
  loop->thread = g_thread_new ("work", run_thread, loop);
  return loop;
}

void
orca_loop_catch_up (OrcaLoop *loop)
{
  push_news (loop, NEWS_CATCH_UP);
}

void
orca_loop_wake (OrcaLoop *loop)
{
  push_news (loop, NEWS_WAKE);
}

void
orca_loop_stop (OrcaLoop *loop)
{
  push_news (loop, NEWS_STOP);
  g_cancellable_cancel (loop->cancellable);
  g_thread_join (loop->thread);
  g_async_queue_unref (loop->inbox);
  g_object_unref (loop->cancellable);
  orca_store_close (loop->store);
  g_free (loop->why);
  g_free (loop);
}
