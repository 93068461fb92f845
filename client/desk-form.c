/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* desk-form: in come characters, out goes a dictionary for CheckNumber, and a page. */
#include "desk-form.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/output.h"

#define FIELD_CHARACTERS 80 /* more than any number has */
#define LABEL_COLUMNS 18

typedef struct
{
  const char *key;
  const char *label; /* msgid */
  gboolean needed;
} Field;

static const Field fields[] = {
  { "InsurerNumber", N_ ("Insurer number"), TRUE },
  { "Symbol", N_ ("Symbol"), FALSE },
  { "Number", N_ ("Number"), TRUE },
  { "Branch", N_ ("Branch"), FALSE },
  { "Birthdate", N_ ("Date of birth"), TRUE },
  { "Date", N_ ("Day to check"), FALSE },
};

struct DeskForm
{
  GString *texts[G_N_ELEMENTS (fields)];
  guint current;
};

DeskForm *
desk_form_new (void)
{
  DeskForm *form = g_new0 (DeskForm, 1);

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    form->texts[i] = g_string_sized_new ((gsize)FIELD_CHARACTERS * 4); /* it never moves */
  return form;
}

void
desk_form_free (DeskForm *form)
{
  if (form == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      explicit_bzero (form->texts[i]->str, form->texts[i]->allocated_len);
      g_string_free (form->texts[i], TRUE);
    }
  g_free (form);
}

void
desk_form_type (DeskForm *form, gunichar character)
{
  GString *text = form->texts[form->current];

  if (g_unichar_isprint (character) && g_utf8_strlen (text->str, -1) < FIELD_CHARACTERS - 1)
    g_string_append_unichar (text, character);
}

void
desk_form_erase (DeskForm *form, gboolean whole)
{
  GString *text = form->texts[form->current];
  const char *last = g_utf8_find_prev_char (text->str, text->str + text->len);

  if (last != NULL)
    g_string_truncate (text, whole ? 0 : (gsize)(last - text->str));
}

gboolean
desk_form_move (DeskForm *form, int by)
{
  const int target = (int)form->current + by;

  if (target < 0 || target >= (int)G_N_ELEMENTS (fields))
    return FALSE;
  form->current = (guint)target;
  return TRUE;
}

const char *
desk_form_check (DeskForm *form)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (fields[i].needed && form->texts[i]->len == 0)
      {
        form->current = i;
        return _ ("Insurer number, number and date of birth are needed.");
      }
  return NULL;
}

GVariant *
desk_form_get_insured (const DeskForm *form)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (form->texts[i]->len > 0)
      g_variant_dict_insert (&dict, fields[i].key, "s", form->texts[i]->str);
  return g_variant_dict_end (&dict);
}

Page *
desk_form_make_page (const DeskForm *form, guint columns, guint *ret_row, guint *ret_column)
{
  Page *page = page_new (columns);

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autofree char *label = output_pad (_ (fields[i].label), LABEL_COLUMNS);
      g_autofree char *head = g_strconcat (i == form->current ? "> " : "  ", label, NULL);

      page_add_cut (page, i == form->current ? MEANING_NEWS : MEANING_PLAIN, head, form->texts[i]->str);
      if (i != form->current)
        continue;
      *ret_row = i;
      *ret_column = MIN (output_get_columns (head) + output_get_columns (form->texts[i]->str), columns - 1);
    }
  page_add (page, MEANING_PLAIN, "", "");
  page_add (page, MEANING_FAINT, "  ", _ ("Days as YYYYMMDD. Without a day: today."));
  return page;
}
