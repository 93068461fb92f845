/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * credential: the files of the institution. GnuTLS looks at them first, because a missing file shall not cost the
 * memory of the TLS module; the password goes from the file into locked memory and from there into the message,
 * nowhere else.
 */

#include "center/credential.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>
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
      gnutls_x509_crt_deinit (chain[i]);
    }
}

static gboolean
inspect (const char *certificate_file, const char *key_file, Credential *credential, GError **error)
{
  g_autoptr (CertificateCredentials) pair = NULL;
  gnutls_x509_crt_t *chain = NULL;
  unsigned int n = 0;
  int result = gnutls_global_init ();

  if (result >= 0)
    result = gnutls_certificate_allocate_credentials (&pair);
  if (result >= 0)
    result = gnutls_certificate_set_x509_key_file (pair, certificate_file, key_file, GNUTLS_X509_FMT_PEM);
  if (result >= 0)
    result = gnutls_certificate_get_x509_crt (pair, 0, &chain, &n);
  if (result < 0)
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING,
                   "the client certificate %s and its key %s cannot be used: %s", certificate_file, key_file,
                   gnutls_strerror (result));
      return FALSE;
    }
  read_validity (chain, n, credential);
  gnutls_free (chain);
  return TRUE;
}

Credential *
credential_load (const char *authority_file, const char *certificate_file, const char *key_file, GError **error)
{
  g_autoptr (Credential) credential = g_new0 (Credential, 1);

  if (!check_readable ("center's CA", authority_file, error)
      || !check_readable ("client certificate", certificate_file, error)
      || !check_readable ("client key", key_file, error) || !inspect (certificate_file, key_file, credential, error))
    return NULL;
  credential->certificate = g_tls_certificate_new_from_files (certificate_file, key_file, NULL);
  credential->authority = g_tls_file_database_new (authority_file, NULL);
  if (credential->certificate == NULL || credential->authority == NULL)
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING, "%s cannot be used: %s",
                   credential->certificate == NULL ? certificate_file : authority_file,
                   g_tls_backend_supports_tls (g_tls_backend_get_default ()) ? "is it PEM?"
                                                                             : "glib-networking is not installed");
      return NULL;
    }
  return g_steal_pointer (&credential);
}

void
credential_free (Credential *credential)
{
  if (credential == NULL)
    return;
  g_clear_object (&credential->certificate);
  g_clear_object (&credential->authority);
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

/* Return: the file's text, ended by a NUL, or NULL. No buffered reading: stdio would leave a copy behind. */
static Secret *
read_account (const char *account_file)
{
  g_autoptr (Secret) text = secret_new (ACCOUNT_SIZE_MAXIMUM + 1);
  guint8 *data = secret_get_data (text);
  gsize used = 0;
  ssize_t n = -1;
  int fd = open (account_file, O_RDONLY | O_CLOEXEC | O_NOCTTY);

  if (fd < 0)
    return NULL;
  while (used < ACCOUNT_SIZE_MAXIMUM
         && (n = TEMP_FAILURE_RETRY (read (fd, data + used, ACCOUNT_SIZE_MAXIMUM - used))) > 0)
    used += (gsize)n;
  close (fd);
  return n == 0 ? g_steal_pointer (&text) : NULL; /* an error, or longer than any account */
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
  text = read_account (account_file);
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
