/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * secret: a PIN or a key in memory that is locked, left out of core dumps, and erased when freed.
 *
 * Passed by ownership only: whoever holds it last frees it. There is no way to print one.
 */
#pragma once

#include <glib.h>

typedef struct Secret Secret;

/* secret_new: @size zeroed bytes in locked pages. If locking is not permitted the memory is still kept out of dumps. */
Secret *secret_new (gsize size);

/* secret_take: copies @size bytes of @data and erases the source. */
Secret *secret_take (void *data, gsize size);

guint8 *secret_get_data (Secret *secret);
gsize secret_get_size (const Secret *secret);

/* secret_free: erases, unlocks and frees. NULL is allowed. */
void secret_free (Secret *secret);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Secret, secret_free)
