/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * events: what has happened at this desk, for several programs, and for those that were away. In: events, from the main
 * loop or inside another tenant's job. Out: each of them, in the order of its number, to who listens; and a page of
 * those after a number.
 *
 * Nobody waits for the disk. Events are gathered, and written together: at once while somebody listens, or when one
 * asks; else after ten seconds, or when there are many. One is told when it is written. So a kill -9 takes what was
 * gathered, which has no number yet and was told to nobody; and until the first event the file is not touched.
 *
 * Where there is no file, or it cannot be used, events are numbered in memory and told from there, the last of them are
 * kept, and they are written when it can be used again; if that is never, they end with the daemon.
 */
#pragma once

#include "store/events-table.h"
#include "store/store.h"

#define EVENTS_GATHERED_MAXIMUM 2048 /* while the disk does not answer; beyond, the oldest are lost */
#define EVENTS_MEMORY_MAXIMUM 512    /* of those that could not be written */

typedef struct Events Events;

/* EventsTell: @event has happened. From the main loop; without a store from within events_add. */
typedef void (*EventsTell) (const Event *event, gpointer user_data);

/* events_new: @store must outlive it; NULL: there is none. @tell: only while somebody listens. */
Events *events_new (Store *store, EventsTell tell, gpointer user_data);

/* events_free: what is gathered is going to be written. Nobody is told any more; who asks is answered NULL. */
void events_free (Events *events);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Events, events_free)

/* events_add: @audience: a uid, or EVENT_FOR_ALL. @details: (transfer full) packed (codec/event). */
void events_add (Events *events, EventKind kind, gint64 audience, GString *details);

/* events_note_written: another tenant's job, in which there was events_add_in, has succeeded. */
void events_note_written (Events *events);

/* EventsAnswer: called once, from the main loop. @page: (transfer none); NULL: the events have ended. */
typedef void (*EventsAnswer) (const EventsPage *page, gpointer user_data);

/* events_ask: what happened before is in the file by then, if it can be. */
void events_ask (Events *events, const EventsQuestion *question, EventsAnswer callback, gpointer user_data);

/*
 * events_listen: somebody listens, from the call of @callback on: what has a number beyond the page's next is told.
 * events_stop_listening: for each call of it, called back or not.
 */
void events_listen (Events *events, EventsAnswer callback, gpointer user_data);
void events_stop_listening (Events *events);
