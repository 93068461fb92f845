/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fuzz-zip-module: any bytes as an archive: one document of no more than its limit, or one of two errors. */
#include "harness.h"

#include "center/zip-module.h"

#define MAXIMUM 4096u

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) archive = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  FolderExtension extension = FOLDER_EXTENSION_NONE;
  FolderZipMethod method = FOLDER_ZIP_PLAIN;
  g_autoptr (GBytes) document = zip_module.read (archive, "invented-1", MAXIMUM, &extension, &method, &error);

  if (document != NULL)
    g_assert (error == NULL && g_bytes_get_size (document) <= MAXIMUM
              && (extension == FOLDER_EXTENSION_XML || extension == FOLDER_EXTENSION_PDF));
  else
    g_assert (g_error_matches (error, ZIP_MODULE_FAULT, SHIKAKU_ERROR_MESSAGE_INVALID)
              || g_error_matches (error, ZIP_MODULE_FAULT, SHIKAKU_ERROR_CREDENTIAL_MISSING));
  return 0;
}
