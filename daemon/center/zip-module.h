/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * zip-module: the one room that needs libzip, built as a shared module of its own (shikaku-zip.so). It has no symbol of
 * the program that opens it, and gives it one: the table below. Archives and documents come in and go out as in
 * folder-zip, which alone opens it.
 */
#pragma once

#include "base/error.h"
#include "codec/folder-name.h"

#define FOLDER_ZIP_ENTRIES_MAXIMUM 64 /* entries of an archive, folders among them */

typedef enum
{
  FOLDER_ZIP_PLAIN,     /* no password */
  FOLDER_ZIP_ZIPCRYPTO, /* weak: broken with a few known bytes */
  FOLDER_ZIP_AES128,
  FOLDER_ZIP_AES192,
  FOLDER_ZIP_AES256,
} FolderZipMethod;

/* What the module's errors are in: codes are of ShikakuError. Its texts have nothing of the content. */
#define ZIP_MODULE_FAULT (g_quark_from_string ("shikaku-zip-module"))

typedef struct
{
  const char *version; /* SHIKAKU_VERSION of its build: another one's table may be another */
  /* As folder_zip_read and folder_zip_write, but for the errors' domain. */
  GBytes *(*read) (GBytes *archive, const char *password, gsize maximum, FolderExtension *ret_extension,
                   FolderZipMethod *ret_method, GError **error);
  GBytes *(*write) (const char *name, GBytes *document, const char *password, FolderZipMethod method, GError **error);
} ZipModule;

#define ZIP_MODULE_FILE "shikaku-zip.so"
#define ZIP_MODULE_SYMBOL "zip_module"
extern const ZipModule zip_module; /* for who opens the module: by its name, never linked to */
