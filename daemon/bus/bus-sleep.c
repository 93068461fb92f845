/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-sleep: who logind is, its inhibitor, its word of sleep. It is believed by its unique name only: a signal that is
 * sent to us alone can come from anybody. What is not answered, or refused, is asked again at growing distance: at boot
 * logind may be there before polkit, which it asks.
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

/* From an answer that is lacking to the next question: doubled each time. */
#define AGAIN_SECONDS_FIRST 1
#define AGAIN_SECONDS_MAXIMUM 600

struct BusSleep
{
  sd_bus *bus;
  Station *station;
  sd_bus_slot *owner_match, *sleep_match;
  sd_bus_slot *asking, *inhibiting, *looking; /* calls under way */
  guint look, again;
  guint again_seconds;
  gboolean knows_owner; /* whether there is a logind, and who */
  gboolean knows_state; /* whether it prepares for sleep: its signals tell the rest */
  char *owner;          /* logind's unique name; NULL: there is none */
  int inhibitor;        /* -1: none */
  gboolean asleep;
};

static gboolean on_again (gpointer user_data);

/* ask_again: later: an answer is lacking. */
static void
ask_again (BusSleep *self)
{
  if (self->again != 0)
    return;
  self->again = g_timeout_add_seconds (self->again_seconds, on_again, self);
  self->again_seconds = MIN (2 * self->again_seconds, AGAIN_SECONDS_MAXIMUM);
}

/* start_anew: what was in vain before may not be any more. */
static void
start_anew (BusSleep *self)
{
  g_clear_handle_id (&self->again, g_source_remove);
  self->again_seconds = AGAIN_SECONDS_FIRST;
}

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
  if (self->inhibitor >= 0)
    return 0;
  if (self->again_seconds == AGAIN_SECONDS_FIRST)
    log_info (NULL, "sleep: logind does not wait yet for the cards to be unpowered: it is asked again");
  if (!self->asleep)
    ask_again (self);
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
  start_anew (self);
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
  start_anew (self);
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
  self->knows_state
      = !sd_bus_message_is_method_error (reply, NULL) && sd_bus_message_read (reply, "v", "b", &preparing) > 0;
  if (self->knows_state && preparing)
    fall_asleep (self);
  else if (self->knows_state)
    wake_up (self);
  else if (!self->asleep)
    ask_again (self);
  return 0;
}

static void
ask_state (BusSleep *self)
{
  self->looking = sd_bus_slot_unref (self->looking);
  sd_bus_call_method_async (self->bus, &self->looking, self->owner, LOGIN_PATH, "org.freedesktop.DBus.Properties",
                            "Get", on_preparing, self, "ss", LOGIN_MANAGER, "PreparingForSleep");
}

/* The timer stands still while the machine sleeps, as all do. */
static gboolean
on_look_due (gpointer user_data)
{
  ask_state (user_data);
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
  self->knows_state = TRUE;
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
  self->knows_owner = TRUE;
  if (g_strcmp0 (self->owner, name) == 0)
    return;
  g_free (self->owner);
  self->owner = NULL;
  self->looking = sd_bus_slot_unref (self->looking);
  release_inhibitor (self);
  start_anew (self);
  wake_up (self); /* nobody else would say so */
  if (*name == '\0')
    return;
  self->owner = g_strdup (name);
  self->knows_state = FALSE;
  ask_state (self); /* it may be about to sleep */
  take_inhibitor (self);
}

static int
on_owner (sd_bus_message *reply, void *user_data, sd_bus_error *error)
{
  BusSleep *self = user_data;
  const char *name;

  self->asking = sd_bus_slot_unref (self->asking);
  if (sd_bus_message_is_method_error (reply, SD_BUS_ERROR_NAME_HAS_NO_OWNER) > 0)
    {
      self->knows_owner = TRUE; /* should one come, the bus says so */
      log_info (NULL, "sleep: there is no logind: nothing is known of the machine's sleep");
    }
  else if (!sd_bus_message_is_method_error (reply, NULL) && sd_bus_message_read_basic (reply, 's', &name) > 0)
    set_owner (self, name);
  else
    ask_again (self);
  return 0;
}

static int
ask_owner (BusSleep *self)
{
  self->asking = sd_bus_slot_unref (self->asking);
  return sd_bus_call_method_async (self->bus, &self->asking, DBUS, "/org/freedesktop/DBus", DBUS, "GetNameOwner",
                                   on_owner, self, "s", LOGIN);
}

static gboolean
on_again (gpointer user_data)
{
  BusSleep *self = user_data;

  self->again = 0;
  if (!self->knows_owner)
    ask_owner (self);
  if (self->owner == NULL)
    return G_SOURCE_REMOVE;
  if (!self->knows_state && self->looking == NULL)
    ask_state (self);
  if (self->inhibitor < 0 && self->inhibiting == NULL)
    take_inhibitor (self);
  return G_SOURCE_REMOVE;
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
  self->again_seconds = AGAIN_SECONDS_FIRST;
  if (sd_bus_add_match_async (bus, &self->owner_match,
                              "type='signal',sender='" DBUS "',interface='" DBUS
                              "',member='NameOwnerChanged',arg0='" LOGIN "'",
                              on_owner_changed, NULL, self)
          < 0
      || sd_bus_match_signal_async (bus, &self->sleep_match, LOGIN, LOGIN_PATH, LOGIN_MANAGER, "PrepareForSleep",
                                    on_sleep, NULL, self)
             < 0
      || ask_owner (self) < 0)
    log_warning (NULL, "sleep: logind cannot be asked");
  return self;
}

void
bus_sleep_free (BusSleep *self)
{
  release_inhibitor (self);
  g_clear_handle_id (&self->look, g_source_remove);
  g_clear_handle_id (&self->again, g_source_remove);
  sd_bus_slot_unref (self->looking);
  sd_bus_slot_unref (self->asking);
  sd_bus_slot_unref (self->owner_match);
  sd_bus_slot_unref (self->sleep_match);
  sd_bus_unref (self->bus);
  g_free (self->owner);
  g_free (self);
}
