/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* station-records: see the header. */
#include "visit/station-records.h"

#include <string.h>

#include "base/error.h"
#include "codec/japanese-text.h"
#include "store/open-fetches.h"
#include "visit/consent-registrar.h"
#include "visit/consent-rules.h"
#include "visit/ledger-person.h"
#include "visit/records-entries.h"
#include "visit/station-events.h"
#include "visit/station-private.h"
#include "visit/visit-handover.h"

#define SPAN_MONTHS_DEFAULT 60

/* What is asked for, until it is known whether it may be. It keeps the station, and so the transport. */
typedef struct
{
  Station *station;
  RecordsBasis *basis;
  Transport *transport;
  VisitTicket *ticket; /* NULL: none */
  Actor *actor;
  ConsentKind kind;
  RecordsForm form;
  char *from, *to;
  GCancellable *cancellable;
  GTask *task;
} Wish;

static void
wish_free (Wish *wish)
{
  g_clear_pointer (&wish->basis, records_basis_free);
  g_clear_pointer (&wish->ticket, visit_ticket_unref);
  g_clear_pointer (&wish->actor, actor_free);
  g_clear_object (&wish->cancellable);
  g_clear_object (&wish->task);
  g_free (wish->from);
  g_free (wish->to);
  station_unref (wish->station);
  g_free (wish);
}

static gboolean
set_error (GError **error, ShikakuError code, const char *text)
{
  g_set_error_literal (error, SHIKAKU_ERROR, (int)code, text);
  return FALSE;
}

static gboolean
check_kind (const Wish *wish, GError **error)
{
  const ConsentRule *rule = consent_rules_get (wish->kind);

  if (rule->records == NULL && !rule->is_coming)
    return set_error (error, SHIKAKU_ERROR_INVALID_OPTION, "this kind of consent opens no records");
  if (!consent_rules_admits (wish->kind, wish->actor->role))
    return set_error (error, SHIKAKU_ERROR_RECORDS_REFUSED, "who has this role may not see these records");
  return TRUE;
}

static gboolean
check_station (const Wish *wish, GError **error)
{
  if (records_basis_is_busy (wish->basis))
    return set_error (error, SHIKAKU_ERROR_LIMIT_EXCEEDED, "records of this visit are being fetched already");
  if (wish->station->host.ledger == NULL)
    return set_error (error, SHIKAKU_ERROR_LEDGER_FAILED, "there is no ledger, and nothing is handed out without one");
  if (wish->transport == NULL)
    return set_error (error, SHIKAKU_ERROR_CREDENTIAL_MISSING, "nothing here is set up to fetch records");
  if (wish->ticket != NULL && !visit_ticket_is_good (wish->ticket, VISIT_TICKET_RECORDS))
    return set_error (error, SHIKAKU_ERROR_NOT_FOUND, "the ticket was used up meanwhile");
  return TRUE;
}

/* note_refusal: that somebody asked for what they may not have is kept, if it can be. */
static void
note_refusal (const Wish *wish, const GError *error)
{
  g_autoptr (RecordsSubject) subject = records_basis_make_subject (wish->basis, NULL);
  const guint8 *number = subject == NULL ? records_basis_get_number (wish->basis) : NULL;
  const RecordsFetchFacts facts = {
    .visit = records_basis_get_visit (wish->basis),
    .actor = wish->actor,
    .ledger = wish->station->host.ledger,
    .subject = subject,
    .kind = wish->kind,
    .records = consent_rules_get (wish->kind)->records,
    .form = records_form_to_string (wish->form),
    .from = wish->from,
    .to = wish->to,
  };

  LedgerEntry *entry;

  if (error->code != SHIKAKU_ERROR_RECORDS_REFUSED && error->code != SHIKAKU_ERROR_CONSENT_DENIED
      && error->code != SHIKAKU_ERROR_CONSENT_EXPIRED)
    return;
  entry = records_entries_new_refusal (&facts, error);
  if (number != NULL)
    ledger_entry_add_bytes (entry, LEDGER_FIELD_PERSON_NUMBER, number, LEDGER_PERSON_SIZE);
  station_ledger_take_refusal (wish->station, entry);
}

/* refuse_wish: @wish, @error: (transfer full). */
static void
refuse_wish (Wish *wish, GError *error)
{
  note_refusal (wish, error);
  g_task_return_error (wish->task, error);
  wish_free (wish);
}

/* answer_coming: records of a kind that the center does not give yet: it is not asked. @wish: (transfer full). */
static void
answer_coming (Wish *wish)
{
  RecordsAnswer *answer = records_answer_new (wish->from, wish->to);

  answer->whole->outcome = RECORDS_NOT_COVERED;
  g_task_return_pointer (wish->task, answer, (GDestroyNotify)records_answer_free);
  wish_free (wish);
}

/* make_plan: the requests that the center will get. What it cannot have is told without asking. */
static RecordsPlan *
make_plan (const Wish *wish, GError **error)
{
  const VisitHost *host = &wish->station->host;
  const ConsentKind asked = wish->kind == CONSENT_CHECKUP ? CONSENT_CHECKUP : CONSENT_DRUG;
  g_autofree char *today = japanese_text_format_date (g_get_real_time ());
  const RecordsWish months = {
    .kind = asked,
    .from = wish->from,
    .to = wish->to,
    .today = today,
    .span_months = host->records_span_months > 0 ? host->records_span_months : SPAN_MONTHS_DEFAULT,
    .with_prescriptions = asked == CONSENT_DRUG && !host->leaves_prescriptions,
  };

  return records_plan_new (&months, error);
}

/* Staff have to know, whoever asked. */
static void
on_foreign (gpointer data)
{
  Station *station = data;

  station_events_note_ledger (station, ledger_kind_to_string (LEDGER_FETCH_END), ledger_get_size (station->host.ledger),
                              SHIKAKU_ERROR_MESSAGE_INVALID);
}

static void
on_ended (gpointer data)
{
  station_unref (data);
}

/* start: nothing stands against it any more. @wish, @subject, @plan: (transfer full). */
static void
start (Wish *wish, RecordsSubject *subject, RecordsPlan *plan)
{
  RecordsFetchSetup setup = {
    .ledger = wish->station->host.ledger,
    .transport = wish->transport,
    .statistics = &wish->station->statistics,
    .subject = subject,
    .plan = plan,
    .kind = wish->kind,
    .form = wish->form,
    .from = wish->from,
    .to = wish->to,
    .cancellable = wish->cancellable,
    .found_foreign = on_foreign,
    .ended = on_ended,
    .data = station_ref (wish->station),
  };

  if (wish->ticket != NULL)
    {
      const LedgerPerson patient
          = { subject->name, subject->birthdate, subject->insurer_number, subject->symbol, subject->number };
      LedgerPersonHashes person;

      visit_ticket_use (wish->ticket);
      ledger_person_hash (setup.ledger, &patient, &person);
      setup.before = visit_handover_new_entry (records_basis_get_visit (wish->basis), wish->ticket, &person,
                                               wish->actor, VISIT_HANDOVER_RECORDS);
    }
  setup.basis = g_steal_pointer (&wish->basis);
  setup.actor = g_steal_pointer (&wish->actor);
  records_fetch_start (&setup, g_steal_pointer (&wish->task));
  wish_free (wish);
}

static void
on_verified (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Wish *wish = user_data;
  GError *error = NULL;
  g_autoptr (RecordsSubject) subject = NULL;
  RecordsPlan *plan;

  if (!records_basis_verify_finish (wish->basis, result, &error)
      || (subject = records_basis_make_subject (wish->basis, &error)) == NULL || !check_station (wish, &error)
      || (plan = make_plan (wish, &error)) == NULL)
    refuse_wish (wish, error);
  else
    start (wish, g_steal_pointer (&subject), plan);
}

/* begin_wish: @basis: (transfer full). @reader: of the visit, or "/". */
static void
begin_wish (Station *station, RecordsBasis *basis, const char *reader, const StationRecordsQuery *query,
            GCancellable *cancellable, GTask *task)
{
  Wish *wish = g_new (Wish, 1);
  GError *error = NULL;

  *wish = (Wish){
    .station = station_ref (station),
    .basis = basis,
    .transport = transports_find (station->transports, TRANSPORT_FETCHES_RECORDS, reader),
    .ticket = query->ticket != NULL ? visit_ticket_ref (query->ticket) : NULL,
    .actor = actor_new (query->actor),
    .kind = query->kind,
    .form = query->form,
    .from = g_strdup (query->from),
    .to = g_strdup (query->to),
    .cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL,
    .task = task,
  };
  if (!check_kind (wish, &error))
    refuse_wish (wish, error);
  else if (consent_rules_get (wish->kind)->is_coming)
    answer_coming (wish);
  else
    records_basis_verify (wish->basis, on_verified, wish);
}

void
station_fetch_records (Station *station, Visit *visit, const StationRecordsQuery *query, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_source_tag (task, station_fetch_records);
  begin_wish (station,
              records_basis_new_of_visit (visit, query->kind, query->ticket == NULL ? query->actor->sender : NULL),
              visit_get_reader (visit), query, cancellable, task);
}

void
station_fetch_records_of (Station *station, const RecordsPatient *patient, const StationRecordsQuery *query,
                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  ConsentRegistrar *registrar = station->host.registrar;

  g_task_set_source_tag (task, station_fetch_records_of);
  begin_wish (station,
              records_basis_new_of_book (registrar != NULL ? consent_registrar_get_book (registrar) : NULL, query->kind,
                                         patient),
              "/", query, cancellable, task);
}

gboolean
station_hash_insured (Station *station, const TransportNumberQuery *insured, RecordsPatient *ret_patient,
                      GError **error)
{
  const LedgerPerson person = ledger_person_of_query (insured);
  LedgerPersonHashes hashes;

  if (insured->insurer_number == NULL || insured->number == NULL || insured->birthdate == NULL)
    return set_error (error, SHIKAKU_ERROR_INVALID_OPTION,
                      "the patient is said by Ticket, or by InsurerNumber, Number and Birthdate");
  ledger_person_hash (station->host.ledger, &person, &hashes);
  if (!hashes.has_number)
    return set_error (error, SHIKAKU_ERROR_LEDGER_FAILED, "there is no ledger, and nothing is handed out without one");
  *ret_patient = (RecordsPatient){ .branch = insured->branch };
  memcpy (ret_patient->number, hashes.number, sizeof ret_patient->number);
  return TRUE;
}

RecordsAnswer *
station_fetch_records_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
station_records_begin (Station *station)
{
  if (station->host.ledger != NULL)
    open_fetches_close_left (station->host.ledger);
}
