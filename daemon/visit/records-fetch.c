/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* records-fetch: see the header. */
#include "visit/records-fetch.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "center/records-document.h"
#include "center/records-json.h"
#include "store/open-fetches.h"
#include "visit/consent-rules.h"
#include "visit/records-entries.h"

#define DETAIL_FOREIGN "foreign-document" /* a document was another person's, and is gone */
#define DETAIL_UNDELIVERED "undelivered"  /* after the ledger had it; the caller has not got it */

typedef struct RecordsFetch RecordsFetch;

/* RecordsStep: what comes after a verification; @error: (transfer full): it does not hold; NULL: it does. */
typedef void (*RecordsStep) (RecordsFetch *fetch, GError *error);

struct RecordsFetch
{
  RecordsFetchSetup setup;
  GTask *task;
  const ConsentRule *rule;
  ConsentKind asked; /* of the center: medicines or check-ups */
  char *from, *to;
  char *identifier; /* with which those of all its requests begin */
  guint n_requests;
  GCancellable *cancellable;
  RecordsStep step;   /* after the verification that is under way */
  guint current;      /* the part of the plan that is asked for */
  GPtrArray *results; /* of RecordsAnswerPart: what came of requests, in the order in which they were asked */
  RecordsAnswer *answer;
  TransportRecords *received; /* the center's, while it is read */
  guint64 size;               /* of the documents so far */
  const char *detail;         /* for the ledger; static */
};

const char *
records_form_to_string (RecordsForm form)
{
  static const char *const words[] = { [RECORDS_AS_XML] = "xml", [RECORDS_AS_PDF] = "pdf", [RECORDS_AS_JSON] = "json" };

  return words[form];
}

static void
on_verified (GObject *source, GAsyncResult *result, gpointer user_data)
{
  RecordsFetch *fetch = user_data;
  GError *error = NULL;

  if (records_basis_verify_finish (fetch->setup.basis, result, &error)
      && g_cancellable_is_cancelled (fetch->cancellable))
    g_set_error_literal (&error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "nobody waits for the records any more");
  else if (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND))
    error->code = SHIKAKU_ERROR_CANCELLED; /* it was there when this began */
  fetch->step (fetch, error);
}

static RecordsFetchFacts
get_facts (const RecordsFetch *fetch)
{
  return (RecordsFetchFacts){
    .visit = records_basis_get_visit (fetch->setup.basis),
    .actor = fetch->setup.actor,
    .ledger = fetch->setup.ledger,
    .subject = fetch->setup.subject,
    .kind = fetch->setup.kind,
    .records = fetch->rule->records,
    .form = records_form_to_string (fetch->setup.form),
    .identifier = fetch->identifier,
    .from = fetch->from,
    .to = fetch->to,
  };
}

static void
fetch_free (RecordsFetch *fetch)
{
  void (*ended) (gpointer data) = fetch->setup.ended;
  gpointer data = fetch->setup.data;

  g_clear_pointer (&fetch->received, transport_records_free);
  g_clear_pointer (&fetch->answer, records_answer_free);
  g_ptr_array_unref (fetch->results);
  records_plan_free (fetch->setup.plan);
  records_subject_free (fetch->setup.subject);
  records_basis_free (fetch->setup.basis);
  actor_free (fetch->setup.actor);
  g_object_unref (fetch->cancellable);
  g_object_unref (fetch->task);
  g_free (fetch->identifier);
  g_free (fetch->from);
  g_free (fetch->to);
  g_free (fetch);
  ended (data);
}

/* verify: before each step: nobody may want it any more; the consent may have run out or been withdrawn. */
static void
verify (RecordsFetch *fetch, RecordsStep step)
{
  fetch->step = step;
  records_basis_verify (fetch->setup.basis, on_verified, fetch);
}

/* fail_fetch: nothing is handed out, for @error (transfer full); the ledger says so. */
static void
fail_fetch (RecordsFetch *fetch, GError *error)
{
  const RecordsFetchFacts facts = get_facts (fetch);

  open_fetches_end (fetch->setup.ledger, fetch->answer->entry,
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
  log_info (records_basis_get_visit (fetch->setup.basis), "visit: records (%s): %s, %u documents", fetch->rule->records,
            records_outcome_to_string (fetch->answer->whole->outcome), fetch->answer->documents->len);
  g_task_return_pointer (fetch->task, g_steal_pointer (&fetch->answer), (GDestroyNotify)records_answer_free);
  fetch_free (fetch);
}

/* may_hand_out: after the ledger had it; an error comes too late for any other word than one more entry. */
static void
may_hand_out (RecordsFetch *fetch, GError *error)
{
  const RecordsFetchFacts facts = get_facts (fetch);

  if (error == NULL)
    {
      hand_out (fetch);
      return;
    }
  ledger_append_lazily (fetch->setup.ledger,
                        records_entries_new_end (&facts, fetch->answer, error, DETAIL_UNDELIVERED));
  g_task_return_error (fetch->task, error);
  fetch_free (fetch);
}

static void
on_disclosed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  RecordsFetch *fetch = user_data;
  GError *error = NULL;

  if (open_fetches_end_finish (result, &error))
    verify (fetch, may_hand_out);
  else
    fail_fetch (fetch, error); /* it is still open: a FETCH_END may succeed later */
}

static void
may_conclude (RecordsFetch *fetch, GError *error)
{
  const RecordsFetchFacts facts = get_facts (fetch);

  if (error != NULL || !records_answer_seal (fetch->answer, &error))
    {
      fail_fetch (fetch, error);
      return;
    }
  if (fetch->answer->documents->len > 0)
    {
      open_fetches_end (fetch->setup.ledger, fetch->answer->entry,
                        records_entries_new_disclosure (&facts, fetch->answer, fetch->detail), on_disclosed, fetch);
      return;
    }
  open_fetches_end (fetch->setup.ledger, fetch->answer->entry,
                    records_entries_new_end (&facts, fetch->answer, NULL, fetch->detail), NULL, NULL);
  hand_out (fetch);
}

static void
conclude (RecordsFetch *fetch)
{
  verify (fetch, may_conclude);
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
    fail_fetch (fetch, shikaku_error_adopt (error));
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

  for (guint i = 0; i < records_plan_get_n_parts (fetch->setup.plan); i++)
    {
      const RecordsPlanPart *planned = records_plan_get_part (fetch->setup.plan, i);
      const gint place = planned->is_asked ? find_result (fetch, planned) : -1;
      RecordsAnswerPart *part = place >= 0 ? g_ptr_array_steal_index (fetch->results, (guint)place)
                                           : records_answer_part_new (planned->from, planned->to);

      part->outcome = planned->outcome;
      part->is_partial = planned->misses_prescriptions;
      part->is_of_receipts = planned->is_of_receipts;
      part->with_prescriptions = planned->with_prescriptions;
      g_ptr_array_add (answer->parts, part);
    }
  records_answer_judge (answer, fetch->setup.plan);
}

static void
finish_parts (RecordsFetch *fetch)
{
  g_autoptr (GTask) task = NULL;

  gather (fetch);
  if (fetch->setup.form != RECORDS_AS_JSON
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
  const RecordsPlanPart *part = records_plan_get_part (fetch->setup.plan, fetch->current);
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
  records_plan_note (fetch->setup.plan, fetch->current, outcome);
  if (outcome == RECORDS_CONSENT_ENDED)
    records_plan_give_up (fetch->setup.plan, outcome);
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
  log_write (LOG_ERR, SHIKAKU_MESSAGE_RECORDS_FOREIGN, records_basis_get_visit (fetch->setup.basis),
             "visit: the center has sent records of another person; they were thrown away");
  fetch->setup.found_foreign (fetch->setup.data);
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
  return fetch->setup.form == RECORDS_AS_PDF ? TRANSPORT_RECORDS_PDF : TRANSPORT_RECORDS_XML;
}

/* judge_document: @verdict: (transfer full). */
static void
judge_document (RecordsFetch *fetch, RecordsVerdict *verdict)
{
  g_autoptr (RecordsVerdict) judged = verdict;
  const RecordsPerson person = records_subject_get_person (fetch->setup.subject);

  records_document_judge (judged, get_format (fetch));
  if (judged->outcome != RECORDS_DATA && judged->outcome != RECORDS_NONE)
    take_refusal (fetch, judged->outcome, judged->code, judged->message);
  else if (!judged->is_pdf && records_person_compare (&judged->person, &person) == NAME_COMPARISON_DIFFERS)
    note_foreign (fetch);
  else if (fetch->size + fetch->received->size > RECORDS_FETCH_SIZE_MAXIMUM)
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

  fetch->received = fetch->setup.transport->klass->fetch_records_finish (fetch->setup.transport, result, &error);
  statistics_count_call (fetch->setup.statistics, STATISTICS_QUERIES, error);
  if (fetch->received == NULL)
    {
      log_warning (records_basis_get_visit (fetch->setup.basis), "visit: records could not be fetched (%s)",
                   error->domain == SHIKAKU_ERROR ? shikaku_error_get_short_name ((ShikakuError)error->code) : "");
      take_refusal (fetch, RECORDS_FAILED, NULL, NULL);
    }
  else if (fetch->received->fd < 0)
    take_refusal (fetch, fetch->received->outcome, fetch->received->code, fetch->received->message);
  else
    records_document_read_async (fetch->received->fd, fetch->asked, get_format (fetch), fetch->cancellable, on_read,
                                 fetch);
}

/* ask_part: for the current part of the plan. */
static void
ask_part (RecordsFetch *fetch)
{
  const RecordsPlanPart *part = records_plan_get_part (fetch->setup.plan, fetch->current);
  g_autofree char *identifier = g_strdup_printf ("%s-%u", fetch->identifier, ++fetch->n_requests);
  const TransportRecordsQuery query = {
    .identifier = identifier,
    .kind = fetch->asked,
    .with_treatment = fetch->rule->with_treatment,
    .with_prescriptions = part->with_prescriptions,
    .format = get_format (fetch),
    .from = *part->from != '\0' ? part->from : NULL,
    .to = *part->to != '\0' ? part->to : NULL,
    .treatment = fetch->setup.subject->treatment,
    .insurer_number = fetch->setup.subject->insurer_number,
    .symbol = fetch->setup.subject->symbol,
    .number = fetch->setup.subject->number,
    .branch = fetch->setup.subject->branch,
    .bond = fetch->setup.subject->bond,
  };

  fetch->setup.transport->klass->fetch_records (fetch->setup.transport, &query, fetch->cancellable, on_received, fetch);
}

static void
may_ask (RecordsFetch *fetch, GError *error)
{
  if (error == NULL)
    ask_part (fetch);
  else
    fail_fetch (fetch, error);
}

static void
ask_next (RecordsFetch *fetch)
{
  if (records_plan_find_next (fetch->setup.plan, &fetch->current))
    verify (fetch, may_ask);
  else
    finish_parts (fetch);
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

static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

void
records_fetch_start (const RecordsFetchSetup *setup, GTask *task)
{
  RecordsFetch *fetch = g_new (RecordsFetch, 1);
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify)ledger_entry_unref);
  RecordsFetchFacts facts;
  guint64 consent = 0;
  const gboolean has_consent = records_basis_get_consent (setup->basis, &consent);

  *fetch = (RecordsFetch){
    .setup = *setup,
    .task = task,
    .rule = consent_rules_get (setup->kind),
    .asked = setup->kind == CONSENT_CHECKUP ? CONSENT_CHECKUP : CONSENT_DRUG,
    .from = g_strdup (setup->from),
    .to = g_strdup (setup->to),
    .identifier = g_uuid_string_random (),
    .cancellable = g_cancellable_new (),
    .results = g_ptr_array_new_with_free_func ((GDestroyNotify)records_answer_part_free),
    .answer = records_answer_new (setup->from, setup->to),
  };
  if (setup->cancellable != NULL)
    g_signal_connect_object (setup->cancellable, "cancelled", G_CALLBACK (on_cancelled), fetch->cancellable, 0);
  if (setup->cancellable != NULL && g_cancellable_is_cancelled (setup->cancellable))
    g_cancellable_cancel (fetch->cancellable);
  records_basis_begin (setup->basis, fetch->cancellable);
  facts = get_facts (fetch);
  if (setup->before != NULL)
    g_ptr_array_add (entries, setup->before);
  g_ptr_array_add (entries, records_entries_new_fetch (&facts, has_consent ? &consent : NULL));
  open_fetches_begin (setup->ledger, entries, on_begun, fetch);
}
