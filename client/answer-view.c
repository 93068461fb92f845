/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * answer-view: in comes the eligibility dictionary, out goes all of it as a page: the keys that answer-keys knows in
 * its order, and those that it does not under their own names.
 */
#include "answer-view.h"

#include <glib/gi18n.h>

#include "client/answer-keys.h"
#include "client/words.h"

Meaning
answer_view_get_meaning (const char *answer)
{
  if (g_str_equal (answer, "eligible"))
    return MEANING_GOOD;
  return g_str_equal (answer, "not-eligible") ? MEANING_BAD : MEANING_DOUBT;
}

static void add_dictionary (Page *page, const char *indent, AnswerPlace place, GVariant *dictionary);

/* @label: msgid'ed already. What lies in @value stands below it, further in. */
static void
add_value (Page *page, const char *indent, AnswerPlace place, AnswerPlace inner, const char *key, const char *label,
           GVariant *value)
{
  g_autofree char *head = g_strconcat (indent, label, NULL), *deeper = g_strconcat (indent, "  ", NULL);
  g_autofree char *text = NULL;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    {
      page_add_row (page, head, "");
      add_dictionary (page, deeper, inner, value);
      return;
    }
  if (g_variant_is_of_type (value, G_VARIANT_TYPE ("aa{sv}")))
    {
      for (gsize i = 0; i < g_variant_n_children (value); i++)
        {
          g_autoptr (GVariant) part = g_variant_get_child_value (value, i);

          add_value (page, indent, place, inner, key, label, part);
        }
      return;
    }
  text = answer_keys_format (place, key, value);
  page_add_row (page, head, text);
}

static AnswerPlace
get_inner (const char *key)
{
  if (g_str_equal (key, "PublicExpenses"))
    return ANSWER_TICKET;
  return g_str_equal (key, "Changes") ? ANSWER_CHANGE : ANSWER_PART;
}

/* A dictionary inside another, in the order in which it was sent. */
static void
add_dictionary (Page *page, const char *indent, AnswerPlace place, GVariant *dictionary)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, dictionary);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    if (!answer_keys_is_covered (dictionary, key))
      add_value (page, indent, place, place, key, answer_keys_get_label (place, key), value);
}

/* A dictionary of the first two floors: first what the table knows, in its order. */
static void
add_table (Page *page, AnswerPlace place, GVariant *dictionary)
{
  guint count;
  const AnswerRow *rows = answer_keys_list (place, &count);
  GVariantIter iter;
  const char *key;
  GVariant *value;

  for (guint i = 0; i < count; i++)
    {
      g_autoptr (GVariant) found = g_variant_lookup_value (dictionary, rows[i].key, NULL);
      g_autofree char *head = NULL, *unmapped = NULL;

      if (found == NULL || rows[i].label == NULL)
        continue;
      if (g_variant_is_of_type (found, G_VARIANT_TYPE_VARDICT)
          || g_variant_is_of_type (found, G_VARIANT_TYPE ("aa{sv}")))
        head = g_strconcat (_ (rows[i].label), ":", NULL);
      add_value (page, "", place, get_inner (rows[i].key), rows[i].key, head != NULL ? head : _ (rows[i].label), found);
      if ((unmapped = answer_keys_format_unmapped (dictionary, rows[i].key)) != NULL)
        page_add_row (page, "", unmapped);
    }
  g_variant_iter_init (&iter, dictionary);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    if (answer_keys_find (place, key) == NULL)
      add_value (page, "", place, ANSWER_PART, key, key, value);
}

/* What says nothing is left out: an empty text, a time that is not known, that nothing has changed. */
static GVariant *
strip_whole (GVariant *eligibility)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;
  g_auto (GVariantDict) kept = G_VARIANT_DICT_INIT (NULL);

  g_variant_iter_init (&iter, eligibility);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      const gboolean is_empty
          = (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) && *g_variant_get_string (value, NULL) == '\0')
            || (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64) && g_variant_get_uint64 (value) == 0);

      if (g_str_equal (key, "Changed") && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
        {
          if (g_variant_get_boolean (value))
            g_variant_dict_insert (&kept, key, "s", _ ("The insurance has changed since the last check."));
        }
      else if (!is_empty)
        g_variant_dict_insert_value (&kept, key, value);
    }
  return g_variant_ref_sink (g_variant_dict_end (&kept));
}

static void
add_consents (Page *page, GVariant *consents)
{
  GVariantIter iter;
  const char *kind;
  GVariant *consent;

  if (g_variant_n_children (consents) == 0)
    return;
  page_add_rule (page);
  page_add (page, MEANING_PLAIN, "", _ ("Consents"));
  g_variant_iter_init (&iter, consents);
  while (g_variant_iter_loop (&iter, "{&s@a{sv}}", &kind, &consent))
    {
      g_autofree char *text = answer_keys_format_consent (consent);

      page_add_row (page, words_consent (kind), text);
    }
}

Page *
answer_view_make (GVariant *eligibility, GVariant *consents, guint columns)
{
  Page *page = page_new (columns);
  g_autoptr (GVariant) insurances = g_variant_lookup_value (eligibility, "Insurances", G_VARIANT_TYPE ("aa{sv}"));
  g_autoptr (GVariant) whole = strip_whole (eligibility);
  const char *answer = "";

  g_variant_lookup (eligibility, "Answer", "&s", &answer);
  page_add_rule (page);
  page_add (page, answer_view_get_meaning (answer), "", words_answer (answer));
  add_table (page, ANSWER_WHOLE, whole);
  for (gsize i = 0; insurances != NULL && i < g_variant_n_children (insurances); i++)
    {
      g_autoptr (GVariant) insurance = g_variant_get_child_value (insurances, i);

      page_add_rule (page);
      add_table (page, ANSWER_INSURANCE, insurance);
    }
  add_consents (page, consents);
  page_add_rule (page);
  return page;
}
