/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* station-consents: what a patient has agreed to at this desk, over the end of a visit, and taken back again. */
#pragma once

#include "store/ledger.h"
#include "visit/actor.h"
#include "visit/consent-registrar.h"

typedef struct Station Station;
typedef struct Visit Visit;

/* station_consents_set_ledger: NULL: there is none, and no consent is registered. station_consents_clear: at the end. */
void station_consents_set_ledger (Station *station, Ledger *ledger);
void station_consents_clear (Station *station);

/* station_consents_note_center: its state is another. */
void station_consents_note_center (Station *station);

/* What has become of a consent that is withdrawn. */
typedef struct
{
  ConsentKind kind;
  const char *where; /* "here": this daemon gives nothing any more, the center's lapses; "center": there too. Static */
  gint64 until;      /* "here": when it lapses at the center, microseconds since the epoch */
  ShikakuError error; /* why the center, which should have, has not withdrawn it; or NONE */
} StationWithdrawal;

/*
 * station_withdraw_receipt: the consent with that receipt, and whatever else the patient has said to the same kind here,
 * is none any more: that is in the ledger before this is answered. Only consents of home and online care are withdrawn
 * at the center (data/center-profile.md, "Withdrawal"). Finish: NOT_FOUND: there is none, or it has ended; LEDGER_FAILED: and it still stands.
 */
void station_withdraw_receipt (Station *station, const char *receipt, const Actor *actor, GAsyncReadyCallback callback,
                               gpointer user_data);
/* station_withdraw_consent: the same of @visit. Also INVALID_STATE: no such yes of it stands, or it opened this answer alone. */
void station_withdraw_consent (Station *station, Visit *visit, const char *kind, const Actor *actor,
                               GAsyncReadyCallback callback, gpointer user_data);
gboolean station_withdraw_finish (GAsyncResult *result, StationWithdrawal *ret_withdrawal, GError **error);
