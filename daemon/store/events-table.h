/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * events-table: the events in the SQLite file. In: a database, inside a job of the store. Out: events that are written
 * and numbered there, read back in the order of their numbers, and purged when they are old or too many.
 *
 * A number is given in the transaction that writes the event: so numbers are in the order of writing, and one that was
 * told to anybody is on the disk. It is the greater of the number after the last and the milliseconds since 1970: even
 * a file that was lost and begun anew does not give one for the second time.
 */
#pragma once

#include "codec/event.h"

struct sqlite3;

#define EVENTS_KEPT_DAYS 7
#define EVENTS_KEPT_MAXIMUM 20000 /* beyond, the oldest go */
#define EVENTS_PAGE_MAXIMUM 1000  /* that are read at a time */

/* event_number: the number of an event that comes after @last; 0: there was none. */
guint64 event_number (guint64 last);

/*
 * events_add_in: writes an event inside another tenant's job, in its transaction: it is there if and only if what it
 * tells of is. When the job has succeeded that tenant calls events_note_written (events.h), so that it is told.
 * @details: borrowed. FAILED.
 */
gboolean events_add_in (struct sqlite3 *database, EventKind kind, gint64 audience, const GString *details,
                        GError **error);

/* events_table_write: writes @events (of Event) in their order, numbering those that have none, and purges. FAILED. */
gboolean events_table_write (struct sqlite3 *database, GPtrArray *events, GError **error);

/* What is asked for. */
typedef struct
{
  guint64 after;   /* events with greater numbers; 0: all that are kept */
  gint64 audience; /* those for this uid, and for all; EVENT_FOR_ALL: everybody's, whomever they are for */
  guint kinds;     /* of EVENT_BIT */
  guint limit;     /* as many at most; 0: none, but for the number of the last */
} EventsQuestion;

/* Why there may be events that are not in a page. */
typedef enum
{
  EVENTS_COMPLETE,
  EVENTS_PURGED,  /* some with greater numbers than @after were purged */
  EVENTS_UNKNOWN, /* @after is no number of this file: it was lost since */
} EventsGap;

typedef struct
{
  GPtrArray *events; /* of Event, the least number first */
  guint64 next;      /* the number to ask after the next time */
  guint64 gap_until; /* what is missing has numbers up to this one */
  EventsGap gap;
} EventsPage;

EventsPage *events_page_new (void);
void events_page_free (EventsPage *page);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EventsPage, events_page_free)

/* events_question_wants: whether @event belongs in the answer. */
gboolean events_question_wants (const EventsQuestion *question, const Event *event);

/* events_page_judge: sets next and gap by the number of the last event and of the last that was purged. */
void events_page_judge (EventsPage *page, const EventsQuestion *question, guint64 last, guint64 purged);

/* events_table_read: fills @page, which is new. FAILED. */
gboolean events_table_read (struct sqlite3 *database, const EventsQuestion *question, EventsPage *page, GError **error);
