/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * folder-worker: the thread that touches the folders of one terminal. In: questions, and what is to become of files.
 * Out: answers, faces, and how the folders are, on the main context. A thread that the kernel holds is left behind: it
 * ends by itself when it is let go, says nothing more, and touches nothing that the next one has written or awaits.
 */
#pragma once

#include "center/folder-requests.h"

typedef struct FolderWorker FolderWorker;

/* Called on the context of folder_worker_new, and not after folder_worker_abandon. */
typedef struct
{
  void (*done) (FolderAsk *ask, FolderShareOutcome outcome, FolderShareFile *file, GError *error, gpointer data);
  void (*face) (FolderShareFile *file, gpointer data);
  void (*changed) (const FolderShareStatus *status, gpointer data); /* without SILENT, which the worker cannot know */
} FolderWorkerListener;

/* folder_worker_new: @settings: copied. Return: (transfer full). */
FolderWorker *folder_worker_new (const FolderShareSettings *settings, const FolderWorkerListener *listener,
                                 gpointer data);

/* folder_worker_ask: Return: FALSE: there is no folder for such a request. folder_worker_end: its state is OVER. */
gboolean folder_worker_ask (FolderWorker *worker, FolderAsk *ask);
void folder_worker_end (FolderWorker *worker);
void folder_worker_dispose (FolderWorker *worker, const char *name, FolderShareFate fate);

/* folder_worker_get_silence: for how long the kernel has not come back, milliseconds; 0: it is not away. *ret_path: the
 * folder that it is in; static or the worker's. */
guint folder_worker_get_silence (FolderWorker *worker, const char **ret_path);

/* folder_worker_abandon: what was told before is still done, then the thread ends. @milliseconds: how long that is
 * waited for. */
void folder_worker_abandon (FolderWorker *worker, guint milliseconds);
/* folder_worker_has_ended: of one that was abandoned: whether the kernel has let it go. */
gboolean folder_worker_has_ended (FolderWorker *worker);
/* folder_worker_unref: of one that was abandoned. */
void folder_worker_unref (FolderWorker *worker);
