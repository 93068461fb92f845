/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * folder-file: single files of a shared folder: written whole or not at all, read, moved aside, deleted, listed. In: an
 * open folder and names without folders. Out: bytes, or what the system said. For the thread of folder-share alone:
 * each of these may be held by a dead mount, for ever.
 *
 * What the functions return is 0 or an errno.
 */
#pragma once

#include <glib.h>

#include "codec/folder-name.h"

/* folder_file_is_lock: whether @error is one that passes: another program has the file, or scans it. */
gboolean folder_file_is_lock (int error);
/* folder_file_is_refusal: whether @error means that the folder is there, and does not let us. */
gboolean folder_file_is_refusal (int error);

/* folder_file_open_folder: the descriptor is the caller's. EHOSTDOWN: it was on another machine once (*is_remote, which
 * is set), and what is there now is the empty place where that was mounted. */
int folder_file_open_folder (const char *path, gboolean *is_remote, int *ret_folder);

typedef void (*FolderFileFound) (const char *name, gpointer data);
/* folder_file_list: @found for each name but "." and "..". No file is touched. */
int folder_file_list (int folder, FolderFileFound found, gpointer data);

/* folder_file_get_modified: of the file @name, or of the folder itself if it is "": asked of the machine that has it,
 * whatever was remembered here. Microseconds since the epoch, UTC. */
int folder_file_get_modified (int folder, const char *name, gint64 *ret_modified);

/*
 * folder_file_read: EFBIG: more than @maximum bytes; EMEDIUMTYPE: no regular file (a link, a pipe, a folder).
 * @ret_bytes: (transfer full), erased at their end. @ret_modified: as above.
 */
int folder_file_read (int folder, const char *name, gsize maximum, GBytes **ret_bytes, gint64 *ret_modified);

/* folder_file_is_complete: whether @bytes end as a file of @extension does: nobody is still writing it. Pure. */
gboolean folder_file_is_complete (FolderExtension extension, GBytes *bytes);

/* How a file is written. Borrowed. */
typedef struct
{
  int folder;
  const char *temporary; /* its name while it is written; what had that name is lost */
  const char *name;      /* EEXIST: there is such a file */
  GBytes *bytes;
  gboolean (*may_go) (gpointer data); /* asked once it is all there, before it gets its name; NULL: it may. ECANCELED */
  gpointer data;
} FolderFileWriting;

/*
 * folder_file_write: @ret_modified: by the clock of the machine that has the folder, when it was written; 0: not known.
 * *ret_is_doubtful: with an error: the file may have got its name nevertheless.
 */
int folder_file_write (const FolderFileWriting *writing, gint64 *ret_modified, gboolean *ret_is_doubtful);

int folder_file_delete (int folder, const char *name);

/* folder_file_move: into the folder at @path, which is made (for us alone) if it is not there, under the same name or,
 * if that is taken, one with a number behind. Its age counts from now on. @temporary: as above, for another disk. */
int folder_file_move (int folder, const char *name, const char *path, const char *temporary);

/* folder_file_clean: deletes what was moved into the folder at @path before @before (microseconds since the epoch,
 * UTC): files of the field's names alone. Return: FALSE: there are so many that it has looked at some of them only, at
 * others each time. */
gboolean folder_file_clean (const char *path, gint64 before);

/* folder_file_probe: as if a file was to be written, and nobody sees one. @ret_modified: as of folder_file_write. */
int folder_file_probe (int folder, const char *temporary, gint64 *ret_modified);
