/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fake-disk: see the header. A file of ours has the real one behind it. */
#include "fake-disk.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  sqlite3_file base;
  char *path;
  sqlite3_file real[]; /* as long as its VFS says */
} FakeFile;

/* What is on its way to the disk: how to take it back. */
typedef struct
{
  char *path;
  gint64 offset, size_before;
  GBytes *before; /* as much as was there */
  gint64 length;  /* of what was written; -1: the file was cut to @offset */
} Unflushed;

static sqlite3_vfs *real_vfs;
static sqlite3_vfs fake_vfs;
static FakeDiskFault armed;
static guint armed_step, steps;
static gboolean armed_lasting, counting, dead;
static GQueue unflushed = G_QUEUE_INIT;
static GMutex lock;
static GCond changed;
static gboolean hold, held;
static guint files; /* that are open */

/* meet: counts a call. Return: what befalls it. */
static FakeDiskFault
meet (gboolean writes)
{
  gboolean hit;

  if (dead)
    return FAKE_DISK_POWER;
  if (!counting)
    return FAKE_DISK_SOUND;
  steps++;
  hit = armed_lasting ? steps >= armed_step : steps == armed_step;
  if (!hit || armed == FAKE_DISK_SOUND || (!writes && (armed == FAKE_DISK_FULL || armed == FAKE_DISK_SHORT)))
    return FAKE_DISK_SOUND;
  dead = armed == FAKE_DISK_POWER;
  return armed;
}

/* fail: what SQLite is told. */
static int
fail (FakeDiskFault fault, int io_error)
{
  if (fault == FAKE_DISK_KILLED)
    kill (getpid (), SIGKILL);
  return fault == FAKE_DISK_FULL || fault == FAKE_DISK_SHORT ? SQLITE_FULL : io_error;
}

static sqlite3_file *
get_real (sqlite3_file *file)
{
  return ((FakeFile *)file)->real;
}

static void
free_unflushed (gpointer data)
{
  Unflushed *one = data;

  g_free (one->path);
  g_bytes_unref (one->before);
  g_free (one);
}

static void
forget_unflushed (const char *path)
{
  g_mutex_lock (&lock); /* each store has a thread of its own */
  for (GList *link = unflushed.head, *next; link != NULL; link = next)
    {
      Unflushed *one = link->data;

      next = link->next;
      if (strcmp (one->path, path) == 0)
        {
          free_unflushed (one);
          g_queue_delete_link (&unflushed, link);
        }
    }
  g_mutex_unlock (&lock);
}

static void
forget_all (void)
{
  g_mutex_lock (&lock);
  g_queue_clear_full (&unflushed, free_unflushed);
  g_mutex_unlock (&lock);
}

/* note_unflushed: @length bytes at @offset are about to be written; -1: the file is about to be cut there. */
static void
note_unflushed (FakeFile *file, gint64 offset, gint64 length)
{
  Unflushed *one = g_new0 (Unflushed, 1);
  sqlite3_int64 size = 0;
  gint64 kept;
  char *before;

  file->real->pMethods->xFileSize (file->real, &size);
  kept = CLAMP (size - offset, 0, length < 0 ? G_MAXINT64 : length);
  before = g_malloc0 ((gsize)kept + 1);
  if (kept > 0)
    file->real->pMethods->xRead (file->real, before, (int)kept, offset);
  *one = (Unflushed){ g_strdup (file->path), offset, size, g_bytes_new_take (before, (gsize)kept), length };
  g_mutex_lock (&lock);
  g_queue_push_head (&unflushed, one);
  g_mutex_unlock (&lock);
}

static void
count_files (gint more)
{
  g_mutex_lock (&lock);
  files += (guint)more;
  g_cond_broadcast (&changed);
  g_mutex_unlock (&lock);
}

static int
on_close (sqlite3_file *file)
{
  int result = get_real (file)->pMethods->xClose (get_real (file));

  g_free (((FakeFile *)file)->path);
  count_files (-1);
  return result;
}

static int
on_read (sqlite3_file *file, void *buffer, int length, sqlite3_int64 offset)
{
  FakeDiskFault fault = meet (FALSE);

  return fault == FAKE_DISK_SOUND ? get_real (file)->pMethods->xRead (get_real (file), buffer, length, offset)
                                  : fail (fault, SQLITE_IOERR_READ);
}

static int
on_write (sqlite3_file *file, const void *buffer, int length, sqlite3_int64 offset)
{
  FakeDiskFault fault = meet (TRUE);

  if (fault == FAKE_DISK_SHORT || fault == FAKE_DISK_KILLED)
    get_real (file)->pMethods->xWrite (get_real (file), buffer, length / 2, offset);
  if (fault != FAKE_DISK_SOUND)
    return fail (fault, SQLITE_IOERR_WRITE);
  note_unflushed ((FakeFile *)file, offset, length);
  return get_real (file)->pMethods->xWrite (get_real (file), buffer, length, offset);
}

static int
on_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  FakeDiskFault fault = meet (TRUE);

  if (fault != FAKE_DISK_SOUND)
    return fail (fault, SQLITE_IOERR_TRUNCATE);
  note_unflushed ((FakeFile *)file, size, -1);
  return get_real (file)->pMethods->xTruncate (get_real (file), size);
}

static int
on_sync (sqlite3_file *file, int flags)
{
  FakeDiskFault fault = meet (TRUE);

  g_mutex_lock (&lock);
  held = hold;
  g_cond_broadcast (&changed);
  while (hold)
    g_cond_wait (&changed, &lock);
  g_mutex_unlock (&lock);
  if (fault != FAKE_DISK_SOUND)
    return fail (fault, SQLITE_IOERR_FSYNC);
  forget_unflushed (((FakeFile *)file)->path);
  return SQLITE_OK;
}

static int
on_file_size (sqlite3_file *file, sqlite3_int64 *ret_size)
{
  FakeDiskFault fault = meet (FALSE);

  return fault == FAKE_DISK_SOUND ? get_real (file)->pMethods->xFileSize (get_real (file), ret_size)
                                  : fail (fault, SQLITE_IOERR_FSTAT);
}

static int
on_lock (sqlite3_file *file, int level)
{
  return get_real (file)->pMethods->xLock (get_real (file), level);
}

static int
on_unlock (sqlite3_file *file, int level)
{
  return get_real (file)->pMethods->xUnlock (get_real (file), level);
}

static int
on_check_lock (sqlite3_file *file, int *ret_locked)
{
  return get_real (file)->pMethods->xCheckReservedLock (get_real (file), ret_locked);
}

static int
on_control (sqlite3_file *file, int operation, void *argument)
{
  return get_real (file)->pMethods->xFileControl (get_real (file), operation, argument);
}

static int
on_sector_size (sqlite3_file *file)
{
  return get_real (file)->pMethods->xSectorSize (get_real (file));
}

static int
on_device (sqlite3_file *file)
{
  return get_real (file)->pMethods->xDeviceCharacteristics (get_real (file));
}

/* Version 1: no memory is shared, no file is mapped. Who needs either fails. */
static const sqlite3_io_methods methods = {
  1,       on_close,  on_read,       on_write,   on_truncate,    on_sync,   on_file_size,
  on_lock, on_unlock, on_check_lock, on_control, on_sector_size, on_device,
};

static int
on_open (sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *ret_flags)
{
  FakeDiskFault fault = meet (flags & SQLITE_OPEN_CREATE);
  FakeFile *fake = (FakeFile *)file;
  int result;

  fake->base.pMethods = NULL;
  if (fault != FAKE_DISK_SOUND)
    return fail (fault, SQLITE_CANTOPEN);
  result = real_vfs->xOpen (real_vfs, path, fake->real, flags, ret_flags);
  if (result == SQLITE_OK)
    {
      fake->path = g_strdup (path);
      fake->base.pMethods = &methods;
      count_files (1);
    }
  return result;
}

static int
on_delete (sqlite3_vfs *vfs, const char *path, int sync_directory)
{
  FakeDiskFault fault = meet (FALSE);

  if (fault != FAKE_DISK_SOUND)
    return fail (fault, SQLITE_IOERR_DELETE);
  forget_unflushed (path);
  return real_vfs->xDelete (real_vfs, path, FALSE);
}

static int
on_access (sqlite3_vfs *vfs, const char *path, int flags, int *ret_found)
{
  FakeDiskFault fault = meet (FALSE);

  return fault == FAKE_DISK_SOUND ? real_vfs->xAccess (real_vfs, path, flags, ret_found)
                                  : fail (fault, SQLITE_IOERR_ACCESS);
}

void
fake_disk_install (void)
{
  real_vfs = sqlite3_vfs_find (NULL);
  fake_vfs = *real_vfs;
  fake_vfs.zName = "fake-disk";
  fake_vfs.szOsFile = (int)sizeof (FakeFile) + real_vfs->szOsFile;
  fake_vfs.xOpen = on_open;
  fake_vfs.xDelete = on_delete;
  fake_vfs.xAccess = on_access;
  g_assert_cmpint (sqlite3_vfs_register (&fake_vfs, TRUE), ==, SQLITE_OK);
}

void
fake_disk_arm (FakeDiskFault fault, guint step, gboolean lasting)
{
  forget_all ();
  armed = fault;
  armed_step = step;
  armed_lasting = lasting;
  steps = 0;
  counting = TRUE;
}

guint
fake_disk_disarm (void)
{
  counting = dead = FALSE;
  return steps;
}

static void
take_back (const Unflushed *one)
{
  int fd = open (one->path, O_RDWR | O_CLOEXEC);
  gsize size;
  const char *before = g_bytes_get_data (one->before, &size);
  struct stat status;

  if (fd < 0)
    return; /* it was deleted since */
  g_assert_cmpint (pwrite (fd, before, size, one->offset), ==, (gssize)size);
  g_assert_cmpint (fstat (fd, &status), ==, 0);
  if (one->length > (gint64)size && status.st_size == one->offset + one->length)
    g_assert_cmpint (ftruncate (fd, MAX (one->size_before, one->offset + (gint64)size)), ==, 0);
  else if (one->length > (gint64)size)
    {
      g_autofree char *nothing = g_malloc0 ((gsize)one->length - size);

      g_assert_cmpint (pwrite (fd, nothing, (gsize)one->length - size, one->offset + (gint64)size), >, 0);
    }
  close (fd);
}

void
fake_disk_power_back (guint seed)
{
  g_autoptr (GRand) chance = g_rand_new_with_seed (seed);

  for (GList *link = unflushed.head; link != NULL; link = link->next) /* the last first */
    if (seed == 0 || g_rand_boolean (chance))
      take_back (link->data);
  forget_all ();
}

void
fake_disk_hold (void)
{
  g_mutex_lock (&lock);
  hold = TRUE;
  held = FALSE;
  g_mutex_unlock (&lock);
}

void
fake_disk_wait_held (void)
{
  g_mutex_lock (&lock);
  while (!held)
    g_cond_wait (&changed, &lock);
  g_mutex_unlock (&lock);
}

void
fake_disk_release (void)
{
  g_mutex_lock (&lock);
  hold = FALSE;
  g_cond_broadcast (&changed);
  g_mutex_unlock (&lock);
}

void
fake_disk_wait_closed (void)
{
  g_mutex_lock (&lock);
  while (files > 0)
    g_cond_wait (&changed, &lock);
  g_mutex_unlock (&lock);
}
