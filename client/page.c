/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* page: in come texts and meanings, out go lines that fit. */
#include "page.h"

#include <string.h>

#include "client/output.h"

#define ROOM_COLUMNS 20 /* what is narrower holds no text */
#define ROW_COLUMNS 48  /* narrower than this, a value stands below its label */

struct Page
{
  guint columns;
  GPtrArray *lines; /* of PageLine */
};

static void
free_line (gpointer data)
{
  PageLine *line = data;

  g_free (line->text);
  g_free (line->beside);
  g_free (line);
}

Page *
page_new (guint columns)
{
  Page *page = g_new0 (Page, 1);

  page->columns = columns;
  page->lines = g_ptr_array_new_with_free_func (free_line);
  return page;
}

void
page_free (Page *page)
{
  if (page == NULL)
    return;
  g_ptr_array_unref (page->lines);
  g_free (page);
}

guint
page_get_columns (const Page *page)
{
  return page->columns;
}

guint
page_count_lines (const Page *page)
{
  return page->lines->len;
}

const PageLine *
page_get_line (const Page *page, guint number)
{
  return g_ptr_array_index (page->lines, number);
}

/* @text, @beside: (transfer full). */
static void
add_line (Page *page, Meaning meaning, char *text, guint column, char *beside)
{
  PageLine *line = g_new0 (PageLine, 1);

  line->meaning = meaning;
  line->text = text;
  line->column = column;
  line->beside = beside;
  g_ptr_array_add (page->lines, line);
}

static void
add_lines (Page *page, Meaning meaning, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    add_line (page, meaning, g_strdup (*line), 0, NULL);
  if (*lines == NULL) /* of an empty text */
    add_line (page, meaning, g_strdup (""), 0, NULL);
}

void
page_add (Page *page, Meaning meaning, const char *head, const char *text)
{
  g_autofree char *clean_head = output_clean (head), *clean = output_clean (text), *wrapped = NULL, *lines = NULL;
  guint columns = output_get_columns (clean_head);

  if (page->columns > 0 && columns + ROOM_COLUMNS > page->columns && *clean_head != '\0' && *clean != '\0')
    {
      page_add_cut (page, meaning, clean_head, ""); /* too narrow for both */
      page_add (page, meaning, "", clean);
      return;
    }
  wrapped = output_wrap (clean, columns, columns, page->columns);
  lines = g_strconcat (clean_head, wrapped, NULL);
  add_lines (page, meaning, lines);
}

void
page_add_cut (Page *page, Meaning meaning, const char *head, const char *text)
{
  g_autofree char *whole = g_strconcat (head, text, NULL);

  add_line (page, meaning, page->columns > 0 ? output_cut (whole, page->columns) : output_clean (whole), 0, NULL);
}

void
page_add_row (Page *page, const char *label, const char *value)
{
  g_autofree char *lines = NULL, *head = NULL;

  if (page->columns == 0 || page->columns >= ROW_COLUMNS)
    {
      lines = output_make_row (label, value, page->columns);
      add_lines (page, MEANING_PLAIN, lines);
      return;
    }
  head = g_strconcat ("  ", label, NULL);
  page_add_cut (page, MEANING_PLAIN, head, "");
  if (*value)
    page_add (page, MEANING_PLAIN, "    ", value);
}

void
page_add_rule (Page *page)
{
  add_line (page, MEANING_FAINT, output_make_rule (), 0, NULL);
}

void
page_add_beside (Page *page, const char *left, guint column, const char *right)
{
  add_line (page, MEANING_PLAIN, output_cut (left, column - 1), column, output_cut (right, page->columns - column));
}

guint
page_append (Page *page, const Page *other, guint limit)
{
  guint number = 0;

  for (; number < other->lines->len && number < limit; number++)
    {
      const PageLine *line = page_get_line (other, number);

      add_line (page, line->meaning, g_strdup (line->text), line->column, g_strdup (line->beside));
    }
  return number;
}

char *
page_format_line (const PageLine *line)
{
  g_autofree char *left = NULL;

  if (line->beside == NULL || *line->beside == '\0')
    return g_strdup (line->text);
  left = output_pad (line->text, line->column);
  return g_strconcat (left, line->beside, NULL);
}

/* @exact: let the terminal find the column itself, which alone knows how wide it draws a character. */
static char *
dress_line (const PageLine *line, gboolean colours, gboolean exact)
{
  g_autofree char *move = exact && line->beside != NULL && *line->beside != '\0' && *line->text != '\0'
                              ? looks_go_to_column (line->column)
                              : NULL;
  g_autofree char *text
      = move != NULL ? g_strconcat (line->text, " ", move, line->beside, NULL) : page_format_line (line);

  return g_strconcat (colours ? looks_begin (line->meaning) : "", text, colours ? looks_end (line->meaning) : "", "\n",
                      NULL);
}

static char *
dress (const Page *page, gboolean exact)
{
  const gboolean colours = looks_have_colours ();
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < page->lines->len; i++)
    {
      g_autofree char *line = dress_line (page_get_line (page, i), colours, exact);

      g_string_append (text, line);
    }
  return g_string_free (text, FALSE);
}

void
page_print (const Page *page)
{
  g_autofree char *text = dress (page, TRUE);

  g_print ("%s", text);
}

char *
page_make_text (const Page *page)
{
  return dress (page, FALSE);
}
