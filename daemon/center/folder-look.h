/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * folder-look: what is new in a shared folder, and what has gone, since it was looked at last. In: an open folder, now
 * and then. Out: names. Thousands of files that lie there cost nothing: they are remembered by name and never touched,
 * and while the folder itself was not changed it is not read at all.
 *
 * Whether a folder's own time can be believed depends on the machine that has it. Of a disk here it can; of another
 * machine's it is believed once it was seen to change with the names, and not any more once names had changed without
 * it. Until then the folder is read again each ten seconds, whatever its time says. For the thread of folder-share.
 */
#pragma once

#include <glib.h>

/* Names that are remembered although they concern nobody; and that concern somebody: more wait until some have gone. */
#define FOLDER_LOOK_NAMES_MAXIMUM 200000u

typedef struct FolderLook FolderLook;

typedef struct
{
  /* found: @name is new. Return: what is to be remembered with it; NULL: it concerns nobody. */
  gpointer (*found) (const char *name, gpointer data);
  /* gone: a name with which something is remembered is not there any more. */
  void (*gone) (gpointer item, gpointer data);
} FolderLookListener;

FolderLook *folder_look_new (const FolderLookListener *listener, gpointer data);
void folder_look_free (FolderLook *look);

/*
 * folder_look_run: @folder: open. @is_remote: another machine has it. @now: of the monotonic clock. @is_awaited:
 * somebody waits for a name. Return: 0 or an errno.
 */
int folder_look_run (FolderLook *look, int folder, gboolean is_remote, gint64 now, gboolean is_awaited);

/* folder_look_find: what is remembered with @name, or NULL. */
gpointer folder_look_find (FolderLook *look, const char *name);
/* folder_look_forget: if @name is still there, it is new. Its item is forgotten without a word. */
void folder_look_forget (FolderLook *look, const char *name);
/* folder_look_count_others: names that concern nobody. */
guint folder_look_count_others (const FolderLook *look);
