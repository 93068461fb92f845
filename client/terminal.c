/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* terminal: in come questions, out go the lines that a person or a script answered. */
#include "terminal.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
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
  char *prompt;
  guint source, continued;
};

/* For signal handlers: how the terminal was found, and how it is while it is ours. */
static struct termios original, ours;
static volatile sig_atomic_t changed;
static int continuation = -1; /* an eventfd: the program was stopped and goes on */

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

static void on_stop_signal (int number);

static void
set_stop_handler (void (*handler) (int))
{
  const struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };

  sigaction (SIGTSTP, &action, NULL);
}

/*
 * However it was stopped, whoever had the terminal meanwhile may have left it showing what is typed. In the background
 * this stops the program (SIGTTOU) until the terminal is its own again.
 */
static void
on_continue_signal (int number)
{
  const int error = errno;
  const guint64 one = 1;
  gssize written;

  set_stop_handler (on_stop_signal);
  if (changed)
    {
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &ours);
      written = write (continuation, &one, sizeof one);
      (void)written;
    }
  errno = error;
}

/* While it rests the terminal is the shell's. */
static void
on_stop_signal (int number)
{
  const int error = errno;
  sigset_t mask;

  if (changed)
    tcsetattr (STDIN_FILENO, TCSAFLUSH, &original);
  set_stop_handler (SIG_DFL);
  sigemptyset (&mask);
  sigaddset (&mask, number);
  raise (number);
  sigprocmask (SIG_UNBLOCK, &mask, NULL); /* here it stops, unless nobody is there who could let it go on */
  on_continue_signal (SIGCONT);
  errno = error;
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
  mode.c_iflag &= ~(tcflag_t)IXON;                       /* Ctrl-S would hold up all that is written, and so us */
  mode.c_cc[VSUSP] = mode.c_cc[VQUIT] = _POSIX_VDISABLE; /* neither would put the terminal in order */
  ours = mode;
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

static gboolean
on_continued (gint fd, GIOCondition condition, gpointer user_data)
{
  Terminal *terminal = user_data;
  guint64 times;

  if (read (fd, &times, sizeof times) > 0 && terminal->callback != NULL)
    g_printerr ("\n%s", terminal->prompt); /* it is no longer what the cursor stands behind */
  return G_SOURCE_CONTINUE;
}

static void
watch_stops (Terminal *terminal)
{
  struct sigaction action = { .sa_handler = on_continue_signal, .sa_flags = SA_RESTART };

  continuation = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  terminal->continued = g_unix_fd_add (continuation, G_IO_IN, on_continued, terminal);
  sigaction (SIGCONT, &action, NULL);
  set_stop_handler (on_stop_signal);
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
    {
      restore_on_every_way_out ();
      watch_stops (terminal);
    }
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
  if (terminal->interactive)
    {
      signal (SIGCONT, SIG_DFL);
      set_stop_handler (SIG_DFL);
      g_source_remove (terminal->continued);
      close (continuation);
      continuation = -1;
    }
  g_free (terminal->prompt);
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
  g_free (terminal->prompt);
  terminal->prompt = g_strdup (prompt);
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
