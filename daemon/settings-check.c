/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "settings-check.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "center/credential.h"
#include "center/token.h"
#include "codec/certificate-dates.h"
#include "settings.h"

typedef gboolean (*Check) (const char *path, GError **error);

/* It can be opened and has something in it. Nothing is read: it may be a key. */
static gboolean
check_readable (const char *path, GError **error)
{
  struct stat status;
  const int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  const int result = fd < 0 ? errno : 0;
  const gboolean good = fd >= 0 && fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && status.st_size > 0;

  if (fd >= 0)
    close (fd);
  if (!good)
    g_set_error (error, SHIKAKU_ERROR, result == ENOENT ? SHIKAKU_ERROR_NOT_FOUND : SHIKAKU_ERROR_FAILED, "%s: %s",
                 path, result != 0 ? g_strerror (result) : "not a file with something in it");
  return good;
}

static gboolean
check_certificates (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GArray) certificates = NULL;
  gsize size;

  if (!check_readable (path, error))
    return FALSE;
  if (g_file_get_contents (path, &text, &size, NULL))
    certificates = certificate_dates_read (text, size);
  if (certificates != NULL && certificates->len > 0)
    return TRUE;
  g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "%s: no certificate in it (PEM)", path);
  return FALSE;
}

static gboolean
check_account (const char *path, GError **error)
{
  g_autoptr (GBytes) login = NULL;

  if (!check_readable (path, error))
    return FALSE;
  login = credential_make_login (path, error);
  return login != NULL;
}

static const struct
{
  const char *group, *key;
  Check check; /* NULL: only whether it is set */
} checks[] = {
  { "Center", "URL", NULL },
  { "Center", "InstitutionCode", NULL },
  { "Center", "CertificateAuthority", check_certificates },
  { "Center", "Certificate", check_certificates },
  { "Center", "PrivateKey", check_readable },
  { "Center", "TokenPin", check_readable },
  { "Center", "Account", check_account },
  { "Card", "CertificateAuthorities", check_certificates },
};

/*
 * What has its default need not be there: the daemon waits for it, and Diagnose says so. At a reload it is not even
 * noted: systemd shows what it hands over to the daemon alone, and to no other process of the unit.
 */
static void
note_missing (const char *group, const char *key, const char *what)
{
  if (g_getenv ("MAINPID") == NULL)
    log_notice (NULL, "Not set up: key %s of [%s]: %s", key, group, what);
}

static gboolean
check_key (const Configuration *configuration, const char *group, const char *key, Check check)
{
  const char *value = configuration_get_string (configuration, group, key);
  const char *origin = configuration_get_origin (configuration, group, key);
  const gboolean is_default = g_str_equal (origin, "default");
  g_autoptr (GError) error = NULL;

  if (value == NULL && check == NULL)
    note_missing (group, key, "there is no value, so that the center cannot be asked");
  if (value == NULL || check == NULL || token_is_uri (value) || check (value, &error))
    return TRUE;
  if (is_default && g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND))
    {
      note_missing (group, key, error->message);
      return TRUE;
    }
  log_error (NULL, "%s: key %s of [%s]: %s", origin, key, group, error->message);
  return FALSE;
}

/* Certificate and key as a pair, if both are files. */
static gboolean
check_pair (const Configuration *configuration)
{
  const WebApiSettings settings = settings_get_web_api (configuration);
  const CredentialFiles files = { settings.authority_file, settings.certificate_file, settings.key_file, NULL, NULL };
  g_autoptr (Credential) credential = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_test (settings.authority_file, G_FILE_TEST_EXISTS)
      || !g_file_test (settings.certificate_file, G_FILE_TEST_EXISTS)
      || !g_file_test (settings.key_file, G_FILE_TEST_EXISTS))
    return TRUE;
  credential = credential_load (&files, &error);
  if (credential != NULL)
    return TRUE;
  log_error (NULL, "%s", error->message);
  return FALSE;
}

gboolean
settings_check (const Configuration *configuration)
{
  gboolean good = TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++)
    good = check_key (configuration, checks[i].group, checks[i].key, checks[i].check) && good;
  return good && check_pair (configuration);
}
