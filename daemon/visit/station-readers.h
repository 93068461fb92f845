/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-readers: which readers this desk has, what lies in them, and which visit is at each.
 *
 * A card that has served a visit is not read again until it was removed, unless the owner asks. It serves as soon as a
 * visit begins to read it, whatever becomes of that. One that lies in a
 * reader when that is first seen (by a new daemon, from a new pcscd, plugged in) counts as one that has served.
 */
#pragma once

#include "card/card-worker.h"
#include "card/reader-monitor.h"
#include "store/store.h"
#include "visit/visit.h"

typedef struct Station Station;
typedef struct StationReader StationReader;

void station_readers_init (Station *station);
void station_readers_clear (Station *station);

/* station_readers_set_store: which cards have served is kept there; NULL: nowhere. */
void station_readers_set_store (Station *station, Store *store);

/* station_get_monitor_observer: to be given to a reader monitor together with the station as its data. */
const ReaderMonitorObserver *station_get_monitor_observer (void);

GPtrArray *station_get_readers (Station *station); /* (transfer container) of StationReader */

/*
 * station_find_reader: NULL or "": the only one for cards, or the only one there is. Where there are several: NULL.
 */
StationReader *station_find_reader (Station *station, const char *path);

/* station_find_named_reader: as station_reader_get_name has it. NULL also if several have this name. */
StationReader *station_find_named_reader (Station *station, const char *name);

/*
 * station_choose_reader: by @name, or, where that is NULL, by @path as station_find_reader; or NULL with INVALID_OPTION
 * (there are several), NO_READER, NOT_AUTHORIZED (pcscd does not let the daemon in) or SERVICE_STOPPED.
 */
StationReader *station_choose_reader (Station *station, const char *path, const char *name, GError **error);

/*
 * station_readers_add_terminal: a terminal beside the readers: nothing lies in it, and no visit is opened at it. @name:
 * UTF-8, for people; unique among terminals. Return: (transfer none). _remove_terminal: it is not in the settings any
 * more. station_find_terminal: by that name; NULL: none.
 */
StationReader *station_readers_add_terminal (Station *station, const char *name);
void station_readers_remove_terminal (Station *station, StationReader *reader);
StationReader *station_find_terminal (Station *station, const char *name);
gboolean station_reader_is_terminal (StationReader *reader);

const char *station_reader_get_path (StationReader *reader);
const char *station_reader_get_name (StationReader *reader); /* UTF-8, for people and the bus */
gboolean station_reader_has_card (StationReader *reader);
gboolean station_reader_is_in_use (StationReader *reader);
gint64 station_reader_get_in_use_since (StationReader *reader); /* microseconds since the epoch; 0: it is not */

/* station_reader_has_served: whether the card in it has served a visit, or nobody saw it come: it is waited out. */
gboolean station_reader_has_served (StationReader *reader);

/* station_reader_get_serial: the device's own number, UTF-8; "" if none is known: it is asked with the first card. */
const char *station_reader_get_serial (StationReader *reader);

/* station_is_service_available: whether pcscd is there. */
gboolean station_is_service_available (Station *station);

/* station_is_service_refused: whether pcscd is there and does not let the daemon in. */
gboolean station_is_service_refused (Station *station);

/* What a look at all of them shows. Times in microseconds since the epoch; 0: not known. */
typedef struct
{
  guint n_readers, n_cards, n_mute; /* of readers for cards */
  guint n_terminals;
  gint64 service_since, readers_since, reader_added, card_since; /* the last two: the newest */
} StationReadersSummary;

StationReadersSummary station_summarise_readers (Station *station);

/*
 * For who opens visits: @visit begins at @reader, and learns what lies in it; it has begun to move; it begins to read
 * the card; it is quiet. The last three may come when the reader is gone.
 */
CardWorker *station_reader_get_worker (StationReader *reader);
Visit *station_reader_get_visit (StationReader *reader); /* (transfer none) or NULL */
void station_reader_begin_visit (StationReader *reader, Visit *visit);
void station_readers_note_moving (Station *station, Visit *visit);
void station_readers_note_taken (Station *station, Visit *visit);
void station_readers_end_visit (Station *station, Visit *visit);
