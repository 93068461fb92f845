/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bridge-file: see the header. */
#include "client/folder/bridge-file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define NAMES_MAXIMUM 20000u /* of one look: whoever lays more there waits, and nobody else */
#define FILE_MODE 0660       /* who may read an answer may take it away: the folder's group, by its set-group-ID bit */

void
bridge_file_clear (BridgeFile *file)
{
  g_clear_pointer (&file->bytes, g_bytes_unref);
}

/* Return: FALSE, with errno as the error. */
static gboolean
set_system_error (GError **error, const char *what)
{
  const int number = errno;

  g_set_error (error, G_IO_ERROR, (int)g_io_error_from_errno (number), "%s: %s", what, g_strerror (number));
  return FALSE;
}

int
bridge_folder_open (int parent, const char *path, gboolean make, GError **error)
{
  int folder = openat (parent, path, FOLDER_FLAGS);

  if (folder < 0 && errno == ENOENT && make && mkdirat (parent, path, 0770) == 0)
    folder = openat (parent, path, FOLDER_FLAGS);
  if (folder < 0)
    set_system_error (error, path);
  return folder;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *
bridge_folder_list (int folder, GError **error)
{
  const int own = openat (folder, ".", FOLDER_FLAGS);
  DIR *stream = own >= 0 ? fdopendir (own) : NULL;
  GPtrArray *names;

  if (stream == NULL)
    {
      set_system_error (error, "a folder cannot be listed");
      if (own >= 0)
        close (own);
      return NULL;
    }
  names = g_ptr_array_new_with_free_func (g_free);
  for (const struct dirent *entry = readdir (stream); entry != NULL && names->len < NAMES_MAXIMUM;
       entry = readdir (stream))
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
      g_ptr_array_add (names, g_strdup (entry->d_name));
  closedir (stream);
  g_ptr_array_sort (names, compare_names);
  return names;
}

static gint64
get_since (const struct stat *about)
{
  return (gint64)about->st_ctim.tv_sec * G_USEC_PER_SEC + about->st_ctim.tv_nsec / 1000;
}

/* Return: (transfer full); NULL with errno, or of a file that is larger than @maximum (EMSGSIZE). */
static GBytes *
read_all (int file, gsize maximum)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 piece[65536];

  for (;;)
    {
      const ssize_t size = TEMP_FAILURE_RETRY (read (file, piece, sizeof piece));

      if (size < 0)
        return NULL;
      if (size == 0)
        return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
      g_byte_array_append (bytes, piece, (guint)size);
      if (bytes->len > maximum)
        {
          errno = EMSGSIZE;
          return NULL;
        }
    }
}

gboolean
bridge_file_read (int folder, const char *name, BridgeFile *ret_file, GError **error)
{
  const int file = openat (folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  struct stat about;
  GBytes *bytes = NULL;
  gboolean is_regular = FALSE;

  if (file < 0 && errno != ELOOP && errno != ENXIO)
    return set_system_error (error, "a file cannot be opened");
  if (file >= 0 && fstat (file, &about) == 0 && S_ISREG (about.st_mode))
    {
      is_regular = TRUE;
      errno = EMSGSIZE;
      if (about.st_size <= BRIDGE_FILE_SIZE_MAXIMUM)
        bytes = read_all (file, BRIDGE_FILE_SIZE_MAXIMUM);
    }
  if (bytes == NULL && is_regular)
    set_system_error (error, "a file cannot be read");
  else if (!is_regular)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "this is no regular file");
  if (file >= 0)
    close (file);
  if (bytes == NULL)
    return FALSE;
  *ret_file = (BridgeFile){ .bytes = bytes, .since = get_since (&about) };
  return TRUE;
}

gboolean
bridge_file_get_since (int folder, const char *name, gint64 *ret_since)
{
  struct stat about;

  if (fstatat (folder, name, &about, AT_SYMLINK_NOFOLLOW) != 0)
    return FALSE;
  *ret_since = get_since (&about);
  return TRUE;
}

gboolean
bridge_file_is_there (int folder, const char *name)
{
  gint64 since;

  return bridge_file_get_since (folder, name, &since);
}

gboolean
bridge_file_is_folder (int folder, const char *name)
{
  struct stat about;

  return fstatat (folder, name, &about, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR (about.st_mode);
}

static gboolean
write_all (int file, GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  while (size > 0)
    {
      const ssize_t written = TEMP_FAILURE_RETRY (write (file, data, size));

      if (written < 0)
        return FALSE;
      data += written;
      size -= (gsize)written;
    }
  return fsync (file) == 0;
}

gboolean
bridge_file_write (int folder, const char *name, GBytes *bytes, GError **error)
{
  int file, number = 0;

  if (unlinkat (folder, name, 0) != 0 && errno != ENOENT)
    return set_system_error (error, "a file that was left over cannot be removed");
  file = openat (folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
  if (file < 0)
    return set_system_error (error, "a file cannot be made");
  if (!write_all (file, bytes))
    number = errno;
  if (close (file) != 0 && number == 0)
    number = errno;
  if (number == 0 && fsync (folder) != 0)
    number = errno;
  if (number == 0)
    return TRUE;
  unlinkat (folder, name, 0);
  errno = number;
  return set_system_error (error, "a file cannot be written");
}

/* Where a file system cannot rename exclusively, a second name does it: that of a file that is there is refused. */
static int
rename_exclusively (int from, const char *name, int to, const char *new_name)
{
  if (renameat2 (from, name, to, new_name, RENAME_NOREPLACE) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
    return -1;
  if (linkat (from, name, to, new_name, 0) != 0)
    return -1;
  return unlinkat (from, name, 0);
}

gboolean
bridge_file_rename (int from, const char *name, int to, const char *new_name, GError **error)
{
  if (rename_exclusively (from, name, to, new_name) != 0)
    return set_system_error (error, "a file cannot be renamed");
  if (fsync (to) != 0 || (from != to && fsync (from) != 0))
    return set_system_error (error, "a folder cannot be flushed");
  return TRUE;
}

gboolean
bridge_file_drop (int folder, const char *name)
{
  return unlinkat (folder, name, bridge_file_is_folder (folder, name) ? AT_REMOVEDIR : 0) == 0;
}

gboolean
bridge_file_remove (int folder, const char *name, GError **error)
{
  if (!bridge_file_drop (folder, name) && errno != ENOENT)
    return set_system_error (error, "a file cannot be removed");
  return fsync (folder) == 0 || set_system_error (error, "a folder cannot be flushed");
}
