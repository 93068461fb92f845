/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * calendar: everything that ends, and when to say so. In: the files with certificates, or when what is in a token ends.
 * Out: a list, and a warning 90, 60, 30, 15, 7, 6, 5, 4, 3, 2 and 1 days before an end, and at it.
 *
 * A file is read once, and again only when somebody says that what it holds now is in use (calendar_read_again); in
 * between it keeps nothing but dates.
 */
#pragma once

#include <glib.h>

#define CALENDAR_INSTITUTION "institution-certificate"
#define CALENDAR_CENTER_CA "center-ca"
#define CALENDAR_CARD_CA "card-ca"

/* Where to look. An array of them is ended by a NULL what. */
typedef struct
{
  const char *what; /* static: center-ca, institution-certificate, card-ca */
  const char *path; /* of a PEM file; or a URI, whose end is told by calendar_set_uri_end; NULL: nothing there */
} CalendarSource;

/* What ends. */
typedef struct StationExpiry
{
  const char *what;  /* static: as its source's, and institution-ca for what lies behind the first of its file */
  char *source;      /* file or URI */
  gint64 expires;    /* microseconds since the epoch, UTC */
  gboolean replaced; /* its file has its successor: nobody needs to be warned */
} StationExpiry;

typedef struct
{
  void (*changed) (gpointer user_data); /* the list is another than before; before the warnings that come of it */
  /* near: @days until the end, counting the one that has begun; 0: it has ended. */
  void (*near) (const StationExpiry *expiry, gint days, gpointer user_data);
} CalendarObserver;

typedef struct Calendar Calendar;

/* calendar_new: empty. @observer must outlive it, and is called by calendar_recalculate. */
Calendar *calendar_new (const CalendarObserver *observer, gpointer user_data);
void calendar_free (Calendar *calendar);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Calendar, calendar_free)

/*
 * calendar_set_sources: where to look. The paths are copied. What was read of those of the same name before stays,
 * until calendar_read_again: the next calendar_recalculate reads the file of @what; NULL: of all.
 */
void calendar_set_sources (Calendar *calendar, const CalendarSource *sources);
void calendar_read_again (Calendar *calendar, const char *what);

/* calendar_set_uri_end: when what the URIs name ends; 0: not known. Return: whether that is something new. */
gboolean calendar_set_uri_end (Calendar *calendar, gint64 expires);

/*
 * calendar_recalculate: reads the files that are to be read, and warns. The same warning is not given again within a
 * day. A file that cannot be read has nothing that ends. Return: when to be called again, microseconds since the epoch;
 * G_MAXINT64: never.
 */
gint64 calendar_recalculate (Calendar *calendar);

/* calendar_get_expiries: of StationExpiry, the soonest first; (transfer none). */
const GPtrArray *calendar_get_expiries (Calendar *calendar);

/* calendar_count_days: the days from @now until @expires, one that has begun is one; 0: it has ended. Pure. */
gint calendar_count_days (gint64 expires, gint64 now);

/* calendar_find_threshold: the number of days that @days has come down to; -1: too far away to speak of. Pure. */
gint calendar_find_threshold (gint days);

/* calendar_next: when the next threshold of @expires is crossed; G_MAXINT64: it has ended. Pure. */
gint64 calendar_next (gint64 expires, gint64 now);
