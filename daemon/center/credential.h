/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * credential: what the institution shows to the center (certificate, key, account) and the CA that it trusts. Files
 * in, TLS objects out. Loading it loads the TLS module, so that it is done at the first use only.
 */
#pragma once

#include <gio/gio.h>

typedef struct
{
  GTlsCertificate *certificate; /* with its chain and key */
  GTlsDatabase *authority;      /* the one CA */
  gint64 begins, expires;       /* microseconds since the epoch: when all of the certificate's chain is valid */
} Credential;

/*
 * credential_load: reads and checks the three files: they can be read, and key and certificate belong together.
 * Return: the credential, expired or not, or NULL with CREDENTIAL_MISSING.
 */
Credential *credential_load (const char *authority_file, const char *certificate_file, const char *key_file,
                             GError **error);
void credential_free (Credential *credential);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Credential, credential_free)

/* credential_is_valid: whether the certificate can be shown at @now. Return: FALSE with CREDENTIAL_EXPIRED. */
gboolean credential_is_valid (const Credential *credential, gint64 now, GError **error);

/*
 * credential_make_login: the body of `auth` from the account's file (two lines: account, password). It lives in
 * locked memory and is erased with the last reference. Return: (transfer full), or NULL with CREDENTIAL_MISSING.
 */
GBytes *credential_make_login (const char *account_file, GError **error);
