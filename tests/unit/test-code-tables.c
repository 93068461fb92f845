/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* code-tables: known codes, and no guess for the others. */
#include "codec/code-tables.h"

static void
test_lookup (void)
{
  static const struct
  {
    CodeTable table;
    const char *code, *name;
  } cases[] = {
    { CODE_TABLE_CARD_CLASSIFICATION, "01", "被保険者証(一般)" },
    { CODE_TABLE_CARD_CLASSIFICATION, "A1", "医療扶助" },
    { CODE_TABLE_CARD_CLASSIFICATION, "a1", NULL },
    { CODE_TABLE_CARD_CLASSIFICATION, "08", NULL },
    { CODE_TABLE_CEILING_CLASS, "A01", "ア" },
    { CODE_TABLE_CEILING_CLASS, "A06", "オ(境)" },
    { CODE_TABLE_CEILING_CLASS, "B01", "現役並みⅢ" },
    { CODE_TABLE_CEILING_CLASS, "B10", "一般Ⅰ" },
    { CODE_TABLE_CEILING_CLASS, "A1", NULL },
    { CODE_TABLE_CEILING_CLASS, "A07", NULL },
    { CODE_TABLE_LOSS_REASON, "03", "医療保険等の資格取得" },
    { CODE_TABLE_LOSS_REASON, "99", "その他" },
    { CODE_TABLE_LOSS_REASON, "3", NULL },
    { CODE_TABLE_SPECIFIC_DISEASE, "1", "慢性腎不全(透析)" },
    { CODE_TABLE_SPECIFIC_DISEASE, "4", NULL },
    { CODE_TABLE_SPECIFIC_DISEASE, "", NULL },
    { CODE_TABLE_SPECIFIC_DISEASE, NULL, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (code_table_lookup (cases[i].table, cases[i].code), ==, cases[i].name);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/code-tables/lookup", test_lookup);
  return g_test_run ();
}
