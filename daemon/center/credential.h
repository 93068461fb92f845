/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * credential: what the institution shows to the center (certificate, key, account) and the CA that it trusts. Files and
 * pkcs11: URIs in, TLS objects out. Loading it loads the TLS module, so that it is done at the first use only.
 */
#pragma once

#include <gio/gio.h>

#include "center/token.h"

/* Paths; certificate and key may be pkcs11: URIs. NULL: not configured. */
typedef struct
{
  const char *authority, *certificate, *key, *account;
  const char *token_pin; /* of the key's token */
} CredentialFiles;

typedef struct
{
  GTlsCertificate *certificate; /* with its chain and key */
  GTlsDatabase *authority;      /* the one CA */
  Token *token;                 /* that holds the key, logged in to; NULL: the key is in a file */
  gint64 begins, expires;       /* microseconds since the epoch: when all of the certificate's chain is valid */
  char *exposure;               /* which secret files others can read, for people; NULL: none */
} Credential;

/*
 * credential_load: reads and checks what @files name: all can be read, key and certificate belong together, and the
 * key can sign. Blocks as long as a token does: for worker threads. Return: the credential, expired or not, or NULL
 * with CREDENTIAL_MISSING, or with PIN_INCORRECT when a token refused its PIN: it shall not be tried again.
 */
Credential *credential_load (const CredentialFiles *files, GError **error);
void credential_free (Credential *credential);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Credential, credential_free)

/* credential_is_valid: whether the certificate can be shown at @now. Return: FALSE with CREDENTIAL_EXPIRED. */
gboolean credential_is_valid (const Credential *credential, gint64 now, GError **error);

/*
 * credential_make_login: the body of `auth` from the account's file (two lines: account, password). It lives in
 * locked memory and is erased with the last reference. Return: (transfer full), or NULL with CREDENTIAL_MISSING.
 */
GBytes *credential_make_login (const char *account_file, GError **error);
