/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* station-tickets: see the header. */
#include "visit/station-tickets.h"

#include <string.h>

#include "visit/ledger-person.h"
#include "visit/station-private.h"
#include "visit/visit-handover.h"

/* Of a visit that was closed. */
typedef struct
{
  VisitTicket *ticket;
  guint8 number[LEDGER_PERSON_SIZE];
} KeptTicket;

static void
kept_ticket_free (gpointer data)
{
  KeptTicket *kept = data;

  visit_ticket_unref (kept->ticket);
  g_free (kept);
}

void
station_tickets_init (Station *station)
{
  station->tickets.kept = g_ptr_array_new_with_free_func (kept_ticket_free);
}

void
station_tickets_clear (Station *station)
{
  g_ptr_array_unref (station->tickets.kept);
}

void
station_create_ticket (Station *station, Visit *visit, const VisitTicketTerms *terms, const Actor *actor,
                       GAsyncReadyCallback callback, gpointer user_data)
{
  visit_handover_create (visit, station->host.ledger, terms, actor, callback, user_data);
}

void
station_note_taken (Station *station, Visit *visit, const VisitTicket *ticket, const Actor *actor)
{
  if (station->host.ledger != NULL)
    ledger_append_lazily (station->host.ledger,
                          visit_handover_new_entry (visit_get_path (visit), ticket, actor, VISIT_HANDOVER_TAKEN));
}

static void
drop_what_is_over (Station *station)
{
  GPtrArray *all = station->tickets.kept;

  for (guint i = all->len; i > 0; i--)
    if (!visit_ticket_is_good (((KeptTicket *)all->pdata[i - 1])->ticket, VISIT_TICKET_RECORDS))
      g_ptr_array_remove_index (all, i - 1);
  while (all->len >= STATION_TICKETS_MAXIMUM)
    g_ptr_array_remove_index (all, 0);
}

void
station_tickets_keep (Station *station, Visit *visit)
{
  const GPtrArray *tickets = visit_get_tickets (visit);
  const Eligibility *eligibility = visit_get_eligibility (visit);
  LedgerPersonHashes hashes = { .has_number = FALSE };

  for (guint i = 0; i < tickets->len; i++)
    {
      VisitTicket *ticket = tickets->pdata[i];
      KeptTicket *kept;

      if (!visit_ticket_is_good (ticket, VISIT_TICKET_RECORDS))
        continue;
      if (!hashes.has_number && eligibility != NULL)
        {
          const LedgerPerson person = ledger_person_of_qualification (eligibility->qualification);

          ledger_person_hash (station->host.ledger, &person, &hashes);
        }
      if (!hashes.has_number)
        return;
      drop_what_is_over (station);
      kept = g_new (KeptTicket, 1);
      kept->ticket = visit_ticket_ref (ticket);
      memcpy (kept->number, hashes.number, LEDGER_PERSON_SIZE);
      g_ptr_array_add (station->tickets.kept, kept);
    }
}

VisitTicket *
station_find_ticket (Station *station, const char *secret, guint8 ret_number[LEDGER_PERSON_SIZE])
{
  g_autofree char *hash = visit_ticket_hash (secret);
  VisitTicket *found = NULL;

  for (guint i = 0; i < station->tickets.kept->len; i++)
    {
      const KeptTicket *kept = station->tickets.kept->pdata[i];

      if (!visit_ticket_matches (kept->ticket, hash) || !visit_ticket_is_good (kept->ticket, VISIT_TICKET_RECORDS))
        continue;
      found = kept->ticket;
      memcpy (ret_number, kept->number, LEDGER_PERSON_SIZE);
    }
  return found;
}
