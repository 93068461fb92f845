/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ship-verify: whether what lies in the hospital's database is what the desks have signed. In: the database. Out: a
 * line for each desk and for each fault. Nothing of a desk is needed for it.
 *
 * Each leaf is hashed anew from salt and bytes, the tree is built anew from the leaves, its root is compared at every
 * checkpoint, whose signature is verified; and what can be searched is read out of the bytes anew.
 */
#pragma once

#include "client/ship/ship-base.h"

/* ship_verify_run: @keys: of char *: they alone count; NULL: those that the entries tell of. @ret_faults: how many.
 * FALSE with an error: it could not be read to its end. What is found is printed. */
gboolean ship_verify_run (ShipBase *base, const GPtrArray *keys, guint64 *ret_faults, GError **error);
