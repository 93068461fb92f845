/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* terminal-settings: one official terminal and the folders that it shares. Data only: no source beside it. */
#pragma once

#include "center/folder-share.h"
#include "codec/message-encoding.h"

#define TERMINAL_PLACES_MAXIMUM 3 /* of all systems, and of those that may have their own: YZK, TKK */

/* Borrowed for the call; paths are absolute. */
typedef struct
{
  const char *name;                                 /* of the reader that it is: of no other terminal of this desk */
  const char *institution_code;                     /* 10 digits; NULL: nothing can be asked, and nothing arrives */
  FolderSharePlace places[TERMINAL_PLACES_MAXIMUM]; /* none: nothing is asked here */
  gsize n_places;
  const char *faces;             /* NULL: nothing arrives here */
  const char *quarantine;        /* NULL: beside each folder */
  const char *copies;            /* folders that get a copy of each face, with colons between them; NULL: none */
  guint timeout_seconds;         /* how long an answer is awaited */
  MessageEncoding encoding;      /* of requests */
  const char *zip_prefixes;      /* prefixes of files whose requests are zips, with blanks between them; NULL: none */
  const char *zip_method;        /* a word of folder_zip_method_lookup */
  const char *zip_password_file; /* its first line is the password; NULL: there is none */
  const char *zip_command;       /* the site's own module; NULL: libzip */
  guint left_over_minutes;       /* how long the terminal itself keeps answers that nobody reads */
  const char *copies_state;      /* a folder of our own: which faces were copied; made if it is not there */
  const char *runtime;           /* a folder of our own for files that pass through zip_command */
} TerminalSettings;
