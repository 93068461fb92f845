/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-readers: which readers this desk has and what lies in them. In: the reader monitor's events. Out: objects
 * with a path, and what the visit at a reader has to know.
 *
 * A card that has served a visit is not read again until it was removed, unless the owner asks.
 */
#include "visit/station-private.h"

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "base/names.h"
#include "base/unicode.h"

#define REPLACEMENT 0xfffd /* for what is no character */

static StationReader *
find_by_name (Station *station, const char *name)
{
  for (guint i = 0; i < station->readers->len; i++)
    {
      StationReader *reader = station->readers->pdata[i];

      if (g_strcmp0 (card_worker_get_reader_name (reader->worker), name) == 0)
        return reader;
    }
  return NULL;
}

StationReader *
station_find_reader_of (Station *station, Visit *visit)
{
  for (guint i = 0; i < station->readers->len; i++)
    {
      StationReader *reader = station->readers->pdata[i];

      if (reader->visit == visit)
        return reader;
    }
  return NULL;
}

void
station_reader_free (StationReader *reader)
{
  card_worker_unref (reader->worker);
  g_free (reader->path);
  g_free (reader->name);
  g_free (reader);
}

void
station_reader_tell_changed (StationReader *reader)
{
  if (!reader->station->freed)
    reader->station->observer->reader_changed (reader, reader->station->observer_data);
}

static void
service_changed (gboolean available, gpointer user_data)
{
  Station *station = user_data;

  log_write (LOG_NOTICE, available ? SHIKAKU_MESSAGE_SERVICE_FOUND : SHIKAKU_MESSAGE_SERVICE_LOST, NULL,
             "station: the card reader service %s", available ? "is there" : "has stopped");
  station->service_available = available;
  station->service_since = g_get_real_time ();
  if (available)
    {
      statistics_note_changed (&station->statistics);
      return;
    }
  statistics_count (&station->statistics, STATISTICS_SERVICE_LOST);

  /* The readers went first, each as if unplugged; now it is known why. */
  for (guint i = 0; i < station->visits->len; i++)
    {
      Visit *visit = station->visits->pdata[i];

      if (g_error_matches (visit->error, SHIKAKU_ERROR, SHIKAKU_ERROR_READER_FAILED))
        visit_replace_error (visit, SHIKAKU_ERROR_SERVICE_STOPPED, "pcscd has stopped");
    }
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

/* find_visit_at: the visit that goes on at @path, though the reader was away: by number, or with its card proved. */
static Visit *
find_visit_at (Station *station, const char *path)
{
  for (guint i = 0; i < station->visits->len; i++)
    {
      Visit *visit = station->visits->pdata[i];

      if (!visit->ending && strcmp (visit->reader_path, path) == 0)
        return visit;
    }
  return NULL;
}

static void
reader_added (Reader *added, gpointer user_data)
{
  Station *station = user_data;
  StationReader *reader;
  guint number;

  if (find_by_name (station, added->name) != NULL)
    {
      reader_free (added);
      return;
    }

  number = GPOINTER_TO_UINT (g_hash_table_lookup (station->reader_numbers, added->name));
  if (number == 0)
    {
      number = g_hash_table_size (station->reader_numbers) + 1;
      g_hash_table_insert (station->reader_numbers, g_strdup (added->name), GUINT_TO_POINTER (number));
    }

  reader = g_new0 (StationReader, 1);
  reader->station = station;
  reader->path = g_strdup_printf (SHIKAKU_READER_PATH "/%u", number);
  reader->name = make_name (added->name);
  reader->visit = find_visit_at (station, reader->path);
  reader->added = station->readers_since = g_get_real_time ();
  reader->worker = card_worker_new (added);
  g_ptr_array_add (station->readers, reader);
  statistics_note_changed (&station->statistics);
  log_event (
      LOG_NOTICE, SHIKAKU_MESSAGE_READER_ADDED, NULL,
      (const LogField[]){ { "SHIKAKU_READER", reader->path }, { "SHIKAKU_READER_NAME", reader->name }, { NULL, NULL } },
      "station: reader %u is there: %s", number, reader->name);
  if (!station->freed)
    station->observer->reader_added (reader, station->observer_data);
}

/* A visit by number has only the reader's agent. */
static gboolean
is_at_card (StationReader *reader)
{
  return reader->visit != NULL && reader->visit->insured == NULL;
}

static void
reader_removed (const char *name, gpointer user_data)
{
  Station *station = user_data;
  StationReader *reader = find_by_name (station, name);

  if (reader == NULL)
    return;

  log_event (
      LOG_NOTICE, SHIKAKU_MESSAGE_READER_REMOVED, NULL,
      (const LogField[]){ { "SHIKAKU_READER", reader->path }, { "SHIKAKU_READER_NAME", reader->name }, { NULL, NULL } },
      "station: %s is gone: %s", reader->path, reader->name);
  station->readers_since = g_get_real_time ();
  statistics_count (&station->statistics, STATISTICS_READERS_LOST);
  if (is_at_card (reader))
    visit_reader_gone (reader->visit);
  if (reader->served)
    g_hash_table_add (station->served, g_strdup (name));
  g_ptr_array_remove (station->readers, reader);
  if (!station->freed)
    station->observer->reader_removed (reader, station->observer_data);
  station_reader_free (reader);
}

static void
card_changed (const char *name, gboolean present, guint event_counter, gpointer user_data)
{
  Station *station = user_data;
  StationReader *reader = find_by_name (station, name);
  gboolean first, moved, served;

  if (reader == NULL)
    return;
  first = !reader->looked;
  served = first && g_hash_table_remove (station->served, name);
  moved = !first && event_counter != reader->event_counter;
  if (!first && !moved && present == reader->present)
    return;

  reader->looked = TRUE;
  reader->event_counter = event_counter;
  reader->served = served && present; /* the reader may have gone and come back with the card in it */
  reader->since = g_get_real_time ();

  /* Out and in between two looks: the card that was there is gone. */
  if (reader->present && present && is_at_card (reader))
    visit_set_card (reader->visit, FALSE, FALSE);
  reader->present = present;
  station_reader_tell_changed (reader);

  /* A card that already lay there when the reader came is nobody's arrival: the daemon stays idle. */
  if (present && !first && !station_refuses_visits (station, NULL))
    station->transport->klass->prepare (station->transport);
  if (is_at_card (reader))
    visit_set_card (reader->visit, present, present && (!reader->served || reader->visit->same_card));
}

static void
surveyed (gpointer user_data)
{
  Station *station = user_data;

  if (station->observer->surveyed != NULL)
    station->observer->surveyed (station->observer_data);
}

const ReaderMonitorObserver *
station_get_monitor_observer (void)
{
  static const ReaderMonitorObserver observer = {
    .service_changed = service_changed,
    .reader_added = reader_added,
    .reader_removed = reader_removed,
    .card_changed = card_changed,
    .surveyed = surveyed,
  };

  return &observer;
}

GPtrArray *
station_get_readers (Station *station)
{
  return g_ptr_array_copy (station->readers, NULL, NULL); /* owns nothing, as the original */
}

StationReader *
station_find_reader (Station *station, const char *path)
{
  for (guint i = 0; i < station->readers->len; i++)
    {
      StationReader *reader = station->readers->pdata[i];

      if (g_strcmp0 (reader->path, path) == 0)
        return reader;
    }
  return NULL;
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
