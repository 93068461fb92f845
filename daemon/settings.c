/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "settings.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"

#define FOLDER "/etc/shikaku/"
#define ORIGIN_CREDENTIAL "credential"

static const char *const encodings[] = { "utf-8", "shift-jis", NULL };
static const char *const zip_methods[] = { "plain", "zipcrypto", "aes-128", "aes-192", "aes-256", NULL };

#define TERMINAL "Terminal"
#define TERMINALS TERMINAL " *" /* [Terminal], [Terminal NAME] */

static const ConfigurationKey keys[] = {
  { "Center", "URL", CONFIGURATION_URL, NULL },
  { "Center", "CertificateAuthority", CONFIGURATION_PATH, FOLDER "center-ca.pem" },
  { "Center", "Certificate", CONFIGURATION_CREDENTIAL, FOLDER "institution.cert.pem" },
  { "Center", "PrivateKey", CONFIGURATION_CREDENTIAL, FOLDER "institution.key.pem" },
  { "Center", "TokenPin", CONFIGURATION_PATH, NULL },
  { "Center", "Account", CONFIGURATION_PATH, FOLDER "account" },
  { "Center", "InstitutionCode", CONFIGURATION_DIGITS, NULL, 10, 10 },
  { "Center", "Codes", CONFIGURATION_PATH, FOLDER "codes.d" },
  { "Center", "Timeout", CONFIGURATION_SECONDS, "10", 1, 120 },
  { "Card", "CertificateAuthorities", CONFIGURATION_PATH, FOLDER "card-ca.pem" },
  { "Visit", "Retention", CONFIGURATION_SECONDS, "600", 1, 86400 },
  { "Visit", "ArrivalRetention", CONFIGURATION_SECONDS, "86400", 60, 604800 },
  { "Visit", "AskCeiling", CONFIGURATION_SWITCH, "false" },
  { "Consent", "Together", CONFIGURATION_SWITCH, "false" },
  { "Ledger", "Origin", CONFIGURATION_STRING, LEDGER_ORIGIN },
  { "Ledger", "Retention", CONFIGURATION_MONTHS, "60", 0, 600 },
  { "Ledger", "CheckpointFile", CONFIGURATION_PATH, NULL },
  { "Ledger", "Witness", CONFIGURATION_URL, NULL },
  { "Ledger", "WitnessKey", CONFIGURATION_STRING, NULL },
  { "Ledger", "WitnessAuthority", CONFIGURATION_PATH, FOLDER "witness-ca.pem" },
  { "Lookups", "PerStaffAndDay", CONFIGURATION_NUMBER, "3", 0, 1000 },
  { "Records", "SpanMonths", CONFIGURATION_MONTHS, "60", 1, 120 },
  { "Records", "Prescriptions", CONFIGURATION_SWITCH, "true" },
  { "Changes", "Retention", CONFIGURATION_MONTHS, "24", 0, 120 },
  { "Metrics", "File", CONFIGURATION_PATH, "/run/shikaku/shikaku.prom" },
  { TERMINALS, "Requests", CONFIGURATION_PATH, NULL },
  { TERMINALS, "Answers", CONFIGURATION_PATH, NULL },
  { TERMINALS, "YZKRequests", CONFIGURATION_PATH, NULL },
  { TERMINALS, "YZKAnswers", CONFIGURATION_PATH, NULL },
  { TERMINALS, "TKKRequests", CONFIGURATION_PATH, NULL },
  { TERMINALS, "TKKAnswers", CONFIGURATION_PATH, NULL },
  { TERMINALS, "Faces", CONFIGURATION_PATH, NULL },
  { TERMINALS, "Copies", CONFIGURATION_PATHS, NULL },
  { TERMINALS, "Timeout", CONFIGURATION_SECONDS, "30", 1, 600 },
  { TERMINALS, "Encoding", CONFIGURATION_CHOICE, "utf-8", .choices = encodings },
  { TERMINALS, "Zip", CONFIGURATION_WORDS, NULL },
  { TERMINALS, "ZipMethod", CONFIGURATION_CHOICE, "aes-256", .choices = zip_methods },
  { TERMINALS, "ZipPassword", CONFIGURATION_PATH, NULL },
  { TERMINALS, "ZipCommand", CONFIGURATION_PATH, NULL },
  { TERMINALS, "Quarantine", CONFIGURATION_PATH, NULL },
  { TERMINALS, "LeftOverMinutes", CONFIGURATION_NUMBER, "1440", 1, 43200 },
  { NULL },
};

/* What the service manager may hand over (LoadCredential=), and for which key. */
static const struct
{
  const char *name, *group, *key;
} credentials[] = {
  { "center-ca.pem", "Center", "CertificateAuthority" },
  { "institution.cert.pem", "Center", "Certificate" },
  { "institution.key.pem", "Center", "PrivateKey" },
  { "token-pin", "Center", "TokenPin" },
  { "account", "Center", "Account" },
  { "card-ca.pem", "Card", "CertificateAuthorities" },
  { "terminal-zip-password", TERMINALS, "ZipPassword" },
};

/* use_credential: the file at @path is the default of @key of @group, or of each terminal. */
static void
use_credential (Configuration *configuration, const char *group, const char *key, const char *path)
{
  g_auto (GStrv) terminals = settings_list_terminals (configuration);

  if (!g_str_equal (group, TERMINALS))
    configuration_set_default (configuration, group, key, path, ORIGIN_CREDENTIAL);
  for (char **terminal = terminals; g_str_equal (group, TERMINALS) && *terminal != NULL; terminal++)
    configuration_set_default (configuration, *terminal, key, path, ORIGIN_CREDENTIAL);
}

/* One of a single byte is the unit's own, in place of what is not there. */
static void
use_credentials (Configuration *configuration)
{
  const char *folder = settings_get_credentials_directory ();

  for (gsize i = 0; folder != NULL && i < G_N_ELEMENTS (credentials); i++)
    {
      g_autofree char *path = g_build_filename (folder, credentials[i].name, NULL);
      GStatBuf status;

      if (g_stat (path, &status) == 0 && status.st_size > 1)
        use_credential (configuration, credentials[i].group, credentials[i].key, path);
    }
}

/* check_names: by the name of a terminal its reader is known: [Terminal Terminal] would be that of [Terminal]. */
static gboolean
check_names (const Configuration *configuration, GError **error)
{
  g_auto (GStrv) terminals = settings_list_terminals (configuration);

  if (!g_strv_contains ((const char *const *)terminals, TERMINAL " " TERMINAL))
    return TRUE;
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION,
                       "[" TERMINAL " " TERMINAL "] has the name of [" TERMINAL "]");
  return FALSE;
}

Configuration *
settings_load (const char *path, GError **error)
{
  g_autoptr (Configuration) configuration
      = configuration_load (path != NULL ? path : SHIKAKU_CONFIGURATION_FILE, path != NULL, keys, error);

  if (configuration == NULL || !check_names (configuration, error))
    return NULL;
  use_credentials (configuration);
  return g_steal_pointer (&configuration);
}

WebApiSettings
settings_get_web_api (const Configuration *configuration)
{
  return (WebApiSettings){
    .url = configuration_get_string (configuration, "Center", "URL"),
    .authority_file = configuration_get_string (configuration, "Center", "CertificateAuthority"),
    .certificate_file = configuration_get_string (configuration, "Center", "Certificate"),
    .key_file = configuration_get_string (configuration, "Center", "PrivateKey"),
    .account_file = configuration_get_string (configuration, "Center", "Account"),
    .institution_code = configuration_get_string (configuration, "Center", "InstitutionCode"),
    .timeout_seconds = configuration_get_seconds (configuration, "Center", "Timeout"),
    .token_pin_file = configuration_get_string (configuration, "Center", "TokenPin"),
  };
}

char **
settings_list_terminals (const Configuration *configuration)
{
  return configuration_list_groups (configuration, TERMINAL);
}

const char *
settings_get_terminal_name (const char *group)
{
  const char *name = strchr (group, ' ');

  return name != NULL ? name + 1 : group;
}

/* add_place: the folders of @system, NULL: of all others, if both are there. */
static void
add_place (TerminalSettings *settings, const Configuration *configuration, const char *group, const char *system)
{
  g_autofree char *requests = g_strconcat (system != NULL ? system : "", "Requests", NULL);
  g_autofree char *answers = g_strconcat (system != NULL ? system : "", "Answers", NULL);
  const FolderSharePlace place = { system, configuration_get_string (configuration, group, requests),
                                   configuration_get_string (configuration, group, answers) };

  if (place.requests != NULL && place.answers != NULL)
    settings->places[settings->n_places++] = place;
}

TerminalSettings
settings_get_terminal (const Configuration *configuration, const char *group, const char *copies_state,
                       const char *runtime)
{
  TerminalSettings settings = {
    .name = settings_get_terminal_name (group),
    .institution_code = configuration_get_string (configuration, "Center", "InstitutionCode"),
    .faces = configuration_get_string (configuration, group, "Faces"),
    .quarantine = configuration_get_string (configuration, group, "Quarantine"),
    .copies = configuration_get_string (configuration, group, "Copies"),
    .timeout_seconds = configuration_get_seconds (configuration, group, "Timeout"),
    .encoding = strcmp (configuration_get_string (configuration, group, "Encoding"), "utf-8") == 0
                    ? MESSAGE_ENCODING_UTF8
                    : MESSAGE_ENCODING_CP932,
    .zip_prefixes = configuration_get_string (configuration, group, "Zip"),
    .zip_method = configuration_get_string (configuration, group, "ZipMethod"),
    .zip_password_file = configuration_get_string (configuration, group, "ZipPassword"),
    .zip_command = configuration_get_string (configuration, group, "ZipCommand"),
    .left_over_minutes = configuration_get_seconds (configuration, group, "LeftOverMinutes"),
    .copies_state = copies_state,
    .runtime = runtime,
  };

  add_place (&settings, configuration, group, NULL);
  add_place (&settings, configuration, group, "YZK");
  add_place (&settings, configuration, group, "TKK");
  return settings;
}

gboolean
settings_has_center (const Configuration *configuration)
{
  g_auto (GStrv) terminals = settings_list_terminals (configuration);

  return *terminals == NULL || configuration_get_string (configuration, "Center", "URL") != NULL;
}

const char *
settings_get_ledger_origin (const Configuration *configuration)
{
  return configuration_get_string (configuration, "Ledger", "Origin");
}

guint
settings_get_ledger_retention (const Configuration *configuration)
{
  return (configuration_get_seconds (configuration, "Ledger", "Retention") * 36525 + 1199) / 1200; /* none too few */
}

StationSettings
settings_get_station (const Configuration *configuration)
{
  return (StationSettings){
    .card_authorities_file = configuration_get_string (configuration, "Card", "CertificateAuthorities"),
    .retention_seconds = configuration_get_seconds (configuration, "Visit", "Retention"),
    .asks_ceiling = configuration_get_switch (configuration, "Visit", "AskCeiling"),
    .asks_together = configuration_get_switch (configuration, "Consent", "Together"),
    .institution_code = configuration_get_string (configuration, "Center", "InstitutionCode"),
    .lookups_per_staff_and_day = configuration_get_seconds (configuration, "Lookups", "PerStaffAndDay"),
    .records_span_months = configuration_get_seconds (configuration, "Records", "SpanMonths"),
    .leaves_prescriptions = !configuration_get_switch (configuration, "Records", "Prescriptions"),
    .arrivals_retention_seconds = configuration_get_seconds (configuration, "Visit", "ArrivalRetention"),
    .changes_retention_months = configuration_get_seconds (configuration, "Changes", "Retention"),
    .calendar = { { CALENDAR_CENTER_CA, configuration_get_string (configuration, "Center", "CertificateAuthority") },
                  { CALENDAR_INSTITUTION, configuration_get_string (configuration, "Center", "Certificate") },
                  { CALENDAR_CARD_CA, configuration_get_string (configuration, "Card", "CertificateAuthorities") } },
  };
}

LedgerAnchorSettings
settings_get_anchors (const Configuration *configuration)
{
  return (LedgerAnchorSettings){
    .checkpoint_file = configuration_get_string (configuration, "Ledger", "CheckpointFile"),
    .witness = { .url = configuration_get_string (configuration, "Ledger", "Witness"),
                 .key = configuration_get_string (configuration, "Ledger", "WitnessKey"),
                 .authority_file = configuration_get_string (configuration, "Ledger", "WitnessAuthority") },
  };
}

const char *
settings_get_codes_folder (const Configuration *configuration)
{
  return configuration_get_string (configuration, "Center", "Codes");
}

const char *
settings_get_metrics_file (const Configuration *configuration)
{
  return configuration_get_string (configuration, "Metrics", "File");
}

const char *
settings_get_credentials_directory (void)
{
  return g_getenv ("CREDENTIALS_DIRECTORY");
}

char *
settings_get_runtime_directory (void)
{
  const char *directories = g_getenv ("RUNTIME_DIRECTORY"); /* as of the state, below */

  if (directories == NULL || *directories == '\0')
    return g_strdup (g_get_tmp_dir ());
  return g_strndup (directories, strcspn (directories, ":"));
}

char *
settings_get_state_directory (void)
{
  const char *directories = g_getenv ("STATE_DIRECTORY"); /* several are separated by colons; the first is ours */

  if (directories == NULL || *directories == '\0')
    directories = SHIKAKU_STATE_DIRECTORY;
  return g_strndup (directories, strcspn (directories, ":"));
}
