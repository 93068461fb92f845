/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* visit-handover: see the header. */
#include "visit/visit-handover.h"

#include "base/error.h"
#include "base/log.h"
#include "visit/visit-life.h"

typedef struct
{
  Visit *visit;
  Ledger *ledger;
  VisitTicket *ticket;
  Secret *secret;
} Handover;

static void
handover_free (gpointer data)
{
  Handover *handover = data;

  visit_unref (handover->visit);
  visit_ticket_unref (handover->ticket);
  secret_free (handover->secret);
  g_free (handover);
}

static const char *
describe_purposes (guint purposes)
{
  static const char *const words[] = { "", "take", "records", "take records" };

  return words[purposes & (VISIT_TICKET_TAKE | VISIT_TICKET_RECORDS)];
}

void
visit_handover_hash_person (Visit *visit, Ledger *ledger, LedgerPersonHashes *ret_person)
{
  const Eligibility *eligibility = visit_get_eligibility (visit);
  const LedgerPerson person = ledger_person_of_qualification (eligibility != NULL ? eligibility->qualification : NULL);

  ledger_person_hash (ledger, &person, ret_person);
  if (!ret_person->has_person && !ret_person->has_number)
    *ret_person = *visit_get_asked (visit);
}

static LedgerEntry *
new_entry (const char *visit, const LedgerPersonHashes *person, const Actor *actor, const char *act)
{
  LedgerEntry *entry = ledger_entry_new (LEDGER_HANDOVER);

  ledger_entry_add_text (entry, LEDGER_FIELD_VISIT, visit);
  actor_describe (actor, entry);
  ledger_person_add (entry, person);
  ledger_entry_add_text (entry, LEDGER_FIELD_ACT, act);
  return entry;
}

LedgerEntry *
visit_handover_new_entry (const char *visit, const VisitTicket *ticket, const LedgerPersonHashes *person,
                          const Actor *actor, const char *act)
{
  LedgerEntry *entry = new_entry (visit, person, actor, act);
  guint64 created;

  if (visit_ticket_get_entry (ticket, &created))
    ledger_entry_add_number (entry, LEDGER_FIELD_ENTRY, created);
  return entry;
}

static LedgerEntry *
new_creation (Visit *visit, Ledger *ledger, const VisitTicketTerms *terms, const Actor *actor)
{
  LedgerPersonHashes person;
  LedgerEntry *entry;

  visit_handover_hash_person (visit, ledger, &person);
  entry = new_entry (visit_get_path (visit), &person, actor, VISIT_HANDOVER_CREATED);
  ledger_entry_add_text (entry, LEDGER_FIELD_ORIGIN, visit_origin_get (visit_get_origin (visit))->word);
  ledger_entry_add_text (entry, LEDGER_FIELD_EVIDENCE, visit_get_evidence (visit));
  if (terms->uses > 0)
    ledger_entry_add_number (entry, LEDGER_FIELD_USES, terms->uses);
  if (terms->seconds > 0)
    ledger_entry_add_number (entry, LEDGER_FIELD_UNTIL,
                             (guint64)(g_get_real_time () + (gint64)terms->seconds * G_USEC_PER_SEC));
  ledger_entry_add_text (entry, LEDGER_FIELD_DETAIL, describe_purposes (terms->purposes));
  return entry;
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Handover *handover = g_task_get_task_data (task);
  GError *error = NULL;
  guint64 place;

  if (!ledger_append_finish (handover->ledger, result, &place, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  visit_ticket_set_entry (handover->ticket, place);
  if (visit_is_closed (handover->visit) || visit_is_closing (handover->visit))
    g_task_return_new_error (task, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "the visit was closed meanwhile");
  else if (!visit_add_ticket (handover->visit, visit_ticket_ref (handover->ticket)))
    g_task_return_new_error (task, SHIKAKU_ERROR, SHIKAKU_ERROR_LIMIT_EXCEEDED,
                             "the visit has too many tickets: %d are allowed", VISIT_TICKETS_MAXIMUM);
  else
    {
      log_info (visit_get_path (handover->visit), "visit: a ticket was made");
      g_task_return_pointer (task, g_steal_pointer (&handover->secret), (GDestroyNotify)secret_free);
    }
}

void
visit_handover_create (Visit *visit, Ledger *ledger, const VisitTicketTerms *terms, const Actor *actor,
                       GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Handover *handover = g_new (Handover, 1);
  GPtrArray *entries;

  *handover = (Handover){ .visit = visit_ref (visit), .ledger = ledger, .secret = visit_ticket_draw () };
  handover->ticket = visit_ticket_new ((const char *)secret_get_data (handover->secret), terms);
  g_task_set_source_tag (task, visit_handover_create);
  g_task_set_task_data (task, handover, handover_free);
  if (ledger == NULL)
    {
      g_task_return_new_error (task, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED,
                               "there is no ledger, and nothing is handed on without one");
      g_object_unref (task);
      return;
    }
  entries = g_ptr_array_new_with_free_func ((GDestroyNotify)ledger_entry_unref);
  g_ptr_array_add (entries, new_creation (visit, ledger, terms, actor));
  ledger_append (ledger, entries, on_written, task);
}

Secret *
visit_handover_create_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
