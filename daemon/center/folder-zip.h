/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * folder-zip: a file of the terminal's folders that is a zip, with a password or without. An archive comes in, the one
 * document inside goes out, and by which method it was protected; and the other way round. Takes time (AES), but
 * bounded: nothing is inflated whose size was not looked at before.
 *
 * libzip, and what it needs, is memory that only a desk with zips is to pay: zip-module is a shared module, opened here
 * with the first archive and kept. It lies beside the program (as built), or where it was installed. Any thread.
 *
 * Whose archives they are decides the method: any that libzip reads is read, and none is protection: the passwords of
 * the field are known to all (data/doc/threat-model.md).
 */
#pragma once

#include "center/zip-module.h"

/* folder_zip_method_get_word: "plain", "zipcrypto", "aes-128", "aes-192", "aes-256"; static. */
const char *folder_zip_method_get_word (FolderZipMethod method);
/* folder_zip_method_lookup: Return: FALSE if @word is none of them. */
gboolean folder_zip_method_lookup (const char *word, FolderZipMethod *ret_method);
/* folder_zip_method_is_weak: of PLAIN and ZIPCRYPTO. */
gboolean folder_zip_method_is_weak (FolderZipMethod method);

/*
 * folder_zip_read: the one XML or PDF document in the archive, which may lie in a sub-folder. @password: NULL: none is
 * known. @maximum: bytes of the document. @ret_extension, @ret_method: may be NULL; set on success. Return: (transfer
 * full), erased at its end; or NULL with CREDENTIAL_MISSING (it needs a password, and none is known, or it is another
 * one), MESSAGE_INVALID (no archive, none or several documents, too large, damaged, a method that is not known), or
 * FAILED (the module is not there, does not load, or is another version's; the log says it too).
 */
GBytes *folder_zip_read (GBytes *archive, const char *password, gsize maximum, FolderExtension *ret_extension,
                         FolderZipMethod *ret_method, GError **error);

/*
 * folder_zip_write: an archive of one entry, @name. @password: NULL with PLAIN alone. Return: (transfer full), or NULL
 * with FAILED, also where the module is not there.
 */
GBytes *folder_zip_write (const char *name, GBytes *document, const char *password, FolderZipMethod method,
                          GError **error);
