/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* desk-keys: in comes a key, out goes what it does. A table. */
#include "desk-keys.h"

#include <glib/gi18n.h>

#include "client/desk-terminal.h"
#include "client/output.h"

#define NAME_COLUMNS 10

typedef struct
{
  DeskView view;
  gunichar keys[3]; /* ended by 0; the first has a name for people */
  DeskAction action;
  guint rank;        /* in the bar: 1 is the most important; 0: not there */
  const char *label; /* msgid; in the bar */
  const char *help;  /* msgid; NULL: the same as another row's */
} Row;

static const Row rows[] = {
  { DESK_VIEW_LIST, { 'o' }, DESK_ACTION_OPEN, 1, N_ ("open"), N_ ("open a visit at the marked reader") },
  { DESK_VIEW_LIST,
    { 's' },
    DESK_ACTION_OPEN_SAME_CARD,
    0,
    N_ ("same card"),
    N_ ("open one with the card that lies there, although it has served") },
  { DESK_VIEW_LIST, { 'n' }, DESK_ACTION_NUMBER, 4, N_ ("number"), N_ ("check by the numbers on the patient's paper") },
  { DESK_VIEW_LIST, { DESK_KEY_ENTER }, DESK_ACTION_SHOW, 5, N_ ("show"), N_ ("show the marked answer") },
  { DESK_VIEW_LIST,
    { 'c' },
    DESK_ACTION_CANCEL,
    6,
    N_ ("cancel"),
    N_ ("cancel the marked visit, or that of the reader") },
  { DESK_VIEW_LIST, { 'x' }, DESK_ACTION_FORGET, 7, N_ ("forget"), N_ ("forget the marked answer, and remove it") },
  { DESK_VIEW_LIST,
    { 'f' },
    DESK_ACTION_FREE,
    9,
    N_ ("free reader"),
    N_ ("free the marked reader: end its visit, whoever's it is") },
  { DESK_VIEW_LIST, { 'd' }, DESK_ACTION_DIAGNOSE, 8, N_ ("diagnose"), N_ ("examine the chain to the center") },
  { DESK_VIEW_LIST, { '?', 'h' }, DESK_ACTION_HELP, 2, N_ ("help"), N_ ("show the keys") },
  { DESK_VIEW_LIST,
    { 'q', DESK_KEY_QUIT },
    DESK_ACTION_QUIT,
    3,
    N_ ("quit"),
    N_ ("leave; visits that run are cancelled") },
  { DESK_VIEW_LIST, { DESK_KEY_UP, 'k' }, DESK_ACTION_UP, 0, NULL, N_ ("the line above; also k") },
  { DESK_VIEW_LIST, { DESK_KEY_DOWN, 'j' }, DESK_ACTION_DOWN, 0, NULL, N_ ("the line below; also j") },
  { DESK_VIEW_LIST, { DESK_KEY_PAGE_UP }, DESK_ACTION_PAGE_UP, 0, NULL, NULL },
  { DESK_VIEW_LIST, { DESK_KEY_PAGE_DOWN, ' ' }, DESK_ACTION_PAGE_DOWN, 0, NULL, NULL },

  { DESK_VIEW_ANSWER,
    { 'a' },
    DESK_ACTION_ALL,
    2,
    N_ ("all, or one screen"),
    N_ ("of an answer: all of it, or one screen") },
  { DESK_VIEW_ANSWER, { 'x' }, DESK_ACTION_FORGET, 3, N_ ("forget"), NULL },
  { DESK_VIEW_ANSWER, { DESK_KEY_ESCAPE, 'q' }, DESK_ACTION_BACK, 1, N_ ("back"), N_ ("back to the list; also q") },
  { DESK_VIEW_ANSWER, { DESK_KEY_ENTER }, DESK_ACTION_BACK, 0, NULL, NULL },
  { DESK_VIEW_ANSWER, { DESK_KEY_UP, 'k' }, DESK_ACTION_UP, 4, N_ ("up"), NULL },
  { DESK_VIEW_ANSWER, { DESK_KEY_DOWN, 'j' }, DESK_ACTION_DOWN, 5, N_ ("down"), NULL },
  { DESK_VIEW_ANSWER, { DESK_KEY_PAGE_UP }, DESK_ACTION_PAGE_UP, 0, NULL, NULL },
  { DESK_VIEW_ANSWER, { DESK_KEY_PAGE_DOWN, ' ' }, DESK_ACTION_PAGE_DOWN, 0, NULL, NULL },
  { DESK_VIEW_ANSWER, { DESK_KEY_QUIT }, DESK_ACTION_QUIT, 0, NULL, NULL },

  { DESK_VIEW_FORM, { DESK_KEY_ENTER }, DESK_ACTION_NEXT, 2, N_ ("next, at last the check"), NULL },
  { DESK_VIEW_FORM, { DESK_KEY_ESCAPE }, DESK_ACTION_BACK, 1, N_ ("back"), NULL },
  { DESK_VIEW_FORM, { DESK_KEY_UP }, DESK_ACTION_UP, 3, N_ ("up"), NULL },
  { DESK_VIEW_FORM, { DESK_KEY_DOWN }, DESK_ACTION_DOWN, 4, N_ ("down"), NULL },
  { DESK_VIEW_FORM, { DESK_KEY_QUIT }, DESK_ACTION_BACK, 0, NULL, NULL },

  { DESK_VIEW_TEXT, { DESK_KEY_ESCAPE, 'q' }, DESK_ACTION_BACK, 1, N_ ("back"), NULL },
  { DESK_VIEW_TEXT, { DESK_KEY_ENTER }, DESK_ACTION_BACK, 0, NULL, NULL },
  { DESK_VIEW_TEXT, { DESK_KEY_UP, 'k' }, DESK_ACTION_UP, 2, N_ ("up"), NULL },
  { DESK_VIEW_TEXT, { DESK_KEY_DOWN, 'j' }, DESK_ACTION_DOWN, 3, N_ ("down"), NULL },
  { DESK_VIEW_TEXT, { DESK_KEY_PAGE_UP }, DESK_ACTION_PAGE_UP, 0, NULL, NULL },
  { DESK_VIEW_TEXT, { DESK_KEY_PAGE_DOWN, ' ' }, DESK_ACTION_PAGE_DOWN, 0, NULL, NULL },
  { DESK_VIEW_TEXT, { DESK_KEY_QUIT }, DESK_ACTION_QUIT, 0, NULL, NULL },
};

DeskAction
desk_keys_find (DeskView view, gunichar key)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint j = 0; rows[i].view == view && j < G_N_ELEMENTS (rows[i].keys) && rows[i].keys[j] != 0; j++)
      if (rows[i].keys[j] == key)
        return rows[i].action;
  return DESK_ACTION_NONE;
}

/* What is printed on the key. Return: (transfer full). */
static char *
name_key (gunichar key)
{
  char character[7] = "";

  switch (key)
    {
    case DESK_KEY_ENTER:
      return g_strdup ("Enter");
    case DESK_KEY_ESCAPE:
      return g_strdup ("Esc");
    case DESK_KEY_UP:
      return g_strdup ("↑");
    case DESK_KEY_DOWN:
      return g_strdup ("↓");
    default:
      g_unichar_to_utf8 (key, character);
      return g_strdup (character);
    }
}

/* Return: (transfer full). */
static char *
format_item (const Row *row)
{
  g_autofree char *name = name_key (row->keys[0]);

  return g_strdup_printf ("  %s %s", name, _ (row->label));
}

/* Return: the lowest rank of @view that has no room in @columns any more. */
static guint
find_rank (DeskView view, guint columns)
{
  guint taken = 0;

  for (guint rank = 1;; rank++)
    {
      const Row *found = NULL;
      g_autofree char *item = NULL;

      for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
        if (rows[i].view == view && rows[i].rank == rank)
          found = &rows[i];
      if (found == NULL)
        return rank;
      item = format_item (found);
      taken += output_get_most_columns (item);
      if (taken > columns)
        return rank;
    }
}

char *
desk_keys_make_bar (DeskView view, guint columns)
{
  const guint rank = find_rank (view, columns);
  GString *bar = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].view == view && rows[i].rank > 0 && rows[i].rank < rank)
      {
        g_autofree char *item = format_item (&rows[i]);

        g_string_append (bar, item);
      }
  return g_string_free (bar, FALSE);
}

Page *
desk_keys_make_help (guint columns)
{
  Page *page = page_new (columns);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = NULL, *cell = NULL, *head = NULL;

      if (rows[i].help == NULL)
        continue;
      name = name_key (rows[i].keys[0]);
      cell = output_pad (name, NAME_COLUMNS);
      head = g_strconcat ("  ", cell, NULL);
      page_add (page, MEANING_PLAIN, head, _ (rows[i].help));
    }
  page_add (page, MEANING_PLAIN, "", "");
  page_add (page, MEANING_PLAIN, "  ",
            _ ("The PIN is never typed here: the patient terminal at the reader asks for it. Answers are forgotten "
               "after a while."));
  return page;
}
