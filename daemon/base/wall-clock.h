/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wall-clock: an alarm at a date, and word of it when somebody sets the clock. One descriptor, no system call while
 * nothing happens; it keeps going while the machine sleeps.
 */
#pragma once

#include <glib.h>

typedef struct WallClock WallClock;

/*
 * WallClockRang: the alarm's time has come, or (@shift not 0) the clock was set by that many microseconds, or the
 * machine was asleep. Either way the alarm is used up: set the next one.
 */
typedef void (*WallClockRang) (gint64 shift, gpointer user_data);

/* wall_clock_new: tells of the clock from the first wall_clock_set_alarm on, in the thread-default main context. */
WallClock *wall_clock_new (WallClockRang rang, gpointer user_data);
void wall_clock_free (WallClock *clock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WallClock, wall_clock_free)

/* wall_clock_set_alarm: replaces the alarm. @when: microseconds since the epoch, UTC; G_MAXINT64: never. */
void wall_clock_set_alarm (WallClock *clock, gint64 when);

/* wall_clock_get_boot_time: microseconds since the machine was started, its sleep too. Nobody can set it. */
gint64 wall_clock_get_boot_time (void);
