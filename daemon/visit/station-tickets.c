/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* station-tickets: see the header. */
#include "visit/station-tickets.h"

#include "base/log.h"
#include "visit/consent.h"
#include "visit/station-private.h"
#include "visit/visit-handover.h"

/* Of a visit that was closed. */
typedef struct
{
  VisitTicket *ticket;
  char *receipts[CONSENT_N_KINDS]; /* of its consents; NULL: there was none to that kind */
} KeptTicket;

static void
kept_ticket_free (gpointer data)
{
  KeptTicket *kept = data;

  visit_ticket_unref (kept->ticket);
  for (guint i = 0; i < G_N_ELEMENTS (kept->receipts); i++)
    g_free (kept->receipts[i]);
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
  LedgerPersonHashes person;

  if (station->host.ledger == NULL)
    return;
  visit_handover_hash_person (visit, station->host.ledger, &person);
  ledger_append_lazily (station->host.ledger, visit_handover_new_entry (visit_get_path (visit), ticket, &person, actor,
                                                                        VISIT_HANDOVER_TAKEN));
}

/* make_room: what is over goes; and if there is no room yet, the one that was kept longest. */
static void
make_room (Station *station)
{
  GPtrArray *all = station->tickets.kept;

  for (guint i = all->len; i > 0; i--)
    if (!visit_ticket_is_good (((KeptTicket *)all->pdata[i - 1])->ticket, VISIT_TICKET_RECORDS))
      g_ptr_array_remove_index (all, i - 1);
  if (all->len < STATION_TICKETS_MAXIMUM)
    return;
  log_notice (NULL, "tickets: one of a visit that was closed is good no more: %d are kept", STATION_TICKETS_MAXIMUM);
  g_ptr_array_remove_index (all, 0);
}

void
station_tickets_keep (Station *station, Visit *visit)
{
  const GPtrArray *tickets = visit_get_tickets (visit);
  const GArray *consents = visit_get_consents (visit);

  for (guint i = 0; i < tickets->len; i++)
    {
      VisitTicket *ticket = tickets->pdata[i];
      KeptTicket *kept;

      if (!visit_ticket_is_good (ticket, VISIT_TICKET_RECORDS))
        continue;
      make_room (station);
      kept = g_new0 (KeptTicket, 1);
      kept->ticket = visit_ticket_ref (ticket);
      for (guint j = 0; j < consents->len; j++)
        {
          const Consent *consent = &g_array_index (consents, Consent, j);

          g_free (kept->receipts[consent->kind]);
          kept->receipts[consent->kind] = g_strdup (consent->receipt);
        }
      g_ptr_array_add (station->tickets.kept, kept);
    }
}

VisitTicket *
station_find_ticket (Station *station, const char *secret, ConsentKind kind, RecordsPatient *ret_patient)
{
  g_autofree char *hash = visit_ticket_hash (secret);
  VisitTicket *found = NULL;

  for (guint i = 0; i < station->tickets.kept->len; i++)
    {
      const KeptTicket *kept = station->tickets.kept->pdata[i];

      if (!visit_ticket_matches (kept->ticket, hash) || !visit_ticket_is_good (kept->ticket, VISIT_TICKET_RECORDS))
        continue;
      found = kept->ticket;
      *ret_patient = (RecordsPatient){ .is_by_receipt = TRUE, .receipt = kept->receipts[kind] };
    }
  return found;
}
