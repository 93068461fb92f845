/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-message: messages of sd-bus that are written and read again in one process, over a socket that nobody reads. */
#pragma once

#include <sys/socket.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "bus/bus-error.h"

typedef struct
{
  sd_bus *bus;
  sd_bus_message *message;
} BusFixture;

static inline void
bus_fixture_set_up (BusFixture *fixture, gconstpointer data)
{
  int ends[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), ==, 0);
  close (ends[1]);
  g_assert_cmpint (sd_bus_new (&fixture->bus), >=, 0);
  g_assert_cmpint (sd_bus_set_fd (fixture->bus, ends[0], ends[0]), >=, 0);
  sd_bus_start (fixture->bus);
  g_assert_cmpint (sd_bus_message_new_signal (fixture->bus, &fixture->message, "/", "org.example.Test", "Test"), >=, 0);
}

static inline void
bus_fixture_tear_down (BusFixture *fixture, gconstpointer data)
{
  sd_bus_message_unref (fixture->message);
  sd_bus_close_unref (fixture->bus);
}

/* bus_fixture_seal: what was appended can be read. */
static inline sd_bus_message *
bus_fixture_seal (BusFixture *fixture)
{
  g_assert_cmpint (sd_bus_message_seal (fixture->message, 1, 0), >=, 0);
  return fixture->message;
}
