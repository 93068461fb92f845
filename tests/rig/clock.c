/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * clock: clocks that a test may set or let run ahead, loaded before a program's own libraries. The machine's are
 * everybody's.
 *
 * SIGUSR1: the file SHIKAKU_TEST_CLOCK says by how many seconds the wall clock is ahead of the real one, by how many
 * the one that nobody sets, and how many times slower that one runs from now on. Both by as much more than before:
 * time has passed. Otherwise the clock was set: what waits for that with a timer (TFD_TIMER_CANCEL_ON_SET) is told so,
 * as the kernel does.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static volatile time_t ahead, ahead_steady; /* seconds */
static volatile long slower = 1;
static struct timespec slow_since; /* by the real clock */
static volatile int timer = -1;
static int timer_flags;
static struct itimerspec timer_value; /* by our clock */
static volatile sig_atomic_t set;     /* and the timer was not read since */
static const char *file;

static int
arm (int fd, int flags, const struct itimerspec *value, struct itimerspec *old)
{
  return (int)syscall (SYS_timerfd_settime, fd, flags, value, old);
}

/* The kernel knows nothing of our clock: what is due by it is due as much earlier by the kernel's. */
static int
arm_ours (struct itimerspec *old)
{
  struct itimerspec mine = timer_value;

  if (mine.it_value.tv_sec != 0)
    mine.it_value.tv_sec = mine.it_value.tv_sec > ahead ? mine.it_value.tv_sec - ahead : 1;
  return arm (timer, timer_flags, &mine, old);
}

static void
on_signal (int number)
{
  const struct itimerspec now = { .it_value.tv_nsec = 1 };
  char text[64] = "", *rest;
  int saved = errno, fd = open (file, O_RDONLY | O_CLOEXEC);
  time_t before = ahead - ahead_steady;

  if (fd < 0 || syscall (SYS_read, fd, text, sizeof text - 1) <= 0)
    abort ();
  close (fd);
  ahead = strtol (text, &rest, 10);
  ahead_steady = strtol (rest, &rest, 10);
  if (slower == 1)
    syscall (SYS_clock_gettime, CLOCK_MONOTONIC, &slow_since);
  slower = strtol (rest, NULL, 10);
  if (ahead - ahead_steady != before)
    {
      set = 1;
      arm (timer, 0, &now, NULL); /* readable */
    }
  else if (timer >= 0)
    arm_ours (NULL);
  errno = saved;
}

__attribute__ ((constructor)) static void
begin (void)
{
  file = getenv ("SHIKAKU_TEST_CLOCK");
  signal (SIGUSR1, on_signal);
}

static void
slow_down (struct timespec *time)
{
  long long begin = slow_since.tv_sec * 1000000000LL + slow_since.tv_nsec;
  long long now = time->tv_sec * 1000000000LL + time->tv_nsec;

  now = begin + (now - begin) / slower;
  *time = (struct timespec){ .tv_sec = now / 1000000000, .tv_nsec = now % 1000000000 };
}

int
clock_gettime (clockid_t id, struct timespec *ret_time)
{
  static int (*real) (clockid_t, struct timespec *);
  int result;

  if (real == NULL)
    *(void **)&real = dlsym (RTLD_NEXT, "clock_gettime");
  result = real (id, ret_time);
  if (id == CLOCK_REALTIME)
    ret_time->tv_sec += ahead;
  else if (id == CLOCK_MONOTONIC || id == CLOCK_BOOTTIME)
    {
      if (slower > 1 && id == CLOCK_MONOTONIC)
        slow_down (ret_time);
      ret_time->tv_sec += ahead_steady;
    }
  return result;
}

int
gettimeofday (struct timeval *restrict ret_time, void *restrict zone)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  *ret_time = (struct timeval){ .tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000 };
  return 0;
}

int
timerfd_settime (int fd, int flags, const struct itimerspec *value, struct itimerspec *old)
{
  if ((flags & TFD_TIMER_CANCEL_ON_SET) == 0)
    return arm (fd, flags, value, old);
  timer = fd;
  timer_flags = flags;
  timer_value = *value;
  return arm_ours (old);
}

ssize_t
read (int fd, void *data, size_t size)
{
  ssize_t result = syscall (SYS_read, fd, data, size);

  if (fd != timer || result < 0 || !set)
    return result;
  set = 0;
  errno = ECANCELED;
  return -1;
}
