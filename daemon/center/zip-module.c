/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* zip-module: see the header. libzip(3), in memory alone. */
#include "center/zip-module.h"

#include <string.h>
#include <zip.h>

static const zip_uint16_t methods[] = {
  [FOLDER_ZIP_PLAIN] = ZIP_EM_NONE,     [FOLDER_ZIP_ZIPCRYPTO] = ZIP_EM_TRAD_PKWARE,
  [FOLDER_ZIP_AES128] = ZIP_EM_AES_128, [FOLDER_ZIP_AES192] = ZIP_EM_AES_192,
  [FOLDER_ZIP_AES256] = ZIP_EM_AES_256,
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (zip_t, zip_discard)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (zip_file_t, zip_fclose)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (zip_source_t, zip_source_free)

static gboolean
find_method (zip_uint16_t libzip, FolderZipMethod *ret_method)
{
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (methods[i] == libzip)
      {
        *ret_method = (FolderZipMethod)i;
        return zip_encryption_method_supported (libzip, 0) != 0;
      }
  return FALSE;
}

static void
set_invalid (GError **error, const char *text)
{
  g_set_error (error, ZIP_MODULE_FAULT, SHIKAKU_ERROR_MESSAGE_INVALID, "the archive %s", text);
}

/* set_zip_error: @failure: of libzip, whose text has nothing of the content. */
static void
set_zip_error (GError **error, zip_error_t *failure)
{
  const int code = zip_error_code_zip (failure);

  if (code == ZIP_ER_NOPASSWD || code == ZIP_ER_WRONGPASSWD)
    g_set_error (error, ZIP_MODULE_FAULT, SHIKAKU_ERROR_CREDENTIAL_MISSING, "the archive cannot be opened: %s",
                 zip_error_strerror (failure));
  else
    g_set_error (error, ZIP_MODULE_FAULT, SHIKAKU_ERROR_MESSAGE_INVALID, "the archive cannot be read: %s",
                 zip_error_strerror (failure));
}

static FolderExtension
get_extension (const char *name)
{
  const char *dot = strrchr (name, '.');

  if (dot != NULL && g_ascii_strcasecmp (dot, ".xml") == 0)
    return FOLDER_EXTENSION_XML;
  if (dot != NULL && g_ascii_strcasecmp (dot, ".pdf") == 0)
    return FOLDER_EXTENSION_PDF;
  return FOLDER_EXTENSION_NONE;
}

/* find_document: the one entry that is a document. */
static gboolean
find_document (zip_t *archive, zip_stat_t *ret_entry, FolderExtension *ret_extension, GError **error)
{
  const zip_int64_t n = zip_get_num_entries (archive, 0);
  gboolean found = FALSE;

  if (n < 0 || n > FOLDER_ZIP_ENTRIES_MAXIMUM)
    {
      set_invalid (error, "has too many entries");
      return FALSE;
    }
  for (zip_int64_t i = 0; i < n; i++)
    {
      const zip_uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_ENCRYPTION_METHOD;
      zip_stat_t entry;
      FolderExtension extension;

      if (zip_stat_index (archive, (zip_uint64_t)i, 0, &entry) != 0 || (entry.valid & needed) != needed)
        continue;
      extension = get_extension (entry.name);
      if (extension == FOLDER_EXTENSION_NONE)
        continue;
      if (found)
        {
          set_invalid (error, "has several documents");
          return FALSE;
        }
      found = TRUE;
      *ret_entry = entry;
      *ret_extension = extension;
    }
  if (!found)
    set_invalid (error, "has no document");
  return found;
}

/* A document's bytes, erased with the last reference. */
typedef struct
{
  gsize size;
  guint8 data[];
} Room;

static void
room_free (gpointer data)
{
  Room *room = data;

  explicit_bzero (room->data, room->size);
  g_free (room);
}

/* inflate: @entry says how many bytes it has; not one more is kept, and one less is a fault. */
static GBytes *
inflate (zip_file_t *file, const zip_stat_t *entry, GError **error)
{
  Room *room = g_malloc (sizeof *room + entry->size + 1);
  gsize done = 0;
  zip_int64_t size;

  room->size = (gsize)entry->size + 1;
  while ((size = zip_fread (file, room->data + done, room->size - done)) > 0)
    {
      done += (gsize)size;
      if (done == room->size)
        break;
    }
  if (size == 0 && done == entry->size)
    return g_bytes_new_with_free_func (room->data, done, room_free, room);
  if (size < 0)
    set_zip_error (error, zip_file_get_error (file));
  else
    set_invalid (error, "has a document of another size than it says");
  room_free (room);
  return NULL;
}

static zip_t *
open_archive (GBytes *bytes, GError **error)
{
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);
  zip_error_t failure;
  zip_source_t *source;
  zip_t *archive = NULL;

  zip_error_init (&failure);
  source = zip_source_buffer_create (data, size, 0, &failure);
  if (source != NULL)
    archive = zip_open_from_source (source, ZIP_RDONLY, &failure);
  if (archive == NULL)
    {
      set_zip_error (error, &failure);
      g_clear_pointer (&source, zip_source_free);
    }
  zip_error_fini (&failure);
  return archive;
}

static GBytes *
read_archive (GBytes *bytes, const char *password, gsize maximum, FolderExtension *ret_extension,
              FolderZipMethod *ret_method, GError **error)
{
  g_autoptr (zip_t) archive = open_archive (bytes, error);
  g_autoptr (zip_file_t) file = NULL;
  FolderExtension extension = FOLDER_EXTENSION_NONE;
  FolderZipMethod method = FOLDER_ZIP_PLAIN;
  zip_stat_t entry;
  GBytes *document;

  zip_stat_init (&entry);
  if (archive == NULL || !find_document (archive, &entry, &extension, error))
    return NULL;
  if (entry.size > maximum)
    {
      set_invalid (error, "has a document that is too large");
      return NULL;
    }
  if (!find_method (entry.encryption_method, &method))
    {
      set_invalid (error, "is protected by a method that is not known");
      return NULL;
    }
  file = zip_fopen_index_encrypted (archive, entry.index, 0, method == FOLDER_ZIP_PLAIN ? NULL : password);
  if (file == NULL)
    {
      set_zip_error (error, zip_get_error (archive));
      return NULL;
    }
  document = inflate (file, &entry, error);
  if (document == NULL)
    return NULL;
  if (ret_extension != NULL)
    *ret_extension = extension;
  if (ret_method != NULL)
    *ret_method = method;
  return document;
}

static void
set_failed (GError **error, zip_error_t *failure)
{
  g_set_error (error, ZIP_MODULE_FAULT, SHIKAKU_ERROR_FAILED, "no archive can be made: %s",
               zip_error_strerror (failure));
}

/* add_document: the one entry. */
static gboolean
add_document (zip_t *archive, const char *name, GBytes *document, const char *password, FolderZipMethod method)
{
  gsize size;
  const void *data = g_bytes_get_data (document, &size);
  zip_source_t *source = zip_source_buffer (archive, data, size, 0);
  zip_int64_t index;

  if (source == NULL)
    return FALSE;
  index = zip_file_add (archive, name, source, ZIP_FL_ENC_UTF_8);
  if (index < 0)
    {
      zip_source_free (source);
      return FALSE;
    }
  return method == FOLDER_ZIP_PLAIN
         || zip_file_set_encryption (archive, (zip_uint64_t)index, methods[method], password) == 0;
}

/* take_archive: what was written into @source. */
static GBytes *
take_archive (zip_source_t *source)
{
  g_autofree guint8 *data = NULL;
  zip_stat_t entry;

  if (zip_source_stat (source, &entry) != 0 || (entry.valid & ZIP_STAT_SIZE) == 0 || zip_source_open (source) != 0)
    return NULL;
  data = g_malloc (entry.size);
  if (zip_source_read (source, data, entry.size) != (zip_int64_t)entry.size)
    return NULL;
  zip_source_close (source);
  return g_bytes_new_take (g_steal_pointer (&data), (gsize)entry.size);
}

static GBytes *
write_archive (const char *name, GBytes *document, const char *password, FolderZipMethod method, GError **error)
{
  g_autoptr (zip_source_t) source = NULL;
  zip_error_t failure;
  zip_t *archive = NULL;
  GBytes *bytes = NULL;

  g_return_val_if_fail (method == FOLDER_ZIP_PLAIN || password != NULL, NULL);
  zip_error_init (&failure);
  source = zip_source_buffer_create (NULL, 0, 0, &failure);
  if (source != NULL)
    archive = zip_open_from_source (source, ZIP_TRUNCATE, &failure);
  if (archive == NULL)
    {
      set_failed (error, &failure);
      zip_error_fini (&failure);
      return NULL;
    }
  zip_error_fini (&failure);
  zip_source_keep (source); /* the archive's own reference goes with it */
  if (!add_document (archive, name, document, password, method) || zip_close (archive) != 0)
    {
      set_failed (error, zip_get_error (archive));
      zip_discard (archive);
      return NULL;
    }
  bytes = take_archive (source);
  if (bytes == NULL)
    g_set_error_literal (error, ZIP_MODULE_FAULT, SHIKAKU_ERROR_FAILED, "no archive can be made");
  return bytes;
}

const ZipModule zip_module = { SHIKAKU_VERSION, read_archive, write_archive };
