/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-entry: one entry of an a{sv}. In: a message whose dictionary is open, a key, a value. Out: the entry, appended.
 *
 * Each returns a negative errno of sd-bus, as sd_bus_message_append() does.
 */
#pragma once

#include <systemd/sd-bus.h>

/* bus_entry_append: @type and what follows it: as for sd_bus_message_append(), one value. */
int bus_entry_append (sd_bus_message *message, const char *key, const char *type, ...);

/* bus_entry_append_texts: keys and texts in turns, ended by a NULL key. A text that is NULL is left out. */
int bus_entry_append_texts (sd_bus_message *message, const char *key, const char *text, ...) __attribute__ ((sentinel));

/* bus_entry_open, bus_entry_close: around a value of @type that is appended in between. */
int bus_entry_open (sd_bus_message *message, const char *key, const char *type);
int bus_entry_close (sd_bus_message *message);
