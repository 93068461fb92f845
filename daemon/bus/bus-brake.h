/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-brake: against guessing: how often a user may be wrong in a minute, and all of them together. In: word of each
 * failure, and of each try whose answer takes its time. Out: whether one more try is let through. Pure.
 *
 * Beyond what all may together, those are held up who were wrong themselves: nobody keeps out a user who was not.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

#define BUS_BRAKE_USER 10 /* failures in a minute */
#define BUS_BRAKE_ALL 100

typedef struct BusBrake BusBrake;

BusBrake *bus_brake_new (void);
void bus_brake_free (BusBrake *brake);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusBrake, bus_brake_free)

/* Times are microseconds, as of g_get_monotonic_time(). */
void bus_brake_note_failure (BusBrake *brake, uid_t uid, gint64 now);
gboolean bus_brake_holds (BusBrake *brake, uid_t uid, gint64 now);
/* bus_brake_check: that it does not hold, or LIMIT_EXCEEDED. */
gboolean bus_brake_check (BusBrake *brake, uid_t uid, gint64 now, GError **error);

/*
 * bus_brake_begin: the same for a try that is answered later; until bus_brake_end it counts as if it were wrong, so
 * that nobody tries a thousand at once. FALSE: it has not begun.
 */
gboolean bus_brake_begin (BusBrake *brake, uid_t uid, gint64 now, GError **error);
void bus_brake_end (BusBrake *brake, uid_t uid);
