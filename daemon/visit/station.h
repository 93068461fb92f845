/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station: the readers of this desk and the visits at them: the one entry of the domain for the bus floor.
 */
#pragma once

#include "card/card-certificate.h"
#include "card/reader-monitor.h"
#include "center/transport.h"
#include "visit/agent-port.h"
#include "visit/calendar.h"
#include "visit/statistics.h"
#include "visit/visit.h"

typedef struct Station Station;

#define STATION_CALENDAR_MAXIMUM 8

typedef struct
{
  const char *card_authorities_file;                     /* PEM */
  guint retention;                                       /* seconds that a finished visit is kept */
  CalendarSource calendar[STATION_CALENDAR_MAXIMUM + 1]; /* what ends; the rest is NULL */
} StationSettings;

/* station_new: @transport: (transfer full). @observer must outlive it. */
Station *station_new (const StationSettings *settings, Transport *transport, AgentPort agents,
                      const VisitObserver *observer, gpointer user_data);
void station_free (Station *station);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Station, station_free)

/*
 * station_configure: takes new settings. The cards' CAs are read again when they are next needed (if they cannot be,
 * those in use stay); the retention is that of visits that finish from now on; the calendar is read anew.
 */
void station_configure (Station *station, const StationSettings *settings);

/* station_begin: the daemon is ready for callers: the calendar, which nobody waits for, is read, and watched. */
void station_begin (Station *station);

/* station_set_monitor: what looks for readers, to be told when the machine wakes up. Borrowed. */
void station_set_monitor (Station *station, ReaderMonitor *monitor);

/* station_get_monitor_observer: to be given to a reader monitor together with the station as its data. */
const ReaderMonitorObserver *station_get_monitor_observer (void);

/*
 * station_shut_down: ends every visit with SHUTTING_DOWN and unpowers every card; @callback when all is at rest, at the
 * latest after @deadline milliseconds: the end of what has not come to rest is told then. New visits are refused with
 * SHUTTING_DOWN from here on.
 */
void station_shut_down (Station *station, guint deadline, GSourceFunc callback, gpointer user_data);

/*
 * station_suspend: the machine is going to sleep: ends every visit with SHUTTING_DOWN and unpowers every card;
 * @callback when all is at rest, at the latest after @deadline milliseconds. New visits are refused with SHUTTING_DOWN
 * until station_resume, which looks for the readers and at the calendar anew, and lets go of old connections.
 */
void station_suspend (Station *station, guint deadline, GSourceFunc callback, gpointer user_data);
void station_resume (Station *station);

/* What a caller asked for. Borrowed for the call. NULL or 0: not given. */
typedef struct
{
  const char *path;            /* object path of the visit to be; unique */
  const char *owner;           /* unique name */
  const char *caller;          /* the account's name, for people and the log; NULL: @owner */
  const char *reader;          /* object path; NULL: the only one there is */
  const char *const *consents; /* kinds, NULL-ended */
  const char *language;        /* of the texts for people; NULL or "": VISIT_LANGUAGE_DEFAULT, Japanese */
  const char *purpose;         /* "eligibility", "registration" */
  guint timeout;               /* seconds for the whole visit; 0: VISIT_TIMEOUT_DEFAULT */
  gboolean same_card;          /* read a card that has already served */
  gboolean last_try;           /* the PIN's last try may be spent */
} VisitOptions;

#define VISIT_TIMEOUT_DEFAULT 120
#define VISIT_TIMEOUT_MAXIMUM 600

/*
 * station_open_visit: begins a visit at a reader; it starts to move from the main loop, after the caller could queue
 * its reply. Return: (transfer none), or NULL with NO_READER, READER_BUSY, INVALID_OPTION, SERVICE_STOPPED,
 * SHUTTING_DOWN.
 */
Visit *station_open_visit (Station *station, const VisitOptions *options, GError **error);

/*
 * station_open_number_visit: a visit without a card. Only consents that travel inside the query can be asked, through
 * the agent of the reader; without any, no reader and no agent is needed. Further errors: INVALID_OPTION for a
 * malformed number or date.
 */
Visit *station_open_number_visit (Station *station, const VisitOptions *options, const TransportNumberQuery *insured,
                                  GError **error);

Visit *station_find_visit (Station *station, const char *path); /* (transfer none) or NULL */

/*
 * station_close_visit: cancels it if it still runs, erases it and forgets it. visit_closed is told before this returns,
 * and nothing of the visit afterwards; its reader is free again when it has come to rest.
 */
void station_close_visit (Station *station, Visit *visit);

/* station_get_visits: all of @owner; (transfer container) of Visit, in the order opened. */
GPtrArray *station_get_visits (Station *station, const char *owner);

/* station_drop_owner: @owner left the bus: its visits end and are erased. */
void station_drop_owner (Station *station, const char *owner);

/* station_get_statistics: what has been done here since the start. */
const Statistics *station_get_statistics (Station *station);

/* station_count_refusal: a call was turned away: @braked: over a limit; else for want of a right. */
void station_count_refusal (Station *station, gboolean braked);

/* Readers. */
GPtrArray *station_get_readers (Station *station); /* (transfer container) of StationReader */
StationReader *station_find_reader (Station *station, const char *path);
const char *station_reader_get_path (StationReader *reader);
const char *station_reader_get_name (StationReader *reader);
gboolean station_reader_has_card (StationReader *reader);
gboolean station_reader_is_in_use (StationReader *reader);

/* The center as the Manager shows it: "online", "degraded", "offline", "unknown". */
const char *station_get_center (Station *station);
/* station_get_credential_expires: when the institution's certificate ends, microseconds since the epoch; or 0. */
gint64 station_get_credential_expires (Station *station);

/* station_get_expiries: everything that ends, the soonest first; (transfer container) of StationExpiry. */
GPtrArray *station_get_expiries (Station *station);

/*
 * station_diagnose: walks the chain daemon → pcscd → reader → card → credential → line → tls → center.
 * Finish: (transfer full) GPtrArray of StationLink in that order.
 */
typedef struct
{
  const char *link;  /* static */
  const char *state; /* static: ok, degraded, failed, unknown */
  gint64 since;      /* microseconds since the epoch; 0: unknown */
  char *evidence;    /* what was seen; no personal data */
  char *staff;       /* what the desk does */
  char *technician;  /* what the technician does */
} StationLink;

void station_diagnose (Station *station, const char *language, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer user_data);
GPtrArray *station_diagnose_finish (Station *station, GAsyncResult *result, GError **error);
