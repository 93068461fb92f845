/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-sleep: who logind is, its inhibitor, its word of sleep. It is believed by its unique name only: a signal that is
 * sent to us alone can come from anybody.
 */
#include "bus/bus-sleep.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/message-ids.h"

#define DBUS "org.freedesktop.DBus"
#define LOGIN "org.freedesktop.login1"
#define LOGIN_MANAGER "org.freedesktop.login1.Manager"
#define LOGIN_PATH "/org/freedesktop/login1"

#define LOOK_SECONDS 30         /* awake: until logind is asked whether it still prepares; its other word may be lost */
#define SLEEP_MILLISECONDS 3000 /* for the cards; logind waits for 5 seconds (InhibitDelayMaxSec) */

struct BusSleep
{
  sd_bus *bus;
  Station *station;
  sd_bus_slot *owner_match, *sleep_match;
  sd_bus_slot *asking, *inhibiting, *looking; /* calls under way */
  guint look;
  char *owner;   /* logind's unique name; NULL: there is none */
  int inhibitor; /* -1: none */
  gboolean asleep;
};

static void
release_inhibitor (BusSleep *self)
{
  self->inhibiting = sd_bus_slot_unref (self->inhibiting);
  if (self->inhibitor >= 0)
    close (self->inhibitor);
  self->inhibitor = -1;
}

static int
on_inhibitor (sd_bus_message *reply, void *user_data, sd_bus_error *error)
{
  BusSleep *self = user_data;
  int fd;

  self->inhibiting = sd_bus_slot_unref (self->inhibiting);
  if (!sd_bus_message_is_method_error (reply, NULL) && sd_bus_message_read_basic (reply, 'h', &fd) > 0)
    self->inhibitor = fcntl (fd, F_DUPFD_CLOEXEC, 3);
  else
    log_info (NULL, "sleep: logind will not wait for the cards to be unpowered");
  return 0;
}

static void
take_inhibitor (BusSleep *self)
{
  release_inhibitor (self);
  sd_bus_call_method_async (self->bus, &self->inhibiting, self->owner, LOGIN_PATH, LOGIN_MANAGER, "Inhibit",
                            on_inhibitor, self, "ssss", "sleep", "shikakud", "Ends visits and unpowers cards", "delay");
}

static gboolean
on_rest (gpointer user_data)
{
  release_inhibitor (user_data);
  return G_SOURCE_REMOVE;
}

static gboolean on_look_due (gpointer user_data);

static void
fall_asleep (BusSleep *self)
{
  if (self->asleep)
    return;
  self->asleep = TRUE;
  self->look = g_timeout_add_seconds (LOOK_SECONDS, on_look_due, self);
  log_write (LOG_NOTICE, SHIKAKU_MESSAGE_SLEEP, NULL, "sleep: the machine is going to sleep");
  station_suspend (self->station, SLEEP_MILLISECONDS, on_rest, self);
}

static void
wake_up (BusSleep *self)
{
  if (!self->asleep)
    return;
  self->asleep = FALSE;
  g_clear_handle_id (&self->look, g_source_remove);
  self->looking = sd_bus_slot_unref (self->looking);
  log_write (LOG_NOTICE, SHIKAKU_MESSAGE_RESUMED, NULL, "sleep: the machine is awake");
  station_resume (self->station);
  if (self->owner != NULL)
    take_inhibitor (self);
}

static int
on_preparing (sd_bus_message *reply, void *user_data, sd_bus_error *error)
{
  BusSleep *self = user_data;
  int preparing;

  self->looking = sd_bus_slot_unref (self->looking);
  if (!sd_bus_message_is_method_error (reply, NULL) && sd_bus_message_read (reply, "v", "b", &preparing) > 0
      && !preparing)
    wake_up (self);
  return 0;
}

/* The timer stands still while the machine sleeps, as all do. */
static gboolean
on_look_due (gpointer user_data)
{
  BusSleep *self = user_data;

  self->looking = sd_bus_slot_unref (self->looking);
  sd_bus_call_method_async (self->bus, &self->looking, self->owner, LOGIN_PATH, "org.freedesktop.DBus.Properties",
                            "Get", on_preparing, self, "ss", LOGIN_MANAGER, "PreparingForSleep");
  return G_SOURCE_CONTINUE;
}

static int
on_sleep (sd_bus_message *message, void *user_data, sd_bus_error *error)
{
  BusSleep *self = user_data;
  int begins;

  if (g_strcmp0 (sd_bus_message_get_sender (message), self->owner) != 0
      || sd_bus_message_read_basic (message, 'b', &begins) <= 0)
    return 0;
  if (begins)
    fall_asleep (self);
  else
    wake_up (self);
  return 0;
}

/* set_owner: @name: "": there is no logind any more. The inhibitor has gone with the one that gave it. */
static void
set_owner (BusSleep *self, const char *name)
{
  if (g_strcmp0 (self->owner, name) == 0)
    return;
  release_inhibitor (self);
  g_free (self->owner);
  self->owner = *name ? g_strdup (name) : NULL;
  wake_up (self); /* nobody else would say so */
  if (self->owner != NULL && self->inhibiting == NULL)
    take_inhibitor (self);
}

static int
on_owner (sd_bus_message *reply, void *user_data, sd_bus_error *error)
{
  BusSleep *self = user_data;
  const char *name;

  self->asking = sd_bus_slot_unref (self->asking);
  if (!sd_bus_message_is_method_error (reply, NULL) && sd_bus_message_read_basic (reply, 's', &name) > 0)
    set_owner (self, name);
  else
    log_info (NULL, "sleep: there is no logind: nothing is known of the machine's sleep");
  return 0;
}

static int
on_owner_changed (sd_bus_message *message, void *user_data, sd_bus_error *error)
{
  BusSleep *self = user_data;
  const char *name, *old_owner, *new_owner;

  if (g_strcmp0 (sd_bus_message_get_sender (message), DBUS) == 0
      && sd_bus_message_read (message, "sss", &name, &old_owner, &new_owner) > 0 && strcmp (name, LOGIN) == 0)
    {
      self->asking = sd_bus_slot_unref (self->asking); /* this is newer */
      set_owner (self, new_owner);
    }
  return 0;
}

BusSleep *
bus_sleep_new (sd_bus *bus, Station *station)
{
  BusSleep *self = g_new0 (BusSleep, 1);

  self->bus = sd_bus_ref (bus);
  self->station = station;
  self->inhibitor = -1;
  if (sd_bus_add_match_async (bus, &self->owner_match,
                              "type='signal',sender='" DBUS "',interface='" DBUS
                              "',member='NameOwnerChanged',arg0='" LOGIN "'",
                              on_owner_changed, NULL, self)
          < 0
      || sd_bus_match_signal_async (bus, &self->sleep_match, LOGIN, LOGIN_PATH, LOGIN_MANAGER, "PrepareForSleep",
                                    on_sleep, NULL, self)
             < 0
      || sd_bus_call_method_async (bus, &self->asking, DBUS, "/org/freedesktop/DBus", DBUS, "GetNameOwner", on_owner,
                                   self, "s", LOGIN)
             < 0)
    log_warning (NULL, "sleep: logind cannot be asked");
  return self;
}

void
bus_sleep_free (BusSleep *self)
{
  release_inhibitor (self);
  g_clear_handle_id (&self->look, g_source_remove);
  sd_bus_slot_unref (self->looking);
  sd_bus_slot_unref (self->asking);
  sd_bus_slot_unref (self->owner_match);
  sd_bus_slot_unref (self->sleep_match);
  sd_bus_unref (self->bus);
  g_free (self->owner);
  g_free (self);
}
