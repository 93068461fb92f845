/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seal: bytes that nobody reads or changes without the key (AES-256-GCM). In: the bytes, a key of store-key.h, and what
 * they are bound to: a text that stands beside them in the open, and cannot be changed either. Out: sealed bytes; or
 * what was inside.
 */
#pragma once

#include "store/store-key.h"

/* seal_close: under the current key. Return: (transfer full), or NULL. @ret_nonce: (transfer full). */
GBytes *seal_close (StoreKey *key, const char *binding, gconstpointer bytes, gsize size, GBytes **ret_nonce);

/* seal_make_id: random, to stand beside what is sealed. (transfer full). */
#define SEAL_ID_SIZE 32 /* characters: lower-case hexadecimal digits */
char *seal_make_id (void);

/*
 * seal_open: of the key with @id, the current or the previous one. Return: what was inside, or NULL: another key, or
 * other bytes. It is (transfer full), and a Secret of at least one byte: @ret_size of them count.
 */
Secret *seal_open (StoreKey *key, const char *id, const char *binding, GBytes *nonce, GBytes *sealed, gsize *ret_size);

/* seal_open_bytes: the same for what may be large, and need not lie in locked memory. (transfer full). */
GBytes *seal_open_bytes (StoreKey *key, const char *id, const char *binding, GBytes *nonce, GBytes *sealed);
