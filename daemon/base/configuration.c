/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * configuration: the texts of ini files and a table of keys come in, one checked value for each key goes out.
 *
 * Read line by line and not by GKeyFile, which forgets line numbers and takes the last of two equal keys. A value is
 * everything behind the "=", without the blanks around it; there are no quotes and no escapes. No error text repeats a
 * value.
 */
#include "base/configuration.h"

#include <string.h>

#include "base/error.h"
#include "base/file.h"

#define FILE_SIZE_MAXIMUM 65536
#define DROP_IN_SUFFIX ".conf"
#define TOKEN_SCHEME "pkcs11:"

#define ORIGIN_DEFAULT "default"

typedef struct
{
  char *text;   /* NULL: no file gives this key */
  char *origin; /* where it came from, as configuration_get_origin tells it */
  guint file;   /* number of the file that gives it, from 1; 0: none does */
} Value;

struct Configuration
{
  const ConfigurationKey *keys;
  Value *values; /* one for each key */
  guint files;   /* read so far */
};

/* How far a file has been read. */
typedef struct
{
  Configuration *configuration;
  const char *name;
  guint line;
  const char *group; /* the group that the lines belong to, in the table; NULL before the first */
} Scan;

static gboolean set_line_error (GError **error, const Scan *scan, const char *format, ...) G_GNUC_PRINTF (3, 4);

static gboolean
set_line_error (GError **error, const Scan *scan, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, "%s:%u: %s", scan->name, scan->line, text);
  return FALSE;
}

/* The groups of the table, or, with @group, the keys of that group: "A, B, C". */
static char *
list_allowed (const ConfigurationKey *keys, const char *group)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();

  for (; keys->group != NULL; keys++)
    {
      const char *word = group != NULL ? keys->key : keys->group;

      if (group != NULL ? strcmp (keys->group, group) == 0
                        : !g_ptr_array_find_with_equal_func (words, word, g_str_equal, NULL))
        g_ptr_array_add (words, (gpointer)word);
    }
  g_ptr_array_add (words, NULL);
  return g_strjoinv (", ", (char **)words->pdata);
}

static const ConfigurationKey *
find_key (const ConfigurationKey *keys, const char *group, const char *key)
{
  for (; keys->group != NULL; keys++)
    if (strcmp (keys->group, group) == 0 && strcmp (keys->key, key) == 0)
      return keys;
  return NULL;
}

static gboolean
is_https_url (const char *value)
{
  g_autoptr (GUri) uri = g_uri_parse (value, G_URI_FLAGS_NONE, NULL);

  return uri != NULL && strcmp (g_uri_get_scheme (uri), "https") == 0 && g_uri_get_host (uri) != NULL
         && *g_uri_get_host (uri) && g_uri_get_userinfo (uri) == NULL && g_uri_get_query (uri) == NULL
         && g_uri_get_fragment (uri) == NULL;
}

/* @attributes: "a=b", or "c=d", parted by @delimiter. */
static gboolean
are_attributes (const char *attributes, const char *delimiter, const char *const *allowed)
{
  g_auto (GStrv) list = g_strsplit (attributes, delimiter, -1);

  if (*list == NULL)
    return FALSE;
  for (char **attribute = list; *attribute != NULL; attribute++)
    {
      char *equals = strchr (*attribute, '=');

      if (equals == NULL)
        return FALSE;
      *equals = '\0';
      if (!g_strv_contains (allowed, *attribute))
        return FALSE;
      if (strcmp (*attribute, "pin-source") == 0 && !g_str_has_prefix (equals + 1, "file:/"))
        return FALSE;
    }
  return TRUE;
}

/*
 * The attributes of RFC 7512 but pin-value, for a secret has no place here, and module-name and module-path, for they
 * load programs. p11-kit leaves out blanks inside a name, so that nothing but a list of what is allowed keeps them off.
 */
static gboolean
is_token_uri (const char *value)
{
  static const char *const path_attributes[] = { "token",
                                                 "manufacturer",
                                                 "serial",
                                                 "model",
                                                 "library-manufacturer",
                                                 "library-version",
                                                 "library-description",
                                                 "object",
                                                 "type",
                                                 "id",
                                                 "slot-description",
                                                 "slot-manufacturer",
                                                 "slot-id",
                                                 NULL };
  static const char *const query_attributes[] = { "pin-source", NULL };
  g_auto (GStrv) parts = NULL;

  if (!g_str_has_prefix (value, TOKEN_SCHEME))
    return FALSE;
  for (const char *c = value; *c; c++)
    if (!g_ascii_isgraph (*c) || *c == '#' || (*c == '%' && !(g_ascii_isxdigit (c[1]) && g_ascii_isxdigit (c[2]))))
      return FALSE;
  parts = g_strsplit (value + strlen (TOKEN_SCHEME), "?", -1);
  return parts[0] != NULL && are_attributes (parts[0], ";", path_attributes)
         && (parts[1] == NULL || (are_attributes (parts[1], "&", query_attributes) && parts[2] == NULL));
}

/* Return: what is allowed if @value is not, else NULL. */
static char *
check_value (const ConfigurationKey *key, const char *value)
{
  const gsize size = strlen (value);

  switch (key->type)
    {
    case CONFIGURATION_STRING:
      return *value ? NULL : g_strdup ("a text (leave the line out for the default)");
    case CONFIGURATION_PATH:
      return g_path_is_absolute (value) ? NULL : g_strdup ("an absolute path");
    case CONFIGURATION_CREDENTIAL:
      return g_path_is_absolute (value) || is_token_uri (value)
                 ? NULL
                 : g_strdup ("an absolute path, or a pkcs11: URI without pin-value, module-name and module-path");
    case CONFIGURATION_URL:
      return is_https_url (value) ? NULL : g_strdup ("an https:// URL without user, query and fragment");
    case CONFIGURATION_SECONDS:
      if (g_ascii_string_to_unsigned (value, 10, key->minimum, key->maximum, NULL, NULL))
        return NULL;
      return g_strdup_printf ("a number of seconds from %u to %u", key->minimum, key->maximum);
    case CONFIGURATION_MONTHS:
      if (g_ascii_string_to_unsigned (value, 10, key->minimum, key->maximum, NULL, NULL))
        return NULL;
      return g_strdup_printf ("a number of months from %u to %u", key->minimum, key->maximum);
    case CONFIGURATION_NUMBER:
      if (g_ascii_string_to_unsigned (value, 10, key->minimum, key->maximum, NULL, NULL))
        return NULL;
      return g_strdup_printf ("a number from %u to %u", key->minimum, key->maximum);
    case CONFIGURATION_DIGITS:
      if (size >= key->minimum && size <= key->maximum && strspn (value, "0123456789") == size)
        return NULL;
      return key->minimum == key->maximum ? g_strdup_printf ("%u digits", key->minimum)
                                          : g_strdup_printf ("%u to %u digits", key->minimum, key->maximum);
    case CONFIGURATION_SWITCH:
      return strcmp (value, "true") == 0 || strcmp (value, "false") == 0 ? NULL : g_strdup ("true or false");
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
    return set_line_error (error, scan, "a group is written [Name]");
  line[size - 1] = '\0';
  for (const ConfigurationKey *key = keys; key->group != NULL; key++)
    if (strcmp (key->group, line + 1) == 0)
      {
        scan->group = key->group;
        return TRUE;
      }
  allowed = list_allowed (keys, NULL);
  return set_line_error (error, scan, "unknown group [%s]; allowed are: %s", line + 1, allowed);
}

/* @origin: (transfer full). */
static void
set_value (Value *value, const char *text, char *origin)
{
  g_free (value->text);
  value->text = g_strdup (text);
  g_free (value->origin);
  value->origin = origin;
}

static gboolean
scan_value (Scan *scan, char *line, GError **error)
{
  Configuration *configuration = scan->configuration;
  char *equals = strchr (line, '=');
  const ConfigurationKey *key;
  g_autofree char *allowed = NULL;
  Value *value;

  if (equals == NULL)
    return set_line_error (error, scan, "neither a comment (#), a [Group] nor Key=value");
  *equals = '\0';
  g_strchomp (line);
  g_strchug (equals + 1);
  if (scan->group == NULL)
    return set_line_error (error, scan, "key %s stands before the first [Group]", line);
  key = find_key (configuration->keys, scan->group, line);
  if (key == NULL)
    {
      allowed = list_allowed (configuration->keys, scan->group);
      return set_line_error (error, scan, "unknown key %s in [%s]; allowed are: %s", line, scan->group, allowed);
    }
  value = &configuration->values[key - configuration->keys];
  if (value->file == configuration->files)
    return set_line_error (error, scan, "key %s of [%s] is given twice", key->key, key->group);
  allowed = check_value (key, equals + 1);
  if (allowed != NULL)
    return set_line_error (error, scan, "key %s of [%s] must be %s", key->key, key->group, allowed);

  set_value (value, equals + 1, g_strdup_printf ("%s:%u", scan->name, scan->line));
  value->file = configuration->files;
  if (key->type == CONFIGURATION_URL)
    while (g_str_has_suffix (value->text, "/"))
      value->text[strlen (value->text) - 1] = '\0';
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

static Configuration *
new_configuration (const ConfigurationKey *keys)
{
  Configuration *configuration = g_new0 (Configuration, 1);
  gsize count = 0;

  while (keys[count].group != NULL)
    count++;
  configuration->keys = keys;
  configuration->values = g_new0 (Value, count);
  return configuration;
}

static gboolean
scan_text (Configuration *configuration, const char *text, gsize size, const char *name, GError **error)
{
  Scan scan = { configuration, name, 0, NULL };
  g_autofree char *copy = NULL;
  char *rest;

  configuration->files++;
  if (size > FILE_SIZE_MAXIMUM || !g_utf8_validate_len (text, size, NULL))
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, "%s: not UTF-8 text of at most %d bytes", name,
                   FILE_SIZE_MAXIMUM);
      return FALSE;
    }
  copy = g_strndup (text, size);
  for (char *line = copy; line != NULL; line = rest)
    {
      rest = strchr (line, '\n');
      if (rest != NULL)
        *rest++ = '\0';
      if (!scan_line (&scan, line, error))
        return FALSE;
    }
  return TRUE;
}

Configuration *
configuration_parse (const char *text, gsize size, const char *name, const ConfigurationKey *keys, GError **error)
{
  g_autoptr (Configuration) configuration = new_configuration (keys);

  return scan_text (configuration, text, size, name, error) ? g_steal_pointer (&configuration) : NULL;
}

static gboolean
fail_to_read (GError **error, const GError *cause, int code)
{
  g_set_error (error, SHIKAKU_ERROR, code, "cannot read the configuration: %s", cause->message);
  return FALSE;
}

static gboolean
scan_file (Configuration *configuration, const char *path, gboolean required, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *name = g_filename_display_name (path); /* its name is shown on the bus, which takes UTF-8 only */
  g_autoptr (Secret) text = file_read (path, FILE_SIZE_MAXIMUM, FILE_TRUSTED, &cause);
  const char *start = text != NULL ? (const char *)secret_get_data (text) : NULL;

  if (start != NULL)
    return scan_text (configuration, start, strlen (start), name, error);
  if (g_error_matches (cause, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND) && !required)
    return TRUE;
  if (!g_error_matches (cause, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION))
    return fail_to_read (error, cause, cause->code);
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* Return: (transfer full) the paths of the drop-ins in their order; empty if there is no such folder. */
static GPtrArray *
list_drop_ins (const char *folder, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) cause = NULL;
  g_autoptr (GDir) directory = g_dir_open (folder, 0, &cause);
  const char *name;

  if (!file_check_folder (folder, error))
    return NULL;
  if (directory == NULL && !g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    {
      fail_to_read (error, cause, SHIKAKU_ERROR_FAILED);
      return NULL;
    }
  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    if (*name != '.' && g_str_has_suffix (name, DROP_IN_SUFFIX))
      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, compare_names);
  return g_steal_pointer (&paths);
}

Configuration *
configuration_load (const char *path, gboolean required, const ConfigurationKey *keys, GError **error)
{
  g_autoptr (Configuration) configuration = new_configuration (keys);
  g_autofree char *folder = g_strconcat (path, ".d", NULL);
  g_autoptr (GPtrArray) drop_ins = NULL;

  if (!scan_file (configuration, path, required, error) || (drop_ins = list_drop_ins (folder, error)) == NULL)
    return NULL;
  for (guint i = 0; i < drop_ins->len; i++)
    if (!scan_file (configuration, g_ptr_array_index (drop_ins, i), TRUE, error))
      return NULL;
  return g_steal_pointer (&configuration);
}

void
configuration_free (Configuration *configuration)
{
  if (configuration == NULL)
    return;
  for (gsize i = 0; configuration->keys[i].group != NULL; i++)
    {
      g_free (configuration->values[i].text);
      g_free (configuration->values[i].origin);
    }
  g_free (configuration->values);
  g_free (configuration);
}

static gsize
get_index (const Configuration *configuration, const char *group, const char *key)
{
  const ConfigurationKey *found = find_key (configuration->keys, group, key);

  if (found == NULL)
    g_error ("the table of the configuration has no key %s in [%s]", key, group);
  return (gsize)(found - configuration->keys);
}

void
configuration_set_default (Configuration *configuration, const char *group, const char *key, const char *value,
                           const char *origin)
{
  Value *wanted = &configuration->values[get_index (configuration, group, key)];

  if (wanted->file == 0)
    set_value (wanted, value, g_strdup (origin));
}

static const char *
get_text (const Configuration *configuration, gsize index)
{
  const char *text = configuration->values[index].text;

  return text != NULL ? text : configuration->keys[index].default_value;
}

static const char *
get_origin (const Configuration *configuration, gsize index)
{
  const char *origin = configuration->values[index].origin;

  return origin != NULL ? origin : ORIGIN_DEFAULT;
}

const char *
configuration_get_string (const Configuration *configuration, const char *group, const char *key)
{
  return get_text (configuration, get_index (configuration, group, key));
}

guint
configuration_get_seconds (const Configuration *configuration, const char *group, const char *key)
{
  const char *value = configuration_get_string (configuration, group, key);

  return value != NULL ? (guint)g_ascii_strtoull (value, NULL, 10) : 0;
}

gboolean
configuration_get_switch (const Configuration *configuration, const char *group, const char *key)
{
  return g_strcmp0 (configuration_get_string (configuration, group, key), "true") == 0;
}

const char *
configuration_get_origin (const Configuration *configuration, const char *group, const char *key)
{
  return get_origin (configuration, get_index (configuration, group, key));
}

void
configuration_foreach (const Configuration *configuration, ConfigurationFunc callback, gpointer user_data)
{
  for (gsize i = 0; configuration->keys[i].group != NULL; i++)
    callback (&configuration->keys[i], get_text (configuration, i), get_origin (configuration, i), user_data);
}
