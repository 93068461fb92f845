/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* folder-zip: see the header. dlopen(3). */
#include "center/folder-zip.h"

#include <dlfcn.h>
#include <string.h>

#include "base/log.h"

static const char *const words[] = {
  [FOLDER_ZIP_PLAIN] = "plain",    [FOLDER_ZIP_ZIPCRYPTO] = "zipcrypto", [FOLDER_ZIP_AES128] = "aes-128",
  [FOLDER_ZIP_AES192] = "aes-192", [FOLDER_ZIP_AES256] = "aes-256",
};

const char *
folder_zip_method_get_word (FolderZipMethod method)
{
  g_return_val_if_fail (method < G_N_ELEMENTS (words), NULL);
  return words[method];
}

gboolean
folder_zip_method_lookup (const char *word, FolderZipMethod *ret_method)
{
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (word, words[i]) == 0)
      {
        *ret_method = (FolderZipMethod)i;
        return TRUE;
      }
  return FALSE;
}

gboolean
folder_zip_method_is_weak (FolderZipMethod method)
{
  return method == FOLDER_ZIP_PLAIN || method == FOLDER_ZIP_ZIPCRYPTO;
}

/* open_file: the module beside the program, if there is one, else the installed one. Return: NULL with FAILED. */
static void *
open_file (GError **error)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program != NULL ? g_path_get_dirname (program) : NULL;
  g_autofree char *beside = folder != NULL ? g_build_filename (folder, ZIP_MODULE_FILE, NULL) : NULL;
  const gboolean is_beside = beside != NULL && g_file_test (beside, G_FILE_TEST_EXISTS);
  void *file = dlopen (is_beside ? beside : SHIKAKU_MODULE_DIRECTORY "/" ZIP_MODULE_FILE, RTLD_NOW | RTLD_LOCAL);

  if (file == NULL)
    g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "the module for zips cannot be opened: %s", dlerror ());
  return file;
}

/* find_module: of this version. Return: NULL with FAILED. */
static const ZipModule *
find_module (GError **error)
{
  void *file = open_file (error);
  const ZipModule *module = file != NULL ? dlsym (file, ZIP_MODULE_SYMBOL) : NULL;

  if (file == NULL || (module != NULL && strcmp (module->version, SHIKAKU_VERSION) == 0))
    return module;
  g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "the module for zips is not of version %s", SHIKAKU_VERSION);
  dlclose (file);
  return NULL;
}

/* get_module: opened with the first archive, and never closed: the documents that it gives are freed by it. One that
 * cannot be opened is logged, and tried again with the next archive. Return: NULL with FAILED. */
static const ZipModule *
get_module (GError **error)
{
  static GMutex mutex;
  static const ZipModule *opened;
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&mutex);
  GError *failure = NULL;

  if (opened == NULL)
    opened = find_module (&failure);
  if (failure != NULL)
    {
      log_warning (NULL, "%s", failure->message);
      g_propagate_error (error, failure);
    }
  return opened;
}

/* take_fault: @fault: (transfer full): of the module, becomes one of ours. */
static void
take_fault (GError *fault, GError **error)
{
  if (fault == NULL)
    return;
  g_set_error_literal (error, SHIKAKU_ERROR, fault->code, fault->message);
  g_error_free (fault);
}

GBytes *
folder_zip_read (GBytes *archive, const char *password, gsize maximum, FolderExtension *ret_extension,
                 FolderZipMethod *ret_method, GError **error)
{
  const ZipModule *module = get_module (error);
  GError *fault = NULL;
  GBytes *document;

  if (module == NULL)
    return NULL;
  document = module->read (archive, password, maximum, ret_extension, ret_method, &fault);
  take_fault (fault, error);
  /* cppcheck-suppress returnDanglingLifetime */
  return document;
}

GBytes *
folder_zip_write (const char *name, GBytes *document, const char *password, FolderZipMethod method, GError **error)
{
  const ZipModule *module = get_module (error);
  GError *fault = NULL;
  GBytes *archive;

  if (module == NULL)
    return NULL;
  archive = module->write (name, document, password, method, &fault);
  take_fault (fault, error);
  /* cppcheck-suppress returnDanglingLifetime */
  return archive;
}
