/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-entry: a key, and a value in its container. */
#include "bus/bus-entry.h"

#include <errno.h>
#include <glib.h>
#include <stdarg.h>
#include <string.h>

#include "base/unicode.h"

/* sd_bus_message_append_basic() takes each character apart, for each entry anew, and slowly. */
static int
append_valid (sd_bus_message *message, const char *text, gsize length)
{
  char *space;
  int result = sd_bus_message_append_string_space (message, length, &space);

  if (result >= 0)
    memcpy (space, text, length + 1); /* its end has room there too */
  return result;
}

static int
append_text (sd_bus_message *message, const char *text)
{
  const gsize length = strlen (text);

  return unicode_is_text (text, length) ? append_valid (message, text, length) : -EINVAL;
}

int
bus_entry_open (sd_bus_message *message, const char *key, const char *type)
{
  int result = sd_bus_message_open_container (message, 'e', "sv");

  if (result >= 0)
    result = append_valid (message, key, strlen (key)); /* keys are ours */
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

/* Each type by itself: sd_bus_message_appendv() would take the value apart first, at the cost of all the rest. */
int
bus_entry_append (sd_bus_message *message, const char *key, const char *type, ...)
{
  va_list values;
  guint32 number;
  guint64 large;
  int result = bus_entry_open (message, key, type);

  if (result < 0)
    return result;
  va_start (values, type);
  switch (type[0])
    {
    case 's':
      result = append_text (message, va_arg (values, const char *));
      break;
    case 'o':
      result = sd_bus_message_append_basic (message, 'o', va_arg (values, const char *));
      break;
    case 'b':
    case 'i':
    case 'u':
      number = va_arg (values, guint32);
      result = sd_bus_message_append_basic (message, type[0], &number);
      break;
    case 't':
      large = va_arg (values, guint64);
      result = sd_bus_message_append_basic (message, 't', &large);
      break;
    default:
      result = -EINVAL;
    }
  va_end (values);
  return result < 0 ? result : bus_entry_close (message);
}

int
bus_entry_append_text (sd_bus_message *message, const char *key, const char *text)
{
  int result = bus_entry_open (message, key, "s");

  if (result >= 0)
    result = append_text (message, text);
  return result < 0 ? result : bus_entry_close (message);
}

int
bus_entry_append_sent (sd_bus_message *message, const char *key, const char *text)
{
  int result = bus_entry_open (message, key, "s");

  if (result >= 0)
    result = append_valid (message, text, strlen (text));
  return result < 0 ? result : bus_entry_close (message);
}

int
bus_entry_append_texts (sd_bus_message *message, const BusEntryText *texts)
{
  int result = 0;

  for (; texts->key != NULL && result >= 0; texts++)
    if (texts->text != NULL)
      result = bus_entry_append_text (message, texts->key, texts->text);
  return result;
}
