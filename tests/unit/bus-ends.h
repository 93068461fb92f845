/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-ends: two ends of one connection in one process: the tested room has the client, the test plays who answers. */
#pragma once

#include <glib.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>

typedef struct
{
  sd_bus *client, *server;
} BusEnds;

static inline void
bus_ends_connect (int sockets[2])
{
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, sockets), ==, 0);
}

static inline sd_bus *
bus_ends_new_end (int socket, gboolean server)
{
  sd_id128_t id = { .bytes = { 1 } };
  sd_bus *bus = NULL;

  g_assert_cmpint (sd_bus_new (&bus), >=, 0);
  g_assert_cmpint (sd_bus_set_fd (bus, socket, socket), >=, 0);
  if (server)
    g_assert_cmpint (sd_bus_set_server (bus, TRUE, id), >=, 0);
  g_assert_cmpint (sd_bus_set_anonymous (bus, TRUE), >=, 0);
  g_assert_cmpint (sd_bus_start (bus), >=, 0);
  return bus;
}

static inline void
bus_ends_set_up (BusEnds *ends)
{
  int sockets[2];

  bus_ends_connect (sockets);
  ends->client = bus_ends_new_end (sockets[0], FALSE);
  ends->server = bus_ends_new_end (sockets[1], TRUE);
}

static inline void
bus_ends_tear_down (BusEnds *ends)
{
  sd_bus_close_unref (ends->client);
  sd_bus_close_unref (ends->server);
}

/* bus_ends_settle: moves messages until nothing moves. */
static inline void
bus_ends_settle (BusEnds *ends)
{
  int moved;

  do
    {
      moved = sd_bus_process (ends->client, NULL);
      g_assert_cmpint (moved, >=, 0);
      moved |= sd_bus_process (ends->server, NULL);
      g_assert_cmpint (moved, >=, 0);
    }
  while (moved > 0);
}
