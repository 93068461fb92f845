/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-consents: Visit.WithdrawConsent, Manager.WithdrawConsent and WithdrawConsents: each call, until the ledger and
 * the center have it.
 */
#pragma once

#include "bus/bus-brake.h"
#include "bus/bus-errand.h"
#include "visit/station.h"

/* bus_consents_withdraw: @call: (transfer full): names a kind of @visit; or, NULL, a receipt. */
void bus_consents_withdraw (Station *station, BusErrands *errands, BusCall *call, Visit *visit);

/* bus_consents_withdraw_all: @call: (transfer full): names a patient by numbers. @brake: against guessing at them. */
void bus_consents_withdraw_all (Station *station, BusErrands *errands, BusBrake *brake, BusCall *call);
