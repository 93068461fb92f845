/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-way: the way to the center as it last worked: what a transport has noted is kept in the store, and what an
 * earlier run has kept is told to the transport, when somebody asks what is wrong.
 */
#pragma once

#include "store/store.h"
#include "visit/transports.h"

#define STATION_WAY_MILLISECONDS 200 /* that an examination waits for the disk */

/* NULL wherever one is taken: nothing is kept, nor known. */
typedef struct StationWay StationWay;

/* station_way_new: both borrowed, until it is freed. */
StationWay *station_way_new (Transports *transports, Store *store);
void station_way_free (StationWay *way);

/* station_way_recall: @callback, maybe before this returns; a disk that does not answer is not waited for. */
void station_way_recall (StationWay *way, TransportsFunction callback, gpointer user_data);

/* station_way_keep: if there is something new. A visit has ended, or an examination. */
void station_way_keep (StationWay *way);
