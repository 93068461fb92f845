/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-loop: GLib's prepare, check and dispatch around sd_event's prepare, wait and dispatch. */
#include "bus/bus-loop.h"

typedef struct
{
  GSource source;
  sd_event *event;
} LoopSource;

static gboolean
loop_prepare (GSource *source, int *timeout)
{
  sd_event *event = ((LoopSource *)source)->event;

  *timeout = -1;
  /* Disarm first: what was armed for an earlier poll knows nothing of timers and messages queued since. */
  if (sd_event_get_state (event) == SD_EVENT_ARMED && sd_event_wait (event, 0) > 0)
    return TRUE;
  if (sd_event_get_state (event) == SD_EVENT_PENDING)
    return TRUE;
  return sd_event_get_state (event) == SD_EVENT_INITIAL && sd_event_prepare (event) > 0;
}

static gboolean
loop_check (GSource *source)
{
  sd_event *event = ((LoopSource *)source)->event;

  if (sd_event_get_state (event) == SD_EVENT_PENDING)
    return TRUE;
  return sd_event_get_state (event) == SD_EVENT_ARMED && sd_event_wait (event, 0) > 0;
}

static gboolean
loop_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  sd_event *event = ((LoopSource *)source)->event;

  if (sd_event_get_state (event) == SD_EVENT_PENDING)
    sd_event_dispatch (event);
  return G_SOURCE_CONTINUE;
}

static void
loop_finalize (GSource *source)
{
  sd_event_unref (((LoopSource *)source)->event);
}

guint
bus_loop_attach (sd_event *event, GMainContext *context)
{
  static GSourceFuncs functions
      = { .prepare = loop_prepare, .check = loop_check, .dispatch = loop_dispatch, .finalize = loop_finalize };
  GSource *source = g_source_new (&functions, sizeof (LoopSource));
  guint id;

  ((LoopSource *)source)->event = sd_event_ref (event);
  /* Not to be blocked while it is dispatched: that would cost GLib a wake-up, three system calls, each time. It never
     recurses: while an event is being dispatched its state is neither INITIAL nor PENDING. */
  g_source_set_can_recurse (source, TRUE);
  g_source_add_unix_fd (source, sd_event_get_fd (event), G_IO_IN | G_IO_HUP | G_IO_ERR);
  id = g_source_attach (source, context);
  g_source_unref (source);
  return id;
}
