/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-private: the memory of a station, for the rooms of the station only. Each of its parts belongs to the room of
 * the same name (readers: station-readers.c), which alone reads and writes it. What stands before the parts is set by
 * station.c.
 */
#pragma once

#include "base/wall-clock.h"
#include "card/reader-monitor.h"
#include "store/events.h"
#include "store/served-cards.h"
#include "visit/calendar.h"
#include "visit/ledger-notes.h"
#include "visit/lookups.h"
#include "visit/objections.h"
#include "visit/ledger-anchor.h"
#include "visit/station-observer.h"
#include "visit/station-retention.h"
#include "visit/station-way.h"
#include "visit/visit-host.h"

typedef struct Station Station;

/* Somebody waits until every visit is quiet. */
typedef struct
{
  guint timer; /* until it waits no longer; 0: nobody waits */
  GSourceFunc callback;
  gpointer user_data;
} StationWait;

/* One reference is its owner's, one each visit's that is not quiet, one an examination's. */
struct Station
{
  guint references;
  gboolean is_freed; /* its owner is gone: nobody is told anything any more */
  VisitHost host;
  Transports *transports;
  Statistics statistics;
  StationRetention *retention;
  Changes *changes;
  ReaderMonitor *monitor;           /* borrowed */
  Store *store;                     /* borrowed; NULL: nothing is kept */
  LedgerAnchoring *anchoring;       /* borrowed; NULL: nothing of the ledger leaves this computer */
  StationWay *way;                  /* NULL: nothing is kept */
  struct StationArrivals *arrivals; /* NULL: the station has ended */
  const StationObserver *observer;
  gpointer observer_data;
  gint64 started; /* real-time microseconds */

  struct
  {
    char *file;
    CardAuthorities *loaded;
    gboolean is_old; /* to be read again */
  } authorities;

  struct
  {
    GPtrArray *list; /* of Visit, in the order opened */
  } visits;

  struct
  {
    GPtrArray *kept; /* of KeptTicket: of visits that were closed */
  } tickets;

  struct
  {
    gboolean service_available;
    gint64 service_since, since; /* real-time microseconds of the last change */
    GPtrArray *list;             /* of StationReader */
    GHashTable *numbers;         /* PC/SC name → the number it got first */
    ServedCards *served;         /* in these readers, and in those that went with the card in them */
  } readers;

  struct
  {
    Events *kept;               /* NULL: the station has ended */
    const char *center, *cause; /* of the last event of the center; static */
    gboolean is_surveyed;       /* the readers that were there at the start are told */
  } events;

  struct
  {
    guint n_running; /* visits that are not quiet, whether still known or not */
    gboolean shutting_down, asleep;
    StationWait shutdown, sleep;
  } halt;

  struct
  {
    gboolean has_begun;
    Calendar *calendar;
    gboolean was_behind; /* what the center's files hold was not in use when it was looked at last */
    guint source;        /* it is going to be read */
    WallClock *clock;
  } calendar;

  struct
  {
    char *configuration, *authorities; /* why the newer one is not in use; NULL: it is */
    gint64 configuration_since, authorities_since;
  } settings;

  struct
  {
    LedgerNotes *notes; /* NULL: there is no ledger */
    Lookups *lookups;   /* likewise */
    Objections *objections;
    guint budget;      /* of look-ups of a person, by staff and day */
    char *institution; /* its number, for receipts; NULL: not set */
  } ledger;

  struct
  {
    GPtrArray *tasks; /* of GTask: who waits for the examination that is under way; NULL: none is */
  } diagnose;
};
