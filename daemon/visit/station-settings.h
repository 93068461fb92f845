/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* station-settings: whether what is in force was given last; if not, what of it waits or was refused, and why. */
#pragma once

#include <glib.h>

typedef struct Station Station;

typedef struct
{
  const char *state; /* static: in-use, waiting (it is tried again by itself), refused */
  char *reason;      /* with the file that it is about; NULL: in-use */
  gint64 since;      /* microseconds since the epoch; 0: in-use */
} StationSettingsState;

void station_settings_state_clear (StationSettingsState *state);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (StationSettingsState, station_settings_state_clear)

/* station_get_settings: of several that are not in use, all are named, and the state is the worst. */
StationSettingsState station_get_settings (Station *station);

/* station_note_configuration: a configuration came that is wrong and was not taken (@complaint), or was (NULL). */
void station_note_configuration (Station *station, const char *complaint);

/* station_settings_note_authorities: likewise a file of the cards' authorities. */
void station_settings_note_authorities (Station *station, const char *complaint);
gboolean station_settings_has_authorities (Station *station); /* that were given last */
void station_settings_clear (Station *station);
