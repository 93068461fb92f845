/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * metrics: see the header. In: what the station knows and has counted. Out: one file.
 *
 * Both formats in one text: OpenMetrics wants counters to end in _total, units, and an end mark; Prometheus knows no
 * other types than counter, gauge and histogram, and takes the rest for comments.
 */
#include "visit/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/message-ids.h"
#include "visit/station-readers.h"
#include "visit/station-settings.h"

#define FIRST_WRITE_SECONDS 1     /* seconds: when the readers are known */
#define WRITE_INTERVAL_SECONDS 15 /* seconds */
#define FILE_MODE 0640            /* whatever the umask is: the collector is of the folder's group */

struct Metrics
{
  Station *station;
  char *path;
  guint timer; /* while something is unwritten */
  gboolean failed;
};

static const struct
{
  const char *family, *help;
} helps[] = {
  { "answers", "Answers of visits that are done." },
  { "answers_by_evidence", "Answers of visits that are done, by what they rest on." },
  { "arrivals", "Results that terminals have brought, by what became of them." },
  { "cards_read", "Cards that were read." },
  { "pins_asked", "Requests for a PIN." },
  { "pins_wrong", "Tries of a PIN that a card has refused." },
  { "consents", "Answers of patients to questions for consent." },
  { "cards_registered", "Cards that the center has registered as insurance cards." },
  { "consents_unregistered", "Consents granted that the center did not take down." },
  { "center_calls", "Calls to the center that were not given up." },
  { "center_call_failures", "Calls to the center that were not answered as they should be." },
  { "own_challenges", "Challenges that were made here, while the center gave none." },
  { "outages_queued", "Questions kept while the center was away." },
  { "outages_unqueued", "Questions that could not be kept." },
  { "outages_resolved", "Questions kept that have come to their end, by fate." },
  { "readers_lost", "Readers that went away." },
  { "service_losses", "Times that pcscd stopped." },
  { "calls_refused", "Calls on the bus from those without the right." },
  { "calls_braked", "Calls on the bus over a limit." },
};

/* add_texts: @texts, up to NULL. To format two hundred rows would cost as much as a check. */
static void
add_texts (GString *text, const char *const *texts)
{
  for (; *texts != NULL; texts++)
    g_string_append (text, *texts);
}

#define ADD_TEXTS(text, ...) add_texts (text, (const char *const[]){ __VA_ARGS__, NULL })

/* end_row: with a blank and @number. */
static void
end_row (GString *text, guint64 number)
{
  char digits[24];
  gsize i = sizeof digits;

  digits[--i] = '\n';
  do
    digits[--i] = (char)('0' + number % 10);
  while ((number /= 10) > 0);
  digits[--i] = ' ';
  g_string_append_len (text, digits + i, (gssize)(sizeof digits - i));
}

static void
add_type (GString *text, const char *family, const char *type, const char *unit, const char *help)
{
  ADD_TEXTS (text, "# TYPE shikaku_", family, " ", type, "\n");
  if (unit != NULL)
    ADD_TEXTS (text, "# UNIT shikaku_", family, " ", unit, "\n");
  ADD_TEXTS (text, "# HELP shikaku_", family, " ", help, "\n");
}

static void
add_gauge (GString *text, const char *family, const char *help, guint value)
{
  add_type (text, family, "gauge", NULL, help);
  ADD_TEXTS (text, "shikaku_", family);
  end_row (text, value);
}

/* add_seconds: @microseconds as a decimal number, in no locale's writing. */
static void
add_seconds (GString *text, guint64 microseconds)
{
  g_string_append_printf (text, "%" G_GUINT64_FORMAT ".%06u\n", microseconds / G_USEC_PER_SEC,
                          (guint)(microseconds % G_USEC_PER_SEC));
}

static const char *
find_help (const char *family)
{
  for (gsize i = 0; i < G_N_ELEMENTS (helps); i++)
    if (strcmp (helps[i].family, family) == 0)
      return helps[i].help;
  g_return_val_if_reached ("");
}

static void
add_visits (GString *text, const Statistics *statistics)
{
  add_type (text, "visits", "counter", NULL, "Visits that have ended, by origin and outcome.");
  for (guint origin = 0; origin < VISIT_N_ORIGINS; origin++)
    for (guint i = 0; i < STATISTICS_N_OUTCOMES; i++)
      {
        ADD_TEXTS (text, "shikaku_visits_total{origin=\"", visit_origin_get (origin)->word, "\",outcome=\"",
                   visit_state_to_string (VISIT_DONE + i), "\"}");
        end_row (text, statistics->visits[origin][i]);
      }
}

static void
add_counters (GString *text, const Statistics *statistics)
{
  const char *last = "";

  for (guint i = 0; i < STATISTICS_N_COUNTERS; i++)
    {
      const char *family = statistics_get_family (i), *label = statistics_get_label (i);

      if (strcmp (family, last) != 0)
        add_type (text, family, "counter", NULL, find_help (family));
      last = family;
      ADD_TEXTS (text, "shikaku_", family, "_total");
      if (*label != '\0')
        ADD_TEXTS (text, "{", label, "}");
      end_row (text, statistics->counters[i]);
    }

  add_type (text, "visit_errors", "counter", NULL, "Visits that an error has ended.");
  for (guint i = 1; i < SHIKAKU_N_ERRORS; i++)
    {
      ADD_TEXTS (text, "shikaku_visit_errors_total{error=\"", shikaku_error_get_short_name ((ShikakuError)i), "\"}");
      end_row (text, statistics->failures[i]);
    }
}

/* format_limit: the one way that OpenMetrics has to write it: 0.01, 2.5, 1.0. */
static void
format_limit (char limit[G_ASCII_DTOSTR_BUF_SIZE], gint64 microseconds)
{
  const char *format = microseconds % G_USEC_PER_SEC == 0 ? "%.1f" : "%g";

  g_ascii_formatd (limit, G_ASCII_DTOSTR_BUF_SIZE, format, (double)microseconds / G_USEC_PER_SEC);
}

static void
add_times (GString *text, const Statistics *statistics)
{
  add_type (text, "visit_part_seconds", "histogram", "seconds", "Time of a visit, by what it was spent on.");
  for (guint part = 0; part < VISIT_N_PARTS; part++)
    {
      const StatisticsTimes *times = &statistics->times[part];
      const char *name = statistics_get_part (part);
      guint64 count = 0;

      for (guint i = 0; i <= STATISTICS_N_BUCKETS; i++)
        {
          char limit[G_ASCII_DTOSTR_BUF_SIZE] = "+Inf";

          if (i < STATISTICS_N_BUCKETS)
            format_limit (limit, statistics_get_limit (i));
          count += times->buckets[i];
          ADD_TEXTS (text, "shikaku_visit_part_seconds_bucket{part=\"", name, "\",le=\"", limit, "\"}");
          end_row (text, count);
        }
      ADD_TEXTS (text, "shikaku_visit_part_seconds_count{part=\"", name, "\"}");
      end_row (text, count);
      g_string_append_printf (text, "shikaku_visit_part_seconds_sum{part=\"%s\"} ", name);
      add_seconds (text, times->sum);
    }
}

static void
add_center (GString *text, Station *station)
{
  static const char *const states[] = { "online", "degraded", "offline", "unknown" };
  const char *state = station_get_center (station);

  add_type (text, "center_state", "gauge", NULL, "1 for the state that the center is in.");
  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    {
      ADD_TEXTS (text, "shikaku_center_state{state=\"", states[i], "\"}");
      end_row (text, strcmp (state, states[i]) == 0);
    }
}

/* add_expiries: of several of a kind the soonest, so that no two rows have the same label. */
static void
add_expiries (GString *text, Station *station)
{
  g_autoptr (GPtrArray) expiries = station_get_expiries (station);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  add_type (text, "credential_expires_seconds", "gauge", "seconds",
            "When a credential ends, since the epoch; of several the first.");
  for (guint i = 0; i < expiries->len; i++)
    {
      const StationExpiry *expiry = expiries->pdata[i];

      if (expiry->replaced || !g_hash_table_add (seen, (gpointer)expiry->what))
        continue;
      g_string_append_printf (text, "shikaku_credential_expires_seconds{what=\"%s\"} %" G_GINT64_FORMAT "\n",
                              expiry->what, expiry->expires / G_USEC_PER_SEC);
    }
}

char *
metrics_format (Station *station, guint up)
{
  const Statistics *statistics = station_get_statistics (station);
  g_autoptr (GPtrArray) readers = station_get_readers (station);
  g_auto (StationSettingsState) settings = station_get_settings (station);
  GString *text = g_string_sized_new (16384);

  add_gauge (text, "up", "Whether the daemon is at work.", up);
  add_type (text, "build_info", "gauge", NULL, "The version of the daemon.");
  g_string_append (text, "shikaku_build_info{version=\"" SHIKAKU_VERSION "\"} 1\n");
  add_type (text, "start_time_seconds", "gauge", "seconds", "When the daemon was started, since the epoch.");
  g_string_append (text, "shikaku_start_time_seconds ");
  add_seconds (text, (guint64)statistics->since);
  add_gauge (text, "service_up", "Whether pcscd is there.", station_is_service_available (station) ? 1 : 0);
  add_gauge (text, "readers", "Readers that are there.", readers->len);
  add_center (text, station);
  add_gauge (text, "settings_in_use", "Whether the settings and credentials that were given last are in use.",
             settings.reason == NULL ? 1 : 0);
  add_gauge (text, "queued", "Questions that wait until the center is back.",
             outage_get_count (station_get_outage (station)));
  add_expiries (text, station);
  add_visits (text, statistics);
  add_counters (text, statistics);
  add_times (text, statistics);
  g_string_append (text, "# EOF\n");
  return g_string_free (text, FALSE);
}

/* write_new: Return: FALSE with errno. */
static gboolean
write_new (const char *path, const char *text, gsize size)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, FILE_MODE);
  struct stat status;
  gboolean written;

  if (fd < 0)
    return FALSE;
  errno = ENOSPC; /* of a short write, and of what is no file */
  written = fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && fchmod (fd, FILE_MODE) == 0
            && write (fd, text, size) == (gssize)size;
  return close (fd) == 0 && written;
}

static void
write_file (Metrics *metrics, guint up)
{
  /* The collector reads only what ends in .prom. */
  g_autofree char *new = g_strconcat (metrics->path, ".new", NULL);
  g_autofree char *text = metrics_format (metrics->station, up);

  if (write_new (new, text, strlen (text)) && rename (new, metrics->path) == 0)
    {
      metrics->failed = FALSE;
      return;
    }
  if (!metrics->failed)
    log_event (LOG_WARNING, SHIKAKU_MESSAGE_METRICS_FAILED, NULL, LOG_FIELD ("SHIKAKU_FILE", metrics->path),
               "metrics: %s cannot be written: %s", metrics->path, g_strerror (errno));
  metrics->failed = TRUE;
  unlink (new);
}

static gboolean
on_timer (gpointer user_data)
{
  Metrics *metrics = user_data;

  metrics->timer = 0;
  write_file (metrics, 1);
  return G_SOURCE_REMOVE;
}

static void
on_changed (gpointer user_data)
{
  Metrics *metrics = user_data;

  if (metrics->timer == 0)
    metrics->timer = g_timeout_add_seconds (WRITE_INTERVAL_SECONDS, on_timer, metrics);
}

Metrics *
metrics_new (Station *station, const char *path)
{
  Metrics *metrics = g_new0 (Metrics, 1);

  metrics->station = station;
  metrics->path = g_strdup (path);
  metrics->timer = g_timeout_add_seconds (FIRST_WRITE_SECONDS, on_timer, metrics);
  statistics_watch (station_get_statistics (station), on_changed, metrics);
  return metrics;
}

void
metrics_free (Metrics *metrics)
{
  statistics_watch (station_get_statistics (metrics->station), NULL, NULL);
  g_clear_handle_id (&metrics->timer, g_source_remove);
  write_file (metrics, 0);
  g_free (metrics->path);
  g_free (metrics);
}

void
metrics_configure (Metrics *metrics, const char *path)
{
  if (strcmp (metrics->path, path) == 0)
    return;
  unlink (metrics->path);
  g_free (metrics->path);
  metrics->path = g_strdup (path);
  metrics->failed = FALSE;
  on_changed (metrics);
}
