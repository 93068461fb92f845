/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-reference: the institution's own number of a patient (照会番号), registered at the center with one of the
 * insurances of a finished visit, so that later answers bring it. The visit's answer is not touched by what becomes of
 * it, and the visit may be closed meanwhile.
 */
#pragma once

#include "visit/station.h"

#define STATION_REFERENCE_MAXIMUM 50 /* characters (data/doc/messages.md, "An entry") */

/*
 * station_register_reference: @number, for the insurance at the place @insurance of @visit's answer; -1: for the only
 * one that has numbers. @callback is called once, while the station lives.
 * Errors: INVALID_OPTION (no number that can be kept; no such insurance; several, and it was not said which),
 * INVALID_STATE (the visit has no answer that is eligible), NOT_FOUND (no insurance here has numbers, or the center
 * knows nobody by them), and those of the transport.
 */
void station_register_reference (Station *station, Visit *visit, const char *number, gint64 insurance,
                                 GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean station_register_reference_finish (GAsyncResult *result, GError **error);
