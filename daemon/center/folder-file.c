/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* folder-file: see the header. Nothing waits for a lock, follows a link, or opens what is no regular file. */
#include "center/folder-file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define LIST_SIZE 262144u /* bytes of names at once: a folder of thousands in few calls */
#define PIECE_SIZE 65536u /* bytes at once of a file */
#define END_SIZE 65558u   /* bytes at a file's end in which its end mark is looked for: a zip's longest comment */
#define FILE_MODE 0660    /* the group: a terminal's or a bridge's, by the folder's setgid */
#define MOVE_SIZE_MAXIMUM 67108864u /* bytes of a file that is moved to another disk */
#define NUMBERS_MAXIMUM 1000        /* files of one name that were moved aside */
#define CLEAN_MAXIMUM 500u          /* files that are looked at in one go: requests wait meanwhile */
#define FUSE_MAGIC 0x65735546
#define SMB2_MAGIC 0xFE534D42
#define CIFS_MAGIC 0xFF534D42
#define V9FS_NUMBER 0x01021997

gboolean
folder_file_is_lock (int error)
{
  return error == EBUSY || error == EAGAIN || error == EACCES || error == EPERM || error == ETXTBSY || error == EINTR;
}

gboolean
folder_file_is_refusal (int error)
{
  return error == EACCES || error == EPERM || error == EROFS || error == EKEYREJECTED || error == ENOKEY
         || error == EKEYEXPIRED;
}

static gboolean
is_on_another_machine (int folder)
{
  struct statfs status;

  if (fstatfs (folder, &status) != 0)
    return FALSE;
  switch ((guint32)status.f_type)
    {
    case FUSE_MAGIC:
    case SMB2_MAGIC:
    case CIFS_MAGIC:
    case NFS_SUPER_MAGIC:
    case V9FS_NUMBER:
    case SMB_SUPER_MAGIC:
      return TRUE;
    default:
      return FALSE;
    }
}

int
folder_file_open_folder (const char *path, gboolean *is_remote, int *ret_folder)
{
  const int folder = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean remote;

  if (folder < 0)
    return errno;
  remote = is_on_another_machine (folder);
  if (*is_remote && !remote)
    {
      close (folder);
      return EHOSTDOWN;
    }
  *is_remote = remote;
  *ret_folder = folder;
  return 0;
}

int
folder_file_list (int folder, FolderFileFound found, gpointer data)
{
  g_autofree char *names = g_malloc (LIST_SIZE);
  gssize size;

  if (lseek (folder, 0, SEEK_SET) < 0)
    return errno;
  while ((size = getdents64 (folder, names, LIST_SIZE)) > 0)
    for (gssize i = 0; i < size;)
      {
        const struct dirent64 *entry = (const struct dirent64 *)(gconstpointer)(names + i);

        if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
          found (entry->d_name, data);
        i += entry->d_reclen;
      }
  return size < 0 ? errno : 0;
}

/* to_microseconds: whatever time another machine says a file has. */
static gint64
to_microseconds (gint64 seconds, gint64 nanoseconds)
{
  const gint64 far = G_MAXINT64 / 4 / G_USEC_PER_SEC;

  return CLAMP (seconds, -far, far) * G_USEC_PER_SEC + nanoseconds / 1000;
}

int
folder_file_get_modified (int folder, const char *name, gint64 *ret_modified)
{
  struct statx status;

  if (statx (folder, name, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_STATX_FORCE_SYNC, STATX_MTIME, &status) != 0)
    return errno;
  *ret_modified = to_microseconds (status.stx_mtime.tv_sec, status.stx_mtime.tv_nsec);
  return 0;
}

static void
erase (gpointer data)
{
  GByteArray *array = data;

  if (array->len > 0)
    explicit_bzero (array->data, array->len);
  g_byte_array_unref (array);
}

/* take_bytes: @array: (transfer full). */
static GBytes *
take_bytes (GByteArray *array)
{
  return g_bytes_new_with_free_func (array->data, array->len, erase, array);
}

static int
read_all (int file, gsize expected, gsize maximum, GBytes **ret_bytes)
{
  GByteArray *array = g_byte_array_sized_new ((guint)MIN (expected, maximum) + PIECE_SIZE);
  int error = 0;

  for (;;)
    {
      const guint before = array->len;
      gssize size;

      g_byte_array_set_size (array, before + PIECE_SIZE);
      size = read (file, array->data + before, PIECE_SIZE);
      error = size < 0 ? errno : 0;
      g_byte_array_set_size (array, before + (guint)MAX (size, 0));
      if (error == 0 && array->len > maximum)
        error = EFBIG;
      if (error != EINTR && (error != 0 || size == 0))
        break;
    }
  if (error == 0)
    *ret_bytes = take_bytes (array);
  else
    erase (array);
  return error;
}

int
folder_file_read (int folder, const char *name, gsize maximum, GBytes **ret_bytes, gint64 *ret_modified)
{
  const int file = openat (folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  struct stat status;
  int error;

  if (file < 0)
    return errno == ELOOP || errno == ENXIO ? EMEDIUMTYPE : errno;
  if (fstat (file, &status) != 0)
    error = errno;
  else if (!S_ISREG (status.st_mode))
    error = EMEDIUMTYPE;
  else if ((guint64)status.st_size > maximum)
    error = EFBIG;
  else
    error = read_all (file, (gsize)status.st_size, maximum, ret_bytes);
  close (file);
  if (error == 0)
    *ret_modified = to_microseconds (status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
  return error;
}

gboolean
folder_file_is_complete (FolderExtension extension, GBytes *bytes)
{
  static const struct
  {
    const char *mark;
    gsize size, after; /* of the mark; how many bytes may follow it */
  } ends[] = { { NULL, 0, 0 }, { "</XmlMsg", 8, 1024 }, { "PK\005\006", 4, END_SIZE }, { "%%EOF", 5, 1024 } };
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  g_return_val_if_fail (extension < G_N_ELEMENTS (ends), FALSE);
  if (extension == FOLDER_EXTENSION_NONE)
    return TRUE;
  if (size > ends[extension].size + ends[extension].after)
    {
      data += size - ends[extension].size - ends[extension].after;
      size = ends[extension].size + ends[extension].after;
    }
  return size > 0 && memmem (data, size, ends[extension].mark, ends[extension].size) != NULL;
}

/* is_not_for_such: what a file system answers that does not know the call at all. */
static gboolean
is_not_for_such (int error)
{
  return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP || error == ENOTTY;
}

/* flush: what a file system cannot flush is as good as it gets. */
static int
flush (int file)
{
  return fsync (file) == 0 || is_not_for_such (errno) ? 0 : errno;
}

static int
write_all (int file, GBytes *bytes)
{
  gsize size, done = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  while (done < size)
    {
      const gssize written = write (file, data + done, size - done);

      if (written < 0 && errno != EINTR)
        return errno;
      done += (gsize)MAX (written, 0);
    }
  return flush (file);
}

static int
write_temporary (int folder, const char *name, GBytes *bytes)
{
  const int file = openat (folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
  int error;

  if (file < 0)
    return errno;
  (void)fchmod (file, FILE_MODE); /* whatever the umask; a share has its own idea of it */
  error = write_all (file, bytes);
  if (close (file) != 0 && error == 0)
    error = errno; /* a share may say only now that there was no room */
  return error;
}

/*
 * rename_exclusively: by the kernel; or where the file system does not know that, by a link; or where it knows no links
 * either, after a look: the names are drawn, so that nobody makes the same one in between.
 */
static int
rename_exclusively (int from, const char *name, int to, const char *new_name)
{
  struct stat status;

  if (renameat2 (from, name, to, new_name, RENAME_NOREPLACE) == 0)
    return 0;
  if (!is_not_for_such (errno))
    return errno;
  if (linkat (from, name, to, new_name, 0) == 0)
    {
      (void)unlinkat (from, name, 0);
      return 0;
    }
  if (!is_not_for_such (errno) && errno != EPERM)
    return errno;
  if (fstatat (to, new_name, &status, AT_SYMLINK_NOFOLLOW) == 0)
    return EEXIST;
  if (errno != ENOENT)
    return errno;
  return renameat (from, name, to, new_name) == 0 ? 0 : errno;
}

/* is_sure: whether a rename that met @error was certainly not done. EAGAIN: of cifs, when the connection broke. ENOENT
 * is not sure: cifs, connected again, asks once more, and what was done the first time is not found the second. */
static gboolean
is_sure (int error)
{
  if (error == EAGAIN || error == EINTR)
    return FALSE;
  return folder_file_is_lock (error) || error == EEXIST || error == ENOSPC || error == EDQUOT || error == EROFS
         || error == EXDEV || error == ENAMETOOLONG || is_not_for_such (error);
}

int
folder_file_write (const FolderFileWriting *writing, gint64 *ret_modified, gboolean *ret_is_doubtful)
{
  gint64 modified = 0;
  int error = write_temporary (writing->folder, writing->temporary, writing->bytes);

  *ret_is_doubtful = FALSE;
  if (error == 0)
    {
      if (folder_file_get_modified (writing->folder, writing->temporary, &modified) != 0)
        modified = 0;
      if (writing->may_go != NULL && !writing->may_go (writing->data))
        error = ECANCELED;
      else
        {
          error = rename_exclusively (writing->folder, writing->temporary, writing->folder, writing->name);
          *ret_is_doubtful = error != 0 && !is_sure (error);
        }
    }
  if (error != 0)
    (void)unlinkat (writing->folder, writing->temporary, 0);
  else
    (void)flush (writing->folder);
  *ret_modified = modified;
  return error;
}

int
folder_file_delete (int folder, const char *name)
{
  return unlinkat (folder, name, 0) == 0 ? 0 : errno;
}

/* copy_away: @name, on another disk than the folder @to, becomes @new_name there. */
static int
copy_away (int folder, const char *name, int to, const char *temporary, const char *new_name)
{
  FolderFileWriting writing = { .folder = to, .temporary = temporary, .name = new_name };
  gboolean doubtful;
  gint64 modified = 0;
  int error = folder_file_read (folder, name, MOVE_SIZE_MAXIMUM, &writing.bytes, &modified);

  if (error != 0)
    return error;
  error = folder_file_write (&writing, &modified, &doubtful);
  g_bytes_unref (writing.bytes);
  return error != 0 ? error : folder_file_delete (folder, name);
}

static int
move_into (int folder, const char *name, int to, const char *temporary)
{
  int error = EEXIST;

  for (guint i = 0; error == EEXIST && i < NUMBERS_MAXIMUM; i++)
    {
      g_autofree char *new_name = i == 0 ? g_strdup (name) : g_strdup_printf ("%s.%u", name, i);

      error = rename_exclusively (folder, name, to, new_name);
      if (error == EXDEV)
        error = copy_away (folder, name, to, temporary, new_name);
      if (error == 0)
        (void)utimensat (to, new_name, NULL, AT_SYMLINK_NOFOLLOW);
    }
  return error;
}

int
folder_file_move (int folder, const char *name, const char *path, const char *temporary)
{
  int to, error;

  if (mkdir (path, 0700) != 0 && errno != EEXIST)
    return errno;
  to = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (to < 0)
    return errno;
  error = move_into (folder, name, to, temporary);
  close (to);
  return error;
}

/* What is to be cleaned: names, which are read before anything is deleted. */
static void
collect (const char *name, gpointer data)
{
  g_autofree char *plain = g_strdup (name);
  FolderName parts;
  char *dot = strrchr (plain, '.');

  if (dot != NULL && g_ascii_isdigit (dot[1]))
    *dot = '\0'; /* the number behind */
  folder_name_read (plain, &parts);
  if (parts.kind != FOLDER_NAME_OTHER)
    g_ptr_array_add (data, g_strdup (name));
}

gboolean
folder_file_clean (const char *path, gint64 before)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const int folder = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  guint first;

  if (folder < 0)
    return TRUE;
  (void)folder_file_list (folder, collect, names);
  first = names->len > CLEAN_MAXIMUM ? (guint)g_random_int_range (0, (gint)names->len) : 0;
  for (guint i = 0; i < MIN (names->len, CLEAN_MAXIMUM); i++)
    {
      const char *name = g_ptr_array_index (names, (first + i) % names->len);
      gint64 modified = 0;

      if (folder_file_get_modified (folder, name, &modified) == 0 && modified < before)
        (void)unlinkat (folder, name, 0);
    }
  close (folder);
  return names->len <= CLEAN_MAXIMUM;
}

static gboolean
on_never (gpointer data)
{
  (void)data;
  return FALSE;
}

int
folder_file_probe (int folder, const char *temporary, gint64 *ret_modified)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("\n", 1);
  const FolderFileWriting writing
      = { .folder = folder, .temporary = temporary, .name = temporary, .bytes = bytes, .may_go = on_never };
  gboolean doubtful;
  const int error = folder_file_write (&writing, ret_modified, &doubtful);

  return error == ECANCELED ? 0 : error;
}
