/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* receipt-page: see the header. Rows of label and value come first; text and HTML differ only in how they show them. */
#include "client/receipt-page.h"

#include "client/output.h"
#include "client/receipt-code.h"

#define JAPAN "+09"
#define RECORD "record."
#define KIND RECORD "pii_processing.purposes.pii_information.pii_type"

/* A label, and what stands there; a sentence has no label. */
typedef struct
{
  char *label, *value;
} Row;

typedef struct
{
  const Receipt *receipt;
  GArray *rows;
} Sheet;

static void
clear_row (gpointer data)
{
  Row *row = data;

  g_free (row->label);
  g_free (row->value);
}

/* add_row: @key: NULL: a sentence. Nothing where there is no value. What can turn a text round is left out of both. */
static void
add_row (Sheet *sheet, const char *key, const char *value)
{
  Row row;

  if (value == NULL || *value == '\0')
    return;
  row = (Row){ key != NULL ? output_clean (receipt_label (sheet->receipt, key)) : NULL, output_clean (value) };
  g_array_append_val (sheet->rows, row);
}

static const char *
get (Sheet *sheet, const char *path)
{
  return receipt_get (sheet->receipt, path);
}

/* add_word: @word of the record, as the patient's language says it; NULL: nothing. */
static void
add_word (Sheet *sheet, const char *key, const char *word)
{
  if (word != NULL)
    add_row (sheet, key, receipt_label (sheet->receipt, word));
}

static void
add_time (Sheet *sheet, const char *key, const char *path)
{
  const char *text = get (sheet, path);
  g_autoptr (GDateTime) utc = text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;
  g_autoptr (GTimeZone) japan = g_time_zone_new_identifier (JAPAN);
  g_autoptr (GDateTime) time = utc != NULL && japan != NULL ? g_date_time_to_timezone (utc, japan) : NULL;
  g_autofree char *shown = time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M") : NULL;

  add_row (sheet, key, shown);
}

static void
add_staff (Sheet *sheet)
{
  const char *role = NULL, *staff = receipt_get_party (sheet->receipt, &role);
  g_autofree char *both = staff != NULL && role != NULL ? g_strdup_printf ("%s (%s)", staff, role) : g_strdup (staff);

  add_row (sheet, "staff", both);
}

static void
add_consent (Sheet *sheet)
{
  const char *state = get (sheet, RECORD "events.event_state"), *who = get (sheet, RECORD "events.entity_id");
  const char *question = get (sheet, RECORD "pii_processing.purposes.purpose_text");

  if (question != NULL)
    add_row (sheet, "question", question);
  else
    add_word (sheet, "question", get (sheet, KIND));
  add_row (sheet, "version", get (sheet, RECORD "pii_processing.privacy_notice"));
  add_word (sheet, "answer", state);
  add_word (sheet, "answerer", g_strcmp0 (who, "staff") == 0 ? "staff-heard" : who);
  add_time (sheet, "until", RECORD "events.validity_duration");
  if (g_strcmp0 (state, "granted") == 0)
    add_row (sheet, "withdraw", get (sheet, RECORD "pii_processing.withdrawal_method"));
}

static void
add_disclosure (Sheet *sheet)
{
  add_word (sheet, "records", get (sheet, KIND));
  add_word (sheet, "outcome", get (sheet, RECORD "events.event_state"));
}

static const char *
choose_title (Sheet *sheet)
{
  const char *kind = get (sheet, RECORD "events.event_type");

  if (g_strcmp0 (kind, "consent") == 0)
    return receipt_label (sheet->receipt, "title consent");
  return receipt_label (sheet->receipt, g_strcmp0 (kind, "disclosure") == 0 ? "title disclosure" : "title entry");
}

static void
fill (Sheet *sheet)
{
  add_row (sheet, "number", get (sheet, "receipt_id"));
  add_time (sheet, "when", RECORD "events.event_time");
  add_row (sheet, "institution", get (sheet, RECORD "pii_processing.pii_controllers"));
  add_staff (sheet);
  if (g_strcmp0 (get (sheet, RECORD "events.event_type"), "consent") == 0)
    add_consent (sheet);
  else
    add_disclosure (sheet);
  add_row (sheet, NULL, receipt_label (sheet->receipt, "objection"));
  add_row (sheet, NULL, receipt_label (sheet->receipt, "proof"));
  if (!receipt_is_anchored (sheet->receipt))
    add_row (sheet, NULL, receipt_label (sheet->receipt, "not anchored"));
}

static Sheet
begin_sheet (const Receipt *receipt)
{
  Sheet sheet = { receipt, g_array_new (FALSE, FALSE, sizeof (Row)) };

  g_array_set_clear_func (sheet.rows, clear_row);
  fill (&sheet);
  return sheet;
}

char *
receipt_page_make_text (const Receipt *receipt)
{
  Sheet sheet = begin_sheet (receipt);
  g_autofree char *title = output_clean (choose_title (&sheet));
  GString *text = g_string_new (NULL);
  const char *proof = receipt_get_proof (receipt);

  g_string_append_printf (text, "%s\n\n", title);
  for (guint i = 0; i < sheet.rows->len; i++)
    {
      const Row *row = &g_array_index (sheet.rows, Row, i);

      if (row->label != NULL)
        g_string_append_printf (text, "%s: %s\n", row->label, row->value);
      else
        g_string_append_printf (text, "\n%s\n", row->value);
    }
  if (proof != NULL)
    g_string_append_printf (text, "\n%s", proof);
  g_array_unref (sheet.rows);
  return g_string_free (text, FALSE);
}

static void
append_escaped (GString *html, const char *before, const char *text, const char *after)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  g_string_append_printf (html, "%s%s%s", before, escaped, after);
}

static void
append_head (GString *html, const char *language, const char *title)
{
  g_string_append (html, "<!DOCTYPE html>\n<html");
  append_escaped (html, " lang=\"", language, "\">\n<head><meta charset=\"utf-8\">");
  append_escaped (html, "<title>", title, "</title>\n");
  g_string_append (
      html, "<style>@page{size:A5;margin:10mm}body{font:10pt sans-serif;max-width:128mm;margin:0 auto;color:#000;"
            "background:#fff}h1{font-size:14pt;margin:0 0 3mm}dl{margin:0}dt{font-weight:bold;font-size:8pt}"
            "dd{margin:0 0 1.5mm}p{margin:1.5mm 0;font-size:8pt}.code{width:62mm;height:62mm;display:block;"
            "margin:2mm auto 0}</style></head>\n<body>\n");
  append_escaped (html, "<h1>", title, "</h1>\n<dl>\n");
}

char *
receipt_page_make_html (const Receipt *receipt)
{
  Sheet sheet = begin_sheet (receipt);
  GString *html = g_string_new (NULL);
  const char *language = receipt_label (receipt, "language"), *proof = receipt_get_proof (receipt);
  g_autofree char *title = output_clean (choose_title (&sheet));
  g_autofree char *code = proof != NULL ? receipt_code_make_svg (proof, receipt_label (receipt, "proof")) : NULL;
  gboolean is_list = TRUE;

  append_head (html, language, title);
  for (guint i = 0; i < sheet.rows->len; i++)
    {
      const Row *row = &g_array_index (sheet.rows, Row, i);

      if (row->label != NULL)
        {
          append_escaped (html, "<dt>", row->label, "</dt>");
          append_escaped (html, "<dd>", row->value, "</dd>\n");
          continue;
        }
      if (is_list)
        g_string_append (html, "</dl>\n");
      is_list = FALSE;
      append_escaped (html, "<p>", row->value, "</p>\n");
    }
  g_string_append_printf (html, "%s%s\n</body>\n</html>\n", is_list ? "</dl>\n" : "", code != NULL ? code : "");
  g_array_unref (sheet.rows);
  return g_string_free (html, FALSE);
}
