/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fake-names: a name service that answers when the test says so. In: getpwuid_r (--wrap), in whatever thread. Out: a
 * user's entry, or none.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

#define FAKE_NAMES_CLERK 1000
#define FAKE_NAMES_OTHER 1001
#define FAKE_NAMES_NOBODY 1002 /* has no entry */
#define FAKE_NAMES_BROKEN 1003 /* its name is no text */
#define FAKE_NAMES_LARGE 1004  /* has an entry that needs room */

/* fake_names_hold: who asks from here on waits until fake_names_release(). */
void fake_names_hold (void);
void fake_names_release (void);

/* fake_names_rename: what the clerk is called from here on; borrowed. */
void fake_names_rename (const char *name);

/* fake_names_wait_asked: until @count questions have come since the program began. */
void fake_names_wait_asked (guint count);
guint fake_names_count_asked (void);
