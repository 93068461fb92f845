/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* japanese-text: ● in names, widths, dates and times of Japan. */
#include "codec/japanese-text.h"

static void
test_unmapped (void)
{
  static const struct
  {
    const char *text;
    guint n;
    guint32 positions[3];
  } cases[] = { { "", 0, { 0 } },         { "山田　花子", 0, { 0 } }, { "●橋　健", 1, { 0 } },
                { "a●𠮷●", 2, { 1, 3 } }, { "●●●", 3, { 0, 1, 2 } },  { "○◎", 0, { 0 } } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GArray) positions = japanese_text_find_unmapped (cases[i].text);

      g_assert_cmpint (positions == NULL, ==, cases[i].n == 0);
      if (positions != NULL)
        g_assert_cmpmem (positions->data, positions->len * sizeof (guint32), cases[i].positions,
                         cases[i].n * sizeof (guint32));
    }
}

static void
test_fold_width (void)
{
  static const struct
  {
    const char *text, *folded;
  } cases[] = { { "", "" },
                { "０１２３４５６７８９", "0123456789" },
                { "ＡＺａｚ", "AZaz" },
                { "１－２−３‐４-5", "1-2-3-4-5" },
                { "記号　１２・ー", "記号　12・ー" },
                { "／：＠［｀｛", "／：＠［｀｛" }, /* the neighbours of what is folded */
                { "\xef\xbc", "\xef\xbc" },
                { "\xef", "\xef" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *folded = japanese_text_fold_width (cases[i].text);

      g_assert_cmpstr (folded, ==, cases[i].folded);
    }
}

static void
test_dates (void)
{
  static const char *const dates[] = { "20240229", "20000229", "19000228", "00010101", "99991231" };
  static const char *const others[]
      = { "",         "20230229", "19000229",  "20241301", "20240001", "20240100", "20240431",
          "00000101", "2024010",  "202401011", "2024-1-1", " 2024010", "+2024010", "２０２４０１０１" };

  for (gsize i = 0; i < G_N_ELEMENTS (dates); i++)
    g_assert_true (japanese_text_is_date (dates[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_false (japanese_text_is_date (others[i]));
  g_assert_false (japanese_text_is_date (NULL));
}

static void
test_times (void)
{
  static const struct
  {
    const char *text;
    gint64 seconds;
  } times[] = { { "19700101090000", 0 },
                { "19700101000000", -9 * 3600 },
                { "20251123101500", 1763860500 },
                { "20240229235959", 1709218799 },
                { "00010101000000", -62135629200 } };
  static const char *const others[] = { "",
                                        "20251123",
                                        "20251123240000",
                                        "20251123006000",
                                        "20251123000060",
                                        "20251131000000",
                                        "2025112310150",
                                        "202511231015000",
                                        "2025112310150x",
                                        "20251123 10150" };
  gint64 time = 7;

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_false (japanese_text_parse_time (others[i], &time));
  g_assert_false (japanese_text_parse_time (NULL, &time));
  g_assert_cmpint (time, ==, 7);
  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_assert_true (japanese_text_parse_time (times[i].text, &time));
      g_assert_cmpint (time, ==, times[i].seconds * G_USEC_PER_SEC);
    }
}

static void
test_format (void)
{
  static const struct
  {
    gint64 now;
    const char *date;
  } cases[] = { { 0, "19700101" },
                { 15 * 3600 * (gint64)G_USEC_PER_SEC - 1, "19700101" },
                { 15 * 3600 * (gint64)G_USEC_PER_SEC, "19700102" },
                { -9 * 3600 * (gint64)G_USEC_PER_SEC, "19700101" },
                { -9 * 3600 * (gint64)G_USEC_PER_SEC - 1, "19691231" },
                { G_GINT64_CONSTANT (1709218799) * G_USEC_PER_SEC, "20240229" },
                { G_MAXINT64, "99991231" },
                { G_MININT64, "00010101" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *date = japanese_text_format_date (cases[i].now);

      g_assert_cmpstr (date, ==, cases[i].date);
    }
}

/* Every day that four digits hold is as GDate counts it. */
static void
test_every_day (void)
{
  for (gint64 julian = 1; julian <= 3652059; julian += julian % 365 < 10 ? 1 : 37)
    {
      g_autofree char *date = japanese_text_format_date ((julian - 719163) * 86400 * G_USEC_PER_SEC);
      g_autofree char *expected = NULL;
      GDate day;

      g_date_clear (&day, 1);
      g_date_set_julian (&day, (guint32)julian);
      expected
          = g_strdup_printf ("%04u%02u%02u", g_date_get_year (&day), g_date_get_month (&day), g_date_get_day (&day));
      g_assert_cmpstr (date, ==, expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/japanese-text/unmapped", test_unmapped);
  g_test_add_func ("/japanese-text/fold-width", test_fold_width);
  g_test_add_func ("/japanese-text/dates", test_dates);
  g_test_add_func ("/japanese-text/times", test_times);
  g_test_add_func ("/japanese-text/format", test_format);
  g_test_add_func ("/japanese-text/every-day", test_every_day);
  return g_test_run ();
}
