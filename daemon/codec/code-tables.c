/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* code-tables: a code of the field comes in, its name goes out. */
#include "codec/code-tables.h"

#include <string.h>

typedef struct
{
  const char *code, *name;
} Entry;

static const Entry card_classification[] = {
  { "01", "被保険者証(一般)" },     { "02", "被保険者証(退職)" }, { "03", "短期被保険者証(一般)" },
  { "04", "短期被保険者証(退職)" }, { "05", "特別療養費" },       { "06", "特例退職被保険者証" },
  { "07", "自衛官診療証" },         { "A1", "医療扶助" },         { 0 },
};

static const Entry ceiling_class[] = {
  { "A01", "ア" },
  { "A02", "イ" },
  { "A03", "ウ" },
  { "A04", "エ" },
  { "A05", "オ" },
  { "A06", "オ(境)" },
  { "B01", "現役並みⅢ" },
  { "B02", "現役並みⅡ" },
  { "B03", "現役並みⅠ" },
  { "B04", "一般" },
  { "B05", "低所得Ⅱ" },
  { "B06", "低所得Ⅰ" },
  { "B07", "低所得Ⅰ(老福)" },
  { "B08", "低所得Ⅰ(境)" },
  { "B09", "一般Ⅱ" },
  { "B10", "一般Ⅰ" },
  { 0 },
};

static const Entry loss_reason[] = {
  { "01", "死亡" }, { "02", "生活保護受給開始" }, { "03", "医療保険等の資格取得" }, { "99", "その他" }, { 0 },
};

static const Entry specific_disease[] = {
  { "1", "慢性腎不全(透析)" },
  { "2", "血液凝固因子障害" },
  { "3", "HIV(血液製剤)" },
  { 0 },
};

static const Entry *const tables[] = {
  [CODE_TABLE_CARD_CLASSIFICATION] = card_classification,
  [CODE_TABLE_CEILING_CLASS] = ceiling_class,
  [CODE_TABLE_LOSS_REASON] = loss_reason,
  [CODE_TABLE_SPECIFIC_DISEASE] = specific_disease,
};

const char *
code_table_lookup (CodeTable table, const char *code)
{
  g_assert ((guint)table < G_N_ELEMENTS (tables));
  for (const Entry *entry = tables[table]; code != NULL && entry->code != NULL; entry++)
    if (strcmp (entry->code, code) == 0)
      return entry->name;
  return NULL;
}
