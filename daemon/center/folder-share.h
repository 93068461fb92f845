/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * folder-share: the folders that a terminal shares with this machine: the only room that touches them. Requests come
 * in, the answers and what the face reader has brought go out, on the main thread.
 *
 * All files are touched by a thread of its own: a dead mount holds whoever touches it inside the kernel, for minutes or
 * for ever. Nothing here waits for that thread: each call has its deadline, and the end of the daemon does not wait
 * either. Nobody tells of a file that another machine has written: the folders are looked at, each two seconds while
 * nothing is awaited, and more often while something is.
 *
 * Not ours are all names but faces and what has our tag (codec/folder-name): counted, never read, never moved.
 */
#pragma once

#include <gio/gio.h>

#include "center/folder-terms.h"

typedef struct FolderShare FolderShare;

/* Told on the main thread. @data: of folder_share_new. Each may be NULL. */
typedef struct
{
  /* face: @file: (transfer full). To be disposed of; else it stays, and is told again after a restart. Oldest first. */
  void (*face) (FolderShare *share, FolderShareFile *file, gpointer data);
  /* changed: the status is another one. */
  void (*changed) (FolderShare *share, gpointer data);
} FolderShareListener;

/* folder_share_new: looks from now on. Return: (transfer full). */
FolderShare *folder_share_new (const FolderShareSettings *settings, const FolderShareListener *listener, gpointer data);

/*
 * folder_share_free: waits for a fifth of a second at most. What is asked ends with CANCELLED, from the main loop, and
 * its requests are taken back if the folder lets that happen at once; else at the next start.
 */
void folder_share_free (FolderShare *share);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FolderShare, folder_share_free)

/*
 * folder_share_ask_async: writes the request called @name (folder_name_make_request) into the folder of its system,
 * under a temporary name first, and awaits its answer for @milliseconds. Never written twice. Where the name exists
 * already it is NOT_WRITTEN; likewise, and at once, where the kernel has not come back from the folder for minutes.
 */
void folder_share_ask_async (FolderShare *share, const char *name, GBytes *bytes, guint milliseconds,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/*
 * folder_share_ask_finish: the answer (transfer full), which is to be disposed of; or NULL with the error of the
 * outcome, whose text says what the system said. @ret_outcome: set in both cases; may be NULL.
 */
FolderShareFile *folder_share_ask_finish (GAsyncResult *result, FolderShareOutcome *ret_outcome, GError **error);

/*
 * folder_share_dispose: the file @name, an answer or a face that was given out, is not needed any more. Tried again
 * while another program holds it. If other bytes have come under the name meanwhile they are kept, and told: that is
 * another file.
 */
void folder_share_dispose (FolderShare *share, const char *name, FolderShareFate fate);

void folder_share_get_status (FolderShare *share, FolderShareStatus *ret_status);
