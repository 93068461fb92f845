/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-pin-pipe: a read end in the main loop and one secret buffer. */
#include "bus/bus-pin-pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

#define ROOM (BUS_PIN_LENGTH + 1) /* one byte more, so that a fifth is seen */

struct BusPinPipe
{
  int read_end;
  guint watch;
  Secret *buffer;
  gsize size;
  BusPinPipeDone done;
  gpointer user_data;
};

static Secret *
read_pin (BusPinPipe *self)
{
  const guint8 *bytes = secret_get_data (self->buffer);
  Secret *pin;

  if (self->size != BUS_PIN_LENGTH)
    return NULL;
  for (gsize i = 0; i < BUS_PIN_LENGTH; i++)
    if (!g_ascii_isdigit (bytes[i]))
      return NULL;
  pin = secret_new (BUS_PIN_LENGTH);
  memcpy (secret_get_data (pin), bytes, BUS_PIN_LENGTH);
  return pin;
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer user_data)
{
  BusPinPipe *self = user_data;
  ssize_t count = read (fd, secret_get_data (self->buffer) + self->size, ROOM - self->size);

  if (count < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (count > 0)
    self->size += count;
  if (count > 0 && self->size < ROOM)
    return G_SOURCE_CONTINUE;
  /* The end of the pipe, one byte too many, or an error: there is nothing more to wait for. */
  self->watch = 0;
  self->done (count == 0 ? read_pin (self) : NULL, self->user_data);
  return G_SOURCE_REMOVE;
}

BusPinPipe *
bus_pin_pipe_new (int *ret_write_end, BusPinPipeDone done, gpointer user_data, GError **error)
{
  BusPinPipe *self;
  int ends[2];

  /* Only our end must not block: the agent may write to its end as it likes. */
  if (pipe2 (ends, O_CLOEXEC) < 0 || fcntl (ends[0], F_SETFL, O_NONBLOCK) < 0)
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "pipe: %s", g_strerror (errno));
      return NULL;
    }
  self = g_new0 (BusPinPipe, 1);
  *self = (BusPinPipe){ .read_end = ends[0], .buffer = secret_new (ROOM), .done = done, .user_data = user_data };
  self->watch = g_unix_fd_add (self->read_end, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, self);
  *ret_write_end = ends[1];
  return self;
}

void
bus_pin_pipe_free (BusPinPipe *self)
{
  if (self->watch)
    g_source_remove (self->watch);
  close (self->read_end);
  secret_free (self->buffer);
  g_free (self);
}
