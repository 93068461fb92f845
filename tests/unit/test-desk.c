/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-desk: the form and the keys of the desk: what is typed and missing, what a key does, what a bar has room for. */
#include <string.h>

#include "client/desk-form.h"
#include "client/desk-keys.h"
#include "client/desk-terminal.h"
#include "client/output.h"

static void
type (DeskForm *form, const char *text)
{
  for (const char *at = text; *at; at = g_utf8_next_char (at))
    desk_form_type (form, g_utf8_get_char (at));
}

static void
assert_insured (const DeskForm *form, const char *expected)
{
  g_autoptr (GVariant) insured = g_variant_ref_sink (desk_form_get_insured (form));
  g_autoptr (GVariant) wanted = g_variant_parse (G_VARIANT_TYPE_VARDICT, expected, NULL, NULL, NULL);
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_assert_cmpuint (g_variant_n_children (insured), ==, g_variant_n_children (wanted));
  g_variant_iter_init (&iter, wanted);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      g_autoptr (GVariant) found = g_variant_lookup_value (insured, key, NULL);

      g_assert_nonnull (found);
      g_assert_cmpstr (g_variant_get_string (found, NULL), ==, g_variant_get_string (value, NULL));
    }
}

/* Characters of any width; nothing that a terminal obeys; not more than a number can have. */
static void
test_form_type (void)
{
  g_autoptr (DeskForm) form = desk_form_new ();

  assert_insured (form, "{}");
  desk_form_erase (form, FALSE); /* of nothing */
  type (form, "９９00\x1B\n\x7F"
              "19x");
  desk_form_erase (form, FALSE);
  assert_insured (form, "{'InsurerNumber': <'９９0019'>}");
  g_assert_true (desk_form_move (form, 1));
  type (form, "架空");
  desk_form_erase (form, FALSE);
  assert_insured (form, "{'InsurerNumber': <'９９0019'>, 'Symbol': <'架'>}");
  desk_form_erase (form, TRUE);
  assert_insured (form, "{'InsurerNumber': <'９９0019'>}");
  for (guint i = 0; i < 200; i++)
    desk_form_type (form, 0x20BB7); /* of four bytes */
  {
    g_autoptr (GVariant) insured = g_variant_ref_sink (desk_form_get_insured (form));
    const char *symbol = "";

    g_assert_true (g_variant_lookup (insured, "Symbol", "&s", &symbol));
    g_assert_cmpint (g_utf8_strlen (symbol, -1), <, 100);
    g_assert_true (g_utf8_validate (symbol, -1, NULL));
  }
}

/* The field that is missing is the one where typing goes on. */
static void
test_form_check (void)
{
  g_autoptr (DeskForm) form = desk_form_new ();
  g_autoptr (Page) page = NULL;
  guint row = 99, column = 99, moves = 0;

  g_assert_false (desk_form_move (form, -1));
  while (desk_form_move (form, 1))
    moves++;
  g_assert_cmpuint (moves, ==, 5);
  g_assert_nonnull (desk_form_check (form));
  type (form, "990019");
  g_assert_nonnull (desk_form_check (form));
  type (form, "１");
  page = desk_form_make_page (form, 40, &row, &column);
  g_assert_cmpuint (row, ==, 2);
  g_assert_cmpuint (column, ==, 22);
  g_assert_nonnull (strstr (page_get_line (page, 2)->text, "> Number"));
  g_assert_nonnull (desk_form_check (form));
  type (form, "19850412");
  g_assert_null (desk_form_check (form));
  assert_insured (form, "{'InsurerNumber': <'990019'>, 'Number': <'１'>, 'Birthdate': <'19850412'>}");
}

static void
test_keys (void)
{
  static const struct
  {
    DeskView view;
    gunichar key;
    DeskAction action;
  } cases[] = {
    { DESK_VIEW_LIST, 'o', DESK_ACTION_OPEN },
    { DESK_VIEW_LIST, 'O', DESK_ACTION_NONE },
    { DESK_VIEW_LIST, 0, DESK_ACTION_NONE },
    { DESK_VIEW_LIST, 'q', DESK_ACTION_QUIT },
    { DESK_VIEW_ANSWER, 'q', DESK_ACTION_BACK },
    { DESK_VIEW_ANSWER, 'n', DESK_ACTION_NONE },
    { DESK_VIEW_FORM, 'q', DESK_ACTION_NONE }, /* is typed */
    { DESK_VIEW_FORM, DESK_KEY_ENTER, DESK_ACTION_NEXT },
    { DESK_VIEW_TEXT, DESK_KEY_QUIT, DESK_ACTION_QUIT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (desk_keys_find (cases[i].view, cases[i].key), ==, cases[i].action);
}

/* How to leave, and how to learn the rest, is there as soon as anything is. */
static void
test_bar (void)
{
  for (guint columns = 1; columns < 200; columns++)
    for (DeskView view = DESK_VIEW_LIST; view <= DESK_VIEW_TEXT; view++)
      {
        g_autofree char *bar = desk_keys_make_bar (view, columns);

        g_assert_cmpuint (output_get_most_columns (bar), <=, columns);
        if (view == DESK_VIEW_LIST && columns >= 40)
          g_assert_true (strstr (bar, "q quit") != NULL && strstr (bar, "? help") != NULL
                         && strstr (bar, "o open") != NULL);
        if (view != DESK_VIEW_LIST && columns >= 40)
          g_assert_nonnull (strstr (bar, "Esc back"));
      }
}

static void
test_help (void)
{
  static const guint widths[] = { 20, 40, 80, 200 };

  for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      g_autoptr (Page) page = desk_keys_make_help (widths[i]);

      g_assert_cmpuint (page_count_lines (page), >, 10);
      for (guint j = 0; widths[i] >= 40 && j < page_count_lines (page); j++)
        g_assert_cmpuint (output_get_columns (page_get_line (page, j)->text), <=, widths[i]);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/desk/form-type", test_form_type);
  g_test_add_func ("/desk/form-check", test_form_check);
  g_test_add_func ("/desk/keys", test_keys);
  g_test_add_func ("/desk/bar", test_bar);
  g_test_add_func ("/desk/help", test_help);
  return g_test_run ();
}
