/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-rest: the end of all visits at once, because the daemon is being stopped or because the machine is going to
 * sleep. Out: word of it, when the last card is unpowered or the time for that is over.
 */
#include "visit/station-private.h"

#include "base/error.h"
#include "base/log.h"

gboolean
station_refuses_visits (Station *station, GError **error)
{
  if (!station->shutting_down && !station->asleep)
    return FALSE;
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_SHUTTING_DOWN,
                       station->shutting_down ? "the daemon is being stopped" : "the machine is going to sleep");
  return TRUE;
}

static void
end_rest (Station *station, StationRest *rest)
{
  g_clear_handle_id (&rest->timer, g_source_remove);
  rest->callback (rest->user_data);
}

void
station_check_rest (Station *station)
{
  if (station->running > 0)
    return;
  if (station->sleep.timer != 0)
    end_rest (station, &station->sleep);
  if (station->shutdown.timer != 0)
    end_rest (station, &station->shutdown);
}

void
station_clear_rest (Station *station)
{
  g_clear_handle_id (&station->sleep.timer, g_source_remove);
  g_clear_handle_id (&station->shutdown.timer, g_source_remove);
}

/* begin_rest: ends what runs; then @callback, from the main loop. @late: what happens when that takes too long. */
static void
begin_rest (Station *station, StationRest *rest, guint deadline, GSourceFunc late, GSourceFunc callback,
            gpointer user_data)
{
  for (guint i = 0; i < station->visits->len; i++)
    if (!visit_is_finished (station->visits->pdata[i]))
      visit_interrupt (station->visits->pdata[i], rest == &station->sleep);
  rest->callback = callback;
  rest->user_data = user_data;
  rest->timer = g_timeout_add (station->running > 0 ? deadline : 0, late, station);
}

static void
log_late (Station *station)
{
  if (station->running > 0)
    log_warning (NULL, "station: %u visits did not come to rest in time", station->running);
}

/* give_up: the owner is told of the end that @visit would have had. */
static void
give_up (Station *station, Visit *visit)
{
  if (visit_is_finished (visit))
    return;
  visit_give_up (visit);
  station->observer->visit_finished (visit, station->observer_data);
  visit->closed = TRUE; /* told once */
}

static gboolean
on_shutdown_late (gpointer user_data)
{
  Station *station = user_data;

  log_late (station);
  for (guint i = 0; i < station->visits->len; i++)
    give_up (station, station->visits->pdata[i]);
  station->shutdown.timer = 0;
  station->shutdown.callback (station->shutdown.user_data);
  return G_SOURCE_REMOVE;
}

void
station_shut_down (Station *station, guint deadline, GSourceFunc callback, gpointer user_data)
{
  g_return_if_fail (!station->shutting_down);

  station->shutting_down = TRUE;
  begin_rest (station, &station->shutdown, deadline, on_shutdown_late, callback, user_data);
}

/* A card that does not let go is left as it is: its visit ends after the sleep. */
static gboolean
on_sleep_late (gpointer user_data)
{
  Station *station = user_data;

  log_late (station);
  station->sleep.timer = 0;
  station->sleep.callback (station->sleep.user_data);
  return G_SOURCE_REMOVE;
}

void
station_suspend (Station *station, guint deadline, GSourceFunc callback, gpointer user_data)
{
  g_return_if_fail (!station->asleep);

  station->asleep = TRUE;
  begin_rest (station, &station->sleep, deadline, on_sleep_late, callback, user_data);
}

void
station_resume (Station *station)
{
  g_return_if_fail (station->asleep);

  station->asleep = FALSE;
  g_clear_handle_id (&station->sleep.timer, g_source_remove); /* it did not wait for us */
  if (station->transport->klass->reset != NULL)
    station->transport->klass->reset (station->transport);
  if (station->monitor != NULL)
    reader_monitor_look_again (station->monitor);
  station_note_slept (station);
  station_schedule_calendar (station);
}
