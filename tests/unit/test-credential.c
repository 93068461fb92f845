/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* credential: which files make a credential, when it is valid, and that any account becomes good JSON. */
#include "center/credential.h"

#include <glib/gstdio.h>
#include <gnutls/x509.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/error.h"
#include "codec/message-json.h"

#define DAY (24 * 3600)

typedef struct
{
  char *directory;
  char *authority, *certificate, *key, *account;
} Files;

static void
write_pem (const char *path, gnutls_datum_t *pem)
{
  g_assert_true (g_file_set_contents (path, (char *)pem->data, pem->size, NULL));
  gnutls_free (pem->data);
}

static gnutls_x509_privkey_t
make_key (const char *path)
{
  gnutls_x509_privkey_t key;
  gnutls_datum_t pem;

  gnutls_x509_privkey_init (&key);
  gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0);
  g_assert_cmpint (gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_PEM, &pem), ==, 0);
  write_pem (path, &pem);
  return key;
}

/* A CA's certificate, of its own key if @issuer is NULL; valid from yesterday on for @days from now. */
static gnutls_x509_crt_t
make_certificate (const char *path, const char *name, gnutls_x509_privkey_t key, gnutls_x509_crt_t issuer,
                  gnutls_x509_privkey_t issuer_key, int days)
{
  gnutls_x509_crt_t certificate;
  gnutls_datum_t pem;

  gnutls_x509_crt_init (&certificate);
  gnutls_x509_crt_set_version (certificate, 3);
  gnutls_x509_crt_set_serial (certificate, name, 1);
  gnutls_x509_crt_set_dn_by_oid (certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)strlen (name));
  gnutls_x509_crt_set_basic_constraints (certificate, 1, -1);
  gnutls_x509_crt_set_activation_time (certificate, time (NULL) - DAY);
  gnutls_x509_crt_set_expiration_time (certificate, time (NULL) + days * DAY);
  gnutls_x509_crt_set_key (certificate, key);
  g_assert_cmpint (gnutls_x509_crt_sign2 (certificate, issuer != NULL ? issuer : certificate,
                                          issuer != NULL ? issuer_key : key, GNUTLS_DIG_SHA256, 0),
                   ==, 0);
  g_assert_cmpint (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &pem), ==, 0);
  write_pem (path, &pem);
  return certificate;
}

static void
make_pair (const char *certificate_path, const char *key_path)
{
  gnutls_x509_privkey_t key = make_key (key_path);

  gnutls_x509_crt_deinit (make_certificate (certificate_path, "somebody", key, NULL, NULL, 1));
  gnutls_x509_privkey_deinit (key);
}

static void
set_up (Files *files, gconstpointer data)
{
  files->directory = g_dir_make_tmp ("test-credential-XXXXXX", NULL);
  files->authority = g_build_filename (files->directory, "authority", NULL);
  files->certificate = g_build_filename (files->directory, "certificate", NULL);
  files->key = g_build_filename (files->directory, "key", NULL);
  files->account = g_build_filename (files->directory, "account", NULL);
  make_pair (files->authority, files->key);
  make_pair (files->certificate, files->key);
}

static void
tear_down (Files *files, gconstpointer data)
{
  char *paths[] = { files->authority, files->certificate, files->key, files->account, files->directory };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_remove (paths[i]);
      g_free (paths[i]);
    }
}

static Credential *
load (Files *files, GError **error)
{
  const CredentialFiles names = { files->authority, files->certificate, files->key, files->account, NULL };

  return credential_load (&names, NULL, error);
}

static void
test_valid (Files *files, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Credential) credential = load (files, &error);
  gint64 now = g_get_real_time ();

  g_assert_no_error (error);
  g_assert_true (credential_is_valid (credential, now, &error));
  g_assert_no_error (error);
  g_assert_cmpint (ABS (credential->expires - now - (gint64)DAY * G_USEC_PER_SEC), <, 60 * G_USEC_PER_SEC);
  g_assert_false (credential_is_valid (credential, credential->expires, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_EXPIRED);
  g_clear_error (&error);
  g_assert_false (credential_is_valid (credential, credential->begins - 1, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_EXPIRED);
}

/* The leaf is good for long, its issuer is not. */
static void
test_shortest_of_chain (Files *files, gconstpointer data)
{
  gnutls_x509_privkey_t issuer_key = make_key (files->key), key = make_key (files->key);
  gnutls_x509_crt_t issuer = make_certificate (files->certificate, "issuer", issuer_key, NULL, NULL, 0), leaf;
  g_autofree char *issuer_pem = NULL, *leaf_pem = NULL, *chain = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (Credential) credential = NULL;

  g_file_get_contents (files->certificate, &issuer_pem, NULL, NULL);
  leaf = make_certificate (files->certificate, "leaf", key, issuer, issuer_key, 100);
  g_file_get_contents (files->certificate, &leaf_pem, NULL, NULL);
  chain = g_strconcat (leaf_pem, issuer_pem, NULL);
  g_file_set_contents (files->certificate, chain, -1, NULL);
  credential = load (files, &error);
  g_assert_no_error (error);
  g_assert_false (credential_is_valid (credential, g_get_real_time () + G_USEC_PER_SEC, NULL));
  gnutls_x509_crt_deinit (leaf);
  gnutls_x509_crt_deinit (issuer);
  gnutls_x509_privkey_deinit (key);
  gnutls_x509_privkey_deinit (issuer_key);
}

static void
assert_missing (const char *authority, const char *certificate, const char *key)
{
  const CredentialFiles files = { authority, certificate, key, NULL, NULL };
  g_autoptr (GError) error = NULL;

  g_assert_null (credential_load (&files, NULL, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING);
}

static void
test_missing (Files *files, gconstpointer data)
{
  assert_missing (NULL, files->certificate, files->key);
  assert_missing (files->authority, NULL, files->key);
  assert_missing (files->authority, files->certificate, NULL);
  assert_missing ("/nonexistent", files->certificate, files->key);
  assert_missing (files->authority, "/nonexistent", files->key);
  assert_missing (files->authority, files->certificate, "/nonexistent");
  assert_missing (files->authority, files->key, files->key);
  assert_missing (files->authority, files->certificate, files->certificate);
}

/* Pipes to which nobody writes, and a CA that everybody may choose. */
static void
test_strange_files (Files *files, gconstpointer data)
{
  g_assert_cmpint (mkfifo (files->account, 0600), ==, 0);
  assert_missing (files->account, files->certificate, files->key);
  assert_missing (files->authority, files->account, files->key);
  assert_missing (files->authority, files->certificate, files->account);
  g_assert_null (credential_make_login (files->account, NULL));
  g_assert_cmpint (g_chmod (files->authority, 0646), ==, 0);
  assert_missing (files->authority, files->certificate, files->key);
}

/* glib-networking reads the CA at each handshake: it gets the one that was checked. */
static void
test_read_once (Files *files, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Credential) credential = load (files, &error);
  g_autofree char *before = NULL, *after = NULL, *anchors = NULL, *kept = NULL;

  g_assert_no_error (error);
  g_object_get (credential->authority, "anchors", &anchors, NULL);
  g_assert_true (g_file_get_contents (files->authority, &before, NULL, NULL));
  make_pair (files->authority, files->key);
  g_assert_true (g_file_get_contents (files->authority, &after, NULL, NULL));
  g_assert_cmpstr (before, !=, after);
  g_assert_true (g_file_get_contents (anchors, &kept, NULL, NULL)); /* as glib-networking does at each handshake */
  g_assert_cmpstr (kept, ==, before);
  g_assert_false (g_file_set_contents (anchors, "", 0, NULL));
}

static void
test_key_of_another (Files *files, gconstpointer data)
{
  make_pair (files->authority, files->key);
  assert_missing (files->authority, files->certificate, files->key);
}

static void
assert_exposed (Files *files, const char *path, int mode, gboolean exposed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Credential) credential = NULL;

  g_assert_cmpint (g_chmod (path, mode), ==, 0);
  credential = load (files, &error);
  g_assert_no_error (error);
  g_assert_cmpint (credential->exposure != NULL, ==, exposed);
  g_assert_true (!exposed || strstr (credential->exposure, path) != NULL);
  g_assert_cmpint (g_chmod (path, 0600), ==, 0);
}

/* Which modes let others read a secret, or change it; the certificate is none. */
static void
test_exposed (Files *files, gconstpointer data)
{
  g_assert_true (g_file_set_contents (files->account, "me\nsecret\n", -1, NULL));
  g_assert_cmpint (g_chmod (files->account, 0600), ==, 0);
  assert_exposed (files, files->key, 0600, FALSE);
  assert_exposed (files, files->key, 0400, FALSE);
  assert_exposed (files, files->key, 0440, FALSE); /* our own group */
  assert_exposed (files, files->key, 0660, TRUE);
  assert_exposed (files, files->key, 0604, TRUE);
  assert_exposed (files, files->account, 0602, TRUE);
  assert_exposed (files, files->certificate, 0644, FALSE);
}

static void
assert_uri (const char *text, gboolean expected, const char *stripped)
{
  g_autofree char *result = token_strip_uri (text);

  g_assert_cmpint (token_is_uri (text), ==, expected);
  g_assert_cmpstr (result, ==, stripped);
}

static void
test_uris (Files *files, gconstpointer data)
{
  g_assert_false (token_is_uri (NULL));
  assert_uri ("/etc/shikaku/key?", FALSE, "/etc/shikaku/key?");
  assert_uri ("pkcs11:token=a", TRUE, "pkcs11:token=a");
  assert_uri ("pkcs11:token=a;object=b?pin-source=file:/pin", TRUE, "pkcs11:token=a;object=b");
  assert_uri ("PKCS11:object=b?pin-value=1", TRUE, "PKCS11:object=b");
  assert_missing (files->authority, "pkcs11:token=nothing", files->key);
  assert_missing (files->authority, files->certificate, "pkcs11:nonsense");
  assert_missing (files->authority, files->certificate, "pkcs11:object=b?pin-value=1");
}

static void
assert_login (Files *files, const char *text, const char *account, const char *password)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (Message) message = NULL;

  g_assert_true (g_file_set_contents (files->account, text, -1, NULL));
  body = credential_make_login (files->account, &error);
  if (account == NULL)
    {
      g_assert_null (body);
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING);
      return;
    }
  g_assert_no_error (error);
  message = message_json_parse_members (body, "Login", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (message_find_text (message, "account"), ==, account);
  g_assert_cmpstr (message_find_text (message, "password"), ==, password);
}

static void
test_login (Files *files, gconstpointer data)
{
  g_autofree char *escapes = g_strnfill (400, '\1'); /* the longest JSON that a byte can become */
  g_autofree char *long_account = g_strconcat (escapes, "\n", escapes, NULL);
  g_autofree char *too_long = g_strnfill (1100, 'a');
  g_autoptr (GError) error = NULL;

  assert_login (files, "me\nsecret", "me", "secret");
  assert_login (files, "me\nsecret\n", "me", "secret");
  assert_login (files, "me\r\nsecret\r\n", "me", "secret");
  assert_login (files, "a\"b\\c\nパス ワード\t/<>\n", "a\"b\\c", "パス ワード\t/<>");
  assert_login (files, long_account, escapes, escapes);
  assert_login (files, "\xef\xbb\xbfme\r\nsecret\r\n", "me", "secret");
  assert_login (files, "\xff\xfem\0e\0", NULL, NULL); /* UTF-16 */
  assert_login (files, "", NULL, NULL);
  assert_login (files, "me\n", NULL, NULL);
  assert_login (files, "\nsecret\n", NULL, NULL);
  assert_login (files, "me\nsecret\nmore\n", NULL, NULL);
  assert_login (files, "me\n\xff\xfe\n", NULL, NULL);
  assert_login (files, too_long, NULL, NULL);
  g_assert_null (credential_make_login ("/nonexistent", &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING);
}

#define ADD(path, function) g_test_add (path, Files, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/credential/valid", test_valid);
  ADD ("/credential/shortest-of-chain", test_shortest_of_chain);
  ADD ("/credential/missing", test_missing);
  ADD ("/credential/strange-files", test_strange_files);
  ADD ("/credential/read-once", test_read_once);
  ADD ("/credential/key-of-another", test_key_of_another);
  ADD ("/credential/exposed", test_exposed);
  ADD ("/credential/uris", test_uris);
  ADD ("/credential/login", test_login);
  return g_test_run ();
}
