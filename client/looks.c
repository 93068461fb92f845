/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* looks: in comes what a text means, out goes what the terminal obeys. One of two files that know terminfo. */
#include "looks.h"

#include <curses.h>
#include <term.h> /* after curses.h */
#include <unistd.h>

static gboolean colours_refused;

/* Return: whether terminfo knows the terminal of standard output. */
static gboolean
is_known (void)
{
  static gboolean asked, known;
  int error;

  if (!asked)
    known = isatty (STDOUT_FILENO) && setupterm (NULL, STDOUT_FILENO, &error) == OK;
  asked = TRUE;
  return known;
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
  return is_known () && tigetnum ((char *)"colors") >= 8;
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
  char *move;

  if (!is_known ())
    return NULL;
  move = tigetstr ((char *)"hpa");
  if (move == NULL || move == (char *)-1)
    return NULL;
  return g_strdup (tparm (move, (int)column, 0, 0, 0, 0, 0, 0, 0, 0));
}
