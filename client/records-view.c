/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* records-view: rows of a model as lines. Widths are of a terminal (East Asian width), cut where a name is too long. */
#include "client/records-view.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/checkup-ranges.h"
#include "client/output.h"
#include "client/words.h"

#define NAME_COLUMNS 34
#define NAME_COLUMNS_NARROW 22
#define NARROW 72
#define CELL_COLUMNS 6   /* "24-06 " */
#define VALUE_COLUMNS 13 /* of a check-up: "20240614 128H" needs less */
#define RANGE_COLUMNS 17
#define ENDLESS_MONTHS 24u /* on no terminal: so many */
#define ENDLESS_CHECKUPS 5u

typedef struct
{
  Page *page;
  RecordsModel *model;
  const RecordsLook *look;
} View;

/* One letter a source: the words stand in the legend. The letters are the same in every language. */
static const char letters[RECORDS_N_FROM + 1] = "RPD";

static void
add_heading (View *view, const char *text)
{
  page_add_cut (view->page, MEANING_PLAIN, "", "");
  page_add_cut (view->page, MEANING_NEWS, text, "");
}

/* format_span: "2024-01 – 2024-06", or "" (transfer full). */
static char *
format_span (JsonObject *object)
{
  const char *from = records_model_get_text (object, "from"), *to = records_model_get_text (object, "to");
  g_autofree char *first = words_month (from), *last = words_month (to);

  return *from != '\0' || *to != '\0' ? g_strdup_printf ("%s – %s", first, last) : g_strdup ("");
}

/* What is missing, and what is only half there: before anything else. */
static void
add_missing (View *view)
{
  JsonArray *parts = records_model_get_array (view->model->document, "parts");

  for (guint i = 0; i < records_model_count (parts); i++)
    {
      JsonObject *part = records_model_get_item (parts, i);
      const char *outcome = records_model_get_text (part, "outcome"), *code = records_model_get_text (part, "code");
      g_autofree char *span = format_span (part), *line = NULL;

      if (strcmp (outcome, "data") == 0 && !records_model_get_boolean (part, "withPrescriptions", TRUE))
        line = g_strdup_printf ("%s  %s", span, _ ("receipts alone: no electronic prescriptions and dispensings"));
      else if (strcmp (outcome, "data") != 0 && strcmp (outcome, "none") != 0)
        line = g_strdup_printf ("%s  %s%s%s%s", span, words_outcome (outcome), *code != '\0' ? " (" : "", code,
                                *code != '\0' ? ")" : "");
      if (line != NULL)
        page_add (view->page, MEANING_DOUBT, "! ", line);
    }
  if (records_model_count (records_model_get_array (view->model->document, "other")) > 0)
    page_add (view->page, MEANING_DOUBT, "! ", _ ("The center has sent more, which is in the document alone."));
  if (!records_model_get_boolean (view->model->document, "complete", FALSE))
    page_add (view->page, MEANING_BAD, "! ", _ ("NOT COMPLETE: something is missing of what was asked for."));
}

static void
add_patient (View *view)
{
  JsonObject *patient = records_model_get_object (view->model->document, "patient");
  const char *kind = records_model_get_text (view->model->document, "kind");
  g_autofree char *span = format_span (records_model_get_object (view->model->document, "asked"));
  g_autofree char *birthdate = words_date (records_model_get_text (patient, "birthdate"));
  g_autofree char *who = NULL, *what = g_strdup_printf ("%s  %s", words_consent (kind), span);

  page_add_cut (view->page, MEANING_NEWS, what, "");
  if (patient == NULL)
    return;
  who = g_strdup_printf ("%s  %s  %s", records_model_get_text (patient, "name"),
                         records_model_get_text (patient, "kana"), birthdate);
  page_add_cut (view->page, MEANING_PLAIN, who, "");
}

/* Medicines. */

/* The legend, with the month up to which each source reaches. */
static void
add_legend (View *view)
{
  JsonObject *newest = records_model_get_object (view->model->document, "newest");

  for (guint i = 0; i < RECORDS_N_FROM; i++)
    {
      const char *source = records_model_get_source (i);
      const char *month = records_model_get_text (newest, source);
      g_autofree char *until = words_month (month), *line = NULL;

      line = g_strdup_printf ("%c  %s  %s %s", letters[i], words_source (source), _ ("until"),
                              *month != '\0' ? until : "—");
      page_add_cut (view->page, MEANING_FAINT, line, "");
    }
}

static guint
get_name_columns (const View *view)
{
  return view->look->columns > 0 && view->look->columns < NARROW ? NAME_COLUMNS_NARROW : NAME_COLUMNS;
}

static guint
count_months (const View *view)
{
  const guint columns = view->look->columns, name = get_name_columns (view);
  const guint fitting = columns == 0                    ? ENDLESS_MONTHS
                        : columns > name + CELL_COLUMNS ? (columns - name) / CELL_COLUMNS
                                                        : 1;
  const guint wanted = view->look->n_months > 0 ? MIN (view->look->n_months, fitting) : fitting;

  return MIN (wanted, view->model->months->len);
}

/* "24-06" of "202406". */
static void
append_month (GString *line, const char *month)
{
  g_string_append_printf (line, "%.2s-%.2s ", month + 2, month + 4);
}

static void
add_months_line (View *view, guint n_months)
{
  g_autofree char *head = output_pad (_ ("Medicine"), get_name_columns (view));
  g_autoptr (GString) line = g_string_new (head);

  for (guint i = 0; i < n_months; i++)
    append_month (line, g_ptr_array_index (view->model->months, i));
  page_add_cut (view->page, MEANING_FAINT, line->str, "");
}

static const RecordsCell *
find_cell (const RecordsMedicine *medicine, const char *month)
{
  for (guint i = 0; i < medicine->cells->len; i++)
    if (strcmp (g_array_index (medicine->cells, RecordsCell, i).month, month) == 0)
      return &g_array_index (medicine->cells, RecordsCell, i);
  return NULL;
}

static void
append_cell (GString *line, const RecordsCell *cell)
{
  for (guint i = 0; i < RECORDS_N_FROM; i++)
    g_string_append_c (line, cell != NULL && (cell->from & (1u << i)) != 0 ? letters[i] : cell != NULL ? '-' : ' ');
  g_string_append (line, "   ");
}

/* add_usage: how it was taken last: "  2024-06-18  3.000錠 × 14  １日３回毎食後服用  粉砕". */
static void
add_usage (View *view, const RecordsMedicine *medicine)
{
  const RecordsCell *cell = &g_array_index (medicine->cells, RecordsCell, 0);
  g_autofree char *date = words_date (cell->newest), *line = NULL;

  line = g_strdup_printf ("%s  %s%s%s%s  %s  %s", date, cell->amount, cell->unit, *cell->times != '\0' ? " × " : "",
                          cell->times, cell->usage, cell->instruction);
  page_add (view->page, MEANING_FAINT, "    ", g_strchomp (line));
}

static void
add_medicine (View *view, const RecordsMedicine *medicine, guint n_months)
{
  const guint columns = get_name_columns (view);
  const char *name = *medicine->name != '\0' ? medicine->name : medicine->code;
  g_autofree char *cut = output_cut (name, columns - 1), *head = output_pad (cut, columns);
  g_autoptr (GString) line = g_string_new (head);

  for (guint i = 0; i < n_months; i++)
    append_cell (line, find_cell (medicine, g_ptr_array_index (view->model->months, i)));
  page_add_cut (view->page, MEANING_PLAIN, g_strchomp (line->str), "");
  add_usage (view, medicine);
}

static gboolean
is_hidden (const View *view, const char *code)
{
  return view->look->hidden != NULL && *code != '\0' && g_strv_contains (view->look->hidden, code);
}

static void
add_medicines (View *view)
{
  const guint n_months = count_months (view);
  guint n_hidden = 0;

  add_legend (view);
  for (guint i = 0; i < view->model->places->len; i++)
    {
      const RecordsPlaceOf *place = g_ptr_array_index (view->model->places, i);
      g_autofree char *heading = g_strdup_printf ("%s  %s", place->name, place->code);

      if (place->medicines->len == 0)
        continue;
      if (is_hidden (view, place->code))
        {
          n_hidden++;
          continue;
        }
      add_heading (view, heading);
      add_months_line (view, n_months);
      for (guint j = 0; j < place->medicines->len; j++)
        add_medicine (view, g_ptr_array_index (place->medicines, j), n_months);
    }
  if (n_hidden > 0)
    page_add (view->page, MEANING_DOUBT, "! ", _ ("An institution is left out, as you have asked."));
  if (n_months < view->model->months->len)
    {
      g_autofree char *until = words_month (g_ptr_array_index (view->model->months, n_months - 1));
      g_autofree char *line = g_strdup_printf (_ ("The table goes back to %s; there are older months."), until);

      page_add (view->page, MEANING_DOUBT, "! ", line);
    }
}

/* Treatments. */

static int
compare_treatments (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)b, *(const char *const *)a);
}

/* format_treatment: beginning with its date, by which lines are sorted. (transfer full) */
static char *
format_treatment (JsonObject *entry, JsonObject *day, JsonObject *treatment)
{
  const char *name = records_model_get_text (treatment, "name"), *times = records_model_get_text (treatment, "times");
  g_autofree char *date = words_date (records_model_get_text (day, "date"));

  return g_strdup_printf (
      "%s  %s  %s %s%s%s%s", date, records_model_get_text (records_model_get_object (entry, "institution"), "name"),
      *name != '\0' ? name : records_model_get_text (treatment, "code"), records_model_get_text (treatment, "quantity"),
      records_model_get_text (treatment, "unit"), *times != '\0' ? " × " : "", times);
}

static void
gather_treatments (JsonObject *entry, GPtrArray *lines)
{
  JsonArray *days = records_model_get_array (entry, "days");

  for (guint i = 0; i < records_model_count (days); i++)
    {
      JsonObject *day = records_model_get_item (days, i);
      JsonArray *treatments = records_model_get_array (day, "treatments");

      for (guint j = 0; j < records_model_count (treatments); j++)
        g_ptr_array_add (lines, format_treatment (entry, day, records_model_get_item (treatments, j)));
    }
}

/* Line by line, the newest first. */
static void
add_treatments (View *view)
{
  JsonArray *entries = records_model_get_array (view->model->document, "entries");
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < records_model_count (entries); i++)
    {
      JsonObject *entry = records_model_get_item (entries, i);

      if (!is_hidden (view, records_model_get_text (records_model_get_object (entry, "institution"), "code")))
        gather_treatments (entry, lines);
    }
  if (lines->len == 0)
    return;
  g_ptr_array_sort (lines, compare_treatments);
  add_heading (view, _ ("Treatments"));
  for (guint i = 0; i < lines->len; i++)
    page_add (view->page, MEANING_PLAIN, "  ", g_ptr_array_index (lines, i));
}

/* Check-ups. */

/* One item over all check-ups. */
typedef struct
{
  JsonObject *newest;
  GPtrArray *values; /* of JsonObject, one a check-up; NULL: not measured then */
} Item;

static void
item_free (Item *item)
{
  g_ptr_array_unref (item->values);
  g_free (item);
}

static int
compare_checkups (gconstpointer a, gconstpointer b)
{
  return strcmp (records_model_get_text (*(JsonObject *const *)b, "date"),
                 records_model_get_text (*(JsonObject *const *)a, "date"));
}

/* The newest first. (transfer container) */
static GPtrArray *
sort_checkups (const View *view)
{
  JsonArray *array = records_model_get_array (view->model->document, "checkups");
  GPtrArray *checkups = g_ptr_array_new ();

  for (guint i = 0; i < records_model_count (array); i++)
    if (records_model_get_item (array, i) != NULL)
      g_ptr_array_add (checkups, records_model_get_item (array, i));
  g_ptr_array_sort (checkups, compare_checkups);
  return checkups;
}

/* Every item in the order of the newest check-up that has it. (transfer full) */
static GPtrArray *
gather_items (const GPtrArray *checkups)
{
  GPtrArray *items = g_ptr_array_new_with_free_func ((GDestroyNotify)item_free);
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < checkups->len; i++)
    {
      JsonArray *array = records_model_get_array (g_ptr_array_index (checkups, i), "items");

      for (guint j = 0; j < records_model_count (array); j++)
        {
          JsonObject *object = records_model_get_item (array, j);
          const char *code = records_model_get_text (object, "code"), *name = records_model_get_text (object, "name");
          Item *item = g_hash_table_lookup (known, *code != '\0' ? code : name);

          if (object == NULL)
            continue;
          if (item == NULL || item->values->pdata[i] != NULL) /* measured twice: a row more */
            {
              item = g_new (Item, 1);
              *item = (Item){ object, g_ptr_array_new () };
              g_ptr_array_set_size (item->values, (gint)checkups->len);
              g_ptr_array_add (items, item);
              if (!g_hash_table_contains (known, *code != '\0' ? code : name))
                g_hash_table_insert (known, (gpointer)(*code != '\0' ? code : name), item);
            }
          item->values->pdata[i] = object;
        }
    }
  return items;
}

#define GENERAL "*" /* before limits that the center has not sent: the legend says what they are */

/* The range that the center has sent with @object, or the general limits. */
static gboolean
find_range (const View *view, JsonObject *object, CheckupRange *ret_range)
{
  JsonObject *reference = records_model_get_object (object, "reference");
  JsonObject *patient = records_model_get_object (view->model->document, "patient");

  if (reference == NULL)
    return checkup_ranges_find (records_model_get_text (object, "code"), records_model_get_text (patient, "sex"),
                                ret_range);
  ret_range->low = records_model_get_text (reference, "low");
  ret_range->high = records_model_get_text (reference, "high");
  return TRUE;
}

/* "128 H": of a value that is a code, what it means. (transfer full) */
static char *
format_value (JsonObject *object, const CheckupRange *range)
{
  const char *name = records_model_get_text (object, "valueName");
  const char *value = *name != '\0' ? name : records_model_get_text (object, "value");
  const char mark = range != NULL ? checkup_ranges_judge (value, range) : ' ';

  return mark != ' ' ? g_strdup_printf ("%s %c", value, mark) : g_strdup (value);
}

static char *
format_range (JsonObject *object, const CheckupRange *range, const char *unit)
{
  const char *low = range->low != NULL ? range->low : "", *high = range->high != NULL ? range->high : "";
  const gboolean is_own = records_model_get_object (object, "reference") != NULL;

  return g_strdup_printf ("%s%s–%s %s", is_own ? "" : GENERAL, low, high, unit);
}

static void
append_column (GString *line, const char *text, guint columns)
{
  g_autofree char *cut = output_cut (text, columns - 1), *padded = output_pad (cut, columns);

  g_string_append (line, padded);
}

static void
add_item (View *view, const Item *item, guint n_checkups)
{
  CheckupRange range = { NULL, NULL };
  const gboolean has_range = find_range (view, item->newest, &range);
  const char *unit = records_model_get_text (item->newest, "unit"),
             *name = records_model_get_text (item->newest, "name");
  g_autofree char *limits = has_range ? format_range (item->newest, &range, unit) : g_strdup (unit);
  g_autoptr (GString) line = g_string_new (NULL);
  Meaning meaning = MEANING_PLAIN;

  append_column (line, *name != '\0' ? name : records_model_get_text (item->newest, "code"), get_name_columns (view));
  append_column (line, limits, RANGE_COLUMNS);
  for (guint i = 0; i < n_checkups; i++)
    {
      JsonObject *object = g_ptr_array_index (item->values, i);
      CheckupRange own = range;
      const gboolean has_own = object != NULL && find_range (view, object, &own);
      g_autofree char *value = object != NULL ? format_value (object, has_own ? &own : NULL) : g_strdup ("");

      if (object == item->newest && has_own
          && checkup_ranges_judge (records_model_get_text (object, "value"), &own) != ' ')
        meaning = MEANING_DOUBT;
      append_column (line, value, VALUE_COLUMNS);
    }
  page_add_cut (view->page, meaning, g_strchomp (line->str), "");
}

static void
add_checkups (View *view)
{
  g_autoptr (GPtrArray) checkups = sort_checkups (view), items = gather_items (checkups);
  const guint columns = view->look->columns, taken = get_name_columns (view) + RANGE_COLUMNS;
  const guint fitting = columns == 0                      ? ENDLESS_CHECKUPS
                        : columns > taken + VALUE_COLUMNS ? (columns - taken) / VALUE_COLUMNS
                                                          : 1;
  const guint n = MIN (fitting, checkups->len);
  g_autoptr (GString) line = g_string_new (NULL);

  if (checkups->len == 0)
    return;
  page_add (view->page, MEANING_FAINT, "",
            _ ("H above, L below the reference range: the center’s. *: it has sent none; these are the general limits "
               "for health guidance of the specific health check-ups, and judge no illness."));
  page_add_cut (view->page, MEANING_PLAIN, "", "");
  append_column (line, _ ("Item"), get_name_columns (view));
  append_column (line, _ ("Reference range"), RANGE_COLUMNS);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *date = words_date (records_model_get_text (g_ptr_array_index (checkups, i), "date"));

      append_column (line, date, VALUE_COLUMNS);
    }
  page_add_cut (view->page, MEANING_FAINT, g_strchomp (line->str), "");
  for (guint i = 0; i < items->len; i++)
    add_item (view, g_ptr_array_index (items, i), n);
  if (n < checkups->len)
    page_add (view->page, MEANING_DOUBT, "! ", _ ("There are older check-ups, for which this screen is too narrow."));
}

Page *
records_view_make (GBytes *document, const RecordsLook *look, GError **error)
{
  g_autoptr (RecordsModel) model = records_model_new (document, error);
  View view = { NULL, model, look };

  if (model == NULL)
    return NULL;
  view.page = page_new (look->columns);
  add_patient (&view);
  add_missing (&view);
  if (records_model_get_array (model->document, "checkups") != NULL)
    add_checkups (&view);
  else
    {
      add_medicines (&view);
      add_treatments (&view);
    }
  return view.page;
}

gboolean
records_view_append (Page **page, GBytes *document, guint n_months, const char *const *hidden)
{
  guint rows = 0, columns = 0;
  const gboolean is_terminal = output_get_size (&rows, &columns);
  const RecordsLook look = { is_terminal ? columns : 0, n_months, hidden };
  g_autoptr (GError) error = NULL;
  g_autoptr (Page) view = records_view_make (document, &look, &error);

  if (view == NULL)
    {
      output_error (error->message);
      return FALSE;
    }
  if (*page == NULL)
    *page = page_new (look.columns);
  else
    page_add_rule (*page);
  page_append (*page, view, page_count_lines (view));
  return TRUE;
}
