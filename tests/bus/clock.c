/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * clock: a wall clock that a test may set, loaded before a program's own libraries. The machine's is everybody's.
 *
 * SIGUSR1: the clock is as many seconds ahead of the real one as the file SHIKAKU_TEST_CLOCK says; what waits for a set
 * clock with a timer (TFD_TIMER_CANCEL_ON_SET) is told so, as the kernel does.
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

static volatile time_t ahead; /* seconds */
static volatile int timer = -1;
static volatile sig_atomic_t set; /* and the timer was not read since */
static const char *file;

static int
arm (int fd, int flags, const struct itimerspec *value, struct itimerspec *old)
{
  return (int)syscall (SYS_timerfd_settime, fd, flags, value, old);
}

static void
on_signal (int number)
{
  const struct itimerspec now = { .it_value.tv_nsec = 1 };
  char text[32] = "";
  int fd = open (file, O_RDONLY | O_CLOEXEC), saved = errno;

  if (fd < 0 || syscall (SYS_read, fd, text, sizeof text - 1) <= 0)
    abort ();
  close (fd);
  ahead = strtol (text, NULL, 10);
  set = 1;
  arm (timer, 0, &now, NULL); /* readable */
  errno = saved;
}

__attribute__ ((constructor)) static void
begin (void)
{
  file = getenv ("SHIKAKU_TEST_CLOCK");
  signal (SIGUSR1, on_signal);
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

/* The kernel knows nothing of our clock: what is due by it is due as much earlier by the kernel's. */
int
timerfd_settime (int fd, int flags, const struct itimerspec *value, struct itimerspec *old)
{
  struct itimerspec mine = *value;

  if ((flags & TFD_TIMER_CANCEL_ON_SET) == 0)
    return arm (fd, flags, value, old);
  timer = fd;
  mine.it_value.tv_sec = value->it_value.tv_sec > ahead ? value->it_value.tv_sec - ahead : 1;
  return arm (fd, flags, &mine, old);
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
