/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-visit: org.shikaku.Shikaku1.Visit. In: the domain's visits and their events. Out: for each visit's owner an
 * object with calls, properties and signals, and the ObjectManager that lists them; for everybody else a path that
 * never was.
 *
 * One fallback vtable serves all visits: whoever is not the owner finds nothing. Signals have a destination: never
 * use sd_bus_emit_* here, it would broadcast.
 */
#pragma once

#include "bus/bus-call.h"
#include "bus/bus-descriptors.h"
#include "visit/station.h"

typedef struct BusVisits BusVisits;

/* bus_visits_new: puts the visits of @station on the bus. Return: NULL with FAILED. */
BusVisits *bus_visits_new (sd_bus *bus, BusCalls *calls, BusDescriptors *descriptors, Station *station, GError **error);

/* bus_visits_set_records: who serves FetchRecords; before the first call. Borrowed. */
typedef struct BusRecords BusRecords;
void bus_visits_set_records (BusVisits *visits, BusRecords *records);
void bus_visits_free (BusVisits *visits);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusVisits, bus_visits_free)

/*
 * bus_visits_add: @visit was opened by @owner, which is told of it. @check: (transfer full) the call of Manager.Check
 * that it answers when it ends, and after which it is closed; or NULL. @report: the answer says how it ended, also
 * where it failed.
 */
void bus_visits_add (BusVisits *visits, Visit *visit, BusPeer *owner, BusCall *check, gboolean report);

/* bus_visits_make_path: the path of @owner's visit called @token. Return: (transfer full). */
char *bus_visits_make_path (const char *owner, const char *token);

/*
 * bus_visits_choose_path: the path of a visit to be, of @owner. @token: NULL: one is drawn. Return: (transfer full), or
 * NULL with VISIT_EXISTS.
 */
char *bus_visits_choose_path (BusVisits *visits, const char *owner, const char *token, GError **error);

/* bus_visits_may_have: whether @peer may have one visit more; or LIMIT_EXCEEDED. */
gboolean bus_visits_may_have (BusPeer *peer, GError **error);

/*
 * bus_visits_give: @visit has been taken by @owner: its old path is gone, for whoever had it, and it stands under the
 * new owner's name. @ticket: by which it was taken: it is used, unless the visit is the owner's already. @token: NULL:
 * the one that it has, if that is free. @actor: who that is, and says it is. VISIT_EXISTS, LIMIT_EXCEEDED.
 */
gboolean bus_visits_give (BusVisits *visits, Visit *visit, VisitTicket *ticket, BusPeer *owner, const char *token,
                          const Actor *actor, GError **error);

/* bus_visits_is_token: [A-Za-z0-9_]{1,64} */
gboolean bus_visits_is_token (const char *token);

/* The domain's events. */
void bus_visits_note_changed (BusVisits *visits, Visit *visit);
void bus_visits_note_finished (BusVisits *visits, Visit *visit);
void bus_visits_note_closed (BusVisits *visits, Visit *visit);
