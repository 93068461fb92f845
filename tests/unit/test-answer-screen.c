/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-answer-screen: one screen of an answer: what comes first, what is cut, and that it fits every size. */
#include <string.h>

#include "captured.h"
#include "client/answer-screen.h"
#include "client/output.h"

#define EVERYTHING \
  "{'Answer': <'eligible'>, 'Validity': <'valid'>, 'Changed': <true>, 'AsOf': <uint64 1800000000000000>," \
  " 'CertificateUntil': <'20200101'>, 'Remarks': <['ended-before', 'of-tomorrow']>," \
  " 'Changes': <[{'Field': <'InsurerNumber'>, 'Before': <'01990011'>}, {'Field': <'Address'>, 'BeforeKnown': " \
  "<false>, 'Since': <uint64 1799938800000000>}]>," \
  " 'Insurances': <[{'Name': <'●橋　健'>, 'NameUnmapped': <[uint32 0]>, 'NameKana': <'ﾀｶﾊｼ ｹﾝ'>," \
  "  'Sex': <'male'>, 'Birthdate': <'19900101'>, 'InsurerNumber': <'06990012'>, 'BurdenRatio': <uint32 30>," \
  "  'Address': " \
  "<'東京都架空区見本町一丁目２番３号　架空ニュータウン第四住区見本台団地　サンプルハイツ１２４０５号室'>," \
  "  'InsurerName': <'AnInsurerWhoseNameIsOneWordAndLongerThanAnyColumnOfAScreenCouldEverBe'>," \
  "  'Symbol': <'●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●●'>," \
  "  'Ceiling': <{'Class': <'A01'>, 'ClassName': <'ア'>, 'From': <'20250801'>, 'Until': <'20310731'>}>," \
  "  'SpecificDiseases': <[{'Name': <'血友病'>, 'SelfPay': <'010000'>, 'Until': <'20310331'>}]>}," \
  "  {'Classification': <'A1'>, 'InsurerNumber': <'12990017'>," \
  "  'PublicExpenses': <[{'TicketType': <'01'>, 'MedicalTicketValidDate': <'20250401'>}]>}]>}"
#define CONSENTS "{'drug': {'Granted': <true>}, 'ceiling': {'Granted': <false>}}"

static Page *
make (const char *eligibility, const char *consents, guint rows, guint columns)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_variant_parse (G_VARIANT_TYPE_VARDICT, eligibility, NULL, NULL, &error);
  g_autoptr (GVariant) given = NULL;

  g_assert_no_error (error);
  given = g_variant_parse (G_VARIANT_TYPE ("a{sa{sv}}"), consents, NULL, NULL, &error);
  g_assert_no_error (error);
  return answer_screen_make (answer, given, rows, columns, "--all");
}

static void
assert_screen (const char *eligibility, const char *consents, const char *expected)
{
  g_autoptr (Page) page = make (eligibility, consents, 24, 80);
  g_autofree char *text = NULL;

  captured_begin ();
  page_print (page);
  text = captured_end (NULL);
  g_assert_cmpstr (text, ==, expected);
}

/* Answer and what to do, what has changed, person and insurance side by side, the rest in a line each. */
static void
test_order (void)
{
  assert_screen (EVERYTHING, CONSENTS,
                 "ELIGIBLE  Burden ratio 30 %\n"
                 "! Changed: Insurer number (before: 01990011)\n"
                 "! Changed: Address (seen otherwise on: 2027-01-15)\n"
                 "! Contradiction: ended-before\n"
                 "! Contradiction: of-tomorrow\n"
                 "! ● at character 1: the center has no glyph; see the name on the card\n"
                 "! Card's certificate until: 2020-01-01\n"
                 "\n"
                 "Name          ●橋　健                   Insurer number 06990012\n"
                 "Name (kana)   ﾀｶﾊｼ ｹﾝ                   Insurer        AnInsurerWhoseNameIsOneW\n"
                 "Sex           male                                     ordAndLongerThanAnyCol…\n"
                 "Date of birth 1990-01-01                Symbol         ●●●●●●●●●●●…\n"
                 "Address       東京都架空区見本町一丁目                 ●●●●●●●●●●●…\n"
                 "              ２番３号　架空ニュータ…   Burden ratio   30 %\n"
                 "\n"
                 "Payment ceiling     class a (under 70), 2025-08-01 to 2031-07-31\n"
                 "Specific disease    血友病, until 2031-03-31, Own share (yen) 10000\n"
                 "Also                medical aid, Insurer number 12990017\n"
                 "Public expenses     since 2025-04-01, medical ticket\n"
                 "Consents            medicines: granted; payment ceiling: not granted\n"
                 "Everything: --all  As of 2027-01-15 08:00\n");
}

static void
test_first_line (void)
{
  assert_screen ("{'Answer': <'not-eligible'>, 'Validity': <'invalid'>, 'Reason': <'invalid'>,"
                 " 'Advice': <'Ask the patient whether the insurer has changed, and how to confirm the new one.'>}",
                 "{}",
                 "NOT ELIGIBLE  Ask the patient whether the insurer has changed, and how to\n"
                 "              confirm the new one.\n"
                 "Validity: not valid\n"
                 "Everything: --all\n");
  assert_screen (
      "{'Answer': <'unknown'>, 'Advice': <'Ask.'>, 'Reason': <'several'>, 'Code': <'E1'>, 'Message': <'混雑'>}", "{}",
      "UNKNOWN  Ask.\n"
      "Reason: several matches\n"
      "Code of the center: E1\n"
      "Message of the center: 混雑\n"
      "Everything: --all\n");
  assert_screen ("{'Answer': <'eligible'>, 'Advice': <'Ask the office.'>, 'Changed': <true>, 'Validity': <'valid'>,"
                 " 'Insurances': <[@a{sv} {}, {'BurdenRatio': <uint32 0>}]>}",
                 "{}",
                 "ELIGIBLE  Burden ratio none (0 %)  Ask the office.\n"
                 "! The insurance has changed since the last check.\n"
                 "\n"
                 "Also                Burden ratio none (0 %)\n"
                 "Everything: --all\n");
  assert_screen ("{}", "{}", "\nEverything: --all\n");
}

/* No line is wider than the screen, even where ● and … are drawn over two columns, and one is left for the cursor. */
static void
test_sizes (void)
{
  static const guint sizes[][2] = { { 24, 80 }, { 24, 72 },  { 24, 71 }, { 10, 40 },  { 5, 20 },
                                    { 60, 30 }, { 50, 200 }, { 1, 80 },  { 24, 132 }, { 25, 81 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      const guint rows = sizes[i][0], columns = sizes[i][1];
      g_autoptr (Page) page = make (EVERYTHING, CONSENTS, rows, columns);

      g_assert_cmpuint (page_count_lines (page), <, MAX (rows, 4));
      g_assert_true (g_str_has_prefix (page_get_line (page, 0)->text, "ELIGIBLE"));
      g_assert_cmpint (page_get_line (page, 0)->meaning, ==, MEANING_GOOD);
      for (guint j = 0; j < page_count_lines (page); j++)
        {
          const PageLine *line = page_get_line (page, j);
          g_autofree char *text = page_format_line (line);

          g_assert_cmpuint (output_get_columns (text), <=, columns);
          g_assert_cmpuint (output_get_most_columns (line->text), <=,
                            line->beside != NULL ? line->column - 1 : columns);
          if (line->beside != NULL)
            g_assert_cmpuint (line->column + output_get_most_columns (line->beside), <=, columns);
        }
    }
}

/* What has no room is counted, and said where it is. */
static void
test_left_out (void)
{
  g_autoptr (Page) all = make (EVERYTHING, CONSENTS, 60, 70), few = make (EVERYTHING, CONSENTS, 10, 70);
  g_autofree char *expected = NULL;
  guint lines = page_count_lines (all) - 1;

  for (guint i = 0; i < page_count_lines (all); i++)
    lines -= *page_get_line (all, i)->text == '\0'; /* where there is no room to spare */
  expected = g_strdup_printf ("%u more lines: --all  As of 2027-01-15 08:00", lines - 8);
  g_assert_cmpuint (page_count_lines (few), ==, 9);
  g_assert_cmpstr (page_get_line (few, 8)->text, ==, expected);
}

int
main (int argc, char *argv[])
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/answer-screen/order", test_order);
  g_test_add_func ("/answer-screen/first-line", test_first_line);
  g_test_add_func ("/answer-screen/sizes", test_sizes);
  g_test_add_func ("/answer-screen/left-out", test_left_out);
  return g_test_run ();
}
