/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fake-timer: see the header. In: GLib's functions that set timers, wrapped by the linker. Out: sources. */
#include "fake-timer.h"

typedef struct
{
  GSource *source;
  guint64 due;
} Timer;

GSource *__real_g_timeout_source_new (guint milliseconds);
GSource *__wrap_g_timeout_source_new (guint milliseconds);
guint __wrap_g_timeout_add (guint milliseconds, GSourceFunc function, gpointer data);
guint __wrap_g_timeout_add_seconds (guint seconds, GSourceFunc function, gpointer data);
gint64 __wrap_g_get_monotonic_time (void);
guint32 __wrap_g_random_int (void);

static GArray *timers;
static guint64 now = 3600 * 1000; /* milliseconds */

static void
timer_clear (gpointer data)
{
  g_source_unref (((Timer *)data)->source);
}

static void
remove_destroyed (void)
{
  for (guint i = timers->len; i-- > 0;)
    if (g_source_is_destroyed (g_array_index (timers, Timer, i).source))
      g_array_remove_index_fast (timers, i);
}

GSource *
__wrap_g_timeout_source_new (guint milliseconds)
{
  Timer timer = { __real_g_timeout_source_new (milliseconds == 0 ? 0 : G_MAXINT), now + milliseconds };

  if (milliseconds == 0)
    return timer.source;
  if (timers == NULL)
    {
      timers = g_array_new (FALSE, FALSE, sizeof (Timer));
      g_array_set_clear_func (timers, timer_clear);
    }
  remove_destroyed ();
  g_source_ref (timer.source);
  g_array_append_val (timers, timer);
  return timer.source;
}

guint
__wrap_g_timeout_add (guint milliseconds, GSourceFunc function, gpointer data)
{
  g_autoptr (GSource) source = __wrap_g_timeout_source_new (milliseconds);

  g_source_set_callback (source, function, data, NULL);
  return g_source_attach (source, NULL);
}

guint
__wrap_g_timeout_add_seconds (guint seconds, GSourceFunc function, gpointer data)
{
  return __wrap_g_timeout_add (seconds * 1000, function, data);
}

gint64
__wrap_g_get_monotonic_time (void)
{
  return (gint64)now * 1000;
}

guint
fake_timers_pass (guint milliseconds)
{
  guint due = 0;

  now += milliseconds;
  for (guint i = 0; timers != NULL && i < timers->len; i++)
    {
      const Timer *timer = &g_array_index (timers, Timer, i);

      if (g_source_is_destroyed (timer->source) || timer->due > now)
        continue;
      g_source_set_ready_time (timer->source, 0);
      due++;
    }
  return due;
}

guint32
__wrap_g_random_int (void)
{
  return G_MAXUINT32;
}
