/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pager: in comes a page, out it goes through another program. What it shows is personal, so that one leaves no traces.
 */
#include "pager.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/output.h"

/* Return: its command line (transfer full); NULL: none is wanted. */
static char **
find_command (void)
{
  static const char *const variables[] = { "SHIKAKU_PAGER", "PAGER" };
  const char *command = "less";
  char **words = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    if (g_getenv (variables[i]) != NULL)
      {
        command = g_getenv (variables[i]);
        break;
      }
  if (!g_shell_parse_argv (command, NULL, &words, NULL))
    return NULL;
  if (g_str_equal (words[0], "cat"))
    g_clear_pointer (&words, g_strfreev);
  return words;
}

/* In the child: what we ignore is not ignored there, and it does not stay at the terminal without us. */
static void
on_child (gpointer user_data)
{
  signal (SIGPIPE, SIG_DFL);
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static gboolean
start (char **command, GPid *ret_pid, int *ret_input)
{
  g_auto (GStrv) environment = g_get_environ ();

  environment = g_environ_setenv (environment, "LESS", "R", FALSE);
  environment = g_environ_setenv (environment, "LESSCHARSET", "utf-8", FALSE);
  environment = g_environ_setenv (environment, "LESSHISTFILE", "-", TRUE); /* what was searched for is a name */
  environment = g_environ_setenv (environment, "LESSSECURE", "1", FALSE);
  return g_spawn_async_with_pipes (NULL, command, environment, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD,
                                   on_child, NULL, ret_pid, ret_input, NULL, NULL, NULL);
}

static void
write_all (int fd, const char *text)
{
  gsize left = strlen (text);

  while (left > 0)
    {
      const gssize n = write (fd, text, left);

      if (n < 0 && errno != EINTR)
        return; /* the person has read enough */
      if (n > 0)
        {
          text += n;
          left -= (gsize)n;
        }
    }
}

/* Ctrl-C is the pager's; whoever ends us ends it too. */
static void
feed (GPid pid, int input, const char *text)
{
  static const int ends[] = { SIGTERM, SIGHUP };

  signal (SIGINT, SIG_IGN);
  signal (SIGPIPE, SIG_IGN);
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    signal (ends[i], SIG_DFL);
  write_all (input, text);
  close (input);
  while (waitpid (pid, NULL, 0) < 0 && errno == EINTR)
    continue;
  g_spawn_close_pid (pid);
}

void
pager_show (const Page *page)
{
  g_auto (GStrv) command = NULL;
  g_autofree char *text = NULL;
  guint rows, columns;
  GPid pid;
  int input;

  if (g_get_charset (NULL) && output_get_size (&rows, &columns) && page_count_lines (page) >= rows)
    command = find_command ();
  if (command == NULL || !start (command, &pid, &input))
    {
      page_print (page);
      return;
    }
  text = page_make_text (page);
  feed (pid, input, text);
}
