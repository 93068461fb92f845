/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-private: what station.c (visits), station-readers.c (readers), station-rest.c (stopping and sleeping),
 * station-calendar.c (what ends) and health.c (the chain) share.
 */
#pragma once

#include "base/wall-clock.h"
#include "visit/calendar.h"
#include "visit/station.h"
#include "visit/visit-private.h"

struct StationReader
{
  Station *station;
  char *path;
  char *name; /* UTF-8, for people and the bus: PC/SC's may be anything */
  CardWorker *worker;
  gboolean looked;  /* the monitor has told what lies in it */
  gboolean present; /* a card */
  guint event_counter;
  gboolean served;     /* this card was read for a visit */
  gint64 added, since; /* real-time microseconds of its coming, and of the last change of presence */
  Visit *visit;        /* that runs here; borrowed: cleared when it rests */
};

/* Somebody waits until every visit has come to rest. */
typedef struct
{
  guint timer; /* until it waits no longer; 0: nobody waits */
  GSourceFunc callback;
  gpointer user_data;
} StationRest;

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
  gboolean card_authorities_old; /* to be read again */
  ReaderMonitor *monitor;

  gboolean service_available;
  gint64 started, service_since, readers_since; /* real-time microseconds of the last change */
  GPtrArray *readers;                           /* of StationReader */
  GHashTable *reader_numbers;                   /* PC/SC name → the number it got first */
  GHashTable *served; /* set of PC/SC names: readers that went with a card in them that had served */

  Statistics statistics;
  GPtrArray *visits;    /* of Visit, in the order opened */
  GPtrArray *diagnoses; /* of GTask: who waits for the examination that is under way; NULL: none is */
  GQueue finished;      /* of Visit, in the order they came to rest; borrowed from visits */
  guint retention_timer;
  gint64 retention_until; /* that it runs, monotonic microseconds */
  guint running;          /* visits that have not come to rest, whether still known or not */

  gboolean shutting_down, asleep;
  StationRest shutdown, sleep;

  gboolean begun;
  Calendar *calendar;
  guint calendar_source; /* it is going to be read */
  WallClock *clock;
};

void station_ref (Station *station);
void station_unref (Station *station);

/* station_get_authorities: @data: the station. Return: the cards' CAs, loaded at the first use, or NULL. */
CardAuthorities *station_get_authorities (gpointer data, GError **error);

/* station_refuses_visits: whether new visits are refused, with why. */
gboolean station_refuses_visits (Station *station, GError **error);

/* station_check_rest: a visit has come to rest: whoever waits for the last one is told. */
void station_check_rest (Station *station);
void station_clear_rest (Station *station);

/* station_note_slept: the monotonic clock stood still in the sleep: what is to be erased by now is not kept longer. */
void station_note_slept (Station *station);

/* station_schedule_calendar: reads it anew, from the main loop; not before station_begin. */
void station_schedule_calendar (Station *station);

/* station_note_center: the transport has learned something: perhaps when what is in a token ends. */
void station_note_center (Station *station);

/* The calendar's coming and going; configure: where to look. */
void station_new_calendar (Station *station);
void station_clear_calendar (Station *station);
void station_configure_calendar (Station *station, const StationSettings *settings);

/* station_get_soonest_end: of all that is not replaced; NULL: nothing ends. */
const StationExpiry *station_get_soonest_end (Station *station);

void station_reader_free (StationReader *reader);

/* station_reader_tell_changed: its card or its visit; from the loop only, as the observer is told. */
void station_reader_tell_changed (StationReader *reader);

/* station_find_reader_of: where @visit runs, or NULL if that reader is gone. */
StationReader *station_find_reader_of (Station *station, Visit *visit);
