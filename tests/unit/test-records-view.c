/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* records-view: what is missing comes first; medicine × month; sources marked; check-ups with their ranges; widths. */
#include "client/records-view.h"

#include <locale.h>
#include <string.h>

#include "client/checkup-ranges.h"
#include "client/output.h"

static GBytes *
take (const char *text)
{
  g_autoptr (GString) json = g_string_new (text);

  for (char *c = json->str; *c != '\0'; c++)
    if (*c == '\'')
      *c = '"';
  return g_bytes_new (json->str, json->len);
}

/* Every line, one after the other. */
static char *
view (const char *text, guint columns, guint n_months, const char *const *hidden)
{
  const RecordsLook look = { columns, n_months, hidden };
  g_autoptr (GBytes) document = take (text);
  g_autoptr (GError) error = NULL;
  g_autoptr (Page) page = records_view_make (document, &look, &error);
  GString *lines = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < page_count_lines (page); i++)
    {
      g_autofree char *line = page_format_line (page_get_line (page, i));

      if (columns > 0)
        g_assert_cmpuint (output_get_columns (line), <=, columns);
      g_string_append_printf (lines, "%s\n", line);
    }
  return g_string_free (lines, FALSE);
}

#define HEAD \
  "{'format':'org.shikaku.records','version':1,'kind':'drug','asked':{'from':'202401','to':'202406'}," \
  "'patient':{'name':'山田　花子','kana':'ﾔﾏﾀﾞ ﾊﾅｺ','birthdate':'19480229','sex':'2'},"
#define ENTRY(source, code, name, month, day, drug, amount) \
  "{'source':'" source "','part':0,'month':'" month "','prescriber':{'code':'" code "','name':'" name "'}," \
  "'days':[{'date':'" day "','medicines':[{'code':'" drug "','name':'薬" drug "','quantity':'" amount \
  "','unit':'錠','times':'14','usage':{'name':'食後'}}]}]}"
#define MEDICINES \
  HEAD \
      "'complete':false,'parts':[" \
      "{'from':'202401','to':'202403','outcome':'data','withPrescriptions':false}," \
      "{'from':'202404','to':'202404','outcome':'data','withPrescriptions':true}," \
      "{'from':'202405','to':'202406','outcome':'not-yet','code':'XYZ1','withPrescriptions':true}]," \
      "'newest':{'receipt':'202403','prescription':'202404'},'institutions':[],'entries':[" ENTRY ( \
          "receipt", "131", "古い医院", "202401", "20240110", "620001", \
          "1") "," ENTRY ("receipt", "132", "見本医院", "202403", "20240305", "620002", \
                          "2") "," ENTRY ("prescription", "132", "見本医院", "202403", "20240305", "620002", \
                                          "2") "," ENTRY ("dispensing", "132", "見本医院", "202404", "20240402", \
                                                          "620002", "3") "," ENTRY ("prescription", "132", "見本医院", \
                                                                                    "202402", "20240201", "620003", \
                                                                                    "4") "],'other':[{'part':0,'" \
                                                                                         "element':{'A':'1'}}]}"

static void
test_medicines (void)
{
  g_autofree char *lines = view (MEDICINES, 0, 0, NULL);
  const char *missing, *table;

  missing = strstr (lines, "! 2024-01 – 2024-03  receipts alone");
  g_assert_nonnull (missing);
  g_assert_nonnull (strstr (missing, "! 2024-05 – 2024-06  not at the center yet (XYZ1)\n"));
  g_assert_null (strstr (lines, "! 2024-04"));
  g_assert_nonnull (strstr (missing, "! The center has sent more"));
  g_assert_nonnull (strstr (missing, "! NOT COMPLETE"));
  g_assert_nonnull (strstr (missing, "R  receipt  until 2024-03\n"));
  g_assert_nonnull (strstr (missing, "D  dispensing (electronic)  until —\n"));
  table = strstr (missing, "見本医院  132\n");
  g_assert_nonnull (table); /* after all of that, and the newest institution first */
  g_assert_nonnull (strstr (table, "古い医院  131\n"));
  g_assert_nonnull (strstr (table, "24-04 24-03 24-02 24-01"));
  g_assert_nonnull (strstr (table, "薬620002                          --D   RP-\n"));
  g_assert_nonnull (strstr (table, "    2024-04-02  3錠 × 14  食後\n"));
  g_assert_nonnull (strstr (table, "薬620003                                      -P-\n"));
  g_assert_true (strstr (table, "薬620002") < strstr (table, "薬620003"));
}

static void
test_hidden (void)
{
  static const char *const hidden[] = { "132", NULL };
  g_autofree char *lines = view (MEDICINES, 0, 2, hidden);

  g_assert_null (strstr (lines, "見本医院"));
  g_assert_nonnull (strstr (lines, "古い医院  131\n"));
  g_assert_nonnull (strstr (lines, "! An institution is left out"));
  g_assert_nonnull (strstr (lines, "! The table goes back to 2024-03"));
}

/* No line is wider than the terminal; view() looks at each. */
static void
test_widths (void)
{
  for (guint columns = 40; columns <= 132; columns++)
    g_free (view (MEDICINES, columns, 0, NULL));
}

#define ITEM(code, name, value, more) "{'code':'" code "','name':'" name "','value':'" value "','unit':'mg/dL'" more "}"
#define CHECKUPS \
  "{'format':'org.shikaku.records','version':1,'kind':'checkup','asked':{},'complete':true,'parts':[]," \
  "'patient':{'sex':'2'},'checkups':[" \
  "{'part':0,'date':'20230601','items':[" ITEM ( \
      "3F077000002327101", "ＬＤＬ", "110", \
      "") "]}," \
          "{'part':0,'date':'20240601','items':[" ITEM ("3F077000002327101", "ＬＤＬ", "130", "") "," ITEM ( \
              "3F070000002327101", "ＨＤＬ", "39", \
              ",'reference':{'low':'35','high':'90'}") "," ITEM ("9N736000000000011", "喫煙", "2", \
                                                                 ",'valueName':'いいえ'") "," ITEM ("3F07700000232710" \
                                                                                                    "1", \
                                                                                                    "ＬＤＬ", "118", \
                                                                                                    "") "]}],'other':" \
                                                                                                        "[]}"

static void
test_checkups (void)
{
  g_autofree char *lines = view (CHECKUPS, 0, 0, NULL);

  g_assert_null (strstr (lines, "!"));
  g_assert_nonnull (strstr (lines, "2024-06-01   2023-06-01\n"));
  g_assert_nonnull (strstr (lines, "ＬＤＬ                            *–119 mg/dL      130 H        110\n"));
  g_assert_nonnull (strstr (lines, "ＬＤＬ                            *–119 mg/dL      118\n")); /* twice */
  g_assert_nonnull (strstr (lines, "ＨＤＬ                            35–90 mg/dL      39\n"));  /* the center's own */
  g_assert_nonnull (strstr (lines, "喫煙                              mg/dL            いいえ\n"));
  for (guint columns = 40; columns <= 132; columns++)
    g_free (view (CHECKUPS, columns, 0, NULL));
}

static void
test_treatments (void)
{
  g_autofree char *lines
      = view (HEAD "'complete':true,'parts':[],'newest':{},'institutions':[],'entries':[{'source':'receipt','part':0,"
                   "'institution':{'name':'見本医院'},'days':[{'date':'20240110','treatments':[{'name':'再診料',"
                   "'quantity':'1','unit':'回','times':'2'}]},{'date':'20240210','treatments':[{'code':'112'}]}]}],"
                   "'other':[]}",
              0, 0, NULL);

  g_assert_nonnull (strstr (lines, "  2024-02-10  見本医院  112"));
  g_assert_nonnull (strstr (strstr (lines, "2024-02-10"), "  2024-01-10  見本医院  再診料 1回 × 2\n"));
}

/* What is no such document is refused, and nothing of another shape is believed. */
static void
test_odd (void)
{
  static const char *const refused[] = { "", "{}", "[]", "{'format':'x'}", "{'format':1}", "{" };
  static const char *const shown[]
      = { "{'format':'org.shikaku.records'}",
          "{'format':'org.shikaku.records','entries':{},'parts':1,'patient':[],'asked':null}",
          "{'format':'org.shikaku.records','entries':[1,{'days':[null,{'medicines':['x',{}]}]}],'parts':['x']}",
          "{'format':'org.shikaku.records','checkups':[1,{'items':[1,{}]},{}],'other':1}" };
  const RecordsLook look = { 80, 0, NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GBytes) document = take (refused[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (records_view_make (document, &look, &error));
      g_assert_nonnull (error);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (shown); i++)
    {
      g_autofree char *lines = view (shown[i], 80, 0, NULL);

      g_assert_nonnull (strstr (lines, "! NOT COMPLETE"));
    }
}

static void
test_ranges (void)
{
  CheckupRange range;

  g_assert_true (checkup_ranges_find ("9N016160100000001", "1", &range));
  g_assert_cmpint (checkup_ranges_judge ("85", &range), ==, 'H');
  g_assert_true (checkup_ranges_find ("9N016160100000001", "2", &range));
  g_assert_cmpint (checkup_ranges_judge ("85", &range), ==, ' ');
  g_assert_false (checkup_ranges_find ("9N016160100000001", "", &range)); /* nobody's */
  g_assert_false (checkup_ranges_find ("1A010000000190111", "1", &range));
  g_assert_true (checkup_ranges_find ("3F015129902327101", NULL, &range)); /* at any time, not fasting */
  g_assert_cmpint (checkup_ranges_judge ("174", &range), ==, ' ');
  g_assert_true (checkup_ranges_find ("3F015000002327101", NULL, &range));
  g_assert_cmpint (checkup_ranges_judge ("150", &range), ==, 'H');
  g_assert_true (checkup_ranges_find ("3F070000002327101", NULL, &range));
  g_assert_cmpint (checkup_ranges_judge ("39", &range), ==, 'L');
  g_assert_cmpint (checkup_ranges_judge ("40", &range), ==, ' ');
  g_assert_cmpint (checkup_ranges_judge ("400", &range), ==, ' ');
  g_assert_cmpint (checkup_ranges_judge ("30以下", &range), ==, ' ');
  g_assert_cmpint (checkup_ranges_judge ("", &range), ==, ' ');
  g_assert_cmpint (checkup_ranges_judge ("inf", &range), ==, ' ');
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/records-view/medicines", test_medicines);
  g_test_add_func ("/records-view/hidden", test_hidden);
  g_test_add_func ("/records-view/widths", test_widths);
  g_test_add_func ("/records-view/checkups", test_checkups);
  g_test_add_func ("/records-view/treatments", test_treatments);
  g_test_add_func ("/records-view/odd", test_odd);
  g_test_add_func ("/records-view/ranges", test_ranges);
  return g_test_run ();
}
