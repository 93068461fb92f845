/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* statistics: see the header. */
#include "visit/statistics.h"

#include <gio/gio.h>

static const struct
{
  const char *name, *family, *label;
} words[] = {
#define STATISTICS_WORDS(suffix, name, family, label) { name, family, label },
  STATISTICS_COUNTERS (STATISTICS_WORDS)
#undef STATISTICS_WORDS
};

static const struct
{
  const char *part, *name;
} parts[] = {
  [VISIT_PART_CARD] = { "card", "CardTime" },
  [VISIT_PART_PERSON] = { "person", "PersonTime" },
  [VISIT_PART_CENTER] = { "center", "CenterTime" },
  [VISIT_PART_OWN] = { "own", "OwnTime" },
};

/* Microseconds. A desk notices a second; a person takes up to the two minutes that a visit has. */
static const gint64 limits[STATISTICS_N_BUCKETS]
    = { 5000, 10000, 50000, 100000, 250000, 500000, 1000000, 2500000, 5000000, 15000000, 60000000, 120000000 };

/* For names on the bus: CardVisitsDone. */
static const char *const outcomes[STATISTICS_N_OUTCOMES] = { "Done", "Failed", "Cancelled" };

void
statistics_watch (Statistics *statistics, void (*changed) (gpointer user_data), gpointer user_data)
{
  statistics->changed = changed;
  statistics->changed_data = user_data;
}

void
statistics_note_changed (Statistics *statistics)
{
  if (statistics->changed != NULL)
    statistics->changed (statistics->changed_data);
}

void
statistics_count (Statistics *statistics, StatisticsCounter counter)
{
  statistics->counters[counter]++;
  statistics_note_changed (statistics);
}

void
statistics_count_visit (Statistics *statistics, VisitOrigin origin, VisitState state)
{
  statistics->visits[origin][state - VISIT_DONE]++;
  statistics_note_changed (statistics);
}

void
statistics_count_failure (Statistics *statistics, ShikakuError error)
{
  statistics->failures[error]++;
  statistics_note_changed (statistics);
}

void
statistics_count_times (Statistics *statistics, const VisitClock *clock)
{
  for (guint part = 0; part < VISIT_N_PARTS; part++)
    {
      guint i = 0;

      while (i < STATISTICS_N_BUCKETS && clock->parts[part] > limits[i])
        i++;
      statistics->times[part].buckets[i]++;
      statistics->times[part].sum += (guint64)clock->parts[part];
    }
  statistics_note_changed (statistics);
}

void
statistics_count_call (Statistics *statistics, StatisticsCounter call, const GError *error)
{
  if (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (error != NULL)
    statistics->counters[call - STATISTICS_CHALLENGES + STATISTICS_CHALLENGES_FAILED]++;
  statistics_count (statistics, call);
}

gint64
statistics_get_limit (guint index)
{
  g_return_val_if_fail (index < STATISTICS_N_BUCKETS, 0);

  return limits[index];
}

const char *
statistics_get_name (StatisticsCounter counter)
{
  return words[counter].name;
}

const char *
statistics_get_family (StatisticsCounter counter)
{
  return words[counter].family;
}

const char *
statistics_get_label (StatisticsCounter counter)
{
  return words[counter].label;
}

const char *
statistics_get_part (VisitPart part)
{
  return parts[part].part;
}

void
statistics_foreach (const Statistics *statistics, StatisticsFunction function, gpointer user_data)
{
  function ("Since", (guint64)statistics->since, user_data);
  for (guint i = 0; i < VISIT_N_ORIGINS * STATISTICS_N_OUTCOMES; i++)
    {
      guint origin = i / STATISTICS_N_OUTCOMES, outcome = i % STATISTICS_N_OUTCOMES;
      g_autofree char *name = g_strconcat (visit_origin_get (origin)->name, "Visits", outcomes[outcome], NULL);

      function (name, statistics->visits[origin][outcome], user_data);
    }
  for (guint i = 0; i < STATISTICS_N_COUNTERS; i++)
    function (words[i].name, statistics->counters[i], user_data);
  for (guint i = 0; i < VISIT_N_PARTS; i++)
    function (parts[i].name, statistics->times[i].sum, user_data);
  for (guint i = 1; i < SHIKAKU_N_ERRORS; i++)
    if (statistics->failures[i] != 0)
      {
        g_autofree char *name = g_strconcat ("Failed", shikaku_error_get_short_name ((ShikakuError)i), NULL);

        function (name, statistics->failures[i], user_data);
      }
}
