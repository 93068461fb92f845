/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-care: lists of who has consented to home or online care at this institution. In: which care, which days, and
 * who wants it. Out: the center's list, sealed, once the ledger says who gets it; or the number under which the list,
 * which the center still makes, is fetched later.
 */
#pragma once

#include "visit/actor.h"
#include "visit/station.h"

#define STATION_CARE_DAYS_MAXIMUM 1096      /* three years; no limit of the center's own is known */
#define STATION_CARE_IDENTIFIER_MAXIMUM 50u /* characters of the field's ArbitraryFileIdentifier */

typedef struct
{
  TransportCareQuery asked; /* care, from and to are needed */
  const Actor *actor;
} StationCareQuery;

/*
 * station_list_care: @cancellable: nobody wants the answer any more. Everything borrowed for the call. Errors:
 * INVALID_OPTION (days that are none, the wrong way round or too many; numbers that cannot be those of the field),
 * CREDENTIAL_MISSING (nothing is set up to list), LEDGER_FAILED (nothing is handed out), CANCELLED, and those of the
 * transport. Finish: (transfer full): the descriptor of a list is sealed.
 */
void station_list_care (Station *station, const StationCareQuery *query, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer user_data);
TransportCareList *station_list_care_finish (GAsyncResult *result, GError **error);
