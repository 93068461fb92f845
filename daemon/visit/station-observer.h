/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-observer: what the domain tells. Filled by main with the bus floor's functions; every member is called on the
 * main thread, after the state has changed, never from within a call into the domain that has not returned its result.
 */
#pragma once

#include <glib.h>

typedef struct Event Event;
typedef struct Visit Visit;
typedef struct StationReader StationReader;
typedef struct StationExpiry StationExpiry;

typedef struct
{
  void (*visit_changed) (Visit *visit, gpointer user_data);  /* a property of it: state, answer, method … */
  void (*visit_finished) (Visit *visit, gpointer user_data); /* once: done, failed or cancelled, everything at rest */
  void (*visit_closed) (Visit *visit, gpointer user_data);   /* it is about to be erased; last, also of one that runs */
  void (*reader_added) (StationReader *reader, gpointer user_data);
  void (*reader_removed) (StationReader *reader, gpointer user_data);
  void (*reader_changed) (StationReader *reader, gpointer user_data); /* CardPresent, InUse … */
  void (*surveyed) (gpointer user_data); /* once: the readers that are there at start have been told. May be NULL */
  void (*center_changed) (gpointer user_data);   /* Center, CredentialExpires */
  void (*outages_changed) (gpointer user_data);  /* outage_get_count. May be NULL */
  void (*expiries_changed) (gpointer user_data); /* station_get_expiries; also CredentialExpires */
  /* expiry_near: a threshold of it was crossed, @days before its end, 0: it has ended; after expiries_changed. */
  void (*expiry_near) (const StationExpiry *expiry, gint days, gpointer user_data);
  void (*event) (const Event *event, gpointer user_data); /* while somebody listens (station-events). May be NULL */
} StationObserver;
