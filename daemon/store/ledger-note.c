/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-note: see the header. Behind the text there are newlines, up to the file's size. */
#include "store/ledger-note.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "store/store-file.h"

#define SIZE 1024 /* bytes: of the file */

struct LedgerNote
{
  char *folder, *path;
  int fd; /* -1: not open */
};

LedgerNote *
ledger_note_new (const char *folder)
{
  LedgerNote *note = g_new (LedgerNote, 1);

  *note = (LedgerNote){ g_strdup (folder), g_build_filename (folder, LEDGER_NOTE_NAME, NULL), -1 };
  return note;
}

static void
close_file (LedgerNote *note)
{
  if (note->fd >= 0)
    close (note->fd);
  note->fd = -1;
}

void
ledger_note_free (LedgerNote *note)
{
  if (note == NULL)
    return;
  close_file (note);
  g_free (note->folder);
  g_free (note->path);
  g_free (note);
}

static gboolean
set_error (LedgerNote *note, int number, GError **error)
{
  g_set_error (error, SHIKAKU_ERROR, number == ENOENT ? SHIKAKU_ERROR_NOT_FOUND : SHIKAKU_ERROR_FAILED, "%s: %s",
               note->path, number != 0 ? g_strerror (number) : "not what was written there");
  return FALSE;
}

/* open_file: anew, since another may be there now. */
static gboolean
open_file (LedgerNote *note, int flags, GError **error)
{
  close_file (note);
  note->fd = open (note->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
  return note->fd >= 0 || set_error (note, errno, error);
}

gboolean
ledger_note_read (LedgerNote *note, Checkpoint **ret_checkpoint, GError **error)
{
  char text[SIZE + 1] = { 0 };
  g_autoptr (SignedNote) read_note = NULL;
  gssize size;

  if (!open_file (note, 0, error))
    return FALSE;
  size = pread (note->fd, text, SIZE, 0);
  if (size < 0)
    return set_error (note, errno, error);
  if (size != SIZE)
    return set_error (note, 0, error);
  g_strchomp (text);
  *ret_checkpoint = NULL;
  if (text[0] == '\0')
    return TRUE;
  text[strlen (text)] = '\n';
  read_note = signed_note_parse (text);
  *ret_checkpoint = read_note != NULL ? checkpoint_parse (read_note->text) : NULL;
  return *ret_checkpoint != NULL || set_error (note, 0, error);
}

static gboolean
write_text (LedgerNote *note, const char *text, GError **error)
{
  char bytes[SIZE];
  gssize size;

  g_return_val_if_fail (strlen (text) <= sizeof bytes, FALSE);
  for (gsize i = 0; i < sizeof bytes; i++)
    bytes[i] = *text != '\0' ? *text++ : '\n';
  size = pwrite (note->fd, bytes, sizeof bytes, 0);
  return size == sizeof bytes || set_error (note, size < 0 ? errno : ENOSPC, error);
}

gboolean
ledger_note_begin (LedgerNote *note, GError **error)
{
  if (!open_file (note, O_CREAT, error) || !write_text (note, "", error))
    return FALSE;
  return (fsync (note->fd) == 0 && store_file_flush_folder (note->folder)) || set_error (note, errno, error);
}

gboolean
ledger_note_write (LedgerNote *note, const char *checkpoint, GError **error)
{
  return (note->fd >= 0 || open_file (note, 0, error)) && write_text (note, checkpoint, error);
}
