/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-loop: GLib's prepare, check and dispatch around what sd-bus waits for, and sd_bus_process. */
#include "bus/bus-loop.h"

#define UNSENT_MAXIMUM 128 /* messages: nothing more is read while so many wait for the bus to take them */

typedef struct
{
  GSource source;
  sd_bus *bus;
  gpointer socket;      /* as GLib knows it; NULL: the connection has ended */
  GIOCondition awaited; /* at the socket */
} LoopSource;

/* Return: microseconds, as g_get_monotonic_time() counts them; 0: at once, UINT64_MAX: never. */
static guint64
get_due_time (sd_bus *bus)
{
  guint64 due = 0;

  return sd_bus_get_timeout (bus, &due) > 0 ? due : G_MAXUINT64;
}

static void
watch_socket (LoopSource *self)
{
  int events = sd_bus_get_events (self->bus);
  GIOCondition awaited = (GIOCondition)MAX (events, 0);
  guint64 unsent = 0;

  /* Who calls faster than the answers go out waits at the bus, not in our memory. */
  if (sd_bus_get_n_queued_write (self->bus, &unsent) >= 0 && unsent > UNSENT_MAXIMUM && (awaited & G_IO_OUT))
    awaited &= ~G_IO_IN;
  if (self->socket != NULL && awaited != self->awaited)
    g_source_modify_unix_fd (&self->source, self->socket, awaited);
  self->awaited = awaited;
}

static gboolean
is_due (LoopSource *self, int *ret_timeout)
{
  guint64 due = get_due_time (self->bus);
  guint64 now = due == 0 || due == G_MAXUINT64 ? 0 : (guint64)g_source_get_time (&self->source);

  *ret_timeout = due == G_MAXUINT64 ? -1 : due <= now ? 0 : (int)MIN ((due - now) / 1000 + 1, G_MAXINT);
  return *ret_timeout == 0;
}

static gboolean
loop_prepare (GSource *source, int *timeout)
{
  watch_socket ((LoopSource *)source);
  return is_due ((LoopSource *)source, timeout);
}

static gboolean
loop_check (GSource *source)
{
  LoopSource *self = (LoopSource *)source;
  int milliseconds;

  return (self->socket != NULL && g_source_query_unix_fd (source, self->socket) != 0) || is_due (self, &milliseconds);
}

static gboolean
loop_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  LoopSource *self = (LoopSource *)source;

  /* It fails when the connection has ended, of which the filters have been told. */
  if (sd_bus_process (self->bus, NULL) < 0 && self->socket != NULL)
    g_source_remove_unix_fd (source, g_steal_pointer (&self->socket));
  return G_SOURCE_CONTINUE;
}

static void
loop_finalize (GSource *source)
{
  sd_bus_unref (((LoopSource *)source)->bus);
}

guint
bus_loop_attach (sd_bus *bus, GMainContext *context)
{
  static GSourceFuncs functions
      = { .prepare = loop_prepare, .check = loop_check, .dispatch = loop_dispatch, .finalize = loop_finalize };
  GSource *source = g_source_new (&functions, sizeof (LoopSource));
  LoopSource *self = (LoopSource *)source;
  guint id;

  self->bus = sd_bus_ref (bus);
  self->awaited = G_IO_IN;
  /* Not to be blocked while it is dispatched: that would cost GLib a wake-up, three system calls, each time. It never
     recurses: nothing here runs a loop of its own. */
  g_source_set_can_recurse (source, TRUE);
  self->socket = g_source_add_unix_fd (source, sd_bus_get_fd (bus), self->awaited);
  id = g_source_attach (source, context);
  g_source_unref (source);
  return id;
}
