/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-ledger-tiles: the names and sizes of the files, and that their hashes are those of the tree. */
#include <glib.h>
#include <string.h>

#include "visit/ledger-tiles.h"

#define BLOCK 512

/* find_file: walks the stream, whose headers are checked. Return: its bytes, borrowed; NULL: it is not there. */
static const guint8 *
find_file (const GByteArray *stream, const char *name, gsize *ret_size)
{
  gsize at = 0;

  while (at + BLOCK <= stream->len && stream->data[at] != 0)
    {
      const char *header = (const char *)stream->data + at;
      const gsize size = g_ascii_strtoull (header + 124, NULL, 8);
      guint sum = 0;

      for (guint i = 0; i < BLOCK; i++)
        sum += i >= 148 && i < 156 ? ' ' : (guint8)header[i];
      g_assert_cmpuint (sum, ==, g_ascii_strtoull (header + 148, NULL, 8));
      g_assert_cmpmem (header + 257, 6, "ustar", 6);
      if (strcmp (header, name) == 0)
        {
          *ret_size = size;
          return stream->data + at + BLOCK;
        }
      at += BLOCK + (size + BLOCK - 1) / BLOCK * BLOCK;
    }
  g_assert_cmpuint (stream->len % BLOCK, ==, 0);
  g_assert_cmpuint (stream->len - at, ==, 2 * BLOCK);
  return NULL;
}

static GByteArray *
make_stream (guint size, guint pruned, MerkleHash *ret_root)
{
  g_autoptr (LedgerTiles) tiles = ledger_tiles_new (1);
  MerkleFrontier frontier = { 0 };
  MerkleHash made[MERKLE_LEVELS];

  ledger_tiles_add_checkpoint (tiles, "checkpoint\n");
  for (guint i = 0; i < size; i++)
    {
      g_autofree char *text = g_strdup_printf ("entry %u", i);
      g_autoptr (GBytes) entry = g_bytes_new (text, strlen (text));
      const MerklePiece piece = { text, strlen (text) };
      MerkleHash hash;

      merkle_hash_leaf (&piece, 1, &hash);
      merkle_frontier_append (&frontier, &hash, made);
      ledger_tiles_add_leaf (tiles, &hash, i == pruned ? NULL : entry);
    }
  merkle_frontier_get_root (&frontier, ret_root);
  ledger_tiles_end (tiles);
  return ledger_tiles_take (tiles);
}

static void
test_places (void)
{
  static const struct
  {
    guint64 n;
    const char *path;
  } places[] = { { 0, "000" }, { 999, "999" }, { 1000, "x001/000" }, { 1234067, "x001/x234/067" } };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *path = ledger_tiles_format_place (places[i].n);

      g_assert_cmpstr (path, ==, places[i].path);
    }
}

/* 512 leaves are two full files and their two hashes, whose parent is the root. */
static void
test_levels (void)
{
  MerkleHash root, computed;
  g_autoptr (GByteArray) stream = make_stream (512, G_MAXUINT, &root);
  const guint8 *bytes;
  gsize size;

  bytes = find_file (stream, "tile/1/000.p/2", &size);
  g_assert_cmpuint (size, ==, 64);
  merkle_hash_children ((const MerkleHash *)bytes, (const MerkleHash *)(bytes + 32), &computed);
  g_assert_true (merkle_hash_equal (&computed, &root));
  g_assert_nonnull (find_file (stream, "tile/0/000", &size));
  g_assert_cmpuint (size, ==, 256 * 32);
  g_assert_nonnull (find_file (stream, "tile/0/001", &size));
  g_assert_null (find_file (stream, "tile/0/002.p/0", &size));
  bytes = find_file (stream, "tile/entries/001", &size);
  g_assert_cmpmem (bytes, 11, "\0\011entry 256", 11);
  bytes = find_file (stream, "checkpoint", &size);
  g_assert_cmpmem (bytes, size, "checkpoint\n", 11);
}

/* A bundle with a pruned entry is left out; its hashes are there. */
static void
test_pruned (void)
{
  MerkleHash root;
  g_autoptr (GByteArray) stream = make_stream (258, 3, &root);
  gsize size;

  g_assert_null (find_file (stream, "tile/entries/000", &size));
  g_assert_nonnull (find_file (stream, "tile/0/000", &size));
  g_assert_nonnull (find_file (stream, "tile/entries/001.p/2", &size));
  g_assert_nonnull (find_file (stream, "tile/0/001.p/2", &size));
  g_assert_nonnull (find_file (stream, "tile/1/000.p/1", &size));
}

static void
test_empty (void)
{
  MerkleHash root;
  g_autoptr (GByteArray) stream = make_stream (0, G_MAXUINT, &root);
  gsize size;

  g_assert_null (find_file (stream, "tile/0/000.p/0", &size));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ledger-tiles/places", test_places);
  g_test_add_func ("/ledger-tiles/levels", test_levels);
  g_test_add_func ("/ledger-tiles/pruned", test_pruned);
  g_test_add_func ("/ledger-tiles/empty", test_empty);
  return g_test_run ();
}
