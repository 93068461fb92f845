/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * known-way: the way to the center as it last worked, kept over restarts: the router is started anew at night, and so
 * is the desk. In: host and port, addresses, an interface's name. Out: the same. None of them is of a person.
 */
#pragma once

#include "store/store.h"

typedef struct
{
  char *place, *peer, *local, *interface; /* "" for an interface that is not known */
} KnownWay;

void known_way_free (KnownWay *way);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KnownWay, known_way_free)

/* known_way_load: @callback: on the main loop; known_way_load_finish: (transfer full), or NULL: none is kept. */
void known_way_load (Store *store, GAsyncReadyCallback callback, gpointer user_data);
KnownWay *known_way_load_finish (GAsyncResult *result);

/* known_way_keep: instead of the one before. @way: (transfer full). */
void known_way_keep (Store *store, KnownWay *way);
