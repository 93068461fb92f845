/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-way: see the header. The file is asked once, and only by an examination: a desk whose center answers needs
 * none of it.
 */
#include "visit/station-way.h"

#include "store/known-way.h"

struct StationWay
{
  guint references;       /* the owner's, and the question's that is under way */
  Transports *transports; /* NULL: the owner is gone */
  Store *store;
  gboolean was_asked;
  guint timer; /* 0: nobody waits for the file */
  TransportsFunction callback;
  gpointer user_data;
};

StationWay *
station_way_new (Transports *transports, Store *store)
{
  StationWay *way = g_new0 (StationWay, 1);

  *way = (StationWay){ .references = 1, .transports = transports, .store = store };
  return way;
}

static void
way_unref (StationWay *way)
{
  if (--way->references == 0)
    g_free (way);
}

static void
end_waiting (StationWay *way)
{
  if (way->timer == 0)
    return;
  g_source_remove (way->timer);
  way->timer = 0;
  way->callback (way->user_data);
}

void
station_way_free (StationWay *way)
{
  if (way == NULL)
    return;
  way->transports = NULL;
  end_waiting (way);
  way_unref (way);
}

static gboolean
on_timer (gpointer user_data)
{
  StationWay *way = user_data;

  way->timer = 0;
  way->callback (way->user_data);
  return G_SOURCE_REMOVE;
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  StationWay *way = user_data;
  g_autoptr (KnownWay) kept = known_way_load_finish (result);

  if (kept != NULL && way->transports != NULL)
    {
      const TransportWay before
          = { kept->place, kept->peer, kept->local, *kept->interface != '\0' ? kept->interface : NULL, FALSE };

      transports_set_way (way->transports, &before);
    }
  end_waiting (way);
  way_unref (way);
}

void
station_way_recall (StationWay *way, TransportsFunction callback, gpointer user_data)
{
  if (way == NULL || way->was_asked)
    {
      callback (user_data);
      return;
    }
  way->was_asked = TRUE;
  way->callback = callback;
  way->user_data = user_data;
  way->timer = g_timeout_add (STATION_WAY_MILLISECONDS, on_timer, way);
  way->references++;
  known_way_load (way->store, on_loaded, way);
}

void
station_way_keep (StationWay *way)
{
  TransportWay *noted = way != NULL ? transports_find_noted_way (way->transports) : NULL;
  KnownWay *kept;

  if (noted == NULL)
    return;
  noted->is_noted = FALSE;
  kept = g_new0 (KnownWay, 1);
  *kept = (KnownWay){ g_strdup (noted->place), g_strdup (noted->peer), g_strdup (noted->local),
                      g_strdup (noted->interface != NULL ? noted->interface : "") };
  known_way_keep (way->store, kept);
}
