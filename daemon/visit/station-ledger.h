/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-ledger: what of this desk goes into the ledger, and what of the ledger its programs are told. In: visits that
 * begin and end, acts and refusals of the bus, word of the ledger. Out: notes, and the event `ledger`.
 */
#pragma once

#include "visit/ledger-person.h"
#include "visit/visit-options.h"

typedef struct Station Station;
typedef struct Visit Visit;

/* station_ledger_set: NULL: there is none any more. station_ledger_clear: the station ends. */
void station_ledger_set (Station *station, Ledger *ledger);
void station_ledger_clear (Station *station);
/* station_ledger_configure: @institution: its number, for receipts; NULL: it has none. */
void station_ledger_configure (Station *station, guint lookups_per_staff_and_day, const char *institution);

/* For the rooms beside it: borrowed; NULL: not set. station_ledger_note_objection: of @person. */
const char *station_ledger_get_institution (Station *station);
void station_ledger_note_objection (Station *station, const LedgerPersonHashes *person);

/* station_ledger_begin: what was looked up today, before this run, is counted. */
void station_ledger_begin (Station *station);

/*
 * station_ledger_admit: whether a visit by @options, which were judged, may begin: not over the budget of look-ups
 * without a card. @ret_asked: of whom it is, as far as the options say. FALSE with REASON_NEEDED.
 */
gboolean station_ledger_admit (Station *station, const VisitOptions *options, LedgerPersonHashes *ret_asked,
                               GError **error);

/* station_ledger_note_opened, _finished: of a visit that was admitted, once each. */
void station_ledger_note_opened (Station *station, Visit *visit);
void station_ledger_note_finished (Station *station, Visit *visit);

/*
 * station_note_act: @actor (NULL: the daemon itself) has done @act, a word. station_note_refusal: was not let do it,
 * for @code.
 */
void station_note_act (Station *station, const Actor *actor, const char *act);
void station_note_refusal (Station *station, const Actor *actor, const char *act, ShikakuError code);

/* station_ledger_take_refusal: one that its own room has written. @entry: (transfer full). */
void station_ledger_take_refusal (Station *station, LedgerEntry *entry);

/* station_note_ledger: word of the ledger: what people should look at becomes an event. */
void station_note_ledger (Station *station, const LedgerNews *news);
