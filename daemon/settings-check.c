/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "settings-check.h"

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "card/card-certificate.h"
#include "center/code-catalogue.h"
#include "center/credential.h"
#include "center/terminal-archive.h"
#include "center/token.h"
#include "settings.h"

typedef gboolean (*Check) (const char *path, GError **error);

/* Reads @path as the daemon would. Return: FALSE if it cannot, or if nothing is in it. */
static gboolean
check_text (const char *path, GError **error)
{
  g_autoptr (Secret) text = file_read (path, FILE_PEM_SIZE_MAXIMUM, FILE_OWN, error);

  if (text != NULL && *secret_get_data (text) == '\0')
    g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "%s: not a file with something in it", path);
  return text != NULL && *secret_get_data (text) != '\0';
}

static gboolean
check_certificate (const char *path, GError **error)
{
  return check_text (path, error) && credential_check_certificate (path, error);
}

static gboolean
check_pin (const char *path, GError **error)
{
  return check_text (path, error) && token_check_pin (path, error);
}

static gboolean
check_center_authority (const char *path, GError **error)
{
  g_autoptr (GTlsDatabase) authority = check_text (path, error) ? credential_load_authority (path, error) : NULL;

  return authority != NULL;
}

static gboolean
check_card_authorities (const char *path, GError **error)
{
  g_autoptr (CardAuthorities) authorities = check_text (path, error) ? card_authorities_load (path, error) : NULL;

  return authorities != NULL;
}

static gboolean
check_account (const char *path, GError **error)
{
  g_autoptr (GBytes) login = check_text (path, error) ? credential_make_login (path, error) : NULL;

  return login != NULL;
}

static const struct
{
  const char *group, *key;
  Check check; /* NULL: only whether it is set */
} checks[] = {
  { "Center", "URL", NULL },
  { "Center", "InstitutionCode", NULL },
  { "Center", "CertificateAuthority", check_center_authority },
  { "Center", "Certificate", check_certificate },
  { "Center", "PrivateKey", check_text },
  { "Center", "TokenPin", check_pin },
  { "Center", "Account", check_account },
  { "Center", "Codes", code_catalogue_check_folder },
  { "Card", "CertificateAuthorities", check_card_authorities },
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

  if (value == NULL && check == NULL && (settings_has_center (configuration) || !g_str_equal (key, "URL")))
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
  credential = credential_load (&files, NULL, &error);
  if (credential != NULL)
    return TRUE;
  log_error (NULL, "%s", error->message);
  return FALSE;
}

/* The witness of the ledger, if there is to be one: its key, and the CA of its server. */
static gboolean
check_witness (const Configuration *configuration)
{
  const LedgerAnchorSettings settings = settings_get_anchors (configuration);
  g_autoptr (Witness) witness = NULL;
  g_autoptr (GError) error = NULL;

  if (settings.witness.url == NULL)
    return TRUE;
  witness = witness_new (&settings.witness, &error);
  if (witness != NULL && check_center_authority (settings.witness.authority_file, &error))
    return TRUE;
  log_error (NULL, "group [Ledger]: %s", error->message);
  return FALSE;
}

/* check_place: of @system of the terminal @group, folders for requests and for answers come together. */
static gboolean
check_place (const Configuration *configuration, const char *group, const char *system)
{
  g_autofree char *requests = g_strconcat (system, "Requests", NULL), *answers = g_strconcat (system, "Answers", NULL);
  const gboolean has_requests = configuration_get_string (configuration, group, requests) != NULL;
  const gboolean has_answers = configuration_get_string (configuration, group, answers) != NULL;

  if (has_requests == has_answers)
    return TRUE;
  log_error (NULL, "%s: key %s of [%s] is of no use without %s",
             configuration_get_origin (configuration, group, has_requests ? requests : answers),
             has_requests ? requests : answers, group, has_requests ? answers : requests);
  return FALSE;
}

/* is_same_folder: as they are written, whatever lies there; it may not be there yet. */
static gboolean
is_same_folder (const char *one, const char *other)
{
  g_autofree char *first = g_canonicalize_filename (one, "/"), *second = g_canonicalize_filename (other, "/");

  return g_str_equal (first, second);
}

/* is_folder_shared: two terminals on one folder would take each other's files. */
static gboolean
is_folder_shared (const Configuration *configuration, const char *group, const char *other)
{
  static const char *const folders[] = { "Answers", "YZKAnswers", "TKKAnswers", "Faces" };

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      const char *folder = configuration_get_string (configuration, group, folders[i]);
      const char *taken = configuration_get_string (configuration, other, folders[i]);

      if (folder == NULL || taken == NULL || !is_same_folder (folder, taken))
        continue;
      log_error (NULL, "%s: key %s of [%s] is the folder of [%s] already",
                 configuration_get_origin (configuration, group, folders[i]), folders[i], group, other);
      return TRUE;
    }
  return FALSE;
}

/* is_copied_back: a copy that is laid into a folder of faces would come in as one. */
static gboolean
is_copied_back (const Configuration *configuration, const char *group, const char *other)
{
  const char *faces = configuration_get_string (configuration, other, "Faces");
  const char *copies = configuration_get_string (configuration, group, "Copies");
  g_auto (GStrv) folders = g_strsplit (copies != NULL ? copies : "", ":", -1);

  for (char **folder = folders; faces != NULL && *folder != NULL; folder++)
    if (is_same_folder (*folder, faces))
      {
        log_error (NULL, "%s: key Copies of [%s] names the folder Faces of [%s]",
                   configuration_get_origin (configuration, group, "Copies"), group, other);
        return TRUE;
      }
  return FALSE;
}

/* check_terminal: a share need not be there: the daemon waits for it, and Diagnose says so. */
static gboolean
check_terminal (const Configuration *configuration, const char *group)
{
  gboolean good = check_place (configuration, group, "");

  good = check_place (configuration, group, "YZK") && good;
  good = check_place (configuration, group, "TKK") && good;
  good = check_key (configuration, group, "ZipPassword", terminal_archive_check_password) && good;
  return good;
}

static gboolean
check_terminals (const Configuration *configuration)
{
  g_auto (GStrv) terminals = settings_list_terminals (configuration);
  gboolean good = TRUE;

  for (char **terminal = terminals; *terminal != NULL; terminal++)
    {
      good = check_terminal (configuration, *terminal) && good;
      for (char **other = terminals; other != terminal; other++)
        good = !is_folder_shared (configuration, *terminal, *other) && good;
      for (char **other = terminals; *other != NULL; other++)
        good = !is_copied_back (configuration, *terminal, *other) && good;
    }
  return good;
}

gboolean
settings_check (const Configuration *configuration)
{
  gboolean good = TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++)
    good = check_key (configuration, checks[i].group, checks[i].key, checks[i].check) && good;
  good = check_terminals (configuration) && good;
  return check_witness (configuration) && good && check_pair (configuration);
}
