/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-patient: what the ledger has of the patient of a visit, for the patient, whose card has unlocked it; and the
 * patient's objection to it. In: a visit that is done, by card. Out: entries; an entry.
 */
#pragma once

#include "store/ledger.h"
#include "visit/actor.h"

typedef struct Station Station;
typedef struct Visit Visit;

/*
 * station_list_of_patient: from place @first on, a page. Finish: (transfer full) of LedgerRecord, and where the next
 * page begins (the size: that was all); NULL with INVALID_STATE (the visit is not done, without a card, or nobody
 * knows who it is), NOT_FOUND (there is no ledger), LEDGER_FAILED.
 */
void station_list_of_patient (Station *station, Visit *visit, guint64 first, GAsyncReadyCallback callback,
                              gpointer user_data);
GPtrArray *station_list_of_patient_finish (GAsyncResult *result, guint64 *ret_next, GError **error);

/*
 * station_object: the patient does not agree with entry @place, which is of this patient: why is in @text (1 to 256
 * characters), heard by @actor. Finish: the objection's place, once it is on the disk; or as above, and NOT_FOUND (no
 * such entry of this patient), INVALID_OPTION.
 */
void station_object (Station *station, Visit *visit, guint64 place, const char *text, const Actor *actor,
                     GAsyncReadyCallback callback, gpointer user_data);
gboolean station_object_finish (GAsyncResult *result, guint64 *ret_place, GError **error);
