/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * replay: the main program of a harness where there is no libFuzzer. It runs every seed of the folder that it is
 * given, every beginning of a seed, and every seed with any one bit turned over, each in memory of its exact size.
 */
#include "harness.h"

#include <stdio.h>
#include <string.h>

#define SEED_SIZE_MAXIMUM 4096 /* a seed runs nine times its size */

static guint64 n_runs;

static void
run (const guint8 *data, gsize size)
{
  guint8 *exact = g_malloc (MAX (size, 1));

  if (size > 0)
    memcpy (exact, data, size);
  LLVMFuzzerTestOneInput (exact, size);
  g_free (exact);
  n_runs++;
}

static void
run_seed (guint8 *data, gsize size)
{
  for (gsize n = 0; n <= size; n++)
    run (data, n);
  for (gsize i = 0; i < size; i++)
    for (guint bit = 0; bit < 8; bit++)
      {
        data[i] ^= 1u << bit;
        run (data, size);
        data[i] ^= 1u << bit;
      }
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) folder = NULL;
  const char *name;
  guint n_seeds = 0;

  if (argc != 2)
    g_error ("usage: %s FOLDER", argv[0]);
  folder = g_dir_open (argv[1], 0, &error);
  if (!folder)
    g_error ("%s", error->message);
  while ((name = g_dir_read_name (folder)))
    {
      g_autofree char *path = g_build_filename (argv[1], name, NULL), *data = NULL;
      gsize size;

      if (!g_file_get_contents (path, &data, &size, &error))
        g_error ("%s", error->message);
      if (size > SEED_SIZE_MAXIMUM)
        g_error ("%s: a seed has at most %d bytes", path, SEED_SIZE_MAXIMUM);
      run_seed ((guint8 *)data, size);
      n_seeds++;
    }
  if (n_seeds == 0)
    g_error ("%s: no seeds", argv[1]);
  printf ("%u seeds, %" G_GUINT64_FORMAT " runs\n", n_seeds, n_runs);
  return 0;
}
