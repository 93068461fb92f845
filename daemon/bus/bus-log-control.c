/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-log-control: the level and target of base/log. sd-bus would ask for the writer's privileges synchronously, so a
 * filter takes Properties.Set before sd-bus sees it, and lets it pass bus-access as any method.
 */
#include "bus/bus-log-control.h"

#include <string.h>

#include "base/log.h"

#define LOG_CONTROL_PATH "/org/freedesktop/LogControl1"
#define LOG_CONTROL_INTERFACE "org.freedesktop.LogControl1"

struct BusLogControl
{
  BusCalls *calls;
  sd_bus_slot *slot, *filter;
};

static gboolean
set_property (const char *interface, const char *name, const char *value)
{
  if (strcmp (interface, LOG_CONTROL_INTERFACE) != 0)
    return FALSE;
  if (strcmp (name, "LogLevel") == 0)
    return log_set_level (value);
  return strcmp (name, "LogTarget") == 0 && log_set_target (value);
}

static void
handle_set (BusCall *call, gpointer target)
{
  const char *interface, *name, *value;

  if (sd_bus_message_read (bus_call_get_message (call), "ssv", &interface, &name, "s", &value) > 0
      && set_property (interface, name, value))
    bus_call_return (call, "");
  else
    bus_call_return_error (call, g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION,
                                                      "there is no such level or target, or it cannot be set"));
}

static int
on_message (sd_bus_message *message, void *user_data, sd_bus_error *error)
{
  static const BusMethod methods[] = { { "Set", handle_set }, { NULL } };

  if (sd_bus_message_is_method_call (message, "org.freedesktop.DBus.Properties", "Set") <= 0
      || g_strcmp0 (sd_bus_message_get_path (message), LOG_CONTROL_PATH) != 0)
    return 0;
  return bus_call_begin (((BusLogControl *)user_data)->calls, message, LOG_CONTROL_INTERFACE, methods, user_data);
}

static int
get_property (sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *reply,
              void *user_data, sd_bus_error *error)
{
  if (strcmp (name, "LogLevel") == 0)
    return sd_bus_message_append (reply, "s", log_get_level ());
  if (strcmp (name, "LogTarget") == 0)
    return sd_bus_message_append (reply, "s", log_get_target ());
  return sd_bus_message_append (reply, "s", "shikakud");
}

/* Never called: the filter is first. It stands here so that introspection tells of writable properties. */
static int
refuse_set (sd_bus *bus, const char *path, const char *interface, const char *name, sd_bus_message *value,
            void *user_data, sd_bus_error *error)
{
  return -EPERM;
}

static const sd_bus_vtable vtable[] = {
  SD_BUS_VTABLE_START (0),
  SD_BUS_WRITABLE_PROPERTY ("LogLevel", "s", get_property, refuse_set, 0, 0),
  SD_BUS_WRITABLE_PROPERTY ("LogTarget", "s", get_property, refuse_set, 0, 0),
  SD_BUS_PROPERTY ("SyslogIdentifier", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
  SD_BUS_VTABLE_END,
};

BusLogControl *
bus_log_control_new (sd_bus *bus, BusCalls *calls, GError **error)
{
  BusLogControl *self = g_new0 (BusLogControl, 1);

  self->calls = calls;
  if (bus_error_check (
          sd_bus_add_object_vtable (bus, &self->slot, LOG_CONTROL_PATH, LOG_CONTROL_INTERFACE, vtable, self),
          "log control", error)
      && bus_error_check (sd_bus_add_filter (bus, &self->filter, on_message, self), "log control", error))
    return self;
  bus_log_control_free (self);
  return NULL;
}

void
bus_log_control_free (BusLogControl *self)
{
  sd_bus_slot_unref (self->filter);
  sd_bus_slot_unref (self->slot);
  g_free (self);
}
