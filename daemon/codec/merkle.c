/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* merkle: see the header. The proofs follow RFC 6962 §2.1, their verification RFC 9162 §2.1.3.2 and §2.1.4.2. */
#include "codec/merkle.h"

#include <string.h>

#define LEAF_PREFIX 0x00
#define NODE_PREFIX 0x01

/* Hashes. */

static void
finish_hash (GChecksum *checksum, MerkleHash *ret_hash)
{
  gsize size = sizeof ret_hash->bytes;

  g_checksum_get_digest (checksum, ret_hash->bytes, &size);
  g_checksum_free (checksum);
}

static GChecksum *
begin_hash (guint8 prefix)
{
  GChecksum *checksum = g_checksum_new (G_CHECKSUM_SHA256);

  g_checksum_update (checksum, &prefix, 1);
  return checksum;
}

void
merkle_hash_leaf (const MerklePiece *pieces, guint n, MerkleHash *ret_hash)
{
  GChecksum *checksum = begin_hash (LEAF_PREFIX);

  for (guint i = 0; i < n; i++)
    g_checksum_update (checksum, pieces[i].bytes, (gssize)pieces[i].size);
  finish_hash (checksum, ret_hash);
}

void
merkle_hash_children (const MerkleHash *left, const MerkleHash *right, MerkleHash *ret_hash)
{
  GChecksum *checksum = begin_hash (NODE_PREFIX);

  g_checksum_update (checksum, left->bytes, sizeof left->bytes);
  g_checksum_update (checksum, right->bytes, sizeof right->bytes);
  finish_hash (checksum, ret_hash);
}

gboolean
merkle_hash_equal (const MerkleHash *a, const MerkleHash *b)
{
  return memcmp (a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* The frontier. */

guint
merkle_frontier_count (guint64 size)
{
  return (guint)__builtin_popcountll (size);
}

guint
merkle_frontier_append (MerkleFrontier *frontier, const MerkleHash *leaf, MerkleHash ret_made[MERKLE_LEVELS])
{
  guint count = merkle_frontier_count (frontier->size), made = 1;

  g_assert (frontier->size < G_MAXUINT64 / 2);
  ret_made[0] = *leaf;
  for (guint64 rest = frontier->size; (rest & 1) != 0; rest >>= 1, made++)
    merkle_hash_children (&frontier->nodes[--count], &ret_made[made - 1], &ret_made[made]);
  frontier->nodes[count] = ret_made[made - 1];
  frontier->size++;
  return made;
}

void
merkle_frontier_get_root (const MerkleFrontier *frontier, MerkleHash *ret_root)
{
  guint count = merkle_frontier_count (frontier->size);
  MerkleHash root;

  if (count == 0)
    {
      finish_hash (g_checksum_new (G_CHECKSUM_SHA256), ret_root);
      return;
    }
  root = frontier->nodes[--count];
  while (count > 0)
    {
      const MerkleHash right = root;

      merkle_hash_children (&frontier->nodes[--count], &right, &root);
    }
  *ret_root = root;
}

/* What was stored. */

gboolean
merkle_read_frontier (guint64 size, MerkleRead read, gpointer user_data, MerkleFrontier *ret_frontier)
{
  guint64 before = 0;
  guint count = 0;

  ret_frontier->size = size;
  for (guint level = MERKLE_LEVELS; level-- > 0;)
    if ((size >> level & 1) != 0)
      {
        if (!read (level, before >> level, &ret_frontier->nodes[count++], user_data))
          return FALSE;
        before += G_GUINT64_CONSTANT (1) << level;
      }
  return TRUE;
}

gboolean
merkle_read_root (guint64 size, MerkleRead read, gpointer user_data, MerkleHash *ret_root)
{
  MerkleFrontier frontier;

  if (!merkle_read_frontier (size, read, user_data, &frontier))
    return FALSE;
  merkle_frontier_get_root (&frontier, ret_root);
  return TRUE;
}

/* The greatest power of two below @n > 1. */
static guint64
split (guint64 n)
{
  return G_GUINT64_CONSTANT (1) << (63 - __builtin_clzll (n - 1));
}

/* read_range: the hash of the leaves from @begin to @end, of which @begin is where the tree splits. */
static gboolean
read_range (guint64 begin, guint64 end, MerkleRead read, gpointer user_data, MerkleHash *ret_hash)
{
  const guint64 n = end - begin;
  MerkleHash left, right;
  guint64 middle;

  if ((n & (n - 1)) == 0)
    {
      const guint level = (guint)__builtin_ctzll (n);

      return read (level, begin >> level, ret_hash, user_data);
    }
  middle = begin + split (n);
  if (!read_range (begin, middle, read, user_data, &left) || !read_range (middle, end, read, user_data, &right))
    return FALSE;
  merkle_hash_children (&left, &right, ret_hash);
  return TRUE;
}

typedef struct
{
  MerkleRead read;
  gpointer user_data;
  MerkleHash *proof;
  int count;
} Proving;

static gboolean
prove_range (Proving *proving, guint64 begin, guint64 end)
{
  return read_range (begin, end, proving->read, proving->user_data, &proving->proof[proving->count])
         && ++proving->count > 0;
}

/* PATH of the RFC: what is nearer to the leaf comes first. */
static gboolean
prove_path (Proving *proving, guint64 index, guint64 begin, guint64 end)
{
  guint64 middle;

  if (end - begin == 1)
    return TRUE;
  middle = begin + split (end - begin);
  return index < middle ? prove_path (proving, index, begin, middle) && prove_range (proving, middle, end)
                        : prove_path (proving, index, middle, end) && prove_range (proving, begin, middle);
}

/* SUBPROOF of the RFC: @known: whether who verifies has the hash of this part: the older root. */
static gboolean
prove_part (Proving *proving, guint64 from, guint64 begin, guint64 end, gboolean known)
{
  guint64 middle;

  if (from == end)
    return known || prove_range (proving, begin, end);
  middle = begin + split (end - begin);
  return from <= middle ? prove_part (proving, from, begin, middle, known) && prove_range (proving, middle, end)
                        : prove_part (proving, from, middle, end, FALSE) && prove_range (proving, begin, middle);
}

int
merkle_prove_inclusion (guint64 index, guint64 size, MerkleRead read, gpointer user_data,
                        MerkleHash ret_proof[MERKLE_PROOF_SIZE])
{
  Proving proving = { read, user_data, ret_proof, 0 };

  return index < size && prove_path (&proving, index, 0, size) ? proving.count : -1;
}

int
merkle_prove_consistency (guint64 from, guint64 to, MerkleRead read, gpointer user_data,
                          MerkleHash ret_proof[MERKLE_PROOF_SIZE])
{
  Proving proving = { read, user_data, ret_proof, 0 };

  return from > 0 && from <= to && prove_part (&proving, from, 0, to, TRUE) ? proving.count : -1;
}

/* Verification. */

gboolean
merkle_verify_inclusion (const MerkleHash *leaf, guint64 index, guint64 size, const MerkleHash *proof, guint n,
                         const MerkleHash *root)
{
  guint64 first = index, last = size - 1;
  MerkleHash hash = *leaf;

  if (index >= size)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      const MerkleHash child = hash;

      if (last == 0)
        return FALSE;
      if ((first & 1) != 0 || first == last)
        {
          merkle_hash_children (&proof[i], &child, &hash);
          for (; (first & 1) == 0 && first != 0; first >>= 1)
            last >>= 1;
        }
      else
        merkle_hash_children (&child, &proof[i], &hash);
      first >>= 1;
      last >>= 1;
    }
  return last == 0 && merkle_hash_equal (&hash, root);
}

/* climb: from the node where both trees part: @older and @newer become their roots. */
static gboolean
climb (guint64 from, guint64 to, const MerkleHash *proof, guint n, MerkleHash *older, MerkleHash *newer)
{
  guint64 first = from - 1, last = to - 1;

  for (; (first & 1) != 0; first >>= 1)
    last >>= 1;
  for (guint i = 0; i < n; i++)
    {
      const MerkleHash old_child = *older, new_child = *newer;

      if (last == 0)
        return FALSE;
      if ((first & 1) != 0 || first == last)
        {
          merkle_hash_children (&proof[i], &old_child, older);
          merkle_hash_children (&proof[i], &new_child, newer);
          for (; (first & 1) == 0 && first != 0; first >>= 1)
            last >>= 1;
        }
      else
        merkle_hash_children (&new_child, &proof[i], newer);
      first >>= 1;
      last >>= 1;
    }
  return last == 0;
}

gboolean
merkle_verify_consistency (guint64 from, const MerkleHash *from_root, guint64 to, const MerkleHash *to_root,
                           const MerkleHash *proof, guint n)
{
  const gboolean is_whole = (from & (from - 1)) == 0; /* the older root is a node of the newer tree, and not sent */
  MerkleHash older, newer;

  if (from > to)
    return FALSE;
  if (from == 0 || from == to)
    return n == 0 && (from == 0 || merkle_hash_equal (from_root, to_root));
  if (!is_whole && n == 0)
    return FALSE;
  older = newer = is_whole ? *from_root : proof[0];
  return climb (from, to, proof + (is_whole ? 0 : 1), n - (is_whole ? 0 : 1), &older, &newer)
         && merkle_hash_equal (&older, from_root) && merkle_hash_equal (&newer, to_root);
}
