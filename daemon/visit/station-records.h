/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-records: a patient's records, from the right to ask to what is handed out. In: a visit, what is wanted, and
 * who wants it. Out: sealed documents, and what each request came to; and no document that the ledger does not know.
 *
 * The order of the steps is the whole safety of it:
 *
 *   the role and the consent are looked at → FETCH is on the disk → the center is asked, part after part → each
 *   document is read: whose it is, what came of the request → owner, visit and consent are looked at again → the
 *   documents are sealed → DISCLOSURE is on the disk → owner, visit and consent once more → the answer
 *
 * Whatever goes wrong after FETCH ends in a FETCH_END that says so, and nothing is handed out. Documents live in memory
 * (memfd) alone. Nothing of them goes into the log.
 */
#pragma once

#include "visit/actor.h"
#include "visit/records-answer.h"
#include "visit/station.h"

#define STATION_RECORDS_DOCUMENTS_MAXIMUM 16     /* the bus takes no more descriptors in one message */
#define STATION_RECORDS_SIZE_MAXIMUM (64u << 20) /* bytes of one fetch, all its documents together */

typedef enum
{
  RECORDS_AS_XML, /* as the center sent them, byte for byte */
  RECORDS_AS_PDF,
  RECORDS_AS_JSON, /* one document made of all (center/records-json) */
} RecordsForm;

/* Borrowed for the call. Months YYYYMM; NULL: as far as the center goes. */
typedef struct
{
  ConsentKind kind; /* by which the records are opened */
  const char *from, *to;
  RecordsForm form;
  const Actor *actor;  /* its sender is the visit's owner, or it came with @ticket */
  VisitTicket *ticket; /* by which the visit was found; NULL: its owner asks */
} StationRecordsQuery;

/*
 * station_fetch_records: one at a time of a visit. @cancellable: nobody wants the answer any more. Errors:
 * INVALID_OPTION (a kind that opens no records; months that are none), INVALID_STATE (no answer that is eligible),
 * RECORDS_REFUSED (the role may not see them), CONSENT_DENIED, CONSENT_EXPIRED, NOT_FOUND (no insurance with numbers),
 * LIMIT_EXCEEDED (another fetch of this visit is under way), CREDENTIAL_MISSING (nothing is set up to fetch),
 * LEDGER_FAILED (nothing was asked, or nothing is handed out), CANCELLED. What the center does not give is no error.
 */
void station_fetch_records (Station *station, Visit *visit, const StationRecordsQuery *query, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data);
RecordsAnswer *station_fetch_records_finish (GAsyncResult *result, GError **error);

/* station_create_ticket: as visit_handover_create, whose finish is its own. */
void station_create_ticket (Station *station, Visit *visit, const VisitTicketTerms *terms, const Actor *actor,
                            GAsyncReadyCallback callback, gpointer user_data);

/* station_note_taken: @visit is @actor's now, by @ticket: the ledger will say so, where there is one. */
void station_note_taken (Station *station, Visit *visit, const VisitTicket *ticket, const Actor *actor);

/* station_records_begin: the station begins: fetches that a former run left open are closed in the ledger. */
void station_records_begin (Station *station);
