/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* call-pause: see the header. */
#include "center/call-pause.h"

#include "center/backoff.h"

/* How often, and how far apart, a query is sent again that the center still works on: half a minute in all. */
#define REPEATS_MAXIMUM 6
#define DELAY_BASE_MILLISECONDS 500
#define DELAY_CAP_MILLISECONDS 8000

struct CallPause
{
  GPtrArray *pauses;
  GSource *timer, *cancelled;
  CallPauseFunc callback;
  gpointer user_data;
};

gboolean
call_pause_may (guint repeats)
{
  return repeats < REPEATS_MAXIMUM;
}

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
end (CallPause *pause, gboolean is_over)
{
  const CallPauseFunc callback = pause->callback;
  gpointer user_data = pause->user_data;

  g_ptr_array_remove_fast (pause->pauses, pause);
  clear_source (&pause->timer);
  clear_source (&pause->cancelled);
  g_free (pause);
  callback (is_over, user_data);
}

static gboolean
on_over (gpointer user_data)
{
  end (user_data, TRUE);
  return G_SOURCE_REMOVE;
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  end (user_data, FALSE);
  return G_SOURCE_REMOVE;
}

void
call_pause_new (GPtrArray *pauses, guint repeats, GCancellable *cancellable, CallPauseFunc callback, gpointer user_data)
{
  CallPause *pause = g_new0 (CallPause, 1);

  pause->pauses = pauses;
  pause->callback = callback;
  pause->user_data = user_data;
  g_ptr_array_add (pauses, pause);
  pause->timer = g_timeout_source_new (
      DELAY_BASE_MILLISECONDS / 2
      + backoff_delay (repeats, DELAY_BASE_MILLISECONDS, DELAY_CAP_MILLISECONDS, g_random_int ()));
  g_source_set_callback (pause->timer, on_over, pause, NULL);
  g_source_attach (pause->timer, NULL);
  if (cancellable == NULL)
    return;
  pause->cancelled = g_cancellable_source_new (cancellable);
  g_source_set_callback (pause->cancelled, G_SOURCE_FUNC (on_cancelled), pause, NULL);
  g_source_attach (pause->cancelled, NULL);
}

void
call_pause_give_up (GPtrArray *pauses)
{
  while (pauses->len > 0)
    end (g_ptr_array_index (pauses, 0), FALSE);
}
