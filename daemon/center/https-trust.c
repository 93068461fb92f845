/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* https-trust: a GTlsDatabase around another. It is asked in the thread of a handshake. */
#include "center/https-trust.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

typedef struct
{
  GTlsDatabase parent;
  GTlsDatabase *authority;
} Trust;

typedef GTlsDatabaseClass TrustClass;

static GType trust_get_type (void);

G_DEFINE_TYPE (Trust, trust, G_TYPE_TLS_DATABASE)

static gboolean
is_strong (gnutls_x509_crt_t certificate)
{
  unsigned int bits = 0;
  int algorithm = gnutls_x509_crt_get_pk_algorithm (certificate, &bits);

  return algorithm >= 0
         && gnutls_pk_bits_to_sec_param ((gnutls_pk_algorithm_t)algorithm, bits) >= GNUTLS_SEC_PARAM_MEDIUM;
}

/* examine: @is_leaf: it is the server's own. */
static GTlsCertificateFlags
examine (GTlsCertificate *certificate, gboolean is_leaf)
{
  GTlsCertificateFlags flags = G_TLS_CERTIFICATE_NO_FLAGS;
  g_autoptr (GByteArray) der = NULL;
  gnutls_x509_crt_t crt;
  gnutls_datum_t data;

  g_object_get (certificate, "certificate", &der, NULL);
  if (der == NULL || gnutls_x509_crt_init (&crt) < 0)
    return G_TLS_CERTIFICATE_GENERIC_ERROR;
  data = (gnutls_datum_t){ der->data, der->len };
  if (gnutls_x509_crt_import (crt, &data, GNUTLS_X509_FMT_DER) < 0
      || (is_leaf && gnutls_x509_crt_check_key_purpose (crt, GNUTLS_KP_TLS_WWW_SERVER, 0) == 0))
    flags |= G_TLS_CERTIFICATE_GENERIC_ERROR;
  else if (!is_strong (crt))
    flags |= G_TLS_CERTIFICATE_INSECURE;
  gnutls_x509_crt_deinit (crt);
  return flags;
}

static GTlsCertificateFlags
trust_verify_chain (GTlsDatabase *database, GTlsCertificate *chain, const char *purpose, GSocketConnectable *identity,
                    GTlsInteraction *interaction, GTlsDatabaseVerifyFlags how, GCancellable *cancellable,
                    GError **error)
{
  GTlsCertificateFlags flags = g_tls_database_verify_chain (((Trust *)database)->authority, chain, purpose, identity,
                                                            interaction, how, cancellable, error);

  for (GTlsCertificate *at = chain; at != NULL; at = g_tls_certificate_get_issuer (at))
    flags |= examine (at, at == chain);
  return flags;
}

static void
trust_finalize (GObject *object)
{
  g_object_unref (((Trust *)object)->authority);
  G_OBJECT_CLASS (trust_parent_class)->finalize (object);
}

static void
trust_class_init (TrustClass *class)
{
  G_OBJECT_CLASS (class)->finalize = trust_finalize;
  class->verify_chain = trust_verify_chain;
}

static void
trust_init (Trust *trust)
{
}

GTlsDatabase *
https_trust_new (GTlsDatabase *authority)
{
  Trust *trust = g_object_new (trust_get_type (), NULL);

  trust->authority = g_object_ref (authority);
  return G_TLS_DATABASE (trust);
}
