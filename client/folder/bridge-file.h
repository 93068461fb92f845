/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge-file: files in folders that others may write to as well: a folder is opened once, and its files are reached
 * through it alone; a link is never followed, and what is no regular file is never read. In: an open folder and a
 * name. Out: bytes, or that they are durable.
 *
 * A file that is seen under its name is whole: it is written under another one (a part), flushed, and renamed, never
 * over another file. Errors are of G_IO_ERROR; their texts hold no name.
 */
#pragma once

#include <gio/gio.h>

#define BRIDGE_FILE_SIZE_MAXIMUM 4194304u /* of what is read: the field's own programs take no more */

typedef struct
{
  GBytes *bytes;
  gint64 since; /* when it came to be here under its name, or was written last: microseconds since the epoch */
} BridgeFile;

void bridge_file_clear (BridgeFile *file);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BridgeFile, bridge_file_clear)

/*
 * bridge_folder_open: @path: its last part is no link: who may write beside it could lead us to another's folder.
 * @make: one that is not there is made. Return: a descriptor, or -1.
 */
int bridge_folder_open (int parent, const char *path, gboolean make, GError **error);

/* bridge_folder_list: names in @folder, in their order: all of them, or 20,000. Return: (transfer full); NULL: an
 * error. */
GPtrArray *bridge_folder_list (int folder, GError **error);

/* bridge_file_read: FAILED: no regular file; MESSAGE_TOO_LARGE; NOT_FOUND; else the system's. */
gboolean bridge_file_read (int folder, const char *name, BridgeFile *ret_file, GError **error);

/* bridge_file_get_since: as BridgeFile has it, of anything with a name. Return: FALSE: it is not there. */
gboolean bridge_file_get_since (int folder, const char *name, gint64 *ret_since);
gboolean bridge_file_is_there (int folder, const char *name);
gboolean bridge_file_is_folder (int folder, const char *name);

/* bridge_file_write: @bytes under the name @name, flushed and its folder too, in place of what has that name. */
gboolean bridge_file_write (int folder, const char *name, GBytes *bytes, GError **error);

/* bridge_file_rename: and both folders are flushed. EXISTS: there is such a file already, and it is left as it is. */
gboolean bridge_file_rename (int from, const char *name, int to, const char *new_name, GError **error);

/* bridge_file_drop: as bridge_file_remove, but nothing is flushed: after a crash it may be there again. Return: FALSE:
 * with errno. */
gboolean bridge_file_drop (int folder, const char *name);

/* bridge_file_remove: and the folder is flushed; one that is not there is no error. An empty folder goes too. */
gboolean bridge_file_remove (int folder, const char *name, GError **error);
