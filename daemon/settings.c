/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "settings.h"

#include "base/error.h"

#define CREDENTIALS "/etc/shikaku/"

static const ConfigurationKey keys[] = {
  { "Center", "URL", CONFIGURATION_URL, NULL },
  { "Center", "CertificateAuthority", CONFIGURATION_PATH, CREDENTIALS "center-ca.pem" },
  { "Center", "Certificate", CONFIGURATION_PATH, CREDENTIALS "institution.cert.pem" },
  { "Center", "PrivateKey", CONFIGURATION_PATH, CREDENTIALS "institution.key.pem" },
  { "Center", "Account", CONFIGURATION_PATH, CREDENTIALS "account" },
  { "Center", "InstitutionCode", CONFIGURATION_DIGITS, NULL, 10, 10 },
  { "Center", "Timeout", CONFIGURATION_SECONDS, "10", 1, 120 },
  { "Card", "CertificateAuthorities", CONFIGURATION_PATH, CREDENTIALS "card-ca.pem" },
  { "Visit", "Retention", CONFIGURATION_SECONDS, "600", 1, 86400 },
  { NULL },
};

Configuration *
settings_load (const char *path, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  Configuration *configuration
      = configuration_load (path != NULL ? path : SHIKAKU_CONFIGURATION_FILE, keys, &local_error);

  if (configuration == NULL && path == NULL && g_error_matches (local_error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND))
    return configuration_load ("/dev/null", keys, error);
  if (configuration == NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return configuration;
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
    .timeout = configuration_get_seconds (configuration, "Center", "Timeout"),
  };
}

StationSettings
settings_get_station (const Configuration *configuration)
{
  return (StationSettings){
    .card_authorities_file = configuration_get_string (configuration, "Card", "CertificateAuthorities"),
    .retention = configuration_get_seconds (configuration, "Visit", "Retention"),
  };
}
