/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * web-access: what it takes to be let in by the center: the credential (read in a worker thread, because a token may
 * take its time), the connections that are made with it, the login's message, the center's token, and who has refused
 * what. It asks the center nothing itself.
 */
#pragma once

#include "center/credential.h"
#include "center/https.h"

typedef struct WebAccess WebAccess;

/* web_access_new: @files: copied. Nothing is read yet. */
WebAccess *web_access_new (const CredentialFiles *files);
/* web_access_free: an opening under way is forgotten. */
void web_access_free (WebAccess *access);

/* @error: NULL when there is a credential that can be shown now. Borrowed. */
typedef void (*WebAccessOpened) (const GError *error, gpointer user_data);

/*
 * web_access_open: reads the credential, in place of the one before; after a token that was away only the token, as
 * long as the certificate is valid: the files stay as they were read. Calls @opened once, maybe before it returns:
 * never again what a token has refused. Not while one is under way. Errors: CREDENTIAL_MISSING, CREDENTIAL_EXPIRED.
 */
void web_access_open (WebAccess *access, WebAccessOpened opened, gpointer user_data);
gboolean web_access_is_opening (const WebAccess *access);

/* web_access_is_open: whether there is a credential that is valid and not in doubt. */
gboolean web_access_is_open (const WebAccess *access);
/* The credential, valid or not, and its connections; NULL before the first opening that found one. */
const Credential *web_access_get_credential (const WebAccess *access);
Https *web_access_get_https (WebAccess *access);

/*
 * web_access_has_same_files: by their names. web_access_is_same: whether both have opened these, and made a login of
 * them, and found the same.
 */
gboolean web_access_has_same_files (const WebAccess *a, const WebAccess *b);
gboolean web_access_is_same (const WebAccess *a, const WebAccess *b);

/*
 * web_access_doubt: a connection could not be made with the credential. If a token holds its key, which may have been
 * pulled, the credential is to be opened again. Return: FALSE if there is nothing to doubt.
 */
gboolean web_access_doubt (WebAccess *access);
/* web_access_drop_connections: those that are idle: the next exchange makes a new one. */
void web_access_drop_connections (WebAccess *access);

/* web_access_reset: forgets the idle connections, and lets the center's token be old. */
void web_access_reset (WebAccess *access);

/*
 * web_access_make_login: the message of a login, from the account's file. That is read once, and again only when the
 * center has refused what it said: a change of it is for another web-access to try. Return: (transfer full), or NULL
 * with CREDENTIAL_MISSING, or with the center's refusal for some time after that.
 */
GBytes *web_access_make_login (WebAccess *access, GError **error);
/* web_access_note_refusal: the center refused the login. Return: seconds until it may be asked again. */
guint web_access_note_refusal (WebAccess *access, const GError *error);

/* The center's token: @token: (transfer full), good for so long. */
void web_access_take_token (WebAccess *access, char *token, guint lifetime_seconds);
void web_access_forget_token (WebAccess *access);
/* NULL if there is none, or it is about to end. */
const char *web_access_get_token (const WebAccess *access);
gboolean web_access_is_token_old (const WebAccess *access);
/* Another with each token that was taken. */
guint web_access_get_token_serial (const WebAccess *access);
