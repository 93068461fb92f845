/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station: this desk: opens visits, closes them, and puts its rooms together (visits, readers, calendar, halt). The one
 * entry of the domain for the bus floor; station-diagnose, on top of it, is beside it.
 */
#pragma once

#include "visit/arrival-claim.h"
#include "visit/ledger-anchor.h"
#include "visit/station-calendar.h"
#include "visit/station-halt.h"
#include "visit/station-ledger.h"
#include "visit/station-observer.h"
#include "visit/station-readers.h"
#include "visit/station-visits.h"

typedef struct Station Station;

#define STATION_CALENDAR_MAXIMUM 8

typedef struct
{
  const char *card_authorities_file; /* PEM */
  guint retention_seconds;           /* that a finished visit is kept */
  gboolean asks_ceiling;             /* of every patient; else only where the caller names it */
  gboolean asks_together;            /* what opens records is one combined question, but for surgery */
  const char *institution_code;      /* for receipts; NULL: not set */
  guint lookups_per_staff_and_day;   /* of one person without a card; 0: as many as one likes */
  guint records_span_months;         /* of one request for records, at most; 0: 60 */
  gboolean leaves_prescriptions;     /* they are not asked for: the site is not set for them */
  guint changes_retention_months;    /* that it is kept that a person was seen; 0: not at all */
  guint arrivals_retention_seconds;  /* of what a terminal has brought and nobody claims; 0: a day */
  CalendarSource calendar[STATION_CALENDAR_MAXIMUM + 1]; /* what ends; the rest is NULL */
} StationSettings;

/* station_new: without a transport: until it gets one, no visit can ask a center. @observer must outlive it. */
Station *station_new (const StationSettings *settings, AgentPort agents, const StationObserver *observer,
                      gpointer user_data);
void station_free (Station *station);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Station, station_free)

/* station_add_transport: @transport: (transfer full). @reader: object path of the one it serves; NULL: the desk. */
void station_add_transport (Station *station, Transport *transport, const char *reader);

/*
 * station_add_terminal: a reader of kind terminal called @name, whose @transport (transfer full) brings arrivals to it,
 * and serves the whole desk too, as far as it can. It may bring from the main loop on.
 */
void station_add_terminal (Station *station, const char *name, Transport *transport);

/* station_remove_terminal: it is not in the settings any more: its reader goes; what it has brought can be claimed. */
void station_remove_terminal (Station *station, const char *name, Transport *transport);

/* station_keep_way: the way to the center is kept in @store, and known from it. Borrowed until the station is freed. */
void station_keep_way (Station *station, Store *store);

/*
 * station_configure: takes new settings. The cards' CAs are read again when they are next needed (if they cannot be,
 * those in use stay); the retention is that of visits that finish from now on; the calendar is read anew.
 */
void station_configure (Station *station, const StationSettings *settings);

/*
 * station_set_store: keeps there which cards have served, and what the center could not be asked; NULL: nowhere. Before
 * the monitor's first word. @store: borrowed; it must outlive the station. station_get_outage: NULL: without a store.
 */
void station_set_store (Station *station, Store *store);
Outage *station_get_outage (Station *station);

/* station_set_ledger: where it is written who saw what; NULL, as at first: nowhere. Borrowed; it outlives it. */
void station_set_ledger (Station *station, Ledger *ledger);
/* station_get_registrar: of what patients agree to here; NULL: there is no ledger. */
struct ConsentRegistrar *station_get_registrar (Station *station);

/* station_set_monitor: what looks for readers, to be told when the machine wakes up. Borrowed. */
void station_set_monitor (Station *station, ReaderMonitor *monitor);

/*
 * station_claim_visit: what a terminal has brought of @patient becomes a visit of who asks: path, owner, uid, actor and
 * caller of @given, its Language, Purpose and Ticket. Before it is answered the ledger has who took it. Finish: begins
 * the visit: its answer is there, it ends in the next turns of the main loop; or NULL with *ret_candidates (transfer
 * full) of ArrivalCandidate: it is for people to say which; or NULL with an error: INVALID_OPTION, VISIT_EXISTS,
 * NOT_FOUND, LEDGER_FAILED, and as station_open_visit.
 */
void station_claim_visit (Station *station, const ArrivalPatient *patient, const VisitOptions *given,
                          GAsyncReadyCallback callback, gpointer user_data);
Visit *station_claim_visit_finish (Station *station, GAsyncResult *result, GPtrArray **ret_candidates, GError **error);

/*
 * station_open_visit: begins a visit at a reader, or, with @options->insured, one without a card: then only consents
 * that travel inside the query can be asked, through the agent of the reader; without any, it needs no reader.
 * It starts to move from the main loop, after the caller could queue its reply. Return: (transfer none), or NULL with
 * NO_READER, READER_BUSY, INVALID_OPTION, VISIT_EXISTS (its path is in use), SERVICE_STOPPED, SHUTTING_DOWN.
 */
Visit *station_open_visit (Station *station, const VisitOptions *options, GError **error);

/*
 * station_close_visit: cancels it if it still runs. When its end was told and everything is at rest, so that its reader
 * is free, it is erased and forgotten (visit_closed); then @callback, whose result says nothing.
 */
void station_close_visit (Station *station, Visit *visit, GAsyncReadyCallback callback, gpointer user_data);

/*
 * station_erase_visit: the same at once, for nobody who waits, or would hear how it ended. visit_closed is told before
 * this returns, and nothing of the visit afterwards; its reader is free again when it is quiet.
 */
void station_erase_visit (Station *station, Visit *visit);

/* station_drop_owner: @owner left the bus: its visits end and are erased; those with a ticket wait to be taken. */
void station_drop_owner (Station *station, const char *owner);

/* station_free_reader: whatever visit holds it ends; @callback when it is at rest; its result says nothing. */
void station_free_reader (Station *station, StationReader *reader, GAsyncReadyCallback callback, gpointer user_data);

/* station_set_anchoring: of the ledger, for Diagnose; NULL, as at first: none. Borrowed. */
void station_set_anchoring (Station *station, LedgerAnchoring *anchoring);

/* station_get_changes: since people were seen here last. */
Changes *station_get_changes (Station *station);

/* station_get_statistics: what has been done here since the start. */
Statistics *station_get_statistics (Station *station);

/* station_count_refusal: a call was turned away: @braked: over a limit; else for want of a right. */
void station_count_refusal (Station *station, gboolean braked);

/* station_get_center: as the Manager shows it: "online", "degraded", "offline", "unknown". */
const char *station_get_center (Station *station);
/* station_get_center_cause: why it is degraded or offline: a word of base/names.h, or "". */
const char *station_get_center_cause (Station *station);

/* For what runs for it: until the last reference is gone, its memory stays. */
Station *station_ref (Station *station);
void station_unref (Station *station);

/* station_get_authorities: the cards' CAs, loaded at the first use. Return: (transfer none), or NULL with an error. */
CardAuthorities *station_get_authorities (Station *station, GError **error);
