/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * store-key: the keys under which rooms of this floor keep what nobody else may read or guess. In: the folder in which
 * the service manager hands over the credential `shikaku-store-key`, 32 random bytes, and after a rotation the one
 * before it, `shikaku-store-key-previous`. Out: for each purpose a key of its own, with an id that rows can name.
 *
 * No key tells anything of the secret or of another purpose's key (HKDF with SHA-256, RFC 5869). An id is no secret,
 * and two purposes have different ones. What is new is kept under the current key; a row under the previous one is
 * still read, and one under any other is lost. Nothing is read before it is asked for. Any thread may use a StoreKey,
 * one at a time.
 */
#pragma once

#include "base/secret.h"

#define STORE_KEY_SIZE 32    /* bytes: of the credentials, and of each key */
#define STORE_KEY_ID_SIZE 16 /* characters: lower-case hexadecimal digits */

#define STORE_KEY_CREDENTIAL "shikaku-store-key"
#define STORE_KEY_CREDENTIAL_PREVIOUS "shikaku-store-key-previous"

typedef struct StoreKey StoreKey;

/* store_key_look: whether there is a key in @folder (NULL: none is handed over). NOT_FOUND, FAILED (what is wrong). */
gboolean store_key_look (const char *folder, GError **error);

/*
 * store_key_new: the keys for @purpose, a short word that never changes ("outage-queue"). Return: (transfer full), or
 * NULL with NOT_FOUND (there is no key: the capability is off) or FAILED. One that cannot be read is no key; a previous
 * one that cannot be read is logged and left out.
 */
StoreKey *store_key_new (const char *folder, const char *purpose, GError **error);
void store_key_free (StoreKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreKey, store_key_free)

/* The current one: its id, and its STORE_KEY_SIZE bytes. (transfer none). */
const char *store_key_get_id (const StoreKey *key);
const guint8 *store_key_get_data (StoreKey *key);

/* store_key_get_previous_id: NULL: there is none. */
const char *store_key_get_previous_id (const StoreKey *key);

/* store_key_find: the bytes of the key with @id, the current or the previous one. NULL: neither. (transfer none). */
const guint8 *store_key_find (StoreKey *key, const char *id);
