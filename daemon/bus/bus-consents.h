/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-consents: Visit.WithdrawConsent and Manager.WithdrawConsent: each call, until the ledger and the center have it.
 */
#pragma once

#include "bus/bus-errand.h"
#include "visit/station.h"

/* bus_consents_withdraw: @call: (transfer full): names a kind of @visit; or, NULL, a receipt. */
void bus_consents_withdraw (Station *station, BusErrands *errands, BusCall *call, Visit *visit);
