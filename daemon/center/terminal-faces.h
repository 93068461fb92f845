/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * terminal-faces: what the face reader of one terminal has brought. Files of its folder come in; arrivals go out, to be
 * released when they are durable; then other programs get their copies, and the file leaves the share. What cannot be
 * used is set aside there and counted: it is nobody's arrival. What this computer cannot open for now is tried again.
 */
#pragma once

#include "center/folder-share.h"
#include "center/terminal-archive.h"
#include "center/terminal-copies.h"
#include "center/transport.h"

#define TERMINAL_FACES_TOLD_MAXIMUM 32u /* arrivals that are not released; the others wait on the share */

typedef struct TerminalFaces TerminalFaces;

typedef struct
{
  guint unreadable;          /* since the start */
  gboolean password_refused; /* the last zip could not be opened for its password */
  guint copies_waiting;      /* whose copies could not be made, and are tried again */
  const char *copies_detail; /* why; NULL: nothing is wrong. Borrowed until the main thread goes on */
  guint shut;                /* that could not be opened for a fault of this computer's, and are tried again */
  const char *shut_detail;   /* why, last; likewise */
} TerminalFacesStatus;

/*
 * terminal_faces_new: @transport: whose arrivals they are, as soon as somebody has set arrived. @institution_code:
 * whose files they have to be. @changed: the status is another one. The share is set before the first face comes, and
 * outlives it.
 */
TerminalFaces *terminal_faces_new (Transport *transport, const char *institution_code, TerminalArchive *archive,
                                   TerminalCopies *copies, void (*changed) (gpointer user_data), gpointer user_data);
void terminal_faces_set_share (TerminalFaces *faces, FolderShare *share);
/* terminal_faces_free: what was told and not released stays on the share. */
void terminal_faces_free (TerminalFaces *faces);

/* terminal_faces_take: @file: (transfer full). */
void terminal_faces_take (TerminalFaces *faces, FolderShareFile *file);

/* terminal_faces_release: of Transport's release_arrival. An unknown name is none of these any more. */
void terminal_faces_release (TerminalFaces *faces, const char *name, const guint8 *digest);

void terminal_faces_get_status (const TerminalFaces *faces, TerminalFacesStatus *ret_status);
