/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * folder-requests: requests on their way through the folder that a terminal takes them from: written, taken or not,
 * taken back when their time is over. In: what is asked, looks, answers that were found. Out: what became of each. For
 * the thread of folder-share.
 */
#pragma once

#include "center/folder-terms.h"

typedef enum
{
  FOLDER_ASK_WAITS,     /* nothing of it has its name in the folder yet */
  FOLDER_ASK_COMMITTED, /* from here on it may have been taken */
  FOLDER_ASK_OVER,      /* nobody waits any more */
} FolderAskState;

/* One question: of the main thread and the folders' thread together. */
typedef struct
{
  gint references;
  gint state;                               /* atomic: FolderAskState */
  char *name;                               /* of the request */
  char suffix[FOLDER_NAME_SUFFIX_SIZE + 1]; /* in it, and in the answer's */
  GBytes *bytes;
  gint64 asked, deadline; /* monotonic */
} FolderAsk;

FolderAsk *folder_ask_ref (FolderAsk *ask);
void folder_ask_unref (FolderAsk *ask);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FolderAsk, folder_ask_unref)
/* folder_ask_advance: from @from to @to, unless it is in another state. */
gboolean folder_ask_advance (FolderAsk *ask, FolderAskState from, FolderAskState to);

typedef struct FolderRequests FolderRequests;

typedef struct
{
  /* done: @ask is over. @error: (transfer full), of our domain; NULL with ANSWERED. @file: (transfer full), or NULL. */
  void (*done) (FolderAsk *ask, FolderShareOutcome outcome, FolderShareFile *file, GError *error, gpointer data);
  /* is_left_behind: whether another thread does all this by now; nothing is touched then. NULL: it never is. */
  gboolean (*is_left_behind) (gpointer data);
} FolderRequestsListener;

/* folder_requests_new: the folder at @path. @tag: whose requests are taken back at the start. */
FolderRequests *folder_requests_new (const char *path, const char *tag, const FolderRequestsListener *listener,
                                     gpointer data);
void folder_requests_free (FolderRequests *requests);

/* folder_requests_add: to be written at the next look; one that is COMMITTED already is awaited only. */
void folder_requests_add (FolderRequests *requests, FolderAsk *ask);
/* folder_requests_end: some that were added are OVER: they are taken back at the next look, which is due. */
void folder_requests_end (FolderRequests *requests);

/* folder_requests_is_awaited: the answer with @suffix is there: whether it is waited for. Then the request was
 * processed, though it could be taken back. */
gboolean folder_requests_is_awaited (FolderRequests *requests, const char *suffix);
/* folder_requests_answer: it was found. @file: (transfer full). Return: FALSE: nobody waits for it, and *@file is as it
 * was. */
gboolean folder_requests_answer (FolderRequests *requests, const char *suffix, FolderShareFile **file);

/* folder_requests_look: Return: 0 or an errno, of the folder. */
int folder_requests_look (FolderRequests *requests, gint64 now);

/* folder_requests_get_next: when it is to be looked at again, monotonic. */
gint64 folder_requests_get_next (const FolderRequests *requests, gint64 now);
/* folder_requests_get_interval: how often its answers are to be looked for, microseconds; 0: none is awaited. */
gint64 folder_requests_get_interval (const FolderRequests *requests, gint64 now);

typedef struct
{
  gint64 last_taken, unanswered_since;
  gboolean is_clock_known, is_local;
  gint64 clock_difference, clock_at; /* as in FolderShareStatus; when it was measured, monotonic */
} FolderRequestsFacts;

const FolderRequestsFacts *folder_requests_get_facts (const FolderRequests *requests);
const char *folder_requests_get_path (const FolderRequests *requests);
