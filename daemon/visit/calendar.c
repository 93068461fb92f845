/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * calendar: in come files; each certificate in them is an entry with its end. Out go the entries, the soonest first, a
 * warning when one has come down to a threshold, and the time of the next threshold of all.
 */
#include "visit/calendar.h"

#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "center/token.h"
#include "codec/certificate-dates.h"

#define DAY ((gint64)24 * 60 * 60 * G_USEC_PER_SEC)
#define URGENT_DAYS 7 /* days: from here on it is an error in the log */

static const gint thresholds[] = { 0, 1, 2, 3, 4, 5, 6, 7, 15, 30, 60, 90 };
#define N_THRESHOLDS G_N_ELEMENTS (thresholds)

typedef struct
{
  const char *what;
  char *path;
  gboolean is_unread;
} Source;

typedef struct
{
  StationExpiry expiry; /* first: the list is of these */
  const char *from;     /* static: the name of its source */
  GBytes *subject;      /* NULL: of a token */
  gint threshold;       /* that it has come down to; -1: none */
  gint64 told[N_THRESHOLDS];
} Entry;

struct Calendar
{
  const CalendarObserver *observer;
  gpointer user_data;
  GArray *sources; /* of Source */
  gint64 uri_end;
  GPtrArray *entries; /* of Entry, the soonest first */
};

gint
calendar_count_days (gint64 expires, gint64 now)
{
  return expires > now ? (gint)MIN ((expires - now - 1) / DAY + 1, G_MAXINT) : 0;
}

/* find_threshold: its place in the table, N_THRESHOLDS: none. */
static gsize
find_threshold (gint days)
{
  gsize i = 0;

  while (i < N_THRESHOLDS && thresholds[i] < days)
    i++;
  return i;
}

gint
calendar_find_threshold (gint days)
{
  gsize i = find_threshold (days);

  return i < N_THRESHOLDS ? thresholds[i] : -1;
}

gint64
calendar_next (gint64 expires, gint64 now)
{
  gsize i = find_threshold (calendar_count_days (expires, now));

  return i > 0 ? expires - thresholds[i - 1] * DAY : G_MAXINT64;
}

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  g_clear_pointer (&entry->subject, g_bytes_unref);
  g_free (entry->expiry.source);
  g_free (entry);
}

static void
add_entry (GPtrArray *entries, const char *from, const char *what, const char *source, gint64 expires, GBytes *subject)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->from = from;
  entry->expiry = (StationExpiry){ .what = what, .source = g_strdup (source), .expires = expires };
  entry->subject = subject != NULL ? g_bytes_ref (subject) : NULL;
  entry->threshold = -1;
  g_ptr_array_add (entries, entry);
}

/* Behind the institution's own certificate its file has those of the authorities that it was issued by. */
static const char *
name_next (const char *what)
{
  return strcmp (what, CALENDAR_INSTITUTION) == 0 ? "institution-ca" : what;
}

/* The file of a certificate can hold its key: nothing of its text is left behind. */
static void
read_file (GPtrArray *entries, const char *what, const char *path)
{
  g_autoptr (Secret) text = file_read (path, FILE_PEM_SIZE_MAXIMUM, FILE_OWN, NULL);
  g_autoptr (GArray) dates = NULL;

  if (text == NULL)
    return;
  dates = certificate_dates_read ((const char *)secret_get_data (text), strlen ((const char *)secret_get_data (text)));
  for (guint i = 0; i < dates->len; i++)
    {
      const CertificateDates *certificate = &g_array_index (dates, CertificateDates, i);

      add_entry (entries, what, i == 0 ? what : name_next (what), path, certificate->not_after * G_USEC_PER_SEC,
                 certificate->subject);
    }
}

static gint
compare_ends (gconstpointer a, gconstpointer b)
{
  const StationExpiry *first = *(const StationExpiry *const *)a, *second = *(const StationExpiry *const *)b;

  return first->expires < second->expires ? -1 : first->expires > second->expires;
}

static gboolean
is_of_same_place (const Entry *entry, const Entry *other)
{
  return strcmp (entry->expiry.what, other->expiry.what) == 0
         && strcmp (entry->expiry.source, other->expiry.source) == 0 && entry->subject != NULL && other->subject != NULL
         && g_bytes_equal (entry->subject, other->subject);
}

/*
 * An authority's next generation has its name and lies in the same file, so that both are trusted for a while. Of the
 * institution's own certificates the file's first is used, whatever else is there.
 */
static void
mark_replaced (GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    for (guint j = i + 1; j < entries->len; j++)
      {
        Entry *entry = g_ptr_array_index (entries, i);

        if (strcmp (entry->expiry.what, CALENDAR_INSTITUTION) != 0
            && is_of_same_place (entry, g_ptr_array_index (entries, j)))
          entry->expiry.replaced = TRUE;
      }
}

/* What was read of a source before. */
static void
keep_entries (GPtrArray *entries, const char *from, const GPtrArray *old)
{
  for (guint i = 0; i < old->len; i++)
    {
      const Entry *entry = g_ptr_array_index (old, i);

      if (strcmp (entry->from, from) == 0)
        add_entry (entries, from, entry->expiry.what, entry->expiry.source, entry->expiry.expires, entry->subject);
    }
}

static GPtrArray *
read_sources (const Calendar *calendar, const GPtrArray *old)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func (free_entry);

  for (guint i = 0; i < calendar->sources->len; i++)
    {
      Source *source = &g_array_index (calendar->sources, Source, i);

      if (!source->is_unread)
        keep_entries (entries, source->what, old);
      else if (source->path != NULL && !token_is_uri (source->path))
        read_file (entries, source->what, source->path);
      else if (source->path != NULL && calendar->uri_end != 0)
        add_entry (entries, source->what, source->what, source->path, calendar->uri_end, NULL);
      source->is_unread = FALSE;
    }
  g_ptr_array_sort (entries, compare_ends);
  mark_replaced (entries);
  return entries;
}

static gboolean
is_same (const Entry *entry, const Entry *other)
{
  return entry->expiry.expires == other->expiry.expires
         && (entry->subject == NULL ? other->subject == NULL && strcmp (entry->expiry.source, other->expiry.source) == 0
                                    : is_of_same_place (entry, other));
}

/* take_over: what was told of an entry that was there before. Return: whether anything is new. */
static gboolean
take_over (GPtrArray *entries, GPtrArray *old)
{
  gboolean changed = entries->len != old->len;

  for (guint i = 0; i < entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (entries, i);
      const Entry *before = NULL;

      for (guint j = 0; j < old->len && before == NULL; j++)
        if (is_same (entry, g_ptr_array_index (old, j)))
          before = g_ptr_array_index (old, j);
      changed |= before == NULL;
      if (before == NULL)
        continue;
      entry->threshold = before->threshold;
      memcpy (entry->told, before->told, sizeof entry->told);
    }
  return changed;
}

static void
warn (Calendar *calendar, const StationExpiry *expiry, gint days)
{
  g_autoptr (GDateTime) end = g_date_time_new_from_unix_utc (expiry->expires / G_USEC_PER_SEC);
  g_autofree char *date = end != NULL ? g_date_time_format (end, "%F") : g_strdup ("?");
  const LogField fields[] = {
    { "SHIKAKU_WHAT", expiry->what }, { "SHIKAKU_SOURCE", expiry->source }, { "SHIKAKU_EXPIRES", date }, { NULL, NULL }
  };

  if (days == 0)
    log_event (LOG_ERR, SHIKAKU_MESSAGE_EXPIRED, NULL, fields, "calendar: %s has ended on %s: %s", expiry->what, date,
               expiry->source);
  else
    log_event (days <= URGENT_DAYS ? LOG_ERR : LOG_WARNING, SHIKAKU_MESSAGE_EXPIRY_NEAR, NULL, fields,
               "calendar: %s ends on %s, in %d day%s: %s", expiry->what, date, days, days == 1 ? "" : "s",
               expiry->source);
  calendar->observer->near (expiry, days, calendar->user_data);
}

/* A clock that is set back and forth does not repeat what was said within a day. */
static void
watch_entry (Calendar *calendar, Entry *entry, gint64 now)
{
  gint days = calendar_count_days (entry->expiry.expires, now);
  gsize i = find_threshold (days);
  gint threshold = calendar_find_threshold (days);
  gint64 running = g_get_monotonic_time ();

  if (threshold == entry->threshold || entry->expiry.replaced)
    return;
  entry->threshold = threshold;
  if (threshold < 0 || (entry->told[i] != 0 && running - entry->told[i] < DAY))
    return;
  entry->told[i] = running;
  warn (calendar, &entry->expiry, days);
}

gint64
calendar_recalculate (Calendar *calendar)
{
  g_autoptr (GPtrArray) old = g_steal_pointer (&calendar->entries);
  gint64 now = g_get_real_time (), next = G_MAXINT64;

  calendar->entries = read_sources (calendar, old);
  if (take_over (calendar->entries, old))
    calendar->observer->changed (calendar->user_data);
  for (guint i = 0; i < calendar->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (calendar->entries, i);

      watch_entry (calendar, entry, now);
      if (!entry->expiry.replaced)
        next = MIN (next, calendar_next (entry->expiry.expires, now));
    }
  return next;
}

const GPtrArray *
calendar_get_expiries (Calendar *calendar)
{
  return calendar->entries;
}

static void
clear_source (gpointer source)
{
  g_free (((Source *)source)->path);
}

static GArray *
new_sources (void)
{
  GArray *sources = g_array_new (FALSE, FALSE, sizeof (Source));

  g_array_set_clear_func (sources, clear_source);
  return sources;
}

static gboolean
is_unread (const Calendar *calendar, const char *what)
{
  for (guint i = 0; i < calendar->sources->len; i++)
    if (strcmp (g_array_index (calendar->sources, Source, i).what, what) == 0)
      return g_array_index (calendar->sources, Source, i).is_unread;
  return TRUE;
}

void
calendar_set_sources (Calendar *calendar, const CalendarSource *sources)
{
  GArray *list = new_sources ();

  for (; sources->what != NULL; sources++)
    {
      /* Behind the "?" of a URI stands where its PIN is, which is not for everybody. */
      const Source source = { sources->what, token_strip_uri (sources->path), is_unread (calendar, sources->what) };

      g_array_append_val (list, source);
    }
  g_array_unref (calendar->sources);
  calendar->sources = list;
}

void
calendar_read_again (Calendar *calendar, const char *what)
{
  for (guint i = 0; i < calendar->sources->len; i++)
    {
      Source *source = &g_array_index (calendar->sources, Source, i);

      source->is_unread |= what == NULL || strcmp (source->what, what) == 0;
    }
}

gboolean
calendar_set_uri_end (Calendar *calendar, gint64 expires)
{
  gboolean changed = FALSE;

  for (guint i = 0; i < calendar->sources->len; i++)
    {
      Source *source = &g_array_index (calendar->sources, Source, i);

      if (!token_is_uri (source->path) || expires == calendar->uri_end)
        continue;
      source->is_unread = TRUE;
      changed = TRUE;
    }
  calendar->uri_end = expires;
  return changed;
}

Calendar *
calendar_new (const CalendarObserver *observer, gpointer user_data)
{
  Calendar *calendar = g_new0 (Calendar, 1);

  calendar->observer = observer;
  calendar->user_data = user_data;
  calendar->sources = new_sources ();
  calendar->entries = g_ptr_array_new_with_free_func (free_entry);
  return calendar;
}

void
calendar_free (Calendar *calendar)
{
  g_array_unref (calendar->sources);
  g_ptr_array_unref (calendar->entries);
  g_free (calendar);
}
