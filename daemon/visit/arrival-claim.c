/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* arrival-claim: see the header. */
#include "visit/arrival-claim.h"

#include "base/error.h"
#include "base/log.h"
#include "center/field-arrival.h"
#include "visit/arrival-consents.h"
#include "visit/consent-withdrawal.h"
#include "visit/ledger-person.h"
#include "visit/person.h"

#define ACT_CLAIMED "claimed"

/* What is under way, until it is answered. */
typedef struct
{
  ArrivalBook *book;
  ConsentRegistrar *registrar;
  ArrivalPatient patient; /* its texts are owned */
  const VisitOptions *options;
  GPtrArray *group; /* of ArrivalFound: of the one person whose answer is taken */
  ArrivalClaim *claim;
  LedgerPersonHashes person; /* whose answer it is */
  guint kind;                /* of CONSENT_N_KINDS: the next of which an earlier yes may stand */
} Claiming;

void
arrival_claim_free (ArrivalClaim *claim)
{
  if (claim == NULL)
    return;
  g_clear_pointer (&claim->reply, transport_reply_free);
  g_ptr_array_unref (claim->candidates);
  g_clear_pointer (&claim->consents, g_array_unref);
  g_free (claim->terminal);
  g_free (claim);
}

static void
free_candidate (gpointer data)
{
  ArrivalCandidate *candidate = data;

  g_free (candidate->arrival);
  g_free (candidate->terminal);
  g_free (candidate->sex);
  g_free (candidate->insurer_number);
  g_free (candidate);
}

static void
free_claiming (gpointer data)
{
  Claiming *claiming = data;

  arrival_book_unref (claiming->book);
  consent_registrar_unref (claiming->registrar);
  g_free ((char *)claiming->patient.birthdate);
  g_free ((char *)claiming->patient.name);
  g_free ((char *)claiming->patient.name_kana);
  g_free ((char *)claiming->patient.reference_number);
  g_free ((char *)claiming->patient.arrival);
  g_clear_pointer (&claiming->group, g_ptr_array_unref);
  arrival_claim_free (claiming->claim);
  g_free (claiming);
}

/* answer_task: @task: (transfer full). */
static void
answer_task (GTask *task)
{
  Claiming *claiming = g_task_get_task_data (task);

  g_task_return_pointer (task, g_steal_pointer (&claiming->claim), (GDestroyNotify)arrival_claim_free);
  g_object_unref (task);
}

/* fail_task: @task, @error: (transfer full). */
static void
fail_task (GTask *task, GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* The consents. */

static void end_earlier (GTask *task);

static void
on_earlier_ended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ConsentWithdrawal withdrawal;

  consent_withdrawal_finish (result, &withdrawal, NULL); /* what failed is found again with the next claim */
  end_earlier (user_data);
}

static void
on_earlier_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Claiming *claiming = g_task_get_task_data (user_data);
  g_autoptr (ConsentBookItem) item = consent_book_find_finish (result, NULL);

  if (item != NULL && (item->state == CONSENT_BOOK_OPEN || item->state == CONSENT_BOOK_REGISTERED)
      && item->treatment == TRANSPORT_TREATMENT_OUTPATIENT
      && item->at <= claiming->claim->reply->consents[claiming->kind - 1].at)
    consent_withdrawal_begin (claiming->registrar, item->receipt, claiming->options->actor, on_earlier_ended,
                              user_data);
  else
    end_earlier (user_data);
}

/* end_earlier: who says no at the terminal has changed their mind: no yes of before opens anything any more. A later
   one does. */
static void
end_earlier (GTask *task)
{
  Claiming *claiming = g_task_get_task_data (task);
  const TransportReply *reply = claiming->claim->reply;
  const QualificationInsurance *insurance = person_get_insurance (reply->qualification);
  ConsentBook *book = consent_registrar_get_book (claiming->registrar);

  for (; book != NULL && claiming->person.has_number && claiming->kind < CONSENT_N_KINDS; claiming->kind++)
    if (reply->consents[claiming->kind].is_answered && !reply->consents[claiming->kind].granted
        && !consent_kind_is_inside_query (claiming->kind))
      {
        consent_book_find_person (book, claiming->person.number, insurance->branch, claiming->kind++, on_earlier_found,
                                  task);
        return;
      }
  answer_task (task);
}

/* note_agreed: no withdrawal of before ends at the center what the patient has said there since. */
static void
note_agreed (Claiming *claiming)
{
  ConsentKinds kinds = 0;

  for (ConsentKind kind = 0; kind < CONSENT_N_KINDS; kind++)
    if (claiming->claim->reply->consents[kind].granted)
      kinds |= CONSENT_KINDS_OF (kind);
  consent_registrar_note_agreed (claiming->registrar, &claiming->person, kinds);
}

static void
on_consents_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Claiming *claiming = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) places = consent_book_write_finish (result, &error);

  if (places != NULL)
    {
      arrival_consents_take_places (claiming->claim->consents, places);
      note_agreed (claiming);
      end_earlier (task);
    }
  else
    fail_task (task, g_steal_pointer (&error));
}

/* write_consents: what the patient has said, and still stands, goes into the consent book. */
static void
write_consents (GTask *task)
{
  Claiming *claiming = g_task_get_task_data (task);
  ArrivalClaim *claim = claiming->claim;
  ConsentBook *book = consent_registrar_get_book (claiming->registrar);
  ConsentBookWriting *writing;

  claiming->kind = 0;
  claim->consents = arrival_consents_new (claim->reply);
  if (book == NULL)
    {
      fail_task (task, g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_SHUTTING_DOWN, "the daemon is being stopped"));
      return;
    }
  writing = arrival_consents_write (claim->consents, claim->reply, consent_registrar_get_ledger (claiming->registrar),
                                    claiming->options);
  if (writing != NULL)
    consent_book_write (book, writing, on_consents_written, task);
  else
    answer_task (task);
}

static void drop_withdrawn (GTask *task);

static void
on_maybe_withdrawn (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Claiming *claiming = g_task_get_task_data (user_data);
  TransportConsentState *said = &claiming->claim->reply->consents[claiming->kind - 1];
  g_autoptr (GError) error = NULL;
  g_autoptr (ConsentBookItem) item = consent_book_find_finish (result, &error);

  if (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED)) /* nobody knows, so nothing is opened */
    {
      fail_task (user_data, g_steal_pointer (&error));
      return;
    }
  if (item != NULL && item->state == CONSENT_BOOK_WITHDRAWN && said->at <= item->at)
    *said = (TransportConsentState){ FALSE };
  drop_withdrawn (user_data);
}

/* drop_withdrawn: a yes that was taken back here after the patient had given it does not come back with its file. */
static void
drop_withdrawn (GTask *task)
{
  Claiming *claiming = g_task_get_task_data (task);
  const TransportReply *reply = claiming->claim->reply;
  const QualificationInsurance *insurance = person_get_insurance (reply->qualification);
  ConsentBook *book = consent_registrar_get_book (claiming->registrar);

  for (; book != NULL && claiming->person.has_number && claiming->kind < CONSENT_N_KINDS; claiming->kind++)
    if (reply->consents[claiming->kind].granted && !consent_kind_is_inside_query (claiming->kind))
      {
        consent_book_find_person (book, claiming->person.number, insurance->branch, claiming->kind++,
                                  on_maybe_withdrawn, task);
        return;
      }
  write_consents (task);
}

/* Claiming. */

static void
on_claimed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Claiming *claiming = g_task_get_task_data (task);
  GError *error = NULL;

  if (arrival_book_claim_finish (result, &error))
    {
      claiming->claim->reply = arrival_choice_merge (claiming->group);
      drop_withdrawn (task);
    }
  else
    fail_task (task, error);
}

static LedgerEntry *
make_entry (const Claiming *claiming)
{
  const ArrivalFound *newest = claiming->group->pdata[claiming->group->len - 1];
  LedgerEntry *entry = ledger_entry_new (LEDGER_ARRIVAL);

  ledger_entry_add_text (entry, LEDGER_FIELD_VISIT, claiming->options->path);
  actor_describe (claiming->options->actor, entry);
  ledger_person_add (entry, &claiming->person);
  ledger_entry_add_text (entry, LEDGER_FIELD_ORIGIN, visit_origin_get (VISIT_ORIGIN_TERMINAL)->word);
  ledger_entry_add_text (entry, LEDGER_FIELD_EVIDENCE, visit_evidence_to_string (VISIT_EVIDENCE_TERMINAL));
  for (guint i = 0; i < claiming->group->len; i++)
    {
      const ArrivalBookItem *item = ((const ArrivalFound *)claiming->group->pdata[i])->item;

      ledger_entry_add_bytes (entry, LEDGER_FIELD_SHA256, item->digest, sizeof item->digest);
    }
  ledger_entry_add_number (entry, LEDGER_FIELD_ENTRY, newest->item->place);
  ledger_entry_add_text (entry, LEDGER_FIELD_ACT, ACT_CLAIMED);
  return entry;
}

/* claim_group: @task: (transfer full). */
static void
claim_group (GTask *task)
{
  Claiming *claiming = g_task_get_task_data (task);
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  const ArrivalFound *newest = claiming->group->pdata[claiming->group->len - 1];
  const LedgerPerson person = ledger_person_of_qualification (newest->reply->qualification);

  ledger_person_hash (consent_registrar_get_ledger (claiming->registrar), &person, &claiming->person);
  for (guint i = 0; i < claiming->group->len; i++)
    g_ptr_array_add (ids, ((const ArrivalFound *)claiming->group->pdata[i])->item->id);
  g_ptr_array_add (ids, NULL);
  claiming->claim->terminal = g_strdup (newest->item->terminal);
  arrival_book_claim (claiming->book, (const char *const *)ids->pdata, claiming->options->uid, claiming->patient.again,
                      make_entry (claiming), on_claimed, task);
}

/* Choosing. */

/* read_found: what of @items (transfer full) can be read. (transfer full) of ArrivalFound. */
static GPtrArray *
read_found (GPtrArray *items)
{
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify)arrival_found_free);

  while (items->len > 0)
    {
      ArrivalBookItem *item = g_ptr_array_steal_index (items, 0);
      g_autoptr (GError) error = NULL;
      TransportReply *reply = field_arrival_read (item->body, NULL, &error);

      if (reply != NULL && person_get_insurance (reply->qualification) != NULL)
        {
          reply->received = item->received;
          g_ptr_array_add (found, arrival_found_new (item, reply));
          continue;
        }
      log_warning (NULL, "station: what a terminal has brought cannot be read again");
      g_clear_pointer (&reply, transport_reply_free);
      arrival_book_item_free (item);
    }
  g_ptr_array_unref (items);
  return found;
}

static void
add_candidate (GPtrArray *candidates, const GPtrArray *group)
{
  const ArrivalFound *newest = group->pdata[group->len - 1];
  const QualificationInsurance *insurance = person_get_insurance (newest->reply->qualification);
  ArrivalCandidate *candidate = g_new (ArrivalCandidate, 1);

  *candidate = (ArrivalCandidate){ g_strdup (newest->item->id), newest->item->at, g_strdup (newest->item->terminal),
                                   g_strdup (insurance->sex), g_strdup (insurance->insurer_number) };
  g_ptr_array_insert (candidates, 0, candidate);
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Claiming *claiming = g_task_get_task_data (task);
  GError *error = NULL;
  GPtrArray *items = arrival_book_look_finish (result, &error);
  g_autoptr (GPtrArray) groups = NULL;
  gboolean fits = FALSE;

  if (items == NULL)
    {
      fail_task (task, error);
      return;
    }
  groups = arrival_choice_group (&claiming->patient, read_found (items), &fits);
  if (fits)
    {
      claiming->group = g_ptr_array_steal_index (groups, 0);
      claim_group (task);
      return;
    }
  for (guint i = 0; i < groups->len; i++)
    add_candidate (claiming->claim->candidates, groups->pdata[i]);
  if (groups->len > 0)
    answer_task (task);
  else
    fail_task (task, g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND,
                                          "nothing that a terminal has brought of this patient waits"));
}

void
arrival_claim_begin (ArrivalBook *book, ConsentRegistrar *registrar, const ArrivalPatient *patient,
                     const VisitOptions *options, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Claiming *claiming = g_new0 (Claiming, 1);
  g_autofree char *word = arrival_patient_make_word (patient);

  claiming->book = arrival_book_ref (book);
  claiming->registrar = consent_registrar_ref (registrar);
  claiming->patient = (ArrivalPatient){ g_strdup (patient->birthdate), g_strdup (patient->name),
                                        g_strdup (patient->name_kana), g_strdup (patient->reference_number),
                                        g_strdup (patient->arrival),   patient->again };
  claiming->options = options;
  claiming->claim = g_new0 (ArrivalClaim, 1);
  claiming->claim->candidates = g_ptr_array_new_with_free_func (free_candidate);
  g_task_set_source_tag (task, arrival_claim_begin);
  g_task_set_task_data (task, claiming, free_claiming);
  arrival_book_find (book, word, patient->again ? (gint64)options->uid : ARRIVAL_BOOK_NOBODY, on_found, task);
}

ArrivalClaim *
arrival_claim_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
