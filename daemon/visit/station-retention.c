/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* station-retention: see the header. In: visits that have finished. Out: word of each whose time is over. */
#include "visit/station-retention.h"

#include "visit/visit-life.h"

typedef struct
{
  Visit *visit;    /* borrowed */
  gint64 erase_at; /* monotonic microseconds */
} Kept;

struct StationRetention
{
  GQueue queue; /* of Kept, the earliest first */
  guint timer;
  gint64 timer_at; /* that it runs, monotonic microseconds */
  void (*expired) (Visit *visit, gpointer user_data);
  gpointer user_data;
};

static void arm_timer (StationRetention *retention);

static void
kept_free (gpointer data)
{
  g_slice_free (Kept, data);
}

StationRetention *
station_retention_new (void (*expired) (Visit *visit, gpointer user_data), gpointer user_data)
{
  StationRetention *retention = g_new0 (StationRetention, 1);

  g_queue_init (&retention->queue);
  retention->expired = expired;
  retention->user_data = user_data;
  return retention;
}

void
station_retention_free (StationRetention *retention)
{
  g_clear_handle_id (&retention->timer, g_source_remove);
  g_queue_clear_full (&retention->queue, kept_free);
  g_free (retention);
}

static gboolean
on_timer (gpointer user_data)
{
  StationRetention *retention = user_data;
  Kept *first;

  retention->timer = 0;
  while ((first = g_queue_peek_head (&retention->queue)) != NULL && first->erase_at <= g_get_monotonic_time ())
    {
      Visit *visit = first->visit;

      kept_free (g_queue_pop_head (&retention->queue));
      retention->expired (visit, retention->user_data);
    }
  arm_timer (retention);
  return G_SOURCE_REMOVE;
}

static void
arm_timer (StationRetention *retention)
{
  const Kept *first = g_queue_peek_head (&retention->queue);
  gint64 wait;

  if (first == NULL || first->erase_at < retention->timer_at)
    g_clear_handle_id (&retention->timer, g_source_remove);
  if (first != NULL && retention->timer == 0)
    {
      retention->timer_at = first->erase_at;
      wait = MAX (first->erase_at - g_get_monotonic_time (), 0);
      retention->timer = g_timeout_add ((guint)((wait + 999) / 1000), on_timer, retention);
    }
}

/* The retention may have become another one since the last visit finished. */
static gint
compare_erasure (gconstpointer a, gconstpointer b, gpointer data)
{
  const Kept *kept = a, *other = b;

  return kept->erase_at < other->erase_at ? -1 : kept->erase_at > other->erase_at;
}

void
station_retention_add (StationRetention *retention, Visit *visit, guint seconds)
{
  Kept *kept = g_slice_new (Kept);

  kept->visit = visit;
  kept->erase_at = g_get_monotonic_time () + (gint64)seconds * G_USEC_PER_SEC;
  g_queue_insert_sorted (&retention->queue, kept, compare_erasure, NULL);
  arm_timer (retention);
}

void
station_retention_remove (StationRetention *retention, Visit *visit)
{
  for (GList *link = retention->queue.head; link != NULL; link = link->next)
    if (((Kept *)link->data)->visit == visit)
      {
        kept_free (link->data);
        g_queue_delete_link (&retention->queue, link);
        break;
      }
  arm_timer (retention);
}

void
station_retention_note_slept (StationRetention *retention)
{
  gint64 now = g_get_real_time (), running = g_get_monotonic_time ();

  for (GList *link = retention->queue.head; link != NULL; link = link->next)
    {
      Kept *kept = link->data;

      kept->erase_at = MIN (kept->erase_at, running + MAX (visit_get_expires (kept->visit) - now, 0));
    }
  arm_timer (retention); /* the order is the same */
}

void
station_retention_shift (StationRetention *retention, gint64 shift)
{
  for (GList *link = retention->queue.head; link != NULL; link = link->next)
    visit_shift_expiry (((Kept *)link->data)->visit, shift);
}
