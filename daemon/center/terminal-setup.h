/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* terminal-setup: the settings of one terminal as they were at one time, and the rooms that are made of them. */
#pragma once

#include "center/terminal-archive.h"
#include "center/terminal-copies.h"
#include "center/terminal-settings.h"

typedef struct
{
  char *institution_code; /* NULL: there is none */
  guint timeout_seconds;
  MessageEncoding encoding;
  gboolean asks, takes_faces; /* there are folders for it, and an institution */
  TerminalArchive *archive;
  TerminalCopies *copies;

  char *likeness;                                   /* two setups with the same one are the same */
  FolderSharePlace places[TERMINAL_PLACES_MAXIMUM]; /* whose texts are in this one */
  gsize n_places;
  char *faces, *quarantine, *tag;
  guint left_over_minutes;
} TerminalSetup;

/* terminal_setup_new: @settings: NULL: the terminal is not set up any more. Return: (transfer full). */
TerminalSetup *terminal_setup_new (const TerminalSettings *settings);
void terminal_setup_free (TerminalSetup *setup);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TerminalSetup, terminal_setup_free)

/* terminal_setup_open: its folders are looked at from now on. Return: (transfer full), or NULL: it has none. */
FolderShare *terminal_setup_open (const TerminalSetup *setup, const FolderShareListener *listener, gpointer data);
