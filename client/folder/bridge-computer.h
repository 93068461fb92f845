/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge-computer: one receipt computer. Its request files come in: each is read until it stays the same, taken, asked
 * of the daemon, and answered once, by an answer or by an error; its answer files go out. Face files that are pending
 * for it go out too (bridge-faces). Nothing of it is asked a second time after a kill.
 */
#pragma once

#include "client/folder/bridge-desk.h"
#include "client/folder/bridge-people.h"
#include "client/folder/bridge-place.h"

typedef struct BridgeServed BridgeServed;

/*
 * bridge_served_new: one that is served: what was under way before the start is answered by an error, at once. All live
 * longer. Return: NULL: a folder cannot be used.
 */
BridgeServed *bridge_served_new (const BridgeSettings *settings, const BridgeComputer *computer, BridgeDesk *desk,
                                 BridgePeople *people, GError **error);

/* bridge_served_free: what is under way is answered by an error. */
void bridge_served_free (BridgeServed *served);

BridgePlace *bridge_served_get_place (BridgeServed *served);

/* bridge_served_sweep: what lies there for too long goes, as the settings say. */
void bridge_served_sweep (BridgeServed *served);
