/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-calendar: see the header. In: settings, an alarm, a clock that was set, the credential in use.
 * Out: what the observer is told.
 */
#include "visit/station-arrivals.h"
#include "visit/station-calendar.h"

#include <string.h>

#include "base/log.h"
#include "base/message-ids.h"
#include "visit/station-events.h"
#include "visit/station-ledger.h"
#include "visit/station-private.h"
#include "visit/station-settings.h"

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

  station_events_note_expiry (station, expiry, days);
  station->observer->expiry_near (expiry, days, station->observer_data);
}

static gboolean
on_calendar_due (gpointer user_data)
{
  Station *station = user_data;

  station->calendar.source = 0;
  wall_clock_set_alarm (station->calendar.clock, calendar_recalculate (station->calendar.calendar));
  return G_SOURCE_REMOVE;
}

void
station_calendar_schedule (Station *station)
{
  if (station->calendar.has_begun && !station->is_freed && station->calendar.source == 0)
    station->calendar.source = g_idle_add_full (G_PRIORITY_LOW, on_calendar_due, station, NULL);
}

/* Of the center's files what is in use matters: a newer one that is not taken is the settings' affair. */
static void
read_center (Station *station)
{
  calendar_read_again (station->calendar.calendar, CALENDAR_CENTER_CA);
  calendar_read_again (station->calendar.calendar, CALENDAR_INSTITUTION);
  station_calendar_schedule (station);
}

static gboolean
knows_end (Station *station, gint64 expires)
{
  const GPtrArray *expiries = calendar_get_expiries (station->calendar.calendar);
  gboolean known = expires == 0;

  for (guint i = 0; i < expiries->len && !known; i++)
    known = ((const StationExpiry *)g_ptr_array_index (expiries, i))->expires == expires;
  return known;
}

void
station_calendar_note_center (Station *station)
{
  const gboolean behind = transports_are_behind (station->transports);
  const gint64 expires = transports_get_credential_expires (station->transports);

  if (calendar_set_uri_end (station->calendar.calendar, expires))
    station_calendar_schedule (station);
  if (!behind && (station->calendar.was_behind || !knows_end (station, expires)))
    read_center (station);
  station->calendar.was_behind = behind;
}

static void
on_clock (gint64 shift, gpointer user_data)
{
  Station *station = user_data;

  if (shift != 0)
    {
      log_write (LOG_NOTICE, SHIKAKU_MESSAGE_CLOCK_CHANGED, NULL, "clock: it was set %" G_GINT64_FORMAT " seconds %s",
                 ABS (shift) / G_USEC_PER_SEC, shift > 0 ? "forward" : "back");
      station_retention_shift (station->retention, shift);
      station_arrivals_look (station->arrivals);
    }
  station_calendar_schedule (station);
}

void
station_begin (Station *station)
{
  g_return_if_fail (!station->calendar.has_begun);

  station->calendar.has_begun = TRUE;
  station->calendar.clock = wall_clock_new (on_clock, station);
  station_calendar_schedule (station);
  station_ledger_begin (station);
}

void
station_calendar_init (Station *station)
{
  static const CalendarObserver observer = { on_changed, on_near };

  station->calendar.calendar = calendar_new (&observer, station);
}

void
station_calendar_clear (Station *station)
{
  g_clear_handle_id (&station->calendar.source, g_source_remove);
  g_clear_pointer (&station->calendar.clock, wall_clock_free);
  g_clear_pointer (&station->calendar.calendar, calendar_free);
}

void
station_calendar_configure (Station *station, const CalendarSource *sources)
{
  calendar_set_sources (station->calendar.calendar, sources);
  if (!transports_are_behind (station->transports))
    read_center (station);
  if (station_settings_has_authorities (station))
    calendar_read_again (station->calendar.calendar, CALENDAR_CARD_CA);
  station_calendar_schedule (station);
}

GPtrArray *
station_get_expiries (Station *station)
{
  const GPtrArray *entries = calendar_get_expiries (station->calendar.calendar);
  GPtrArray *expiries = g_ptr_array_new (); /* a copy would own what is in it, as the original */

  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add (expiries, entries->pdata[i]);
  return expiries;
}

const StationExpiry *
station_get_soonest_end (Station *station)
{
  const GPtrArray *expiries = station->is_freed ? NULL : calendar_get_expiries (station->calendar.calendar);

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
  const GPtrArray *expiries = calendar_get_expiries (station->calendar.calendar);
  gint64 in_use = transports_get_credential_expires (station->transports);

  if (in_use != 0)
    return in_use;
  for (guint i = 0; i < expiries->len; i++)
    {
      const StationExpiry *expiry = g_ptr_array_index (expiries, i);

      if (strcmp (expiry->what, CALENDAR_INSTITUTION) == 0)
        return expiry->expires;
    }
  return 0;
}
