/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit: see the header. On top of the rooms of a visit: the order of its steps by origin, its coming and going, and
 * what others may see of it.
 */
#include "visit/visit.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "codec/japanese-text.h"
#include "visit/visit-agent.h"
#include "visit/visit-card.h"
#include "visit/visit-changes.h"
#include "visit/visit-certificate.h"
#include "visit/visit-consents.h"
#include "visit/visit-life.h"
#include "visit/visit-private.h"
#include "visit/visit-query.h"
#include "visit/visit-registration.h"
#include "visit/visit-report.h"

#define NO_READER_PATH "/"

/* What the patient is told when a visit fails; "ask-staff" for everything else. */
static const struct
{
  ShikakuError error;
  const char *message;
} failure_messages[] = {
  { SHIKAKU_ERROR_PIN_LOCKED, "pin-locked" },
  { SHIKAKU_ERROR_PIN_INCORRECT, "pin-incorrect" },
  { SHIKAKU_ERROR_CARD_UNSUPPORTED, "card-unsupported" },
  { SHIKAKU_ERROR_CERTIFICATE_EXPIRED, "certificate-expired" },
  { SHIKAKU_ERROR_CERTIFICATE_REVOKED, "certificate-revoked" },
};

/* The steps. */

static void
send_card_query (Visit *visit, ConsentKinds agreed, const TransportConsentText *texts, GAsyncReadyCallback callback)
{
  TransportCardQuery query = { .agreed = agreed, .texts = texts };

  visit_card_fill_query (visit, &query);
  visit->transport->klass->check_card (visit->transport, &query, visit->life.cancellable, callback, visit);
}

static void
send_number_query (Visit *visit, ConsentKinds agreed, const TransportConsentText *texts, GAsyncReadyCallback callback)
{
  TransportNumberQuery query = *visit->options->insured;

  query.agreed = agreed;
  query.texts = texts;
  visit->transport->klass->check_number (visit->transport, &query, visit->life.cancellable, callback, visit);
}

static void
append_word (GByteArray *name, const char *word)
{
  const char *text = word != NULL ? word : "";

  g_byte_array_append (name, (const guint8 *)text, (guint)strlen (text) + 1);
}

/* begin_name: @date: NULL: today's. */
static GByteArray *
begin_name (Visit *visit, const char *date, ConsentKinds agreed)
{
  GByteArray *name = g_byte_array_new ();
  g_autofree char *today = date == NULL ? japanese_text_format_date (g_get_real_time ()) : NULL;
  g_autofree char *kinds = g_strdup_printf ("%x", (guint)agreed);

  append_word (name, visit->row->word);
  append_word (name, date != NULL ? date : today);
  append_word (name, kinds);
  return name;
}

static GBytes *
name_card_question (Visit *visit, ConsentKinds agreed)
{
  GByteArray *name = begin_name (visit, NULL, agreed);
  TransportCardQuery query = { .agreed = agreed };
  gconstpointer certificate;
  gsize size;

  visit_card_fill_query (visit, &query);
  certificate = g_bytes_get_data (query.certificate, &size);
  g_byte_array_append (name, certificate, (guint)size);
  return g_byte_array_free_to_bytes (name);
}

static GBytes *
name_number_question (Visit *visit, ConsentKinds agreed)
{
  const TransportNumberQuery *insured = visit->options->insured;
  GByteArray *name = begin_name (visit, insured->date, agreed);

  append_word (name, insured->insurer_number);
  append_word (name, insured->symbol);
  append_word (name, insured->number);
  append_word (name, insured->branch);
  append_word (name, insured->birthdate);
  return g_byte_array_free_to_bytes (name);
}

static void
on_card_proved (Visit *visit)
{
  visit->method = "pin";
  visit_query_begin (visit, send_card_query, name_card_question);
}

static void
begin_first_step (Visit *visit)
{
  visit->host->started (visit, visit->host->data);
  if (visit->transport == NULL && visit->row->ability != 0)
    {
      visit_fail (visit, SHIKAKU_ERROR_CREDENTIAL_MISSING, "nothing here is set up to ask the center in this way");
      return;
    }

  switch (visit->origin)
    {
    case VISIT_ORIGIN_CARD:
      /* Who wants to register a card needs somebody who can be asked whether to. */
      if (!visit->options->registers || visit_agent_acquire (visit, "consent"))
        visit_card_begin (visit, on_card_proved);
      break;
    case VISIT_ORIGIN_NUMBER:
      if (!consents_need_screen (visit->consents.list) || visit_agent_acquire (visit, "consent"))
        visit_query_begin (visit, send_number_query, name_number_question);
      break;
    case VISIT_ORIGIN_TERMINAL:
      visit_query_take (visit, g_steal_pointer (&visit->query.brought));
      break;
    case VISIT_N_ORIGINS:
    default:
      g_assert_not_reached ();
    }
}

static void
end_in_time (Visit *visit)
{
  if (!visit_query_end_in_time (visit))
    visit_fail (visit, SHIKAKU_ERROR_TIMED_OUT, "the time for the visit is over");
}

static void
stop_steps (Visit *visit)
{
  visit_changes_stop (visit);
  visit_agent_withdraw (visit);
  visit_card_stop (visit, visit->life.error);
}

/* choose_farewell: the last message to the patient, or NULL. */
static const char *
choose_farewell (Visit *visit)
{
  if (visit->life.outcome == VISIT_DONE)
    return visit_card_is_present (visit) ? "remove-card" : NULL;
  if (visit->life.outcome == VISIT_CANCELLED)
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (failure_messages); i++)
    if (visit->life.error->code == (int)failure_messages[i].error)
      return failure_messages[i].message;
  return "ask-staff";
}

static void
let_go (Visit *visit)
{
  const char *farewell = choose_farewell (visit);
  const char *notice = visit->life.outcome == VISIT_DONE ? visit_certificate_get_message (visit) : NULL;

  if (notice != NULL && farewell != NULL)
    visit_agent_show (visit, farewell);
  visit_agent_let_go (visit, notice != NULL ? notice : farewell);
  visit_card_let_go (visit);
  visit_options_forget_insured (visit->options);
}

static void
finish_answer (Visit *visit)
{
  visit_query_finish (visit);
  visit_consents_finish (visit, visit->query.eligibility, visit->life.error);
  if (visit->query.eligibility == NULL)
    return;
  visit_registration_advise (visit, visit->query.eligibility);
  visit_certificate_advise (visit, visit->query.eligibility);
}

static void
report_end (Visit *visit, VisitState state)
{
  const VisitReport report = {
    .path = visit->options->path,
    .caller = visit->options->caller,
    .method = visit->method,
    .reader = visit_get_reader (visit),
    .origin = visit->origin,
    .before = visit->life.state,
    .state = state,
    .eligibility = state == VISIT_DONE ? visit->query.eligibility : NULL,
    .error = visit->life.error,
    .clock = &visit->clock,
  };

  visit_clock_stop (&visit->clock);
  visit_report_end (&report, visit->host->statistics);
}

/* Coming and going. */

Visit *
visit_new (const VisitHost *host, VisitOptions *options, GArray *consents, CardWorker *worker)
{
  static const VisitSteps steps = {
    .begin = begin_first_step,
    .timed_out = end_in_time,
    .stop = stop_steps,
    .let_go = let_go,
    .finish = finish_answer,
    .report = report_end,
    .went_quiet = visit_unref,
  };
  Visit *visit = g_new0 (Visit, 1);

  visit->references = 1;
  visit->host = host;
  visit->options = options;
  visit->origin = visit_options_get_origin (options);
  visit->row = visit_origin_get (visit->origin);
  visit->transport = transports_find (host->transports, visit->row->ability, options->reader);
  visit->method = visit->row->method;
  visit->tickets = g_ptr_array_new_with_free_func ((GDestroyNotify)visit_ticket_unref);
  visit->opened = g_get_real_time ();
  visit_clock_start (&visit->clock);
  visit->card.worker = worker != NULL ? card_worker_ref (worker) : NULL;
  visit->consents.list = consents;
  for (guint i = 0; i < consents->len; i++)
    g_array_index (consents, Consent, i).evidence = visit_get_evidence (visit);
  visit_life_init (visit, &steps);
  return visit;
}

void
visit_start (Visit *visit)
{
  visit_life_start (visit_ref (visit));
}

Visit *
visit_ref (Visit *visit)
{
  visit->references++;
  return visit;
}

void
visit_unref (Visit *visit)
{
  if (--visit->references > 0)
    return;

  visit_life_clear (visit);
  visit_card_let_go (visit);
  g_clear_pointer (&visit->query.eligibility, eligibility_free);
  g_clear_pointer (&visit->query.brought, transport_reply_free);
  g_array_unref (visit->consents.list);
  visit_registration_clear (visit);
  visit_options_free (visit->options);
  g_ptr_array_unref (visit->tickets);
  g_free (visit);
}

gboolean
visit_add_ticket (Visit *visit, VisitTicket *ticket)
{
  for (guint i = visit->tickets->len; i > 0; i--)
    if (!visit_ticket_is_good (visit->tickets->pdata[i - 1], VISIT_TICKET_TAKE | VISIT_TICKET_RECORDS))
      g_ptr_array_remove_index_fast (visit->tickets, i - 1);
  if (visit->tickets->len >= VISIT_TICKETS_MAXIMUM)
    {
      visit_ticket_unref (ticket);
      return FALSE;
    }
  g_ptr_array_add (visit->tickets, ticket);
  return TRUE;
}

const GPtrArray *
visit_get_tickets (Visit *visit)
{
  return visit->tickets;
}

gboolean
visit_has_ticket (Visit *visit)
{
  if (visit_is_closing (visit))
    return FALSE;
  for (guint i = 0; i < visit->tickets->len; i++)
    if (visit_ticket_is_good (visit->tickets->pdata[i], VISIT_TICKET_TAKE))
      return TRUE;
  return FALSE;
}

VisitTicket *
visit_find_ticket (Visit *visit, const char *hash, guint purposes)
{
  VisitTicket *found = NULL;

  for (guint i = 0; i < visit->tickets->len; i++)
    if (visit_ticket_matches (visit->tickets->pdata[i], hash)
        && visit_ticket_is_good (visit->tickets->pdata[i], purposes))
      found = visit->tickets->pdata[i];
  return visit_is_closing (visit) ? NULL : found;
}

void
visit_leave (Visit *visit)
{
  log_info (visit->options->path, "visit: its owner has gone; it waits to be taken");
  visit_options_set_owner (visit->options, NULL);
  visit_agent_note_owner (visit);
}

void
visit_give (Visit *visit, const VisitOptions *owner)
{
  log_info (visit->options->path, "visit: taken by %s, and now %s", owner->caller, owner->path);
  visit_options_set_owner (visit->options, owner);
  visit_agent_note_owner (visit);
}

void
visit_cancel (Visit *visit, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_source_tag (task, visit_cancel);
  visit_wait_quiet (visit, task);
  visit_end (visit, VISIT_CANCELLED,
             g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "cancelled by the owner"));
}

/* What others see. */

const char *
visit_get_path (Visit *visit)
{
  return visit->options->path;
}

const char *
visit_get_owner (Visit *visit)
{
  return visit->options->owner;
}

guint32
visit_get_uid (Visit *visit)
{
  return visit->options->uid;
}

const char *
visit_get_caller (Visit *visit)
{
  return visit->options->caller;
}

const Actor *
visit_get_actor (Visit *visit)
{
  return visit->options->actor;
}

void
visit_add_remark (Visit *visit, Remark remark)
{
  visit->query.eligibility->remarks |= REMARKS_OF (remark);
}

void
visit_set_asked (Visit *visit, const LedgerPersonHashes *asked)
{
  visit->asked = *asked;
}

const LedgerPersonHashes *
visit_get_asked (Visit *visit)
{
  return &visit->asked;
}

void
visit_set_reply (Visit *visit, TransportReply *reply)
{
  visit->query.brought = reply;
}

VisitState
visit_get_state (Visit *visit)
{
  return visit->life.state;
}

gboolean
visit_is_finished (Visit *visit)
{
  return visit_state_is_final (visit->life.state);
}

VisitOrigin
visit_get_origin (Visit *visit)
{
  return visit->origin;
}

TransportTreatment
visit_get_treatment (Visit *visit)
{
  return visit_options_get_treatment (visit->options);
}

const char *
visit_get_evidence (Visit *visit)
{
  return visit_evidence_to_string (visit->row->evidence);
}

gboolean
visit_needs_card (Visit *visit)
{
  return visit->row->needs_card;
}

const char *
visit_get_method (Visit *visit)
{
  return visit->method;
}

gboolean
visit_get_agent_is_caller (Visit *visit)
{
  return visit->agent.is_caller;
}

const char *
visit_get_reader (Visit *visit)
{
  return visit->options->reader != NULL ? visit->options->reader : NO_READER_PATH;
}

gint64
visit_get_opened (Visit *visit)
{
  return visit->opened;
}

gint64
visit_get_expires (Visit *visit)
{
  return visit->life.expires;
}

gint64
visit_get_time (Visit *visit, VisitPart part)
{
  return visit->clock.parts[part];
}

const char *
visit_get_answer (Visit *visit)
{
  return visit->life.state == VISIT_DONE ? eligibility_answer_to_string (visit->query.eligibility->answer) : NULL;
}

const GError *
visit_get_error (Visit *visit)
{
  return visit_is_finished (visit) ? visit->life.error : NULL;
}

const char *
visit_get_error_message (Visit *visit)
{
  return visit->life.error_message != NULL ? visit->life.error_message : "";
}

VisitState
visit_get_during (Visit *visit)
{
  return visit->life.during;
}

const char *
visit_get_ended_by (Visit *visit)
{
  return visit_is_finished (visit) ? visit->life.by : NULL;
}

const Eligibility *
visit_get_eligibility (Visit *visit)
{
  return visit->life.state == VISIT_DONE ? visit->query.eligibility : NULL;
}

const GArray *
visit_get_consents (Visit *visit)
{
  return visit->consents.list;
}

const Consent *
visit_get_registration (Visit *visit)
{
  return visit_registration_get (visit);
}

GBytes *
visit_get_message (Visit *visit)
{
  const Eligibility *eligibility = visit_get_eligibility (visit);
  const GError *cause;

  if (eligibility != NULL && eligibility->reply != NULL)
    return eligibility->reply->body;
  cause = eligibility != NULL ? eligibility->cause : visit_get_error (visit);
  return cause != NULL ? shikaku_error_get_center_message (cause) : NULL;
}
