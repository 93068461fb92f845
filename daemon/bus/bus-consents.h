/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-consents: Visit.WithdrawConsent and Manager.WithdrawConsent: each call, until the ledger and the center have it.
 */
#pragma once

#include "bus/bus-call.h"
#include "visit/station.h"

typedef struct BusConsents BusConsents;

BusConsents *bus_consents_new (Station *station);
/* bus_consents_free: what waits is answered with SHUTTING_DOWN. */
void bus_consents_free (BusConsents *consents);

/* bus_consents_withdraw: @call names a kind of @visit; or, NULL, a receipt. */
void bus_consents_withdraw (BusConsents *consents, BusCall *call, Visit *visit);
