/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-options: strict reading of an a{sv}. In: a message and a table of the keys allowed. Out: a struct filled by it.
 *
 * An unknown key, a value of another type, and a key given twice are InvalidOption, and the text names the key.
 */
#pragma once

#include <systemd/sd-bus.h>

#include "base/error.h"

typedef enum
{
  BUS_OPTION_TEXT,       /* s: const char *, borrowed from the message */
  BUS_OPTION_PATH,       /* o: const char *, borrowed from the message */
  BUS_OPTION_NUMBER,     /* u: gint64, so that -1 can stand for what is not given */
  BUS_OPTION_LARGE,      /* t: guint64 */
  BUS_OPTION_SWITCH,     /* b: gboolean */
  BUS_OPTION_TEXTS,      /* as: const char **, NULL-ended, to be freed with g_free; the texts are borrowed */
  BUS_OPTION_DICTIONARY, /* a{sv}: gboolean, TRUE if given; its own table goes into the same struct */
} BusOptionType;

typedef struct BusOption BusOption;
struct BusOption
{
  const char *key;
  BusOptionType type;
  gsize offset;           /* into the struct */
  const BusOption *inner; /* of a dictionary: its table */
};

/*
 * bus_options_read: reads the a{sv} at which @message stands, by @table (ended by a NULL key; at most 64 keys), into
 * @values. What is not given keeps its value. Return: FALSE with INVALID_OPTION; @values may be partly filled then.
 */
gboolean bus_options_read (sd_bus_message *message, const BusOption *table, gpointer values, GError **error);

/* What is sought of one key, and found. */
typedef struct
{
  const char *key;
  const char *type;  /* "o" or "s": of its value; NULL: whether it is there is enough */
  gboolean is_given; /* it is there, whatever its value is */
  const char *text;  /* its value, borrowed; NULL: it has another type, or is not there */
} BusOptionSought;

/*
 * bus_options_seek: what the dictionaries among the arguments of @message say for some keys, before anybody checks
 * them: each where it stands first. @message stands at its begin again. Return: FALSE if the arguments take more than
 * @size_maximum bytes, roughly; nothing that was found counts then.
 */
gboolean bus_options_seek (sd_bus_message *message, gsize size_maximum, BusOptionSought *sought, guint n_sought);
