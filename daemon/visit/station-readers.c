/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-readers: see the header. In: the reader monitor's events. Out: objects with a path, and what the visit at a
 * reader has to know.
 */
#include "visit/station-readers.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "base/names.h"
#include "base/unicode.h"
#include "visit/station-events.h"
#include "visit/station-halt.h"
#include "visit/station-private.h"
#include "visit/station-visits.h"
#include "visit/visit-card.h"
#include "visit/visit-life.h"

#define REPLACEMENT 0xfffd            /* for what is no character */
#define TERMINAL_NUMBER "\tterminal " /* before its name, where numbers are known: no reader of PC/SC is called so */

struct StationReader
{
  Station *station;
  char *path;
  char *name;         /* UTF-8, for people and the bus: PC/SC's may be anything */
  char *serial;       /* the same of the device's own number; NULL: not known */
  CardWorker *worker; /* NULL: a terminal */
  gboolean looked;    /* the monitor has told what lies in it */
  gboolean present;   /* a card */
  guint event_counter;
  gint64 added, since; /* real-time microseconds of its coming, and of the last change of presence */
  Visit *visit;        /* that runs here; borrowed: cleared when it is quiet */
};

static StationReader *
find_by_name (Station *station, const char *name)
{
  for (guint i = 0; i < station->readers.list->len; i++)
    {
      StationReader *reader = station->readers.list->pdata[i];

      if (reader->worker != NULL && g_strcmp0 (card_worker_get_reader_name (reader->worker), name) == 0)
        return reader;
    }
  return NULL;
}

static StationReader *
find_by_visit (Station *station, Visit *visit)
{
  for (guint i = 0; i < station->readers.list->len; i++)
    {
      StationReader *reader = station->readers.list->pdata[i];

      if (reader->visit == visit)
        return reader;
    }
  return NULL;
}

static void
reader_state_free (StationReader *reader)
{
  g_clear_pointer (&reader->worker, card_worker_unref);
  g_free (reader->path);
  g_free (reader->name);
  g_free (reader->serial);
  g_free (reader);
}

gboolean
station_reader_has_served (StationReader *reader)
{
  return reader->present
         && served_cards_contain (reader->station->readers.served, card_worker_get_reader_name (reader->worker));
}

static void
set_served (StationReader *reader, gboolean served)
{
  served_cards_set (reader->station->readers.served, card_worker_get_reader_name (reader->worker), served);
}

/* tell_changed: who is told compares. */
static void
tell_changed (StationReader *reader)
{
  if (!reader->station->is_freed)
    reader->station->observer->reader_changed (reader, reader->station->observer_data);
}

static void
on_service_changed (gboolean available, gpointer user_data)
{
  Station *station = user_data;
  const GPtrArray *visits;

  log_write (LOG_NOTICE, available ? SHIKAKU_MESSAGE_SERVICE_FOUND : SHIKAKU_MESSAGE_SERVICE_LOST, NULL,
             "station: the card reader service %s", available ? "is there" : "has stopped");
  station->readers.service_available = available;
  station->readers.service_since = g_get_real_time ();
  if (available)
    {
      statistics_note_changed (&station->statistics);
      return;
    }
  statistics_count (&station->statistics, STATISTICS_SERVICE_LOST);

  /* The readers went first, each as if unplugged; now it is known why. */
  visits = station_visits_get_all (station);
  for (guint i = 0; i < visits->len; i++)
    visit_replace_error (visits->pdata[i], SHIKAKU_ERROR_READER_FAILED, SHIKAKU_ERROR_SERVICE_STOPPED,
                         "pcscd has stopped");
}

/* make_name: @name as text, whatever its driver says. (transfer full) */
static char *
make_name (const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  GString *text = g_string_new (NULL);

  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c))
    g_string_append_unichar (text, unicode_is_noncharacter (g_utf8_get_char (c)) ? REPLACEMENT : g_utf8_get_char (c));
  return g_string_free (text, FALSE);
}

/* find_number: that a reader has for good. @key: what it is known by. */
static guint
find_number (Station *station, const char *key)
{
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (station->readers.numbers, key));

  if (number == 0)
    {
      number = g_hash_table_size (station->readers.numbers) + 1;
      g_hash_table_insert (station->readers.numbers, g_strdup (key), GUINT_TO_POINTER (number));
    }
  return number;
}

/* reader_new: in the list from now on. */
static StationReader *
reader_new (Station *station, const char *key, const char *name)
{
  StationReader *reader = g_new0 (StationReader, 1);

  reader->station = station;
  reader->path = g_strdup_printf (SHIKAKU_READER_PATH "/%u", find_number (station, key));
  reader->name = g_strdup (name);
  reader->added = station->readers.since = g_get_real_time ();
  g_ptr_array_add (station->readers.list, reader);
  return reader;
}

static void
tell_added (StationReader *reader)
{
  Station *station = reader->station;

  statistics_note_changed (&station->statistics);
  log_event (
      LOG_NOTICE, SHIKAKU_MESSAGE_READER_ADDED, NULL,
      (const LogField[]){ { "SHIKAKU_READER", reader->path }, { "SHIKAKU_READER_NAME", reader->name }, { NULL, NULL } },
      "station: reader %s is there: %s", strrchr (reader->path, '/') + 1, reader->name);
  station_events_note_reader (station, reader->path, reader->name, TRUE);
  if (!station->is_freed)
    station->observer->reader_added (reader, station->observer_data);
}

StationReader *
station_readers_add_terminal (Station *station, const char *name)
{
  g_autofree char *key = g_strconcat (TERMINAL_NUMBER, name, NULL);
  StationReader *reader = reader_new (station, key, name);

  tell_added (reader);
  return reader;
}

static void
on_reader_added (Reader *added, gpointer user_data)
{
  Station *station = user_data;
  StationReader *reader;
  g_autofree char *name = NULL;

  if (find_by_name (station, added->name) != NULL)
    {
      reader_free (added);
      return;
    }
  name = make_name (added->name);
  reader = reader_new (station, added->name, name);
  reader->visit = station_visits_find_at (station, reader->path); /* it goes on though the reader was away */
  reader->worker = card_worker_new (added);
  tell_added (reader);
}

/* A visit by number has only the reader's agent. */
static gboolean
is_at_card (StationReader *reader)
{
  return reader->visit != NULL && visit_needs_card (reader->visit);
}

/* remove_reader: frees it. */
static void
remove_reader (StationReader *reader)
{
  Station *station = reader->station;

  station->readers.since = g_get_real_time ();
  g_ptr_array_remove (station->readers.list, reader);
  station_events_note_reader (station, reader->path, reader->name, FALSE);
  if (!station->is_freed)
    station->observer->reader_removed (reader, station->observer_data);
  reader_state_free (reader);
}

static void
on_reader_removed (const char *name, gpointer user_data)
{
  Station *station = user_data;
  StationReader *reader = find_by_name (station, name);

  if (reader == NULL)
    return;

  log_event (
      LOG_NOTICE, SHIKAKU_MESSAGE_READER_REMOVED, NULL,
      (const LogField[]){ { "SHIKAKU_READER", reader->path }, { "SHIKAKU_READER_NAME", reader->name }, { NULL, NULL } },
      "station: %s is gone: %s", reader->path, reader->name);
  statistics_count (&station->statistics, STATISTICS_READERS_LOST);
  if (is_at_card (reader))
    visit_card_note_reader_gone (reader->visit);
  remove_reader (reader);
}

void
station_readers_remove_terminal (Station *station, StationReader *reader)
{
  remove_reader (reader);
}

static void
on_card_changed (const char *name, gboolean present, guint event_counter, gpointer user_data)
{
  Station *station = user_data;
  StationReader *reader = find_by_name (station, name);
  gboolean first, moved, served;

  if (reader == NULL)
    return;
  first = !reader->looked;
  moved = !first && event_counter != reader->event_counter;
  if (!first && !moved && present == reader->present)
    return;

  reader->looked = TRUE;
  reader->event_counter = event_counter;
  /* A card that lies there when the reader is first seen may have lain there for long: the daemon, pcscd or the reader
     may have gone and come back. Only one that was seen to come is anybody's who is at the desk now. */
  set_served (reader, first && present);
  reader->since = g_get_real_time ();

  /* Out and in between two looks: the card that was there is gone. */
  if (reader->present && present && is_at_card (reader))
    visit_card_set (reader->visit, FALSE, FALSE);
  reader->present = present;
  served = station_reader_has_served (reader);
  tell_changed (reader);

  /* A card that already lay there when the reader came is nobody's arrival: the daemon stays idle. */
  if (present && !first && !station_refuses_visits (station, NULL))
    transports_prepare (station->transports, reader->path);
  if (is_at_card (reader))
    visit_card_set (reader->visit, present, served);
}

/* It is known by now what had served before the daemon came; or it is known that it is not. */
static void
on_served_known (gpointer user_data)
{
  Station *station = user_data;

  for (guint i = 0; i < station->readers.list->len; i++)
    {
      StationReader *reader = station->readers.list->pdata[i];

      if (!reader->present)
        continue;
      set_served (reader, station_reader_has_served (reader));
      tell_changed (reader);
      if (is_at_card (reader))
        visit_card_set (reader->visit, TRUE, station_reader_has_served (reader));
    }
}

static void
on_surveyed (gpointer user_data)
{
  Station *station = user_data;

  station_events_note_surveyed (station);
  if (station->observer->surveyed != NULL)
    station->observer->surveyed (station->observer_data);
}

const ReaderMonitorObserver *
station_get_monitor_observer (void)
{
  static const ReaderMonitorObserver observer = {
    .service_changed = on_service_changed,
    .reader_added = on_reader_added,
    .reader_removed = on_reader_removed,
    .card_changed = on_card_changed,
    .surveyed = on_surveyed,
  };

  return &observer;
}

void
station_readers_init (Station *station)
{
  station->readers.list = g_ptr_array_new ();
  station->readers.numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  station->readers.served = served_cards_new (NULL, on_served_known, station);
}

void
station_readers_clear (Station *station)
{
  for (guint i = 0; i < station->readers.list->len; i++)
    reader_state_free (station->readers.list->pdata[i]);
  g_ptr_array_unref (station->readers.list);
  g_hash_table_unref (station->readers.numbers);
  served_cards_free (station->readers.served);
}

void
station_readers_set_store (Station *station, Store *store)
{
  served_cards_free (station->readers.served);
  station->readers.served = served_cards_new (store, on_served_known, station);
  changes_set_store (station->changes, store);
}

GPtrArray *
station_get_readers (Station *station)
{
  return g_ptr_array_copy (station->readers.list, NULL, NULL); /* owns nothing, as the original */
}

/* find_only: the only one for cards; where there is none, the only terminal. */
static StationReader *
find_only (Station *station)
{
  const StationReadersSummary summary = station_summarise_readers (station);
  const gboolean is_terminal = summary.n_readers == 0;

  if ((is_terminal ? summary.n_terminals : summary.n_readers) != 1)
    return NULL;
  for (guint i = 0; i < station->readers.list->len; i++)
    if (station_reader_is_terminal (station->readers.list->pdata[i]) == is_terminal)
      return station->readers.list->pdata[i];
  return NULL;
}

StationReader *
station_find_reader (Station *station, const char *path)
{
  if (path == NULL || *path == '\0')
    return find_only (station);
  for (guint i = 0; i < station->readers.list->len; i++)
    {
      StationReader *reader = station->readers.list->pdata[i];

      if (g_strcmp0 (reader->path, path) == 0)
        return reader;
    }
  return NULL;
}

StationReader *
station_find_named_reader (Station *station, const char *name)
{
  StationReader *found = NULL;

  for (guint i = 0; i < station->readers.list->len; i++)
    {
      StationReader *reader = station->readers.list->pdata[i];

      if (g_strcmp0 (reader->name, name) != 0)
        continue;
      if (found != NULL) /* PC/SC tells them apart by bytes that are no text */
        return NULL;
      found = reader;
    }
  return found;
}

StationReader *
station_find_terminal (Station *station, const char *name)
{
  for (guint i = 0; i < station->readers.list->len; i++)
    {
      StationReader *reader = station->readers.list->pdata[i];

      if (reader->worker == NULL && g_strcmp0 (reader->name, name) == 0)
        return reader;
    }
  return NULL;
}

gboolean
station_reader_is_terminal (StationReader *reader)
{
  return reader->worker == NULL;
}

const char *
station_reader_get_path (StationReader *reader)
{
  return reader->path;
}

const char *
station_reader_get_name (StationReader *reader)
{
  return reader->name;
}

gboolean
station_reader_has_card (StationReader *reader)
{
  return reader->present;
}

gboolean
station_reader_is_in_use (StationReader *reader)
{
  return reader->visit != NULL;
}

gint64
station_reader_get_in_use_since (StationReader *reader)
{
  return reader->visit != NULL ? visit_get_opened (reader->visit) : 0;
}

const char *
station_reader_get_serial (StationReader *reader)
{
  const char *serial = reader->worker != NULL ? card_worker_get_reader_serial (reader->worker) : NULL;

  if (reader->serial == NULL && serial != NULL)
    reader->serial = make_name (serial);
  return reader->serial != NULL ? reader->serial : "";
}

gboolean
station_is_service_available (Station *station)
{
  return station->readers.service_available;
}

gboolean
station_is_service_refused (Station *station)
{
  return station->monitor != NULL && reader_monitor_is_refused (station->monitor);
}

/* set_service_error: somebody wants the service: it is tried to be reached now. */
static void
set_service_error (Station *station, GError **error)
{
  if (station_is_service_refused (station))
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_AUTHORIZED, "pcscd does not let the daemon in");
  else
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_SERVICE_STOPPED, "pcscd does not run");
  if (station->monitor != NULL)
    reader_monitor_look_again (station->monitor);
}

StationReader *
station_choose_reader (Station *station, const char *path, const char *name, GError **error)
{
  StationReader *reader
      = name != NULL ? station_find_named_reader (station, name) : station_find_reader (station, path);
  gboolean is_named = name != NULL || (path != NULL && *path != '\0');

  if (reader != NULL)
    return reader;
  if (!is_named && station_summarise_readers (station).n_readers > 1)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, "Reader: there are several");
  else if (!station->readers.service_available)
    set_service_error (station, error);
  else
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NO_READER, "there is no such reader");
  return NULL;
}

StationReadersSummary
station_summarise_readers (Station *station)
{
  StationReadersSummary summary = {
    .service_since = station->readers.service_since,
    .readers_since = station->readers.since,
  };

  for (guint i = 0; i < station->readers.list->len; i++)
    {
      const StationReader *reader = station->readers.list->pdata[i];

      if (reader->worker == NULL)
        {
          summary.n_terminals++;
          continue;
        }
      summary.n_readers++;
      summary.n_cards += reader->present;
      summary.n_mute += card_worker_is_mute (reader->worker);
      summary.reader_added = MAX (summary.reader_added, reader->added);
      summary.card_since = MAX (summary.card_since, reader->present ? reader->since : 0);
    }
  return summary;
}

CardWorker *
station_reader_get_worker (StationReader *reader)
{
  return reader->worker;
}

Visit *
station_reader_get_visit (StationReader *reader)
{
  return reader->visit;
}

void
station_reader_begin_visit (StationReader *reader, Visit *visit)
{
  reader->visit = visit;
  if (is_at_card (reader))
    visit_card_set (visit, reader->present, station_reader_has_served (reader));
}

void
station_readers_note_moving (Station *station, Visit *visit)
{
  StationReader *reader = find_by_visit (station, visit);

  if (reader != NULL)
    tell_changed (reader);
}

void
station_readers_note_taken (Station *station, Visit *visit)
{
  StationReader *reader = find_by_visit (station, visit);

  if (reader == NULL)
    return;
  set_served (reader, TRUE);
  tell_changed (reader);
}

void
station_readers_end_visit (Station *station, Visit *visit)
{
  StationReader *reader = find_by_visit (station, visit);

  if (reader == NULL)
    return;
  reader->visit = NULL;
  tell_changed (reader);
}
