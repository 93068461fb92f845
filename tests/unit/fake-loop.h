/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fake-loop: how a test waits: the main loop turns until something has happened. In: what is awaited. Out: nothing; a
 * test that waits in vain ends with an error, long after any machine would have done it.
 */
#pragma once

#include <glib.h>

/* fake_wait_while: turns the main loop while @test is TRUE. Whoever ends it on another thread wakes the loop. */
void fake_wait_while (gboolean (*test) (gconstpointer data), gconstpointer data);

/* fake_wait: until *@flag is not 0. */
void fake_wait (const gboolean *flag);

/* fake_settle: lets everything that is queued in the main loop happen. */
void fake_settle (void);
