/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * terminal-links: how a terminal is, for Diagnose. What its folders, its answers and its files have shown comes in; the
 * state of the link, what is wrong and what was seen go out. Pure.
 */
#pragma once

#include "center/folder-share.h"
#include "center/folder-zip.h"
#include "center/transport.h"

/* What was counted, and when it last grew: microseconds since the epoch; 0: never. */
typedef struct
{
  guint count;
  gint64 last;
} TerminalCount;

/* terminal_count_set: what a status says of it by now. */
void terminal_count_set (TerminalCount *count, guint now_counted, gint64 now);

typedef struct
{
  FolderShareStatus share;
  gboolean asks;                  /* it has folders for requests */
  gboolean has_asked;             /* a question has come to its end here */
  FolderShareOutcome outcome;     /* of the last question that was not cancelled */
  TerminalCount vanished, late;   /* of the share's */
  TerminalCount unreadable;       /* faces and answers that were set aside here */
  gint64 password_refused;        /* when a zip last could not be made or opened for it; 0: the last one could */
  gboolean face_password_refused; /* the last zip of a face could not */
  gboolean has_method;            /* of a zip */
  FolderZipMethod weakest;
  guint copies_waiting;      /* faces whose copies could not be made */
  const char *copies_detail; /* why; NULL: nothing is wrong */
  guint shut;                /* faces that could not be opened yet */
  const char *shut_detail;   /* likewise */
} TerminalFacts;

/*
 * terminal_link_judge: what is worst of @facts at @now. *ret_error: NULL: it is well; else with its cause, and all that
 * was seen as its message. *ret_seen: (transfer full) that, if it is well. Return: the state.
 */
TransportLinkState terminal_link_judge (const TerminalFacts *facts, gint64 now, GError **ret_error, char **ret_seen);
