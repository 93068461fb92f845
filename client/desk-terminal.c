/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* desk-terminal: in come frames and what is typed, out go the screen and keys. */
#include "desk-terminal.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "client/output.h"

/* Last: term.h has macros with names of everybody's. */
#include <curses.h>

#include <term.h>

#define ESCAPE_MILLISECONDS 25 /* a key that begins with it comes at once */

struct DeskTerminal
{
  const DeskTerminalObserver *observer;
  gpointer user_data;
  SCREEN *screen;
  gboolean has_colours;
  guint input, resizing; /* sources */
};

/* For signal handlers: how the terminal was found, and what puts it in order. */
static struct termios original;
static volatile sig_atomic_t taken;
static char restoration[256];

static void
restore_terminal (void)
{
  gssize written;

  if (!taken)
    return;
  taken = 0;
  written = write (STDOUT_FILENO, restoration, strlen (restoration));
  (void)written;
  signal (SIGTTOU, SIG_IGN);
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &original);
}

static void
on_fatal_signal (int number)
{
  restore_terminal ();
  raise (number); /* SA_RESETHAND: now with its own effect */
}

static void
restore_on_every_way_out (void)
{
  static const int fatal[] = { SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGALRM, SIGXCPU };
  static const char *const capabilities[] = { "sgr0", "clear", "rmcup", "cnorm", "rmkx" };
  struct sigaction action = { .sa_handler = on_fatal_signal, .sa_flags = (int)SA_RESETHAND };

  restoration[0] = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (capabilities); i++)
    {
      const char *sequence = tigetstr ((char *)capabilities[i]);

      if (sequence != NULL && sequence != (char *)-1)
        g_strlcat (restoration, sequence, sizeof restoration);
    }
  for (guint i = 0; i < G_N_ELEMENTS (fatal); i++)
    sigaction (fatal[i], &action, NULL);
  atexit (restore_terminal);
}

/* Keys. */

static gunichar
translate_special (wint_t key)
{
  static const struct
  {
    int curses;
    DeskKey ours;
  } keys[] = {
    { KEY_UP, DESK_KEY_UP },
    { KEY_DOWN, DESK_KEY_DOWN },
    { KEY_BTAB, DESK_KEY_UP },
    { KEY_PPAGE, DESK_KEY_PAGE_UP },
    { KEY_NPAGE, DESK_KEY_PAGE_DOWN },
    { KEY_ENTER, DESK_KEY_ENTER },
    { KEY_BACKSPACE, DESK_KEY_BACKSPACE },
    { KEY_DC, DESK_KEY_BACKSPACE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if ((wint_t)keys[i].curses == key)
      return keys[i].ours;
  return DESK_KEY_NONE;
}

static gunichar
translate_character (wint_t key)
{
  switch (key)
    {
    case '\r':
    case '\n':
      return DESK_KEY_ENTER;
    case '\t':
      return DESK_KEY_DOWN;
    case 0x1B:
      return DESK_KEY_ESCAPE;
    case 0x7F:
    case '\b':
      return DESK_KEY_BACKSPACE;
    case 'U' & 0x1F:
      return DESK_KEY_CLEAR;
    case 'L' & 0x1F:
      return DESK_KEY_REDRAW;
    case 'C' & 0x1F:
      return DESK_KEY_QUIT;
    default:
      return key >= ' ' ? (gunichar)key : DESK_KEY_NONE;
    }
}

static gboolean
on_input (gint fd, GIOCondition condition, gpointer user_data)
{
  DeskTerminal *terminal = user_data;
  wint_t key;
  int kind;

  if (condition & (G_IO_HUP | G_IO_ERR))
    {
      terminal->input = 0;
      terminal->observer->hung_up (terminal->user_data);
      return G_SOURCE_REMOVE;
    }
  while ((kind = get_wch (&key)) != ERR)
    {
      const gunichar ours = kind == KEY_CODE_YES ? translate_special (key) : translate_character (key);

      if (ours == DESK_KEY_REDRAW)
        desk_terminal_redraw (terminal);
      else if (ours != DESK_KEY_NONE)
        terminal->observer->key (ours, terminal->user_data);
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_resized (gpointer user_data)
{
  DeskTerminal *terminal = user_data;
  struct winsize size = { 0 };

  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
    resizeterm (size.ws_row, size.ws_col);
  clearok (curscr, TRUE); /* the terminal may have moved what was there */
  terminal->observer->resized (terminal->user_data);
  return G_SOURCE_CONTINUE;
}

/* The screen. */

void
desk_terminal_get_size (const DeskTerminal *terminal, guint *ret_rows, guint *ret_columns)
{
  *ret_rows = (guint)MAX (getmaxy (stdscr), 1);
  *ret_columns = (guint)MAX (getmaxx (stdscr), 1);
}

static attr_t
get_attributes (const DeskTerminal *terminal, Meaning meaning)
{
  if (meaning == MEANING_PLAIN)
    return A_NORMAL;
  if (meaning == MEANING_FAINT)
    return A_DIM;
  return A_BOLD | (terminal->has_colours ? (attr_t)COLOR_PAIR (meaning) : 0);
}

/* @text: for one row, from @column on; what does not fit is cut off. */
static void
draw_text (guint row, guint column, const char *text)
{
  g_autofree char *cut = NULL, *local = NULL;
  guint rows, width;

  desk_terminal_get_size (NULL, &rows, &width);
  if (row >= rows || column >= width)
    return;
  cut = output_cut (text, width - column);
  local = g_locale_from_utf8 (cut, -1, NULL, NULL, NULL);
  if (local == NULL)
    local = g_str_to_ascii (cut, NULL);
  mvaddstr ((int)row, (int)column, local);
}

static void
draw_bar (guint row, const char *text, attr_t attributes)
{
  attrset (attributes);
  mvhline ((int)row, 0, ' ' | (chtype)attributes, getmaxx (stdscr));
  draw_text (row, 0, text);
  attrset (A_NORMAL);
}

static void
draw_line (const DeskTerminal *terminal, guint row, const PageLine *line, gboolean is_selected)
{
  attrset (get_attributes (terminal, line->meaning) | (is_selected ? A_REVERSE : 0));
  draw_text (row, 0, line->text);
  if (line->beside != NULL)
    draw_text (row, line->column, line->beside);
  attrset (A_NORMAL);
}

void
desk_terminal_draw (DeskTerminal *terminal, const DeskFrame *frame)
{
  guint rows, width;

  desk_terminal_get_size (terminal, &rows, &width);
  erase ();
  draw_bar (0, frame->title, A_REVERSE);
  for (guint row = 1; row + DESK_BAR_ROWS - 1 < rows; row++)
    {
      const guint number = frame->first + row - 1;

      if (number < page_count_lines (frame->page))
        draw_line (terminal, row, page_get_line (frame->page, number), (gint)number == frame->selected);
    }
  if (rows >= DESK_BAR_ROWS)
    {
      attrset (get_attributes (terminal, frame->message_meaning));
      draw_text (rows - 2, 0, frame->message);
      draw_bar (rows - 1, frame->keys, A_REVERSE);
    }
  curs_set (frame->has_cursor ? 1 : 0);
  if (frame->has_cursor)
    move ((int)(frame->cursor_row + 1 - frame->first), (int)frame->cursor_column);
  refresh ();
}

void
desk_terminal_redraw (DeskTerminal *terminal)
{
  clearok (curscr, TRUE);
  refresh ();
}

static void
set_up_colours (DeskTerminal *terminal, gboolean wanted)
{
  static const short colours[] = {
    [MEANING_GOOD] = COLOR_GREEN,
    [MEANING_BAD] = COLOR_RED,
    [MEANING_DOUBT] = COLOR_YELLOW,
    [MEANING_NEWS] = COLOR_CYAN,
  };

  terminal->has_colours = wanted && has_colors () && start_color () == OK;
  if (!terminal->has_colours)
    return;
  use_default_colors ();
  for (short meaning = MEANING_GOOD; meaning < (short)G_N_ELEMENTS (colours); meaning++)
    init_pair (meaning, colours[meaning], -1);
}

static gboolean
can_move_cursor (void)
{
  const char *sequence = tigetstr ((char *)"cup");

  return sequence != NULL && sequence != (char *)-1;
}

DeskTerminal *
desk_terminal_new (const DeskTerminalObserver *observer, gpointer user_data)
{
  const gboolean wants_colours = looks_have_colours (); /* it asks terminfo by itself: not while curses has its own */
  DeskTerminal *terminal;
  SCREEN *screen;

  if (!isatty (STDIN_FILENO) || !isatty (STDOUT_FILENO) || tcgetattr (STDIN_FILENO, &original) != 0)
    return NULL;
  terminal = g_new0 (DeskTerminal, 1);
  terminal->observer = observer;
  terminal->user_data = user_data;
  /* Before curses, which takes the signals that nobody has taken. */
  terminal->resizing = g_unix_signal_add (SIGWINCH, on_resized, terminal);
  screen = newterm (NULL, stdout, stdin);
  if (screen == NULL || !can_move_cursor ())
    {
      if (screen != NULL)
        {
          endwin ();
          delscreen (screen);
        }
      g_source_remove (terminal->resizing);
      g_free (terminal);
      return NULL;
    }
  terminal->screen = screen;
  taken = 1;
  restore_on_every_way_out ();
  set_escdelay (ESCAPE_MILLISECONDS);
  raw ();
  noecho ();
  nonl ();
  keypad (stdscr, TRUE);
  nodelay (stdscr, TRUE);
  set_up_colours (terminal, wants_colours);
  terminal->input = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, terminal);
  return terminal;
}

void
desk_terminal_free (DeskTerminal *terminal)
{
  if (terminal == NULL)
    return;
  erase (); /* a terminal without a second screen would show it on */
  refresh ();
  endwin ();
  taken = 0;
  delscreen (terminal->screen);
  g_clear_handle_id (&terminal->input, g_source_remove);
  g_source_remove (terminal->resizing);
  g_free (terminal);
}
