/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-card-certificate: which certificates of cards are believed, and which signatures. */
#include "card/card-certificate.h"

#include <glib/gstdio.h>

#include "base/error.h"
#include "fake-identity.h"

#define YEAR (365 * FAKE_DAY)

static gint64
get_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* The CAs of @list (NULL-ended) as the daemon loads them. */
static CardAuthorities *
load (const FakeIdentity *const *list)
{
  g_autoptr (GString) pem = g_string_new ("# the cards' CAs\n");
  g_autofree char *path = NULL;
  CardAuthorities *authorities;
  int fd = g_file_open_tmp ("shikaku-test-XXXXXX", &path, NULL);

  for (; *list != NULL; list++)
    {
      gnutls_datum_t text;

      gnutls_x509_crt_export2 ((*list)->certificate, GNUTLS_X509_FMT_PEM, &text);
      g_string_append_len (pem, (const char *)text.data, text.size);
      gnutls_free (text.data);
    }
  g_assert_true (g_close (fd, NULL));
  g_assert_true (g_file_set_contents (path, pem->str, (gssize)pem->len, NULL));
  authorities = card_authorities_load (path, NULL);
  g_assert_nonnull (authorities);
  g_unlink (path);
  return authorities;
}

static CardCertificate *
parse (const FakeIdentity *identity)
{
  g_autoptr (GBytes) der = fake_identity_get_der (identity);
  g_autoptr (GError) error = NULL;
  CardCertificate *certificate = card_certificate_new (der, &error);

  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (card_certificate_get_der (certificate), der));
  return certificate;
}

/* @code: of SHIKAKU_ERROR, -1: none. */
static void
assert_check (const FakeIdentity *identity, CardAuthorities *authorities, gint64 now, int code)
{
  g_autoptr (CardCertificate) certificate = parse (identity);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (card_certificate_check (certificate, authorities, now, &error), ==, code < 0);
  if (code < 0)
    g_assert_no_error (error);
  else
    g_assert_error (error, SHIKAKU_ERROR, code);
}

static void
make_person (FakeIdentity *person, const FakeIdentity *issuer, time_t until, guint usage)
{
  const FakeRequest request = { GNUTLS_PK_ECDSA, FAKE_P384_BITS, "Person", issuer, 0, until, usage, 0 };

  fake_identity_make (person, &request);
}

/* Several generations of one name, in any order, and one of that name which is none of them. */
static void
test_generations (void)
{
  g_auto (FakeIdentity) first = { 0 }, second = { 0 }, foreign = { 0 };
  g_auto (FakeIdentity) of_first = { 0 }, of_second = { 0 }, of_foreign = { 0 };
  g_autoptr (CardAuthorities) both = NULL, reversed = NULL, one = NULL;

  fake_authority_make (&first, "Cards", 0, 0);
  fake_authority_make (&second, "Cards", 0, 0);
  fake_authority_make (&foreign, "Cards", 0, 0);
  make_person (&of_first, &first, 0, 0);
  make_person (&of_second, &second, 0, 0);
  make_person (&of_foreign, &foreign, 0, 0);
  both = load ((const FakeIdentity *[]){ &first, &second, NULL });
  reversed = load ((const FakeIdentity *[]){ &second, &first, NULL });
  one = load ((const FakeIdentity *[]){ &first, NULL });

  assert_check (&of_first, both, get_now (), -1);
  assert_check (&of_second, both, get_now (), -1);
  assert_check (&of_first, reversed, get_now (), -1);
  assert_check (&of_second, reversed, get_now (), -1);
  assert_check (&of_first, one, get_now (), -1);
  assert_check (&of_second, one, get_now (), SHIKAKU_ERROR_CERTIFICATE_UNTRUSTED);
  assert_check (&of_foreign, both, get_now (), SHIKAKU_ERROR_CERTIFICATE_UNTRUSTED);
}

/* A forger may copy name and key id, but not the signature. */
static void
test_forged (void)
{
  g_auto (FakeIdentity) authority = { 0 }, forger = { 0 }, person = { 0 };
  g_autoptr (CardAuthorities) authorities = NULL;
  guint8 id[64];
  gsize size = sizeof id;

  fake_authority_make (&authority, "Cards", 0, 0);
  fake_authority_make (&forger, "Cards", 0, 0);
  make_person (&person, &forger, 0, 0);
  gnutls_x509_crt_get_subject_key_id (authority.certificate, id, &size, NULL);
  gnutls_x509_crt_set_authority_key_id (person.certificate, id, size);
  gnutls_x509_crt_sign2 (person.certificate, forger.certificate, forger.key, GNUTLS_DIG_SHA256, 0);
  authorities = load ((const FakeIdentity *[]){ &authority, NULL });
  assert_check (&person, authorities, get_now (), SHIKAKU_ERROR_CERTIFICATE_UNTRUSTED);
}

static void
test_dates (void)
{
  const gint64 now = get_now ();
  g_auto (FakeIdentity) authority = { 0 }, old = { 0 }, person = { 0 }, of_old = { 0 };
  g_autoptr (CardAuthorities) authorities = NULL;
  g_autoptr (CardCertificate) certificate = NULL;

  fake_authority_make (&authority, "Cards", 0, 0);
  fake_authority_make (&old, "Cards", now - 10 * YEAR, now - FAKE_DAY); /* has expired itself */
  make_person (&person, &authority, now + YEAR, 0);
  make_person (&of_old, &old, now + YEAR, 0);
  authorities = load ((const FakeIdentity *[]){ &old, &authority, NULL });

  certificate = parse (&person);
  g_assert_cmpint (card_certificate_get_not_after (certificate), ==, now + YEAR);
  assert_check (&person, authorities, now, -1);
  assert_check (&person, authorities, now + YEAR, -1);
  assert_check (&person, authorities, now + YEAR + 89 * FAKE_DAY, -1); /* three months and up to the end of that one */
  assert_check (&person, authorities, now + YEAR + 124 * FAKE_DAY, SHIKAKU_ERROR_CERTIFICATE_EXPIRED);
  assert_check (&person, authorities, now - 2 * FAKE_DAY, SHIKAKU_ERROR_CERTIFICATE_EXPIRED);
  assert_check (&of_old, authorities, now, -1);
  assert_check (&of_old, authorities, now + YEAR + 124 * FAKE_DAY, SHIKAKU_ERROR_CERTIFICATE_EXPIRED);
}

static void
test_usage (void)
{
  g_auto (FakeIdentity) authority = { 0 }, for_keys = { 0 }, for_all = { 0 }, unsaid = { 0 };
  g_autoptr (CardAuthorities) authorities = NULL;

  fake_authority_make (&authority, "Cards", 0, 0);
  make_person (&for_keys, &authority, 0, GNUTLS_KEY_KEY_ENCIPHERMENT);
  make_person (&for_all, &authority, 0, GNUTLS_KEY_KEY_ENCIPHERMENT | GNUTLS_KEY_DIGITAL_SIGNATURE);
  make_person (&unsaid, &authority, 0, G_MAXUINT);
  authorities = load ((const FakeIdentity *[]){ &authority, NULL });
  assert_check (&for_keys, authorities, get_now (), SHIKAKU_ERROR_CERTIFICATE_UNTRUSTED);
  assert_check (&for_all, authorities, get_now (), -1);
  assert_check (&unsaid, authorities, get_now (), SHIKAKU_ERROR_CERTIFICATE_UNTRUSTED);
}

/* The CA's own certificate in a card, and a person's certificate among the CAs. */
static void
test_not_a_person (void)
{
  const FakeRequest large = {
    GNUTLS_PK_ECDSA, FAKE_P384_BITS, "Cards", NULL, 0, 0, GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_CERT_SIGN, 0
  };
  g_auto (FakeIdentity) authority = { 0 }, person = { 0 }, of_person = { 0 };
  g_autoptr (CardAuthorities) authorities = NULL;

  fake_identity_make (&authority, &large);
  make_person (&person, &authority, 0, 0);
  make_person (&of_person, &person, 0, 0);
  authorities = load ((const FakeIdentity *[]){ &authority, &person, NULL });
  assert_check (&authority, authorities, get_now (), SHIKAKU_ERROR_CERTIFICATE_UNTRUSTED);
  assert_check (&of_person, authorities, get_now (), SHIKAKU_ERROR_CERTIFICATE_UNTRUSTED);
}

static void
assert_signs (const FakeIdentity *identity, const char *algorithm, gsize digest_size)
{
  g_autoptr (CardCertificate) certificate = parse (identity);
  g_autoptr (GBytes) content = g_bytes_new_static ("content", 7), other = g_bytes_new_static ("Content", 7);
  g_autoptr (GBytes) digest = card_certificate_make_digest (certificate, content);
  g_autoptr (GBytes) signature = NULL, cut = NULL, empty = g_bytes_new_static ("", 0);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (card_certificate_get_algorithm (certificate), ==, algorithm);
  g_assert_cmpuint (g_bytes_get_size (digest), ==, digest_size);
  signature = fake_identity_sign_digest (identity, g_bytes_get_data (digest, NULL), digest_size);
  cut = g_bytes_new_from_bytes (signature, 0, g_bytes_get_size (signature) - 1);
  g_assert_true (card_certificate_verify (certificate, content, signature, &error));
  g_assert_no_error (error);
  g_assert_false (card_certificate_verify (certificate, other, signature, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_FAILED);
  g_assert_false (card_certificate_verify (certificate, content, cut, NULL));
  g_assert_false (card_certificate_verify (certificate, content, empty, NULL));
}

static void
test_signatures (void)
{
  g_auto (FakeIdentity) person = { 0 };
  g_autoptr (CardCertificate) certificate = parse (fake_get_person ("yamada"));
  g_autoptr (GBytes) content = g_bytes_new_static ("content", 7), digest = NULL;

  make_person (&person, fake_get_authority (), 0, 0);
  assert_signs (fake_get_person ("yamada"), "sha256WithRSAEncryption", 51);
  assert_signs (&person, "ecdsa-with-SHA384", 48);

  digest = card_certificate_make_digest (certificate, content); /* data/doc/card.md, "Commands" */
  g_assert_cmpmem (g_bytes_get_data (digest, NULL), 19,
                   "\x30\x31\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20", 19);
}

static void
test_unknown_keys (void)
{
  const FakeRequest requests[] = {
    { GNUTLS_PK_ECDSA, FAKE_P256_BITS, "Person", fake_get_authority (), 0, 0, 0, 0 },
    { GNUTLS_PK_RSA, 1024, "Person", fake_get_authority (), 0, 0, 0, 0 },
    { GNUTLS_PK_EDDSA_ED25519, 0, "Person", fake_get_authority (), 0, 0, 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_auto (FakeIdentity) person = { 0 };
      g_autoptr (GBytes) der = NULL;
      g_autoptr (GError) error = NULL;

      fake_identity_make (&person, &requests[i]);
      der = fake_identity_get_der (&person);
      g_assert_null (card_certificate_new (der, &error));
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_UNSUPPORTED);
    }
}

static void
test_not_certificates (void)
{
  g_autoptr (GBytes) whole = fake_identity_get_der (fake_get_person ("yamada"));

  for (gsize size = 0; size < g_bytes_get_size (whole); size++)
    {
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (whole, 0, size);
      g_autoptr (GError) error = NULL;

      g_assert_null (card_certificate_new (part, &error));
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_FAILED);
    }
}

static void
test_no_authorities (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (card_authorities_load ("/nonexistent/card-ca.pem", &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING);
  g_clear_error (&error);
  g_assert_null (card_authorities_load ("/dev/null", &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/card-certificate/generations", test_generations);
  g_test_add_func ("/card-certificate/forged", test_forged);
  g_test_add_func ("/card-certificate/dates", test_dates);
  g_test_add_func ("/card-certificate/usage", test_usage);
  g_test_add_func ("/card-certificate/not-a-person", test_not_a_person);
  g_test_add_func ("/card-certificate/signatures", test_signatures);
  g_test_add_func ("/card-certificate/unknown-keys", test_unknown_keys);
  g_test_add_func ("/card-certificate/not-certificates", test_not_certificates);
  g_test_add_func ("/card-certificate/no-authorities", test_no_authorities);
  return g_test_run ();
}
