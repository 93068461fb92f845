/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* station-events: see the header. */
#include "visit/station-events.h"

#include <string.h>

#include "base/error.h"
#include "visit/calendar.h"
#include "visit/station-private.h"
#include "visit/visit.h"

#define DETAILS_SIZE 256 /* what most of them take */

static void
on_event (const Event *event, gpointer user_data)
{
  Station *station = user_data;

  if (station->observer->event != NULL)
    station->observer->event (event, station->observer_data);
}

void
station_events_init (Station *station, const char *center, const char *cause)
{
  station->events.kept = events_new (NULL, on_event, station);
  station->events.center = center;
  station->events.cause = cause;
}

void
station_events_set_store (Station *station, Store *store)
{
  events_free (station->events.kept);
  station->events.kept = events_new (store, on_event, station);
}

void
station_events_clear (Station *station)
{
  g_clear_pointer (&station->events.kept, events_free);
}

Events *
station_get_events (Station *station)
{
  return station->events.kept;
}

void
station_ask_events (Station *station, const EventsQuestion *question, EventsAnswer callback, gpointer user_data)
{
  if (station->events.kept != NULL)
    events_ask (station->events.kept, question, callback, user_data);
  else
    callback (NULL, user_data);
}

void
station_listen_to_events (Station *station, EventsAnswer callback, gpointer user_data)
{
  if (station->events.kept != NULL)
    events_listen (station->events.kept, callback, user_data);
  else
    callback (NULL, user_data);
}

void
station_stop_listening_to_events (Station *station)
{
  if (station->events.kept != NULL)
    events_stop_listening (station->events.kept);
}

gboolean
station_event_is_wanted (const EventsQuestion *question, const Event *event)
{
  return events_question_wants (question, event);
}

/* add_event: @details: (transfer full). */
static void
add_event (Station *station, EventKind kind, gint64 audience, GString *details)
{
  if (station->events.kept != NULL)
    events_add (station->events.kept, kind, audience, details);
  else
    g_string_free (details, TRUE);
}

void
station_events_note_finished (Station *station, Visit *visit)
{
  const char *reader = visit_get_reader (visit);
  const GError *error = visit_get_error (visit);
  GString *details = g_string_sized_new (DETAILS_SIZE);

  event_details_add_text (details, 'o', "Visit", visit_get_path (visit));
  event_details_add_text (details, 's', "State", visit_state_to_string (visit_get_state (visit)));
  event_details_add_text (details, 's', "Origin", visit_origin_get (visit_get_origin (visit))->word);
  if (strcmp (reader, "/") != 0)
    event_details_add_text (details, 'o', "Reader", reader);
  if (error != NULL)
    event_details_add_text (details, 's', "Error", shikaku_error_get_name (error->code));
  add_event (station, EVENT_VISIT_FINISHED, (gint64)visit_get_uid (visit), details);
}

GString *
station_events_describe_arrival (const char *id, const char *reader, gint64 at)
{
  GString *details = g_string_new (NULL);

  event_details_add_text (details, 's', "Arrival", id);
  event_details_add_text (details, 'o', "Reader", reader);
  event_details_add_number (details, 't', "At", at);
  return details;
}

void
station_events_note_arrival (Station *station, const char *id, const char *reader, gint64 at)
{
  add_event (station, EVENT_VISIT_ARRIVED, EVENT_FOR_ALL, station_events_describe_arrival (id, reader, at));
}

void
station_events_note_center (Station *station, const char *center, const char *cause)
{
  GString *details;

  if (strcmp (center, station->events.center) == 0 && strcmp (cause, station->events.cause) == 0)
    return;
  station->events.center = center;
  station->events.cause = cause;
  details = g_string_new (NULL);
  event_details_add_text (details, 's', "State", center);
  event_details_add_text (details, 's', "Cause", cause);
  add_event (station, EVENT_CENTER, EVENT_FOR_ALL, details);
}

void
station_events_note_surveyed (Station *station)
{
  station->events.is_surveyed = TRUE;
}

void
station_events_note_reader (Station *station, const char *path, const char *name, gboolean present)
{
  GString *details;

  if (!station->events.is_surveyed)
    return;
  details = g_string_new (NULL);
  event_details_add_text (details, 'o', "Reader", path);
  event_details_add_text (details, 's', "Name", name);
  event_details_add_number (details, 'b', "Present", present);
  add_event (station, EVENT_READER, EVENT_FOR_ALL, details);
}

void
station_events_note_expiry (Station *station, const StationExpiry *expiry, gint days)
{
  GString *details = g_string_new (NULL);

  event_details_add_text (details, 's', "What", expiry->what);
  event_details_add_text (details, 's', "Source", expiry->source);
  event_details_add_number (details, 't', "Expires", expiry->expires);
  event_details_add_number (details, 'i', "Days", days);
  add_event (station, EVENT_EXPIRY, EVENT_FOR_ALL, details);
}

void
station_events_note_ledger (Station *station, const char *kind, guint64 size, ShikakuError error)
{
  GString *details = g_string_new (NULL);

  event_details_add_text (details, 's', "Kind", kind);
  if (error != SHIKAKU_ERROR_NONE)
    event_details_add_text (details, 's', "Error", shikaku_error_get_name ((int)error));
  event_details_add_number (details, 't', "Size", (gint64)size);
  add_event (station, EVENT_LEDGER, EVENT_FOR_ALL, details);
}
