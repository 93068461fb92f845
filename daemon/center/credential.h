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
  GBytes *text;                 /* of the certificate's file, in locked memory; NULL: in a token */
} Credential;

/*
 * credential_load: reads what @files name, once, and checks it: all can be read, key and certificate belong together,
 * and the key can sign. What was checked is what is used; of a token that holds the key, it is what lies there.
 * @kept: what credential_keep() gave, in place of the files; or NULL. Blocks as long as a token does: for worker
 * threads. Return: the credential, expired or not, or NULL with CREDENTIAL_MISSING, or with PIN_INCORRECT when a token
 * refused its PIN: it shall not be tried again.
 */
Credential *credential_load (const CredentialFiles *files, const Credential *kept, GError **error);
/*
 * credential_keep: what was read of @credential's files, without its token: when that has been away, nothing but the
 * token is looked for again. Return: (transfer full).
 */
Credential *credential_keep (const Credential *credential);
void credential_free (Credential *credential);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Credential, credential_free)

/*
 * credential_load_authority: the CA alone, read once: what happens to its file later changes nothing for who has it.
 * Return: (transfer full), or NULL with CREDENTIAL_MISSING, also for a file that others can change.
 */
GTlsDatabase *credential_load_authority (const char *path, GError **error);

/* credential_check_certificate: whether a client certificate with its chain is in the file at @path. */
gboolean credential_check_certificate (const char *path, GError **error);

/* credential_is_same: whether @a and @b were read of the same texts, or objects of a token. */
gboolean credential_is_same (const Credential *a, const Credential *b);

/* credential_is_valid: whether the certificate can be shown at @now. Return: FALSE with CREDENTIAL_EXPIRED. */
gboolean credential_is_valid (const Credential *credential, gint64 now, GError **error);

/*
 * credential_sign: @bytes signed with the institution's key and SHA-256 (RSA: PKCS #1 v1.5). @ret_certificate:
 * (transfer full) its certificate, DER. For what the institution vouches for beside the center; the key is read anew,
 * and forgotten. Blocks as long as a token does: for worker threads. Return: (transfer full), or NULL as
 * credential_load.
 */
GBytes *credential_sign (const CredentialFiles *files, GBytes *bytes, GBytes **ret_certificate, GError **error);

/*
 * credential_make_login: the body of `auth` from the account's file (two lines: account, password). It lives in
 * locked memory and is erased with the last reference. Return: (transfer full), or NULL with CREDENTIAL_MISSING.
 */
GBytes *credential_make_login (const char *account_file, GError **error);
