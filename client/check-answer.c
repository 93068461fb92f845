/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check-answer: see the header. */
#include "client/check-answer.h"

#include "client/answer-screen.h"
#include "client/answer-view.h"
#include "client/output.h"

ExitCode
check_answer_get_code (GVariant *eligibility)
{
  const char *answer = "";

  g_variant_lookup (eligibility, "Answer", "&s", &answer);
  if (g_str_equal (answer, "eligible"))
    return EXIT_CODE_OK;
  return g_str_equal (answer, "not-eligible") ? EXIT_CODE_NOT_ELIGIBLE : EXIT_CODE_UNKNOWN;
}

Page *
check_answer_show (GVariant *eligibility, GVariant *consents, gboolean all)
{
  guint rows = ANSWER_SCREEN_ROWS, columns = ANSWER_SCREEN_COLUMNS;
  const gboolean is_terminal = output_get_size (&rows, &columns);
  g_autoptr (Page) screen = NULL;

  if (all)
    return answer_view_make (eligibility, consents, is_terminal ? columns : 0);
  if (rows == G_MAXUINT)
    rows = ANSWER_SCREEN_ROWS;
  screen = answer_screen_make (eligibility, consents, rows, columns, "--all");
  page_print (screen);
  return NULL;
}

char **
check_answer_split (char **lists)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();

  for (char **list = lists; list != NULL && *list != NULL; list++)
    {
      g_auto (GStrv) parts = g_strsplit (*list, ",", -1);

      for (char **part = parts; *part != NULL; part++)
        if (*g_strstrip (*part))
          g_strv_builder_add (words, *part);
    }
  return g_strv_builder_end (words);
}
