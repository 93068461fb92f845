/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-arrivals: what terminals bring to this desk. In: arrivals, each from its transport. Out: each in the ledger's
 * file before the transport may let go of its file; an event of each that is new; and what waits, without names.
 *
 * While the ledger cannot be written (no key, a full disk) nothing is let go: it is tried again, later and later, and
 * told again by the transport after a restart. What nobody claims in its time is erased, and the ledger says so.
 */
#pragma once

#include "store/arrival-book.h"
#include "center/transport.h"

typedef struct Station Station;
typedef struct StationArrivals StationArrivals;

#define STATION_ARRIVALS_SECONDS_DEFAULT 86400 /* as the yes of a patient holds */

/* station_arrivals_new: @retention_seconds: that what nobody claims is kept; 0: the default. */
StationArrivals *station_arrivals_new (Station *station, guint retention_seconds);
/* station_arrivals_free: what is being written is; nobody is told any more. */
void station_arrivals_free (StationArrivals *arrivals);

/* station_arrivals_configure: of what comes from now on. */
void station_arrivals_configure (StationArrivals *arrivals, guint retention_seconds);

/* station_arrivals_set_ledger: NULL: there is none, and nothing is kept. Borrowed. */
void station_arrivals_set_ledger (StationArrivals *arrivals, Ledger *ledger);

/* station_arrivals_listen: to @transport (borrowed), which brings arrivals to the terminal @name, at @path. */
void station_arrivals_listen (StationArrivals *arrivals, const char *name, const char *path, Transport *transport);

/* station_arrivals_ignore: @transport brings nothing any more; what it has brought waits on. */
void station_arrivals_ignore (StationArrivals *arrivals, Transport *transport);

/* station_arrivals_look: time has passed unnoticed: the machine has slept, or the clock was set. */
void station_arrivals_look (StationArrivals *arrivals);

/* station_arrivals_get_book: NULL: there is no ledger. (transfer none). */
ArrivalBook *station_arrivals_get_book (StationArrivals *arrivals);

/*
 * station_list_arrivals: what waits that the terminal @name has brought. Finish: (transfer full) of ArrivalBookItem,
 * the oldest first; NULL with LEDGER_FAILED.
 */
void station_list_arrivals (Station *station, const char *name, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *station_list_arrivals_finish (GAsyncResult *result, GError **error);
