/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* station-visits: see the header. In: visits that come and go. Out: the one that is looked for. */
#include "visit/station-visits.h"

#include "visit/station-private.h"
#include "visit/visit-life.h"

void
station_visits_init (Station *station)
{
  station->visits.list = g_ptr_array_new_with_free_func ((GDestroyNotify)visit_unref);
}

void
station_visits_forget (Station *station)
{
  g_ptr_array_set_size (station->visits.list, 0);
}

void
station_visits_clear (Station *station)
{
  g_ptr_array_unref (station->visits.list);
}

void
station_visits_add (Station *station, Visit *visit)
{
  g_ptr_array_add (station->visits.list, visit);
}

void
station_visits_remove (Station *station, Visit *visit)
{
  g_ptr_array_remove (station->visits.list, visit);
}

const GPtrArray *
station_visits_get_all (Station *station)
{
  return station->visits.list;
}

Visit *
station_visits_find_at (Station *station, const char *reader)
{
  for (guint i = 0; i < station->visits.list->len; i++)
    {
      Visit *visit = station->visits.list->pdata[i];

      if (!visit_is_ending (visit) && g_strcmp0 (visit_get_reader (visit), reader) == 0)
        return visit;
    }
  return NULL;
}

Visit *
station_find_visit (Station *station, const char *path)
{
  for (guint i = 0; i < station->visits.list->len; i++)
    {
      Visit *visit = station->visits.list->pdata[i];

      if (g_strcmp0 (visit_get_path (visit), path) == 0)
        return visit;
    }
  return NULL;
}

Visit *
station_find_visit_by_ticket (Station *station, const char *secret, guint purposes, VisitTicket **ret_ticket)
{
  g_autofree char *hash = visit_ticket_hash (secret);
  Visit *found = NULL;

  for (guint i = 0; i < station->visits.list->len; i++)
    {
      VisitTicket *ticket = visit_find_ticket (station->visits.list->pdata[i], hash, purposes);

      if (ticket == NULL)
        continue;
      found = station->visits.list->pdata[i];
      *ret_ticket = ticket;
    }
  return found;
}

GPtrArray *
station_get_visits (Station *station, const char *owner)
{
  GPtrArray *visits = g_ptr_array_new ();

  for (guint i = 0; i < station->visits.list->len; i++)
    {
      Visit *visit = station->visits.list->pdata[i];

      if (g_strcmp0 (visit_get_owner (visit), owner) == 0)
        g_ptr_array_add (visits, visit);
    }
  return visits;
}
