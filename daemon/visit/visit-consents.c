/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-consents: see the header. In: the questions of a visit, the patient's answers, the center's. Out: what travels
 * inside the query, what is registered, and what became of each consent.
 */
#include "visit/visit-consents.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "visit/consent-registrar.h"
#include "visit/ledger-person.h"
#include "visit/person.h"
#include "visit/visit-agent.h"
#include "visit/visit-certificate.h"
#include "visit/visit-life.h"
#include "visit/visit-private.h"
#include "visit/visit-text.h"

#define TOGETHER "Together records"

static Consent *
get_consent (Visit *visit, guint index)
{
  return &g_array_index (visit->consents.list, Consent, index);
}

/* is_in: whether @consent travels inside the query, or not. */
static gboolean
is_in (const Consent *consent, gboolean inside_query)
{
  return consent_kind_is_inside_query (consent->kind) == inside_query;
}

/* What staff has heard. */

static void
take_heard (Visit *visit)
{
  for (guint i = 0; i < visit->consents.list->len; i++)
    {
      Consent *consent = get_consent (visit, i);

      if (!consent->is_oral)
        continue;
      if (is_in (consent, FALSE) && visit_certificate_bars_records (visit))
        {
          consent->error = SHIKAKU_ERROR_CERTIFICATE_EXPIRED;
          continue;
        }
      consent->answered = consent->agreed = TRUE;
      consent->answerer = "staff";
      consent->evidence = visit_evidence_to_string (VISIT_EVIDENCE_ORAL);
      consent->version = visit_text_version ("Consent %s", consent_kind_to_string (consent->kind));
      consent->language
          = visit_text_language (visit->options->language, "Consent %s", consent_kind_to_string (consent->kind));
      statistics_count (visit->host->statistics, STATISTICS_CONSENTS_GRANTED);
    }
}

/* Asking. */

/* find_obstacle: why the questions inside the query, or those beside it, cannot be put here; NONE: they can. */
static ShikakuError
find_obstacle (Visit *visit, gboolean inside_query)
{
  if (!visit_agent_can (visit, "consent"))
    return SHIKAKU_ERROR_NO_AGENT;
  return !inside_query && visit_certificate_bars_records (visit) ? SHIKAKU_ERROR_CERTIFICATE_EXPIRED
                                                                 : SHIKAKU_ERROR_NONE;
}

/* is_to_put: whether @consent is a question for the screen, inside the query or beside it. */
static gboolean
is_to_put (const Consent *consent, gboolean inside_query)
{
  return is_in (consent, inside_query) && !consent->is_oral;
}

/* is_to_ask: whether there is a question that can be put. */
static gboolean
is_to_ask (Visit *visit, gboolean inside_query)
{
  gboolean found = FALSE;

  for (guint i = 0; i < visit->consents.list->len; i++)
    found |= is_to_put (get_consent (visit, i), inside_query);
  return found && find_obstacle (visit, inside_query) == SHIKAKU_ERROR_NONE;
}

/* mark_unaskable: what cannot be asked is not agreed to, and says why. */
static void
mark_unaskable (Visit *visit, gboolean inside_query)
{
  const ShikakuError obstacle = find_obstacle (visit, inside_query);

  if (obstacle == SHIKAKU_ERROR_NONE)
    return;
  for (guint i = 0; i < visit->consents.list->len; i++)
    if (is_to_put (get_consent (visit, i), inside_query))
      get_consent (visit, i)->error = obstacle;
}

/* take_answers: @answers: in the order of the questions of this kind, or NULL if the patient did not answer. */
static void
take_answers (Visit *visit, gboolean inside_query, const GArray *answers, const char *answerer)
{
  guint next = 0;

  for (guint i = 0; i < visit->consents.list->len; i++)
    {
      Consent *consent = get_consent (visit, i);

      if (!is_to_put (consent, inside_query) || answers == NULL || next >= answers->len)
        continue;
      consent->answered = TRUE;
      consent->answerer = answerer;
      consent->agreed = g_array_index (answers, gboolean, next++);
      statistics_count (visit->host->statistics,
                        consent->agreed ? STATISTICS_CONSENTS_GRANTED : STATISTICS_CONSENTS_DENIED);
    }
}

/* mark_unanswered: the questions that the patient did not answer say why. */
static void
mark_unanswered (Visit *visit, gboolean inside_query, ShikakuError reason)
{
  for (guint i = 0; i < visit->consents.list->len; i++)
    {
      Consent *consent = get_consent (visit, i);

      if (is_to_put (consent, inside_query) && !consent->answered && consent->error == SHIKAKU_ERROR_NONE)
        consent->error = reason;
    }
}

/*
 * finish_question: Return: FALSE if the visit is ending. A patient who does not answer in time has not agreed. One who
 * gives up, or an agent that goes, ends the visit, unless the center has answered: that answer stands, a refusal too.
 */
static gboolean
finish_question (Visit *visit, GAsyncResult *result, gboolean inside_query)
{
  const char *answerer = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) answers = visit_agent_ask_finish (visit, result, &answerer, &error);

  if (visit_is_ending (visit))
    return FALSE;
  if (!visit->consents.steps->is_settled (visit)
      && (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_AGENT_GONE)
          || g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED)))
    {
      visit_end (visit, VISIT_FAILED, g_steal_pointer (&error));
      return FALSE;
    }
  take_answers (visit, inside_query, answers, answerer);
  if (error != NULL)
    {
      error = shikaku_error_adopt (g_steal_pointer (&error));
      mark_unanswered (visit, inside_query, (ShikakuError)error->code);
    }
  return TRUE;
}

static void
on_consent_inside (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Visit *visit = user_data;

  if (finish_question (visit, result, TRUE))
    visit->consents.steps->inside_answered (visit);
  visit_release (visit);
}

static void
on_consent_beside (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Visit *visit = user_data;

  if (finish_question (visit, result, FALSE))
    {
      visit->consents.are_answered = TRUE;
      visit->consents.steps->went_on (visit);
    }
  visit_release (visit);
}

/* make_question: @ret_question: its text is (transfer full). */
static void
make_question (Visit *visit, Consent *consent, AgentQuestion *ret_question)
{
  const char *kind = consent_kind_to_string (consent->kind);

  consent->version = visit_text_version ("Consent %s", kind);
  consent->language = visit_text_language (visit->options->language, "Consent %s", kind);
  *ret_question = (AgentQuestion){ kind, visit_text (visit->options->language, "Consent %s", kind), consent->version,
                                   consent->is_together };
}

/* join_questions: marks those that go together. Return: whether there is a combined question: of at least two. */
static gboolean
join_questions (Visit *visit)
{
  guint n = 0;

  for (guint i = 0; i < visit->consents.list->len; i++)
    n += is_to_put (get_consent (visit, i), FALSE)
         && consent_rules_get (get_consent (visit, i)->kind)->group == CONSENT_GROUP_RECORDS;
  for (guint i = 0; i < visit->consents.list->len; i++)
    get_consent (visit, i)->is_together
        = visit->host->asks_together && n > 1 && is_to_put (get_consent (visit, i), FALSE)
          && consent_rules_get (get_consent (visit, i)->kind)->group == CONSENT_GROUP_RECORDS;
  return visit->host->asks_together && n > 1;
}

/* make_combined: what the combined question says: an opening, and each part in its own words. (transfer full) */
static char *
make_combined (Visit *visit, const AgentQuestion *questions, guint n)
{
  g_autofree char *opening = visit_text (visit->options->language, TOGETHER);
  GString *text = g_string_new (opening);

  for (guint i = 0; i < n; i++)
    if (questions[i].is_together)
      g_string_append_printf (text, "\n・ %s", questions[i].text);
  return g_string_free (text, FALSE);
}

static void
ask_consents (Visit *visit, gboolean inside_query)
{
  AgentQuestion questions[CONSENT_N_KINDS] = { { NULL } };
  const gboolean is_combined = !inside_query && join_questions (visit);
  g_autofree char *combined = NULL, *version = NULL;
  guint n = 0;

  for (guint i = 0; i < visit->consents.list->len; i++)
    if (is_to_put (get_consent (visit, i), inside_query))
      make_question (visit, get_consent (visit, i), &questions[n++]);
  combined = is_combined ? make_combined (visit, questions, n) : NULL;
  version = is_combined ? visit_text_version (TOGETHER) : NULL;
  visit_agent_ask (visit, &(AgentQuestions){ questions, n, combined, version },
                   inside_query ? on_consent_inside : on_consent_beside);
  while (n-- > 0)
    g_free (questions[n].text);
}

void
visit_consents_begin (Visit *visit, const VisitConsentsSteps *steps)
{
  visit->consents.steps = steps;
  take_heard (visit);
  mark_unaskable (visit, TRUE);
  if (is_to_ask (visit, TRUE))
    {
      visit_set_state (visit, VISIT_ASKING_CONSENT);
      ask_consents (visit, TRUE);
    }
  else
    steps->inside_answered (visit);
}

void
visit_consents_go_on (Visit *visit)
{
  mark_unaskable (visit, FALSE);
  visit->consents.are_answered = !is_to_ask (visit, FALSE);
  if (!visit->consents.are_answered)
    {
      visit_set_state (visit, VISIT_ASKING_CONSENT);
      ask_consents (visit, FALSE);
    }
  else
    visit_set_state (visit, VISIT_CHECKING);
}

gboolean
visit_consents_are_answered (Visit *visit)
{
  return visit->consents.are_answered;
}

/* What travels inside the query. */

/* get_agreed: the kinds inside the query that the patient agreed to, or those beside it. */
static ConsentKinds
get_agreed (Visit *visit, gboolean inside_query)
{
  ConsentKinds agreed = 0;

  for (guint i = 0; i < visit->consents.list->len; i++)
    if (get_consent (visit, i)->agreed && is_in (get_consent (visit, i), inside_query))
      agreed |= CONSENT_KINDS_OF (get_consent (visit, i)->kind);
  return agreed;
}

ConsentKinds
visit_consents_get_agreed (Visit *visit)
{
  return get_agreed (visit, TRUE);
}

ConsentKinds
visit_consents_get_inside (Visit *visit)
{
  const gboolean is_asked = visit->host->asks_ceiling || consents_has (visit->consents.list, CONSENT_CEILING);

  return get_agreed (visit, TRUE) | (is_asked ? 0 : CONSENT_KINDS_OF (CONSENT_CEILING));
}

void
visit_consents_fill_texts (Visit *visit, TransportConsentText *texts)
{
  for (guint i = 0; i < visit->consents.list->len; i++)
    {
      const Consent *consent = get_consent (visit, i);

      texts[consent->kind] = (TransportConsentText){ consent->version, consent->language };
    }
}

void
visit_consents_take_inside (Visit *visit, const TransportReply *reply)
{
  for (guint i = 0; i < visit->consents.list->len; i++)
    {
      Consent *consent = get_consent (visit, i);

      if (!consent->agreed || !is_in (consent, TRUE))
        continue;
      consent->granted = reply->consents[consent->kind].granted;
      consent->at = reply->consents[consent->kind].at;
    }
}

void
visit_consents_note_no_answer (Visit *visit, ShikakuError reason)
{
  for (guint i = 0; i < visit->consents.list->len; i++)
    if (get_consent (visit, i)->agreed)
      get_consent (visit, i)->error = reason;
}

/* Into the ledger, and to the center. */

static void
describe (Visit *visit, const Consent *consent, const char *identifier, LedgerEntry *entry)
{
  ledger_entry_add_text (entry, LEDGER_FIELD_VISIT, visit->options->path);
  actor_describe (visit->options->actor, entry);
  ledger_entry_add_text (entry, LEDGER_FIELD_ORIGIN, visit->row->word);
  ledger_entry_add_text (entry, LEDGER_FIELD_EVIDENCE, consent->evidence);
  ledger_entry_add_text (entry, LEDGER_FIELD_CONSENT, consent_kind_to_string (consent->kind));
  ledger_entry_add_text (entry, LEDGER_FIELD_DECISION,
                         consent->agreed     ? "granted"
                         : consent->answered ? "denied"
                                             : "no-answer");
  ledger_entry_add_text (entry, LEDGER_FIELD_ANSWERER, consent->answerer);
  consent_add_text (consent, entry);
  ledger_entry_add_text (entry, LEDGER_FIELD_IDENTIFIER, identifier);
  if (!consent->answered && consent->error != SHIKAKU_ERROR_NONE)
    ledger_entry_add_text (entry, LEDGER_FIELD_ERROR, shikaku_error_get_short_name (consent->error));
  if (consent->is_together)
    ledger_entry_add_text (entry, LEDGER_FIELD_DETAIL, SHIKAKU_CONSENT_TOGETHER);
}

/* has_news: there is something to keep of it. */
static gboolean
has_news (const Consent *consent)
{
  return consent->answered || consent->error != SHIKAKU_ERROR_NONE;
}

/* is_open: whether the center is to be told of the yes. */
static gboolean
is_open (const Consent *consent)
{
  return consent->agreed && is_in (consent, FALSE);
}

/* gather: what is to be kept of the answers, with the message to the center if there is one. */
static void
gather (Visit *visit, const Eligibility *eligibility, ConsentBookWriting *writing)
{
  const Qualification *qualification = eligibility != NULL ? eligibility->qualification : NULL;
  const LedgerPerson person = qualification != NULL ? ledger_person_of_qualification (qualification)
                                                    : ledger_person_of_query (visit->options->insured);
  LedgerPersonHashes hashes;

  ledger_person_hash (consent_registrar_get_ledger (visit->host->registrar), &person, &hashes);
  visit->consents.who = hashes;
  writing->has_number = hashes.has_number;
  memcpy (writing->number, hashes.number, sizeof writing->number);
  for (guint i = 0; i < visit->consents.list->len; i++)
    {
      Consent *consent = get_consent (visit, i);
      LedgerEntry *entry;

      if (consent->is_written || !has_news (consent))
        continue;
      entry = ledger_entry_new (LEDGER_CONSENT);
      describe (visit, consent, is_open (consent) ? writing->identifier : NULL, entry);
      ledger_person_add (entry, &hashes);
      consent->is_written = TRUE;
      consent_book_writing_add (writing, entry, is_open (consent) && writing->identifier != NULL, consent->kind,
                                writing->until);
    }
}

/* keep_person: what a later use of the consent needs of the person. */
static void
keep_person (Visit *visit, const Qualification *qualification, ConsentBookPerson *person)
{
  person->evidence = g_strdup (visit_evidence_to_string (visit->row->evidence));
  person->origin = g_strdup (visit->row->word);
  person->answerer = g_strdup (visit->options->answerer);
  ledger_person_keep (qualification, person);
}

/* take_places: @places: in the order in which they were gathered. */
static void
take_places (Visit *visit, const GArray *places)
{
  guint next = 0;

  for (guint i = 0; i < visit->consents.list->len && next < places->len; i++)
    {
      Consent *consent = get_consent (visit, i);

      if (!consent->is_written)
        continue;
      consent->is_in_ledger = TRUE;
      consent->entry = g_array_index (places, ConsentBookPlace, next).entry;
      consent->receipt = g_strdup (g_array_index (places, ConsentBookPlace, next++).receipt);
    }
}

static void
take_registration (Visit *visit, const TransportReply *reply, const GError *error)
{
  const GError *end = visit_get_decided_error (visit);

  for (guint i = 0; i < visit->consents.list->len; i++)
    {
      Consent *consent = get_consent (visit, i);
      const TransportConsentState state = reply != NULL ? reply->consents[consent->kind] : (TransportConsentState){ 0 };

      if (!is_open (consent))
        continue;
      consent->granted = state.granted && consent->withdrawn_at == 0;
      consent->at = state.at;
      consent->until = state.until;
      if (error != NULL && visit_is_ending (visit))
        consent->error = end != NULL ? (ShikakuError)end->code : SHIKAKU_ERROR_TIMED_OUT;
      else if (error != NULL)
        {
          consent->error = (ShikakuError)error->code;
          consent->code = g_strdup (shikaku_error_get_center_code (error));
          consent->message = g_strdup (shikaku_error_get_center_text (error));
        }
    }
}

static void
log_unregistered (Visit *visit, const GError *error)
{
  const char *code = shikaku_error_get_plain_code (error);

  log_event (LOG_WARNING, SHIKAKU_MESSAGE_CONSENTS_UNREGISTERED, visit->options->path,
             ((const LogField[]){ { "SHIKAKU_ERROR", shikaku_error_get_short_name ((ShikakuError)error->code) },
                                  { "SHIKAKU_CENTER_CODE", code },
                                  { NULL, NULL } }),
             "visit: consents were not registered (%s%s%s)", shikaku_error_get_short_name ((ShikakuError)error->code),
             code != NULL ? ", code " : "", code != NULL ? code : "");
}

/* on_taken: the ledger has the answers, and the center was told, or not: the visit goes on. */
static void
on_taken (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Visit *visit = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (ConsentOutcome) outcome = consent_registrar_take_finish (result, &error);
  const GError *failure = outcome != NULL ? outcome->error : error;

  visit_clock_end (&visit->clock, VISIT_WAIT_CENTER);
  if (failure != NULL && visit->consents.is_told
      && (!visit_is_ending (visit) || visit_get_outcome (visit) == VISIT_DONE))
    log_unregistered (visit, failure);
  if (outcome != NULL && outcome->places != NULL)
    take_places (visit, outcome->places);
  if (visit->consents.is_told)
    take_registration (visit, outcome != NULL ? outcome->reply : NULL, failure);
  visit->consents.is_over = TRUE;
  visit->consents.steps->went_on (visit);
  visit_release (visit);
}

static Transport *
find_registrar (Visit *visit)
{
  return transports_find (visit->host->transports, TRANSPORT_REGISTERS_CONSENTS, visit->options->reader);
}

/* may_register: whether consents can be registered with this answer. */
static gboolean
may_register (Visit *visit, const Eligibility *eligibility)
{
  return eligibility->answer == ELIGIBILITY_ELIGIBLE && eligibility->qualification->key != NULL
         && find_registrar (visit) != NULL;
}

/* fill_message: what the center is told. @ret_consents: borrows of @writing, @eligibility and @texts. */
static void
fill_message (Visit *visit, const Eligibility *eligibility, Transport *transport, ConsentBookWriting *writing,
              TransportConsentText *texts, TransportConsents *ret_consents)
{
  visit_consents_fill_texts (visit, texts);
  writing->identifier = consent_registrar_make_identifier ();
  writing->until = g_get_real_time () + TRANSPORT_LATE_SECONDS * (gint64)G_USEC_PER_SEC;
  *ret_consents = (TransportConsents){ .identifier = writing->identifier,
                                       .qualification_key = eligibility->qualification->key,
                                       .agreed = get_agreed (visit, FALSE),
                                       .texts = texts };
  for (guint i = 0; i < visit->consents.list->len; i++)
    if (is_in (get_consent (visit, i), FALSE) && get_consent (visit, i)->answered)
      ret_consents->asked |= CONSENT_KINDS_OF (get_consent (visit, i)->kind);
  if (transport == visit->transport)
    ret_consents->bond = eligibility->reply->bond;
  writing->request = transport->klass->make_registration (transport, ret_consents);
  keep_person (visit, eligibility->qualification, &writing->person);
}

/* begin_consents: what was answered goes into the ledger, and, where the center takes it, to the center. */
static void
begin_consents (Visit *visit, const Eligibility *eligibility)
{
  ConsentBookWriting *writing = consent_book_writing_new ();
  Transport *transport = find_registrar (visit);
  TransportConsentText texts[CONSENT_N_KINDS] = { { NULL } };
  TransportConsents consents = { NULL };

  visit->consents.is_begun = TRUE;
  visit->consents.is_told = get_agreed (visit, FALSE) != 0 && may_register (visit, eligibility);
  writing->visit = g_strdup (visit->options->path);
  writing->treatment = visit_options_get_treatment (visit->options);
  if (visit->consents.is_told)
    fill_message (visit, eligibility, transport, writing, texts, &consents);
  gather (visit, eligibility, writing);
  visit_hold (visit);
  visit_clock_begin (&visit->clock, VISIT_WAIT_CENTER);
  visit_set_state (visit, VISIT_CHECKING);
  consent_registrar_take (visit->host->registrar, writing, transport, visit->consents.is_told ? &consents : NULL,
                          visit_get_cancellable (visit), on_taken, visit);
}

/* fail_without_ledger: no ledger, no registered consent. */
static void
fail_without_ledger (Visit *visit)
{
  visit->consents.is_begun = visit->consents.is_over = TRUE;
  for (guint i = 0; i < visit->consents.list->len; i++)
    if (is_open (get_consent (visit, i)))
      get_consent (visit, i)->error = SHIKAKU_ERROR_LEDGER_FAILED;
}

gboolean
visit_consents_conclude (Visit *visit, const Eligibility *eligibility)
{
  const gboolean waits = !visit->consents.are_answered && may_register (visit, eligibility);

  if (visit->consents.is_begun || waits)
    return visit->consents.is_over;
  if (get_agreed (visit, TRUE) == 0 && get_agreed (visit, FALSE) == 0)
    return TRUE;
  if (visit->host->registrar != NULL)
    begin_consents (visit, eligibility);
  else
    fail_without_ledger (visit);
  return visit->consents.is_over;
}

gboolean
visit_consents_may_open (Visit *visit, ConsentKind kind, gint64 now, const Consent **ret_consent, GError **error)
{
  for (guint i = 0; i < visit->consents.list->len; i++)
    {
      const Consent *consent = get_consent (visit, i);

      if (consent->kind != kind || !consent->granted || consent->withdrawn_at != 0)
        continue;
      if (now >= consent_rules_get_end (kind, consent->at, consent->until))
        return g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CONSENT_EXPIRED, "the consent has run out"),
               FALSE;
      if (ret_consent != NULL)
        *ret_consent = consent;
      return TRUE;
    }
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CONSENT_DENIED, "there is no consent to that");
  return FALSE;
}

const char *
visit_consents_find_receipt (Visit *visit, const char *word, GError **error)
{
  ConsentKind kind;

  if (!consent_kind_lookup (word, &kind))
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, "there is no such kind of consent");
      return NULL;
    }
  for (guint i = 0; i < visit->consents.list->len; i++)
    {
      const Consent *consent = get_consent (visit, i);

      if (consent->kind == kind && consent->agreed && consent->receipt != NULL && consent->withdrawn_at == 0
          && is_in (consent, FALSE))
        return consent->receipt;
    }
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_STATE,
                       "no consent of this kind stands that could be withdrawn");
  return NULL;
}

void
visit_consents_note_withdrawn (Visit *visit, ConsentKind kind, const char *where)
{
  for (guint i = 0; i < visit->consents.list->len; i++)
    if (get_consent (visit, i)->kind == kind)
      {
        get_consent (visit, i)->granted = FALSE;
        if (get_consent (visit, i)->withdrawn_at == 0)
          get_consent (visit, i)->withdrawn_at = g_get_real_time ();
        get_consent (visit, i)->withdrawn = where;
      }
}

gboolean
visit_consents_are_of (Visit *visit, const LedgerPersonHashes *person)
{
  const LedgerPersonHashes *who = &visit->consents.who;

  return who->has_number && person->has_number && memcmp (who->number, person->number, LEDGER_PERSON_SIZE) == 0
         && (!who->has_person || !person->has_person || memcmp (who->person, person->person, LEDGER_PERSON_SIZE) == 0);
}

void
visit_consents_end_in_time (Visit *visit)
{
  if (!visit->consents.are_answered)
    mark_unanswered (visit, FALSE, SHIKAKU_ERROR_TIMED_OUT);
}

/* keep_lazily: what nobody waits for: a no, silence, a yes that came to nothing before the center was told. */
static void
keep_lazily (Visit *visit, const Eligibility *eligibility)
{
  ConsentBookWriting *writing;

  if (visit->host->registrar == NULL || visit->consents.list->len == 0)
    return;
  writing = consent_book_writing_new ();
  gather (visit, eligibility, writing);
  for (guint i = 0; i < writing->answers->len; i++)
    ledger_append_lazily (consent_registrar_get_ledger (visit->host->registrar),
                          ledger_entry_ref (g_array_index (writing->answers, ConsentBookAnswer, i).entry));
  consent_book_writing_free (writing);
}

void
visit_consents_finish (Visit *visit, const Eligibility *eligibility, const GError *error)
{
  for (guint i = 0; i < visit->consents.list->len; i++)
    {
      Consent *consent = get_consent (visit, i);

      if (!consent->agreed || consent->granted || consent->withdrawn_at != 0)
        continue;
      statistics_count (visit->host->statistics, STATISTICS_CONSENTS_UNREGISTERED);
      if (consent->error == SHIKAKU_ERROR_NONE)
        consent->error = error != NULL ? (ShikakuError)error->code : SHIKAKU_ERROR_CENTER_REFUSED;
    }
  keep_lazily (visit, eligibility);
}
