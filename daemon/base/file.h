/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file: the one careful way to read a small file that somebody else has written: a configuration, a certificate, a key,
 * an account. In: a path. Out: its text in locked memory, or why not.
 *
 * Nothing here waits for whoever holds the other end: what is no regular file (a pipe, a device, a folder) is refused.
 */
#pragma once

#include "base/secret.h"

#define FILE_PEM_SIZE_MAXIMUM 1048576 /* bytes: of a file of certificates, or of a key */

typedef enum
{
  FILE_OWN,     /* what it says is shown or used; who can change it can do no more than make that fail */
  FILE_TRUSTED, /* what it says decides whom to believe: nobody but root and our own user may be able to change it */
} FileTrust;

/*
 * file_read: the text of the regular file at @path, of at most @maximum bytes, ended by a NUL. The mark with which some
 * editors begin a UTF-8 text (U+FEFF) is left out; a NUL byte inside is refused. Nothing buffers the text on its way.
 * Return: (transfer full), or NULL with NOT_FOUND (no such file), INVALID_OPTION (not trusted), or FAILED. The error's
 * text begins with @path.
 */
Secret *file_read (const char *path, gsize maximum, FileTrust trust, GError **error);

/*
 * file_read_bytes: the same for what is no text: each byte as it is. @trust: as above. Return: (transfer full), of
 * exactly the file's size.
 */
Secret *file_read_bytes (const char *path, gsize maximum, FileTrust trust, GError **error);

/*
 * file_check_folder: whether the folder at @path is one in which nobody but root and our own user can put files.
 * Return: FALSE with INVALID_OPTION. A folder that is not there is no fault.
 */
gboolean file_check_folder (const char *path, GError **error);

/* file_is_foreign: whether the owner @uid of a file is neither root nor we. Root itself takes what anybody owns. */
gboolean file_is_foreign (uid_t uid);
