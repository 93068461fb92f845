/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * echo: the least that a service on the bus can be, to compare with; and who calls it, or the daemon, honestly or in
 * floods. In: the bus, what to call. Out: latencies.
 *
 *   echo serve                                    owns org.shikaku.Test.Echo: method Echo, property Version
 *   echo flood CONNECTIONS WINDOW CALL            keeps WINDOW calls under way on each, until it is killed
 *   echo measure NUMBER CALL                      one call after the other; prints p50, p99, greatest, in microseconds
 *   CALL: NAME PATH INTERFACE MEMBER [STRING]...
 */
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#define NAME "org.shikaku.Test.Echo"
#define PATIENCE (60 * G_USEC_PER_SEC)

typedef struct
{
  sd_bus *bus;
  guint under_way;
} Link;

static char **call; /* CALL, until NULL */

static int
must (int result)
{
  if (result < 0)
    g_error ("sd-bus: %s", g_strerror (-result));
  return result;
}

/* The service. */

static int
handle_echo (sd_bus_message *message, void *user_data, sd_bus_error *error)
{
  const char *text;

  must (sd_bus_message_read (message, "s", &text));
  return sd_bus_reply_method_return (message, "s", text);
}

static int
get_version (sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *reply,
             void *user_data, sd_bus_error *error)
{
  return sd_bus_message_append (reply, "u", 1);
}

static const sd_bus_vtable vtable[] = {
  SD_BUS_VTABLE_START (0),
  SD_BUS_METHOD ("Echo", "s", "s", handle_echo, SD_BUS_VTABLE_UNPRIVILEGED),
  SD_BUS_PROPERTY ("Version", "u", get_version, 0, SD_BUS_VTABLE_PROPERTY_CONST),
  SD_BUS_VTABLE_END,
};

static void
serve (void)
{
  sd_bus *bus = NULL;

  must (sd_bus_open_system (&bus));
  must (sd_bus_add_object_vtable (bus, NULL, "/", NAME, vtable, NULL));
  must (sd_bus_request_name (bus, NAME, 0));
  for (;;)
    if (must (sd_bus_process (bus, NULL)) == 0)
      must (sd_bus_wait (bus, UINT64_MAX));
}

/* The callers. */

static sd_bus_message *
make_call (sd_bus *bus)
{
  sd_bus_message *message = NULL;

  must (sd_bus_message_new_method_call (bus, &message, call[0], call[1], call[2], call[3]));
  for (char **argument = call + 4; *argument; argument++)
    must (sd_bus_message_append_basic (message, 's', *argument));
  return message;
}

static int
handle_reply (sd_bus_message *reply, void *user_data, sd_bus_error *error)
{
  ((Link *)user_data)->under_way--;
  return 0;
}

static void
fill (Link *link, guint window)
{
  for (; link->under_way < window; link->under_way++)
    {
      sd_bus_message *message = make_call (link->bus);

      must (sd_bus_call_async (link->bus, NULL, message, handle_reply, link, UINT64_MAX));
      sd_bus_message_unref (message);
    }
}

static void
flood (guint connections, guint window)
{
  g_autofree Link *links = g_new0 (Link, connections);
  g_autofree GPollFD *polls = g_new0 (GPollFD, connections);

  for (guint i = 0; i < connections; i++)
    {
      must (sd_bus_open_system (&links[i].bus));
      polls[i].fd = must (sd_bus_get_fd (links[i].bus));
    }
  g_print ("flooding\n");
  for (;;)
    {
      for (guint i = 0; i < connections; i++)
        {
          do
            fill (&links[i], window);
          while (must (sd_bus_process (links[i].bus, NULL)) > 0);
          polls[i].events = (gushort)must (sd_bus_get_events (links[i].bus));
        }
      g_poll (polls, connections, -1);
    }
}

static int
compare (const void *one, const void *other)
{
  gint64 difference = *(const gint64 *)one - *(const gint64 *)other;

  return difference > 0 ? 1 : difference < 0 ? -1 : 0;
}

static void
measure (guint number)
{
  g_autofree gint64 *times = g_new (gint64, number);
  sd_bus_error error = SD_BUS_ERROR_NULL;
  sd_bus *bus = NULL;

  must (sd_bus_open_system (&bus));
  for (guint i = 0; i < number; i++)
    {
      gint64 begin = g_get_monotonic_time ();
      sd_bus_message *message = make_call (bus);

      if (sd_bus_call (bus, message, PATIENCE, &error, NULL) < 0)
        g_error ("%s: %s", error.name, error.message);
      times[i] = g_get_monotonic_time () - begin;
      sd_bus_message_unref (message);
    }
  qsort (times, number, sizeof *times, compare);
  g_print ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", times[number / 2],
           times[number * 99 / 100], times[number - 1]);
  sd_bus_flush_close_unref (bus);
}

int
main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "serve") == 0)
    serve ();
  else if (argc >= 8 && strcmp (argv[1], "flood") == 0)
    {
      call = argv + 4;
      flood ((guint)atoi (argv[2]), (guint)atoi (argv[3]));
    }
  else if (argc >= 7 && strcmp (argv[1], "measure") == 0)
    {
      call = argv + 3;
      measure ((guint)atoi (argv[2]));
    }
  else
    return 64;
  return 0;
}
