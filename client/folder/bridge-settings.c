/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bridge-settings: see the header. */
#include "client/folder/bridge-settings.h"

#include <gio/gio.h>
#include <string.h>

#define GENERAL "Folder"
#define STATION "Station "
#define COMPUTER "Receipt "
#define SECONDS_MAXIMUM 600u
#define MINUTES_MAXIMUM 10080u
#define DAYS_MAXIMUM 365u

static const char *const general_keys[]
    = { "InstitutionCode", "Timeout", "RequestSeconds", "ResponseFileStayTime", "QuarantineDays", NULL };
static const char *const station_keys[] = { "Faces", NULL };
static const char *const computer_keys[]
    = { "Folder", "Requests", "Answers", "Faces", "AnswerEncoding", "Stations", "Staff", "Role", "Records", NULL };

static void
station_free (gpointer data)
{
  BridgeStation *station = data;

  g_free (station->name);
  g_free (station->inbox);
  g_free (station);
}

static void
computer_free (gpointer data)
{
  BridgeComputer *computer = data;

  g_free (computer->name);
  g_free (computer->folder);
  g_free (computer->requests);
  g_free (computer->answers);
  g_free (computer->faces);
  g_strfreev (computer->stations);
  g_free (computer->staff);
  g_free (computer->role);
  g_free (computer);
}

static gboolean
refuse_key (GError **error, const char *group, const char *key, const char *why)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "[%s] %s %s", group, key, why);
  return FALSE;
}

static gboolean
check_keys (GKeyFile *file, const char *group, const char *const known[], GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, NULL);

  for (char **key = keys; key != NULL && *key != NULL; key++)
    if (!g_strv_contains (known, *key))
      return refuse_key (error, group, *key, "is no key of shikaku-folder.conf(5)");
  return TRUE;
}

/* *ret_number stays as it is where the key is left out. */
static gboolean
read_number (GKeyFile *file, const char *key, guint maximum, guint *ret_number, GError **error)
{
  g_autofree char *text = g_key_file_get_string (file, GENERAL, key, NULL);
  guint64 number;

  if (text == NULL)
    return TRUE;
  if (!g_ascii_string_to_unsigned (text, 10, 1, maximum, &number, NULL))
    return refuse_key (error, GENERAL, key, "is no number that can be");
  *ret_number = (guint)number;
  return TRUE;
}

/* @base, @name: where the folder is if the key is left out; @base NULL: the key is needed. */
static gboolean
read_folder (GKeyFile *file, const char *group, const char *key, const char *base, const char *name, char **ret_path,
             GError **error)
{
  g_autofree char *path = g_key_file_get_string (file, group, key, NULL);

  if (path == NULL && base == NULL)
    return refuse_key (error, group, key, "is missing");
  if (path != NULL && !g_path_is_absolute (path))
    return refuse_key (error, group, key, "is no absolute path");
  *ret_path = path != NULL ? g_steal_pointer (&path) : g_build_filename (base, name, NULL);
  return TRUE;
}

static gboolean
read_general (GKeyFile *file, BridgeSettings *settings, GError **error)
{
  settings->institution = g_key_file_get_string (file, GENERAL, "InstitutionCode", NULL);
  if (settings->institution != NULL
      && (strlen (settings->institution) != 10
          || strspn (settings->institution, G_CSET_DIGITS) != strlen (settings->institution)))
    return refuse_key (error, GENERAL, "InstitutionCode", "has not ten digits");
  return check_keys (file, GENERAL, general_keys, error)
         && read_number (file, "Timeout", SECONDS_MAXIMUM, &settings->timeout, error)
         && read_number (file, "RequestSeconds", SECONDS_MAXIMUM, &settings->request_seconds, error)
         && read_number (file, "ResponseFileStayTime", MINUTES_MAXIMUM, &settings->stay_minutes, error)
         && read_number (file, "QuarantineDays", DAYS_MAXIMUM, &settings->quarantine_days, error);
}

static gboolean
read_station (GKeyFile *file, const char *group, BridgeSettings *settings, GError **error)
{
  BridgeStation *station = g_new0 (BridgeStation, 1);

  g_ptr_array_add (settings->stations, station);
  station->name = g_strdup (group + strlen (STATION));
  return check_keys (file, group, station_keys, error)
         && read_folder (file, group, "Faces", NULL, NULL, &station->inbox, error);
}

static gboolean
read_encoding (GKeyFile *file, const char *group, MessageEncoding *ret_encoding, GError **error)
{
  g_autofree char *word = g_key_file_get_string (file, group, "AnswerEncoding", NULL);

  if (word == NULL || strcmp (word, "as-asked") == 0)
    *ret_encoding = MESSAGE_ENCODING_UNKNOWN;
  else if (strcmp (word, "utf-8") == 0)
    *ret_encoding = MESSAGE_ENCODING_UTF8;
  else if (strcmp (word, "shift-jis") == 0)
    *ret_encoding = MESSAGE_ENCODING_CP932;
  else
    return refuse_key (error, group, "AnswerEncoding", "is none of as-asked, utf-8, shift-jis");
  return TRUE;
}

static gboolean
read_records (GKeyFile *file, const char *group, gboolean *ret_records, GError **error)
{
  g_autofree char *word = g_key_file_get_string (file, group, "Records", NULL);

  if (word != NULL && strcmp (word, "true") != 0 && strcmp (word, "false") != 0)
    return refuse_key (error, group, "Records", "is neither true nor false");
  *ret_records = word != NULL && strcmp (word, "true") == 0;
  return TRUE;
}

static gboolean
read_computer (GKeyFile *file, const char *group, BridgeSettings *settings, GError **error)
{
  BridgeComputer *computer = g_new0 (BridgeComputer, 1);

  g_ptr_array_add (settings->computers, computer);
  computer->name = g_strdup (group + strlen (COMPUTER));
  computer->stations = g_key_file_get_string_list (file, group, "Stations", NULL, NULL);
  computer->staff = g_key_file_get_string (file, group, "Staff", NULL);
  computer->role = g_key_file_get_string (file, group, "Role", NULL);
  return check_keys (file, group, computer_keys, error)
         && read_folder (file, group, "Folder", NULL, NULL, &computer->folder, error)
         && read_folder (file, group, "Requests", computer->folder, "req", &computer->requests, error)
         && read_folder (file, group, "Answers", computer->folder, "res", &computer->answers, error)
         && read_folder (file, group, "Faces", computer->folder, "face", &computer->faces, error)
         && read_encoding (file, group, &computer->encoding, error)
         && read_records (file, group, &computer->records, error);
}

static gboolean
read_group (GKeyFile *file, const char *group, BridgeSettings *settings, GError **error)
{
  if (strcmp (group, GENERAL) == 0)
    return read_general (file, settings, error);
  if (g_str_has_prefix (group, STATION) && group[strlen (STATION)] != '\0')
    return read_station (file, group, settings, error);
  if (g_str_has_prefix (group, COMPUTER) && group[strlen (COMPUTER)] != '\0')
    return read_computer (file, group, settings, error);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "[%s] is no group of shikaku-folder.conf(5)", group);
  return FALSE;
}

static gboolean
is_wanted (const BridgeSettings *settings, const BridgeStation *station)
{
  for (guint i = 0; i < settings->computers->len; i++)
    {
      const BridgeComputer *computer = g_ptr_array_index (settings->computers, i);

      if (computer->stations == NULL || g_strv_contains ((const char *const *)computer->stations, station->name))
        return TRUE;
    }
  return settings->computers->len == 0; /* then nobody is served at all */
}

/* A station's files go to somebody: they are taken away. */
static gboolean
check_stations (const BridgeSettings *settings, GError **error)
{
  for (guint i = 0; i < settings->stations->len; i++)
    {
      const BridgeStation *station = g_ptr_array_index (settings->stations, i);

      if (!is_wanted (settings, station))
        return refuse_key (error, station->name, "Faces", "would be given to no receipt computer");
    }
  return TRUE;
}

/* Whom a receipt computer names is there, and no two share a folder: an answer would be taken by the wrong one. */
static gboolean
check_computers (const BridgeSettings *settings, GError **error)
{
  g_autoptr (GHashTable) stations = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) folders = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < settings->stations->len; i++)
    {
      BridgeStation *station = g_ptr_array_index (settings->stations, i);

      g_hash_table_add (stations, station->name);
      if (!g_hash_table_add (folders, station->inbox))
        return refuse_key (error, station->name, "Faces", "is another's folder too");
    }
  for (guint i = 0; i < settings->computers->len; i++)
    {
      BridgeComputer *computer = g_ptr_array_index (settings->computers, i);

      if (!g_hash_table_add (folders, computer->folder) || !g_hash_table_add (folders, computer->requests)
          || !g_hash_table_add (folders, computer->answers) || !g_hash_table_add (folders, computer->faces))
        return refuse_key (error, computer->name, "Folder", "has a folder twice, or one that is another's too");
      for (char **name = computer->stations; name != NULL && *name != NULL; name++)
        if (!g_hash_table_contains (stations, *name))
          return refuse_key (error, computer->name, "Stations", "names a station that is not there");
    }
  return TRUE;
}

BridgeSettings *
bridge_settings_read (const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (BridgeSettings) settings = g_new0 (BridgeSettings, 1);
  g_auto (GStrv) groups = NULL;

  settings->timeout = 60;
  settings->request_seconds = 60;
  settings->stay_minutes = 1440;
  settings->quarantine_days = 7;
  settings->stations = g_ptr_array_new_with_free_func (station_free);
  settings->computers = g_ptr_array_new_with_free_func (computer_free);
  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, error))
    return NULL;
  groups = g_key_file_get_groups (file, NULL);
  for (char **group = groups; *group != NULL; group++)
    if (!read_group (file, *group, settings, error))
      return NULL;
  return check_computers (settings, error) && check_stations (settings, error) ? g_steal_pointer (&settings) : NULL;
}

void
bridge_settings_free (BridgeSettings *settings)
{
  g_free (settings->institution);
  g_ptr_array_unref (settings->stations);
  g_ptr_array_unref (settings->computers);
  g_free (settings);
}
