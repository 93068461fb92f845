/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * consent-registrar: see the header. Each message to the center is an errand (consent-errand), from the answers of a
 * visit, from a withdrawal, or of an earlier run.
 */
#include "visit/consent-registrar.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "visit/consent-settlement.h"
#include "visit/ledger-person.h"

struct ConsentRegistrar
{
  guint references; /* its owner's, and one of each question to the book that is under way */
  gboolean is_freed;
  Ledger *ledger;
  ConsentBook *book;
  Transports *transports;
  ConsentErrands *errands; /* NULL: it is freed */
  GHashTable *own; /* identifiers of this run's messages, until those of earlier ones are known; NULL: they are */
  gboolean is_loading;
  ConsentRegistrarWithdrawn withdrawn; /* NULL: nobody is told */
  gpointer withdrawn_data;
};

static void load_left (ConsentRegistrar *registrar);

ConsentRegistrar *
consent_registrar_ref (ConsentRegistrar *registrar)
{
  registrar->references++;
  return registrar;
}

void
consent_registrar_unref (ConsentRegistrar *registrar)
{
  if (--registrar->references > 0)
    return;
  g_clear_pointer (&registrar->own, g_hash_table_unref);
  g_free (registrar);
}

static void
tell_observer (ConsentRegistrar *registrar, const LedgerPersonHashes *person, const char *receipt, ConsentKind kind,
               const char *where)
{
  if (registrar->withdrawn != NULL)
    registrar->withdrawn (&(ConsentRegistrarNews){ person, receipt, kind, where }, registrar->withdrawn_data);
}

/* on_ended: what the center has said goes into the ledger. */
static void
on_ended (ConsentErrand *errand, const TransportReply *reply, const GError *error, gpointer user_data)
{
  ConsentRegistrar *registrar = user_data;
  const ConsentBookMessage *message = consent_errand_get_message (errand);
  const LedgerPersonHashes *person = consent_errand_get_person (errand);

  consent_settlement_write (registrar->book, message, person, reply, error);
  if (message->withdraws && reply != NULL)
    tell_observer (registrar, person, message->receipt, g_array_index (message->kinds, ConsentKind, 0),
                   consent_book_withdrawal_to_string (CONSENT_BOOK_WITHDRAWN_CENTER));
}

/* new_errand: @message: (transfer full). @person: whose consents they are. */
static ConsentErrand *
new_errand (ConsentRegistrar *registrar, ConsentBookMessage *message, const ConsentBookPerson *person)
{
  const LedgerPerson known = ledger_person_of_book (person);
  LedgerPersonHashes hashes;

  ledger_person_hash (registrar->ledger, &known, &hashes);
  return consent_errand_new (registrar->errands, message, &hashes);
}

/* note_own: what is loaded afterwards is not an errand once more. */
static void
note_own (ConsentRegistrar *registrar, const char *identifier)
{
  load_left (registrar);
  if (registrar->own != NULL && identifier != NULL)
    g_hash_table_add (registrar->own, g_strdup (identifier));
}

/* make_message: of @writing, without consents. */
static ConsentBookMessage *
make_message (const ConsentBookWriting *writing)
{
  ConsentBookMessage *message = g_new0 (ConsentBookMessage, 1);

  message->identifier = g_strdup (writing->identifier);
  message->request = writing->request != NULL ? g_bytes_ref (writing->request) : NULL;
  message->until = writing->until;
  message->visit = g_strdup (writing->visit);
  message->entries = g_array_new (FALSE, FALSE, sizeof (guint64));
  message->kinds = g_array_new (FALSE, FALSE, sizeof (ConsentKind));
  return message;
}

/* The answers of a visit. */

/* One whose answers are being written. */
typedef struct
{
  ConsentRegistrar *registrar; /* a reference */
  ConsentErrand *errand;
} Taking;

static gboolean
is_of_person (ConsentErrand *errand, const LedgerPersonHashes *person)
{
  const LedgerPersonHashes *own = consent_errand_get_person (errand);

  return own->has_number && person->has_number && memcmp (own->number, person->number, LEDGER_PERSON_SIZE) == 0
         && own->has_person && person->has_person && memcmp (own->person, person->person, LEDGER_PERSON_SIZE) == 0;
}

void
consent_registrar_note_agreed (ConsentRegistrar *registrar, const LedgerPersonHashes *person, ConsentKinds kinds)
{
  for (guint i = registrar->is_freed ? 0 : consent_errands_count (registrar->errands); i > 0; i--)
    {
      ConsentErrand *errand = consent_errands_get (registrar->errands, i - 1);
      ConsentBookMessage *message = consent_errand_get_message (errand);

      if (message->withdraws && CONSENT_KINDS_HAS (kinds, g_array_index (message->kinds, ConsentKind, 0))
          && is_of_person (errand, person))
        {
          message->is_renewed = TRUE;
          consent_errand_drop (errand);
        }
    }
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Taking *taking = user_data;
  ConsentErrand *errand = taking->errand;
  ConsentRegistrar *registrar = taking->registrar;
  ConsentBookMessage *message = consent_errand_get_message (errand);
  ConsentKinds kinds = 0;
  GError *error = NULL;
  GArray *places = consent_book_write_finish (result, &error);

  g_free (taking);
  for (guint i = 0; places != NULL && i < message->entries->len; i++) /* so far they are places in the writing */
    {
      guint64 *entry = &g_array_index (message->entries, guint64, i);

      *entry = g_array_index (places, ConsentBookPlace, *entry).entry;
      kinds |= CONSENT_KINDS_OF (g_array_index (message->kinds, ConsentKind, i));
    }
  consent_registrar_note_agreed (registrar, consent_errand_get_person (errand), kinds);
  if (places != NULL && consent_errand_get_outcome (errand) != NULL)
    consent_errand_get_outcome (errand)->places = places;
  if (places != NULL && message->identifier != NULL && !registrar->is_freed)
    consent_errand_begin (errand);
  else
    {
      consent_errand_answer (errand, error);
      consent_errand_free (errand);
    }
  consent_registrar_unref (registrar);
}

/* add_answers: what the errand needs of @writing, with places in it instead of entries, which are not known yet. */
static void
add_answers (ConsentBookMessage *message, const ConsentBookWriting *writing)
{
  for (guint i = 0; i < writing->answers->len; i++)
    {
      const ConsentBookAnswer *answer = &g_array_index (writing->answers, ConsentBookAnswer, i);
      const guint64 place = i;

      if (!answer->is_kept || answer->state != CONSENT_BOOK_OPEN)
        continue;
      g_array_append_val (message->entries, place);
      g_array_append_val (message->kinds, answer->kind);
    }
}

void
consent_registrar_take (ConsentRegistrar *registrar, ConsentBookWriting *writing, Transport *transport,
                        const TransportConsents *consents, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer user_data)
{
  ConsentBookMessage *message = make_message (writing);
  Taking *taking = g_new (Taking, 1);

  add_answers (message, writing);
  note_own (registrar, writing->identifier);
  *taking = (Taking){ consent_registrar_ref (registrar), new_errand (registrar, message, &writing->person) };
  consent_errand_keep_first (taking->errand, transport, consents);
  consent_errand_wait (taking->errand, g_task_new (NULL, NULL, callback, user_data), cancellable);
  consent_book_write (registrar->book, writing, on_written, taking);
}

ConsentOutcome *
consent_registrar_take_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Of earlier runs. */

/* take_left: @message: (transfer full). */
static void
take_left (ConsentRegistrar *registrar, ConsentBookMessage *message)
{
  ConsentErrand *errand;

  if (g_hash_table_contains (registrar->own, message->identifier))
    {
      consent_book_message_free (message);
      return;
    }
  errand = new_errand (registrar, message, &message->person);
  consent_errand_begin (errand);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ConsentRegistrar *registrar = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = consent_book_load_finish (result, &error);

  registrar->is_loading = FALSE;
  if (messages == NULL)
    log_warning (NULL,
                 "consents: what the center was to be told before the last start cannot be read, and is looked for "
                 "again with the "
                 "next one: %s",
                 error->message);
  while (messages != NULL && messages->len > 0 && !registrar->is_freed)
    take_left (registrar, g_ptr_array_steal_index (messages, 0));
  if (messages != NULL)
    g_clear_pointer (&registrar->own, g_hash_table_unref);
  consent_registrar_unref (registrar);
}

/* load_left: unless it is done, or under way: the ledger may be readable by now. */
static void
load_left (ConsentRegistrar *registrar)
{
  if (registrar->own == NULL || registrar->is_loading)
    return;
  registrar->is_loading = TRUE;
  consent_book_load (registrar->book, on_loaded, consent_registrar_ref (registrar));
}

void
consent_registrar_begin (ConsentRegistrar *registrar)
{
  if (!consent_book_is_begun (registrar->book)) /* nothing can be left */
    return;
  registrar->own = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  load_left (registrar);
}

void
consent_registrar_note_center (ConsentRegistrar *registrar)
{
  if (registrar == NULL)
    return;
  load_left (registrar);
  consent_errands_hurry (registrar->errands);
}

/* Withdrawing. */

/* drop_consent: the center is not told of the consent at @place any more. */
static void
drop_consent (ConsentRegistrar *registrar, guint64 place)
{
  for (guint i = 0; i < consent_errands_count (registrar->errands); i++)
    {
      ConsentErrand *errand = consent_errands_get (registrar->errands, i);
      ConsentBookMessage *message = consent_errand_get_message (errand);

      for (guint j = 0; j < message->entries->len && !message->withdraws; j++)
        if (g_array_index (message->entries, guint64, j) == place)
          {
            consent_settlement_forget (registrar->book, message, j, consent_errand_get_person (errand));
            g_array_remove_index (message->entries, j);
            g_array_remove_index (message->kinds, j);
            if (message->entries->len == 0)
              consent_errand_drop (errand);
            return;
          }
    }
}

/*
 * make_telling: the message that withdraws @item at the center. NULL: the center knows no such withdrawal, or nobody
 * here can tell it.
 */
static ConsentBookWriting *
make_telling (ConsentRegistrar *registrar, const ConsentBookItem *item)
{
  Transport *transport = transports_find (registrar->transports, TRANSPORT_WITHDRAWS_CONSENTS, NULL);
  g_autofree char *identifier = consent_registrar_make_identifier ();
  const TransportWithdrawal withdrawal = { .identifier = identifier,
                                           .insurer_number = item->person.insurer_number,
                                           .symbol = item->person.symbol,
                                           .number = item->person.number,
                                           .branch = item->person.branch,
                                           .birthdate = item->person.birthdate,
                                           .treatment = (TransportTreatment)item->treatment };
  g_autoptr (GBytes) request = transport != NULL ? transport->klass->make_withdrawal (transport, &withdrawal) : NULL;
  ConsentBookWriting *writing;

  if (request == NULL)
    return NULL;
  writing = consent_book_writing_new ();
  writing->identifier = g_steal_pointer (&identifier);
  writing->request = g_steal_pointer (&request);
  writing->until = item->until;
  writing->visit = g_strdup (item->visit);
  writing->treatment = item->treatment;
  writing->has_number = item->has_number;
  memcpy (writing->number, item->number, sizeof writing->number);
  consent_book_person_copy (&item->person, &writing->person);
  return writing;
}

/* One that is being written. */
typedef struct
{
  ConsentRegistrar *registrar; /* a reference */
  GTask *task;
  char *receipt;
  ConsentKind kind;
  ConsentErrand *errand; /* that tells the center; NULL: it is not told */
  LedgerPersonHashes person;
  gboolean has_no_way; /* the center should be told, and cannot be */
} Withdrawing;

static void
withdrawing_free (Withdrawing *withdrawing)
{
  g_object_unref (withdrawing->task);
  g_free (withdrawing->receipt);
  consent_registrar_unref (withdrawing->registrar);
  g_free (withdrawing);
}

/* end_untold: it is withdrawn here. */
static void
end_untold (Withdrawing *withdrawing)
{
  ConsentOutcome *outcome = g_new0 (ConsentOutcome, 1);

  if (withdrawing->has_no_way)
    outcome->error
        = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING, "nothing is set up that could tell it");
  g_task_return_pointer (withdrawing->task, outcome, (GDestroyNotify)consent_outcome_free);
}

static void
on_withdrawn (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Withdrawing *withdrawing = user_data;
  ConsentRegistrar *registrar = withdrawing->registrar;
  GError *error = NULL;
  g_autoptr (GArray) places = consent_book_withdraw_finish (result, &error);

  for (guint i = 0; places != NULL && i < places->len && !registrar->is_freed; i++)
    drop_consent (registrar, g_array_index (places, guint64, i));
  if (places != NULL && !registrar->is_freed) /* before the center is waited for */
    tell_observer (registrar, &withdrawing->person, withdrawing->receipt, withdrawing->kind,
                   consent_book_withdrawal_to_string (CONSENT_BOOK_WITHDRAWN_HERE));
  if (places != NULL && withdrawing->errand != NULL && !registrar->is_freed)
    {
      consent_errand_wait (withdrawing->errand, g_object_ref (withdrawing->task), NULL);
      consent_errand_begin (withdrawing->errand);
    }
  else
    {
      if (places != NULL)
        end_untold (withdrawing);
      else
        g_task_return_error (withdrawing->task, error);
      g_clear_pointer (&withdrawing->errand, consent_errand_free);
    }
  withdrawing_free (withdrawing);
}

static gboolean
is_told (const ConsentBookItem *item)
{
  return item->treatment == TRANSPORT_TREATMENT_HOME || item->treatment == TRANSPORT_TREATMENT_ONLINE;
}

/* hash_item: the hash of the numbers is as it was kept. */
static void
hash_item (ConsentRegistrar *registrar, const ConsentBookItem *item, LedgerPersonHashes *ret_person)
{
  const LedgerPerson known = ledger_person_of_book (&item->person);

  ledger_person_hash (registrar->ledger, &known, ret_person);
  ret_person->has_number = item->has_number;
  memcpy (ret_person->number, item->number, sizeof ret_person->number);
}

void
consent_registrar_withdraw (ConsentRegistrar *registrar, const ConsentBookItem *item, LedgerEntry *entry,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  ConsentBookWriting *telling = is_told (item) ? make_telling (registrar, item) : NULL;
  Withdrawing *withdrawing = g_new0 (Withdrawing, 1);
  ConsentBookMessage *message;

  withdrawing->registrar = consent_registrar_ref (registrar);
  withdrawing->task = g_task_new (NULL, NULL, callback, user_data);
  withdrawing->receipt = g_strdup (item->receipt);
  withdrawing->kind = item->kind;
  withdrawing->has_no_way = is_told (item) && telling == NULL;
  hash_item (registrar, item, &withdrawing->person);
  if (telling != NULL)
    {
      note_own (registrar, telling->identifier);
      ledger_entry_add_text (entry, LEDGER_FIELD_IDENTIFIER, telling->identifier);
      message = make_message (telling);
      message->withdraws = TRUE;
      message->receipt = g_strdup (item->receipt);
      g_array_append_val (message->entries, item->entry);
      g_array_append_val (message->kinds, item->kind);
      withdrawing->errand = consent_errand_new (registrar->errands, message, &withdrawing->person);
    }
  consent_book_withdraw (registrar->book, item->entry, entry, telling, on_withdrawn, withdrawing);
}

ConsentOutcome *
consent_registrar_withdraw_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
consent_registrar_set_observer (ConsentRegistrar *registrar, ConsentRegistrarWithdrawn withdrawn, gpointer user_data)
{
  registrar->withdrawn = withdrawn;
  registrar->withdrawn_data = user_data;
}

/* Coming and going. */

ConsentRegistrar *
consent_registrar_new (Ledger *ledger, Transports *transports, Statistics *statistics)
{
  ConsentRegistrar *registrar = g_new0 (ConsentRegistrar, 1);

  registrar->references = 1;
  registrar->ledger = ledger;
  registrar->book = consent_book_new (ledger);
  registrar->transports = transports;
  registrar->errands = consent_errands_new (transports, statistics, on_ended, registrar);
  return registrar;
}

void
consent_registrar_free (ConsentRegistrar *registrar)
{
  if (registrar == NULL)
    return;
  registrar->is_freed = TRUE;
  g_clear_pointer (&registrar->errands, consent_errands_free);
  g_clear_pointer (&registrar->book, consent_book_free);
  consent_registrar_unref (registrar);
}

char *
consent_registrar_make_identifier (void)
{
  return g_uuid_string_random ();
}

ConsentBook *
consent_registrar_get_book (ConsentRegistrar *registrar)
{
  return registrar->book;
}

Ledger *
consent_registrar_get_ledger (ConsentRegistrar *registrar)
{
  return registrar->ledger;
}
