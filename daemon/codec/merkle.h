/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * merkle: the tree of RFC 6962 over SHA-256. In: leaves, or hashes that somebody has stored. Out: roots, proofs, and
 * whether a proof is right. Pure; nothing here costs more than the logarithm of the tree's size.
 *
 * A node is complete when all leaves below it are there; then it never changes. Node @index of level @level spans the
 * leaves from @index << @level to (@index + 1) << @level; level 0 are the leaves. Only complete nodes are ever stored.
 */
#pragma once

#include <glib.h>

#define MERKLE_HASH_SIZE 32
#define MERKLE_LEVELS 64      /* of a tree whose size has 64 bits */
#define MERKLE_PROOF_SIZE 128 /* hashes: no proof has more */

typedef struct
{
  guint8 bytes[MERKLE_HASH_SIZE];
} MerkleHash;

/* merkle_hash_leaf: of its bytes, in @n pieces, one after the other. */
typedef struct
{
  gconstpointer bytes;
  gsize size;
} MerklePiece;

void merkle_hash_leaf (const MerklePiece *pieces, guint n, MerkleHash *ret_hash);
void merkle_hash_children (const MerkleHash *left, const MerkleHash *right, MerkleHash *ret_hash);
gboolean merkle_hash_equal (const MerkleHash *a, const MerkleHash *b);

/* What one needs of a tree to append to it: the greatest complete nodes, from the left; one a bit of @size. */
typedef struct
{
  guint64 size;
  MerkleHash nodes[MERKLE_LEVELS];
} MerkleFrontier;

/* merkle_frontier_count: how many nodes a tree of @size leaves has there. */
guint merkle_frontier_count (guint64 size);

/*
 * merkle_frontier_append: @ret_made: the nodes that are complete with this leaf, level by level; the first is the leaf
 * itself. Return: how many. They belong at index size >> level, with the size before.
 */
guint merkle_frontier_append (MerkleFrontier *frontier, const MerkleHash *leaf, MerkleHash ret_made[MERKLE_LEVELS]);

/* merkle_frontier_get_root: of an empty tree, the hash of nothing. */
void merkle_frontier_get_root (const MerkleFrontier *frontier, MerkleHash *ret_root);

/* What was stored: complete nodes alone are asked for. Return: FALSE: it cannot be had, and what needed it fails. */
typedef gboolean (*MerkleRead) (guint level, guint64 index, MerkleHash *ret_hash, gpointer user_data);

/* merkle_read_root: the root when the tree had @size leaves. merkle_read_frontier: what one needed then to append. */
gboolean merkle_read_root (guint64 size, MerkleRead read, gpointer user_data, MerkleHash *ret_root);
gboolean merkle_read_frontier (guint64 size, MerkleRead read, gpointer user_data, MerkleFrontier *ret_frontier);

/*
 * merkle_prove_inclusion: that leaf @index < @size is in the tree of @size: hashes from the leaf's sibling upward.
 * merkle_prove_consistency: that the tree of @from > 0 leaves is the beginning of that of @to >= @from.
 * Return: how many hashes; -1: something could not be read, or is not so.
 */
int merkle_prove_inclusion (guint64 index, guint64 size, MerkleRead read, gpointer user_data,
                            MerkleHash ret_proof[MERKLE_PROOF_SIZE]);
int merkle_prove_consistency (guint64 from, guint64 to, MerkleRead read, gpointer user_data,
                              MerkleHash ret_proof[MERKLE_PROOF_SIZE]);

/* Whether a proof is right, for anybody who knows the roots. An empty tree is the beginning of each. */
gboolean merkle_verify_inclusion (const MerkleHash *leaf, guint64 index, guint64 size, const MerkleHash *proof, guint n,
                                  const MerkleHash *root);
gboolean merkle_verify_consistency (guint64 from, const MerkleHash *from_root, guint64 to, const MerkleHash *to_root,
                                    const MerkleHash *proof, guint n);
