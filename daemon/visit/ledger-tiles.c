/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-tiles: a row of hashes for each level; a full one becomes a file, and one hash of the level above. */
#include "visit/ledger-tiles.h"

#include <string.h>

#include "codec/tar.h"

#define WIDTH 256           /* hashes, or entries, of a full file */
#define LEVELS 8            /* of WIDTH each, for a size of 64 bits */
#define ENTRY_MAXIMUM 65535 /* bytes */

typedef struct
{
  guint64 number; /* of the file that is being filled */
  guint width;
  MerkleHash hashes[WIDTH];
} Level;

struct LedgerTiles
{
  GByteArray *stream;
  gint64 seconds;
  Level levels[LEVELS];
  GByteArray *bundle; /* of the entries that belong to the file of level 0 */
  gboolean is_whole;  /* none of them was pruned */
};

LedgerTiles *
ledger_tiles_new (gint64 seconds)
{
  LedgerTiles *self = g_new0 (LedgerTiles, 1);

  self->stream = g_byte_array_new ();
  self->seconds = seconds;
  self->bundle = g_byte_array_new ();
  self->is_whole = TRUE;
  return self;
}

void
ledger_tiles_free (LedgerTiles *self)
{
  g_byte_array_unref (self->bundle);
  g_byte_array_unref (self->stream);
  g_free (self);
}

GByteArray *
ledger_tiles_take (LedgerTiles *self)
{
  GByteArray *stream = self->stream;

  self->stream = g_byte_array_new ();
  return stream;
}

char *
ledger_tiles_format_place (guint64 n)
{
  GString *path = g_string_new (NULL);

  g_string_printf (path, "%03" G_GUINT64_FORMAT, n % 1000);
  while ((n /= 1000) > 0)
    {
      g_autofree char *group = g_strdup_printf ("x%03" G_GUINT64_FORMAT "/", n % 1000);

      g_string_prepend (path, group);
    }
  return g_string_free (path, FALSE);
}

/* add_file: @level: "0" to "7", or "entries". */
static void
add_file (LedgerTiles *self, const char *level, const Level *row, gconstpointer bytes, gsize size)
{
  g_autofree char *place = ledger_tiles_format_place (row->number), *name = NULL;

  if (row->width == WIDTH)
    name = g_strdup_printf ("tile/%s/%s", level, place);
  else
    name = g_strdup_printf ("tile/%s/%s.p/%u", level, place, row->width);
  tar_add (self->stream, name, bytes, size, self->seconds);
}

static void
add_bundle (LedgerTiles *self)
{
  if (self->is_whole)
    add_file (self, "entries", &self->levels[0], self->bundle->data, self->bundle->len);
  g_byte_array_set_size (self->bundle, 0);
  self->is_whole = TRUE;
}

/* The root of a full row. */
static void
hash_row (const Level *row, MerkleHash *ret_hash)
{
  MerkleHash hashes[WIDTH];

  memcpy (hashes, row->hashes, sizeof hashes);
  for (guint width = WIDTH; width > 1; width /= 2)
    for (gsize i = 0; i < width / 2; i++)
      merkle_hash_children (&hashes[2 * i], &hashes[2 * i + 1], &hashes[i]);
  *ret_hash = hashes[0];
}

static void
write_row (LedgerTiles *self, guint level)
{
  const Level *row = &self->levels[level];
  g_autofree char *name = g_strdup_printf ("%u", level);

  add_file (self, name, row, row->hashes, row->width * sizeof (MerkleHash));
  if (level == 0)
    add_bundle (self);
}

static void
add_hash (LedgerTiles *self, const MerkleHash *hash)
{
  MerkleHash next = *hash;

  for (guint level = 0; level < LEVELS; level++)
    {
      Level *row = &self->levels[level];

      row->hashes[row->width++] = next;
      if (row->width < WIDTH)
        return;
      write_row (self, level);
      hash_row (row, &next);
      row->number++;
      row->width = 0;
    }
}

void
ledger_tiles_add_checkpoint (LedgerTiles *self, const char *checkpoint)
{
  tar_add (self->stream, "checkpoint", checkpoint, strlen (checkpoint), self->seconds);
}

void
ledger_tiles_add_leaf (LedgerTiles *self, const MerkleHash *hash, GBytes *entry)
{
  const gsize size = entry != NULL ? g_bytes_get_size (entry) : 0;
  const guint8 length[] = { (guint8)(size >> 8), (guint8)size };

  if (entry == NULL || size > ENTRY_MAXIMUM)
    self->is_whole = FALSE;
  else
    {
      g_byte_array_append (self->bundle, length, sizeof length);
      g_byte_array_append (self->bundle, g_bytes_get_data (entry, NULL), (guint)size);
    }
  add_hash (self, hash);
}

void
ledger_tiles_end (LedgerTiles *self)
{
  for (guint level = 0; level < LEVELS; level++)
    if (self->levels[level].width > 0)
      write_row (self, level);
  tar_end (self->stream);
}
