/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* station-arrivals: see the header. */
#include "visit/station-arrivals.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "center/backoff.h"
#include "visit/arrival-choice.h"
#include "visit/ledger-person.h"
#include "visit/station-events.h"
#include "visit/station-private.h"

#define BATCH_MAXIMUM 32     /* arrivals in one transaction */
#define PAUSE_BASE_SECONDS 5 /* of the back-off while the ledger cannot be written */
#define PAUSE_CAP_SECONDS 300
#define PAUSE_DOUBLINGS_MAXIMUM 10
#define TIMER_MAXIMUM_SECONDS 3600 /* then it is looked at again how long it still is */

#define ACT_CAME "came"

/* A terminal: where what it brings belongs. */
typedef struct
{
  StationArrivals *arrivals;
  char *name, *path; /* of its reader */
  Transport *transport;
} Terminal;

/* An arrival that is not in the ledger yet. */
typedef struct
{
  Terminal *terminal;
  TransportArrival *arrival;
} Incoming;

struct StationArrivals
{
  guint references; /* its owner's, and one of each job that is under way */
  Station *station; /* NULL: the owner is gone */
  ArrivalBook *book;
  Ledger *ledger;
  GPtrArray *terminals; /* of Terminal */
  GPtrArray *incoming;  /* of Incoming, in the order told */
  guint n_writing;      /* the first of them are being written */
  guint attempts;       /* that have failed */
  guint retry_source, expiry_source;
  gint64 next_expiry; /* microseconds since the epoch; 0: nothing is kept */
  guint retention_seconds;
};

static void write_next (StationArrivals *arrivals);
static void plan_expiry (StationArrivals *arrivals, gint64 when);

static void
free_terminal (gpointer data)
{
  Terminal *terminal = data;

  g_free (terminal->name);
  g_free (terminal->path);
  g_free (terminal);
}

static void
free_incoming (gpointer data)
{
  Incoming *incoming = data;

  transport_arrival_free (incoming->arrival);
  g_free (incoming);
}

static void
arrivals_unref (StationArrivals *arrivals)
{
  if (--arrivals->references > 0)
    return;
  g_ptr_array_unref (arrivals->incoming);
  g_ptr_array_unref (arrivals->terminals);
  g_free (arrivals);
}

StationArrivals *
station_arrivals_new (Station *station, guint retention_seconds)
{
  StationArrivals *arrivals = g_new0 (StationArrivals, 1);

  arrivals->references = 1;
  arrivals->station = station;
  arrivals->terminals = g_ptr_array_new_with_free_func (free_terminal);
  arrivals->incoming = g_ptr_array_new_with_free_func (free_incoming);
  station_arrivals_configure (arrivals, retention_seconds);
  return arrivals;
}

void
station_arrivals_free (StationArrivals *arrivals)
{
  if (arrivals == NULL)
    return;
  for (guint i = 0; i < arrivals->terminals->len; i++)
    ((Terminal *)arrivals->terminals->pdata[i])->transport->arrived = NULL;
  arrivals->station = NULL;
  g_clear_pointer (&arrivals->book, arrival_book_unref);
  g_clear_handle_id (&arrivals->retry_source, g_source_remove);
  g_clear_handle_id (&arrivals->expiry_source, g_source_remove);
  arrivals_unref (arrivals);
}

void
station_arrivals_configure (StationArrivals *arrivals, guint retention_seconds)
{
  arrivals->retention_seconds = retention_seconds != 0 ? retention_seconds : STATION_ARRIVALS_SECONDS_DEFAULT;
}

ArrivalBook *
station_arrivals_get_book (StationArrivals *arrivals)
{
  return arrivals->book;
}

/* Into the ledger. */

static ArrivalBookItem *
make_item (StationArrivals *arrivals, const Incoming *incoming)
{
  const TransportArrival *arrival = incoming->arrival;
  const Qualification *qualification = arrival->reply->qualification;
  const LedgerPerson person = ledger_person_of_qualification (qualification);
  ArrivalBookItem *item = arrival_book_item_new ();

  memcpy (item->digest, arrival->digest, sizeof item->digest);
  item->terminal = g_strdup (incoming->terminal->name);
  item->received = arrival->received;
  item->at = arrival->at != 0 ? arrival->at : arrival->received;
  item->until = g_get_real_time () + arrivals->retention_seconds * (gint64)G_USEC_PER_SEC;
  item->words = arrival_choice_make_words (qualification);
  item->body = g_bytes_ref (arrival->reply->body != NULL ? arrival->reply->body : arrival->bytes);
  item->entry = ledger_entry_new (LEDGER_ARRIVAL);
  ledger_person_describe (arrivals->ledger, &person, item->entry);
  ledger_entry_add_text (item->entry, LEDGER_FIELD_ORIGIN, visit_origin_get (VISIT_ORIGIN_TERMINAL)->word);
  ledger_entry_add_text (item->entry, LEDGER_FIELD_EVIDENCE, visit_evidence_to_string (VISIT_EVIDENCE_TERMINAL));
  ledger_entry_add_bytes (item->entry, LEDGER_FIELD_SHA256, arrival->digest, sizeof arrival->digest);
  ledger_entry_add_text (item->entry, LEDGER_FIELD_ACT, ACT_CAME);
  ledger_entry_add_text (item->entry, LEDGER_FIELD_DETAIL, incoming->terminal->name);
  return item;
}

static gboolean
on_retry (gpointer user_data)
{
  StationArrivals *arrivals = user_data;

  arrivals->retry_source = 0;
  write_next (arrivals);
  return G_SOURCE_REMOVE;
}

static void
retry_later (StationArrivals *arrivals, const char *reason)
{
  const guint delay = backoff_delay (arrivals->attempts, PAUSE_BASE_SECONDS, PAUSE_CAP_SECONDS, g_random_int ());

  if (arrivals->attempts == 0)
    log_warning (NULL, "station: what a terminal has brought cannot be kept, so its files stay there: %s", reason);
  arrivals->attempts = MIN (arrivals->attempts + 1, PAUSE_DOUBLINGS_MAXIMUM);
  arrivals->retry_source = g_timeout_add_seconds (MAX (delay, 1), on_retry, arrivals);
}

/* take_written: it is on the disk: its file may go. */
static void
take_written (StationArrivals *arrivals, const Incoming *incoming, const ArrivalBookItem *item)
{
  Transport *transport = incoming->terminal->transport;

  if (item->is_new)
    {
      statistics_count (&arrivals->station->statistics, STATISTICS_ARRIVALS_CAME);
      plan_expiry (arrivals, item->until);
      station_events_note_arrival (arrivals->station, item->id, incoming->terminal->path, item->at);
    }
  else
    log_info (NULL, "station: a file of a terminal was there before; it counts once");
  transport->klass->release_arrival (transport, incoming->arrival->name, incoming->arrival->digest);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  StationArrivals *arrivals = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) items = arrival_book_write_finish (result, &error);
  const guint n_written = arrivals->n_writing;

  if (arrivals->station != NULL && items != NULL)
    {
      arrivals->attempts = 0;
      for (guint i = 0; i < n_written; i++) /* who lets go of one may bring the next at once: it waits for its turn */
        take_written (arrivals, arrivals->incoming->pdata[i], items->pdata[i]);
      g_ptr_array_remove_range (arrivals->incoming, 0, n_written);
      arrivals->n_writing = 0;
      write_next (arrivals);
    }
  else if (arrivals->station != NULL)
    {
      arrivals->n_writing = 0;
      retry_later (arrivals, error->message);
    }
  arrivals_unref (arrivals);
}

static void
write_next (StationArrivals *arrivals)
{
  GPtrArray *items;

  if (arrivals->n_writing > 0 || arrivals->incoming->len == 0 || arrivals->retry_source != 0)
    return;
  if (arrivals->book == NULL)
    {
      retry_later (arrivals, "there is no ledger");
      return;
    }
  items = g_ptr_array_new_with_free_func ((GDestroyNotify)arrival_book_item_free);
  arrivals->n_writing = MIN (arrivals->incoming->len, BATCH_MAXIMUM);
  for (guint i = 0; i < arrivals->n_writing; i++)
    g_ptr_array_add (items, make_item (arrivals, arrivals->incoming->pdata[i]));
  arrivals->references++;
  arrival_book_write (arrivals->book, items, on_written, arrivals);
}

static void
on_arrived (Transport *transport, TransportArrival *arrival, gpointer user_data)
{
  Terminal *terminal = user_data;
  Incoming *incoming = g_new (Incoming, 1);

  *incoming = (Incoming){ terminal, arrival };
  g_ptr_array_add (terminal->arrivals->incoming, incoming);
  write_next (terminal->arrivals);
}

void
station_arrivals_listen (StationArrivals *arrivals, const char *name, const char *path, Transport *transport)
{
  Terminal *terminal = g_new (Terminal, 1);

  *terminal = (Terminal){ arrivals, g_strdup (name), g_strdup (path), transport };
  g_ptr_array_add (arrivals->terminals, terminal);
  transport->arrived_data = terminal;
  transport->arrived = on_arrived;
}

void
station_arrivals_ignore (StationArrivals *arrivals, Transport *transport)
{
  transport->arrived = NULL; /* its Terminal stays, for what is being written */
}

/* The end of their time. */

static void
on_expired (GObject *source, GAsyncResult *result, gpointer user_data)
{
  StationArrivals *arrivals = user_data;
  g_autoptr (GError) error = NULL;
  guint n_unclaimed = 0;
  gint64 next = 0;

  if (!arrival_book_expire_finish (result, &n_unclaimed, &next, &error))
    next = g_get_real_time () + PAUSE_CAP_SECONDS * (gint64)G_USEC_PER_SEC; /* it is tried again */
  if (arrivals->station != NULL)
    {
      for (guint i = 0; i < n_unclaimed; i++)
        statistics_count (&arrivals->station->statistics, STATISTICS_ARRIVALS_EXPIRED);
      if (n_unclaimed > 0)
        log_notice (NULL, "station: nobody has claimed %u results of a terminal in their time; they are erased",
                    n_unclaimed);
      if (next != 0)
        plan_expiry (arrivals, next);
    }
  arrivals_unref (arrivals);
}

static void
expire (StationArrivals *arrivals)
{
  if (arrivals->book == NULL || !arrival_book_is_begun (arrivals->book))
    return;
  arrivals->next_expiry = 0;
  arrivals->references++;
  arrival_book_expire (arrivals->book, on_expired, arrivals);
}

static gboolean
on_timer (gpointer user_data)
{
  StationArrivals *arrivals = user_data;

  arrivals->expiry_source = 0;
  station_arrivals_look (arrivals);
  return G_SOURCE_REMOVE;
}

/* plan_expiry: something has had its time at @when (microseconds since the epoch). */
static void
plan_expiry (StationArrivals *arrivals, gint64 when)
{
  gint64 seconds;

  if (arrivals->next_expiry != 0 && arrivals->next_expiry <= when && arrivals->expiry_source != 0)
    return;
  arrivals->next_expiry = when;
  seconds = CLAMP ((when - g_get_real_time ()) / G_USEC_PER_SEC + 1, 1, TIMER_MAXIMUM_SECONDS);
  g_clear_handle_id (&arrivals->expiry_source, g_source_remove);
  arrivals->expiry_source = g_timeout_add_seconds ((guint)seconds, on_timer, arrivals);
}

void
station_arrivals_look (StationArrivals *arrivals)
{
  const gint64 when = arrivals->next_expiry;

  if (when == 0)
    return;
  g_clear_handle_id (&arrivals->expiry_source, g_source_remove);
  if (when <= g_get_real_time ())
    expire (arrivals);
  else
    plan_expiry (arrivals, when);
}

void
station_arrivals_set_ledger (StationArrivals *arrivals, Ledger *ledger)
{
  g_clear_pointer (&arrivals->book, arrival_book_unref);
  arrivals->ledger = ledger;
  if (ledger == NULL)
    return;
  arrivals->book = arrival_book_new (ledger);
  expire (arrivals); /* what is left of earlier runs */
}

/* Listing. */

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const char *terminal = g_task_get_task_data (task);
  GError *error = NULL;
  GPtrArray *items = arrival_book_look_finish (result, &error);

  if (items == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  for (guint i = items->len; i > 0; i--)
    if (g_strcmp0 (((ArrivalBookItem *)items->pdata[i - 1])->terminal, terminal) != 0)
      g_ptr_array_remove_index (items, i - 1);
  g_task_return_pointer (task, items, (GDestroyNotify)g_ptr_array_unref);
}

void
station_list_arrivals (Station *station, const char *name, GAsyncReadyCallback callback, gpointer user_data)
{
  ArrivalBook *book = station->arrivals != NULL ? station->arrivals->book : NULL;
  GTask *task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_source_tag (task, station_list_arrivals);
  g_task_set_task_data (task, g_strdup (name), g_free);
  if (book != NULL && arrival_book_is_begun (book))
    arrival_book_load (book, on_loaded, task);
  else
    {
      g_task_return_pointer (task, g_ptr_array_new_with_free_func ((GDestroyNotify)arrival_book_item_free),
                             (GDestroyNotify)g_ptr_array_unref);
      g_object_unref (task);
    }
}

GPtrArray *
station_list_arrivals_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
