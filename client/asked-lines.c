/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* asked-lines: see the header. */
#include "client/asked-lines.h"

#include <glib/gi18n.h>

struct AskedLines
{
  Client *client;
  Terminal *terminal;
  const AskedLine *lines;
  guint n, next;
  const char *(*check) (void);
  void (*done) (gpointer user_data);
  gpointer user_data;
};

static void read_next (AskedLines *asked);

static void
fail_to_read (AskedLines *asked, const char *sentence)
{
  client_fail_saying (asked->client, SHIKAKU_ERROR_PREFIX "InvalidOption", sentence);
}

static void
on_line (char *line, gpointer user_data)
{
  AskedLines *asked = user_data;
  g_autofree char *text = line != NULL ? g_locale_to_utf8 (line, -1, NULL, NULL, NULL) : NULL;
  const AskedLine *read = &asked->lines[asked->next];

  if (text == NULL)
    {
      g_autofree char *sentence = g_strdup_printf (_ ("Standard input has no line of text for “%s”."), _ (read->label));

      fail_to_read (asked, sentence);
      return;
    }
  g_free (*read->value);
  *read->value = *g_strstrip (text) != '\0' ? g_strdup (text) : NULL;
  asked->next++;
  read_next (asked);
}

static void
read_next (AskedLines *asked)
{
  const char *message;

  while (asked->next < asked->n && g_strcmp0 (*asked->lines[asked->next].value, ASKED_LINES_FROM_INPUT) != 0)
    asked->next++;
  if (asked->next < asked->n)
    {
      g_autofree char *prompt = g_strdup_printf ("%s: ", _ (asked->lines[asked->next].label));

      terminal_ask (asked->terminal, prompt, TRUE, on_line, asked);
      return;
    }
  message = asked->check ();
  if (message != NULL)
    fail_to_read (asked, message);
  else
    asked->done (asked->user_data);
}

AskedLines *
asked_lines_read (Client *client, Terminal *terminal, const AskedLine *lines, guint n, const char *(*check) (void),
                  void (*done) (gpointer user_data), gpointer user_data)
{
  AskedLines *asked = g_new (AskedLines, 1);

  *asked = (AskedLines){ client, terminal, lines, n, 0, check, done, user_data };
  read_next (asked);
  return asked;
}

void
asked_lines_free (AskedLines *asked)
{
  g_free (asked);
}
