/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * configuration: the text of an ini file and a table of keys come in, one checked value for each key goes out.
 *
 * Read line by line and not by GKeyFile, which forgets line numbers and takes the last of two equal keys. A value is
 * everything behind the "=", without the blanks around it; there are no quotes and no escapes. No error text repeats a
 * value.
 */
#include "base/configuration.h"

#include <string.h>

#include "base/error.h"

#define FILE_SIZE_MAXIMUM 65536

struct Configuration
{
  const ConfigurationKey *keys;
  char **values; /* one for each key; NULL: not in the file */
};

/* Where the reader is. */
typedef struct
{
  Configuration *configuration;
  const char *origin;
  guint line;
  const char *group; /* of the table, or NULL before the first */
} Scan;

static gboolean fail (GError **error, const Scan *scan, const char *format, ...) G_GNUC_PRINTF (3, 4);

static gboolean
fail (GError **error, const Scan *scan, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, "%s:%u: %s", scan->origin, scan->line, text);
  return FALSE;
}

/* The groups of the table, or, with @group, the keys of that group: "A, B, C". */
static char *
list_allowed (const ConfigurationKey *keys, const char *group)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();

  for (; keys->group; keys++)
    {
      const char *word = group ? keys->key : keys->group;

      if (group ? strcmp (keys->group, group) == 0 : !g_ptr_array_find_with_equal_func (words, word, g_str_equal, NULL))
        g_ptr_array_add (words, (gpointer)word);
    }
  g_ptr_array_add (words, NULL);
  return g_strjoinv (", ", (char **)words->pdata);
}

static const ConfigurationKey *
find_key (const ConfigurationKey *keys, const char *group, const char *key)
{
  for (; keys->group; keys++)
    if (strcmp (keys->group, group) == 0 && strcmp (keys->key, key) == 0)
      return keys;
  return NULL;
}

static gboolean
is_https_url (const char *value)
{
  g_autoptr (GUri) uri = g_uri_parse (value, G_URI_FLAGS_NONE, NULL);

  return uri && strcmp (g_uri_get_scheme (uri), "https") == 0 && g_uri_get_host (uri) && *g_uri_get_host (uri)
         && !g_uri_get_userinfo (uri) && !g_uri_get_query (uri) && !g_uri_get_fragment (uri);
}

static gboolean
parse_boolean (const char *value, gboolean *ret_value)
{
  gboolean yes = strcmp (value, "true") == 0 || strcmp (value, "yes") == 0;

  if (!yes && strcmp (value, "false") != 0 && strcmp (value, "no") != 0)
    return FALSE;
  *ret_value = yes;
  return TRUE;
}

/* Return: what is allowed if @value is not, else NULL. */
static char *
check_value (const ConfigurationKey *key, const char *value)
{
  const gsize size = strlen (value);
  gboolean boolean;

  switch (key->type)
    {
    case CONFIGURATION_STRING:
      return *value ? NULL : g_strdup ("a text (leave the line out for the default)");
    case CONFIGURATION_PATH:
      return g_path_is_absolute (value) ? NULL : g_strdup ("an absolute path");
    case CONFIGURATION_URL:
      return is_https_url (value) ? NULL : g_strdup ("an https:// URL without user, query and fragment");
    case CONFIGURATION_SECONDS:
      if (g_ascii_string_to_unsigned (value, 10, key->minimum, key->maximum, NULL, NULL))
        return NULL;
      return g_strdup_printf ("a number of seconds from %u to %u", key->minimum, key->maximum);
    case CONFIGURATION_DIGITS:
      if (size >= key->minimum && size <= key->maximum && strspn (value, "0123456789") == size)
        return NULL;
      return key->minimum == key->maximum ? g_strdup_printf ("%u digits", key->minimum)
                                          : g_strdup_printf ("%u to %u digits", key->minimum, key->maximum);
    case CONFIGURATION_BOOLEAN:
      return parse_boolean (value, &boolean) ? NULL : g_strdup ("one of true, false, yes, no");
    default:
      g_assert_not_reached ();
    }
}

static gboolean
scan_group (Scan *scan, char *line, GError **error)
{
  const ConfigurationKey *keys = scan->configuration->keys;
  g_autofree char *allowed = NULL;
  const gsize size = strlen (line);

  if (line[size - 1] != ']')
    return fail (error, scan, "a group is written [Name]");
  line[size - 1] = '\0';
  for (const ConfigurationKey *key = keys; key->group; key++)
    if (strcmp (key->group, line + 1) == 0)
      {
        scan->group = key->group;
        return TRUE;
      }
  allowed = list_allowed (keys, NULL);
  return fail (error, scan, "unknown group [%s]; allowed are: %s", line + 1, allowed);
}

static gboolean
scan_value (Scan *scan, char *line, GError **error)
{
  Configuration *configuration = scan->configuration;
  char *equals = strchr (line, '=');
  const ConfigurationKey *key;
  g_autofree char *allowed = NULL;
  char **value;

  if (!equals)
    return fail (error, scan, "neither a comment (#), a [Group] nor Key=value");
  *equals = '\0';
  g_strchomp (line);
  g_strchug (equals + 1);
  if (!scan->group)
    return fail (error, scan, "key %s stands before the first [Group]", line);
  key = find_key (configuration->keys, scan->group, line);
  if (!key)
    {
      allowed = list_allowed (configuration->keys, scan->group);
      return fail (error, scan, "unknown key %s in [%s]; allowed are: %s", line, scan->group, allowed);
    }
  value = &configuration->values[key - configuration->keys];
  if (*value)
    return fail (error, scan, "key %s of [%s] is given twice", key->key, key->group);
  allowed = check_value (key, equals + 1);
  if (allowed)
    return fail (error, scan, "key %s of [%s] must be %s", key->key, key->group, allowed);

  *value = g_strdup (equals + 1);
  if (key->type == CONFIGURATION_URL)
    while (g_str_has_suffix (*value, "/"))
      (*value)[strlen (*value) - 1] = '\0';
  return TRUE;
}

static gboolean
scan_line (Scan *scan, char *line, GError **error)
{
  scan->line++;
  g_strstrip (line);
  if (*line == '\0' || *line == '#' || *line == ';')
    return TRUE;
  return *line == '[' ? scan_group (scan, line, error) : scan_value (scan, line, error);
}

Configuration *
configuration_parse (const char *text, gsize size, const char *origin, const ConfigurationKey *keys, GError **error)
{
  g_autoptr (Configuration) configuration = g_new0 (Configuration, 1);
  Scan scan = { configuration, origin, 0, NULL };
  g_autofree char *copy = NULL;
  gsize n = 0;
  char *rest;

  while (keys[n].group)
    n++;
  configuration->keys = keys;
  configuration->values = g_new0 (char *, n);
  if (size > FILE_SIZE_MAXIMUM || !g_utf8_validate_len (text, size, NULL))
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, "%s: not UTF-8 text of at most %d bytes", origin,
                   FILE_SIZE_MAXIMUM);
      return NULL;
    }

  copy = g_strndup (text, size);
  for (char *line = copy; line; line = rest)
    {
      rest = strchr (line, '\n');
      if (rest)
        *rest++ = '\0';
      if (!scan_line (&scan, line, error))
        return NULL;
    }
  return g_steal_pointer (&configuration);
}

Configuration *
configuration_load (const char *path, const ConfigurationKey *keys, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *text = NULL;
  gsize size;

  if (g_file_get_contents (path, &text, &size, &cause))
    return configuration_parse (text, size, path, keys, error);

  g_set_error (error, SHIKAKU_ERROR,
               g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOENT) ? SHIKAKU_ERROR_NOT_FOUND
                                                                         : SHIKAKU_ERROR_FAILED,
               "cannot read the configuration: %s", cause->message);
  return NULL;
}

void
configuration_free (Configuration *configuration)
{
  if (!configuration)
    return;
  for (gsize i = 0; configuration->values && configuration->keys[i].group; i++)
    g_free (configuration->values[i]);
  g_free (configuration->values);
  g_free (configuration);
}

static const char *
get_value (const Configuration *configuration, const char *group, const char *key)
{
  const ConfigurationKey *found = find_key (configuration->keys, group, key);
  const char *value;

  if (!found)
    g_error ("the table of the configuration has no key %s in [%s]", key, group);
  value = configuration->values[found - configuration->keys];
  return value ? value : found->default_value;
}

const char *
configuration_get_string (const Configuration *configuration, const char *group, const char *key)
{
  return get_value (configuration, group, key);
}

guint
configuration_get_seconds (const Configuration *configuration, const char *group, const char *key)
{
  const char *value = get_value (configuration, group, key);

  return value ? (guint)g_ascii_strtoull (value, NULL, 10) : 0;
}

gboolean
configuration_get_boolean (const Configuration *configuration, const char *group, const char *key)
{
  const char *value = get_value (configuration, group, key);
  gboolean boolean = FALSE;

  return value && parse_boolean (value, &boolean) && boolean;
}
