/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * token: a PKCS #11 token (HSM, TPM, SoftHSM) that holds a key. A pkcs11: URI and the file of its PIN go in, a login
 * comes out that holds for the whole process as long as it is open: who uses the key needs no PIN any more.
 *
 * Tokens lock after a few wrong PINs. So the PIN is tried here and nowhere else, once, and never as the last try.
 * Everything here blocks for as long as the token likes: for worker threads only, but for token_is_uri, token_strip_uri
 * and token_free.
 */
#pragma once

#include <glib.h>

typedef struct Token Token;

/* token_is_uri: whether @path is a pkcs11: URI instead of a file's path; NULL is neither. */
gboolean token_is_uri (const char *path);

/*
 * token_strip_uri: @uri without its query (pin-source and so on): good for texts and libraries. A path is left as it
 * is. Return: (transfer full).
 */
char *token_strip_uri (const char *uri);

/*
 * token_find: whether the token of @uri is there. Loads the PKCS #11 modules that p11-kit is set up with for this
 * program (enable-in, disable-in), at the first use; but OpenSC's, which would take hold of the patients' cards, only
 * if @uri says that it is its token (library-manufacturer=OpenSC%20Project). Return: FALSE with CREDENTIAL_MISSING.
 */
gboolean token_find (const char *uri, GError **error);

/* token_check_pin: whether a PIN can be read from the file at @path, without trying it. */
gboolean token_check_pin (const char *path, GError **error);

/*
 * token_open: finds the token of @uri and logs in with the PIN in @pin_file (NULL: that of the URI's pin-source). A
 * token that needs no PIN, or that this process is logged in to, is not asked for one. Return: NULL with
 * CREDENTIAL_MISSING, or with PIN_INCORRECT when the token refused the PIN: it shall not be asked again.
 */
Token *token_open (const char *uri, const char *pin_file, GError **error);

/* token_free: logs out, unless another has the token open too; in a thread of its own, nobody waits for it. */
void token_free (Token *token);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Token, token_free)
