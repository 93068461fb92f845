/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fake-loop: see the header. In: conditions. Out: turns of the main loop. */
#include "fake-loop.h"

#define DEADLINE_SECONDS 150 /* below that of a test program */

static G_GNUC_NORETURN gboolean
on_deadline (gpointer data)
{
  g_error ("the test waits in vain");
}

void
fake_wait_while (gboolean (*test) (gconstpointer data), gconstpointer data)
{
  g_autoptr (GSource) deadline = g_timeout_source_new_seconds (DEADLINE_SECONDS); /* not one of fake-timer's */

  g_source_set_callback (deadline, on_deadline, NULL, NULL);
  g_source_attach (deadline, NULL);
  while (test (data))
    g_main_context_iteration (NULL, TRUE);
  g_source_destroy (deadline);
}

static gboolean
is_zero (gconstpointer data)
{
  return g_atomic_int_get ((const gboolean *)data) == 0;
}

void
fake_wait (const gboolean *flag)
{
  fake_wait_while (is_zero, flag);
}

void
fake_settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}
