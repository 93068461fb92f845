/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * verify: what it takes to verify a receipt, for the bench.
 *
 *   verify FILE KEY N   the receipt in FILE, or its proof alone, under KEY, N times; one line: the nanoseconds of the
 *                       processor that the fastest took
 *
 * Exit status 1 if it is not proved.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "client/receipt.h"

static guint64
get_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
  return (guint64)time.tv_sec * G_GUINT64_CONSTANT (1000000000) + (guint64)time.tv_nsec;
}

int
main (int argc, char *argv[])
{
  g_autofree char *text = NULL;
  guint64 number, fastest = G_MAXUINT64;

  if (argc != 4 || !g_file_get_contents (argv[1], &text, NULL, NULL))
    return EXIT_FAILURE;
  for (number = g_ascii_strtoull (argv[3], NULL, 10); number > 0; number--)
    {
      const guint64 began = get_time ();
      g_autoptr (Receipt) receipt = receipt_new (text);

      if (receipt == NULL || receipt_verify (receipt, argv[2], NULL) != RECEIPT_PROVED)
        return EXIT_FAILURE;
      fastest = MIN (fastest, get_time () - began);
    }
  printf ("%" G_GUINT64_FORMAT "\n", fastest);
  return EXIT_SUCCESS;
}
