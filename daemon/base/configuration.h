/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * configuration: a strict ini file with drop-ins. It knows which keys exist only from the table it is given.
 *
 * After FILE come FILE.d/NAME.conf, in the order of their names (hidden ones are left out): what a later file says
 * counts. Each file is strict by itself: an unknown group or key, a key given twice, or a value outside its type, is an
 * error that names the file, the line, the key and what is allowed. Keys that no file gives have the table's default.
 *
 * A group that the table calls "Terminal *" may stand as [Terminal] and as [Terminal NAME], with any names, each a
 * group of its own with all of its keys; where it does not stand there is none.
 */
#pragma once

#include <glib.h>

typedef enum
{
  CONFIGURATION_STRING,
  CONFIGURATION_PATH,       /* absolute */
  CONFIGURATION_CREDENTIAL, /* an absolute path, or a pkcs11: URI (RFC 7512) that holds no PIN and names no module */
  CONFIGURATION_URL,        /* https:// only, no user, query or fragment; a slash at the end is taken off */
  CONFIGURATION_SECONDS,    /* unsigned, minimum..maximum */
  CONFIGURATION_MONTHS,     /* likewise */
  CONFIGURATION_NUMBER,     /* likewise */
  CONFIGURATION_DIGITS,     /* minimum..maximum of them, and nothing else */
  CONFIGURATION_SWITCH,     /* true or false */
  CONFIGURATION_CHOICE,     /* one of choices */
  CONFIGURATION_PATHS,      /* absolute ones, with colons between them */
  CONFIGURATION_WORDS,      /* letters and digits, with blanks between them */
} ConfigurationType;

typedef struct
{
  const char *group;
  const char *key;
  ConfigurationType type;
  const char *default_value;  /* NULL: unset */
  guint minimum, maximum;     /* of numbers; of how many digits */
  const char *const *choices; /* ended by NULL */
} ConfigurationKey;

typedef struct Configuration Configuration;

/*
 * configuration_load: reads @path and its drop-ins against @keys (ended by a NULL group; must outlive the result).
 * @required: @path must exist; its drop-ins need not.
 * Return: the configuration, or NULL with SHIKAKU_ERROR_INVALID_OPTION (content), SHIKAKU_ERROR_NOT_FOUND (no file) or
 * SHIKAKU_ERROR_FAILED (a file or the folder cannot be read).
 */
Configuration *configuration_load (const char *path, gboolean required, const ConfigurationKey *keys, GError **error);

/*
 * configuration_parse: the same for the @size bytes at @text alone; @name stands for the file's name in errors and
 * origins.
 */
Configuration *configuration_parse (const char *text, gsize size, const char *name, const ConfigurationKey *keys,
                                    GError **error);

void configuration_free (Configuration *configuration);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Configuration, configuration_free)

/*
 * configuration_list_groups: which groups of @name ("Terminal" for "Terminal *") there are, in the order in which they
 * first stand: "Terminal", "Terminal NAME"; each is a group's name for what follows. Return: (transfer full), ended by
 * NULL.
 */
char **configuration_list_groups (const Configuration *configuration, const char *name);

/*
 * configuration_set_default: another default than the table's, for a key that no file gave. @origin: for
 * configuration_get_origin().
 */
void configuration_set_default (Configuration *configuration, const char *group, const char *key, const char *value,
                                const char *origin);

/*
 * The value, or NULL if unset and without a default. Asking for a key that is not in the table is a programming error.
 */
const char *configuration_get_string (const Configuration *configuration, const char *group, const char *key);
guint configuration_get_seconds (const Configuration *configuration, const char *group, const char *key);
gboolean configuration_get_switch (const Configuration *configuration, const char *group, const char *key);

/* configuration_get_origin: where the value came from: "FILE:LINE", "default", or as set with another default. */
const char *configuration_get_origin (const Configuration *configuration, const char *group, const char *key);

/* configuration_foreach: all keys in the order of the table, then those of groups with names. @value: NULL: unset. */
typedef void (*ConfigurationFunc) (const ConfigurationKey *key, const char *value, const char *origin,
                                   gpointer user_data);
void configuration_foreach (const Configuration *configuration, ConfigurationFunc callback, gpointer user_data);
