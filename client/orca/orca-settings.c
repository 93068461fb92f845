/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-settings: see the header. */
#include "client/orca/orca-settings.h"

#include <string.h>

static const char *const known[][2] = {
  { "Orca", "URL" },     { "Orca", "User" },     { "Orca", "CertificateAuthority" },
  { "Orca", "Timeout" }, { "Orca", "Hospital" }, { "Orca", "Terminal" },
  { "Push", "URL" },     { "Push", "Tenant" },   { "Push", "PollSeconds" },
  { "Faces", "Folder" }, { "Storage", "Days" },  { "Storage", "RetrySeconds" },
};

static gboolean
refuse_key (GError **error, const char *group, const char *key, const char *why)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "[%s] %s: %s", group, key, why);
  return FALSE;
}

static gboolean
is_known (const char *group, const char *key)
{
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (strcmp (known[i][0], group) == 0 && strcmp (known[i][1], key) == 0)
      return TRUE;
  return FALSE;
}

/* A key that is misspelt would have no effect, and nobody would know. */
static gboolean
check_keys (GKeyFile *file, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  for (char **group = groups; *group != NULL; group++)
    {
      g_auto (GStrv) keys = g_key_file_get_keys (file, *group, NULL, NULL);

      for (char **key = keys; keys != NULL && *key != NULL; key++)
        if (!is_known (*group, *key))
          return refuse_key (error, *group, *key, "there is no such key");
    }
  return TRUE;
}

/* Return: (transfer full); NULL: absent or empty. */
static char *
get_text (GKeyFile *file, const char *group, const char *key)
{
  g_autofree char *value = g_key_file_get_string (file, group, key, NULL);

  return value != NULL && *g_strstrip (value) != '\0' ? g_steal_pointer (&value) : NULL;
}

static gboolean
get_number (GKeyFile *file, const char *group, const char *key, guint minimum, guint maximum, guint *value,
            GError **error)
{
  g_autofree char *text = get_text (file, group, key);
  guint64 number;

  if (text == NULL)
    return TRUE;
  if (!g_ascii_string_to_unsigned (text, 10, minimum, maximum, &number, NULL))
    {
      g_autofree char *why = g_strdup_printf ("not a number from %u to %u", minimum, maximum);

      return refuse_key (error, group, key, why);
    }
  *value = (guint)number;
  return TRUE;
}

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return address != NULL ? g_inet_address_get_is_loopback (address) : strcmp (host, "localhost") == 0;
}

/* In clear only where nobody else can listen. */
static gboolean
check_url (const char *group, const char *url, const char *clear, const char *sealed, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";

  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    return refuse_key (error, group, "URL", "not a URL with a host");
  if (g_uri_get_userinfo (uri) != NULL)
    return refuse_key (error, group, "URL", "a password does not belong into it: it is a credential");
  if (strcmp (scheme, sealed) == 0)
    return TRUE;
  if (strcmp (scheme, clear) != 0)
    return refuse_key (error, group, "URL", "of a scheme that is not known");
  return is_loopback (g_uri_get_host (uri)) || refuse_key (error, group, "URL", "in clear to another machine: use TLS");
}

static gboolean
read_values (OrcaSettings *settings, GKeyFile *file, GError **error)
{
  g_autofree char *url = get_text (file, "Orca", "URL");

  settings->url = url == NULL ? g_strdup ("http://127.0.0.1:8000/")
                              : g_strconcat (url, g_str_has_suffix (url, "/") ? "" : "/", NULL);
  settings->user = get_text (file, "Orca", "User");
  settings->authority = get_text (file, "Orca", "CertificateAuthority");
  settings->hospital = get_text (file, "Orca", "Hospital");
  settings->terminal = get_text (file, "Orca", "Terminal");
  if (settings->terminal == NULL)
    settings->terminal = g_strdup ("shikaku");
  settings->push_url = get_text (file, "Push", "URL");
  settings->tenant = get_text (file, "Push", "Tenant");
  settings->faces = get_text (file, "Faces", "Folder");
  settings->timeout = 30;
  settings->poll_seconds = 60;
  settings->retry_seconds = 3;
  settings->days = 7;
  return check_url ("Orca", settings->url, "http", "https", error)
         && (settings->push_url == NULL || check_url ("Push", settings->push_url, "ws", "wss", error))
         && (settings->faces == NULL || g_path_is_absolute (settings->faces)
             || refuse_key (error, "Faces", "Folder", "not an absolute path"))
         && get_number (file, "Orca", "Timeout", 1, 600, &settings->timeout, error)
         && get_number (file, "Push", "PollSeconds", 5, 3600, &settings->poll_seconds, error)
         && get_number (file, "Storage", "RetrySeconds", 1, 3600, &settings->retry_seconds, error)
         && get_number (file, "Storage", "Days", 1, 3650, &settings->days, error);
}

static OrcaSettings *
make_settings (GKeyFile *file, GError **error)
{
  g_autoptr (OrcaSettings) settings = g_new0 (OrcaSettings, 1);

  if (!check_keys (file, error) || !read_values (settings, file, error))
    return NULL;
  return g_steal_pointer (&settings);
}

OrcaSettings *
orca_settings_parse (const char *text, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (!g_key_file_load_from_data (file, text, strlen (text), G_KEY_FILE_NONE, error))
    return NULL;
  return make_settings (file, error);
}

/* The path of a credential. Return: (transfer full); NULL: there is none. */
static char *
find_credential (const char *name)
{
  const char *folder = g_getenv ("CREDENTIALS_DIRECTORY");
  g_autofree char *path = folder != NULL ? g_build_filename (folder, name, NULL) : NULL;

  return path != NULL && g_file_test (path, G_FILE_TEST_EXISTS) ? g_steal_pointer (&path) : NULL;
}

OrcaSettings *
orca_settings_load (const char *file, GError **error)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autoptr (OrcaSettings) settings = NULL;
  g_autofree char *password = find_credential ("password");

  if (!g_key_file_load_from_file (keys, file, G_KEY_FILE_NONE, error))
    {
      g_prefix_error (error, "%s: ", file);
      return NULL;
    }
  settings = make_settings (keys, error);
  if (settings == NULL)
    {
      g_prefix_error (error, "%s: ", file);
      return NULL;
    }
  settings->certificate = find_credential ("certificate");
  settings->key = find_credential ("key");
  if (password != NULL)
    {
      if (!g_file_get_contents (password, &settings->password, NULL, error))
        return NULL;
      g_strchomp (settings->password);
    }
  return g_steal_pointer (&settings);
}

void
orca_settings_free (OrcaSettings *settings)
{
  g_free (settings->url);
  g_free (settings->user);
  g_free (settings->password);
  g_free (settings->authority);
  g_free (settings->certificate);
  g_free (settings->key);
  g_free (settings->push_url);
  g_free (settings->tenant);
  g_free (settings->hospital);
  g_free (settings->terminal);
  g_free (settings->faces);
  g_free (settings);
}
