/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* station-records: see the header. */
#include "visit/station-records.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "center/records-document.h"
#include "center/records-json.h"
#include "codec/japanese-text.h"
#include "store/open-fetches.h"
#include "visit/consent-rules.h"
#include "visit/records-entries.h"
#include "visit/records-plan.h"
#include "visit/records-subject.h"
#include "visit/station-private.h"
#include "visit/visit-consents.h"
#include "visit/visit-handover.h"
#include "visit/visit-life.h"
#include "visit/visit-records.h"

#define SPAN_MONTHS_DEFAULT 60
#define DETAIL_FOREIGN "foreign-document" /* a document was another person's, and is gone */
#define DETAIL_UNDELIVERED "undelivered"  /* after the ledger had it; the caller has not got it */

static const char *const form_words[]
    = { [RECORDS_AS_XML] = "xml", [RECORDS_AS_PDF] = "pdf", [RECORDS_AS_JSON] = "json" };

/* A fetch under way. It keeps the station, and so the transport. */
typedef struct
{
  Station *station;
  Visit *visit;
  Transport *transport;
  GTask *task;
  Actor *actor;
  gboolean by_ticket, has_begun;
  ConsentKind kind;
  const ConsentRule *rule;
  ConsentKind asked; /* of the center: medicines or check-ups */
  RecordsForm form;
  char *from, *to;
  RecordsSubject *subject;
  char *identifier; /* with which those of all its requests begin */
  guint n_requests;
  GCancellable *cancellable;
  RecordsPlan *plan;
  guint current;      /* the part of it that is asked for */
  GPtrArray *results; /* of RecordsAnswerPart: what came of requests, in the order in which they were asked */
  RecordsAnswer *answer;
  TransportRecords *received; /* the center's, while it is read */
  guint64 size;               /* of the documents so far */
  const char *detail;         /* for the ledger; static */
} RecordsFetch;

static RecordsFetchFacts
get_facts (const RecordsFetch *fetch)
{
  return (RecordsFetchFacts){
    .visit = visit_get_path (fetch->visit),
    .actor = fetch->actor,
    .ledger = fetch->station->host.ledger,
    .subject = fetch->subject,
    .kind = fetch->kind,
    .records = fetch->rule->records,
    .form = form_words[fetch->form],
    .identifier = fetch->identifier,
    .from = fetch->from,
    .to = fetch->to,
  };
}

static gboolean
set_error (GError **error, ShikakuError code, const char *text)
{
  g_set_error_literal (error, SHIKAKU_ERROR, (int)code, text);
  return FALSE;
}

static void
fetch_free (RecordsFetch *fetch)
{
  Station *station = fetch->station;

  if (fetch->has_begun)
    visit_records_end (fetch->visit);
  g_clear_pointer (&fetch->received, transport_records_free);
  g_clear_pointer (&fetch->answer, records_answer_free);
  g_clear_pointer (&fetch->subject, records_subject_free);
  g_clear_pointer (&fetch->plan, records_plan_free);
  g_clear_pointer (&fetch->results, g_ptr_array_unref);
  visit_unref (fetch->visit);
  g_object_unref (fetch->cancellable);
  g_object_unref (fetch->task);
  actor_free (fetch->actor);
  g_free (fetch->identifier);
  g_free (fetch->from);
  g_free (fetch->to);
  g_free (fetch);
  station_unref (station);
}

/* is_wanted: whoever asked still has the visit, and wants it. */
static gboolean
is_wanted (RecordsFetch *fetch, GError **error)
{
  if (visit_is_closed (fetch->visit) || visit_is_closing (fetch->visit))
    return set_error (error, SHIKAKU_ERROR_CANCELLED, "the visit was closed meanwhile");
  if (g_cancellable_is_cancelled (fetch->cancellable))
    return set_error (error, SHIKAKU_ERROR_CANCELLED, "nobody waits for the records any more");
  if (!fetch->by_ticket && g_strcmp0 (visit_get_owner (fetch->visit), fetch->actor->sender) != 0)
    return set_error (error, SHIKAKU_ERROR_CANCELLED, "the visit has another owner by now");
  return TRUE;
}

/* may_go_on: before each step: the consent may have run out or been withdrawn meanwhile. */
static gboolean
may_go_on (RecordsFetch *fetch, GError **error)
{
  return is_wanted (fetch, error)
         && visit_consents_may_open (fetch->visit, fetch->kind, g_get_real_time (), NULL, error);
}

/* fail: nothing is handed out, for @error (transfer full); the ledger says so. */
static void
fail (RecordsFetch *fetch, GError *error)
{
  const RecordsFetchFacts facts = get_facts (fetch);

  open_fetches_end (fetch->station->host.ledger, fetch->answer->entry,
                    records_entries_new_end (&facts, fetch->answer, error, fetch->detail), NULL, NULL);
  log_info (facts.visit, "visit: records were not handed out (%s)",
            shikaku_error_get_short_name ((ShikakuError)error->code));
  g_task_return_error (fetch->task, error);
  fetch_free (fetch);
}

/* hand_out: it is all in the ledger. */
static void
hand_out (RecordsFetch *fetch)
{
  log_info (visit_get_path (fetch->visit), "visit: records (%s): %s, %u documents", fetch->rule->records,
            records_outcome_to_string (fetch->answer->whole->outcome), fetch->answer->documents->len);
  g_task_return_pointer (fetch->task, g_steal_pointer (&fetch->answer), (GDestroyNotify)records_answer_free);
  fetch_free (fetch);
}

static void
on_disclosed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  RecordsFetch *fetch = user_data;
  GError *error = NULL;

  if (!open_fetches_end_finish (result, &error))
    fail (fetch, error); /* the row is still there: a FETCH_END may succeed later */
  else if (!may_go_on (fetch, &error))
    {
      const RecordsFetchFacts facts = get_facts (fetch);

      ledger_append_lazily (fetch->station->host.ledger,
                            records_entries_new_end (&facts, fetch->answer, error, DETAIL_UNDELIVERED));
      g_task_return_error (fetch->task, error);
      fetch_free (fetch);
    }
  else
    hand_out (fetch);
}

static void
conclude (RecordsFetch *fetch)
{
  const RecordsFetchFacts facts = get_facts (fetch);
  GError *error = NULL;

  if (!may_go_on (fetch, &error) || !records_answer_seal (fetch->answer, &error))
    {
      fail (fetch, error);
      return;
    }
  if (fetch->answer->documents->len > 0)
    {
      open_fetches_end (fetch->station->host.ledger, fetch->answer->entry,
                        records_entries_new_disclosure (&facts, fetch->answer, fetch->detail), on_disclosed, fetch);
      return;
    }
  open_fetches_end (fetch->station->host.ledger, fetch->answer->entry,
                    records_entries_new_end (&facts, fetch->answer, NULL, fetch->detail), NULL, NULL);
  hand_out (fetch);
}

/* make_json: on a thread of GLib's: the documents are large. */
static void
make_json (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  RecordsFetch *fetch = data;
  const RecordsAsked asked = { fetch->asked, fetch->from, fetch->to, fetch->answer->is_complete };
  g_autofree RecordsPart *parts = g_new0 (RecordsPart, fetch->answer->parts->len);
  RecordsJson json = { .fd = -1 };
  GError *error = NULL;

  for (guint i = 0; i < fetch->answer->parts->len; i++)
    {
      const RecordsAnswerPart *part = fetch->answer->parts->pdata[i];

      parts[i] = (RecordsPart){
        .from = *part->from != '\0' ? part->from : NULL,
        .to = *part->to != '\0' ? part->to : NULL,
        .outcome = part->outcome,
        .code = part->code,
        .message = part->message,
        .with_prescriptions = part->with_prescriptions,
        .verdict = part->verdict,
        .fd = part->outcome == RECORDS_DATA ? part->document : -1,
      };
    }
  if (!records_json_write (&asked, parts, fetch->answer->parts->len, &json, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  fetch->answer->whole->document = json.fd;
  fetch->answer->whole->size = json.size;
  memcpy (fetch->answer->whole->digest, json.digest, sizeof json.digest);
  g_task_return_boolean (task, TRUE);
}

static void
on_json_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  RecordsFetch *fetch = user_data;
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    {
      for (guint i = 0; i < fetch->answer->parts->len; i++)
        records_answer_part_close (fetch->answer->parts->pdata[i]);
      conclude (fetch);
    }
  else
    fail (fetch, shikaku_error_adopt (error));
}

/* find_result: of the request for @part of the plan; -1: there was none. */
static gint
find_result (const RecordsFetch *fetch, const RecordsPlanPart *part)
{
  for (guint i = 0; i < fetch->results->len; i++)
    {
      const RecordsAnswerPart *result = fetch->results->pdata[i];

      if (strcmp (result->from, part->from) == 0 && strcmp (result->to, part->to) == 0)
        return (gint)i;
    }
  return -1;
}

/* gather: what came of each part of the plan, in its order, and of the whole. */
static void
gather (RecordsFetch *fetch)
{
  RecordsAnswer *answer = fetch->answer;

  for (guint i = 0; i < records_plan_get_n_parts (fetch->plan); i++)
    {
      const RecordsPlanPart *planned = records_plan_get_part (fetch->plan, i);
      const gint place = planned->is_asked ? find_result (fetch, planned) : -1;
      RecordsAnswerPart *part = place >= 0 ? g_ptr_array_steal_index (fetch->results, (guint)place)
                                           : records_answer_part_new (planned->from, planned->to);

      part->outcome = planned->outcome;
      part->is_partial = planned->misses_prescriptions;
      part->is_of_receipts = planned->is_of_receipts;
      part->with_prescriptions = planned->with_prescriptions;
      g_ptr_array_add (answer->parts, part);
    }
  records_answer_judge (answer, fetch->plan);
}

static void
finish_parts (RecordsFetch *fetch)
{
  g_autoptr (GTask) task = NULL;

  gather (fetch);
  if (fetch->form != RECORDS_AS_JSON
      || (fetch->answer->whole->outcome != RECORDS_DATA && fetch->answer->whole->outcome != RECORDS_NONE))
    {
      conclude (fetch);
      return;
    }
  task = g_task_new (NULL, NULL, on_json_made, fetch);
  g_task_set_task_data (task, fetch, NULL);
  g_task_run_in_thread (task, make_json);
}

static void ask_next (RecordsFetch *fetch);

/* get_result: of the request that is under way. */
static RecordsAnswerPart *
get_result (RecordsFetch *fetch)
{
  const RecordsPlanPart *part = records_plan_get_part (fetch->plan, fetch->current);
  const gint place = find_result (fetch, part);

  if (place >= 0) /* it was asked for before, with more */
    return fetch->results->pdata[place];
  g_ptr_array_add (fetch->results, records_answer_part_new (part->from, part->to));
  return fetch->results->pdata[fetch->results->len - 1];
}

/* note: what came of the request that is under way. */
static void
note (RecordsFetch *fetch, RecordsOutcome outcome)
{
  g_clear_pointer (&fetch->received, transport_records_free);
  records_plan_note (fetch->plan, fetch->current, outcome);
  if (outcome == RECORDS_CONSENT_ENDED)
    records_plan_give_up (fetch->plan, outcome);
  ask_next (fetch);
}

/* take_refusal: the center has not given it. */
static void
take_refusal (RecordsFetch *fetch, RecordsOutcome outcome, const char *code, const char *message)
{
  records_answer_part_set_message (get_result (fetch), code, message);
  note (fetch, outcome);
}

/* note_foreign: another person's document: nobody sees it, and staff have to know that it was there. */
static void
note_foreign (RecordsFetch *fetch)
{
  fetch->detail = DETAIL_FOREIGN;
  log_write (LOG_ERR, SHIKAKU_MESSAGE_RECORDS_FOREIGN, visit_get_path (fetch->visit),
             "visit: the center has sent records of another person; they were thrown away");
  take_refusal (fetch, RECORDS_FAILED, NULL, NULL);
}

/* take_document: what was received is about the visit's patient. @verdict: (transfer full). */
static void
take_document (RecordsFetch *fetch, RecordsVerdict *verdict)
{
  RecordsAnswerPart *result = get_result (fetch);

  fetch->size += fetch->received->size;
  /* The word of the center for which it was asked once more stays, if there is no newer one. */
  if (verdict->code != NULL)
    records_answer_part_set_message (result, verdict->code, verdict->message);
  result->verdict = verdict;
  result->size = fetch->received->size;
  memcpy (result->digest, fetch->received->digest, sizeof result->digest);
  result->document = transport_records_take_fd (fetch->received);
  note (fetch, verdict->outcome);
}

static TransportRecordsFormat
get_format (const RecordsFetch *fetch)
{
  return fetch->form == RECORDS_AS_PDF ? TRANSPORT_RECORDS_PDF : TRANSPORT_RECORDS_XML;
}

/* judge_document: @verdict: (transfer full). */
static void
judge_document (RecordsFetch *fetch, RecordsVerdict *verdict)
{
  g_autoptr (RecordsVerdict) judged = verdict;
  const RecordsPerson person = records_subject_get_person (fetch->subject);

  records_document_judge (judged, get_format (fetch));
  if (judged->outcome != RECORDS_DATA && judged->outcome != RECORDS_NONE)
    take_refusal (fetch, judged->outcome, judged->code, judged->message);
  else if (!judged->is_pdf && records_person_compare (&judged->person, &person) == NAME_COMPARISON_DIFFERS)
    note_foreign (fetch);
  else if (fetch->size + fetch->received->size > STATION_RECORDS_SIZE_MAXIMUM)
    take_refusal (fetch, RECORDS_FAILED, NULL, NULL);
  else
    take_document (fetch, g_steal_pointer (&judged));
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  RecordsFetch *fetch = user_data;
  g_autoptr (GError) error = NULL;
  RecordsVerdict *verdict = records_document_read_finish (result, &error);

  if (verdict != NULL)
    judge_document (fetch, verdict);
  else
    take_refusal (fetch, RECORDS_FAILED, NULL, NULL);
}

static void
on_received (GObject *source, GAsyncResult *result, gpointer user_data)
{
  RecordsFetch *fetch = user_data;
  g_autoptr (GError) error = NULL;

  fetch->received = fetch->transport->klass->fetch_records_finish (fetch->transport, result, &error);
  statistics_count_call (&fetch->station->statistics, STATISTICS_QUERIES, error);
  if (fetch->received == NULL)
    {
      log_warning (visit_get_path (fetch->visit), "visit: records could not be fetched (%s)",
                   error->domain == SHIKAKU_ERROR ? shikaku_error_get_short_name ((ShikakuError)error->code) : "");
      take_refusal (fetch, RECORDS_FAILED, NULL, NULL);
    }
  else if (fetch->received->fd < 0)
    take_refusal (fetch, fetch->received->outcome, fetch->received->code, fetch->received->message);
  else
    records_document_read_async (fetch->received->fd, fetch->asked, get_format (fetch), fetch->cancellable, on_read,
                                 fetch);
}

/* ask: for the current part of the plan. */
static void
ask (RecordsFetch *fetch)
{
  const RecordsPlanPart *part = records_plan_get_part (fetch->plan, fetch->current);
  g_autofree char *identifier = g_strdup_printf ("%s-%u", fetch->identifier, ++fetch->n_requests);
  const TransportRecordsQuery query = {
    .identifier = identifier,
    .kind = fetch->asked,
    .with_treatment = fetch->rule->with_treatment,
    .with_prescriptions = part->with_prescriptions,
    .format = get_format (fetch),
    .from = *part->from != '\0' ? part->from : NULL,
    .to = *part->to != '\0' ? part->to : NULL,
    .treatment = TRANSPORT_TREATMENT_OUTPATIENT,
    .insurer_number = fetch->subject->insurer_number,
    .symbol = fetch->subject->symbol,
    .number = fetch->subject->number,
    .branch = fetch->subject->branch,
    .bond = fetch->subject->bond,
  };

  fetch->transport->klass->fetch_records (fetch->transport, &query, fetch->cancellable, on_received, fetch);
}

static void
ask_next (RecordsFetch *fetch)
{
  GError *error = NULL;

  if (!records_plan_find_next (fetch->plan, &fetch->current))
    finish_parts (fetch);
  else if (!may_go_on (fetch, &error))
    fail (fetch, error);
  else
    ask (fetch);
}

static void
on_begun (GObject *source, GAsyncResult *result, gpointer user_data)
{
  RecordsFetch *fetch = user_data;
  GError *error = NULL;

  if (open_fetches_begin_finish (result, &fetch->answer->entry, &error))
    {
      fetch->answer->has_entry = TRUE;
      ask_next (fetch);
      return;
    }
  g_task_return_error (fetch->task, error);
  fetch_free (fetch);
}

/* Before anything is asked or written. */

static gboolean
check_kind (const StationRecordsQuery *query, GError **error)
{
  const ConsentRule *rule = consent_rules_get (query->kind);

  if (rule->records == NULL && !rule->is_coming)
    return set_error (error, SHIKAKU_ERROR_INVALID_OPTION, "this kind of consent opens no records");
  if (!consent_rules_admits (query->kind, query->actor->role))
    return set_error (error, SHIKAKU_ERROR_RECORDS_REFUSED, "who has this role may not see these records");
  return TRUE;
}

static gboolean
check_visit (Visit *visit, const StationRecordsQuery *query, GError **error)
{
  if (visit_is_closed (visit) || visit_is_closing (visit))
    return set_error (error, SHIKAKU_ERROR_NOT_FOUND, "the visit was closed");
  if (query->ticket == NULL && g_strcmp0 (visit_get_owner (visit), query->actor->sender) != 0)
    return set_error (error, SHIKAKU_ERROR_NOT_FOUND, "the visit has another owner by now");
  return TRUE;
}

static gboolean
check_station (Station *station, Visit *visit, Transport *transport, GError **error)
{
  if (visit_records_are_running (visit))
    return set_error (error, SHIKAKU_ERROR_LIMIT_EXCEEDED, "records of this visit are being fetched already");
  if (station->host.ledger == NULL)
    return set_error (error, SHIKAKU_ERROR_LEDGER_FAILED, "there is no ledger, and nothing is handed out without one");
  if (transport == NULL)
    return set_error (error, SHIKAKU_ERROR_CREDENTIAL_MISSING, "nothing here is set up to fetch records");
  return TRUE;
}

/* note_refusal: that somebody asked for what they may not have is kept, if it can be. */
static void
note_refusal (Station *station, Visit *visit, const StationRecordsQuery *query, const RecordsSubject *subject,
              const GError *error)
{
  const RecordsFetchFacts facts = {
    .visit = visit_get_path (visit),
    .actor = query->actor,
    .ledger = station->host.ledger,
    .subject = subject,
    .kind = query->kind,
    .records = consent_rules_get (query->kind)->records,
    .form = form_words[query->form],
    .from = query->from,
    .to = query->to,
  };

  if (station->host.ledger != NULL
      && (error->code == SHIKAKU_ERROR_RECORDS_REFUSED || error->code == SHIKAKU_ERROR_CONSENT_DENIED
          || error->code == SHIKAKU_ERROR_CONSENT_EXPIRED))
    ledger_append_lazily (station->host.ledger, records_entries_new_refusal (&facts, error));
}

/* make_subject: whose records, if everything allows it. */
static RecordsSubject *
make_subject (Station *station, Visit *visit, const StationRecordsQuery *query, Transport *transport, GError **error)
{
  g_autoptr (GError) refusal = NULL;
  g_autoptr (RecordsSubject) subject = NULL;

  if (!check_visit (visit, query, error)
      || (subject = records_subject_new (visit_get_eligibility (visit), error)) == NULL)
    return NULL;
  subject->origin = visit_origin_get (visit_get_origin (visit))->word;
  subject->evidence = visit_get_evidence (visit);
  if (check_kind (query, &refusal)
      && (consent_rules_get (query->kind)->is_coming
          || (visit_consents_may_open (visit, query->kind, g_get_real_time (), NULL, &refusal)
              && check_station (station, visit, transport, &refusal))))
    return g_steal_pointer (&subject);
  note_refusal (station, visit, query, subject, refusal);
  g_propagate_error (error, g_steal_pointer (&refusal));
  return NULL;
}

/* make_plan: the requests that the center will get. What it cannot have is told without asking. */
static gboolean
make_plan (RecordsFetch *fetch, GError **error)
{
  const VisitHost *host = &fetch->station->host;
  g_autofree char *today = japanese_text_format_date (g_get_real_time ());
  const RecordsWish wish = {
    .kind = fetch->asked,
    .from = fetch->from,
    .to = fetch->to,
    .today = today,
    .span_months = host->records_span_months > 0 ? host->records_span_months : SPAN_MONTHS_DEFAULT,
    .with_prescriptions = fetch->asked == CONSENT_DRUG && !host->leaves_prescriptions,
  };

  fetch->plan = records_plan_new (&wish, error);
  return fetch->plan != NULL;
}

/* append_handover: a ticket was used; in the same transaction as what it was used for. */
static void
append_handover (GPtrArray *entries, const RecordsFetch *fetch, VisitTicket *ticket)
{
  if (ticket == NULL)
    return;
  visit_ticket_use (ticket);
  g_ptr_array_add (entries, visit_handover_new_entry (fetch->visit, ticket, fetch->actor, VISIT_HANDOVER_RECORDS));
}

/* find_consent: that which opens the records, as it is now. */
static const Consent *
find_consent (const RecordsFetch *fetch)
{
  const Consent *consent = NULL;

  return visit_consents_may_open (fetch->visit, fetch->kind, g_get_real_time (), &consent, NULL) ? consent : NULL;
}

/* begin: nothing stands against it any more: the ledger first. @fetch: (transfer full). */
static void
begin (RecordsFetch *fetch, VisitTicket *ticket)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify)ledger_entry_unref);
  RecordsFetchFacts facts;

  fetch->identifier = g_uuid_string_random ();
  fetch->has_begun = visit_records_begin (fetch->visit, fetch->cancellable);
  append_handover (entries, fetch, ticket);
  facts = get_facts (fetch);
  g_ptr_array_add (entries, records_entries_new_fetch (&facts, find_consent (fetch)));
  open_fetches_begin (fetch->station->host.ledger, entries, on_begun, fetch);
}

static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

/* answer_coming: records of a kind that the center does not give yet: it is not asked. @fetch: (transfer full). */
static void
answer_coming (RecordsFetch *fetch)
{
  fetch->answer->whole->outcome = RECORDS_NOT_COVERED;
  g_task_return_pointer (fetch->task, g_steal_pointer (&fetch->answer), (GDestroyNotify)records_answer_free);
  fetch_free (fetch);
}

void
station_fetch_records (Station *station, Visit *visit, const StationRecordsQuery *query, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  Transport *transport = transports_find (station->transports, TRANSPORT_FETCHES_RECORDS, visit_get_reader (visit));
  GError *error = NULL;
  RecordsSubject *subject = make_subject (station, visit, query, transport, &error);
  RecordsFetch *fetch;

  g_task_set_source_tag (task, station_fetch_records);
  if (subject == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  fetch = g_new0 (RecordsFetch, 1);
  *fetch = (RecordsFetch){
    .station = station_ref (station),
    .visit = visit_ref (visit),
    .transport = transport,
    .task = g_steal_pointer (&task),
    .actor = actor_new (query->actor),
    .by_ticket = query->ticket != NULL,
    .kind = query->kind,
    .rule = consent_rules_get (query->kind),
    .asked = query->kind == CONSENT_CHECKUP ? CONSENT_CHECKUP : CONSENT_DRUG,
    .form = query->form,
    .from = g_strdup (query->from),
    .to = g_strdup (query->to),
    .subject = subject,
    .cancellable = g_cancellable_new (),
    .results = g_ptr_array_new_with_free_func ((GDestroyNotify)records_answer_part_free),
    .answer = records_answer_new (query->from, query->to),
  };
  if (cancellable != NULL)
    g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (on_cancelled), fetch->cancellable, 0);
  if (fetch->rule->is_coming)
    answer_coming (fetch);
  else if (make_plan (fetch, &error))
    begin (fetch, query->ticket);
  else
    {
      g_task_return_error (fetch->task, error);
      fetch_free (fetch);
    }
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
    ledger_append_lazily (station->host.ledger, visit_handover_new_entry (visit, ticket, actor, VISIT_HANDOVER_TAKEN));
}
