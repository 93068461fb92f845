/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * configuration: the texts of ini files and a table of keys come in, one checked value for each key of each group goes
 * out.
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

#define NAMED " *" /* how a group of the table ends that stands with names */
#define NAMED_MAXIMUM 16
#define NAME_SIZE_MAXIMUM 32u

/* One key of one group that there is, and what it was given. */
typedef struct
{
  ConfigurationKey key; /* its group: of the table, or @group */
  char *group;          /* "Terminal", "Terminal NAME"; NULL: it is one of the table */
  char *text;           /* NULL: no file gives this key */
  char *origin;         /* where it came from, as configuration_get_origin tells it */
  guint file;           /* number of the file that gives it, from 1; 0: none does */
} Value;

struct Configuration
{
  const ConfigurationKey *keys;
  GArray *values; /* of Value: the table's groups without a name, then each group with one as it first stands */
  guint named;    /* groups with a name so far */
  guint files;    /* read so far */
};

/* How far a file has been read. */
typedef struct
{
  Configuration *configuration;
  const char *name;
  guint line;
  char *group; /* that the lines belong to; NULL before the first */
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

/* get_value: the one of number @index. */
static Value *
get_value (const Configuration *configuration, guint index)
{
  return &g_array_index (configuration->values, Value, index);
}

static Value *
find_value (const Configuration *configuration, const char *group, const char *key)
{
  for (guint i = 0; i < configuration->values->len; i++)
    {
      Value *value = get_value (configuration, i);

      if (strcmp (value->key.group, group) == 0 && strcmp (value->key.key, key) == 0)
        return value;
    }
  return NULL;
}

/* is_named: whether @group of the table may stand with names. *ret_size: of what is before them. */
static gboolean
is_named (const char *group, gsize *ret_size)
{
  if (!g_str_has_suffix (group, NAMED))
    return FALSE;
  *ret_size = strlen (group) - strlen (NAMED);
  return TRUE;
}

/* is_instance: whether @group stands for @template of the table, a group with names. */
static gboolean
is_instance (const char *template, const char *group)
{
  gsize size;

  return is_named (template, &size) && strncmp (template, group, size) == 0
         && (group[size] == '\0' || group[size] == ' ');
}

/* list_allowed_groups: "A, B, C". */
static char *
list_allowed_groups (const ConfigurationKey *keys)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);

  for (const char *last = ""; keys->group != NULL; last = keys->group, keys++)
    {
      gsize size;

      if (strcmp (last, keys->group) == 0)
        continue;
      if (is_named (keys->group, &size))
        g_ptr_array_add (words, g_strdup_printf ("%.*s, %.*s NAME", (int)size, keys->group, (int)size, keys->group));
      else
        g_ptr_array_add (words, g_strdup (keys->group));
    }
  g_ptr_array_add (words, NULL);
  return g_strjoinv (", ", (char **)words->pdata);
}

/* list_allowed_keys: of a group that there is: "A, B, C". */
static char *
list_allowed_keys (const Configuration *configuration, const char *group)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();

  for (guint i = 0; i < configuration->values->len; i++)
    if (strcmp (get_value (configuration, i)->key.group, group) == 0)
      g_ptr_array_add (words, (gpointer)get_value (configuration, i)->key.key);
  g_ptr_array_add (words, NULL);
  return g_strjoinv (", ", (char **)words->pdata);
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

static gboolean
are_paths (const char *value)
{
  g_auto (GStrv) paths = g_strsplit (value, ":", -1);

  for (char **path = paths; *path != NULL; path++)
    if (!g_path_is_absolute (*path))
      return FALSE;
  return *paths != NULL;
}

static gboolean
are_words (const char *value)
{
  for (const char *c = value; *c; c++)
    if (!g_ascii_isalnum (*c) && *c != ' ')
      return FALSE;
  return *value != '\0';
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
    case CONFIGURATION_CHOICE:
      return g_strv_contains (key->choices, value) ? NULL : g_strjoinv (", ", (char **)key->choices);
    case CONFIGURATION_PATHS:
      return are_paths (value) ? NULL : g_strdup ("absolute paths, with colons between them");
    case CONFIGURATION_WORDS:
      return are_words (value) ? NULL : g_strdup ("letters and digits, with blanks between the words");
    default:
      g_assert_not_reached ();
    }
}

/* add_keys: those of @template of the table, for @group: itself if it is NULL. */
static void
add_keys (Configuration *configuration, const char *template, const char *group)
{
  for (const ConfigurationKey *key = configuration->keys; key->group != NULL; key++)
    if (strcmp (key->group, template) == 0)
      {
        Value value = { .key = *key, .group = g_strdup (group) };

        if (group != NULL)
          value.key.group = value.group;
        g_array_append_val (configuration->values, value);
      }
}

/* is_name: whether @name can tell one group from another wherever it is shown. */
static gboolean
is_name (const char *name)
{
  const gsize size = strlen (name);

  for (const char *c = name; *c; c++)
    if (!g_ascii_isalnum (*c) && *c != '-' && *c != '_')
      return FALSE;
  return size > 0 && size <= NAME_SIZE_MAXIMUM;
}

/* begin_named: the group @group of @template stands here, maybe not for the first time. */
static gboolean
begin_named (Scan *scan, const char *template, const char *group, GError **error)
{
  Configuration *configuration = scan->configuration;
  const char *name = strchr (group, ' ');

  for (guint i = 0; i < configuration->values->len; i++)
    if (strcmp (get_value (configuration, i)->key.group, group) == 0)
      return TRUE;
  if (name != NULL && !is_name (name + 1))
    return set_line_error (error, scan, "the name of a group is 1 to %u letters, digits, - and _", NAME_SIZE_MAXIMUM);
  if (configuration->named == NAMED_MAXIMUM)
    return set_line_error (error, scan, "more than %d groups with a name", NAMED_MAXIMUM);
  configuration->named++;
  add_keys (configuration, template, group);
  return TRUE;
}

static gboolean
scan_group (Scan *scan, char *line, GError **error)
{
  const ConfigurationKey *keys = scan->configuration->keys;
  g_autofree char *allowed = NULL;
  const gsize size = strlen (line);
  const char *group = line + 1;

  if (line[size - 1] != ']')
    return set_line_error (error, scan, "a group is written [Name]");
  line[size - 1] = '\0';
  for (const ConfigurationKey *key = keys; key->group != NULL; key++)
    {
      gsize named_size;
      const gboolean with_names = is_named (key->group, &named_size);

      if (with_names ? !is_instance (key->group, group) : strcmp (key->group, group) != 0)
        continue;
      g_free (scan->group);
      scan->group = g_strdup (group);
      return !with_names || begin_named (scan, key->group, group, error);
    }
  allowed = list_allowed_groups (keys);
  return set_line_error (error, scan, "unknown group [%s]; allowed are: %s", group, allowed);
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
  g_autofree char *allowed = NULL;
  Value *value;

  if (equals == NULL)
    return set_line_error (error, scan, "neither a comment (#), a [Group] nor Key=value");
  *equals = '\0';
  g_strchomp (line);
  g_strchug (equals + 1);
  if (scan->group == NULL)
    return set_line_error (error, scan, "key %s stands before the first [Group]", line);
  value = find_value (configuration, scan->group, line);
  if (value == NULL)
    {
      allowed = list_allowed_keys (configuration, scan->group);
      return set_line_error (error, scan, "unknown key %s in [%s]; allowed are: %s", line, scan->group, allowed);
    }
  if (value->file == configuration->files)
    return set_line_error (error, scan, "key %s of [%s] is given twice", line, scan->group);
  allowed = check_value (&value->key, equals + 1);
  if (allowed != NULL)
    return set_line_error (error, scan, "key %s of [%s] must be %s", line, scan->group, allowed);

  set_value (value, equals + 1, g_strdup_printf ("%s:%u", scan->name, scan->line));
  value->file = configuration->files;
  if (value->key.type == CONFIGURATION_URL)
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

static void
value_clear (gpointer data)
{
  Value *value = data;

  g_free (value->group);
  g_free (value->text);
  g_free (value->origin);
}

static Configuration *
new_configuration (const ConfigurationKey *keys)
{
  Configuration *configuration = g_new0 (Configuration, 1);

  configuration->keys = keys;
  configuration->values = g_array_new (FALSE, FALSE, sizeof (Value));
  g_array_set_clear_func (configuration->values, value_clear);
  for (const ConfigurationKey *key = keys; key->group != NULL; key++)
    {
      const Value value = { .key = *key };

      if (!g_str_has_suffix (key->group, NAMED))
        g_array_append_val (configuration->values, value);
    }
  return configuration;
}

static gboolean
scan_lines (Scan *scan, char *text, GError **error)
{
  char *rest;

  for (char *line = text; line != NULL; line = rest)
    {
      rest = strchr (line, '\n');
      if (rest != NULL)
        *rest++ = '\0';
      if (!scan_line (scan, line, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
scan_text (Configuration *configuration, const char *text, gsize size, const char *name, GError **error)
{
  Scan scan = { configuration, name, 0, NULL };
  g_autofree char *copy = NULL;
  gboolean good;

  configuration->files++;
  if (size > FILE_SIZE_MAXIMUM || !g_utf8_validate_len (text, size, NULL))
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, "%s: not UTF-8 text of at most %d bytes", name,
                   FILE_SIZE_MAXIMUM);
      return FALSE;
    }
  copy = g_strndup (text, size);
  good = scan_lines (&scan, copy, error);
  g_free (scan.group);
  return good;
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
  g_array_unref (configuration->values);
  g_free (configuration);
}

char **
configuration_list_groups (const Configuration *configuration, const char *name)
{
  g_autofree char *template = g_strconcat (name, NAMED, NULL);
  GPtrArray *groups = g_ptr_array_new ();
  const char *last = "";

  for (guint i = 0; i < configuration->values->len; i++)
    {
      const Value *value = get_value (configuration, i);

      if (value->group == NULL || strcmp (value->group, last) == 0 || !is_instance (template, value->group))
        continue;
      last = value->group;
      g_ptr_array_add (groups, g_strdup (last));
    }
  g_ptr_array_add (groups, NULL);
  return (char **)g_ptr_array_free (groups, FALSE);
}

static Value *
need_value (const Configuration *configuration, const char *group, const char *key)
{
  Value *found = find_value (configuration, group, key);

  if (found == NULL)
    g_error ("the table of the configuration has no key %s in [%s]", key, group);
  return found;
}

void
configuration_set_default (Configuration *configuration, const char *group, const char *key, const char *value,
                           const char *origin)
{
  Value *wanted = need_value (configuration, group, key);

  if (wanted->file == 0)
    set_value (wanted, value, g_strdup (origin));
}

static const char *
get_text (const Value *value)
{
  return value->text != NULL ? value->text : value->key.default_value;
}

static const char *
get_origin (const Value *value)
{
  return value->origin != NULL ? value->origin : ORIGIN_DEFAULT;
}

const char *
configuration_get_string (const Configuration *configuration, const char *group, const char *key)
{
  return get_text (need_value (configuration, group, key));
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
  return get_origin (need_value (configuration, group, key));
}

void
configuration_foreach (const Configuration *configuration, ConfigurationFunc callback, gpointer user_data)
{
  for (guint i = 0; i < configuration->values->len; i++)
    {
      const Value *value = get_value (configuration, i);

      callback (&value->key, get_text (value), get_origin (value), user_data);
    }
}
