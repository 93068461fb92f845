/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backoff: the delays grow, stay below their cap, and are spread over all that is allowed. */
#include "center/backoff.h"

static void
test_longest (void)
{
  static const guint expected[] = { 100, 200, 400, 800, 1600, 2000, 2000 };

  for (guint attempt = 0; attempt < G_N_ELEMENTS (expected); attempt++)
    g_assert_cmpuint (backoff_delay (attempt, 100, 2000, G_MAXUINT32), ==, expected[attempt]);
  g_assert_cmpuint (backoff_delay (31, 100, 2000, G_MAXUINT32), ==, 2000);
  g_assert_cmpuint (backoff_delay (32, 100, 2000, G_MAXUINT32), ==, 2000);
  g_assert_cmpuint (backoff_delay (G_MAXUINT, 100, 2000, G_MAXUINT32), ==, 2000);
  g_assert_cmpuint (backoff_delay (31, G_MAXUINT, G_MAXUINT, G_MAXUINT32), ==, G_MAXUINT);
}

static void
test_jitter (void)
{
  g_assert_cmpuint (backoff_delay (3, 100, 2000, 0), ==, 0);
  g_assert_cmpuint (backoff_delay (3, 100, 2000, G_MAXUINT32 / 2), ==, 400);
  g_assert_cmpuint (backoff_delay (0, 0, 2000, G_MAXUINT32), ==, 0);
  g_assert_cmpuint (backoff_delay (5, 100, 0, G_MAXUINT32), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/backoff/longest", test_longest);
  g_test_add_func ("/backoff/jitter", test_jitter);
  return g_test_run ();
}
