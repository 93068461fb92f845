/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * card-certificate: chain, dates and signatures of a card's certificate. In come DER and signatures, out go verdicts.
 *
 * What a card can do is in one table, so that the next card (ECDSA P-384) is a line and not a change.
 */
#include "card/card-certificate.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"

#define DIGEST_MAXIMUM 64 /* bytes */

typedef struct
{
  const char *name; /* the field's name of the signature */
  gnutls_pk_algorithm_t key;
  guint bits;
  gnutls_digest_algorithm_t digest;
  gnutls_sign_algorithm_t signature;
  const char *prefix; /* before the digest, in what the card signs: DigestInfo of PKCS#1 v1.5, or nothing */
  gsize prefix_size;
} Algorithm;

/* An ECDSA signature is expected as DER (r, s), as gnutls and X.509 have it. */
static const Algorithm algorithms[] = {
  { "sha256WithRSAEncryption", GNUTLS_PK_RSA, 2048, GNUTLS_DIG_SHA256, GNUTLS_SIGN_RSA_SHA256,
    "\x30\x31\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20", 19 },
  { "ecdsa-with-SHA384", GNUTLS_PK_ECDSA, 384, GNUTLS_DIG_SHA384, GNUTLS_SIGN_ECDSA_SHA384, "", 0 },
};

struct CardAuthorities
{
  gatomicrefcount references;
  gnutls_x509_crt_t *list;
  guint size;
};

struct CardCertificate
{
  gatomicrefcount references;
  GBytes *der;
  gnutls_x509_crt_t parsed;
  gnutls_pubkey_t key;
  const Algorithm *algorithm;
};

static gboolean
set_card_error (GError **error, ShikakuError code, const char *message)
{
  g_set_error_literal (error, SHIKAKU_ERROR, (gint)code, message);
  return FALSE;
}

static gnutls_datum_t
as_datum (GBytes *bytes)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  return (gnutls_datum_t){ .data = (unsigned char *)data, .size = (guint)size };
}

CardAuthorities *
card_authorities_load (const char *path, GError **error)
{
  g_autoptr (CardAuthorities) authorities = g_new0 (CardAuthorities, 1);
  g_autoptr (GError) cause = NULL;
  g_autoptr (Secret) pem = file_read (path, FILE_PEM_SIZE_MAXIMUM, FILE_TRUSTED, &cause);
  gnutls_datum_t datum;

  g_atomic_ref_count_init (&authorities->references);
  gnutls_global_init ();
  if (pem == NULL)
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING, "the cards' CAs cannot be read: %s",
                   cause->message);
      return NULL;
    }
  datum.data = secret_get_data (pem);
  datum.size = (guint)strlen ((char *)datum.data);
  if (gnutls_x509_crt_list_import2 (&authorities->list, &authorities->size, &datum, GNUTLS_X509_FMT_PEM, 0) < 0)
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING, "no certificate of a CA in %s", path);
      return NULL;
    }
  return g_steal_pointer (&authorities);
}

CardAuthorities *
card_authorities_ref (CardAuthorities *authorities)
{
  g_atomic_ref_count_inc (&authorities->references);
  return authorities;
}

void
card_authorities_unref (CardAuthorities *authorities)
{
  if (!g_atomic_ref_count_dec (&authorities->references))
    return;

  for (guint i = 0; i < authorities->size; i++)
    gnutls_x509_crt_deinit (authorities->list[i]);
  gnutls_free (authorities->list);
  g_free (authorities);
}

static const Algorithm *
find_algorithm (gnutls_pubkey_t key)
{
  guint bits = 0;
  int type = gnutls_pubkey_get_pk_algorithm (key, &bits);

  for (guint i = 0; i < G_N_ELEMENTS (algorithms); i++)
    if (type == (int)algorithms[i].key && bits == algorithms[i].bits)
      return &algorithms[i];
  return NULL;
}

CardCertificate *
card_certificate_new (GBytes *der, GError **error)
{
  g_autoptr (CardCertificate) certificate = g_new0 (CardCertificate, 1);
  const gnutls_datum_t datum = as_datum (der);

  g_atomic_ref_count_init (&certificate->references);
  gnutls_global_init (); /* may be called any number of times */
  certificate->der = g_bytes_ref (der);
  gnutls_x509_crt_init (&certificate->parsed);
  gnutls_pubkey_init (&certificate->key);
  if (gnutls_x509_crt_import (certificate->parsed, &datum, GNUTLS_X509_FMT_DER) < 0)
    {
      set_card_error (error, SHIKAKU_ERROR_CARD_FAILED, "what the card gave is not a certificate");
      return NULL;
    }
  if (gnutls_pubkey_import_x509 (certificate->key, certificate->parsed, 0) == 0)
    certificate->algorithm = find_algorithm (certificate->key);
  if (certificate->algorithm == NULL)
    {
      set_card_error (error, SHIKAKU_ERROR_CARD_UNSUPPORTED, "the card's key is of a kind that is not known");
      return NULL;
    }
  return g_steal_pointer (&certificate);
}

CardCertificate *
card_certificate_ref (CardCertificate *certificate)
{
  g_atomic_ref_count_inc (&certificate->references);
  return certificate;
}

void
card_certificate_unref (CardCertificate *certificate)
{
  if (!g_atomic_ref_count_dec (&certificate->references))
    return;

  gnutls_pubkey_deinit (certificate->key);
  gnutls_x509_crt_deinit (certificate->parsed);
  g_bytes_unref (certificate->der);
  g_free (certificate);
}

GBytes *
card_certificate_get_der (CardCertificate *certificate)
{
  return certificate->der;
}

gint64
card_certificate_get_not_after (CardCertificate *certificate)
{
  return gnutls_x509_crt_get_expiration_time (certificate->parsed);
}

const char *
card_certificate_get_algorithm (CardCertificate *certificate)
{
  return certificate->algorithm->name;
}

/*
 * Compares name and key id (gnutls_x509_crt_check_issuer does both), then checks the signature. The dates of the CA do
 * not count: data/doc/card.md, "Certificates".
 */
static gboolean
is_issued_by (CardCertificate *certificate, gnutls_x509_crt_t authority)
{
  const guint flags = GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS;
  guint status = 0;

  return gnutls_x509_crt_get_ca_status (authority, NULL) > 0
         && gnutls_x509_crt_check_issuer (certificate->parsed, authority) == 1
         && gnutls_x509_crt_verify (certificate->parsed, &authority, 1, flags, &status) == 0 && status == 0;
}

static gboolean
is_trusted (CardCertificate *certificate, CardAuthorities *authorities)
{
  for (guint i = 0; i < authorities->size; i++)
    if (is_issued_by (certificate, authorities->list[i]))
      return TRUE;
  return FALSE;
}

/* The key must be for signatures, as the center wants it too, and the certificate must not be that of a CA. */
static gboolean
may_sign (CardCertificate *certificate)
{
  guint usage = 0;

  return gnutls_x509_crt_get_ca_status (certificate->parsed, NULL) <= 0
         && gnutls_x509_crt_get_key_usage (certificate->parsed, &usage, NULL) == 0
         && (usage & GNUTLS_KEY_DIGITAL_SIGNATURE) != 0;
}

gboolean
card_certificate_check (CardCertificate *certificate, CardAuthorities *authorities, gint64 now, GError **error)
{
  if (!is_trusted (certificate, authorities))
    return set_card_error (error, SHIKAKU_ERROR_CERTIFICATE_UNTRUSTED, "the card's certificate is of no known CA");
  if (!may_sign (certificate))
    return set_card_error (error, SHIKAKU_ERROR_CERTIFICATE_UNTRUSTED, "the card's certificate is not for signatures");
  if (certificate_term_judge (card_certificate_get_not_after (certificate), now) == CERTIFICATE_TERM_OVER)
    return set_card_error (error, SHIKAKU_ERROR_CERTIFICATE_EXPIRED, "the card's certificate has expired");
  if (now < gnutls_x509_crt_get_activation_time (certificate->parsed))
    return set_card_error (error, SHIKAKU_ERROR_CERTIFICATE_EXPIRED,
                           "the card's certificate is not valid yet: is the clock right?");
  return TRUE;
}

GBytes *
card_certificate_make_digest (CardCertificate *certificate, GBytes *content)
{
  const Algorithm *algorithm = certificate->algorithm;
  const gnutls_datum_t datum = as_datum (content);
  GByteArray *digest = g_byte_array_new ();
  guint8 hash[DIGEST_MAXIMUM];

  if (gnutls_hash_fast (algorithm->digest, datum.data, datum.size, hash) < 0)
    g_error ("the hash function of %s is missing", algorithm->name);
  g_byte_array_append (digest, (const guint8 *)algorithm->prefix, (guint)algorithm->prefix_size);
  g_byte_array_append (digest, hash, gnutls_hash_get_len (algorithm->digest));
  return g_byte_array_free_to_bytes (digest);
}

gboolean
card_certificate_verify (CardCertificate *certificate, GBytes *content, GBytes *signature, GError **error)
{
  const gnutls_datum_t datum = as_datum (content), signed_datum = as_datum (signature);

  if (gnutls_pubkey_verify_data2 (certificate->key, certificate->algorithm->signature, 0, &datum, &signed_datum) < 0)
    return set_card_error (error, SHIKAKU_ERROR_CARD_FAILED, "the card's signature is not right");
  return TRUE;
}
