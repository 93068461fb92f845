/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * credential: the institution's files and its token. GnuTLS looks at them first, because a missing file shall not cost
 * the memory of the TLS module; the password goes from the file into locked memory and from there into the message,
 * nowhere else.
 */

#include "center/credential.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/sealed-file.h"

#define ACCOUNT_SIZE_MAXIMUM 1024
#define CHECKSUM "checksum"      /* of an authority: of its file */
#define CHARACTER_SIZE_MAXIMUM 6 /* of a byte as JSON: \u001f */

typedef struct gnutls_certificate_credentials_st CertificateCredentials;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CertificateCredentials, gnutls_certificate_free_credentials)

/* What the credential is made of, as it was read: what was looked at is what is used. */
typedef struct
{
  GBytes *certificate; /* PEM; NULL: in a token */
  Secret *key;         /* likewise */
} Texts;

static void
clear_texts (Texts *texts)
{
  g_clear_pointer (&texts->certificate, g_bytes_unref);
  secret_free (texts->key);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Texts, clear_texts)

static Secret *
read_text (const char *what, const char *path, gsize maximum, FileTrust trust, GError **error)
{
  g_autoptr (GError) cause = NULL;
  Secret *text = path != NULL ? file_read (path, maximum, trust, &cause) : NULL;

  if (path == NULL)
    shikaku_error_set (error, SHIKAKU_ERROR_CREDENTIAL_MISSING, SHIKAKU_CAUSE_FILE_UNREADABLE,
                       "the %s is not configured", what);
  else if (text == NULL)
    shikaku_error_set (error, SHIKAKU_ERROR_CREDENTIAL_MISSING, SHIKAKU_CAUSE_FILE_UNREADABLE,
                       "the %s cannot be read: %s", what, cause->message);
  return text;
}

static gnutls_datum_t
as_datum (Secret *text)
{
  unsigned char *data = secret_get_data (text);

  return (gnutls_datum_t){ .data = data, .size = (unsigned int)strlen ((const char *)data) };
}

static gnutls_datum_t
bytes_as_datum (GBytes *bytes)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  return (gnutls_datum_t){ .data = (unsigned char *)data, .size = (unsigned int)size };
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
  if ((file.st_mode & (S_IWGRP | S_IROTH | S_IWOTH)) == 0 && !file_is_foreign (file.st_uid)
      && ((file.st_mode & S_IRGRP) == 0 || file.st_gid == getegid () || file.st_gid == 0))
    return;
  g_string_append_printf (exposure, "%s%s (mode %04o, user %u, group %u)", exposure->len > 0 ? ", " : "", path,
                          file.st_mode & 07777, file.st_uid, file.st_gid);
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
      gint64 begins = (gint64)gnutls_x509_crt_get_activation_time (chain[i]) * G_USEC_PER_SEC;
      gint64 expires = (gint64)gnutls_x509_crt_get_expiration_time (chain[i]) * G_USEC_PER_SEC;

      credential->begins = MAX (credential->begins, begins);
      credential->expires = MIN (credential->expires, expires);
    }
}

/* The chain as GLib wants it, from its end to the leaf, which has the key. Return: NULL if something is wrong. */
static GTlsCertificate *
make_certificate (gnutls_x509_crt_t *chain, unsigned int n, const char *key_kind, const char *key)
{
  GType type = g_tls_backend_get_certificate_type (g_tls_backend_get_default ());
  GTlsCertificate *certificate = NULL;

  while (n-- > 0)
    {
      g_autoptr (GTlsCertificate) issuer = g_steal_pointer (&certificate);
      gnutls_datum_t pem = { NULL, 0 };

      if (gnutls_x509_crt_export2 (chain[n], GNUTLS_X509_FMT_PEM, &pem) >= 0)
        certificate = g_initable_new (type, NULL, NULL, "issuer", issuer, "certificate-pem", pem.data, key_kind,
                                      n == 0 ? key : NULL, NULL);
      gnutls_free (pem.data);
      if (certificate == NULL)
        return NULL;
    }
  return certificate;
}

/*
 * A file in memory that nobody can change, for a library that wants a path. Return: the path, good as long as the
 * descriptor *@ret_fd is open; or NULL.
 */
static char *
keep_in_memory (GBytes *text, int *ret_fd)
{
  *ret_fd = sealed_file_new (text, NULL);
  return *ret_fd >= 0 ? g_strdup_printf ("/proc/self/fd/%d", *ret_fd) : NULL;
}

static int
set_pair_with_token (CertificateCredentials *pair, GBytes *certificate, const char *key)
{
  int fd = -1, result = GNUTLS_E_FILE_ERROR;
  g_autofree char *path = keep_in_memory (certificate, &fd);

  if (path == NULL)
    return result;
  result = gnutls_certificate_set_x509_key_file (pair, path, key, GNUTLS_X509_FMT_PEM);
  close (fd);
  return result;
}

/* Return: a code of GnuTLS. */
static int
set_pair (CertificateCredentials *pair, const char *certificate, const char *key, const Texts *texts)
{
  gnutls_datum_t certificate_text, key_text;

  if (texts->certificate == NULL)
    return gnutls_certificate_set_x509_key_file (pair, certificate, key, GNUTLS_X509_FMT_PEM); /* both in tokens */
  if (texts->key == NULL)
    return set_pair_with_token (pair, texts->certificate, key);
  certificate_text = bytes_as_datum (texts->certificate);
  key_text = as_datum (texts->key);
  return gnutls_certificate_set_x509_key_mem (pair, &certificate_text, &key_text, GNUTLS_X509_FMT_PEM);
}

static gboolean
is_certificate (gnutls_datum_t text, unsigned int flags)
{
  gnutls_x509_crt_t *list = NULL;
  unsigned int n = 0;
  int result = gnutls_global_init ();

  if (result >= 0)
    result = gnutls_x509_crt_list_import2 (&list, &n, &text, GNUTLS_X509_FMT_PEM, flags);
  for (unsigned int i = 0; result >= 0 && i < n; i++)
    gnutls_x509_crt_deinit (list[i]);
  if (result >= 0)
    gnutls_free (list);
  return result >= 0;
}

static gboolean
is_private_key (Secret *text)
{
  const gnutls_datum_t datum = as_datum (text);
  gnutls_x509_privkey_t key;
  gboolean good;

  if (gnutls_x509_privkey_init (&key) < 0)
    return FALSE;
  good = gnutls_x509_privkey_import2 (key, &datum, GNUTLS_X509_FMT_PEM, NULL, 0) >= 0;
  gnutls_x509_privkey_deinit (key);
  return good;
}

/* What kept certificate and key from being a pair. @result: a code of GnuTLS. */
static void
set_pair_error (GError **error, const char *certificate, const char *key, const Texts *texts, int result)
{
  if (texts->certificate != NULL && !is_certificate (bytes_as_datum (texts->certificate), 0))
    shikaku_error_set (error, SHIKAKU_ERROR_CREDENTIAL_MISSING, SHIKAKU_CAUSE_FILE_INVALID,
                       "the client certificate %s cannot be used: no certificate in it (PEM)", certificate);
  else if (texts->key != NULL && !is_private_key (texts->key))
    shikaku_error_set (error, SHIKAKU_ERROR_CREDENTIAL_MISSING, SHIKAKU_CAUSE_FILE_INVALID,
                       "the key %s cannot be used: no private key in it (PEM), or it is encrypted", key);
  else if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
    shikaku_error_set (error, SHIKAKU_ERROR_CREDENTIAL_MISSING, SHIKAKU_CAUSE_TOKEN_OBJECT,
                       "the client certificate %s and its key %s cannot be used: the token has no such object",
                       certificate, key);
  else
    shikaku_error_set (
        error, SHIKAKU_ERROR_CREDENTIAL_MISSING,
        result == GNUTLS_E_CERTIFICATE_KEY_MISMATCH ? SHIKAKU_CAUSE_KEY_MISMATCH : SHIKAKU_CAUSE_FILE_INVALID,
        "the client certificate %s and its key %s cannot be used: %s", certificate, key, gnutls_strerror (result));
}

/* Proves by a signature that certificate and key are a pair, and makes GLib's certificate of just these. */
static gboolean
load_pair (const char *certificate, const char *key, const Texts *texts, Credential *credential, GError **error)
{
  g_autoptr (CertificateCredentials) pair = NULL;
  gnutls_x509_crt_t *chain = NULL;
  unsigned int n = 0;
  int result = gnutls_global_init ();

  if (result >= 0)
    result = gnutls_certificate_allocate_credentials (&pair);
  if (result >= 0)
    result = set_pair (pair, certificate, key, texts);
  if (result >= 0)
    result = gnutls_certificate_get_x509_crt (pair, 0, &chain, &n);
  if (result < 0)
    {
      set_pair_error (error, certificate, key, texts, result);
      return FALSE;
    }
  read_validity (chain, n, credential);
  if (texts->key == NULL)
    credential->certificate = make_certificate (chain, n, "private-key-pkcs11-uri", key);
  else
    credential->certificate = make_certificate (chain, n, "private-key-pem", (char *)secret_get_data (texts->key));
  for (unsigned int i = 0; i < n; i++)
    gnutls_x509_crt_deinit (chain[i]);
  gnutls_free (chain);
  return TRUE;
}

gboolean
credential_check_certificate (const char *path, GError **error)
{
  g_autoptr (Secret) text = read_text ("client certificate", path, FILE_PEM_SIZE_MAXIMUM, FILE_OWN, error);

  if (text != NULL && !is_certificate (as_datum (text), GNUTLS_X509_CRT_LIST_SORT))
    {
      shikaku_error_set (error, SHIKAKU_ERROR_CREDENTIAL_MISSING, SHIKAKU_CAUSE_FILE_INVALID,
                         "%s: no certificate in it (PEM)", path);
      return FALSE;
    }
  return text != NULL;
}

static void
close_descriptor (gpointer descriptor)
{
  close (GPOINTER_TO_INT (descriptor));
}

/*
 * glib-networking reads the file again for each connection, so that it gets one that stays as it was, for as long as
 * somebody has the database.
 */
GTlsDatabase *
credential_load_authority (const char *path, GError **error)
{
  g_autoptr (Secret) text = read_text ("center's CA", path, FILE_PEM_SIZE_MAXIMUM, FILE_TRUSTED, error);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *kept = NULL;
  GTlsDatabase *authority = NULL;
  gboolean good;
  int fd = -1;

  if (text == NULL)
    return NULL;
  good = is_certificate (as_datum (text), 0);
  bytes = g_bytes_new_static (secret_get_data (text), strlen ((char *)secret_get_data (text)));
  if (good)
    kept = keep_in_memory (bytes, &fd);
  if (kept != NULL)
    authority = g_tls_file_database_new (kept, NULL);
  if (authority != NULL)
    {
      g_object_set_data_full (G_OBJECT (authority), "descriptor", GINT_TO_POINTER (fd), close_descriptor);
      g_object_set_data_full (G_OBJECT (authority), CHECKSUM, g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes),
                              g_free);
    }
  else
    {
      shikaku_error_set (
          error, SHIKAKU_ERROR_CREDENTIAL_MISSING, SHIKAKU_CAUSE_FILE_INVALID, "%s cannot be used: %s", path,
          !good || g_tls_backend_supports_tls (g_tls_backend_get_default ()) ? "is it PEM?"
                                                                             : "glib-networking is not installed");
      if (fd >= 0)
        close (fd);
    }
  return authority;
}

/* Reads what is a file. The paths may be NULL. */
static gboolean
read_texts (const CredentialFiles *files, const Credential *kept, Texts *texts, GError **error)
{
  if (kept != NULL && kept->text != NULL)
    texts->certificate = g_bytes_ref (kept->text);
  else if (!token_is_uri (files->certificate))
    {
      Secret *text = read_text ("client certificate", files->certificate, FILE_PEM_SIZE_MAXIMUM, FILE_OWN, error);

      if (text == NULL)
        return FALSE;
      texts->certificate = g_bytes_new_with_free_func (secret_get_data (text), strlen ((char *)secret_get_data (text)),
                                                       (GDestroyNotify)secret_free, text);
    }
  if (!token_is_uri (files->key))
    {
      texts->key = read_text ("client key", files->key, FILE_PEM_SIZE_MAXIMUM, FILE_OWN, error);
      if (texts->key == NULL)
        return FALSE;
    }
  return TRUE;
}

Credential *
credential_load (const CredentialFiles *files, const Credential *kept, GError **error)
{
  g_autoptr (Credential) credential = g_new0 (Credential, 1);
  g_autofree char *certificate = NULL, *key = NULL;
  g_auto (Texts) texts = { NULL, NULL };

  credential->authority
      = kept != NULL ? g_object_ref (kept->authority) : credential_load_authority (files->authority, error);
  if (credential->authority == NULL || !read_texts (files, kept, &texts, error))
    return NULL;
  if (token_is_uri (files->key) && (credential->token = token_open (files->key, files->token_pin, error)) == NULL)
    return NULL;
  if (token_is_uri (files->certificate) && credential->token == NULL)
    {
      shikaku_error_set (error, SHIKAKU_ERROR_CREDENTIAL_MISSING, SHIKAKU_CAUSE_TOKEN_MISSING,
                         "a client certificate in a token wants its key in a token too");
      return NULL;
    }
  if (token_is_uri (files->certificate) && !token_find (files->certificate, error))
    return NULL;
  certificate = token_strip_uri (files->certificate);
  key = token_strip_uri (files->key);
  if (!load_pair (certificate, key, &texts, credential, error))
    return NULL;
  if (credential->certificate == NULL)
    {
      shikaku_error_set (error, SHIKAKU_ERROR_CREDENTIAL_MISSING, SHIKAKU_CAUSE_FILE_INVALID,
                         "%s cannot be used: is it PEM?", certificate);
      return NULL;
    }
  credential->exposure = describe_exposure (files);
  credential->text = g_steal_pointer (&texts.certificate);
  return g_steal_pointer (&credential);
}

/* export_first: the certificate of whoever has the key. (transfer full), or NULL. */
static GBytes *
export_first (const char *uri, GBytes *text)
{
  const gnutls_datum_t pem = text != NULL ? bytes_as_datum (text) : (gnutls_datum_t){ NULL, 0 };
  gnutls_x509_crt_t certificate;
  gnutls_datum_t der = { NULL, 0 };
  GBytes *bytes = NULL;
  int result;

  if (gnutls_x509_crt_init (&certificate) < 0)
    return NULL;
  result = text != NULL ? gnutls_x509_crt_import (certificate, &pem, GNUTLS_X509_FMT_PEM)
                        : gnutls_x509_crt_import_url (certificate, uri, 0);
  if (result >= 0 && gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_DER, &der) >= 0)
    bytes = g_bytes_new (der.data, der.size);
  gnutls_free (der.data);
  gnutls_x509_crt_deinit (certificate);
  return bytes;
}

/* sign: (transfer full), or NULL. */
static GBytes *
sign (const char *uri, Secret *text, GBytes *bytes)
{
  const gnutls_datum_t pem = text != NULL ? as_datum (text) : (gnutls_datum_t){ NULL, 0 },
                       data = bytes_as_datum (bytes);
  gnutls_privkey_t key;
  gnutls_datum_t signature = { NULL, 0 };
  GBytes *made = NULL;
  int result;

  if (gnutls_privkey_init (&key) < 0)
    return NULL;
  result = text != NULL ? gnutls_privkey_import_x509_raw (key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0)
                        : gnutls_privkey_import_url (key, uri, 0);
  if (result >= 0 && gnutls_privkey_sign_data (key, GNUTLS_DIG_SHA256, 0, &data, &signature) >= 0)
    made = g_bytes_new (signature.data, signature.size);
  gnutls_free (signature.data);
  gnutls_privkey_deinit (key);
  return made;
}

GBytes *
credential_sign (const CredentialFiles *files, GBytes *bytes, GBytes **ret_certificate, GError **error)
{
  g_autofree char *certificate_uri = token_strip_uri (files->certificate), *key_uri = token_strip_uri (files->key);
  g_autoptr (GBytes) certificate = NULL, signature = NULL;
  g_autoptr (Token) token = NULL;
  g_auto (Texts) texts = { NULL, NULL };

  gnutls_global_init ();
  if (!read_texts (files, NULL, &texts, error))
    return NULL;
  if (token_is_uri (files->key) && (token = token_open (files->key, files->token_pin, error)) == NULL)
    return NULL;
  certificate = export_first (certificate_uri, texts.certificate);
  signature = certificate != NULL ? sign (key_uri, texts.key, bytes) : NULL;
  if (signature == NULL)
    {
      shikaku_error_set (error, SHIKAKU_ERROR_CREDENTIAL_MISSING, SHIKAKU_CAUSE_FILE_INVALID,
                         "nothing can be signed with %s and %s", certificate_uri, key_uri);
      return NULL;
    }
  *ret_certificate = g_steal_pointer (&certificate);
  return g_steal_pointer (&signature);
}

Credential *
credential_keep (const Credential *credential)
{
  Credential *kept = g_new0 (Credential, 1);

  kept->authority = g_object_ref (credential->authority);
  kept->begins = credential->begins;
  kept->expires = credential->expires;
  kept->text = credential->text != NULL ? g_bytes_ref (credential->text) : NULL;
  return kept;
}

void
credential_free (Credential *credential)
{
  if (credential == NULL)
    return;
  g_clear_object (&credential->certificate);
  g_clear_object (&credential->authority);
  token_free (credential->token);
  g_clear_pointer (&credential->text, g_bytes_unref);
  g_free (credential->exposure);
  g_free (credential);
}

gboolean
credential_is_same (const Credential *a, const Credential *b)
{
  if (g_strcmp0 (g_object_get_data (G_OBJECT (a->authority), CHECKSUM),
                 g_object_get_data (G_OBJECT (b->authority), CHECKSUM))
      != 0)
    return FALSE;
  if (a->text != NULL && b->text != NULL)
    return g_bytes_equal (a->text, b->text);
  return a->text == b->text && g_tls_certificate_is_same (a->certificate, b->certificate);
}

gboolean
credential_is_valid (const Credential *credential, gint64 now, GError **error)
{
  const gboolean is_early = now < credential->begins;
  g_autoptr (GDateTime) end = NULL, today = NULL;
  g_autofree char *end_text = NULL, *today_text = NULL;

  if (now >= credential->begins && now < credential->expires)
    return TRUE;
  end = g_date_time_new_from_unix_utc ((is_early ? credential->begins : credential->expires) / G_USEC_PER_SEC);
  today = g_date_time_new_from_unix_utc (now / G_USEC_PER_SEC);
  end_text = end != NULL ? g_date_time_format (end, "%F") : NULL;
  today_text = today != NULL ? g_date_time_format (today, "%F") : NULL;
  shikaku_error_set (error, SHIKAKU_ERROR_CREDENTIAL_EXPIRED,
                     is_early ? SHIKAKU_CAUSE_CLOCK_WRONG : SHIKAKU_CAUSE_CERTIFICATE_EXPIRED,
                     "the client certificate %s %s; this computer's clock says %s",
                     is_early ? "is not valid yet, but from" : "has expired on", end_text, today_text);
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
  g_autoptr (Secret) text = read_text ("account's file", account_file, FILE_PEM_SIZE_MAXIMUM, FILE_OWN, error);
  char *cursor;
  const char *account, *password;
  Secret *body;
  guint8 *start, *out;

  if (text == NULL)
    {
      if (error != NULL)
        shikaku_error_set_cause (*error, SHIKAKU_CAUSE_ACCOUNT_UNREADABLE);
      return NULL;
    }
  cursor = (char *)secret_get_data (text);
  account = strlen (cursor) <= ACCOUNT_SIZE_MAXIMUM ? take_line (&cursor) : NULL;
  password = account != NULL ? take_line (&cursor) : NULL;
  if (password == NULL || *cursor != '\0')
    {
      shikaku_error_set (error, SHIKAKU_ERROR_CREDENTIAL_MISSING, SHIKAKU_CAUSE_ACCOUNT_UNREADABLE,
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
