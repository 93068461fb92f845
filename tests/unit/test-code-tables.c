/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * code-tables: every code of the field, by hand from data/doc/messages.md, and no guess for the others. What data and
 * code share is not taken from the data here, so that a slip in it is found.
 */
#include <string.h>

#include "codec/code-tables.h"

static const struct
{
  CodeTable table;
  int number;
  const char *code, *name;
} expected[] = {
  { CODE_TABLE_CEILING_CONSENT, 1, "0", "未同意" },
  { CODE_TABLE_CEILING_CONSENT, 1, "1", "同意" },
  { CODE_TABLE_REFERENCE_CLASSIFICATION, 2, "1", "マイナンバーカード" },
  { CODE_TABLE_REFERENCE_CLASSIFICATION, 2, "2", "被保険者証情報" },
  { CODE_TABLE_SEGMENT_OF_RESULT, 3, "1", "正常終了" },
  { CODE_TABLE_SEGMENT_OF_RESULT, 3, "2", "処理中" },
  { CODE_TABLE_SEGMENT_OF_RESULT, 3, "9", "異常終了" },
  { CODE_TABLE_PROCESSING_RESULT_STATUS, 4, "1", "正常" },
  { CODE_TABLE_PROCESSING_RESULT_STATUS, 4, "2", "エラー" },
  { CODE_TABLE_CHARACTER_CODE, 5, "0", "UTF-8" },
  { CODE_TABLE_CHARACTER_CODE, 5, "1", "Shift_JIS" },
  { CODE_TABLE_VALIDITY, 6, "1", "有効" },
  { CODE_TABLE_VALIDITY, 6, "2", "無効" },
  { CODE_TABLE_VALIDITY, 6, "3", "無効(新しい資格あり)" },
  { CODE_TABLE_VALIDITY, 6, "4", "該当資格なし" },
  { CODE_TABLE_VALIDITY, 6, "5", "複数該当" },
  { CODE_TABLE_VALIDITY, 6, "6", "有効(未登録)" },
  { CODE_TABLE_SEX, 7, "1", "男" },
  { CODE_TABLE_SEX, 7, "2", "女" },
  { CODE_TABLE_SEX, 7, "3", "未設定" },
  { CODE_TABLE_LOSS_REASON, 8, "01", "死亡" },
  { CODE_TABLE_LOSS_REASON, 8, "02", "生活保護受給開始" },
  { CODE_TABLE_LOSS_REASON, 8, "03", "医療保険等の資格取得" },
  { CODE_TABLE_LOSS_REASON, 8, "99", "その他" },
  { CODE_TABLE_PERSONAL_FAMILY, 9, "1", "本人" },
  { CODE_TABLE_PERSONAL_FAMILY, 9, "2", "家族" },
  { CODE_TABLE_CARD_CLASSIFICATION, 10, "01", "被保険者証(一般)" },
  { CODE_TABLE_CARD_CLASSIFICATION, 10, "02", "被保険者証(退職)" },
  { CODE_TABLE_CARD_CLASSIFICATION, 10, "03", "短期被保険者証(一般)" },
  { CODE_TABLE_CARD_CLASSIFICATION, 10, "04", "短期被保険者証(退職)" },
  { CODE_TABLE_CARD_CLASSIFICATION, 10, "05", "特別療養費" },
  { CODE_TABLE_CARD_CLASSIFICATION, 10, "06", "特例退職被保険者証" },
  { CODE_TABLE_CARD_CLASSIFICATION, 10, "07", "自衛官診療証" },
  { CODE_TABLE_CARD_CLASSIFICATION, 10, "A1", "医療扶助" },
  { CODE_TABLE_CEILING_CERTIFICATE, 11, "01", "限度額適用認定証" },
  { CODE_TABLE_CEILING_CERTIFICATE, 11, "02", "限度額適用・標準負担額減額認定証" },
  { CODE_TABLE_CEILING_CERTIFICATE, 11, "03", "標準負担額減額認定証" },
  { CODE_TABLE_CEILING_CLASS, 12, "A01", "ア" },
  { CODE_TABLE_CEILING_CLASS, 12, "A02", "イ" },
  { CODE_TABLE_CEILING_CLASS, 12, "A03", "ウ" },
  { CODE_TABLE_CEILING_CLASS, 12, "A04", "エ" },
  { CODE_TABLE_CEILING_CLASS, 12, "A05", "オ" },
  { CODE_TABLE_CEILING_CLASS, 12, "A06", "オ(境)" },
  { CODE_TABLE_CEILING_CLASS, 12, "B01", "現役並みⅢ" },
  { CODE_TABLE_CEILING_CLASS, 12, "B02", "現役並みⅡ" },
  { CODE_TABLE_CEILING_CLASS, 12, "B03", "現役並みⅠ" },
  { CODE_TABLE_CEILING_CLASS, 12, "B04", "一般" },
  { CODE_TABLE_CEILING_CLASS, 12, "B05", "低所得Ⅱ" },
  { CODE_TABLE_CEILING_CLASS, 12, "B06", "低所得Ⅰ" },
  { CODE_TABLE_CEILING_CLASS, 12, "B07", "低所得Ⅰ(老福)" },
  { CODE_TABLE_CEILING_CLASS, 12, "B08", "低所得Ⅰ(境)" },
  { CODE_TABLE_CEILING_CLASS, 12, "B09", "一般Ⅱ" },
  { CODE_TABLE_CEILING_CLASS, 12, "B10", "一般Ⅰ" },
  { CODE_TABLE_SPECIFIC_DISEASE, 13, "1", "慢性腎不全(透析)" },
  { CODE_TABLE_SPECIFIC_DISEASE, 13, "2", "血液凝固因子障害" },
  { CODE_TABLE_SPECIFIC_DISEASE, 13, "3", "HIV(血液製剤)" },
  { CODE_TABLE_CEILING_CHANGED, 14, "0", "なし" },
  { CODE_TABLE_CEILING_CHANGED, 14, "1", "あり/判定不能" },
  { CODE_TABLE_PRESCHOOL, 15, "1", "該当" },
  { CODE_TABLE_CONSENT, 16, "0", "なし" },
  { CODE_TABLE_CONSENT, 16, "1", "あり" },
  { CODE_TABLE_CONSENT, 16, "2", "有効期限切れ" },
  { CODE_TABLE_CONSENT, 16, "3", "同意取得困難" },
  { CODE_TABLE_PRESCRIPTION_FORM, 17, "1", "電子" },
  { CODE_TABLE_PRESCRIPTION_FORM, 17, "2", "紙" },
  { CODE_TABLE_TICKET_TYPE, 18, "01", "医療券" },
  { CODE_TABLE_TICKET_TYPE, 18, "02", "調剤券" },
  { CODE_TABLE_TREATMENT_TYPE, 19, "01", "入院" },
  { CODE_TABLE_TREATMENT_TYPE, 19, "02", "入院外" },
  { CODE_TABLE_TREATMENT_TYPE, 19, "03", "歯科" },
  { CODE_TABLE_TREATMENT_TYPE, 19, "04", "調剤" },
  { CODE_TABLE_TREATMENT_TYPE, 19, "05", "訪問看護" },
  { CODE_TABLE_SINGLE_OR_COMBINED, 20, "01", "単独" },
  { CODE_TABLE_SINGLE_OR_COMBINED, 20, "02", "併用" },
  { CODE_TABLE_SOCIAL_INSURANCE, 21, "01", "あり" },
  { CODE_TABLE_SOCIAL_INSURANCE, 21, "02", "なし" },
  { CODE_TABLE_CONSISTENCY, 22, "1", "不整合" },
  { CODE_TABLE_INFECTION, 23, "01", "あり" },
  { CODE_TABLE_INFECTION, 23, "02", "なし" },
  { CODE_TABLE_ELDERLY_CARE, 24, "01", "あり" },
  { CODE_TABLE_ELDERLY_CARE, 24, "02", "なし" },
  { CODE_TABLE_PREFECTURAL_EXPENSES, 25, "01", "あり" },
  { CODE_TABLE_PREFECTURAL_EXPENSES, 25, "02", "なし" },
  { CODE_TABLE_DESIGNATED_INSTITUTION, 26, "0", "一致" },
  { CODE_TABLE_DESIGNATED_INSTITUTION, 26, "1", "不一致" },
  { CODE_TABLE_SAME_PERSON, 27, "1", "あり" },
  { CODE_TABLE_TREATMENT_FLAG, 28, "1", "外来" },
  { CODE_TABLE_TREATMENT_FLAG, 28, "2", "訪問" },
  { CODE_TABLE_TREATMENT_FLAG, 28, "3", "オンライン" },
  { CODE_TABLE_TREATMENT_FLAG, 28, "4", "救急" },
  { CODE_TABLE_INFORMATION_TYPE, 29, "TKK", "特定健診情報" },
  { CODE_TABLE_INFORMATION_TYPE, 29, "YZK", "薬剤・診療情報" },
  { CODE_TABLE_DISPLAY, 30, "0", NULL },
  { CODE_TABLE_DISPLAY, 30, "1", NULL },
  { CODE_TABLE_CONSENT_END_REASON, 31, "0", NULL },
  { CODE_TABLE_CONSENT_END_REASON, 31, "1", NULL },
  { CODE_TABLE_CONSENT_END_REASON, 31, "2", NULL },
  { CODE_TABLE_CONSENT_END_REASON, 31, "3", NULL },
  { CODE_TABLE_CHANGED_SINCE, 32, "0", "一致" },
  { CODE_TABLE_CHANGED_SINCE, 32, "1", "不一致" },
  { CODE_TABLE_ADDRESS_TYPE, 33, "2", NULL },
  { CODE_TABLE_ADDRESS_TYPE, 33, "3", NULL },
  { CODE_TABLE_FILE_TYPE, 34, "1", "PDF" },
  { CODE_TABLE_FILE_TYPE, 34, "2", "PNG" },
  { CODE_TABLE_CHANGE, 35, "0", NULL },
  { CODE_TABLE_CHANGE, 35, "1", NULL },
  { CODE_TABLE_CONSENT_TO_VIEW, 36, "TSR", "特定疾病" },
  { CODE_TABLE_CONSENT_TO_VIEW, 36, "TKK", "特定健診情報" },
  { CODE_TABLE_CONSENT_TO_VIEW, 36, "YZK", "薬剤情報" },
  { CODE_TABLE_CONSENT_TO_VIEW, 36, "SRJ", "診療情報" },
  { CODE_TABLE_CONSENT_TO_VIEW, 36, "SHJ", "手術情報" },
  { CODE_TABLE_USE, 37, "0", NULL },
  { CODE_TABLE_USE, 37, "1", NULL },
  { CODE_TABLE_E_PRESCRIPTION, 38, "0", "しない" },
  { CODE_TABLE_E_PRESCRIPTION, 38, "1", "電子のみ" },
  { CODE_TABLE_E_PRESCRIPTION, 38, "2", "併用" },
  { CODE_TABLE_E_PRESCRIPTION, 38, "3", "紙のみ" },
  { CODE_TABLE_FORM_CHOSEN_AT, 39, "1", "資格確認時以外" },
  { CODE_TABLE_FORM_CHOSEN_AT, 39, "2", "資格確認時" },
  { CODE_TABLE_REQUEST_PATTERN, 40, "1", NULL },
  { CODE_TABLE_REQUEST_PATTERN, 40, "2", NULL },
  { CODE_TABLE_REQUEST_PATTERN, 40, "3", NULL },
  { CODE_TABLE_REQUEST_PATTERN, 40, "4", NULL },
  { CODE_TABLE_REQUEST_PATTERN, 40, "5", NULL },
  { CODE_TABLE_REQUEST_PATTERN, 40, "6", NULL },
  { CODE_TABLE_AUTHENTICATION_FACTOR, 41, "1", "記憶" },
  { CODE_TABLE_AUTHENTICATION_FACTOR, 41, "2", "生体" },
  { CODE_TABLE_AUTHENTICATION_FACTOR, 41, "3", "物理" },
  { CODE_TABLE_EMERGENCY_RIGHT, 43, "0", NULL },
  { CODE_TABLE_EMERGENCY_RIGHT, 43, "1", NULL },
  { CODE_TABLE_LINKED_SYSTEM, 44, "01", "医療費助成" },
  { CODE_TABLE_LINKED_SYSTEM, 44, "2", "母子保健" },
  { CODE_TABLE_LINKED_SYSTEM, 44, "4", "予防接種" },
  { CODE_TABLE_LINKED_SYSTEM, 44, "8", "介護" },
};

static const int numbers[] = {
#define CODE_TABLE(name, number) number,
#include "data/code-tables.h"
};

static const struct
{
  CodeTable table;
  const char *code, *japanese, *english;
} data[] = {
#define N_(text) text
#define CODE(name, code, japanese, english) { CODE_TABLE_##name, code, japanese, english },
#include "data/code-tables.h"
};

static void
test_every_code (void)
{
  g_assert_cmpuint (G_N_ELEMENTS (data), ==, G_N_ELEMENTS (expected));
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_assert_cmpint (numbers[expected[i].table], ==, expected[i].number);
      g_assert_true (code_table_has (expected[i].table, expected[i].code));
      g_assert_cmpstr (code_table_lookup (expected[i].table, expected[i].code), ==, expected[i].name);
    }
}

/* Each table from 1 to 44 once, but 42; each code once; a text in both languages or in none. */
static void
test_data (void)
{
  g_assert_cmpint (CODE_TABLE_N_TABLES, ==, 43);
  for (int i = 0; i < CODE_TABLE_N_TABLES; i++)
    g_assert_cmpint (numbers[i], ==, i < 41 ? i + 1 : i + 2);
  for (gsize i = 0; i < G_N_ELEMENTS (data); i++)
    {
      g_assert_true ((data[i].japanese == NULL) == (data[i].english == NULL));
      g_assert_true (data[i].japanese == NULL || (*data[i].japanese && *data[i].english));
      for (gsize j = 0; j < i; j++)
        g_assert_true (data[i].table != data[j].table || strcmp (data[i].code, data[j].code) != 0);
    }
}

static void
test_unknown (void)
{
  static const char *const codes[] = { "", " ", "x", "a1", "A1 ", "A07", "B11", "08", "10", "999", "０１" };

  for (int table = 0; table < CODE_TABLE_N_TABLES; table++)
    {
      g_assert_false (code_table_has (table, NULL));
      g_assert_null (code_table_lookup (table, NULL));
      for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
        {
          g_assert_false (code_table_has (table, codes[i]));
          g_assert_null (code_table_lookup (table, codes[i]));
        }
    }
  g_assert_null (code_table_lookup (CODE_TABLE_LOSS_REASON, "3")); /* it is "03" */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/code-tables/every-code", test_every_code);
  g_test_add_func ("/code-tables/data", test_data);
  g_test_add_func ("/code-tables/unknown", test_unknown);
  return g_test_run ();
}
