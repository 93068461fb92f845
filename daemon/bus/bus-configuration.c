/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-configuration: a dictionary a key. */
#include "bus/bus-configuration.h"

#include "bus/bus-entry.h"

typedef struct
{
  sd_bus_message *message;
  int result;
} Filling;

static void
append_key (const ConfigurationKey *key, const char *value, const char *origin, gpointer user_data)
{
  const BusEntryText texts[] = {
    { "Group", key->group }, { "Key", key->key }, { "Origin", origin }, { "Value", value }, { NULL },
  };
  Filling *filling = user_data;

  if (filling->result >= 0)
    filling->result = sd_bus_message_open_container (filling->message, 'a', "{sv}");
  if (filling->result >= 0)
    filling->result = bus_entry_append_texts (filling->message, texts);
  if (filling->result >= 0)
    filling->result = sd_bus_message_close_container (filling->message);
}

int
bus_configuration_append (sd_bus_message *message, const Configuration *configuration)
{
  Filling filling = { message, sd_bus_message_open_container (message, 'a', "a{sv}") };

  configuration_foreach (configuration, append_key, &filling);
  return filling.result < 0 ? filling.result : sd_bus_message_close_container (message);
}
