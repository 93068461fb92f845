/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * desk-terminal: a full screen with keys. The only room that knows ncurses. The terminal is as it was, and what was on
 * the screen is not there any more, on every way out: fatal signals too.
 */
#pragma once

#include "client/page.h"

typedef struct DeskTerminal DeskTerminal;

/* What is typed: a character, or one of these, which no character is. */
typedef enum
{
  DESK_KEY_NONE = 0x110000,
  DESK_KEY_ENTER,
  DESK_KEY_ESCAPE,
  DESK_KEY_UP,
  DESK_KEY_DOWN,
  DESK_KEY_PAGE_UP,
  DESK_KEY_PAGE_DOWN,
  DESK_KEY_BACKSPACE,
  DESK_KEY_CLEAR,  /* Ctrl-U */
  DESK_KEY_REDRAW, /* Ctrl-L */
  DESK_KEY_QUIT,   /* Ctrl-C */
} DeskKey;

typedef struct
{
  void (*key) (gunichar key, gpointer user_data);
  void (*resized) (gpointer user_data);
  /* hung_up: nobody is at the terminal any more. */
  void (*hung_up) (gpointer user_data);
} DeskTerminalObserver;

/* desk_terminal_new: Return: NULL: standard input and output are no terminal that can do it. One at a time. */
DeskTerminal *desk_terminal_new (const DeskTerminalObserver *observer, gpointer user_data);

/* desk_terminal_free: gives the terminal back. */
void desk_terminal_free (DeskTerminal *terminal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DeskTerminal, desk_terminal_free)

void desk_terminal_get_size (const DeskTerminal *terminal, guint *ret_rows, guint *ret_columns);

/* What a frame is made of: a bar above, lines, a bar below. */
typedef struct
{
  const char *title, *message, *keys; /* above; the last two rows */
  Meaning message_meaning;
  const Page *page;
  guint first;                     /* of the page's lines that is shown */
  gint selected;                   /* a line of the page; -1: none */
  gboolean has_cursor;             /* at: */
  guint cursor_row, cursor_column; /* of the page */
} DeskFrame;

/* desk_terminal_draw: shows @frame. Frame rows that hold lines of the page: rows - DESK_BAR_ROWS. */
void desk_terminal_draw (DeskTerminal *terminal, const DeskFrame *frame);

/* desk_terminal_redraw: everything anew, should something else have written there. */
void desk_terminal_redraw (DeskTerminal *terminal);

#define DESK_BAR_ROWS 3
