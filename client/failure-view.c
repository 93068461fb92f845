/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* failure-view: in comes what a failed visit tells, out goes a page. */
#include "failure-view.h"

#include <glib/gi18n.h>

#include "client/words.h"

/* What is known beside the error, if it is. @word: makes words for people of it; NULL: it is as it is. */
static void
add_detail (Page *page, GVariant *failure, const char *key, const char *label, const char *(*word) (const char *))
{
  const char *text = NULL;
  g_autofree char *head = g_strconcat (label, ": ", NULL);

  if (g_variant_lookup (failure, key, "&s", &text))
    page_add (page, MEANING_PLAIN, head, word != NULL ? word (text) : text);
}

Page *
failure_view_make (GVariant *failure, guint columns)
{
  Page *page = page_new (columns);
  const char *error = "", *message = "";
  guint tries;

  g_variant_lookup (failure, "Error", "&s", &error);
  g_variant_lookup (failure, "ErrorMessage", "&s", &message);
  page_add (page, MEANING_BAD, "", *message ? message : error);
  if (g_variant_lookup (failure, "TriesLeft", "u", &tries))
    {
      g_autofree char *sentence = g_strdup_printf (ngettext ("%u try is left.", "%u tries are left.", tries), tries);

      page_add (page, MEANING_PLAIN, "", sentence);
    }
  add_detail (page, failure, "Code", _ ("Code of the center"), NULL);
  add_detail (page, failure, "Message", _ ("Message of the center"), NULL);
  add_detail (page, failure, "During", _ ("Last step"), words_state);
  add_detail (page, failure, "By", _ ("Ended by"), words_ender);
  return page;
}
