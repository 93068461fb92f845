/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* folder-terms: what the rooms of a terminal's shared folders tell each other, and their owner. */
#pragma once

#include <gio/gio.h>

#include "codec/folder-name.h"

#define FOLDER_SHARE_FILE_SIZE_MAXIMUM 33554432u /* bytes: as of a document by the Web API */
#define FOLDER_SHARE_FACES_MAXIMUM 64u           /* faces that were told and are not disposed of; the others wait */
#define FOLDER_SHARE_LOOK_MILLISECONDS 2000u

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
  gint64 received;      /* by our clock: microseconds since the epoch, UTC */
  gboolean is_complete; /* it ends as such a file does; FALSE: it did not grow for half a minute, and does not */
} FolderShareFile;

void folder_share_file_free (FolderShareFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FolderShareFile, folder_share_file_free)

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

typedef enum
{
  FOLDER_SHARE_DELETE,
  FOLDER_SHARE_SET_ASIDE, /* into quarantine: nobody could read it, or it is not what was asked for */
  FOLDER_SHARE_KEEP,      /* it stays where it is, and is told again after a restart; another fate may follow */
} FolderShareFate;

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
  const char *folder;     /* which it is; NULL: all are well */
  int error;              /* what the system said of it: an errno; 0: nothing */
  const char *detail;     /* the same in words; NULL: nothing */
  gboolean is_cached;     /* a folder is mounted so that what is still written there may be read old (folder-mount) */
  gboolean is_local;  /* a folder that was looked at is on a disk of this machine: perhaps nothing is mounted there */
  gint64 last_taken;  /* when a request of ours was last seen to be taken */
  gint64 last_answer; /* when the last answer to us was found */
  gint64 unanswered_since; /* when the first of the requests in a row was written that had no answer; 0: the last had */
  gboolean is_clock_known;
  gint64 clock_difference; /* of that machine's clock to ours, microseconds: positive, it is ahead */
  guint left_overs;        /* files in the folders of answers and faces that are nobody's news, others' among them */
  guint late;              /* since the start: answers to us that came too late, and were set aside */
  guint locked;            /* files that another program holds at the moment */
  guint vanished; /* since the start: faces, and answers to us, that another program took before they were read */
} FolderShareStatus;

/* folder_share_status_is_same: whether nothing of it has changed. */
gboolean folder_share_status_is_same (const FolderShareStatus *one, const FolderShareStatus *other);
