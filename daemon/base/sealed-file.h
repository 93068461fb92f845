/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sealed-file: a document in memory (memfd) that can be handed over a bus and no longer be changed by anybody. */
#pragma once

#include <glib.h>

/*
 * sealed_file_new: copies @content into a memfd with all seals set (write, grow, shrink, seal).
 * Return: the descriptor, close-on-exec, offset 0, owned by the caller; or -1 with SHIKAKU_ERROR_FAILED.
 */
int sealed_file_new (GBytes *content, GError **error);

/*
 * sealed_file_seal: a memfd that somebody has filled, and that allows seals, gets all of them; its offset is 0 then,
 * for the reader. Return: FALSE with SHIKAKU_ERROR_FAILED: it must not be handed out.
 */
gboolean sealed_file_seal (int descriptor, GError **error);
