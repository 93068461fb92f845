/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * outage-queue: what could not be asked while the center was away, until it can be. In: requests as a transport would
 * send them, and who asked. Out: the oldest one, again and again until it is removed; how many there are.
 *
 * A request holds what is most secret here: it is sealed (AES-256-GCM) under a key of the store's (store-key.h), and
 * so is who asked. What can be read in the file without the key is an item's id, which is random, its place, its times,
 * and a keyed hash of whom it is about, so that the same question is not kept twice. An item under a key that is gone,
 * or that is damaged, comes out without its request, to be removed.
 *
 * A daemon that has never met an outage has no queue: before the first item neither the key nor the store is touched,
 * and an empty file beside the store's (outage_queue_is_begun) says after a restart whether there may be items.
 */
#pragma once

#include "store/outage-seal.h"
#include "store/store.h"

#define OUTAGE_QUEUE_MAXIMUM 1000          /* items */
#define OUTAGE_QUEUE_REQUEST_MAXIMUM 32768 /* bytes of a request */

typedef struct OutageQueue OutageQueue;

/* outage_queue_new: @store must outlive it. Touches nothing. */
OutageQueue *outage_queue_new (Store *store);
void outage_queue_free (OutageQueue *queue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OutageQueue, outage_queue_free)

/* outage_queue_is_begun: whether there may be items from before: a look at one file's name. */
gboolean outage_queue_is_begun (OutageQueue *queue);

/* outage_queue_has_key: whether anything can be kept: a look at the credential. */
gboolean outage_queue_has_key (OutageQueue *queue);

/*
 * outage_queue_add: keeps @request of @user, of at most OUTAGE_QUEUE_REQUEST_MAXIMUM bytes, until @until. @person: what
 * tells this question, and whom it is about, from all others; not kept. Where the same one is there already, @user is
 * added to it. Finish: (transfer full) the id, of that one then; it is on the disk. NULL with NOT_FOUND (no key),
 * LIMIT_EXCEEDED (full) or FAILED. @ret_count: how many items there are now.
 */
void outage_queue_add (OutageQueue *queue, guint kind, guint32 user, gint64 until, GBytes *request, GBytes *person,
                       GAsyncReadyCallback callback, gpointer user_data);
char *outage_queue_add_finish (GAsyncResult *result, guint *ret_count, GError **error);

/* outage_queue_look: the oldest item. Finish: (transfer full), or NULL without an error: there is none; or NULL. */
void outage_queue_look (OutageQueue *queue, GAsyncReadyCallback callback, gpointer user_data);
OutageItem *outage_queue_look_finish (GAsyncResult *result, guint *ret_count, GError **error);

/*
 * outage_queue_note_asked: whether the item at @place is passed on, to where it must not be passed on twice: on the
 * disk before this is answered. Finish: FALSE with FAILED.
 */
void outage_queue_note_asked (OutageQueue *queue, guint64 place, gboolean is_asked, GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean outage_queue_note_asked_finish (GAsyncResult *result, GError **error);

/*
 * outage_queue_remove: the item at @place, or, where that is 0, all of them. @also: what is done in the same
 * transaction, with @also_data (transfer full); or NULL. Finish: FALSE with FAILED: it is still there.
 */
void outage_queue_remove (OutageQueue *queue, guint64 place, StoreJob also, gpointer also_data,
                          GDestroyNotify also_free, GAsyncReadyCallback callback, gpointer user_data);
gboolean outage_queue_remove_finish (GAsyncResult *result, guint *ret_removed, guint *ret_count, GError **error);
