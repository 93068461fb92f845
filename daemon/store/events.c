/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * events: see the header. One job at a time: it writes what was gathered, reads what is to be told, and answers those
 * who have asked meanwhile. What another tenant has written is read with it, so events are told in the order of their
 * numbers, whoever has written them.
 */
#include "store/events.h"

#define GATHER_SECONDS 10 /* while nobody listens */
#define GATHER_MANY 128   /* events that are written without waiting longer */
#define ANSWERS_A_JOB 8   /* pages that are in memory at a time */

typedef struct
{
  EventsQuestion question;
  EventsAnswer callback;
  gpointer user_data;
  gboolean is_to_listen;
} Request;

struct Events
{
  guint references; /* its owner's, and the job's that is under way */
  Store *store;
  EventsTell tell; /* NULL: its owner is gone */
  gpointer user_data;
  GPtrArray *gathered; /* of Event, to be written */
  guint timer;         /* until they are */
  gboolean is_running; /* a job */
  GPtrArray *requests; /* of Request, for the next job */
  GPtrArray *asked;    /* of Request, in the job that is running */
  guint listeners;     /* or who wants to be one */
  gboolean is_told;    /* what happens is told: @told is known */
  gboolean is_behind;  /* there may be something to be told in the file */
  guint64 told;        /* the number of the last that was told, or need not be */

  /* While the file cannot be used: */
  GPtrArray *memory;    /* of Event, numbered, to be written when it can */
  guint64 last, purged; /* numbers, as in the file */
};

/* A job. */
typedef struct
{
  GPtrArray *batch; /* of Event, to be written; those that have a number are in memory, too */
  gboolean tells;
  GArray *questions; /* of EventsQuestion; if it tells, the first is for that */
  GPtrArray *pages;  /* of EventsPage, one a question */
} Work;

static void run_if_needed (Events *events);

static GPtrArray *
new_list (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)event_unref);
}

static void
unref_events (Events *events)
{
  if (--events->references > 0)
    return;
  g_ptr_array_unref (events->gathered);
  g_ptr_array_unref (events->memory);
  g_ptr_array_unref (events->requests);
  g_ptr_array_unref (events->asked);
  g_free (events);
}

static void
tell_event (Events *events, const Event *event)
{
  if (events->tell == NULL || !events->is_told || event->sequence <= events->told)
    return;
  events->told = event->sequence;
  events->tell (event, events->user_data);
}

/* Memory. */

/* keep_in_memory: @event, which is not in the file, gets its number here. */
static void
keep_in_memory (Events *events, Event *event)
{
  if (event->sequence == 0)
    event->sequence = event_number (MAX (events->last, events->told));
  if (events->memory->len == 0) /* what is before is not to be had, but who listens has missed nothing */
    events->purged = events->is_told && !events->is_behind ? events->told : event->sequence - 1;
  if (events->memory->len >= EVENTS_MEMORY_MAXIMUM)
    {
      events->purged = ((Event *)events->memory->pdata[0])->sequence;
      g_ptr_array_remove_index (events->memory, 0);
    }
  events->last = event->sequence;
  g_ptr_array_add (events->memory, event_ref (event));
  tell_event (events, event);
}

/* read_memory: answers from there. Return: (transfer full). */
static EventsPage *
read_memory (Events *events, const EventsQuestion *question)
{
  EventsPage *page = events_page_new ();

  for (guint i = 0; i < events->memory->len && page->events->len < question->limit; i++)
    if (events_question_wants (question, events->memory->pdata[i]))
      g_ptr_array_add (page->events, event_ref (events->memory->pdata[i]));
  events_page_judge (page, question, MAX (events->last, events->told), events->purged);
  /* Whatever there is, is in a file that does not open: who asks keeps its place; who listens hears none of it. */
  if (events->memory->len == 0 && events->store != NULL)
    {
      page->next = page->gap_until = MAX (question->after, question->limit == 0 ? event_number (events->last) - 1 : 0);
      page->gap = question->after != 0 ? EVENTS_UNKNOWN : EVENTS_COMPLETE;
    }
  return page;
}

/* Requests. */

static void
answer_request (Events *events, const Request *request, const EventsPage *page)
{
  if (request->is_to_listen && page != NULL && !events->is_told && events->listeners > 0)
    {
      events->is_told = TRUE;
      events->told = page->next;
    }
  request->callback (page, request->user_data);
}

/* answer_all: @pages: of EventsPage, one a request; NULL: from memory. */
static void
answer_all (Events *events, GPtrArray *requests, EventsPage *const *pages)
{
  for (guint i = 0; i < requests->len; i++)
    {
      const Request *request = requests->pdata[i];
      g_autoptr (EventsPage) page = NULL;

      if (pages == NULL)
        page = read_memory (events, &request->question);
      answer_request (events, request, pages != NULL ? pages[i] : page);
    }
}

static void
refuse_all (Events *events, GPtrArray *requests)
{
  for (guint i = 0; i < requests->len; i++)
    answer_request (events, requests->pdata[i], NULL);
  g_ptr_array_set_size (requests, 0);
}

/* The job. */

static void
work_free (gpointer data)
{
  Work *work = data;

  g_ptr_array_unref (work->batch);
  g_array_unref (work->questions);
  g_ptr_array_unref (work->pages);
  g_free (work);
}

static gboolean
run_work (struct sqlite3 *database, gpointer data, GError **error)
{
  Work *work = data;

  if (work->batch->len > 0 && !events_table_write (database, work->batch, error))
    return FALSE;
  for (guint i = 0; i < work->questions->len; i++)
    if (!events_table_read (database, &g_array_index (work->questions, EventsQuestion, i), work->pages->pdata[i],
                            error))
      return FALSE;
  return TRUE;
}

static void
note_done (Events *events, const Work *work, GPtrArray *asked)
{
  EventsPage **pages = (EventsPage **)work->pages->pdata;
  const GPtrArray *told = work->tells ? pages[0]->events : NULL;

  if (work->batch->len > 0)
    g_ptr_array_set_size (events->memory, 0); /* it was in the batch */
  for (guint i = 0; told != NULL && i < told->len; i++)
    tell_event (events, told->pdata[i]);
  events->is_behind |= told != NULL && told->len == EVENTS_PAGE_MAXIMUM;
  answer_all (events, asked, pages + (work->tells ? 1 : 0));
}

static void
note_failed (Events *events, const Work *work, GPtrArray *asked)
{
  for (guint i = 0; i < work->batch->len; i++)
    {
      Event *event = work->batch->pdata[i];

      if (event->sequence == 0)
        keep_in_memory (events, event);
    }
  answer_all (events, asked, NULL);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Events *events = user_data;
  const Work *work = store_run_get_data (result);
  g_autoptr (GPtrArray) asked = g_steal_pointer (&events->asked);
  gboolean done = store_run_finish (result, NULL); /* the store tells of what fails */

  events->asked = g_ptr_array_new_with_free_func (g_free);
  events->is_running = FALSE;
  if (events->tell != NULL)
    {
      (done ? note_done : note_failed) (events, work, asked);
      run_if_needed (events);
    }
  unref_events (events);
}

static void
add_question (Work *work, const EventsQuestion *question)
{
  g_array_append_vals (work->questions, question, 1);
  g_ptr_array_add (work->pages, events_page_new ());
}

static void
add_events (Work *work, const GPtrArray *from)
{
  for (guint i = 0; i < from->len; i++)
    g_ptr_array_add (work->batch, event_ref (from->pdata[i]));
}

static void
run_job (Events *events)
{
  const EventsQuestion untold = { events->told, EVENT_FOR_ALL, EVENT_ALL_KINDS, EVENTS_PAGE_MAXIMUM };
  Work *work = g_new (Work, 1);

  g_clear_handle_id (&events->timer, g_source_remove);
  *work = (Work){ new_list (), events->is_told, g_array_new (FALSE, FALSE, sizeof (EventsQuestion)),
                  g_ptr_array_new_with_free_func ((GDestroyNotify)events_page_free) };
  add_events (work, events->memory);
  add_events (work, events->gathered);
  g_ptr_array_set_size (events->gathered, 0);
  if (work->tells)
    add_question (work, &untold);
  while (events->requests->len > 0 && events->asked->len < ANSWERS_A_JOB)
    {
      Request *request = g_ptr_array_steal_index (events->requests, 0);

      add_question (work, &request->question);
      g_ptr_array_add (events->asked, request);
    }
  events->is_behind = FALSE;
  events->is_running = TRUE;
  events->references++;
  store_run (events->store, run_work, work, work_free, on_done, events);
}

static gboolean
on_gathered (gpointer user_data)
{
  Events *events = user_data;

  events->timer = 0;
  run_job (events);
  return G_SOURCE_REMOVE;
}

/* run_if_needed: what comes while a job is running is for the next. */
static void
run_if_needed (Events *events)
{
  const guint gathered = events->gathered->len;

  if (events->is_running)
    return;
  if (events->requests->len > 0 || gathered >= GATHER_MANY || (gathered > 0 && events->listeners > 0)
      || (events->is_behind && events->is_told))
    run_job (events);
  else if (gathered > 0 && events->timer == 0)
    events->timer = g_timeout_add_seconds (GATHER_SECONDS, on_gathered, events);
}

/* Coming and going. */

Events *
events_new (Store *store, EventsTell tell_function, gpointer user_data)
{
  Events *events = g_new0 (Events, 1);

  events->references = 1;
  events->store = store;
  events->tell = tell_function;
  events->user_data = user_data;
  events->gathered = new_list ();
  events->memory = new_list ();
  events->requests = g_ptr_array_new_with_free_func (g_free);
  events->asked = g_ptr_array_new_with_free_func (g_free);
  return events;
}

void
events_free (Events *events)
{
  g_clear_handle_id (&events->timer, g_source_remove);
  refuse_all (events, events->asked);
  refuse_all (events, events->requests);
  if (events->store != NULL && events->gathered->len > 0)
    run_job (events); /* after the one that is running, if any */
  events->tell = NULL;
  unref_events (events);
}

void
events_add (Events *events, EventKind kind, gint64 audience, GString *details)
{
  Event *event = event_new (kind, audience, details);

  if (events->store == NULL)
    {
      keep_in_memory (events, event);
      event_unref (event);
      return;
    }
  if (events->gathered->len >= EVENTS_GATHERED_MAXIMUM)
    g_ptr_array_remove_index (events->gathered, 0);
  g_ptr_array_add (events->gathered, event);
  run_if_needed (events);
}

void
events_note_written (Events *events)
{
  events->is_behind = TRUE;
  if (events->store != NULL)
    run_if_needed (events);
}

static void
add_request (Events *events, const EventsQuestion *question, gboolean is_to_listen, EventsAnswer callback,
             gpointer user_data)
{
  Request *made = g_new (Request, 1);

  *made = (Request){ *question, callback, user_data, is_to_listen };
  g_ptr_array_add (events->requests, made);
  if (events->store != NULL)
    run_if_needed (events);
  else
    {
      g_autoptr (GPtrArray) requests = g_steal_pointer (&events->requests);

      events->requests = g_ptr_array_new_with_free_func (g_free);
      answer_all (events, requests, NULL);
    }
}

void
events_ask (Events *events, const EventsQuestion *question, EventsAnswer callback, gpointer user_data)
{
  add_request (events, question, FALSE, callback, user_data);
}

void
events_listen (Events *events, EventsAnswer callback, gpointer user_data)
{
  const EventsQuestion none = { .audience = EVENT_FOR_ALL };

  events->listeners++;
  add_request (events, &none, TRUE, callback, user_data);
}

void
events_stop_listening (Events *events)
{
  events->listeners--;
  if (events->listeners == 0)
    events->is_told = FALSE;
}
