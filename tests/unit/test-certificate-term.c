/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-certificate-term: the days on which a card's certificate begins to end, ends, and is over, in Japan. */
#include "codec/certificate-term.h"

#include "codec/japanese-text.h"

/* The first second of @day in Japan, which is the day before in UTC. */
static gint64
begin_of (const char *day)
{
  g_autofree char *text = g_strconcat (day, "000000", NULL);
  gint64 time = 0;

  g_assert_true (japanese_text_parse_time (text, &time));
  return time / G_USEC_PER_SEC;
}

static gint64
end_of (const char *day)
{
  return begin_of (day) + 24 * 60 * 60 - 1;
}

/* The last day, and the days around it on which something else is true; the last two are next to each other. */
static const struct
{
  const char *last_day, *good_until, *ending_from, *ended_until, *over_from;
} rows[] = {
  { "20270415", "20270114", "20270115", "20270731", "20270801" },
  { "20270101", "20260930", "20261001", "20270430", "20270501" },
  { "20271231", "20270929", "20270930", "20280331", "20280401" }, /* there is no 31st of September */
  { "20270531", "20270227", "20270228", "20270831", "20270901" },
  { "20280531", "20280228", "20280229", "20280831", "20280901" }, /* a leap year */
  { "20280530", "20280228", "20280229", "20280831", "20280901" },
  { "20280529", "20280228", "20280229", "20280831", "20280901" },
  { "20280528", "20280227", "20280228", "20280831", "20280901" },
  { "20271130", "20270829", "20270830", "20280229", "20280301" },
  { "20261115", "20260814", "20260815", "20270228", "20270301" },
  { "20280229", "20271128", "20271129", "20280531", "20280601" },
  { "21000228", "20991127", "20991128", "21000531", "21000601" }, /* no leap year */
  { "20991130", "20990829", "20990830", "21000228", "21000301" },
};

static void
test_days (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const gint64 not_after = end_of (rows[i].last_day);
      g_autofree char *day = certificate_term_format (not_after);

      g_test_message ("%s", rows[i].last_day);
      g_assert_cmpstr (day, ==, rows[i].last_day);
      g_assert_cmpint (certificate_term_judge (not_after, end_of (rows[i].good_until)), ==, CERTIFICATE_TERM_GOOD);
      g_assert_cmpint (end_of (rows[i].good_until) + 1, ==, begin_of (rows[i].ending_from));
      g_assert_cmpint (certificate_term_judge (not_after, begin_of (rows[i].ending_from)), ==, CERTIFICATE_TERM_ENDING);
      g_assert_cmpint (certificate_term_judge (not_after, not_after), ==, CERTIFICATE_TERM_ENDING);
      g_assert_cmpint (certificate_term_judge (not_after, not_after + 1), ==, CERTIFICATE_TERM_ENDED);
      g_assert_cmpint (certificate_term_judge (not_after, end_of (rows[i].ended_until)), ==, CERTIFICATE_TERM_ENDED);
      g_assert_cmpint (end_of (rows[i].ended_until) + 1, ==, begin_of (rows[i].over_from));
      g_assert_cmpint (certificate_term_judge (not_after, begin_of (rows[i].over_from)), ==, CERTIFICATE_TERM_OVER);
    }
}

/* One that ends in the middle of a day has ended there, and that day's month counts. */
static void
test_middle_of_the_day (void)
{
  const gint64 not_after = begin_of ("20270430") + 60;

  g_assert_cmpint (certificate_term_judge (not_after, begin_of ("20270430")), ==, CERTIFICATE_TERM_ENDING);
  g_assert_cmpint (certificate_term_judge (not_after, end_of ("20270430")), ==, CERTIFICATE_TERM_ENDED);
  g_assert_cmpint (certificate_term_judge (not_after, end_of ("20270731")), ==, CERTIFICATE_TERM_ENDED);
  g_assert_cmpint (certificate_term_judge (not_after, begin_of ("20270801")), ==, CERTIFICATE_TERM_OVER);
}

/* What a card can say: the last second that X.509 has, and a clock that was never set. */
static void
test_far (void)
{
  const gint64 never = G_GINT64_CONSTANT (253402300799);

  g_assert_cmpint (certificate_term_judge (never, begin_of ("20270430")), ==, CERTIFICATE_TERM_GOOD);
  g_assert_cmpint (certificate_term_judge (end_of ("20270430"), 0), ==, CERTIFICATE_TERM_GOOD);
  g_assert_cmpint (certificate_term_judge (-1, begin_of ("20270430")), ==, CERTIFICATE_TERM_OVER);
  g_assert_cmpint (certificate_term_judge (never, never + 1), ==, CERTIFICATE_TERM_ENDED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/certificate-term/days", test_days);
  g_test_add_func ("/certificate-term/middle-of-the-day", test_middle_of_the_day);
  g_test_add_func ("/certificate-term/far", test_far);
  return g_test_run ();
}
