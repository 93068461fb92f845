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

#include "codec/folder-name.h"

#define FOLDER_SHARE_FILE_SIZE_MAXIMUM (32u * 1024u * 1024u) /* bytes: as of a document by the Web API */
#define FOLDER_SHARE_FACES_MAXIMUM 64u /* faces that were told and are not disposed of; the others wait */
#define FOLDER_SHARE_LOOK_MILLISECONDS 2000u

typedef struct FolderShare FolderShare;

/* Two folders of one system, or of all others. Absolute. Borrowed for the call. */
typedef struct
{
  const char *system; /* three letters: "YZK"; NULL: of all that have no folders of their own */
  const char *requests, *answers;
} FolderSharePlace;

/* Borrowed for the call. */
typedef struct
{
  const FolderSharePlace *places; /* none: nothing can be asked */
  gsize n_places;
  const char *faces;       /* absolute; NULL: nothing arrives */
  const char *quarantine;  /* absolute, made if it is not there; NULL: "shikaku-quarantine" beside each folder */
  const char *tag;         /* folder_name_make_tag */
  guint left_over_minutes; /* a face that is older at the start is no news; quarantined files are deleted then */
} FolderShareSettings;

/* A file, as it was read twice with the same bytes. */
typedef struct
{
  char *name; /* without folders */
  FolderExtension extension;
  GBytes *bytes;
  gint64 at;            /* the time in the name of a face; 0: none (folder-name) */
  gint64 modified;      /* by the clock of the machine that has the folder: microseconds since the epoch, UTC */
  gint64 received;      /* by ours */
  gboolean is_complete; /* it ends as such a file does; FALSE: it did not grow for half a minute, and does not */
} FolderShareFile;

void folder_share_file_free (FolderShareFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FolderShareFile, folder_share_file_free)

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

/* folder_share_free: waits for a fifth of a second at most. What is asked ends with CANCELLED, and its requests are taken back if the folder
 * lets that happen at once; at the next start what is left of them is taken back, or set aside. */
void folder_share_free (FolderShare *share);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FolderShare, folder_share_free)

/* What became of a request. */
typedef enum
{
  FOLDER_SHARE_ANSWERED,
  FOLDER_SHARE_NOT_WRITTEN,  /* CENTER_UNREACHABLE: the folder is gone, refused, full or silent; it never lay there */
  FOLDER_SHARE_NOT_TAKEN,    /* CENTER_UNREACHABLE: it lay there until the deadline, and was taken back unprocessed */
  FOLDER_SHARE_NOT_ANSWERED, /* TIMED_OUT: it was taken, or nobody knows; it may have been processed. A late answer is
                                set aside */
  FOLDER_SHARE_CANCELLED,    /* CANCELLED: taken back if it still lay there */
} FolderShareOutcome;

/*
 * folder_share_ask_async: writes the request called @name (folder_name_make_request) into the folder of its system,
 * under a temporary name first, and awaits its answer for @milliseconds. Never written twice. Where the name exists
 * already it is NOT_WRITTEN.
 */
void folder_share_ask_async (FolderShare *share, const char *name, GBytes *bytes, guint milliseconds,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/*
 * folder_share_ask_finish: the answer (transfer full), which is to be disposed of; or NULL with the error of the
 * outcome, whose text says what the system said. @ret_outcome: set in both cases; may be NULL.
 */
FolderShareFile *folder_share_ask_finish (GAsyncResult *result, FolderShareOutcome *ret_outcome, GError **error);

typedef enum
{
  FOLDER_SHARE_DELETE,
  FOLDER_SHARE_SET_ASIDE, /* into quarantine: nobody could read it, or it is not what was asked for */
  FOLDER_SHARE_KEEP,      /* it stays where it is, and is told again after a restart; another fate may follow */
} FolderShareFate;

/*
 * folder_share_dispose: the file @name, an answer or a face that was given out, is not needed any more. Tried again
 * while another program holds it. If other bytes have come under the name meanwhile they are kept: that is another file.
 */
void folder_share_dispose (FolderShare *share, const char *name, FolderShareFate fate);

typedef enum
{
  FOLDER_SHARE_UNKNOWN, /* not looked at yet */
  FOLDER_SHARE_PRESENT,
  FOLDER_SHARE_ABSENT,  /* a folder is not there, or its machine is off */
  FOLDER_SHARE_REFUSED, /* it is there, and we may not read it, or not write to it */
  FOLDER_SHARE_SILENT,  /* the kernel does not come back from it */
} FolderShareState;

/* Times: microseconds since the epoch, UTC; 0: never. Strings: borrowed until the main thread goes on. */
typedef struct
{
  FolderShareState state; /* of the worst of the folders */
  gint64 since;           /* when it became so */
  const char *folder;     /* which it is; NULL: all are well */
  int error;              /* what the system said of it: an errno; 0: nothing */
  const char *detail;     /* the same in words; NULL: nothing */
  gboolean is_local;  /* a folder that was looked at is on a disk of this machine: perhaps nothing is mounted there */
  gint64 last_taken;  /* when a request of ours was last seen to be taken */
  gint64 last_answer; /* when the last answer to us was found */
  gint64 last_face;
  gint64 unanswered_since; /* when the first of the requests in a row was written that had no answer; 0: the last had */
  gboolean is_clock_known;
  gint64 clock_difference; /* of that machine's clock to ours, microseconds: positive, it is ahead */
  guint left_overs;        /* files in the folders of answers and faces that are nobody's news, others' among them */
  guint set_aside;         /* since the start: late answers, left-overs, and what was disposed of so */
  guint late;              /* of these: answers of ours that came too late */
  guint locked;            /* files that another program holds at the moment */
  guint vanished; /* since the start: faces, and answers to us, that another program took before they were read */
} FolderShareStatus;

void folder_share_get_status (FolderShare *share, FolderShareStatus *ret_status);
