/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ship-prefix: what a proof that an entry is in a tree says of the smaller tree that ends with this entry. In: the
 * proof, verified. Out: that tree's root, and what one needs to append to it. Pure.
 *
 * The hashes to the left of a leaf's way up are the complete subtrees before it, and are the same in each tree that has
 * the leaf. So one proof shows that a tree is the beginning of a later one, and nothing of it has to be read again.
 */
#pragma once

#include "codec/tlog-proof.h"

/*
 * ship_prefix_read: @proof: that @leaf is at its place in a tree of @size leaves; verified. @ret_frontier: of the tree
 * whose last leaf it is. FALSE: it has another number of hashes than that place has.
 */
gboolean ship_prefix_read (const TlogProof *proof, guint64 size, const MerkleHash *leaf, MerkleFrontier *ret_frontier);
