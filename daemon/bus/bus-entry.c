/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-entry: a key, and a value in its container. */
#include "bus/bus-entry.h"

#include <stdarg.h>

int
bus_entry_open (sd_bus_message *message, const char *key, const char *type)
{
  int result = sd_bus_message_open_container (message, 'e', "sv");

  if (result >= 0)
    result = sd_bus_message_append_basic (message, 's', key);
  if (result >= 0)
    result = sd_bus_message_open_container (message, 'v', type);
  return result;
}

int
bus_entry_close (sd_bus_message *message)
{
  int result = sd_bus_message_close_container (message);

  return result < 0 ? result : sd_bus_message_close_container (message);
}

int
bus_entry_append (sd_bus_message *message, const char *key, const char *type, ...)
{
  va_list values;
  int result = bus_entry_open (message, key, type);

  if (result < 0)
    return result;
  va_start (values, type);
  result = sd_bus_message_appendv (message, type, values);
  va_end (values);
  return result < 0 ? result : bus_entry_close (message);
}

int
bus_entry_append_texts (sd_bus_message *message, const char *key, const char *text, ...)
{
  va_list more;
  int result = 0;

  va_start (more, text);
  while (key != NULL && result >= 0)
    {
      if (text != NULL)
        result = bus_entry_append (message, key, "s", text);
      key = va_arg (more, const char *);
      text = key != NULL ? va_arg (more, const char *) : NULL;
    }
  va_end (more);
  return result;
}
