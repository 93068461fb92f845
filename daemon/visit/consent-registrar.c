/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * consent-registrar: see the header. One Errand is one message to the center, from the answers of a visit, or of an
 * earlier run, until it is known what became of it. A visit that waits for it is told what the first call comes to.
 */
#include "visit/consent-registrar.h"

#include "base/error.h"
#include "base/log.h"
#include "center/backoff.h"
#include "visit/consent-rules.h"
#include "visit/ledger-person.h"

#define PAUSE_BASE_SECONDS 5 /* of the back-off */
#define PAUSE_CAP_SECONDS 300
#define PAUSE_DOUBLINGS_MAXIMUM 10

struct ConsentRegistrar
{
  guint references; /* its owner's, and one of each call that is under way */
  gboolean is_freed;
  Ledger *ledger;
  ConsentBook *book;
  Transports *transports;
  Statistics *statistics;
  GCancellable *cancellable;
  GPtrArray *errands; /* of Errand: whose message is not settled */
  GHashTable *own;    /* identifiers of this run's messages, until those of earlier ones are known; NULL: they are */
  gboolean is_loading;
  ConsentRegistrarWithdrawn withdrawn; /* NULL: nobody is told */
  gpointer withdrawn_data;
};

typedef struct
{
  ConsentRegistrar *registrar; /* a reference */
  ConsentBookMessage *message;
  LedgerPersonHashes person; /* whose consents they are */
  Transport *transport;      /* that is asked */
  TransportConsents first;   /* for the first call: copied; its key is NULL afterwards */
  TransportConsentText texts[CONSENT_N_KINDS];
  GTask *task; /* who waits; NULL: nobody */
  GSource *cancelled;
  ConsentOutcome *outcome; /* for @task */
  gboolean is_asking;      /* a call is under way */
  guint attempts, pause_source;
} Errand;

static void try_again (Errand *errand);
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
  g_object_unref (registrar->cancellable);
  g_ptr_array_unref (registrar->errands);
  g_clear_pointer (&registrar->own, g_hash_table_unref);
  g_free (registrar);
}

void
consent_outcome_free (ConsentOutcome *outcome)
{
  if (outcome == NULL)
    return;
  g_clear_pointer (&outcome->places, g_array_unref);
  g_clear_pointer (&outcome->reply, transport_reply_free);
  g_clear_error (&outcome->error);
  g_free (outcome);
}

/* An errand. */

static void
copy_first (Errand *errand, const TransportConsents *consents)
{
  errand->first = *consents;
  errand->first.qualification_key = g_strdup (consents->qualification_key);
  errand->first.identifier = errand->message->identifier;
  errand->first.bond = transport_bond_ref (consents->bond);
  errand->first.texts = errand->texts;
  for (guint kind = 0; consents->texts != NULL && kind < CONSENT_N_KINDS; kind++)
    errand->texts[kind]
        = (TransportConsentText){ g_strdup (consents->texts[kind].version), g_strdup (consents->texts[kind].language) };
}

static void
forget_first (Errand *errand)
{
  g_clear_pointer ((char **)&errand->first.qualification_key, g_free);
  g_clear_pointer (&errand->first.bond, transport_bond_unref);
  for (guint kind = 0; kind < CONSENT_N_KINDS; kind++)
    {
      g_clear_pointer ((char **)&errand->texts[kind].version, g_free);
      g_clear_pointer ((char **)&errand->texts[kind].language, g_free);
    }
}

static void
stop_waiting (Errand *errand)
{
  if (errand->cancelled != NULL)
    g_source_destroy (errand->cancelled);
  g_clear_pointer (&errand->cancelled, g_source_unref);
}

/* answer_errand: who waits is told what is known. @error: (transfer full), or NULL: the outcome. */
static void
answer_errand (Errand *errand, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&errand->task);

  stop_waiting (errand);
  if (task == NULL)
    g_clear_error (&error);
  else if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&errand->outcome), (GDestroyNotify)consent_outcome_free);
}

static void
errand_free (Errand *errand)
{
  answer_errand (errand,
                 g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_SHUTTING_DOWN, "the daemon is being stopped"));
  g_clear_handle_id (&errand->pause_source, g_source_remove);
  forget_first (errand);
  g_clear_pointer (&errand->message, consent_book_message_free);
  consent_outcome_free (errand->outcome);
  consent_registrar_unref (errand->registrar);
  g_free (errand);
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  answer_errand (user_data, g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "the visit is over"));
  return G_SOURCE_REMOVE;
}

/* What the center has said goes into the ledger. */

/* settle_consent: consent @index of the message. @said: of the center, or NULL; @error: or NULL. */
static void
settle_consent (Errand *errand, guint index, ConsentBookState state, const TransportConsentState *said,
                const GError *error)
{
  const ConsentBookMessage *message = errand->message;
  const ConsentKind kind = g_array_index (message->kinds, ConsentKind, index);
  const guint64 place = g_array_index (message->entries, guint64, index);
  const gint64 at = said != NULL && said->at != 0 ? said->at : g_get_real_time ();
  const gint64 until
      = state == CONSENT_BOOK_REGISTERED ? consent_rules_get_end (kind, at, said->until) : message->until;
  LedgerEntry *entry = ledger_entry_new (LEDGER_REGISTRATION);

  ledger_entry_add_text (entry, LEDGER_FIELD_VISIT, message->visit);
  ledger_person_add (entry, &errand->person);
  ledger_entry_add_text (entry, LEDGER_FIELD_CONSENT, consent_kind_to_string (kind));
  if (state == CONSENT_BOOK_REGISTERED)
    ledger_entry_add_number (entry, LEDGER_FIELD_UNTIL, (guint64)until);
  ledger_entry_add_text (entry, LEDGER_FIELD_IDENTIFIER, message->identifier);
  ledger_entry_add_text (entry, LEDGER_FIELD_OUTCOME, consent_book_state_to_string (state));
  if (error != NULL)
    {
      ledger_entry_add_text (entry, LEDGER_FIELD_ERROR, shikaku_error_get_short_name ((ShikakuError)error->code));
      ledger_entry_add_text (entry, LEDGER_FIELD_CODE, shikaku_error_get_plain_code (error));
    }
  ledger_entry_add_number (entry, LEDGER_FIELD_ENTRY, place);
  consent_book_settle (errand->registrar->book, place, state, at, until, entry);
}

/* settle_all: the message has come to its end. @reply: NULL: each is @without_reply. */
static void
settle_all (Errand *errand, const TransportReply *reply, ConsentBookState without_reply, const GError *error)
{
  for (guint i = 0; i < errand->message->entries->len; i++)
    {
      const TransportConsentState *said
          = reply != NULL ? &reply->consents[g_array_index (errand->message->kinds, ConsentKind, i)] : NULL;
      const ConsentBookState state = said == NULL    ? without_reply
                                     : said->granted ? CONSENT_BOOK_REGISTERED
                                                     : CONSENT_BOOK_REFUSED;

      settle_consent (errand, i, state, said, error);
    }
  log_info (errand->message->visit, "consents: %s",
            reply != NULL                           ? "the center has answered"
            : without_reply == CONSENT_BOOK_REFUSED ? "the center has refused them"
                                                    : "the center never said what became of them");
}

/* end_errand: frees it. */
static void
end_errand (Errand *errand)
{
  g_ptr_array_remove (errand->registrar->errands, errand);
  errand_free (errand);
}

/* Asking. */

/* is_final: whether the center has said no to this very message: the same one would not fare better. */
static gboolean
is_final (const GError *error)
{
  static const ShikakuError codes[] = { SHIKAKU_ERROR_CERTIFICATE_EXPIRED, SHIKAKU_ERROR_CERTIFICATE_REVOKED,
                                        SHIKAKU_ERROR_CERTIFICATE_UNTRUSTED, SHIKAKU_ERROR_NOT_REGISTERED };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, SHIKAKU_ERROR, (int)codes[i]))
      return TRUE;
  return g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_REFUSED)
         && shikaku_error_get_center_code (error) != NULL;
}

static gboolean
on_pause_over (gpointer user_data)
{
  Errand *errand = user_data;

  errand->pause_source = 0;
  try_again (errand);
  return G_SOURCE_REMOVE;
}

static void
pause_a_while (Errand *errand, guint at_least)
{
  const guint delay = backoff_delay (errand->attempts, PAUSE_BASE_SECONDS, PAUSE_CAP_SECONDS, g_random_int ());

  errand->attempts = MIN (errand->attempts + 1, PAUSE_DOUBLINGS_MAXIMUM);
  g_clear_handle_id (&errand->pause_source, g_source_remove);
  errand->pause_source = g_timeout_add_seconds (MAX (MAX (delay, at_least), 1), on_pause_over, errand);
}

/* take_answer: of the center; @reply: (transfer full), or NULL with @error. */
static void
take_answer (Errand *errand, TransportReply *reply, const GError *error)
{
  const gboolean is_settled = reply != NULL || is_final (error) || errand->message->entries->len == 0;
  guint at_least = 0;

  if (is_settled)
    settle_all (errand, reply, CONSENT_BOOK_REFUSED, error);
  if (errand->task != NULL)
    {
      errand->outcome->reply = reply;
      errand->outcome->error = error != NULL ? g_error_copy (error) : NULL;
      answer_errand (errand, NULL);
    }
  else
    g_clear_pointer (&reply, transport_reply_free);
  if (is_settled)
    {
      end_errand (errand);
      return;
    }
  shikaku_error_get_retry_after (error, &at_least);
  pause_a_while (errand, MIN (at_least, PAUSE_CAP_SECONDS));
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Errand *errand = user_data;
  ConsentRegistrar *registrar = errand->registrar;
  g_autoptr (GError) error = NULL;
  TransportReply *reply;

  errand->is_asking = FALSE;
  if (registrar->is_freed) /* the transport may be gone too; the task frees what it has */
    {
      errand_free (errand);
      consent_registrar_unref (registrar);
      return;
    }
  reply = errand->transport->klass->reply_finish (errand->transport, result, &error);
  statistics_count_call (registrar->statistics, STATISTICS_REGISTRATIONS, error);
  if (error != NULL)
    error = shikaku_error_adopt (g_steal_pointer (&error));
  take_answer (errand, reply, error);
  consent_registrar_unref (registrar);
}

/* ask_first: by the way, and with the settings, of the visit's own answer. */
static void
ask_first (Errand *errand)
{
  errand->is_asking = TRUE;
  consent_registrar_ref (errand->registrar);
  errand->transport->klass->register_consents (errand->transport, &errand->first, errand->registrar->cancellable,
                                               on_answered, errand);
  forget_first (errand);
}

/* try_again: the same bytes, by whatever way there is now. */
static void
try_again (Errand *errand)
{
  ConsentRegistrar *registrar = errand->registrar;

  if (errand->is_asking)
    return;
  g_clear_handle_id (&errand->pause_source, g_source_remove);
  if (errand->message->until <= g_get_real_time () || errand->message->request == NULL)
    {
      settle_all (errand, NULL, CONSENT_BOOK_UNKNOWN, NULL);
      end_errand (errand);
      return;
    }
  errand->transport = transports_find (registrar->transports, TRANSPORT_REGISTERS_CONSENTS, NULL);
  if (errand->transport == NULL)
    {
      pause_a_while (errand, 0);
      return;
    }
  errand->is_asking = TRUE;
  consent_registrar_ref (registrar);
  errand->transport->klass->repeat (errand->transport, TRANSPORT_REGISTERS_CONSENTS, errand->message->request,
                                    registrar->cancellable, on_answered, errand);
}

/* The answers of a visit. */

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Errand *errand = user_data;
  ConsentRegistrar *registrar = errand->registrar;
  ConsentBookMessage *message = errand->message;
  GError *error = NULL;
  GArray *places = consent_book_write_finish (result, &error);

  if (places == NULL)
    {
      answer_errand (errand, error);
      errand_free (errand);
    }
  else
    {
      errand->outcome->places = places;
      for (guint i = 0; i < message->entries->len; i++) /* so far they are places in the writing */
        {
          guint64 *entry = &g_array_index (message->entries, guint64, i);

          *entry = g_array_index (places, ConsentBookPlace, *entry).entry;
        }
      if (message->identifier != NULL && !registrar->is_freed)
        {
          g_ptr_array_add (registrar->errands, errand);
          ask_first (errand);
        }
      else
        {
          answer_errand (errand, NULL);
          errand_free (errand);
        }
    }
  consent_registrar_unref (registrar);
}

/* errand_new: @message: (transfer full). @person: whose consents they are: its hashes are kept, the texts are not. */
static Errand *
errand_new (ConsentRegistrar *registrar, ConsentBookMessage *message, const ConsentBookPerson *person)
{
  Errand *errand = g_new0 (Errand, 1);
  const LedgerPerson known = ledger_person_of_book (person);

  errand->registrar = consent_registrar_ref (registrar);
  errand->message = message;
  ledger_person_hash (registrar->ledger, &known, &errand->person);
  consent_book_person_clear (&message->person);
  return errand;
}

/* make_message: what the errand needs of @writing, with places in it instead of entries, which are not known yet. */
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
  for (guint i = 0; i < writing->answers->len; i++)
    {
      const ConsentBookAnswer *answer = &g_array_index (writing->answers, ConsentBookAnswer, i);
      const guint64 place = i;

      if (!answer->is_kept || answer->state != CONSENT_BOOK_OPEN)
        continue;
      g_array_append_val (message->entries, place);
      g_array_append_val (message->kinds, answer->kind);
    }
  return message;
}

void
consent_registrar_take (ConsentRegistrar *registrar, ConsentBookWriting *writing, Transport *transport,
                        const TransportConsents *consents, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer user_data)
{
  Errand *errand = errand_new (registrar, make_message (writing), &writing->person);

  load_left (registrar);
  if (registrar->own != NULL && writing->identifier != NULL)
    g_hash_table_add (registrar->own, g_strdup (writing->identifier));
  errand->transport = transport;
  errand->outcome = g_new0 (ConsentOutcome, 1);
  errand->task = g_task_new (NULL, NULL, callback, user_data);
  if (consents != NULL)
    copy_first (errand, consents);
  if (cancellable != NULL)
    {
      errand->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_callback (errand->cancelled, G_SOURCE_FUNC (on_cancelled), errand, NULL);
      g_source_attach (errand->cancelled, NULL);
    }
  consent_registrar_ref (registrar);
  consent_book_write (registrar->book, writing, on_written, errand);
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
  Errand *errand;

  if (g_hash_table_contains (registrar->own, message->identifier))
    {
      consent_book_message_free (message);
      return;
    }
  errand = errand_new (registrar, message, &message->person);
  g_ptr_array_add (registrar->errands, errand);
  try_again (errand);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ConsentRegistrar *registrar = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = consent_book_load_finish (result, &error);

  registrar->is_loading = FALSE;
  if (messages == NULL)
    log_warning (
        NULL,
        "consents: what was to be registered before the last start cannot be read, and is looked for again with the "
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
  for (guint i = 0; i < registrar->errands->len; i++)
    {
      Errand *errand = registrar->errands->pdata[i];

      errand->attempts = 0;
      if (errand->pause_source != 0)
        pause_a_while (errand, 0);
    }
}

/* Withdrawing. */

/* drop_consent: the center is not told of the consent at @place any more. */
static void
drop_consent (ConsentRegistrar *registrar, guint64 place)
{
  for (guint i = 0; i < registrar->errands->len; i++)
    {
      Errand *errand = registrar->errands->pdata[i];

      for (guint j = 0; j < errand->message->entries->len; j++)
        if (g_array_index (errand->message->entries, guint64, j) == place)
          {
            settle_consent (errand, j, CONSENT_BOOK_UNKNOWN, NULL, NULL);
            g_array_remove_index (errand->message->entries, j);
            g_array_remove_index (errand->message->kinds, j);
            break;
          }
      if (errand->message->entries->len == 0 && !errand->is_asking)
        {
          end_errand (errand);
          return;
        }
    }
}

void
consent_registrar_withdraw (ConsentRegistrar *registrar, guint64 place, LedgerEntry *entry,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  consent_book_withdraw (registrar->book, place, entry, callback, user_data);
}

GArray *
consent_registrar_withdraw_finish (GAsyncResult *result, GError **error)
{
  return consent_book_withdraw_finish (result, error);
}

void
consent_registrar_set_observer (ConsentRegistrar *registrar, ConsentRegistrarWithdrawn withdrawn, gpointer user_data)
{
  registrar->withdrawn = withdrawn;
  registrar->withdrawn_data = user_data;
}

void
consent_registrar_note_withdrawn (ConsentRegistrar *registrar, const ConsentBookItem *item, const GArray *places)
{
  if (registrar->is_freed)
    return;
  for (guint i = 0; i < places->len; i++)
    drop_consent (registrar, g_array_index (places, guint64, i));
  if (registrar->withdrawn != NULL)
    registrar->withdrawn (item, registrar->withdrawn_data);
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
  registrar->statistics = statistics;
  registrar->cancellable = g_cancellable_new ();
  registrar->errands = g_ptr_array_new ();
  return registrar;
}

void
consent_registrar_free (ConsentRegistrar *registrar)
{
  if (registrar == NULL)
    return;
  registrar->is_freed = TRUE;
  g_cancellable_cancel (registrar->cancellable);
  while (registrar->errands->len > 0)
    {
      Errand *errand = g_ptr_array_steal_index (registrar->errands, 0);

      if (errand->is_asking)
        answer_errand (errand,
                       g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_SHUTTING_DOWN, "the daemon is being stopped"));
      else
        errand_free (errand);
    }
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

Transport *
consent_registrar_find_way (ConsentRegistrar *registrar, TransportAbility ability)
{
  return transports_find (registrar->transports, ability, NULL);
}

GCancellable *
consent_registrar_get_cancellable (ConsentRegistrar *registrar)
{
  return registrar->cancellable;
}
