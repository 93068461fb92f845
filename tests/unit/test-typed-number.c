/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* typed-number: numbers as people type them, and as the field writes them. */
#include "codec/typed-number.h"

static void
test_symbols (void)
{
  static const char *const cases[][2] = {
    { "1234567", "1234567" },    { "１２３４５６７", "1234567" },
    { "　１２ ３４　", "1234" }, { "\t12\t", "12" },
    { "架空０１", "架空01" },    { "架空　０１", "架空01" },
    { "見本－１２", "見本-12" }, { "１２−３４", "12-34" },
    { "12‐34—5", "12-34-5" },    { "１２ー３４", "12-34" },     /* the key beside is that of the long vowel */
    { "12ｰ34", "12-34" },        { "サーバー１", "サーバー1" }, /* and here it is one */
    { "ｻｰﾊﾞｰ1", "サーバー1" },   { "ﾊﾟ１", "パ1" },
    { "ｶ゛1", "カ゛1" }, /* a mark of full width that stands alone stays */
    { "か１", "か1" },           { "A・B", "A・B" },
    { "ａｂＣ", "abC" },         { "12\n3", "12\n3" }, /* for who judges it */
    { "1\t2", "1\t2" },          { "", NULL },
    { " 　\t", NULL },           { NULL, NULL },
    { "\xff", "\xff" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *folded = typed_number_fold (cases[i][0]);

      g_assert_cmpstr (folded, ==, cases[i][1]);
    }
}

static void
test_digits (void)
{
  static const char *const cases[][2] = { { "06 99 0012", "06990012" },
                                          { "０６－９９－００１２", "06990012" },
                                          { " 1", "1" },
                                          { "x1", "x1" },
                                          { "19850412", "19850412" },
                                          { "--", NULL },
                                          { "1985/04/12", "1985/04/12" } };
  static const char *const dates[][2] = { { "1985-04-12", "19850412" }, { "１９８５／０４／１２", "19850412" },
                                          { "1985.04.12", "19850412" }, { "1985 04 12", "19850412" },
                                          { "1985-4-12", "1985412" },   { "昭和60", "昭和60" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *folded = typed_number_fold_digits (cases[i][0]);

      g_assert_cmpstr (folded, ==, cases[i][1]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (dates); i++)
    {
      g_autofree char *folded = typed_number_fold_date (dates[i][0]);

      g_assert_cmpstr (folded, ==, dates[i][1]);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/typed-number/symbols", test_symbols);
  g_test_add_func ("/typed-number/digits", test_digits);
  return g_test_run ();
}
