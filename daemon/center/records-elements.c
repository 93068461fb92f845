/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* records-elements: the tables. */
#include "center/records-elements.h"

#include <string.h>

static const RecordsSourceElements sources[RECORDS_N_SOURCES] = {
  [RECORDS_RECEIPT] = { .word = "receipt",
                        .list = NULL, /* they stand in the body itself */
                        .entry = "MeTrMonthInf",
                        .month = "MeTrMonth",
                        .institution_code = "MeTrDiHCd",
                        .institution_name = "MeTrDiHNm",
                        .days = "DiDateInfs",
                        .day = "DiDateInf",
                        .date = "DiDate",
                        .prescribed = "PrDate",
                        .medicines = "DrugInfs",
                        .medicine = "DrugInf",
                        .treatments = "MeTrInfs",
                        .treatment = "MeTrInf" },
  [RECORDS_PRESCRIPTION] = { .word = "prescription",
                             .list = "ShPrInf",
                             .entry = "ShPrMonthInf",
                             .month = "ShPrMonth",
                             .institution_code = "ShMeTrDiHCd",
                             .institution_name = "ShMeTrDiHNm",
                             .days = "ShPrDateInfs",
                             .day = "ShPrDateInf",
                             .date = "ShPrDate",
                             .prescribed = "ShPrDate",
                             .medicines = "ShDrugInfs",
                             .medicine = "ShDrugInf" },
  [RECORDS_DISPENSING] = { .word = "dispensing",
                           .list = "CzDiInf",
                           .entry = "CzDiMonthInf",
                           .month = "CzDiMonth",
                           .institution_code = "CzMeTrDiHCd",
                           .institution_name = "CzMeTrDiHNm",
                           .days = "CzDiDateInfs",
                           .day = "CzDiDateInf",
                           .date = "CzDiDate",
                           .prescribed = "CzPrDate",
                           .medicines = "CzDrugInfs",
                           .medicine = "CzDrugInf" },
};

#define TABLE(rows) \
  { \
    (rows), G_N_ELEMENTS (rows) \
  }
/* The same word with the prefix of each source. */
#define ROW(group, key, word) \
  { \
    group, key, \
    { \
      word, "Sh" word, "Cz" word \
    } \
  }

static const RecordsRow entry_rows[] = {
  { NULL, "month", { "MeTrMonth", "ShPrMonth", "CzDiMonth" } },
  { NULL, "class", { "InOut", "ShPrCl", "CzPrCl" } },
  { "institution", "code", { "MeTrDiHCd", "ShMeTrDiHCd", "CzMeTrDiHCd" } },
  { "institution", "name", { "MeTrDiHNm", "ShMeTrDiHNm", "CzMeTrDiHNm" } },
  { "institution", "origin", { "DiOrg", "ShPrOrg", "CzDiOrg" } },
  { "institution", "group", { "GrpNum1" } },
  { "prescriber", "code", { "PrlsHCd", "ShPrHCd", "CzPrlsHCd" } },
  { "prescriber", "name", { "PrlsHNm", "ShPrHNm", "CzPrlsHNm" } },
  { "prescriber", "origin", { "PrIsOrg", "ShPrIsOrg", "CzPrIsOrg" } },
  { "prescriber", "group", { "GrpNum2" } },
};
const RecordsTable records_entry_table = TABLE (entry_rows);

static const RecordsRow day_rows[] = {
  { NULL, "date", { "DiDate", "ShPrDate", "CzDiDate" } },
  { NULL, "prescribed", { "PrDate", NULL, "CzPrDate" } },
};
const RecordsTable records_day_table = TABLE (day_rows);

static const RecordsRow medicine_rows[] = {
  ROW (NULL, "code", "DrugC"),         ROW (NULL, "name", "DrugN"),
  ROW (NULL, "ingredient", "IngreN"),  ROW (NULL, "quantity", "Qua1"),
  ROW (NULL, "unit", "Unit"),          ROW (NULL, "dose", "OnDose"),
  ROW (NULL, "times", "Times"),        { NULL, "class", { "MeTrIdCl", "ShUsageCl", "CzUsageCl" } },
  ROW ("usage", "code", "UsageC"),     ROW ("usage", "name", "UsageN"),
  ROW (NULL, "instruction", "SpInst"),
};
const RecordsTable records_medicine_table = TABLE (medicine_rows);

static const RecordsRow treatment_rows[] = {
  { NULL, "code", { "SinInfCd" } },  { NULL, "name", { "SinInfN" } },        { NULL, "quantity", { "Qua1" } },
  { NULL, "unit", { "Unit" } },      { NULL, "secondQuantity", { "Qua2" } }, { NULL, "times", { "Times" } },
  { NULL, "class", { "MeTrIdCl" } },
};
const RecordsTable records_treatment_table = TABLE (treatment_rows);

static const RecordsRow addition_rows[] = {
  { NULL, "code", { "DenMeTrAddCd" } },
  { NULL, "name", { "DenMeTrAddNm" } },
  { NULL, "quantity", { "DenMeTrAddQua" } },
  { NULL, "unit", { "DenMeTrAddUnit" } },
};
const RecordsTable records_addition_table = TABLE (addition_rows);

static const RecordsRow checkup_rows[] = {
  { NULL, "date", { RECORDS_CHECKUP_DATE_ELEMENT } },
};
const RecordsTable records_checkup_table = TABLE (checkup_rows);

static const RecordsRow item_rows[] = {
  { NULL, "code", { "ItemCode" } },
  { NULL, "name", { "ItemName" } },
  { NULL, "value", { "DataValue" } },
  { NULL, "valueName", { "DataValueName" } },
  { NULL, "unit", { "Unit" } },
  { NULL, "type", { "DataType" } },
  { NULL, "oid", { "Oid" } },
  { "reference", "low", { "ReferenceRangeLow" } },
  { "reference", "high", { "ReferenceRangeHigh" } },
};
const RecordsTable records_item_table = TABLE (item_rows);

const RecordsSourceElements *
records_elements_of (RecordsSource source)
{
  return &sources[source];
}

gboolean
records_elements_find (const char *element, RecordsSource *ret_source)
{
  for (guint i = 0; i < RECORDS_N_SOURCES; i++)
    if (strcmp (sources[i].entry, element) == 0)
      {
        *ret_source = i;
        return TRUE;
      }
  return FALSE;
}

const char *
records_source_to_string (RecordsSource source)
{
  return sources[source].word;
}

const char *
records_table_find_element (const RecordsTable *table, RecordsSource source, const char *group, const char *key)
{
  for (gsize i = 0; i < table->n_rows; i++)
    if (g_strcmp0 (table->rows[i].group, group) == 0 && strcmp (table->rows[i].key, key) == 0)
      return table->rows[i].elements[source];
  return NULL;
}
