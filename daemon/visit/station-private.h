/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* station-private: what station.c (visits), station-readers.c (readers) and health.c (the chain) share. */
#pragma once

#include "visit/station.h"
#include "visit/visit-private.h"

struct StationReader
{
  Station *station;
  char *path;
  CardWorker *worker;
  gboolean looked;  /* the monitor has told what lies in it */
  gboolean present; /* a card */
  guint event_counter;
  gboolean served;     /* this card was read for a visit */
  gint64 added, since; /* real-time microseconds of its coming, and of the last change of presence */
  Visit *visit;        /* that runs here; borrowed: cleared when it rests */
};

/* One reference is its owner's, one each visit's that has not come to rest. */
struct Station
{
  guint references;
  gboolean freed; /* its owner is gone: nobody is told anything any more */
  VisitHost host;
  Transport *transport;
  const VisitObserver *observer;
  gpointer observer_data;
  char *card_authorities_file;
  CardAuthorities *card_authorities;

  gboolean service_available;
  gint64 started, service_since, readers_since; /* real-time microseconds of the last change */
  GPtrArray *readers;                           /* of StationReader */
  GHashTable *reader_numbers;                   /* PC/SC name → the number it got first */

  Statistics statistics;
  GPtrArray *visits; /* of Visit, in the order opened */
  GQueue finished;   /* of Visit, in the order they came to rest; borrowed from visits */
  guint retention_timer;
  guint running; /* visits that have not come to rest, whether still known or not */

  gboolean shutting_down;
  guint shutdown_timer;
  GSourceFunc shutdown_callback;
  gpointer shutdown_data;
};

void station_ref (Station *station);
void station_unref (Station *station);

/* station_get_authorities: @data: the station. Return: the cards' CAs, loaded at the first use, or NULL. */
CardAuthorities *station_get_authorities (gpointer data, GError **error);

void station_reader_free (StationReader *reader);

/* station_reader_tell_changed: its card or its visit; from the loop only, as the observer is told. */
void station_reader_tell_changed (StationReader *reader);

/* station_find_reader_of: where @visit runs, or NULL if that reader is gone. */
StationReader *station_find_reader_of (Station *station, Visit *visit);
