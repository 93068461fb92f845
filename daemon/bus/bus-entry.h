/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-entry: one entry of an a{sv}. In: a message whose dictionary is open, a key, a value. Out: the entry, appended.
 *
 * Each returns a negative errno of sd-bus, as sd_bus_message_append() does.
 */
#pragma once

#include <systemd/sd-bus.h>

/* bus_entry_append: @type: "s", "o", "b", "i", "u" or "t"; its value follows, as for sd_bus_message_append(). */
int bus_entry_append (sd_bus_message *message, const char *key, const char *type, ...);
/* bus_entry_append_text: the same for a text, which most values are. */
int bus_entry_append_text (sd_bus_message *message, const char *key, const char *text);

/*
 * bus_entry_append_sent: for a text of the center's message: whatever parses one refuses what the bus does not carry
 * (unicode_is_text), and it is not looked at again.
 */
int bus_entry_append_sent (sd_bus_message *message, const char *key, const char *text);

typedef struct
{
  const char *key, *text;
} BusEntryText;

/* bus_entry_append_texts: @texts: ended by a NULL key. A text that is NULL is left out. */
int bus_entry_append_texts (sd_bus_message *message, const BusEntryText *texts);

/* bus_entry_open, bus_entry_close: around a value of @type that is appended in between. */
int bus_entry_open (sd_bus_message *message, const char *key, const char *type);
int bus_entry_close (sd_bus_message *message);
