/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* looks: in comes what a text means, out goes what the terminal obeys. One of two files that know terminfo. */
#include "looks.h"

#include <curses.h>
#include <term.h> /* after curses.h */
#include <unistd.h>

static gboolean colours_refused;

/* What terminfo knows of the terminal of standard output; nothing where that is none. */
static int n_colours;
static char *column_move; /* or NULL */

static void
ask_terminfo (void)
{
  static gboolean asked;
  const char *move;
  int error;

  if (asked)
    return;
  asked = TRUE;
  if (!isatty (STDOUT_FILENO) || setupterm (NULL, STDOUT_FILENO, &error) != OK)
    return;
  n_colours = tigetnum ((char *)"colors");
  move = tigetstr ((char *)"hpa");
  if (move != NULL && move != (char *)-1)
    column_move = g_strdup (move);
  del_curterm (cur_term); /* the desk's screen has its own */
}

void
looks_refuse_colours (void)
{
  colours_refused = TRUE;
}

gboolean
looks_have_colours (void)
{
  const char *refusal = g_getenv ("NO_COLOR"); /* no-color.org: whatever it says, but not if it is empty */

  if (colours_refused || (refusal != NULL && *refusal != '\0'))
    return FALSE;
  ask_terminfo ();
  return n_colours >= 8;
}

const char *
looks_begin (Meaning meaning)
{
  switch (meaning)
    {
    case MEANING_GOOD:
      return "\x1B[1;32m";
    case MEANING_BAD:
      return "\x1B[1;31m";
    case MEANING_DOUBT:
      return "\x1B[1;33m";
    case MEANING_NEWS:
      return "\x1B[1;36m";
    case MEANING_FAINT:
      return "\x1B[2m";
    case MEANING_PLAIN:
      break;
    }
  return "";
}

const char *
looks_end (Meaning meaning)
{
  return meaning == MEANING_PLAIN ? "" : "\x1B[0m";
}

char *
looks_go_to_column (guint column)
{
  ask_terminfo ();
  return column_move != NULL ? g_strdup (tparm (column_move, (int)column, 0, 0, 0, 0, 0, 0, 0, 0)) : NULL;
}
