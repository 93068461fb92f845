/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * credential: the institution's files and its token. GnuTLS looks at them first, because a missing file shall not cost
 * the memory of the TLS module; the password goes from the file into locked memory and from there into the message,
 * nowhere else.
 */

#include "center/credential.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/secret.h"

#define ACCOUNT_SIZE_MAXIMUM 1024
#define CHARACTER_SIZE_MAXIMUM 6 /* of a byte as JSON: \u001f */

typedef struct gnutls_certificate_credentials_st CertificateCredentials;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CertificateCredentials, gnutls_certificate_free_credentials)

static gboolean
check_readable (const char *what, const char *path, GError **error)
{
  if (path != NULL && access (path, R_OK) == 0)
    return TRUE;
  if (path == NULL)
    g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING, "the %s is not configured", what);
  else
    g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING, "the %s cannot be read: %s: %s", what, path,
                 g_strerror (errno));
  return FALSE;
}

/*
 * A secret is for root, the daemon and its group. Nothing is refused for it: a desk shall not stand still because of a
 * mode.
 */
static void
judge_exposure (GString *exposure, const char *path)
{
  struct stat file;

  if (path == NULL || token_is_uri (path) || stat (path, &file) != 0)
    return;
  if ((file.st_mode & (S_IWGRP | S_IROTH | S_IWOTH)) == 0
      && ((file.st_mode & S_IRGRP) == 0 || file.st_gid == getegid () || file.st_gid == 0))
    return;
  g_string_append_printf (exposure, "%s%s (mode %04o, group %u)", exposure->len > 0 ? ", " : "", path,
                          file.st_mode & 07777, file.st_gid);
}

static char *
describe_exposure (const CredentialFiles *files)
{
  g_autoptr (GString) exposure = g_string_new (NULL);

  judge_exposure (exposure, files->key);
  judge_exposure (exposure, files->account);
  judge_exposure (exposure, files->token_pin);
  return exposure->len > 0 ? g_strdup_printf ("others can read or change %s", exposure->str) : NULL;
}

/* The chain is good while all of it is: a center would refuse it as a whole. */
static void
read_validity (gnutls_x509_crt_t *chain, unsigned int n, Credential *credential)
{
  credential->begins = 0;
  credential->expires = G_MAXINT64;
  for (unsigned int i = 0; i < n; i++)
    {
      gint64 begins = gnutls_x509_crt_get_activation_time (chain[i]) * G_USEC_PER_SEC;
      gint64 expires = gnutls_x509_crt_get_expiration_time (chain[i]) * G_USEC_PER_SEC;

      credential->begins = MAX (credential->begins, begins);
      credential->expires = MIN (credential->expires, expires);
    }
}

/* The chain as GLib wants it, from its end to the leaf, which has the key. Return: NULL if something is wrong. */
static GTlsCertificate *
make_certificate (gnutls_x509_crt_t *chain, unsigned int n, const char *key_uri)
{
  GType type = g_tls_backend_get_certificate_type (g_tls_backend_get_default ());
  GTlsCertificate *certificate = NULL;

  while (n-- > 0)
    {
      g_autoptr (GTlsCertificate) issuer = g_steal_pointer (&certificate);
      gnutls_datum_t pem = { NULL, 0 };

      if (gnutls_x509_crt_export2 (chain[n], GNUTLS_X509_FMT_PEM, &pem) >= 0)
        certificate = g_initable_new (type, NULL, NULL, "issuer", issuer, "certificate-pem", pem.data,
                                      "private-key-pkcs11-uri", n == 0 ? key_uri : NULL, NULL);
      gnutls_free (pem.data);
      if (certificate == NULL)
        return NULL;
    }
  return certificate;
}

/* Reads the pair, proves that it is one by a signature, and makes GLib's certificate of it. */
static gboolean
load_pair (const char *certificate, const char *key, Credential *credential, GError **error)
{
  g_autoptr (CertificateCredentials) pair = NULL;
  gnutls_x509_crt_t *chain = NULL;
  unsigned int n = 0;
  int result = gnutls_global_init ();

  if (result >= 0)
    result = gnutls_certificate_allocate_credentials (&pair);
  if (result >= 0)
    result = gnutls_certificate_set_x509_key_file (pair, certificate, key, GNUTLS_X509_FMT_PEM);
  if (result >= 0)
    result = gnutls_certificate_get_x509_crt (pair, 0, &chain, &n);
  if (result < 0)
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING,
                   "the client certificate %s and its key %s cannot be used: %s", certificate, key,
                   result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE ? "the token has no such object"
                                                                   : gnutls_strerror (result));
      return FALSE;
    }
  read_validity (chain, n, credential);
  if (token_is_uri (key))
    credential->certificate = make_certificate (chain, n, key);
  else
    credential->certificate = g_tls_certificate_new_from_files (certificate, key, NULL);
  for (unsigned int i = 0; i < n; i++)
    gnutls_x509_crt_deinit (chain[i]);
  gnutls_free (chain);
  return TRUE;
}

Credential *
credential_load (const CredentialFiles *files, GError **error)
{
  g_autoptr (Credential) credential = g_new0 (Credential, 1);
  g_autofree char *certificate = NULL, *key = NULL;

  if (!check_readable ("center's CA", files->authority, error)
      || (!token_is_uri (files->certificate) && !check_readable ("client certificate", files->certificate, error))
      || (!token_is_uri (files->key) && !check_readable ("client key", files->key, error)))
    return NULL;
  if (token_is_uri (files->key) && (credential->token = token_open (files->key, files->token_pin, error)) == NULL)
    return NULL;
  if (token_is_uri (files->certificate) && credential->token == NULL)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING,
                           "a client certificate in a token wants its key in a token too");
      return NULL;
    }
  if (token_is_uri (files->certificate) && !token_find (files->certificate, error))
    return NULL;
  certificate = token_strip_uri (files->certificate);
  key = token_strip_uri (files->key);
  if (!load_pair (certificate, key, credential, error))
    return NULL;
  credential->authority = g_tls_file_database_new (files->authority, NULL);
  if (credential->certificate == NULL || credential->authority == NULL)
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING, "%s cannot be used: %s",
                   credential->certificate == NULL ? certificate : files->authority,
                   g_tls_backend_supports_tls (g_tls_backend_get_default ()) ? "is it PEM?"
                                                                             : "glib-networking is not installed");
      return NULL;
    }
  credential->exposure = describe_exposure (files);
  return g_steal_pointer (&credential);
}

void
credential_free (Credential *credential)
{
  if (credential == NULL)
    return;
  g_clear_object (&credential->certificate);
  g_clear_object (&credential->authority);
  token_free (credential->token);
  g_free (credential->exposure);
  g_free (credential);
}

gboolean
credential_is_valid (const Credential *credential, gint64 now, GError **error)
{
  if (now >= credential->begins && now < credential->expires)
    return TRUE;
  g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_EXPIRED, "the client certificate %s",
               now < credential->begins ? "is not valid yet" : "has expired");
  return FALSE;
}

/* Cuts the next line off *cursor. Return: the line without its end, or NULL if it is empty or not UTF-8. */
static const char *
take_line (char **cursor)
{
  char *line = *cursor;
  gsize size = strcspn (line, "\r\n");

  *cursor = line + size + strspn (line + size, "\r\n");
  line[size] = '\0';
  return size > 0 && g_utf8_validate (line, -1, NULL) ? line : NULL;
}

static guint8 *
write_json_string (guint8 *out, const char *text)
{
  static const char hex[] = "0123456789abcdef";

  *out++ = '"';
  for (; *text != '\0'; text++)
    {
      guint8 byte = (guint8)*text;

      if (byte < 0x20)
        {
          out = (guint8 *)stpcpy ((char *)out, "\\u00");
          *out++ = (guint8)hex[byte >> 4];
          *out++ = (guint8)hex[byte & 15];
          continue;
        }
      if (byte == '"' || byte == '\\')
        *out++ = '\\';
      *out++ = byte;
    }
  *out++ = '"';
  return out;
}

GBytes *
credential_make_login (const char *account_file, GError **error)
{
  g_autoptr (Secret) text = NULL;
  char *cursor;
  const char *account, *password;
  Secret *body;
  guint8 *start, *out;

  if (!check_readable ("account's file", account_file, error))
    return NULL;
  text = secret_new_from_file (account_file, ACCOUNT_SIZE_MAXIMUM);
  cursor = text != NULL ? (char *)secret_get_data (text) : NULL;
  account = cursor != NULL ? take_line (&cursor) : NULL;
  password = account != NULL ? take_line (&cursor) : NULL;
  if (password == NULL || *cursor != '\0')
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING,
                   "the account's file is not two lines, account and password: %s", account_file);
      return NULL;
    }
  body = secret_new (CHARACTER_SIZE_MAXIMUM * ACCOUNT_SIZE_MAXIMUM + 64);
  out = start = secret_get_data (body);
  out = (guint8 *)stpcpy ((char *)out, "{\"account\":");
  out = write_json_string (out, account);
  out = (guint8 *)stpcpy ((char *)out, ",\"password\":");
  out = write_json_string (out, password);
  *out++ = '}';
  return g_bytes_new_with_free_func (start, (gsize)(out - start), (GDestroyNotify)secret_free, body);
}
