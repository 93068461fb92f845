/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-settings: see the header. In: what became of a configuration, of the cards' authorities, and of the settings
 * of the transports. Out: one state with its reasons.
 */
#include "visit/station-settings.h"

#include "visit/station-ledger.h"
#include "visit/station-private.h"

void
station_settings_state_clear (StationSettingsState *state)
{
  g_free (state->reason);
}

static void
add_reason (StationSettingsState *state, const char *word, const char *reason, gint64 since)
{
  g_autofree char *before = state->reason;

  if (reason == NULL)
    {
      state->reason = g_steal_pointer (&before);
      return;
    }
  state->reason = before != NULL ? g_strjoin ("; ", before, reason, NULL) : g_strdup (reason);
  state->since = before != NULL ? MIN (state->since, since) : since;
  if (before == NULL)
    state->state = word;
}

StationSettingsState
station_get_settings (Station *station)
{
  const TransportLinkStatus *center = transports_get_link (station->transports, TRANSPORT_LINK_SETTINGS);
  const gboolean waits
      = center->error == SHIKAKU_ERROR_CENTER_UNREACHABLE || center->error == SHIKAKU_ERROR_CENTER_BUSY;
  StationSettingsState state = { .state = "in-use" };

  add_reason (&state, "refused", station->settings.configuration, station->settings.configuration_since);
  add_reason (&state, "refused", station->settings.authorities, station->settings.authorities_since);
  if (center->state == TRANSPORT_LINK_DEGRADED)
    add_reason (&state, waits ? "waiting" : "refused", center->detail, center->since);
  return state;
}

/* Return: whether that is something else than before. */
static gboolean
replace_reason (char **reason, gint64 *since, const char *complaint)
{
  if (g_strcmp0 (*reason, complaint) == 0)
    return FALSE;
  g_free (*reason);
  *reason = g_strdup (complaint);
  *since = g_get_real_time ();
  return TRUE;
}

static void
tell_changed (Station *station)
{
  statistics_note_changed (&station->statistics);
  if (!station->is_freed)
    station->observer->center_changed (station->observer_data);
}

void
station_note_configuration (Station *station, const char *complaint)
{
  if (complaint == NULL)
    station_note_act (station, NULL, LEDGER_ACT_CONFIGURED);
  if (replace_reason (&station->settings.configuration, &station->settings.configuration_since, complaint))
    tell_changed (station);
}

void
station_settings_note_authorities (Station *station, const char *complaint)
{
  if (replace_reason (&station->settings.authorities, &station->settings.authorities_since, complaint))
    tell_changed (station);
}

gboolean
station_settings_has_authorities (Station *station)
{
  return station->settings.authorities == NULL;
}

void
station_settings_clear (Station *station)
{
  g_clear_pointer (&station->settings.configuration, g_free);
  g_clear_pointer (&station->settings.authorities, g_free);
}
