/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* terminal: in come questions, out go the lines that a person or a script answered. */
#include "terminal.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#define MEMORY_SIZE 4096 /* one page: half of it what has arrived, half of it the line being answered */
#define LINE_LIMIT (MEMORY_SIZE / 2)

struct Terminal
{
  gboolean interactive;
  char *memory;  /* locked */
  gsize arrived; /* bytes at memory[0] */
  gboolean ended;
  TerminalAnswer callback; /* NULL: no question */
  gpointer user_data;
  gboolean visible;
  guint source;
};

/* For the way out, which may be a signal handler: how the terminal was found. */
static struct termios original;
static volatile sig_atomic_t changed;

static void
restore_terminal (void)
{
  if (!changed)
    return;
  changed = 0;
  signal (SIGTTOU, SIG_IGN); /* a program in the background may put its terminal in order, too */
  /* Flushing keeps a PIN typed too late out of the shell's history. */
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &original);
}

static void
on_fatal_signal (int number)
{
  restore_terminal ();
  raise (number); /* SA_RESETHAND: now with its own effect */
}

static void
set_visible (Terminal *terminal, gboolean visible)
{
  struct termios mode = original;

  if (!terminal->interactive)
    return;
  if (!visible)
    mode.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
  mode.c_lflag |= ICANON | ISIG;
  mode.c_cc[VSUSP] = mode.c_cc[VQUIT] = _POSIX_VDISABLE; /* neither would put the terminal in order */
  changed = 1;
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &mode);
}

static void
restore_on_every_way_out (void)
{
  static const int fatal[] = { SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGALRM, SIGXCPU };
  struct sigaction action = { .sa_handler = on_fatal_signal, .sa_flags = (int)SA_RESETHAND };

  for (guint i = 0; i < G_N_ELEMENTS (fatal); i++)
    sigaction (fatal[i], &action, NULL);
  atexit (restore_terminal);
}

Terminal *
terminal_new (void)
{
  Terminal *terminal = g_new0 (Terminal, 1);

  terminal->memory = mmap (NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  g_assert (terminal->memory != MAP_FAILED);
  mlock (terminal->memory, MEMORY_SIZE);
  madvise (terminal->memory, MEMORY_SIZE, MADV_DONTDUMP);

  terminal->interactive = isatty (STDIN_FILENO) && tcgetattr (STDIN_FILENO, &original) == 0;
  if (terminal->interactive)
    restore_on_every_way_out ();
  set_visible (terminal, FALSE);
  return terminal;
}

void
terminal_free (Terminal *terminal)
{
  if (terminal == NULL)
    return;
  terminal_withdraw (terminal);
  restore_terminal ();
  explicit_bzero (terminal->memory, MEMORY_SIZE);
  munmap (terminal->memory, MEMORY_SIZE);
  g_free (terminal);
}

gboolean
terminal_is_interactive (const Terminal *terminal)
{
  return terminal->interactive;
}

gboolean
terminal_is_asking (const Terminal *terminal)
{
  return terminal->callback != NULL;
}

/* Ends the question. Return: its callback. */
static TerminalAnswer
end_question (Terminal *terminal)
{
  TerminalAnswer callback = g_steal_pointer (&terminal->callback);

  g_clear_handle_id (&terminal->source, g_source_remove);
  if (callback != NULL && !(terminal->interactive && terminal->visible))
    g_printerr ("\n");
  if (callback != NULL && terminal->visible)
    set_visible (terminal, FALSE);
  return callback;
}

void
terminal_withdraw (Terminal *terminal)
{
  if (terminal->interactive && terminal->visible && terminal->callback != NULL)
    g_printerr ("\n");
  end_question (terminal);
}

/* Hands over the first line that has arrived. Return: FALSE if there is none yet. */
static gboolean
hand_over_line (Terminal *terminal)
{
  char *end = memchr (terminal->memory, '\n', terminal->arrived);
  char *line = terminal->memory + LINE_LIMIT;
  TerminalAnswer callback;
  gsize length;

  if (end == NULL && !terminal->ended)
    return FALSE;
  length = end != NULL ? (gsize)(end - terminal->memory) : terminal->arrived;
  memcpy (line, terminal->memory, length);
  line[length] = '\0';
  if (end != NULL)
    {
      terminal->arrived -= length + 1;
      memmove (terminal->memory, end + 1, terminal->arrived);
    }
  else
    {
      terminal->arrived = 0;
      terminal->ended = !terminal->interactive; /* a person's Ctrl-D ends one answer only */
    }
  explicit_bzero (terminal->memory + terminal->arrived, LINE_LIMIT - terminal->arrived);
  g_strchomp (line);

  callback = end_question (terminal);
  if (callback != NULL)
    callback (end != NULL || length > 0 ? line : NULL, terminal->user_data);
  explicit_bzero (line, LINE_LIMIT);
  return TRUE;
}

static gboolean
on_readable (gint fd, GIOCondition condition, gpointer user_data)
{
  Terminal *terminal = user_data;
  gsize space = LINE_LIMIT - 1 - terminal->arrived;
  gssize n = read (fd, terminal->memory + terminal->arrived, space);

  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return G_SOURCE_CONTINUE;
  if (n > 0)
    terminal->arrived += (gsize)n;
  else
    terminal->ended = TRUE; /* a line longer than the space is no answer either */
  return hand_over_line (terminal) ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static gboolean
on_arrived_before (gpointer user_data)
{
  hand_over_line (user_data);
  return G_SOURCE_REMOVE;
}

void
terminal_ask (Terminal *terminal, const char *prompt, gboolean visible, TerminalAnswer callback, gpointer user_data)
{
  terminal_withdraw (terminal);
  terminal->callback = callback;
  terminal->user_data = user_data;
  terminal->visible = visible;
  if (terminal->interactive)
    {
      explicit_bzero (terminal->memory, LINE_LIMIT);
      terminal->arrived = 0;
      set_visible (terminal, visible);
    }
  g_printerr ("%s", prompt);
  if (terminal->ended || memchr (terminal->memory, '\n', terminal->arrived) != NULL)
    terminal->source = g_idle_add (on_arrived_before, terminal);
  else
    terminal->source = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, terminal);
}
