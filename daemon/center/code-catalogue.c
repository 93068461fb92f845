/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* code-catalogue: key files, the site's after ours. */
#include "center/code-catalogue.h"

#include <gio/gio.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "data/codes.h"

#define RESOURCE "/org/shikaku/codes.ini"
#define FILE_SIZE_MAXIMUM 262144
#define CODE_SIZE_MAXIMUM 40
#define SUFFIX ".ini"

static const struct
{
  const char *word;
  CodeClass class;
  char letter; /* of severity, at the end of a code */
} classes[] = {
  { "information", CODE_INFORMATION, 'I' },
  { "warning", CODE_WARNING, 'W' },
  { "error", CODE_ERROR, 'E' },
};

/* What a code may stand for: what a refusal of the center can be to a visit. */
static const ShikakuError errors[] = {
  SHIKAKU_ERROR_CENTER_REFUSED,        SHIKAKU_ERROR_CENTER_BUSY,
  SHIKAKU_ERROR_CERTIFICATE_EXPIRED,   SHIKAKU_ERROR_CERTIFICATE_REVOKED,
  SHIKAKU_ERROR_CERTIFICATE_UNTRUSTED, SHIKAKU_ERROR_NOT_REGISTERED,
  SHIKAKU_ERROR_MESSAGE_INVALID,       SHIKAKU_ERROR_NOT_FOUND,
};

static char *site_folder;
static GPtrArray *files; /* of GKeyFile, the newest first; NULL: not read yet */

static gboolean
find_class (const char *word, CodeClass *ret_class)
{
  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    if (g_strcmp0 (classes[i].word, word) == 0)
      {
        *ret_class = classes[i].class;
        return TRUE;
      }
  return FALSE;
}

static gboolean
find_error (const char *name, ShikakuError *ret_error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++)
    if (g_strcmp0 (shikaku_error_get_short_name (errors[i]), name) == 0)
      {
        *ret_error = errors[i];
        return TRUE;
      }
  return FALSE;
}

static gboolean
check_key (GKeyFile *file, const char *group, const char *key)
{
  g_autofree char *value = g_key_file_get_string (file, group, key, NULL);
  CodeClass class;
  ShikakuError error;
  RecordsOutcome outcome;

  if (value == NULL)
    return FALSE;
  if (strcmp (key, "Class") == 0)
    return find_class (value, &class);
  if (strcmp (key, "Error") == 0)
    return find_error (value, &error);
  if (strcmp (key, "Outcome") == 0)
    return records_outcome_lookup (value, &outcome) && outcome != RECORDS_DATA;
  return strcmp (key, "Text") == 0 || g_str_has_prefix (key, "Text[");
}

/* check_file: every group is a code with a class, and has nothing that nobody reads. @path: for the error. */
static gboolean
check_file (GKeyFile *file, const char *path, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  for (char **group = groups; *group != NULL; group++)
    {
      g_auto (GStrv) keys = g_key_file_get_keys (file, *group, NULL, NULL);

      if (strlen (*group) > CODE_SIZE_MAXIMUM || !g_key_file_has_key (file, *group, "Class", NULL))
        {
          g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, "%s: [%s] is no code with a Class", path,
                       *group);
          return FALSE;
        }
      for (char **key = keys; *key != NULL; key++)
        if (!check_key (file, *group, *key))
          {
            g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION,
                         "%s: key %s of [%s]: allowed are Class (information, warning, error), Error (CenterRefused, "
                         "CenterBusy, CertificateExpired, CertificateRevoked, CertificateUntrusted, NotRegistered, "
                         "MessageInvalid, NotFound), Outcome (of a request for records: none, refused, consent-ended, "
                         "not-yet, too-old, not-covered, not-configured, failed, span-refused), Text and "
                         "Text[LANGUAGE]",
                         path, *key, *group);
            return FALSE;
          }
    }
  return TRUE;
}

static GKeyFile *
load_file (const char *path, GError **error)
{
  g_autoptr (Secret) text = file_read (path, FILE_SIZE_MAXIMUM, FILE_TRUSTED, error);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) failure = NULL;

  if (text == NULL)
    return NULL;
  if (!g_key_file_load_from_data (file, (const char *)secret_get_data (text), (gsize)-1, G_KEY_FILE_KEEP_TRANSLATIONS,
                                  &failure))
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, "%s: %s", path, failure->message);
      return NULL;
    }
  return check_file (file, path, error) ? g_steal_pointer (&file) : NULL;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* list_files: the paths of the site's files in @folder, in order; empty if it is not there. */
static GPtrArray *
list_files (const char *folder)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = folder != NULL ? g_dir_open (folder, 0, NULL) : NULL;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (*name != '.' && g_str_has_suffix (name, SUFFIX))
      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, compare_names);
  return paths;
}

/* Ours is last: it was compiled in, and checked by the unit test. */
static void
load_ours (void)
{
  g_autoptr (GBytes) data = NULL;
  g_autoptr (GKeyFile) ours = g_key_file_new ();

  codes_get_resource (); /* registers itself; naming it is what makes the linker take it out of its static library */
  data = g_resources_lookup_data (RESOURCE, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_assert (data != NULL && g_key_file_load_from_bytes (ours, data, G_KEY_FILE_KEEP_TRANSLATIONS, NULL));
  g_ptr_array_add (files, g_steal_pointer (&ours));
}

static void
load (void)
{
  g_autoptr (GPtrArray) paths = list_files (site_folder);
  g_autoptr (GError) unsafe = NULL;

  if (files != NULL)
    return;
  files = g_ptr_array_new_with_free_func ((GDestroyNotify)g_key_file_unref);
  if (paths->len > 0 && !file_check_folder (site_folder, &unsafe))
    log_error (NULL, "The site's codes are not used: %s", unsafe->message);
  for (guint i = paths->len; i-- > 0 && unsafe == NULL;)
    {
      g_autoptr (GError) error = NULL;
      GKeyFile *file = load_file (paths->pdata[i], &error);

      if (file != NULL)
        g_ptr_array_add (files, file);
      else
        log_error (NULL, "A file of codes is not used: %s", error->message);
    }
  load_ours ();
}

/* find_file: the file that knows @code, or NULL. */
static GKeyFile *
find_file (const char *code)
{
  load ();
  for (guint i = 0; i < files->len; i++)
    if (g_key_file_has_group (files->pdata[i], code))
      return files->pdata[i];
  return NULL;
}

CodeClass
code_catalogue_get_class (const char *code)
{
  GKeyFile *file = code != NULL && *code != '\0' ? find_file (code) : NULL;
  g_autofree char *word = file != NULL ? g_key_file_get_string (file, code, "Class", NULL) : NULL;
  CodeClass class = CODE_UNKNOWN;

  if (!find_class (word, &class) && code != NULL && *code != '\0')
    for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
      if (code[strlen (code) - 1] == classes[i].letter)
        class = classes[i].class;
  return class;
}

ShikakuError
code_catalogue_get_error (const char *code)
{
  GKeyFile *file = code != NULL && *code != '\0' ? find_file (code) : NULL;
  g_autofree char *name = file != NULL ? g_key_file_get_string (file, code, "Error", NULL) : NULL;
  ShikakuError error = SHIKAKU_ERROR_CENTER_REFUSED;

  find_error (name, &error);
  return error;
}

RecordsOutcome
code_catalogue_get_outcome (const char *code)
{
  GKeyFile *file = code != NULL && *code != '\0' ? find_file (code) : NULL;
  g_autofree char *word = file != NULL ? g_key_file_get_string (file, code, "Outcome", NULL) : NULL;
  RecordsOutcome outcome = RECORDS_REFUSED;

  records_outcome_lookup (word, &outcome);
  return outcome;
}

char *
code_catalogue_get_text (const char *code, const char *language)
{
  GKeyFile *file = code != NULL && *code != '\0' ? find_file (code) : NULL;

  return file != NULL ? g_key_file_get_locale_string (file, code, "Text", language != NULL ? language : "en", NULL)
                      : NULL;
}

void
code_catalogue_use_folder (const char *folder)
{
  g_autoptr (GPtrArray) paths = list_files (folder);
  char *former = site_folder;

  site_folder = g_strdup (folder);
  g_free (former);
  g_clear_pointer (&files, g_ptr_array_unref);
  if (paths->len > 0)
    load ();
}

gboolean
code_catalogue_check_folder (const char *folder, GError **error)
{
  g_autoptr (GPtrArray) paths = list_files (folder);

  if (paths->len > 0 && !file_check_folder (folder, error))
    return FALSE;
  for (guint i = 0; i < paths->len; i++)
    {
      g_autoptr (GKeyFile) file = load_file (paths->pdata[i], error);

      if (file == NULL)
        return FALSE;
    }
  return TRUE;
}
