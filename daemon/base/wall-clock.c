/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wall-clock: a timerfd that ends when its date comes, and is cancelled when the clock is set or the machine wakes up.
 * How far the clock moved is seen by the boot-time clock, which nobody can set and which goes on in sleep.
 */
#include "base/wall-clock.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

#define SHIFT_MINIMUM (G_USEC_PER_SEC) /* smaller steps are those of time synchronisation, and are not told */

struct WallClock
{
  WallClockRang rang;
  gpointer user_data;
  int timer;
  guint source;
  gint64 offset; /* the date minus the time since boot, in microseconds */
};

gint64
wall_clock_get_boot_time (void)
{
  struct timespec boot;

  clock_gettime (CLOCK_BOOTTIME, &boot);
  return (gint64)boot.tv_sec * G_USEC_PER_SEC + boot.tv_nsec / 1000;
}

static gint64
get_offset (void)
{
  return g_get_real_time () - wall_clock_get_boot_time ();
}

static gboolean
on_timer (gint fd, GIOCondition condition, gpointer user_data)
{
  WallClock *clock = user_data;
  gint64 offset = get_offset (), shift = offset - clock->offset;
  guint64 rings;

  if (read (fd, &rings, sizeof rings) < 0 && errno != ECANCELED)
    return G_SOURCE_CONTINUE;
  if (ABS (shift) < SHIFT_MINIMUM)
    shift = 0;
  clock->offset = offset;
  clock->rang (shift, clock->user_data);
  return G_SOURCE_CONTINUE;
}

WallClock *
wall_clock_new (WallClockRang rang, gpointer user_data)
{
  WallClock *clock = g_new0 (WallClock, 1);

  clock->rang = rang;
  clock->user_data = user_data;
  clock->offset = get_offset ();
  clock->timer = timerfd_create (CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
  if (clock->timer >= 0)
    clock->source = g_unix_fd_add (clock->timer, G_IO_IN, on_timer, clock);
  else
    log_warning (NULL, "clock: there is no timer: nothing will be told in time");
  return clock;
}

void
wall_clock_free (WallClock *clock)
{
  g_clear_handle_id (&clock->source, g_source_remove);
  if (clock->timer >= 0)
    close (clock->timer);
  g_free (clock);
}

void
wall_clock_set_alarm (WallClock *clock, gint64 when)
{
  const gint64 last
      = sizeof (time_t) < sizeof (gint64) ? G_MAXINT32 : G_MAXINT64; /* the second; of 32 bits there are few */
  const struct itimerspec timer = { .it_value = { .tv_sec = (time_t)MIN (when / G_USEC_PER_SEC, last),
                                                  .tv_nsec = (long)(when % G_USEC_PER_SEC) * 1000 } };

  if (clock->timer >= 0)
    timerfd_settime (clock->timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &timer, NULL);
}
