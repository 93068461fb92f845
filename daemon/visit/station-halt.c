/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* station-halt: see the header. In: the wish to stop or to sleep. Out: word of it, when the last visit is quiet. */
#include "visit/station-arrivals.h"
#include "visit/station-halt.h"

#include "base/error.h"
#include "base/log.h"
#include "visit/station-calendar.h"
#include "visit/station-private.h"
#include "visit/station-visits.h"
#include "visit/visit-life.h"

gboolean
station_refuses_visits (Station *station, GError **error)
{
  if (!station->halt.shutting_down && !station->halt.asleep)
    return FALSE;
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_SHUTTING_DOWN,
                       station->halt.shutting_down ? "the daemon is being stopped" : "the machine is going to sleep");
  return TRUE;
}

static void
end_wait (Station *station, StationWait *wait)
{
  g_clear_handle_id (&wait->timer, g_source_remove);
  wait->callback (wait->user_data);
}

gboolean
station_is_shutting_down (Station *station)
{
  return station->halt.shutting_down;
}

void
station_halt_note_begun (Station *station)
{
  station->halt.n_running++;
}

void
station_halt_note_quiet (Station *station)
{
  if (--station->halt.n_running > 0)
    return;
  if (station->halt.sleep.timer != 0)
    end_wait (station, &station->halt.sleep);
  if (station->halt.shutdown.timer != 0)
    end_wait (station, &station->halt.shutdown);
}

void
station_halt_clear (Station *station)
{
  g_clear_handle_id (&station->halt.sleep.timer, g_source_remove);
  g_clear_handle_id (&station->halt.shutdown.timer, g_source_remove);
}

/* begin_wait: ends what runs; then @callback, from the main loop. @late: what happens when that takes too long. */
static void
begin_wait (Station *station, StationWait *wait, guint deadline_milliseconds, GSourceFunc late, GSourceFunc callback,
            gpointer user_data)
{
  const GPtrArray *visits = station_visits_get_all (station);

  for (guint i = 0; i < visits->len; i++)
    if (!visit_is_finished (visits->pdata[i]))
      visit_interrupt (visits->pdata[i], wait == &station->halt.sleep);
  wait->callback = callback;
  wait->user_data = user_data;
  wait->timer = g_timeout_add (station->halt.n_running > 0 ? deadline_milliseconds : 0, late, station);
}

static void
log_late (Station *station)
{
  if (station->halt.n_running > 0)
    log_warning (NULL, "station: %u visits did not come to rest in time", station->halt.n_running);
}

/* tell_end: the owner is told of the end that @visit would have had. */
static void
tell_end (Station *station, Visit *visit)
{
  if (visit_is_finished (visit))
    return;
  visit_give_up (visit);
  station->observer->visit_finished (visit, station->observer_data);
  visit_set_closed (visit); /* told once */
}

static gboolean
on_shutdown_late (gpointer user_data)
{
  Station *station = user_data;
  const GPtrArray *visits = station_visits_get_all (station);

  log_late (station);
  for (guint i = 0; i < visits->len; i++)
    tell_end (station, visits->pdata[i]);
  station->halt.shutdown.timer = 0;
  station->halt.shutdown.callback (station->halt.shutdown.user_data);
  return G_SOURCE_REMOVE;
}

void
station_shut_down (Station *station, guint deadline_milliseconds, GSourceFunc callback, gpointer user_data)
{
  g_return_if_fail (!station->halt.shutting_down);

  station->halt.shutting_down = TRUE;
  begin_wait (station, &station->halt.shutdown, deadline_milliseconds, on_shutdown_late, callback, user_data);
}

/* A card that does not let go is left as it is: its visit ends after the sleep. */
static gboolean
on_sleep_late (gpointer user_data)
{
  Station *station = user_data;

  log_late (station);
  station->halt.sleep.timer = 0;
  station->halt.sleep.callback (station->halt.sleep.user_data);
  return G_SOURCE_REMOVE;
}

void
station_suspend (Station *station, guint deadline_milliseconds, GSourceFunc callback, gpointer user_data)
{
  g_return_if_fail (!station->halt.asleep);

  station->halt.asleep = TRUE;
  begin_wait (station, &station->halt.sleep, deadline_milliseconds, on_sleep_late, callback, user_data);
}

void
station_resume (Station *station)
{
  g_return_if_fail (station->halt.asleep);

  station->halt.asleep = FALSE;
  g_clear_handle_id (&station->halt.sleep.timer, g_source_remove); /* it did not wait for us */
  transports_reset (station->transports);
  if (station->monitor != NULL)
    reader_monitor_look_again (station->monitor);
  station_retention_note_slept (station->retention);
  station_arrivals_look (station->arrivals);
  station_calendar_schedule (station);
}
