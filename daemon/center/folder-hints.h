/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * folder-hints: whether a program of this machine has just written into a folder. In: folders. Out: a descriptor to
 * sleep on, and which folders. Hints only: of what other machines write the kernel says nothing.
 */
#pragma once

#include <glib.h>

typedef struct FolderHints FolderHints;

FolderHints *folder_hints_new (void);
void folder_hints_free (FolderHints *hints);
/* folder_hints_get_descriptor: readable when there are some; -1: there never are. */
int folder_hints_get_descriptor (const FolderHints *hints);

/* folder_hints_watch: *watch: -1 at first; the folder's, as long as it is there. */
void folder_hints_watch (FolderHints *hints, const char *path, int *watch);
void folder_hints_unwatch (FolderHints *hints, int *watch);

/* folder_hints_take: @hinted for each: @is_over: the watch is none any more. */
typedef void (*FolderHinted) (int watch, gboolean is_over, gpointer data);
void folder_hints_take (FolderHints *hints, FolderHinted hinted, gpointer data);
