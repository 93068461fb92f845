/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file: see the header. It is opened without waiting, and looked at when it is open: what was looked at is what is
 * read.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

static const char byte_order_mark[] = "\xef\xbb\xbf";

G_GNUC_PRINTF (4, 5)
static gboolean
set_file_error (GError **error, ShikakuError code, const char *path, const char *format, ...)
{
  g_autofree char *name = g_filename_display_name (path),
                  *text = NULL; /* errors go to the bus, which takes UTF-8 only */
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, SHIKAKU_ERROR, (int)code, "%s: %s", name, text);
  return FALSE;
}

/* Root may go by another number in a user namespace: by that of whoever has the file system. */
gboolean
file_is_foreign (uid_t uid)
{
  struct stat root;

  if (geteuid () == 0 || uid == 0 || uid == geteuid ())
    return FALSE;
  return stat ("/", &root) != 0 || uid != root.st_uid;
}

static gboolean
check_owner (const char *path, const struct stat *status, GError **error)
{
  if ((status->st_mode & S_IWOTH) != 0)
    return set_file_error (error, SHIKAKU_ERROR_INVALID_OPTION, path,
                           "everybody may write it, and so choose the center that is asked, and whom to trust");
  if (file_is_foreign (status->st_uid))
    return set_file_error (error, SHIKAKU_ERROR_INVALID_OPTION, path,
                           "it belongs to user %u: only root and the daemon's own user may be able to change it",
                           (guint)status->st_uid);
  return TRUE;
}

gboolean
file_check_folder (const char *path, GError **error)
{
  struct stat status;

  return stat (path, &status) != 0 || check_owner (path, &status, error);
}

/* Who may write a folder puts another file in the place of ours, except where only its owner may take it away. */
static gboolean
check_place (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  struct stat status;

  if (stat (folder, &status) != 0 || (status.st_mode & S_IWOTH) == 0 || (status.st_mode & S_ISVTX) != 0)
    return TRUE;
  return check_owner (folder, &status, error);
}

static gboolean
check_status (const char *path, const struct stat *status, gsize maximum, FileTrust trust, GError **error)
{
  if (!S_ISREG (status->st_mode))
    return set_file_error (error, SHIKAKU_ERROR_FAILED, path,
                           "not a file with something in it, but a pipe, a device or a folder");
  if ((guint64)status->st_size > maximum)
    return set_file_error (error, SHIKAKU_ERROR_FAILED, path, "it is larger than %" G_GSIZE_FORMAT " bytes", maximum);
  return trust != FILE_TRUSTED || (check_owner (path, status, error) && check_place (path, error));
}

/* Reads @size bytes, and looks whether that was all. Return: FALSE with @error. */
static gboolean
read_all (int fd, const char *path, guint8 *data, gsize size, GError **error)
{
  gsize used = 0;
  ssize_t n;

  do
    {
      n = TEMP_FAILURE_RETRY (read (fd, data + used, size + 1 - used));
      used += (gsize)MAX (n, 0);
    }
  while (n > 0 && used <= size);
  if (n < 0)
    return set_file_error (error, SHIKAKU_ERROR_FAILED, path, "%s", g_strerror (errno));
  if (used != size)
    return set_file_error (error, SHIKAKU_ERROR_FAILED, path, "it changed while it was read");
  data[used] = '\0';
  return TRUE;
}

static void
skip_byte_order_mark (char *text)
{
  if (g_str_has_prefix (text, byte_order_mark))
    memmove (text, text + strlen (byte_order_mark), strlen (text + strlen (byte_order_mark)) + 1);
}

/* read_file: Return: (transfer full), the bytes with a NUL after them. */
static Secret *
read_file (const char *path, gsize maximum, FileTrust trust, GError **error)
{
  const int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  g_autoptr (Secret) text = NULL;
  struct stat status;
  gboolean good;

  if (fd < 0)
    {
      set_file_error (error, errno == ENOENT ? SHIKAKU_ERROR_NOT_FOUND : SHIKAKU_ERROR_FAILED, path, "%s",
                      g_strerror (errno));
      return NULL;
    }
  if (fstat (fd, &status) != 0)
    good = set_file_error (error, SHIKAKU_ERROR_FAILED, path, "%s", g_strerror (errno));
  else
    good = check_status (path, &status, maximum, trust, error);
  if (good)
    {
      text = secret_new ((gsize)status.st_size + 1);
      good = read_all (fd, path, secret_get_data (text), (gsize)status.st_size, error);
    }
  close (fd);
  return good ? g_steal_pointer (&text) : NULL;
}

Secret *
file_read (const char *path, gsize maximum, FileTrust trust, GError **error)
{
  g_autoptr (Secret) text = read_file (path, maximum, trust, error);

  if (text == NULL)
    return NULL;
  if (memchr (secret_get_data (text), '\0', secret_get_size (text) - 1) != NULL)
    {
      set_file_error (error, SHIKAKU_ERROR_FAILED, path, "it is not text: there is a NUL byte in it");
      return NULL;
    }
  skip_byte_order_mark ((char *)secret_get_data (text));
  return g_steal_pointer (&text);
}

Secret *
file_read_bytes (const char *path, gsize maximum, FileTrust trust, GError **error)
{
  g_autoptr (Secret) read = read_file (path, maximum, trust, error);
  Secret *bytes;

  if (read == NULL)
    return NULL;
  bytes = secret_new (secret_get_size (read) - 1);
  memcpy (secret_get_data (bytes), secret_get_data (read), secret_get_size (bytes));
  return bytes;
}
