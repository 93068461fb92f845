/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-terminal: questions at standard input, which is a pipe here as for a script, and a pseudo-terminal as for a
 * person.
 */
#include "client/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "captured.h"

typedef struct
{
  Terminal *terminal;
  int far; /* the other end of standard input */
  GString *lines;
  guint n_answers;
  guint again; /* questions to ask from within the answer */
} Fixture;

static void
write_text (Fixture *fixture, const char *text)
{
  g_assert_cmpint (write (fixture->far, text, strlen (text)), ==, (gssize)strlen (text));
}

static void
on_line (char *line, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_answers++;
  g_string_append_printf (fixture->lines, "%s|", line != NULL ? line : "(end)");
  if (line != NULL)
    memset (line, 'x', strlen (line)); /* it is the callee's to erase */
  if (fixture->again > 0)
    {
      fixture->again--;
      terminal_ask (fixture->terminal, "again? ", FALSE, on_line, fixture);
    }
}

static void
ask (Fixture *fixture, gboolean visible)
{
  guint before = fixture->n_answers + fixture->again;

  terminal_ask (fixture->terminal, "what? ", visible, on_line, fixture);
  g_assert_true (terminal_is_asking (fixture->terminal));
  while (fixture->n_answers <= before)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (terminal_is_asking (fixture->terminal));
}

static void
open_pipe (Fixture *fixture, gconstpointer data)
{
  int ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  dup2 (ends[0], STDIN_FILENO);
  close (ends[0]);
  fixture->far = ends[1];
  fixture->lines = g_string_new (NULL);
  fixture->terminal = terminal_new ();
  captured_begin ();
}

static void
open_terminal (Fixture *fixture, gconstpointer data)
{
  int near;

  fixture->far = posix_openpt (O_RDWR | O_NOCTTY | O_NONBLOCK);
  g_assert_cmpint (fixture->far, >=, 0);
  g_assert_cmpint (grantpt (fixture->far), ==, 0);
  g_assert_cmpint (unlockpt (fixture->far), ==, 0);
  near = open (ptsname (fixture->far), O_RDWR | O_NOCTTY);
  g_assert_cmpint (near, >=, 0);
  dup2 (near, STDIN_FILENO);
  close (near);
  fixture->lines = g_string_new (NULL);
  fixture->terminal = terminal_new ();
  captured_begin ();
}

/* Standard input is nothing again. */
static void
close_input (Fixture *fixture, gconstpointer data)
{
  int null = open ("/dev/null", O_RDONLY);

  if (captured_output != NULL)
    g_free (captured_end (NULL));
  terminal_free (fixture->terminal);
  dup2 (null, STDIN_FILENO);
  close (null);
  if (fixture->far >= 0)
    close (fixture->far);
  g_string_free (fixture->lines, TRUE);
}

static void
close_far (Fixture *fixture)
{
  close (fixture->far);
  fixture->far = -1;
}

/* Each question takes one line, also where they came together; at the end there is no line. */
static void
test_lines (Fixture *fixture, gconstpointer data)
{
  g_autofree char *errors = NULL;

  g_assert_false (terminal_is_interactive (fixture->terminal));
  write_text (fixture, "one\ntwo  \r\n\nlast");
  ask (fixture, FALSE);
  ask (fixture, TRUE);
  ask (fixture, FALSE);
  close_far (fixture);
  ask (fixture, FALSE);
  ask (fixture, FALSE);
  ask (fixture, FALSE);
  g_assert_cmpstr (fixture->lines->str, ==, "one|two||last|(end)|(end)|");
  g_free (captured_end (&errors));
  g_assert_cmpstr (errors, ==, "what? \nwhat? \nwhat? \nwhat? \nwhat? \nwhat? \n");
}

static void
test_asked_from_answer (Fixture *fixture, gconstpointer data)
{
  write_text (fixture, "a\nb\nc\n");
  fixture->again = 2;
  ask (fixture, FALSE);
  g_assert_cmpstr (fixture->lines->str, ==, "a|b|c|");
}

/* What does not fit is no answer of anybody, and nothing follows it. */
static void
test_endless_line (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_strnfill (5000, '1');

  write_text (fixture, text);
  ask (fixture, FALSE);
  g_assert_cmpuint (fixture->lines->len, <, 2050);
  g_assert_cmpuint (fixture->lines->len, >, 4 + 1);
  g_string_truncate (fixture->lines, 0);
  ask (fixture, FALSE);
  g_assert_cmpstr (fixture->lines->str, ==, "(end)|");
}

static void
test_withdrawn (Fixture *fixture, gconstpointer data)
{
  terminal_withdraw (fixture->terminal); /* nothing is asked */
  terminal_ask (fixture->terminal, "what? ", FALSE, on_line, fixture);
  terminal_withdraw (fixture->terminal);
  g_assert_false (terminal_is_asking (fixture->terminal));
  write_text (fixture, "for the next\n");
  g_assert_false (g_main_context_iteration (NULL, FALSE));
  g_assert_cmpuint (fixture->n_answers, ==, 0);
  ask (fixture, FALSE);
  g_assert_cmpstr (fixture->lines->str, ==, "for the next|");
}

static tcflag_t
get_local_mode (void)
{
  struct termios mode;

  g_assert_cmpint (tcgetattr (STDIN_FILENO, &mode), ==, 0);
  return mode.c_lflag;
}

/* Return: what the person sees of what was typed (transfer full). */
static char *
read_echo (Fixture *fixture)
{
  char text[100];
  gssize n = read (fixture->far, text, sizeof text);

  g_assert_true (n >= 0 || errno == EAGAIN);
  return g_strndup (text, (gsize)MAX (n, 0));
}

static void
test_echo (Fixture *fixture, gconstpointer data)
{
  g_autofree char *hidden = NULL, *shown = NULL;

  g_assert_true (terminal_is_interactive (fixture->terminal));
  g_assert_false (get_local_mode () & ECHO);
  write_text (fixture, "1");
  terminal_ask (fixture->terminal, "pin? ", FALSE, on_line, fixture);
  write_text (fixture, "234\n");
  while (fixture->n_answers == 0)
    g_main_context_iteration (NULL, TRUE);
  hidden = read_echo (fixture);
  g_assert_cmpstr (hidden, ==, "");

  terminal_ask (fixture->terminal, "yes? ", TRUE, on_line, fixture);
  g_assert_true (get_local_mode () & ECHO);
  write_text (fixture, "yes\n");
  while (fixture->n_answers == 1)
    g_main_context_iteration (NULL, TRUE);
  shown = read_echo (fixture);
  g_assert_cmpstr (shown, ==, "yes\r\n");
  g_assert_false (get_local_mode () & ECHO);
  g_assert_true (g_str_has_suffix (fixture->lines->str, "|yes|"));
}

/* What was typed before the question answers another one. */
static void
test_typed_before (Fixture *fixture, gconstpointer data)
{
  struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

  write_text (fixture, "too early\n");
  g_assert_cmpint (poll (&input, 1, -1), ==, 1);
  terminal_ask (fixture->terminal, "what? ", FALSE, on_line, fixture);
  write_text (fixture, "in time\n");
  while (fixture->n_answers == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (fixture->lines->str, ==, "in time|");
}

/* A person's Ctrl-D ends one answer, and another question may be asked. */
static void
test_end_of_answer (Fixture *fixture, gconstpointer data)
{
  terminal_ask (fixture->terminal, "what? ", TRUE, on_line, fixture);
  write_text (fixture, "\x04");
  while (fixture->n_answers == 0)
    g_main_context_iteration (NULL, TRUE);
  terminal_ask (fixture->terminal, "what? ", TRUE, on_line, fixture);
  write_text (fixture, "again\n");
  while (fixture->n_answers == 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (fixture->lines->str, ==, "(end)|again|");
}

static void
test_restored (Fixture *fixture, gconstpointer data)
{
  terminal_ask (fixture->terminal, "what? ", FALSE, on_line, fixture);
  g_clear_pointer (&fixture->terminal, terminal_free);
  g_assert_true (get_local_mode () & ECHO);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, open, test) g_test_add ("/terminal/" name, Fixture, NULL, open, test, close_input)
  ADD ("lines", open_pipe, test_lines);
  ADD ("asked-from-answer", open_pipe, test_asked_from_answer);
  ADD ("endless-line", open_pipe, test_endless_line);
  ADD ("withdrawn", open_pipe, test_withdrawn);
  ADD ("echo", open_terminal, test_echo);
  ADD ("typed-before", open_terminal, test_typed_before);
  ADD ("end-of-answer", open_terminal, test_end_of_answer);
  ADD ("restored", open_terminal, test_restored);
#undef ADD
  return g_test_run ();
}
