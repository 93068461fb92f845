/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * terminals: the official terminals of this desk, as the configuration has them: each group [Terminal] of it comes in,
 * a transport of the station goes out, and at a reload its new settings.
 */
#pragma once

#include "settings.h"

typedef struct Terminals Terminals;

/* terminals_new: @station: it gets the transports, and outlives this. @state: folder of what must survive. */
Terminals *terminals_new (Station *station, const char *state);
void terminals_free (Terminals *terminals);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Terminals, terminals_free)

/* terminals_configure: those of @configuration: new ones come, known ones get their settings, the others go. */
void terminals_configure (Terminals *terminals, const Configuration *configuration);
