/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * events-table: see the header. One row an event; one more row has the last number given, the last one purged and how
 * many there are, so that nothing is counted.
 */
#include "store/events-table.h"

#include <sqlite3.h>
#include <string.h>

#include "store/statement.h"
#include "store/store-file.h"

guint64
event_number (guint64 last)
{
  return MAX (last + 1, (guint64)(g_get_real_time () / G_TIME_SPAN_MILLISECOND));
}

/* A page. */

EventsPage *
events_page_new (void)
{
  EventsPage *page = g_new0 (EventsPage, 1);

  page->events = g_ptr_array_new_with_free_func ((GDestroyNotify)event_unref);
  return page;
}

void
events_page_free (EventsPage *page)
{
  g_ptr_array_unref (page->events);
  g_free (page);
}

gboolean
events_question_wants (const EventsQuestion *question, const Event *event)
{
  return event->sequence > question->after && (question->kinds & EVENT_BIT (event->kind)) != 0
         && (question->audience == EVENT_FOR_ALL || event->audience == EVENT_FOR_ALL
             || event->audience == question->audience);
}

void
events_page_judge (EventsPage *page, const EventsQuestion *question, guint64 last, guint64 purged)
{
  const GPtrArray *events = page->events;

  page->next
      = events->len > 0 && events->len == question->limit ? ((Event *)events->pdata[events->len - 1])->sequence : last;
  page->gap = question->after > last                             ? EVENTS_UNKNOWN
              : question->after != 0 && question->after < purged ? EVENTS_PURGED
                                                                 : EVENTS_COMPLETE;
  page->gap_until = page->gap == EVENTS_PURGED ? purged : last;
}

/* The row of numbers. */

typedef struct
{
  guint64 last, purged, count;
} Numbers;

static gboolean
read_numbers (sqlite3 *database, Numbers *numbers, GError **error)
{
  sqlite3_stmt *statement = statement_prepare (database, "SELECT last, purged, count FROM event_numbers;", error);
  gboolean found;

  if (statement == NULL)
    return FALSE;
  found = sqlite3_step (statement) == SQLITE_ROW;
  if (found)
    *numbers = (Numbers){ (guint64)sqlite3_column_int64 (statement, 0), (guint64)sqlite3_column_int64 (statement, 1),
                          (guint64)sqlite3_column_int64 (statement, 2) };
  else
    store_file_set_error (database, error);
  sqlite3_finalize (statement);
  return found;
}

static gboolean
write_numbers (sqlite3 *database, const Numbers *numbers, GError **error)
{
  const gint64 written[] = { (gint64)numbers->last, (gint64)numbers->purged, (gint64)numbers->count };

  return statement_run_with (database, "UPDATE event_numbers SET last = ?, purged = ?, count = ?;", written, 3, error);
}

/* Writing. */

static sqlite3_stmt *
prepare_insert (sqlite3 *database, GError **error)
{
  return statement_prepare (
      database, "INSERT OR IGNORE INTO events (sequence, kind, at, audience, details) VALUES (?, ?, ?, ?, ?);", error);
}

/* insert: the first event of a new file has none before it that anybody could have missed, but for an older file's. */
static gboolean
insert (sqlite3 *database, sqlite3_stmt *statement, const Event *event, guint64 sequence, Numbers *numbers,
        GError **error)
{
  gboolean done
      = sqlite3_bind_int64 (statement, 1, (gint64)sequence) == SQLITE_OK
        && sqlite3_bind_text (statement, 2, event_kind_to_string (event->kind), -1, SQLITE_STATIC) == SQLITE_OK
        && sqlite3_bind_int64 (statement, 3, event->at) == SQLITE_OK
        && sqlite3_bind_int64 (statement, 4, event->audience) == SQLITE_OK
        && sqlite3_bind_blob (statement, 5, event->details->str, (int)event->details->len, SQLITE_STATIC) == SQLITE_OK
        && sqlite3_step (statement) == SQLITE_DONE;

  if (!done)
    return store_file_set_error (database, error);
  sqlite3_reset (statement);
  numbers->count += (guint64)sqlite3_changes (database);
  if (numbers->last == 0)
    numbers->purged = sequence - 1;
  numbers->last = MAX (numbers->last, sequence);
  return TRUE;
}

gboolean
events_add_in (sqlite3 *database, EventKind kind, gint64 audience, const GString *details, GError **error)
{
  const Event event = { 1, 0, kind, g_get_real_time (), audience, (GString *)details };
  sqlite3_stmt *statement = NULL;
  Numbers numbers = { 0 };
  gboolean done = read_numbers (database, &numbers, error) && (statement = prepare_insert (database, error)) != NULL
                  && insert (database, statement, &event, event_number (numbers.last), &numbers, error)
                  && write_numbers (database, &numbers, error);

  sqlite3_finalize (statement);
  return done;
}

/* look_up: one number by one number. Return: FALSE with @error; 0 in @ret_found: there is none. */
static gboolean
look_up (sqlite3 *database, const char *sql, gint64 value, gint64 *ret_found, GError **error)
{
  *ret_found = 0;
  return statement_read_number (statement_prepare_with (database, sql, &value, 1, error), ret_found, error);
}

/* purge_before: removes those before the one that @sql finds; all if it finds none. */
static gboolean
purge_before (sqlite3 *database, const char *sql, gint64 value, Numbers *numbers, GError **error)
{
  gint64 first, victim;

  if (!look_up (database, sql, value, &first, error))
    return FALSE;
  if (first == 0)
    first = (gint64)numbers->last + 1;
  if (!look_up (database, "SELECT max (sequence) FROM events WHERE sequence < ?;", first, &victim, error))
    return FALSE;
  if (victim == 0)
    return TRUE;
  if (!statement_run_with (database, "DELETE FROM events WHERE sequence < ?;", &first, 1, error))
    return FALSE;
  numbers->count -= (guint64)sqlite3_changes (database);
  numbers->purged = (guint64)victim;
  return TRUE;
}

/* purge: what is old goes, as far as the first that is not; and beyond the maximum, the first ones. */
static gboolean
purge (sqlite3 *database, Numbers *numbers, GError **error)
{
  const gint64 oldest = MAX (g_get_real_time () - EVENTS_KEPT_DAYS * G_TIME_SPAN_DAY, 0);

  if (!purge_before (database, "SELECT sequence FROM events WHERE at >= ? ORDER BY sequence LIMIT 1;", oldest, numbers,
                     error))
    return FALSE;
  return numbers->count <= EVENTS_KEPT_MAXIMUM
         || purge_before (database, "SELECT sequence FROM events ORDER BY sequence LIMIT 1 OFFSET ?;",
                          (gint64)(numbers->count - EVENTS_KEPT_MAXIMUM), numbers, error);
}

gboolean
events_table_write (sqlite3 *database, GPtrArray *events, GError **error)
{
  sqlite3_stmt *statement = NULL;
  Numbers numbers = { 0 };
  gboolean done = read_numbers (database, &numbers, error) && (statement = prepare_insert (database, error)) != NULL;

  for (guint i = 0; done && i < events->len; i++)
    {
      const Event *event = events->pdata[i];
      const guint64 sequence = event->sequence != 0 ? event->sequence : event_number (numbers.last);

      done = insert (database, statement, event, sequence, &numbers, error);
    }
  sqlite3_finalize (statement);
  return done && purge (database, &numbers, error) && write_numbers (database, &numbers, error);
}

/* Reading. */

/* read_row: Return: NULL: it is of a kind that a newer version has, or damaged. */
static Event *
read_row (sqlite3_stmt *statement)
{
  const char *word = (const char *)sqlite3_column_text (statement, 1);
  const char *details = sqlite3_column_blob (statement, 4);
  const gssize size = sqlite3_column_bytes (statement, 4);
  EventKind kind;
  Event *event;

  if (word == NULL || !event_kind_from_string (word, &kind))
    return NULL;
  event = event_new (kind, sqlite3_column_int64 (statement, 3), g_string_new_len (details, details != NULL ? size : 0));
  event->sequence = (guint64)sqlite3_column_int64 (statement, 0);
  event->at = sqlite3_column_int64 (statement, 2);
  return event;
}

static gboolean
read_rows (sqlite3 *database, const EventsQuestion *question, EventsPage *page, GError **error)
{
  const gint64 after = (gint64)question->after;
  sqlite3_stmt *statement = statement_prepare_with (
      database, "SELECT sequence, kind, at, audience, details FROM events WHERE sequence > ? ORDER BY sequence;",
      &after, 1, error);
  int result = SQLITE_ROW;

  if (statement == NULL)
    return FALSE;
  while (page->events->len < question->limit && (result = sqlite3_step (statement)) == SQLITE_ROW)
    {
      Event *event = read_row (statement);

      if (event != NULL && events_question_wants (question, event))
        g_ptr_array_add (page->events, event);
      else if (event != NULL)
        event_unref (event);
    }
  return statement_finish (statement, result, error);
}

gboolean
events_table_read (sqlite3 *database, const EventsQuestion *question, EventsPage *page, GError **error)
{
  Numbers numbers = { 0 };

  if (!read_numbers (database, &numbers, error))
    return FALSE;
  if (question->after <= numbers.last && !read_rows (database, question, page, error))
    return FALSE;
  events_page_judge (page, question, numbers.last, numbers.purged);
  return TRUE;
}
