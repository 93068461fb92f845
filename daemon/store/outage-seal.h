/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * outage-seal: items of the outage queue as bytes that nobody reads or changes without the key. In: an item, or its
 * sealed bytes. Out: the other. One thread at a time.
 */
#pragma once

#include <glib.h>

#define OUTAGE_SEAL_GENERATIONS 2 /* of the key: the current one, the one before it */

typedef struct OutageSeal OutageSeal;

/* One item of the queue. */
typedef struct
{
  guint64 place; /* the order in which they came */
  char *id;
  gint64 queued, until; /* microseconds since the epoch: after @until the center takes it no more */
  gboolean is_asked;    /* it was passed on, and nobody knows what became of it: nobody asks it again */
  guint kind;           /* the caller's own */
  GArray *users;        /* of guint32: who asked; NULL, as @request: they cannot be read any more */
  GBytes *request;
} OutageItem;

void outage_item_free (OutageItem *item);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OutageItem, outage_item_free)

/* outage_seal_new: @folder: of the key (store-key.h). NULL with NOT_FOUND or FAILED. */
OutageSeal *outage_seal_new (const char *folder, GError **error);
void outage_seal_free (OutageSeal *seal);

/* outage_seal_get_key_id: of the key under which items are sealed from now on. */
const char *outage_seal_get_key_id (OutageSeal *seal);

/*
 * outage_seal_close: kind, users and request of @item, bound to its id and times. Return: (transfer full) the sealed
 * bytes, or NULL. @ret_nonce: (transfer full).
 */
GBytes *outage_seal_close (OutageSeal *seal, const OutageItem *item, GBytes **ret_nonce);

/* outage_seal_open: fills kind, users and request of @item, whose id and times are set; else they stay NULL. */
void outage_seal_open (OutageSeal *seal, OutageItem *item, const char *key_id, GBytes *nonce, GBytes *sealed);

/* outage_seal_hash: of @person, keyed. Return: (transfer full), or NULL: there is no such generation of the key. */
GBytes *outage_seal_hash (OutageSeal *seal, guint generation, GBytes *person);
