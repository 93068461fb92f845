/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-records: who may have which records of whom. In: a visit, or a person who has consented at one; what is
 * wanted, and who wants it. Out: what records-fetch makes of it, once role, consent and months allow it; or why they do
 * not, which the ledger keeps.
 */
#pragma once

#include "visit/records-fetch.h"
#include "visit/station.h"

/* Borrowed for the call. Months YYYYMM; NULL: as far as the center goes. */
typedef struct
{
  ConsentKind kind; /* by which the records are opened */
  const char *from, *to;
  RecordsForm form;
  const Actor *actor;  /* its sender is the visit's owner, or it came with @ticket */
  VisitTicket *ticket; /* by which it was found whose records; used when the center is about to be asked; NULL: none */
} StationRecordsQuery;

/*
 * station_fetch_records: one at a time of a visit. @cancellable: nobody wants the answer any more. Errors:
 * INVALID_OPTION (a kind that opens no records; months that are none), INVALID_STATE (no answer that is eligible),
 * RECORDS_REFUSED (the role may not see them), CONSENT_DENIED, CONSENT_EXPIRED, NOT_FOUND (the visit was closed, or has
 * another owner; no insurance with numbers), LIMIT_EXCEEDED (another fetch of this visit is under way),
 * CREDENTIAL_MISSING (nothing is set up to fetch), LEDGER_FAILED (nothing was asked, or nothing is handed out),
 * CANCELLED. What the center does not give is no error.
 */
void station_fetch_records (Station *station, Visit *visit, const StationRecordsQuery *query, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data);

/*
 * station_fetch_records_of: the same by a consent that was given at some visit, which may be closed. Also NOT_FOUND:
 * there is no such consent that lasts; INVALID_OPTION: more than one person with these numbers has consented. The
 * finish is that above.
 */
void station_fetch_records_of (Station *station, const RecordsPatient *patient, const StationRecordsQuery *query,
                               GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
RecordsAnswer *station_fetch_records_finish (GAsyncResult *result, GError **error);

/*
 * station_hash_insured: who was typed; borrows from @insured. FALSE with INVALID_OPTION, LEDGER_FAILED.
 */
gboolean station_hash_insured (Station *station, const TransportNumberQuery *insured, RecordsPatient *ret_patient,
                               GError **error);

/* station_records_begin: the station begins: fetches that a former run left open are closed in the ledger. */
void station_records_begin (Station *station);
