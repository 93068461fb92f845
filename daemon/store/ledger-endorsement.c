/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-endorsement: see the header. */
#include "store/ledger-endorsement.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <string.h>

#include "codec/signed-note.h"

GBytes *
ledger_make_endorsement (const char *origin, const char *verifier)
{
  char *text = g_strdup_printf ("shikaku ledger endorsement 1\n%s\n%s\n", origin, verifier);

  return g_bytes_new_take (text, strlen (text));
}

static gnutls_datum_t
as_datum (GBytes *bytes)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  return (gnutls_datum_t){ (unsigned char *)data, (unsigned int)size };
}

/* is_signed: by the key of @certificate, in the way that is usual for its kind of key. */
static gboolean
is_signed (GBytes *message, GBytes *signature, GBytes *certificate)
{
  const gnutls_datum_t text = as_datum (message), sign = as_datum (signature), der = as_datum (certificate);
  gnutls_x509_crt_t parsed = NULL;
  gnutls_pubkey_t key = NULL;
  gnutls_sign_algorithm_t algorithm;
  gboolean right = FALSE;

  if (gnutls_x509_crt_init (&parsed) == 0 && gnutls_x509_crt_import (parsed, &der, GNUTLS_X509_FMT_DER) == 0
      && gnutls_pubkey_init (&key) == 0 && gnutls_pubkey_import_x509 (key, parsed, 0) == 0)
    {
      algorithm
          = gnutls_pk_to_sign ((gnutls_pk_algorithm_t)gnutls_pubkey_get_pk_algorithm (key, NULL), GNUTLS_DIG_SHA256);
      right = algorithm != GNUTLS_SIGN_UNKNOWN && gnutls_pubkey_verify_data2 (key, algorithm, 0, &text, &sign) >= 0;
    }
  gnutls_pubkey_deinit (key);
  gnutls_x509_crt_deinit (parsed);
  return right;
}

gboolean
ledger_check_endorsement (const LedgerEntry *entry)
{
  const char *name = ledger_entry_get_text (entry, LEDGER_FIELD_KEY_NAME);
  GBytes *signature = ledger_entry_get_bytes (entry, LEDGER_FIELD_SIGNATURE);
  GBytes *certificate = ledger_entry_get_bytes (entry, LEDGER_FIELD_CERTIFICATE);
  g_autoptr (NoteVerifier) verifier = name != NULL ? note_verifier_parse (name) : NULL;
  g_autoptr (GBytes) message = NULL;

  if (verifier == NULL || signature == NULL || certificate == NULL)
    return FALSE;
  message = ledger_make_endorsement (verifier->name, name);
  return is_signed (message, signature, certificate);
}
