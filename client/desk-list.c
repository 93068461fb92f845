/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * desk-list: in comes the model, out goes a page. What is of a person (the name) is last in its line, so that a
 * character which a terminal draws wider than others pushes nothing aside.
 */
#include "desk-list.h"

#include <glib/gi18n.h>

#include "client/answer-screen.h"
#include "client/answer-view.h"
#include "client/output.h"
#include "client/readers.h"
#include "client/words.h"

#define NUMBER_COLUMNS 5
#define CARD_COLUMNS 11
#define USE_COLUMNS 10
#define AGENT_COLUMNS 16
#define PLACE_COLUMNS 12
#define TIME_COLUMNS 7

struct DeskList
{
  Page *page;
  GArray *rows; /* of DeskRow, one for each line of the page */
  int selected;
};

void
desk_row_clear (DeskRow *row)
{
  g_clear_pointer (&row->path, g_free);
  row->kind = DESK_ROW_NONE;
  row->number = 0;
}

static void
copy_row (DeskRow *to, const DeskRow *from)
{
  char *path = g_strdup (from->path);

  desk_row_clear (to);
  *to = *from;
  to->path = path;
}

static gboolean
is_same (const DeskRow *a, const DeskRow *b)
{
  return a->kind == b->kind && a->number == b->number && g_strcmp0 (a->path, b->path) == 0;
}

static void
on_row_cleared (gpointer data)
{
  desk_row_clear (data);
}

/* @row: what stands in the line; consumed. */
static void
add_row (DeskList *list, Meaning meaning, const char *head, const char *text, DeskRow row)
{
  page_add_cut (list->page, meaning, head, text);
  g_array_append_val (list->rows, row);
}

static void
add_heading (DeskList *list, const char *heading)
{
  if (page_count_lines (list->page) > 0)
    add_row (list, MEANING_PLAIN, "", "", (DeskRow){ DESK_ROW_NONE, NULL, 0 });
  add_row (list, MEANING_NEWS, heading, "", (DeskRow){ DESK_ROW_NONE, NULL, 0 });
}

static void
add_nothing (DeskList *list, const char *sentence)
{
  add_row (list, MEANING_FAINT, "  ", sentence, (DeskRow){ DESK_ROW_NONE, NULL, 0 });
}

static void
append_cell (GString *line, const char *text, guint columns)
{
  g_autofree char *cell = output_pad (text, columns);

  g_string_append (line, cell);
}

static const char *
get_mark (const DeskRow *row, const DeskRow *selected)
{
  return is_same (row, selected) ? "> " : "  ";
}

static void
add_reader (DeskList *list, const DeskReader *reader, const DeskRow *selected)
{
  DeskRow row = { DESK_ROW_READER, g_strdup (reader->path), 0 };
  g_autoptr (GString) line = g_string_new (get_mark (&row, selected));

  append_cell (line, readers_get_number (reader->path), NUMBER_COLUMNS);
  append_cell (line,
               reader->served ? C_ ("in the reader", "used card")
               : reader->card ? C_ ("in the reader", "card")
                              : _ ("no card"),
               CARD_COLUMNS);
  append_cell (line, reader->is_ours ? _ ("our visit") : reader->used ? _ ("in use") : _ ("free"), USE_COLUMNS);
  append_cell (line, reader->has_agent ? _ ("terminal ready") : _ ("no terminal"), AGENT_COLUMNS);
  add_row (list, MEANING_PLAIN, line->str, reader->name, row);
}

static char *
format_clock (guint64 time_usec)
{
  g_autoptr (GDateTime) local = g_date_time_new_from_unix_local ((gint64)(time_usec / G_USEC_PER_SEC));

  return local != NULL ? g_date_time_format (local, "%H:%M") : g_strdup ("");
}

static char *
format_answer (const DeskVisit *visit)
{
  g_autoptr (GVariant) insurances = NULL;
  g_autofree char *ratio = NULL;
  const char *name = "";

  if (visit->eligibility == NULL)
    return g_strdup_printf ("%s  (%s)", words_answer (visit->answer), _ ("forgotten"));
  insurances = g_variant_lookup_value (visit->eligibility, "Insurances", G_VARIANT_TYPE ("aa{sv}"));
  if (insurances != NULL && g_variant_n_children (insurances) > 0)
    {
      g_autoptr (GVariant) first = g_variant_get_child_value (insurances, 0);

      g_variant_lookup (first, "Name", "&s", &name); /* which @visit keeps */
    }
  ratio = g_str_equal (visit->answer, "eligible") ? answer_screen_format_ratio (visit->eligibility) : NULL;
  return g_strdup_printf ("%s  %s%s%s", words_answer (visit->answer), ratio != NULL ? ratio : "",
                          ratio != NULL ? "  " : "", name);
}

static char *
format_outcome (const DeskVisit *visit)
{
  const char *message = "";

  switch (visit->state)
    {
    case DESK_VISIT_RUNNING:
      return g_strdup (*visit->step ? words_state (visit->step) : _ ("Beginning…"));
    case DESK_VISIT_LEAVING:
      return g_strdup (_ ("Cancelling…"));
    case DESK_VISIT_ANSWERED:
      return format_answer (visit);
    case DESK_VISIT_FAILED:
      break;
    }
  if (visit->failure == NULL)
    return g_strdup_printf ("%s  (%s)", _ ("FAILED"), _ ("forgotten"));
  g_variant_lookup (visit->failure, "ErrorMessage", "&s", &message);
  return g_strdup_printf ("%s  %s", _ ("FAILED"), message);
}

static void
add_visit (DeskList *list, const DeskVisit *visit, const DeskRow *selected)
{
  DeskRow row = { DESK_ROW_VISIT, NULL, visit->number };
  g_autoptr (GString) line = g_string_new (get_mark (&row, selected));
  g_autofree char *number = g_strdup_printf ("%u", visit->number), *time = format_clock (visit->at_usec);
  g_autofree char *outcome = format_outcome (visit);
  g_autofree char *place
      = *visit->reader ? g_strdup_printf (_ ("reader %s"), visit->reader) : g_strdup (_ ("by number"));
  Meaning meaning = MEANING_PLAIN;

  if (visit->state == DESK_VISIT_FAILED)
    meaning = MEANING_BAD;
  else if (visit->state == DESK_VISIT_ANSWERED)
    meaning = answer_view_get_meaning (visit->answer);
  append_cell (line, number, NUMBER_COLUMNS);
  append_cell (line, time, TIME_COLUMNS);
  append_cell (line, place, PLACE_COLUMNS);
  add_row (list, meaning, line->str, outcome, row);
}

static void
add_visits (DeskList *list, const DeskModel *model, guint from, guint until, const DeskRow *selected)
{
  for (guint i = from; i < until; i++)
    {
      const DeskVisit visit = desk_model_get_visit (model, i);

      add_visit (list, &visit, selected);
    }
  if (from == until)
    add_nothing (list, _ ("none"));
}

static gboolean
has_row (const DeskModel *model, const DeskRow *row)
{
  DeskVisit visit;

  if (row->kind == DESK_ROW_VISIT)
    return desk_model_find_visit (model, row->number, &visit);
  for (guint i = 0; row->kind == DESK_ROW_READER && i < desk_model_count_readers (model); i++)
    if (g_str_equal (desk_model_get_reader (model, i).path, row->path))
      return TRUE;
  return FALSE;
}

/* Where the selected one is gone, the first takes its place: a reader, else a visit. */
static void
correct_selection (const DeskModel *model, DeskRow *selected)
{
  if (has_row (model, selected))
    return;
  desk_row_clear (selected);
  if (desk_model_count_readers (model) > 0)
    {
      selected->kind = DESK_ROW_READER;
      selected->path = g_strdup (desk_model_get_reader (model, 0).path);
    }
  else if (desk_model_count_visits (model) > 0)
    {
      selected->kind = DESK_ROW_VISIT;
      selected->number = desk_model_get_visit (model, 0).number;
    }
}

DeskList *
desk_list_new (const DeskModel *model, guint columns, DeskRow *selected)
{
  DeskList *list = g_new0 (DeskList, 1);
  const guint n_readers = desk_model_count_readers (model), n_running = desk_model_count_running (model);

  list->page = page_new (columns);
  list->rows = g_array_new (FALSE, TRUE, sizeof (DeskRow));
  g_array_set_clear_func (list->rows, on_row_cleared);
  correct_selection (model, selected);
  add_heading (list, _ ("Readers"));
  for (guint i = 0; i < n_readers; i++)
    {
      const DeskReader reader = desk_model_get_reader (model, i);

      add_reader (list, &reader, selected);
    }
  if (n_readers == 0)
    add_nothing (list, _ ("No card reader is connected."));
  add_heading (list, _ ("Visits"));
  add_visits (list, model, 0, n_running, selected);
  add_heading (list, _ ("Answers"));
  add_visits (list, model, n_running, desk_model_count_visits (model), selected);

  list->selected = -1;
  for (guint i = 0; i < list->rows->len && list->selected < 0; i++)
    if (selected->kind != DESK_ROW_NONE && is_same (&g_array_index (list->rows, DeskRow, i), selected))
      list->selected = (int)i;
  return list;
}

void
desk_list_free (DeskList *list)
{
  if (list == NULL)
    return;
  page_free (list->page);
  g_array_unref (list->rows);
  g_free (list);
}

const Page *
desk_list_get_page (const DeskList *list)
{
  return list->page;
}

int
desk_list_get_selected (const DeskList *list)
{
  return list->selected;
}

void
desk_list_move (const DeskList *list, DeskRow *selected, int by)
{
  const int step = by > 0 ? 1 : -1;
  int left = by * step;

  if (list->selected < 0)
    return;
  for (int at = list->selected + step; left > 0 && at >= 0 && at < (int)list->rows->len; at += step)
    {
      const DeskRow *row = &g_array_index (list->rows, DeskRow, at);

      if (row->kind == DESK_ROW_NONE)
        continue;
      copy_row (selected, row);
      left--;
    }
}
