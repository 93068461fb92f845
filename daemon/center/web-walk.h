/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * web-walk: the first steps of an examination: is the name of the center's host known, and does somebody answer where
 * the center was before? Both at once, with a deadline of their own, and never in the main loop. Look-ups that do not
 * return do not pile up: there are six at most, and who asks again waits for them.
 */
#pragma once

#include <gio/gio.h>

#define WEB_WALK_MILLISECONDS 1200  /* that the walk takes at most */
#define WEB_WALK_LOOK_UPS_MAXIMUM 6 /* threads, each for as long as the name service may take */

typedef struct WebWalk WebWalk;

/* @error: CENTER_UNREACHABLE with a cause of the name, NULL: its addresses are known; CANCELLED: the walk was freed. */
typedef void (*WebWalkDone) (const char *addresses, gboolean known_answers, const GError *error, gpointer user_data);

/* web_walk_new: @host: (transfer none), a name or a numeric address. */
WebWalk *web_walk_new (const char *host, guint port);
void web_walk_free (WebWalk *walk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebWalk, web_walk_free)

/* web_walk_start: one at a time. @known: a numeric address, or NULL. @done: once, never before this returns. */
void web_walk_start (WebWalk *walk, const char *known, WebWalkDone done, gpointer user_data);
