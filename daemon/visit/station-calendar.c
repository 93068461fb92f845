/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-calendar: what of this desk ends, and the clock on the wall that this is measured by. In: settings, an alarm,
 * a clock that was set, the end of a token's certificate. Out: what the observer is told.
 */
#include <string.h>

#include "base/log.h"
#include "base/message-ids.h"
#include "visit/station-private.h"

static void
on_changed (gpointer user_data)
{
  Station *station = user_data;

  statistics_note_changed (&station->statistics);
  station->observer->expiries_changed (station->observer_data);
}

static void
on_near (const StationExpiry *expiry, gint days, gpointer user_data)
{
  Station *station = user_data;

  station->observer->expiry_near (expiry, days, station->observer_data);
}

static gboolean
read_calendar (gpointer user_data)
{
  Station *station = user_data;

  station->calendar_source = 0;
  wall_clock_set_alarm (station->clock, calendar_recalculate (station->calendar));
  return G_SOURCE_REMOVE;
}

void
station_schedule_calendar (Station *station)
{
  if (station->begun && !station->freed && station->calendar_source == 0)
    station->calendar_source = g_idle_add_full (G_PRIORITY_LOW, read_calendar, station, NULL);
}

void
station_note_center (Station *station)
{
  if (calendar_set_uri_end (station->calendar, station->transport->credential_expires))
    station_schedule_calendar (station);
}

/* A finished visit is kept for a time, not until a date: the date moves with the clock. */
static void
move_dates (Station *station, gint64 shift)
{
  for (GList *link = station->finished.head; link != NULL; link = link->next)
    {
      Visit *visit = link->data;

      visit->expires += shift;
      station->observer->visit_changed (visit, station->observer_data);
    }
}

static void
on_clock (gint64 shift, gpointer user_data)
{
  Station *station = user_data;

  if (shift != 0)
    {
      log_write (LOG_NOTICE, SHIKAKU_MESSAGE_CLOCK_CHANGED, NULL, "clock: it was set %" G_GINT64_FORMAT " seconds %s",
                 ABS (shift) / G_USEC_PER_SEC, shift > 0 ? "forward" : "back");
      move_dates (station, shift);
    }
  station_schedule_calendar (station);
}

void
station_begin (Station *station)
{
  g_return_if_fail (!station->begun);

  station->begun = TRUE;
  station->clock = wall_clock_new (on_clock, station);
  station_schedule_calendar (station);
}

void
station_new_calendar (Station *station)
{
  static const CalendarObserver observer = { on_changed, on_near };

  station->calendar = calendar_new (&observer, station);
}

void
station_clear_calendar (Station *station)
{
  g_clear_handle_id (&station->calendar_source, g_source_remove);
  g_clear_pointer (&station->clock, wall_clock_free);
  g_clear_pointer (&station->calendar, calendar_free);
}

void
station_configure_calendar (Station *station, const StationSettings *settings)
{
  calendar_set_sources (station->calendar, settings->calendar);
  station_schedule_calendar (station);
}

GPtrArray *
station_get_expiries (Station *station)
{
  const GPtrArray *entries = calendar_get_expiries (station->calendar);
  GPtrArray *expiries = g_ptr_array_new (); /* a copy would own what is in it, as the original */

  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add (expiries, entries->pdata[i]);
  return expiries;
}

const StationExpiry *
station_get_soonest_end (Station *station)
{
  const GPtrArray *expiries = station->freed ? NULL : calendar_get_expiries (station->calendar);

  for (guint i = 0; expiries != NULL && i < expiries->len; i++)
    {
      const StationExpiry *expiry = g_ptr_array_index (expiries, i);

      if (!expiry->replaced)
        return expiry;
    }
  return NULL;
}

gint64
station_get_credential_expires (Station *station)
{
  const GPtrArray *expiries = calendar_get_expiries (station->calendar);

  if (station->transport->credential_expires != 0) /* that of the one in use */
    return station->transport->credential_expires;
  for (guint i = 0; i < expiries->len; i++)
    {
      const StationExpiry *expiry = g_ptr_array_index (expiries, i);

      if (strcmp (expiry->what, CALENDAR_INSTITUTION) == 0)
        return expiry->expires;
    }
  return 0;
}
