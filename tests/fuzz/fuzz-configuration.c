/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fuzz-configuration: a file is taken with every value inside its type, or refused with our own error. */
#include "harness.h"

#include "base/configuration.h"
#include "base/error.h"

static const ConfigurationKey keys[] = {
  { "Center", "Url", CONFIGURATION_URL, NULL, 0, 0 },
  { "Center", "Timeout", CONFIGURATION_SECONDS, "10", 1, 600 },
  { "Center", "Authority", CONFIGURATION_PATH, "/etc/ca.pem", 0, 0 },
  { "Visit", "Institution", CONFIGURATION_STRING, NULL, 0, 0 },
  { "Visit", "Key", CONFIGURATION_CREDENTIAL, "/etc/key.pem", 0, 0 },
  { "Desk *", "Folders", CONFIGURATION_PATHS, NULL, 0, 0 },
  { NULL },
};

/* Each group with a name has its key, whatever it is called. */
static void
check_named (const Configuration *configuration)
{
  g_auto (GStrv) groups = configuration_list_groups (configuration, "Desk");

  for (char **group = groups; *group != NULL; group++)
    {
      const char *folders = configuration_get_string (configuration, *group, "Folders");

      g_assert (g_str_has_prefix (*group, "Desk"));
      g_assert (folders == NULL || g_path_is_absolute (folders));
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Configuration) configuration = configuration_parse ((const char *)data, size, "input", keys, &error);
  const char *text;
  guint seconds;

  if (!configuration)
    {
      g_assert (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION));
      g_assert (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }
  text = configuration_get_string (configuration, "Center", "Url");
  g_assert (!text || (g_ascii_strncasecmp (text, "https://", 8) == 0 && !g_str_has_suffix (text, "/")));
  g_assert (g_path_is_absolute (configuration_get_string (configuration, "Center", "Authority")));
  seconds = configuration_get_seconds (configuration, "Center", "Timeout");
  g_assert (seconds >= 1 && seconds <= 600);
  text = configuration_get_string (configuration, "Visit", "Institution");
  g_assert (!text || *text);
  text = configuration_get_string (configuration, "Visit", "Key");
  g_assert (g_path_is_absolute (text) || g_str_has_prefix (text, "pkcs11:"));
  check_named (configuration);
  return 0;
}
