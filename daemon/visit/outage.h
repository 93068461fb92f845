/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * outage: what could not be asked while the center was away, and what becomes of it. In: the request of a visit that
 * got no answer, who asked, and word of how the center is. Out: an id for who asked; later, once, an event with the
 * outcome (outage-resolved: Queued, Answer, Fate, Error; for each user that had asked, and nobody else).
 *
 * Items are asked again one at a time, in the order in which they came: at once when the center is heard to be back,
 * and by themselves after a back-off. Each is the very message that was to be sent, so that the center answers it once,
 * however often it comes (data/center-profile.md). It stays until its outcome is written. What the center will not take
 * any more (TRANSPORT_LATE_SECONDS), refuses, or keeps answering with garbage ends with that as its fate. Where nothing
 * can be asked because of this desk's own clock, credential or account, items wait for that to be mended, and the log
 * says so; nothing is repeated on their account.
 *
 * Without items there is no timer, and neither the store nor its key is touched.
 */
#pragma once

#include "store/store.h"
#include "visit/statistics.h"
#include "visit/transports.h"

typedef struct Events Events;
typedef struct Outage Outage;

/* outage_new: @store, @transports and @statistics must outlive it. @changed: outage_get_count tells another number. */
Outage *outage_new (Store *store, Transports *transports, Statistics *statistics, void (*changed) (gpointer user_data),
                    gpointer user_data);
/* outage_free: nothing is asked any more, and nobody told. NULL is allowed. */
void outage_free (Outage *outage);

/* outage_set_events: where outcomes are told; NULL, as at first: nowhere. It must outlive @outage, or be unset. */
void outage_set_events (Outage *outage, Events *events);

/* outage_begin: from the main loop, when all is set up: goes on with what a former daemon has left. */
void outage_begin (Outage *outage);

/* outage_can_keep: whether anything can be kept at all: there is a key. NULL is allowed: no. */
gboolean outage_can_keep (Outage *outage);

/*
 * outage_keep: @request of @user, which @ability was needed for. @person: what tells this question from all others.
 * Finish: (transfer full) the id, on the disk; or NULL with NOT_FOUND (no key), LIMIT_EXCEEDED (full, or too large),
 * FAILED, or TIMED_OUT: the disk has not answered within three seconds.
 */
void outage_keep (Outage *outage, TransportAbility ability, guint32 user, GBytes *request, GBytes *person,
                  GAsyncReadyCallback callback, gpointer user_data);
char *outage_keep_finish (GAsyncResult *result, GError **error);

/* outage_note_center: how the center is, or what it is asked with, has changed. NULL is allowed. */
void outage_note_center (Outage *outage);

/* outage_get_count: how many items wait. NULL is allowed: none. outage_get_obstacle: why they do; NONE: no reason. */
guint outage_get_count (Outage *outage);
ShikakuError outage_get_obstacle (Outage *outage);

/* outage_drop: all items are gone, with that as their fate. Finish: FALSE with FAILED. */
void outage_drop (Outage *outage, GAsyncReadyCallback callback, gpointer user_data);
gboolean outage_drop_finish (GAsyncResult *result, guint *ret_dropped, GError **error);
