/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fake-identity: see the header. In: requests, files of the simulator. Out: keys, certificates, signatures. */
#include "fake-identity.h"

#include <gnutls/abstract.h>

void
fake_identity_clear (FakeIdentity *identity)
{
  gnutls_x509_privkey_deinit (identity->key);
  gnutls_x509_crt_deinit (identity->certificate);
}
static void
sign_certificate (FakeIdentity *identity, const FakeRequest *request)
{
  gnutls_x509_crt_t certificate = identity->certificate;
  const FakeIdentity *issuer = request->issuer != NULL ? request->issuer : identity;
  guint usage = request->issuer != NULL ? GNUTLS_KEY_DIGITAL_SIGNATURE : GNUTLS_KEY_KEY_CERT_SIGN;
  guint8 id[64];
  gsize size = sizeof id;

  gnutls_x509_crt_get_key_id (certificate, 0, id, &size);
  gnutls_x509_crt_set_subject_key_id (certificate, id, size);
  if (request->issuer != NULL)
    {
      guint8 issuer_id[64];
      gsize issuer_size = sizeof issuer_id;

      gnutls_x509_crt_get_subject_key_id (issuer->certificate, issuer_id, &issuer_size, NULL);
      gnutls_x509_crt_set_authority_key_id (certificate, issuer_id, issuer_size);
    }
  gnutls_x509_crt_set_basic_constraints (certificate, request->issuer == NULL, -1);
  if (request->usage != G_MAXUINT)
    gnutls_x509_crt_set_key_usage (certificate, request->usage != 0 ? request->usage : usage);
  if (request->padding > 0)
    {
      g_autofree guint8 *padding = g_malloc0 (request->padding);

      gnutls_x509_crt_set_extension_by_oid (certificate, "1.3.6.1.4.1.99999.1", padding, request->padding, 0);
    }
  g_assert_cmpint (gnutls_x509_crt_sign2 (certificate, issuer->certificate, issuer->key, GNUTLS_DIG_SHA256, 0), ==, 0);
}

void
fake_identity_make (FakeIdentity *identity, const FakeRequest *request)
{
  const time_t now = time (NULL);
  const guint8 serial[] = { 1 };
  char *distinguished_name = g_strdup_printf ("C=JP,O=Test,CN=%s", request->name);

  g_assert_cmpint (gnutls_x509_privkey_init (&identity->key), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_generate (identity->key, request->algorithm, request->bits, 0), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_init (&identity->certificate), ==, 0);
  gnutls_x509_crt_set_version (identity->certificate, 3);
  gnutls_x509_crt_set_serial (identity->certificate, serial, sizeof serial);
  gnutls_x509_crt_set_dn (identity->certificate, distinguished_name, NULL);
  gnutls_x509_crt_set_key (identity->certificate, identity->key);
  gnutls_x509_crt_set_activation_time (identity->certificate, request->from != 0 ? request->from : now - FAKE_DAY);
  gnutls_x509_crt_set_expiration_time (identity->certificate, request->until != 0 ? request->until : now + FAKE_DAY);
  sign_certificate (identity, request);
  g_free (distinguished_name);
}

void
fake_authority_make (FakeIdentity *identity, const char *name, time_t from, time_t until)
{
  const FakeRequest request = { GNUTLS_PK_ECDSA, FAKE_P256_BITS, name, NULL, from, until, 0, 0 };

  fake_identity_make (identity, &request);
}

GBytes *
fake_identity_get_der (const FakeIdentity *identity)
{
  gnutls_datum_t der;
  GBytes *bytes;

  g_assert_cmpint (gnutls_x509_crt_export2 (identity->certificate, GNUTLS_X509_FMT_DER, &der), ==, 0);
  bytes = g_bytes_new (der.data, der.size);
  gnutls_free (der.data);
  return bytes;
}

GBytes *
fake_identity_sign_digest (const FakeIdentity *identity, const guint8 *digest, gsize size)
{
  const gnutls_datum_t datum = { (unsigned char *)digest, (guint)size };
  gnutls_datum_t signature = { NULL, 0 };
  gnutls_privkey_t key;
  GBytes *bytes;
  int result;

  gnutls_privkey_init (&key);
  gnutls_privkey_import_x509 (key, identity->key, 0);
  if (gnutls_privkey_get_pk_algorithm (key, NULL) == GNUTLS_PK_RSA)
    result = gnutls_privkey_sign_hash (key, GNUTLS_DIG_NULL, GNUTLS_PRIVKEY_SIGN_FLAG_TLS1_RSA, &datum, &signature);
  else
    result = gnutls_privkey_sign_hash2 (key, GNUTLS_SIGN_ECDSA_SHA384, 0, &datum, &signature);
  g_assert_cmpint (result, ==, 0);
  bytes = g_bytes_new (signature.data, signature.size);
  gnutls_free (signature.data);
  gnutls_privkey_deinit (key);
  return bytes;
}

const FakeIdentity *
fake_get_authority (void)
{
  static FakeIdentity authority;

  if (authority.key == NULL)
    fake_authority_make (&authority, "Test CA", 0, 0);
  return &authority;
}

static GBytes *
read_key_file (const char *persona, const char *suffix)
{
  g_autofree char *path = g_strdup_printf ("%s/%s%s", g_getenv ("SHIKAKU_KEYS"), persona, suffix);
  g_autoptr (GError) error = NULL;
  char *content;
  gsize size;

  g_file_get_contents (path, &content, &size, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (content, size);
}

static FakeIdentity *
load_person (const char *persona)
{
  FakeIdentity *person = g_new0 (FakeIdentity, 1);
  g_autoptr (GBytes) key = read_key_file (persona, ".key.pem"), certificate = read_key_file (persona, ".cert.der");
  const gnutls_datum_t pem = { (guint8 *)g_bytes_get_data (key, NULL), (guint)g_bytes_get_size (key) };
  const gnutls_datum_t der = { (guint8 *)g_bytes_get_data (certificate, NULL), (guint)g_bytes_get_size (certificate) };

  gnutls_x509_privkey_init (&person->key);
  g_assert_cmpint (gnutls_x509_privkey_import2 (person->key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0), ==, 0);
  gnutls_x509_crt_init (&person->certificate);
  g_assert_cmpint (gnutls_x509_crt_import (person->certificate, &der, GNUTLS_X509_FMT_DER), ==, 0);
  return person;
}

const FakeIdentity *
fake_get_person (const char *persona)
{
  static GHashTable *people;
  FakeIdentity *person;

  if (people == NULL)
    people = g_hash_table_new (g_str_hash, g_str_equal);
  person = g_hash_table_lookup (people, persona);
  if (person == NULL)
    g_hash_table_insert (people, g_strdup (persona), person = load_person (persona));
  return person;
}
