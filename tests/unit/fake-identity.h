/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fake-identity: keys with their certificates, of people who do not exist. In: what the certificate shall say, or whose
 * of the simulator's ($SHIKAKU_KEYS). Out: certificates, signatures.
 */
#pragma once

#include <glib.h>
#include <gnutls/x509.h>

#define FAKE_DAY (24 * 60 * 60)
#define FAKE_P256_BITS ((guint)GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1))
#define FAKE_P384_BITS ((guint)GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP384R1))

typedef struct
{
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t certificate;
} FakeIdentity;

typedef struct
{
  gnutls_pk_algorithm_t algorithm;
  guint bits;
  const char *name;
  const FakeIdentity *issuer; /* NULL: itself, and it is a CA */
  time_t from, until;         /* 0: yesterday, tomorrow */
  guint usage;                /* 0: digitalSignature, or of a CA; G_MAXUINT: no such extension */
  gsize padding;              /* bytes of a useless extension */
} FakeRequest;

void fake_identity_make (FakeIdentity *identity, const FakeRequest *request);
/* fake_authority_make: a CA; small, because only its signature matters. */
void fake_authority_make (FakeIdentity *identity, const char *name, time_t from, time_t until);
void fake_identity_clear (FakeIdentity *identity);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FakeIdentity, fake_identity_clear)

/* Made or loaded once for the whole program: a CA, and the card of one of the simulator's people ("yamada"). */
const FakeIdentity *fake_get_authority (void);
const FakeIdentity *fake_get_person (const char *persona);

/* fake_identity_get_der: Return: (transfer full). */
GBytes *fake_identity_get_der (const FakeIdentity *identity);

/*
 * fake_identity_sign_digest: what the card's key does with what it is given: for RSA PKCS#1 v1.5 around it, for ECDSA
 * over it. Return: (transfer full).
 */
GBytes *fake_identity_sign_digest (const FakeIdentity *identity, const guint8 *digest, gsize size);
