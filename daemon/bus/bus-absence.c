/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-absence: a program of its own, which systemd runs after each start of the daemon that a call has asked for. In
 * comes how that start went, as systemd knows it. Out goes, where the daemon does not run, one error to each call that
 * waits for it: the bus itself would let them wait for 25 seconds, because systemd tells it of no start that failed.
 *
 * The bus hands the waiting calls to whoever has the name: so this takes it for a moment, and leaves it to the daemon.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include "base/names.h"

#define SYSTEMD "org.freedesktop.systemd1"
#define UNIT_PATH "/org/freedesktop/systemd1/unit/shikakud_2eservice"
#define FAILED "org.freedesktop.DBus.Error.Spawn.Failed"
#define ABSENT "the service shikakud does not run: "
#define CURE "; see: systemctl status shikakud"
#define CALL_MICROSECONDS 5000000

/* Return: a text that is freed by the caller; NULL: systemd has not answered. */
static char *
get_text (sd_bus *bus, const char *interface, const char *name)
{
  char *text = NULL;

  return sd_bus_get_property_string (bus, SYSTEMD, UNIT_PATH, interface, name, NULL, &text) < 0 ? NULL : text;
}

/* Its manager is about to bring it: calls wait for that, and are answered by the daemon. */
static int
is_coming (sd_bus *bus)
{
  char *state = get_text (bus, SYSTEMD ".Unit", "ActiveState");
  const int coming = state != NULL && strcmp (state, "failed") != 0 && strcmp (state, "inactive") != 0;

  free (state);
  return coming;
}

/* What systemd saw, and the daemon's last word. Return: as get_text(). */
static char *
make_reason (sd_bus *bus)
{
  char *load = get_text (bus, SYSTEMD ".Unit", "LoadState"), *result = get_text (bus, SYSTEMD ".Service", "Result");
  char *word = get_text (bus, SYSTEMD ".Service", "StatusText"), *reason = NULL;
  const int is_loaded = load != NULL && strcmp (load, "loaded") == 0, said = word != NULL && *word != '\0';
  int32_t status = 0;

  sd_bus_get_property_trivial (bus, SYSTEMD, UNIT_PATH, SYSTEMD ".Service", "ExecMainStatus", NULL, 'i', &status);
  if (!is_loaded && asprintf (&reason, ABSENT "%s" CURE, load != NULL ? load : "unknown") < 0)
    reason = NULL;
  if (is_loaded
      && asprintf (&reason, ABSENT "%s %d%s%s" CURE, result != NULL ? result : "unknown", status, said ? ": " : "",
                   said ? word : "")
             < 0)
    reason = NULL;
  free (load);
  free (result);
  free (word);
  return reason;
}

static int
on_message (sd_bus_message *message, void *user_data, sd_bus_error *error)
{
  const char *reason = user_data;

  if (sd_bus_message_is_method_call (message, NULL, NULL) <= 0)
    return 0;
  sd_bus_reply_method_errorf (message, FAILED, "%s", reason);
  return 1;
}

/* Answers everything that the bus had for us when it answered this. */
static int
answer_waiting (sd_bus *bus)
{
  int result = sd_bus_call_method (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                   "GetId", NULL, NULL, NULL);

  while (result >= 0 && (result = sd_bus_process (bus, NULL)) > 0)
    ;
  return result;
}

/* Return: a negative error number. */
static int
answer_calls (sd_bus *bus)
{
  char *reason = make_reason (bus);
  int result = reason != NULL ? sd_bus_add_filter (bus, NULL, on_message, reason) : -ENOMEM;

  /* The daemon replaces us as soon as it comes. */
  if (result >= 0)
    result = sd_bus_request_name (bus, SHIKAKU_BUS_NAME, SD_BUS_NAME_ALLOW_REPLACEMENT);
  if (result >= 0)
    result = answer_waiting (bus);
  if (result >= 0)
    result = sd_bus_release_name (bus, SHIKAKU_BUS_NAME);
  if (result >= 0 || result == -EADDRINUSE || result == -ESRCH) /* replaced meanwhile */
    result = answer_waiting (bus);
  if (result == -EEXIST) /* it runs */
    result = 0;
  sd_bus_flush (bus);
  free (reason);
  return result;
}

int
main (int argc, char *argv[])
{
  sd_bus *bus = NULL;
  int result = sd_bus_open_system (&bus);

  if (result >= 0)
    result = sd_bus_set_method_call_timeout (bus, CALL_MICROSECONDS);
  if (result >= 0 && !is_coming (bus))
    result = answer_calls (bus);
  if (result < 0)
    fprintf (stderr, "who calls shikakud could not be told that it does not run: %s\n", strerror (-result));
  sd_bus_flush_close_unref (bus);
  return result < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
