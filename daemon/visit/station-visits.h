/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* station-visits: the visits that are known at this desk, in the order in which they were opened. */
#pragma once

#include "visit/visit.h"

typedef struct Station Station;

void station_visits_init (Station *station);
void station_visits_forget (Station *station); /* all of them */
void station_visits_clear (Station *station);

/* station_visits_add: @visit: (transfer full). station_visits_remove: and gives that reference back. */
void station_visits_add (Station *station, Visit *visit);
void station_visits_remove (Station *station, Visit *visit);

/* station_visits_get_all: of Visit; (transfer none), good until one is added or removed. */
const GPtrArray *station_visits_get_all (Station *station);

/* station_visits_find_at: the visit at @reader (object path) whose end is not decided, or NULL. */
Visit *station_visits_find_at (Station *station, const char *reader);

Visit *station_find_visit (Station *station, const char *path); /* (transfer none) or NULL */

/*
 * station_find_visit_by_ticket: that has a ticket with this @secret, good for one of @purposes (of VisitTicketPurpose);
 * @ret_ticket: (transfer none). NULL: nobody can tell how near it was.
 */
Visit *station_find_visit_by_ticket (Station *station, const char *secret, guint purposes, VisitTicket **ret_ticket);

/* station_get_visits: all of @owner; (transfer container) of Visit, in the order opened. */
GPtrArray *station_get_visits (Station *station, const char *owner);
