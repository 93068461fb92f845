/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * folder-shelf: one folder into which a terminal puts files for us: answers, faces, or both. In: looks, now and then.
 * Out: each file once, after two readings, a moment apart, that were the same and had an end. What is nobody's news is
 * set aside; what is not ours is counted. For the thread of folder-share.
 */
#pragma once

#include "center/folder-terms.h"

typedef struct FolderShelf FolderShelf;

/* Borrowed for the call. */
typedef struct
{
  const char *path;
  const char *tag;
  const char *quarantine; /* NULL: beside @path */
  gboolean has_answers, has_faces;
  gint64 left_over; /* microseconds: what is older is no news */
} FolderShelfSettings;

typedef struct
{
  /* is_awaited: whether somebody waits for the answer to the request with this suffix. */
  gboolean (*is_awaited) (const char *suffix, gpointer data);
  /* answer, face: @file: (transfer full). */
  void (*answer) (const char *suffix, FolderShareFile *file, gpointer data);
  void (*face) (FolderShareFile *file, gpointer data);
} FolderShelfListener;

FolderShelf *folder_shelf_new (const FolderShelfSettings *settings, const FolderShelfListener *listener, gpointer data);
void folder_shelf_free (FolderShelf *shelf);

/* folder_shelf_look: @now: monotonic, as all here. @is_awaited: an answer is awaited in it. Return: 0 or an errno. */
int folder_shelf_look (FolderShelf *shelf, gint64 now, gboolean is_awaited);

/* folder_shelf_get_next: when one of the files that are known wants to be looked at again; G_MAXINT64: none. */
gint64 folder_shelf_get_next (const FolderShelf *shelf);

/* folder_shelf_dispose: Return: FALSE: the shelf has not given out @name. */
gboolean folder_shelf_dispose (FolderShelf *shelf, const char *name, FolderShareFate fate);

typedef struct
{
  guint left_overs, late, locked, vanished; /* as in FolderShareStatus */
  guint set_aside;                          /* late answers, left-overs, and what was disposed of so */
  gint64 last_answer;
  gboolean is_local, is_cached;
} FolderShelfCounts;

/* folder_shelf_count: adds to @counts. */
void folder_shelf_count (const FolderShelf *shelf, FolderShelfCounts *counts);

const char *folder_shelf_get_path (const FolderShelf *shelf);

/* folder_shelf_set_clock: how far the clock of the machine that writes there is ahead of ours, in microseconds. */
void folder_shelf_set_clock (FolderShelf *shelf, gint64 difference);

/* folder_shelf_clean: deletes from quarantine what has been there for too long. Return: as of folder_file_clean. */
gboolean folder_shelf_clean (const FolderShelf *shelf);
