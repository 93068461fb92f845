/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge-place: the folders of one receipt computer, and how a file moves between them so that a kill at any moment
 * loses nothing and gives nothing twice. In: names and bytes. Out: files where they belong.
 *
 * A request is renamed into the bridge's own folder ("working") before anybody is asked. Its answer is written under a
 * name that nobody looks for, then the request is removed, then the answer gets its name. So after a kill: a request
 * that is still in working was not answered; an answer without its request is whole, and only lacks its name. Face
 * files go the same way, from "pending".
 */
#pragma once

#include "client/folder/bridge-settings.h"

#include <gio/gio.h>

typedef struct
{
  const BridgeComputer *computer;
  int requests, answers, faces;     /* of the receipt computer */
  int own;                          /* the bridge's, where nobody else comes: locked by the one bridge that serves it */
  int working, pending, quarantine; /* in it */
  gint64 opened_at;                 /* of the monotonic clock */
} BridgePlace;

/* bridge_place_open: folders that are not there are made. @computer: lives longer. */
BridgePlace *bridge_place_open (const BridgeComputer *computer, GError **error);
void bridge_place_free (BridgePlace *place);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BridgePlace, bridge_place_free)

/*
 * bridge_place_deliver: @bytes as @name in @to, and @source, of which it is made, is gone from @from. What has that
 * name already is set aside.
 */
gboolean bridge_place_deliver (BridgePlace *place, int from, const char *source, int to, const char *name,
                               GBytes *bytes, GError **error);

/* bridge_place_set_aside: a file goes into quarantine, under a name that no other has there. */
gboolean bridge_place_set_aside (BridgePlace *place, int from, const char *name, GError **error);

/*
 * bridge_place_recover: after a kill, before anything else: what was written whole into @to gets its name, and what may
 * not be whole goes. @has_source: whether that of which a file called so is made still lies there.
 */
void bridge_place_recover (BridgePlace *place, int to,
                           gboolean (*has_source) (BridgePlace *place, const char *name, gpointer user_data),
                           gpointer user_data);

/*
 * bridge_place_sweep: files in @folder, one of the place's, of which @is_it (NULL: all) says so, and that lie there for
 * more than @seconds, go. One that is of the future, because the clock was or is wrong, goes when the place has been
 * open for so long: a clock that is set a moment after the start takes nothing from anybody. Return: how many.
 */
guint bridge_place_sweep (const BridgePlace *place, int folder, gboolean (*is_it) (const char *name), gint64 seconds);
