/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * answer-screen: in comes the eligibility dictionary, out goes one screen: the answer and what to do; what has changed
 * or contradicts itself; the person and the insurance side by side; certificates, further insurances and consents in a
 * line each. What has no room is left out from below, and the last line says where it is.
 */
#include "answer-screen.h"

#include <glib/gi18n.h>

#include "client/answer-keys.h"
#include "client/answer-view.h"
#include "client/output.h"
#include "client/words.h"

#define TWO_COLUMNS 72 /* from this width on there is room for both */
#define LABEL_COLUMNS 17
#define LINE_LABEL_COLUMNS 20 /* of what has a line of its own */
#define VALUE_LINES 2
#define CONSENT_LINES 3
#define GAP "  "

static char *
look_up (GVariant *dictionary, AnswerPlace place, const char *key)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (dictionary, key, NULL);
  g_autofree char *text = value != NULL ? answer_keys_format (place, key, value) : NULL;

  return text != NULL && *text != '\0' ? g_steal_pointer (&text) : NULL;
}

char *
answer_screen_format_ratio (GVariant *eligibility)
{
  g_autoptr (GVariant) insurances = g_variant_lookup_value (eligibility, "Insurances", G_VARIANT_TYPE ("aa{sv}"));
  char *ratio = NULL;

  for (gsize i = 0; insurances != NULL && ratio == NULL && i < g_variant_n_children (insurances); i++)
    {
      g_autoptr (GVariant) insurance = g_variant_get_child_value (insurances, i);

      ratio = look_up (insurance, ANSWER_INSURANCE, "BurdenRatio");
    }
  return ratio;
}

/* The first line: the answer, what the patient pays, and what the desk does. */
static void
add_head (Page *page, GVariant *eligibility)
{
  const char *answer = "";
  g_autofree char *ratio = NULL, *advice = look_up (eligibility, ANSWER_WHOLE, "Advice");
  g_autofree char *head = NULL, *text = NULL;

  g_variant_lookup (eligibility, "Answer", "&s", &answer);
  ratio = g_str_equal (answer, "eligible") ? answer_screen_format_ratio (eligibility) : NULL;
  if (ratio != NULL)
    text = g_strconcat (_ ("Burden ratio"), " ", ratio, advice != NULL ? GAP : "", advice, NULL);
  else if (advice != NULL)
    text = g_strdup (advice);
  head = g_strconcat (words_answer (answer), text != NULL ? GAP : "", NULL);
  page_add (page, answer_view_get_meaning (answer), head, text != NULL ? text : "");
}

static void
add_news_row (Page *page, Meaning meaning, const char *label, const char *text)
{
  g_autofree char *head = g_strconcat ("! ", label, ": ", NULL);

  page_add_cut (page, meaning, head, text);
}

/* "Insurer (before: …, since: …)" */
static char *
format_change (GVariant *change)
{
  g_autofree char *field = look_up (change, ANSWER_CHANGE, "Field");
  g_autoptr (GString) text = g_string_new (field);
  const char *separator = field != NULL ? " (" : "(";
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, change);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      g_autofree char *one = NULL;

      if (g_str_equal (key, "Field") || g_str_equal (key, "BeforeKnown"))
        continue; /* whether it is known is seen by its being here */
      one = answer_keys_format (ANSWER_CHANGE, key, value);
      g_string_append_printf (text, "%s%s: %s", separator, answer_keys_get_label (ANSWER_CHANGE, key), one);
      separator = ", ";
    }
  if (g_str_equal (separator, ", "))
    g_string_append_c (text, ')');
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
add_changes (Page *page, GVariant *eligibility)
{
  g_autoptr (GVariant) changes = g_variant_lookup_value (eligibility, "Changes", G_VARIANT_TYPE ("aa{sv}"));
  g_autoptr (GVariant) remarks = g_variant_lookup_value (eligibility, "Remarks", G_VARIANT_TYPE_STRING_ARRAY);
  gboolean changed = FALSE;

  for (gsize i = 0; changes != NULL && i < g_variant_n_children (changes); i++)
    {
      g_autoptr (GVariant) change = g_variant_get_child_value (changes, i);
      g_autofree char *text = format_change (change);

      add_news_row (page, MEANING_NEWS, answer_keys_get_label (ANSWER_WHOLE, "Changes"), text);
    }
  if (g_variant_lookup (eligibility, "Changed", "b", &changed) && changed && page_count_lines (page) == 0)
    page_add_cut (page, MEANING_NEWS, "! ", _ ("The insurance has changed since the last check."));
  for (gsize i = 0; remarks != NULL && i < g_variant_n_children (remarks); i++)
    {
      g_autoptr (GVariant) remark = g_variant_get_child_value (remarks, i);
      g_autofree char *text = answer_keys_format (ANSWER_WHOLE, "Remarks", remark);

      add_news_row (page, MEANING_DOUBT, answer_keys_get_label (ANSWER_WHOLE, "Remarks"), text);
    }
}

/* How what was typed compares, unless it is the same; and that nobody has proved to be the person. */
static void
add_comparison (Page *page, GVariant *eligibility)
{
  static const char *const keys[] = { "NameComparison", "NameKanaComparison" };
  const char *word = "";

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *text = look_up (eligibility, ANSWER_WHOLE, keys[i]);

      g_variant_lookup (eligibility, keys[i], "&s", &word);
      if (text != NULL && !g_str_equal (word, "same"))
        add_news_row (page, g_str_equal (word, "differs") ? MEANING_BAD : MEANING_DOUBT,
                      answer_keys_get_label (ANSWER_WHOLE, keys[i]), text);
    }
  if (g_variant_lookup (eligibility, "Evidence", "&s", &word) && !g_str_equal (word, "card"))
    {
      g_autofree char *text = look_up (eligibility, ANSWER_WHOLE, "Evidence");
      g_autofree char *head = g_strconcat (answer_keys_get_label (ANSWER_WHOLE, "Evidence"), ": ", NULL);

      page_add_cut (page, MEANING_PLAIN, head, text != NULL ? text : "");
    }
}

/* What the desk has to act on: it stands before what it has to copy. */
static void
add_news (Page *page, GVariant *eligibility, GVariant *first)
{
  static const char *const keys[] = { "Validity", "Reason", "Code", "Message" };
  g_autofree char *unmapped = first != NULL ? answer_keys_format_unmapped (first, "Name") : NULL;
  const char *answer = "", *until = "";

  g_variant_lookup (eligibility, "Answer", "&s", &answer);
  add_changes (page, eligibility);
  add_comparison (page, eligibility);
  if (unmapped != NULL)
    page_add_cut (page, MEANING_DOUBT, "! ", unmapped);
  if (g_variant_lookup (eligibility, "CertificateUntil", "&s", &until))
    {
      g_autofree char *date = words_date (until);

      add_news_row (page, MEANING_DOUBT, answer_keys_get_label (ANSWER_WHOLE, "CertificateUntil"), date);
    }
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *text = look_up (eligibility, ANSWER_WHOLE, keys[i]), *validity = NULL, *head = NULL;

      if (text == NULL
          || (i < 2 && g_str_equal (answer, "eligible") && g_strcmp0 (text, words_validity ("valid")) == 0))
        continue;
      validity = look_up (eligibility, ANSWER_WHOLE, "Validity");
      if (i == 1 && g_strcmp0 (text, validity) == 0)
        continue; /* the same word */
      head = g_strconcat (answer_keys_get_label (ANSWER_WHOLE, keys[i]), ": ", NULL);
      page_add_cut (page, MEANING_PLAIN, head, text);
    }
}

/* One side of the two. */

/* Return: how wide the labels of @side are, of those that @insurance has. */
static guint
measure_labels (GVariant *insurance, AnswerSide side)
{
  guint count, widest = 0;
  const AnswerRow *rows = answer_keys_list (ANSWER_INSURANCE, &count);

  for (guint i = 0; i < count; i++)
    {
      g_autofree char *text = rows[i].side == side ? look_up (insurance, ANSWER_INSURANCE, rows[i].key) : NULL;

      if (text != NULL)
        widest = MAX (widest, output_get_most_columns (_ (rows[i].label)));
    }
  return MIN (widest, LABEL_COLUMNS);
}

/* A value that is long goes on below itself, and is cut where even that is too short. */
static void
add_cell (GPtrArray *cells, const char *label, guint label_columns, const char *value, guint columns)
{
  const guint room = columns - label_columns - 1;
  g_autofree char *short_label = output_cut (label, label_columns), *clean = output_clean (value);
  g_autofree char *wrapped = output_wrap (clean, 0, 0, room);
  g_auto (GStrv) lines = g_strsplit (wrapped, "\n", VALUE_LINES);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *head = output_pad (i == 0 ? short_label : "", label_columns + 1);
      g_autofree char *line = g_strdup (g_strdelimit (lines[i], "\n", ' ')), *cut = output_cut (line, room);

      g_ptr_array_add (cells, g_strconcat (head, cut, NULL));
    }
}

static GPtrArray *
make_side (GVariant *insurance, AnswerSide side, guint columns)
{
  GPtrArray *cells = g_ptr_array_new_with_free_func (g_free);
  const guint label_columns = MIN (measure_labels (insurance, side), columns / 2);
  guint count;
  const AnswerRow *rows = answer_keys_list (ANSWER_INSURANCE, &count);

  for (guint i = 0; i < count; i++)
    {
      g_autofree char *text = rows[i].side == side ? look_up (insurance, ANSWER_INSURANCE, rows[i].key) : NULL;

      if (text != NULL)
        add_cell (cells, _ (rows[i].label), label_columns, text, columns);
    }
  return cells;
}

static void
add_sides (Page *page, GVariant *insurance)
{
  const guint columns = page_get_columns (page);
  const guint half = columns >= TWO_COLUMNS ? columns / 2 : columns;
  g_autoptr (GPtrArray) person = make_side (insurance, SIDE_PERSON, half - 1);
  g_autoptr (GPtrArray) cover = make_side (insurance, SIDE_INSURANCE, half - 1);

  if (half == columns)
    {
      for (guint i = 0; i < person->len; i++)
        page_add_cut (page, MEANING_PLAIN, "", g_ptr_array_index (person, i));
      for (guint i = 0; i < cover->len; i++)
        page_add_cut (page, MEANING_PLAIN, "", g_ptr_array_index (cover, i));
      return;
    }
  for (guint i = 0; i < MAX (person->len, cover->len); i++)
    page_add_beside (page, i < person->len ? g_ptr_array_index (person, i) : "", half,
                     i < cover->len ? g_ptr_array_index (cover, i) : "");
}

/* Certificates and tickets, a line each. */

/* From when until when. What has no value is not in force: then it matters most. */
static char *
format_period (AnswerPlace place, GVariant *part)
{
  const gboolean is_ticket = place == ANSWER_TICKET;
  g_autofree char *from = look_up (part, place, is_ticket ? "MedicalTicketValidDate" : "From");
  g_autofree char *until = look_up (part, place, is_ticket ? "MedicalTicketExpirationDate" : "Until");

  if (from != NULL && until != NULL)
    return g_strdup_printf (_ ("%s to %s"), from, until);
  if (from != NULL)
    return g_strdup_printf (_ ("since %s"), from);
  return until != NULL ? g_strdup_printf (_ ("until %s"), until) : NULL;
}

static void
append_item (GString *text, const char *label, const char *value)
{
  g_string_append_printf (text, "%s%s%s%s", text->len > 0 ? ", " : "", label, *label ? " " : "", value);
}

/* Once: @period is consumed. */
static void
append_period (GString *text, char **period)
{
  if (*period != NULL)
    append_item (text, "", *period);
  g_clear_pointer (period, g_free);
}

static void
add_part (Page *page, const char *label, AnswerPlace place, GVariant *part)
{
  static const char *const apart[]
      = { "Date", "From", "Until", "MedicalTicketValidDate", "MedicalTicketExpirationDate", NULL };
  static const char *const plain[] = { "Class", "ClassName", "Classification", "Name", "TicketType", NULL };
  g_autofree char *head = output_pad (label, LINE_LABEL_COLUMNS), *period = format_period (place, part);
  g_autoptr (GString) text = g_string_new (NULL);
  guint count;
  const AnswerRow *rows = answer_keys_list (place, &count);

  if (place == ANSWER_TICKET)
    append_period (text, &period); /* it has much to tell, and this first */
  for (guint i = 0; i < count; i++)
    {
      const char *key = rows[i].key;
      g_autofree char *one
          = g_strv_contains (apart, key) || answer_keys_is_covered (part, key) ? NULL : look_up (part, place, key);

      if (one == NULL)
        continue;
      append_item (text, g_strv_contains (plain, key) ? "" : answer_keys_get_label (place, key), one);
      append_period (text, &period); /* after the first of it */
    }
  append_period (text, &period);
  page_add_cut (page, MEANING_PLAIN, head, text->str);
}

static void
add_parts (Page *page, GVariant *insurance)
{
  static const char *const keys[] = { "Ceiling", "Elderly", "SpecificDiseases", "PublicExpenses" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (insurance, keys[i], NULL);
      const char *label = answer_keys_get_label (ANSWER_INSURANCE, keys[i]);
      const AnswerPlace place = g_str_equal (keys[i], "PublicExpenses") ? ANSWER_TICKET : ANSWER_PART;

      if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
        add_part (page, label, place, value);
      for (gsize j = 0;
           value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE ("aa{sv}")) && j < g_variant_n_children (value);
           j++)
        {
          g_autoptr (GVariant) part = g_variant_get_child_value (value, j);

          add_part (page, label, place, part);
        }
    }
}

/* A further insurance, or medical aid beside the first. */
static void
add_further (Page *page, GVariant *insurance)
{
  static const char *const keys[]
      = { "Classification", "InsurerNumber", "InsurerName", "Number", "BurdenRatio", "ValidUntil" };
  g_autofree char *head = output_pad (_ ("Also"), LINE_LABEL_COLUMNS);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *one = look_up (insurance, ANSWER_INSURANCE, keys[i]);

      if (one != NULL)
        append_item (text, i == 0 || i == 2 ? "" : answer_keys_get_label (ANSWER_INSURANCE, keys[i]), one);
    }
  page_add_cut (page, MEANING_PLAIN, head, text->str);
  add_parts (page, insurance);
}

static void
add_consents (Page *page, GVariant *consents)
{
  g_autoptr (Page) lines = page_new (page_get_columns (page));
  g_autofree char *head = output_pad (_ ("Consents"), LINE_LABEL_COLUMNS);
  g_autoptr (GString) text = g_string_new (NULL);
  GVariantIter iter;
  const char *kind;
  GVariant *consent;

  g_variant_iter_init (&iter, consents);
  while (g_variant_iter_loop (&iter, "{&s@a{sv}}", &kind, &consent))
    {
      g_autofree char *one = answer_keys_format_consent (consent);

      g_string_append_printf (text, "%s%s: %s", text->len > 0 ? "; " : "", words_consent (kind), one);
    }
  if (text->len > 0)
    {
      page_add (lines, MEANING_PLAIN, head, text->str);
      page_append (page, lines, CONSENT_LINES);
    }
}

static void
add_foot (Page *page, GVariant *eligibility, guint left_out, const char *more)
{
  guint64 as_of = 0;
  g_autofree char *time = NULL, *where = NULL, *line = NULL;

  if (g_variant_lookup (eligibility, "AsOf", "t", &as_of) && as_of > 0)
    time = words_time (as_of);
  if (left_out > 0)
    where = g_strdup_printf (ngettext ("%u more line: %s", "%u more lines: %s", left_out), left_out, more);
  else
    where = g_strdup_printf (_ ("Everything: %s"), more);
  line = time != NULL ? g_strdup_printf ("%s" GAP "%s %s", where, _ ("As of"), time) : g_strdup (where);
  page_add_cut (page, MEANING_FAINT, "", line);
}

static void
append_part (Page *page, const Page *part, gboolean spacious)
{
  if (spacious && page_count_lines (part) > 0)
    page_add (page, MEANING_PLAIN, "", "");
  page_append (page, part, G_MAXUINT);
}

/* All of the screen but its foot, as long as it wants to be. @spacious: with empty lines between its parts. */
static Page *
make_body (GVariant *eligibility, GVariant *consents, guint columns, gboolean spacious)
{
  Page *body = page_new (columns);
  g_autoptr (GVariant) insurances = g_variant_lookup_value (eligibility, "Insurances", G_VARIANT_TYPE ("aa{sv}"));
  const gsize count = insurances != NULL ? g_variant_n_children (insurances) : 0;
  g_autoptr (GVariant) first = count > 0 ? g_variant_get_child_value (insurances, 0) : NULL;
  g_autoptr (Page) news = page_new (columns), sides = page_new (columns), below = page_new (columns);

  add_head (body, eligibility);
  add_news (news, eligibility, first);
  page_append (body, news, G_MAXUINT);
  if (first != NULL)
    {
      add_sides (sides, first);
      add_parts (below, first);
    }
  for (gsize i = 1; i < count; i++)
    {
      g_autoptr (GVariant) insurance = g_variant_get_child_value (insurances, i);

      add_further (below, insurance);
    }
  add_consents (below, consents);
  append_part (body, sides, spacious);
  append_part (body, below, spacious);
  return body;
}

Page *
answer_screen_make (GVariant *eligibility, GVariant *consents, guint rows, guint columns, const char *more)
{
  const guint room = MAX (rows, 4) - 2; /* the foot, and the line of the cursor below it */
  Page *page = page_new (columns);
  g_autoptr (Page) body = make_body (eligibility, consents, columns, TRUE);
  guint taken;

  if (page_count_lines (body) > room)
    {
      page_free (g_steal_pointer (&body));
      body = make_body (eligibility, consents, columns, FALSE);
    }
  taken = page_append (page, body, room);
  add_foot (page, eligibility, page_count_lines (body) - taken, more);
  return page;
}
