/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-statistics: what is counted under which name. */
#include <gio/gio.h>
#include <string.h>

#include "visit/statistics.h"

static void
on_changed (gpointer user_data)
{
  (*(guint *)user_data)++;
}

static void
collect (const char *name, guint64 value, gpointer user_data)
{
  /* no name twice */
  g_assert_true (g_hash_table_insert (user_data, g_strdup (name), g_memdup2 (&value, sizeof value)));
}

static GHashTable *
collect_all (const Statistics *statistics)
{
  GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  statistics_foreach (statistics, collect, table);
  return table;
}

#define assert_value(table, name, value) g_assert_cmpuint (*(guint64 *)g_hash_table_lookup (table, name), ==, value)

static void
test_names (void)
{
  Statistics statistics = { .since = 77 };
  g_autoptr (GHashTable) table = NULL;

  for (guint i = 0; i < STATISTICS_N_COUNTERS; i++)
    {
      const char *name = statistics_get_name (i);

      g_assert_true (g_ascii_isupper (*name));
      g_assert_cmpuint (strspn (name, G_CSET_A_2_Z G_CSET_a_2_z), ==, strlen (name));
      /* a family is one block, and the same words stand twice nowhere */
      for (guint j = 0; j < i; j++)
        g_assert_false (strcmp (statistics_get_family (i), statistics_get_family (j)) == 0
                        && (strcmp (statistics_get_label (i), statistics_get_label (j)) == 0
                            || strcmp (statistics_get_family (i), statistics_get_family (i - 1)) != 0));
      for (guint j = 0; j <= i; j++)
        statistics_count (&statistics, i);
    }
  for (guint origin = 0; origin < VISIT_N_ORIGINS; origin++)
    for (guint state = VISIT_DONE; state < VISIT_N_STATES; state++)
      for (guint i = 0; i <= origin * STATISTICS_N_OUTCOMES + state; i++)
        statistics_count_visit (&statistics, origin, state);
  statistics_count_failure (&statistics, SHIKAKU_ERROR_PIN_INCORRECT);

  table = collect_all (&statistics);
  for (guint i = 0; i < STATISTICS_N_COUNTERS; i++)
    assert_value (table, statistics_get_name (i), i + 1);
  assert_value (table, "CardVisitsDone", VISIT_DONE + 1);
  assert_value (table, "CardVisitsFailed", VISIT_FAILED + 1);
  assert_value (table, "NumberVisitsCancelled", STATISTICS_N_OUTCOMES + VISIT_CANCELLED + 1);
  assert_value (table, "Since", 77);
  assert_value (table, "FailedPinIncorrect", 1);
  g_assert_false (g_hash_table_contains (table, "FailedCardMute"));
  g_assert_cmpuint (g_hash_table_size (table), ==,
                    1 + STATISTICS_N_COUNTERS + VISIT_N_ORIGINS * STATISTICS_N_OUTCOMES + VISIT_N_PARTS + 1);
}

static void
test_calls (void)
{
  guint changes = 0;
  Statistics statistics = { .changed = on_changed, .changed_data = &changes };
  g_autoptr (GError) cancelled = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "");
  g_autoptr (GError) given_up = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "");
  g_autoptr (GError) busy = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_BUSY, "");

  statistics_count_call (&statistics, STATISTICS_QUERIES, cancelled);
  statistics_count_call (&statistics, STATISTICS_QUERIES, given_up);
  g_assert_cmpuint (changes, ==, 0);
  statistics_count_call (&statistics, STATISTICS_QUERIES, busy);
  statistics_count_call (&statistics, STATISTICS_QUERIES, NULL);
  statistics_count_call (&statistics, STATISTICS_CHALLENGES, busy);
  statistics_count_call (&statistics, STATISTICS_REGISTRATIONS, busy);
  g_assert_cmpuint (changes, ==, 4);
  g_assert_cmpuint (statistics.counters[STATISTICS_QUERIES], ==, 2);
  g_assert_cmpuint (statistics.counters[STATISTICS_QUERIES_FAILED], ==, 1);
  g_assert_cmpuint (statistics.counters[STATISTICS_CHALLENGES_FAILED], ==, 1);
  g_assert_cmpuint (statistics.counters[STATISTICS_REGISTRATIONS_FAILED], ==, 1);
}

static void
test_times (void)
{
  Statistics statistics = { .since = 0 };
  VisitClock clock = { { statistics_get_limit (0), 0, G_MAXUINT, statistics_get_limit (3) + 1 } };
  g_autoptr (GHashTable) table = NULL;

  for (guint i = 1; i < STATISTICS_N_BUCKETS; i++)
    g_assert_cmpint (statistics_get_limit (i), >, statistics_get_limit (i - 1));
  statistics_count_times (&statistics, &clock);
  statistics_count_times (&statistics, &clock);
  g_assert_cmpuint (statistics.times[VISIT_PART_CARD].buckets[0], ==, 2);
  g_assert_cmpuint (statistics.times[VISIT_PART_PERSON].buckets[0], ==, 2);
  g_assert_cmpuint (statistics.times[VISIT_PART_CENTER].buckets[STATISTICS_N_BUCKETS], ==, 2);
  g_assert_cmpuint (statistics.times[VISIT_PART_OWN].buckets[4], ==, 2);

  table = collect_all (&statistics);
  assert_value (table, "CardTime", 2 * (guint64)statistics_get_limit (0));
  assert_value (table, "PersonTime", 0);
  assert_value (table, "CenterTime", 2 * (guint64)G_MAXUINT);
  assert_value (table, "OwnTime", 2 * (guint64)statistics_get_limit (3) + 2);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/statistics/names", test_names);
  g_test_add_func ("/statistics/calls", test_calls);
  g_test_add_func ("/statistics/times", test_times);
  return g_test_run ();
}
