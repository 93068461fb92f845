/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge-faces: what comes out of the terminals without being asked for. Copies that the daemon lays into the stations'
 * folders come in (shikakud.conf(5), Copies); each receipt computer that gets them has its own, once.
 *
 * A file is laid into "pending" of each of them, whole and flushed, before it is taken away; from there it goes out. So
 * a kill at any moment repeats, and loses and doubles nothing.
 */
#pragma once

#include "client/folder/bridge-people.h"
#include "client/folder/bridge-place.h"

typedef struct BridgeFaces BridgeFaces;

/* bridge_faces_new: @places: of BridgePlace; one that is missing may come later, and what it is to have waits for it.
 * All live longer. Return: NULL: a folder cannot be used. */
BridgeFaces *bridge_faces_new (const BridgeSettings *settings, GPtrArray *places, BridgePeople *people, GError **error);
void bridge_faces_free (BridgeFaces *faces);
