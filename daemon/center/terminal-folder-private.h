/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* terminal-folder-private: what terminal-folder keeps, shared with terminal-call and terminal-state. Data only. */
#pragma once

#include "center/terminal-faces.h"
#include "center/terminal-links.h"
#include "center/terminal-setup.h"

typedef struct TerminalFolder TerminalFolder;

struct TerminalFolder
{
  Transport transport; /* first: it is what others see */
  char *name;
  TerminalSetup *setup, *next; /* in use; that waits until nothing is under way, or NULL */
  FolderShare *share;          /* NULL: there are no folders */
  TerminalFaces *faces;
  GPtrArray *calls;    /* of TerminalCall, under way; borrowed */
  GPtrArray *listings; /* of TerminalListing; borrowed */
  GPtrArray *pauses;   /* of CallPause; borrowed */
  TerminalFacts facts;
  TerminalCount unreadable_answers;
  void (*call_ended) (TerminalFolder *folder); /* after each */
};
