/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * configuration: a strict ini file. It knows which keys exist only from the table it is given.
 *
 * An unknown group or key, a key given twice, or a value outside its type, is an error that names the file, the line,
 * the key and what is allowed. Keys that the file leaves out have the table's default.
 */
#pragma once

#include <glib.h>

typedef enum
{
  CONFIGURATION_STRING,
  CONFIGURATION_PATH,    /* absolute */
  CONFIGURATION_URL,     /* https:// only, no user, query or fragment; a slash at the end is taken off */
  CONFIGURATION_SECONDS, /* unsigned, minimum..maximum */
  CONFIGURATION_DIGITS,  /* minimum..maximum of them, and nothing else */
  CONFIGURATION_BOOLEAN, /* true, false, yes, no */
} ConfigurationType;

typedef struct
{
  const char *group;
  const char *key;
  ConfigurationType type;
  const char *default_value; /* NULL: unset */
  guint minimum, maximum;    /* of numbers; of how many digits */
} ConfigurationKey;

typedef struct Configuration Configuration;

/*
 * configuration_load: reads @path against @keys (ended by a NULL group; must outlive the result).
 * Return: the configuration, or NULL with SHIKAKU_ERROR_INVALID_OPTION (content), SHIKAKU_ERROR_NOT_FOUND (no file) or
 * SHIKAKU_ERROR_FAILED (not readable).
 */
Configuration *configuration_load (const char *path, const ConfigurationKey *keys, GError **error);

/* configuration_parse: the same for @size bytes at @text; @origin stands for the file's name in errors. */
Configuration *configuration_parse (const char *text, gsize size, const char *origin, const ConfigurationKey *keys,
                                    GError **error);

void configuration_free (Configuration *configuration);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Configuration, configuration_free)

/*
 * The value, or NULL if unset and without a default. Asking for a key that is not in the table is a programming error.
 */
const char *configuration_get_string (const Configuration *configuration, const char *group, const char *key);
guint configuration_get_seconds (const Configuration *configuration, const char *group, const char *key);
gboolean configuration_get_boolean (const Configuration *configuration, const char *group, const char *key);
