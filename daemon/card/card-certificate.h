/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * card-certificate: the user-authentication certificate of a card: its chain, its dates, and signatures made with its
 * key. Pure computation over gnutls; no card, no file but the CA bundle.
 */
#pragma once

#include "codec/certificate-term.h"

/* The CAs of the cards, several generations of one name: chosen by key id and signature, never by name alone. */
typedef struct CardAuthorities CardAuthorities;

/*
 * card_authorities_load: a PEM bundle. Return: NULL with CREDENTIAL_MISSING (no file, one that others can change, or no
 * certificate in it).
 */
CardAuthorities *card_authorities_load (const char *path, GError **error);
CardAuthorities *card_authorities_ref (CardAuthorities *authorities);
void card_authorities_unref (CardAuthorities *authorities);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CardAuthorities, card_authorities_unref)

typedef struct CardCertificate CardCertificate;

/*
 * card_certificate_new: parses @der. Return: NULL with CARD_FAILED (not a certificate) or CARD_UNSUPPORTED (key
 * type).
 */
CardCertificate *card_certificate_new (GBytes *der, GError **error);
CardCertificate *card_certificate_ref (CardCertificate *certificate);
void card_certificate_unref (CardCertificate *certificate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CardCertificate, card_certificate_unref)

GBytes *card_certificate_get_der (CardCertificate *certificate); /* (transfer none) */

/* The times are seconds since the epoch, UTC. */
gint64 card_certificate_get_not_after (CardCertificate *certificate);

/*
 * card_certificate_get_algorithm: the field's name of the signature ("sha256WithRSAEncryption", "ecdsa-with-SHA384").
 */
const char *card_certificate_get_algorithm (CardCertificate *certificate);

/*
 * card_certificate_check: chain, key usage and dates at @now (seconds). Return: FALSE with CERTIFICATE_UNTRUSTED or
 * CERTIFICATE_EXPIRED: not valid yet, or its term is over (certificate-term). An expired CA of an older generation is
 * accepted while the card's own dates hold (data/doc/card.md, "Certificates").
 */
gboolean card_certificate_check (CardCertificate *certificate, CardAuthorities *authorities, gint64 now,
                                 GError **error);

/*
 * card_certificate_make_digest: what the card is to sign for @content: for RSA the DigestInfo of its SHA-256, for ECDSA
 * P-384 its bare SHA-384. Return: (transfer full).
 */
GBytes *card_certificate_make_digest (CardCertificate *certificate, GBytes *content);

/* card_certificate_verify: whether @signature is the card's over @content. Return: FALSE with CARD_FAILED. */
gboolean card_certificate_verify (CardCertificate *certificate, GBytes *content, GBytes *signature, GError **error);
