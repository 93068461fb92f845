/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wall-clock: alarms, and a clock that is set. Nobody sets the clock of the machine that runs the tests: the linker
 * puts the test's read() and g_get_real_time() in the place of the real ones (--wrap), which say what they would then.
 */
#include "base/wall-clock.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define HOUR (G_TIME_SPAN_HOUR)

static gint64 moved;   /* by how much the clock was set, microseconds */
static int read_errno; /* of the next read() of a timer; 0: the kernel's own answer */
static guint n_rings;
static gint64 last_shift;

ssize_t __real_read (int fd, void *data, size_t size);
ssize_t __wrap_read (int fd, void *data, size_t size);
gint64 __real_g_get_real_time (void);
gint64 __wrap_g_get_real_time (void);

ssize_t
__wrap_read (int fd, void *data, size_t size)
{
  ssize_t result = __real_read (fd, data, size); /* or it would go on being readable */

  if (read_errno == 0)
    return result;
  errno = read_errno;
  read_errno = 0;
  return -1;
}

gint64
__wrap_g_get_real_time (void)
{
  return __real_g_get_real_time () + moved;
}

static void
on_rang (gint64 shift, gpointer user_data)
{
  g_assert_true (user_data == &n_rings);
  last_shift = shift;
  n_rings++;
}

static gboolean
on_deadline (gpointer user_data)
{
  g_error ("the alarm did not ring");
  return G_SOURCE_REMOVE;
}

static void
await_ring (void)
{
  guint deadline = g_timeout_add_seconds (30, on_deadline, NULL);

  n_rings = 0;
  last_shift = -1;
  while (n_rings == 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (deadline);
}

static void
assert_silent (void)
{
  n_rings = 0;
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (n_rings, ==, 0);
}

static void
test_alarm (void)
{
  g_autoptr (WallClock) clock = wall_clock_new (on_rang, &n_rings);
  gint64 when;

  assert_silent (); /* none was set */
  wall_clock_set_alarm (clock, g_get_real_time () - HOUR);
  await_ring ();
  g_assert_cmpint (last_shift, ==, 0);
  assert_silent (); /* once */

  when = g_get_real_time () + 30 * G_TIME_SPAN_MILLISECOND;
  wall_clock_set_alarm (clock, when);
  await_ring ();
  g_assert_cmpint (g_get_real_time (), >=, when);

  wall_clock_set_alarm (clock, g_get_real_time ());
  wall_clock_set_alarm (clock, G_MAXINT64); /* never, instead of now */
  assert_silent ();
}

/* What a timer says when the clock was set is read when the test says so: after its alarm. */
static void
set_clock (WallClock *clock, gint64 by, int error)
{
  moved += by;
  read_errno = error;
  wall_clock_set_alarm (clock, __real_g_get_real_time () - HOUR);
}

static void
test_set (void)
{
  g_autoptr (WallClock) clock = wall_clock_new (on_rang, &n_rings);

  set_clock (clock, 5 * HOUR, ECANCELED);
  await_ring ();
  g_assert_cmpint (ABS (last_shift - 5 * HOUR), <, G_TIME_SPAN_SECOND);
  set_clock (clock, -9 * HOUR, ECANCELED);
  await_ring ();
  g_assert_cmpint (ABS (last_shift + 9 * HOUR), <, G_TIME_SPAN_SECOND);

  /* Kept right by a moment, or awake after a sleep: the alarm is to be set anew, but nobody set the clock. */
  set_clock (clock, 300 * G_TIME_SPAN_MILLISECOND, ECANCELED);
  await_ring ();
  g_assert_cmpint (last_shift, ==, 0);
  /* Nothing to read, as after a change that was taken back at once. */
  set_clock (clock, 0, EAGAIN);
  assert_silent ();
}

/* Return: whether a timer of this process runs for more than a year. */
static gboolean
has_long_timer (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fdinfo", 0, NULL);
  gboolean found = FALSE;
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/fdinfo", name, NULL);
      g_autofree char *text = NULL;
      const char *value;

      if (g_file_get_contents (path, &text, NULL, NULL) && (value = strstr (text, "it_value: (")) != NULL)
        found = found || g_ascii_strtoll (value + strlen ("it_value: ("), NULL, 10) > 365 * 24 * 60 * 60;
    }
  return found;
}

/* Beyond what a time of 32 bits can hold. */
static void
test_far (void)
{
  g_autoptr (WallClock) clock = wall_clock_new (on_rang, &n_rings);

  wall_clock_set_alarm (clock, G_GINT64_CONSTANT (2500000000) * G_USEC_PER_SEC);
  g_assert_true (has_long_timer ());
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wall-clock/alarm", test_alarm);
  g_test_add_func ("/wall-clock/set", test_set);
  g_test_add_func ("/wall-clock/far", test_far);
  return g_test_run ();
}
