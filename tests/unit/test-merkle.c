/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-merkle: the trees of the RFC's own test data; and for every size and place of smaller trees the proofs, against
 * a tree that is built by the RFC's definition, and against each change of a hash.
 */
#include <string.h>

#include "codec/merkle.h"

#define SIZES 70 /* of trees that are walked through */

typedef struct
{
  MerkleHash nodes[8][SIZES]; /* complete ones, by level and index */
  guint reads;
} Tree;

static MerkleHash
hash_number (guint number)
{
  const guint8 byte = (guint8)number;
  const MerklePiece piece = { &byte, 1 };
  MerkleHash hash;

  merkle_hash_leaf (&piece, 1, &hash);
  return hash;
}

static gboolean
read_node (guint level, guint64 index, MerkleHash *ret_hash, gpointer user_data)
{
  Tree *tree = user_data;

  g_assert_cmpuint ((index + 1) << level, <=, SIZES);
  tree->reads++;
  *ret_hash = tree->nodes[level][index];
  return TRUE;
}

/* The RFC's definition, word for word. */
static MerkleHash
define_root (guint begin, guint end)
{
  guint middle = 1;
  MerkleHash left, right, hash;

  if (end - begin == 1)
    return hash_number (begin);
  while (middle * 2 < end - begin)
    middle *= 2;
  left = define_root (begin, begin + middle);
  right = define_root (begin + middle, end);
  merkle_hash_children (&left, &right, &hash);
  return hash;
}

static void
grow (Tree *tree, MerkleFrontier *frontier)
{
  const MerkleHash leaf = hash_number ((guint)frontier->size);
  MerkleHash made[MERKLE_LEVELS];
  const guint64 before = frontier->size;
  const guint n = merkle_frontier_append (frontier, &leaf, made);

  for (guint level = 0; level < n; level++)
    tree->nodes[level][before >> level] = made[level];
}

static void
assert_hash (const MerkleHash *hash, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < MERKLE_HASH_SIZE; i++)
    g_string_append_printf (text, "%02x", hash->bytes[i]);
  g_assert_cmpstr (text->str, ==, expected);
}

/* The leaves and roots that the implementations of RFC 6962 share as their test data. */
static void
test_known (void)
{
  static const struct
  {
    const char *leaf;
    gsize size;
    const char *root;
  } rows[] = {
    { "", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" },
    { "\0", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" },
    { "\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77" },
    { "\x20\x21", 2, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" },
    { "\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4" },
    { "\x40\x41\x42\x43", 4, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef" },
    { "\x50\x51\x52\x53\x54\x55\x56\x57", 8, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c" },
    { "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16,
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328" },
  };
  MerkleFrontier frontier = { 0 };
  MerkleHash root;

  merkle_frontier_get_root (&frontier, &root);
  assert_hash (&root, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const MerklePiece pieces[] = { { rows[i].leaf, rows[i].size / 2 },
                                     { rows[i].leaf + rows[i].size / 2, rows[i].size - rows[i].size / 2 } };
      MerkleHash leaf, made[MERKLE_LEVELS];

      merkle_hash_leaf (pieces, 2, &leaf);
      merkle_frontier_append (&frontier, &leaf, made);
      merkle_frontier_get_root (&frontier, &root);
      assert_hash (&root, rows[i].root);
    }
}

/* change_each: whether a proof is refused with any hash changed, one missing, or one too many. */
static void
assert_inclusion (const MerkleHash *leaf, guint64 index, guint64 size, MerkleHash *proof, guint n, MerkleHash *root)
{
  g_assert_true (merkle_verify_inclusion (leaf, index, size, proof, n, root));
  for (guint i = 0; i < n; i++)
    {
      proof[i].bytes[i % MERKLE_HASH_SIZE] ^= 0x10;
      g_assert_false (merkle_verify_inclusion (leaf, index, size, proof, n, root));
      proof[i].bytes[i % MERKLE_HASH_SIZE] ^= 0x10;
    }
  g_assert_false (merkle_verify_inclusion (leaf, index, size, proof, n + 1, root));
  g_assert_false (n > 0 && merkle_verify_inclusion (leaf, index, size, proof, n - 1, root));
  g_assert_false (merkle_verify_inclusion (leaf, index + 1, size, proof, n, root));
  g_assert_false (merkle_verify_inclusion (leaf, size, size, proof, n, root));
  root->bytes[0] ^= 1;
  g_assert_false (merkle_verify_inclusion (leaf, index, size, proof, n, root));
  root->bytes[0] ^= 1;
}

static void
test_inclusion (void)
{
  Tree tree = { 0 };
  MerkleFrontier frontier = { 0 };

  for (guint64 size = 1; size <= SIZES; size++)
    {
      MerkleHash root, read_again, proof[MERKLE_PROOF_SIZE] = { 0 }, defined = define_root (0, (guint)size);

      grow (&tree, &frontier);
      merkle_frontier_get_root (&frontier, &root);
      g_assert_true (merkle_read_root (size, read_node, &tree, &read_again));
      g_assert_true (merkle_hash_equal (&root, &defined) && merkle_hash_equal (&root, &read_again));
      for (guint64 index = 0; index < size; index++)
        {
          int n;

          tree.reads = 0;
          n = merkle_prove_inclusion (index, size, read_node, &tree, proof);
          g_assert_cmpint (n, >=, 0);
          g_assert_cmpuint (tree.reads, <=, 14); /* two for each level */
          assert_inclusion (&tree.nodes[0][index], index, size, proof, (guint)n, &root);
        }
      g_assert_cmpint (merkle_prove_inclusion (size, size, read_node, &tree, proof), ==, -1);
    }
}

static void
assert_consistency (guint64 from, MerkleHash *older, guint64 to, MerkleHash *newer, MerkleHash *proof, guint n)
{
  g_assert_true (merkle_verify_consistency (from, older, to, newer, proof, n));
  g_assert_false (merkle_verify_consistency (from, older, to, newer, proof, n + 1));
  for (guint i = 0; i < n; i++)
    {
      proof[i].bytes[31] ^= 1;
      g_assert_false (merkle_verify_consistency (from, older, to, newer, proof, n));
      proof[i].bytes[31] ^= 1;
    }
  g_assert_false (n > 0 && merkle_verify_consistency (from, older, to, newer, proof, n - 1));
  older->bytes[5] ^= 1;
  g_assert_false (merkle_verify_consistency (from, older, to, newer, proof, n));
  older->bytes[5] ^= 1;
  newer->bytes[5] ^= 1;
  g_assert_false (merkle_verify_consistency (from, older, to, newer, proof, n));
  newer->bytes[5] ^= 1;
}

static void
test_consistency (void)
{
  Tree tree = { 0 };
  MerkleFrontier frontier = { 0 };
  MerkleHash roots[SIZES + 1], proof[MERKLE_PROOF_SIZE] = { 0 };

  merkle_frontier_get_root (&frontier, &roots[0]);
  for (guint64 to = 1; to <= SIZES; to++)
    {
      grow (&tree, &frontier);
      merkle_frontier_get_root (&frontier, &roots[to]);
      g_assert_true (merkle_verify_consistency (0, &roots[0], to, &roots[to], proof, 0));
      for (guint64 from = 1; from <= to; from++)
        {
          const int n = merkle_prove_consistency (from, to, read_node, &tree, proof);

          MerkleHash older = roots[from];

          g_assert_cmpint (n, >=, 0);
          assert_consistency (from, &older, to, &roots[to], proof, (guint)n);
        }
      g_assert_cmpint (merkle_prove_consistency (0, to, read_node, &tree, proof), ==, -1);
      g_assert_false (merkle_verify_consistency (to, &roots[to], to - 1, &roots[to - 1], proof, 0));
    }
}

static void
test_frontier (void)
{
  Tree tree = { 0 };
  MerkleFrontier frontier = { 0 }, found;

  for (guint size = 1; size <= SIZES; size++)
    {
      grow (&tree, &frontier);
      g_assert_true (merkle_read_frontier (size, read_node, &tree, &found));
      g_assert_cmpuint (found.size, ==, size);
      g_assert_cmpmem (found.nodes, merkle_frontier_count (size) * sizeof (MerkleHash), frontier.nodes,
                       merkle_frontier_count (size) * sizeof (MerkleHash));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/merkle/known", test_known);
  g_test_add_func ("/merkle/inclusion", test_inclusion);
  g_test_add_func ("/merkle/consistency", test_consistency);
  g_test_add_func ("/merkle/frontier", test_frontier);
  return g_test_run ();
}
