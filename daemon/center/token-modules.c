/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * token-modules: see the header. p11-kit would read its configuration itself, but only to load all that it says,
 * OpenSC's module with it; and when GnuTLS loads a single file by it, it does not look there.
 */
#include "center/token-modules.h"

#include <string.h>

#include "base/error.h"
#include "base/file.h"

#define DESCRIPTION ".module"
#define DESCRIPTION_SIZE_MAXIMUM 65536 /* bytes */
#define LIST_DELIMITERS ", \t"
#define READER_MODULE "opensc"

/* A key's value is what the first file that has it says. Return: FALSE if it is no description of p11-kit's. */
static gboolean
add_values (GHashTable *values, char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    {
      char *colon = strchr (g_strstrip (*line), ':');
      char *key;

      if (**line == '\0' || **line == '#')
        continue;
      if (colon == NULL)
        return FALSE;
      *colon = '\0';
      key = g_strchomp (*line);
      if (!g_hash_table_contains (values, key))
        g_hash_table_insert (values, g_strdup (key), g_strdup (g_strchug (colon + 1)));
    }
  return TRUE;
}

/* Return: (transfer full) key → value, or NULL if it is not to be used. */
static GHashTable *
read_description (const char *const *folders, const char *name)
{
  g_autoptr (GHashTable) values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (; *folders != NULL; folders++)
    {
      g_autofree char *path = g_build_filename (*folders, name, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (Secret) text = file_read (path, DESCRIPTION_SIZE_MAXIMUM, FILE_TRUSTED, &error);

      if (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND))
        continue;
      if (text == NULL || !add_values (values, (char *)secret_get_data (text)))
        return NULL;
    }
  return g_steal_pointer (&values);
}

static gboolean
is_in_list (const char *list, const char *program)
{
  g_auto (GStrv) words = g_strsplit_set (list, LIST_DELIMITERS, -1);

  return g_strv_contains ((const char *const *)words, program);
}

/* As pkcs11.conf(5) has it: who has both has enable-in. */
static gboolean
is_enabled (GHashTable *values, const char *program)
{
  const char *enable_in = g_hash_table_lookup (values, "enable-in");
  const char *disable_in = g_hash_table_lookup (values, "disable-in");

  if (enable_in != NULL)
    return is_in_list (enable_in, program);
  return disable_in == NULL || !is_in_list (disable_in, program);
}

/* Return: (transfer full) the module's path, or NULL if it is not to be loaded. */
static char *
get_module (const char *const *folders, const char *name, const char *program, gboolean readers)
{
  g_autoptr (GHashTable) values = read_description (folders, name);
  const char *module = values != NULL ? g_hash_table_lookup (values, "module") : NULL;

  if (module == NULL || *module == '\0' || !is_enabled (values, program)
      || g_strcmp0 (g_hash_table_lookup (values, "trust-policy"), "yes") == 0) /* CAs: we trust one of our own */
    return NULL;
  if ((strstr (name, READER_MODULE) != NULL || strstr (module, READER_MODULE) != NULL) != readers)
    return NULL;
  return g_strdup (module);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* Return: (transfer full) the names of all descriptions, each once, sorted. */
static GPtrArray *
list_names (const char *const *folders)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (; *folders != NULL; folders++)
    {
      g_autoptr (GDir) folder = g_dir_open (*folders, 0, NULL);
      const char *name;

      while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
        if (*name != '.' && g_str_has_suffix (name, DESCRIPTION)
            && !g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
          g_ptr_array_add (names, g_strdup (name));
    }
  g_ptr_array_sort (names, compare_names);
  return names;
}

GPtrArray *
token_modules_list (const char *const *folders, const char *program, gboolean readers)
{
  g_autoptr (GPtrArray) names = list_names (folders);
  GPtrArray *modules = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < names->len; i++)
    {
      char *module = get_module (folders, g_ptr_array_index (names, i), program, readers);

      if (module != NULL)
        g_ptr_array_add (modules, module);
    }
  return modules;
}
