/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* consent-errand: see the header. */
#include "visit/consent-errand.h"

#include "base/error.h"
#include "center/backoff.h"

#define PAUSE_BASE_SECONDS 5 /* of the back-off */
#define PAUSE_CAP_SECONDS 300
#define PAUSE_DOUBLINGS_MAXIMUM 10

struct ConsentErrands
{
  guint references; /* its owner's, and one of each errand */
  gboolean is_freed;
  Transports *transports;
  Statistics *statistics;
  ConsentErrandEnded ended;
  gpointer user_data;
  GCancellable *cancellable;
  GPtrArray *list; /* of ConsentErrand: whose message is not settled */
};

struct ConsentErrand
{
  ConsentErrands *all; /* a reference */
  ConsentBookMessage *message;
  LedgerPersonHashes person; /* whose consents they are */
  Transport *transport;      /* that is asked */
  TransportConsents first;   /* for the first call: copied; its key is NULL afterwards, and of a withdrawal */
  TransportConsentText texts[CONSENT_N_KINDS];
  GTask *task; /* who waits; NULL: nobody */
  GSource *cancelled;
  ConsentOutcome *outcome; /* for @task */
  gboolean is_asking;      /* a call is under way */
  gboolean is_dropped;     /* and it is the last */
  guint attempts, pause_source;
};

static void try_again (ConsentErrand *errand);

static void
errands_unref (ConsentErrands *errands)
{
  if (--errands->references > 0)
    return;
  g_object_unref (errands->cancellable);
  g_ptr_array_unref (errands->list);
  g_free (errands);
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

/* Who waits. */

static GError *
new_stopping (void)
{
  return g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_SHUTTING_DOWN, "the daemon is being stopped");
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  consent_errand_answer (user_data, g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED, "the visit is over"));
  return G_SOURCE_REMOVE;
}

void
consent_errand_wait (ConsentErrand *errand, GTask *task, GCancellable *cancellable)
{
  errand->task = task;
  errand->outcome = g_new0 (ConsentOutcome, 1);
  if (cancellable == NULL)
    return;
  errand->cancelled = g_cancellable_source_new (cancellable);
  g_source_set_callback (errand->cancelled, G_SOURCE_FUNC (on_cancelled), errand, NULL);
  g_source_attach (errand->cancelled, NULL);
}

void
consent_errand_answer (ConsentErrand *errand, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&errand->task);

  if (errand->cancelled != NULL)
    g_source_destroy (errand->cancelled);
  g_clear_pointer (&errand->cancelled, g_source_unref);
  if (task == NULL)
    g_clear_error (&error);
  else if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&errand->outcome), (GDestroyNotify)consent_outcome_free);
}

/* What the first call says. */

void
consent_errand_keep_first (ConsentErrand *errand, Transport *transport, const TransportConsents *consents)
{
  errand->transport = transport;
  if (consents == NULL)
    return;
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
forget_first (ConsentErrand *errand)
{
  g_clear_pointer ((char **)&errand->first.qualification_key, g_free);
  g_clear_pointer (&errand->first.bond, transport_bond_unref);
  for (guint kind = 0; kind < CONSENT_N_KINDS; kind++)
    {
      g_clear_pointer ((char **)&errand->texts[kind].version, g_free);
      g_clear_pointer ((char **)&errand->texts[kind].language, g_free);
    }
}

/* Coming and going. */

ConsentErrand *
consent_errand_new (ConsentErrands *errands, ConsentBookMessage *message, const LedgerPersonHashes *person)
{
  ConsentErrand *errand = g_new0 (ConsentErrand, 1);

  errands->references++;
  errand->all = errands;
  errand->message = message;
  errand->person = *person;
  consent_book_person_clear (&message->person);
  return errand;
}

void
consent_errand_free (ConsentErrand *errand)
{
  consent_errand_answer (errand, new_stopping ());
  g_clear_handle_id (&errand->pause_source, g_source_remove);
  forget_first (errand);
  g_clear_pointer (&errand->message, consent_book_message_free);
  consent_outcome_free (errand->outcome);
  errands_unref (errand->all);
  g_free (errand);
}

/* end: what is known is told, and it is over. */
static void
end (ConsentErrand *errand, const TransportReply *reply, const GError *error)
{
  ConsentErrands *errands = errand->all;

  g_ptr_array_remove (errands->list, errand);
  errands->ended (errand, reply, error, errands->user_data);
}

/* Asking. */

/* is_final: whether the center has said no to this very message: the same one would not fare better. */
static gboolean
is_final (const ConsentErrand *errand, const GError *error)
{
  static const ShikakuError codes[] = { SHIKAKU_ERROR_CERTIFICATE_EXPIRED, SHIKAKU_ERROR_CERTIFICATE_REVOKED,
                                        SHIKAKU_ERROR_CERTIFICATE_UNTRUSTED, SHIKAKU_ERROR_NOT_REGISTERED };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, SHIKAKU_ERROR, (int)codes[i]))
      return TRUE;
  if (errand->message->withdraws && g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND))
    return TRUE; /* nobody, or nothing that could be withdrawn */
  return g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_REFUSED)
         && shikaku_error_get_center_code (error) != NULL;
}

static gboolean
on_pause_over (gpointer user_data)
{
  ConsentErrand *errand = user_data;

  errand->pause_source = 0;
  try_again (errand);
  return G_SOURCE_REMOVE;
}

static void
pause_a_while (ConsentErrand *errand, guint at_least)
{
  const guint delay = backoff_delay (errand->attempts, PAUSE_BASE_SECONDS, PAUSE_CAP_SECONDS, g_random_int ());

  errand->attempts = MIN (errand->attempts + 1, PAUSE_DOUBLINGS_MAXIMUM);
  g_clear_handle_id (&errand->pause_source, g_source_remove);
  errand->pause_source = g_timeout_add_seconds (MAX (MAX (delay, at_least), 1), on_pause_over, errand);
}

/* take_answer: of the center; @reply: (transfer full), or NULL with @error. */
static void
take_answer (ConsentErrand *errand, TransportReply *reply, const GError *error)
{
  const gboolean is_ended = reply != NULL || is_final (errand, error) || errand->is_dropped;
  guint at_least = 0;

  if (is_ended)
    end (errand, reply, error != NULL && is_final (errand, error) ? error : NULL);
  if (errand->task != NULL)
    {
      errand->outcome->reply = reply;
      errand->outcome->error = error != NULL ? g_error_copy (error) : NULL;
      errand->outcome->is_open = !is_ended;
      consent_errand_answer (errand, NULL);
    }
  else
    g_clear_pointer (&reply, transport_reply_free);
  if (is_ended)
    {
      consent_errand_free (errand);
      return;
    }
  shikaku_error_get_retry_after (error, &at_least);
  pause_a_while (errand, MIN (at_least, PAUSE_CAP_SECONDS));
}

static TransportAbility
get_ability (const ConsentErrand *errand)
{
  return errand->message->withdraws ? TRANSPORT_WITHDRAWS_CONSENTS : TRANSPORT_REGISTERS_CONSENTS;
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ConsentErrand *errand = user_data;
  g_autoptr (GError) error = NULL;
  TransportReply *reply;

  errand->is_asking = FALSE;
  if (errand->all->is_freed) /* the transport may be gone too; the task frees what it has */
    {
      consent_errand_free (errand);
      return;
    }
  reply = errand->transport->klass->reply_finish (errand->transport, result, &error);
  if (!errand->message->withdraws)
    statistics_count_call (errand->all->statistics, STATISTICS_REGISTRATIONS, error);
  if (error != NULL)
    error = shikaku_error_adopt (g_steal_pointer (&error));
  take_answer (errand, reply, error);
}

/* ask_first: by the way, and with the settings, of the visit's own answer. */
static void
ask_first (ConsentErrand *errand)
{
  errand->is_asking = TRUE;
  errand->transport->klass->register_consents (errand->transport, &errand->first, errand->all->cancellable, on_answered,
                                               errand);
  forget_first (errand);
}

/* try_again: the same bytes, by whatever way there is now. */
static void
try_again (ConsentErrand *errand)
{
  const ConsentBookMessage *message = errand->message;
  g_autoptr (GError) no_way = NULL;

  if (errand->is_asking)
    return;
  g_clear_handle_id (&errand->pause_source, g_source_remove);
  if (message->until <= g_get_real_time () || message->request == NULL || errand->is_dropped)
    {
      end (errand, NULL, NULL);
      consent_errand_answer (errand, NULL);
      consent_errand_free (errand);
      return;
    }
  errand->transport = transports_find (errand->all->transports, get_ability (errand), NULL);
  if (errand->transport == NULL)
    {
      no_way = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING, "nothing is set up for this");
      take_answer (errand, NULL, no_way);
      return;
    }
  errand->is_asking = TRUE;
  errand->transport->klass->repeat (errand->transport, get_ability (errand), message->request, errand->all->cancellable,
                                    on_answered, errand);
}

void
consent_errand_begin (ConsentErrand *errand)
{
  g_ptr_array_add (errand->all->list, errand);
  if (errand->first.qualification_key != NULL)
    ask_first (errand);
  else
    try_again (errand);
}

void
consent_errand_drop (ConsentErrand *errand)
{
  errand->is_dropped = TRUE;
  try_again (errand);
}

ConsentBookMessage *
consent_errand_get_message (ConsentErrand *errand)
{
  return errand->message;
}

const LedgerPersonHashes *
consent_errand_get_person (const ConsentErrand *errand)
{
  return &errand->person;
}

ConsentOutcome *
consent_errand_get_outcome (ConsentErrand *errand)
{
  return errand->outcome;
}

/* All of them. */

ConsentErrands *
consent_errands_new (Transports *transports, Statistics *statistics, ConsentErrandEnded ended, gpointer user_data)
{
  ConsentErrands *errands = g_new0 (ConsentErrands, 1);

  *errands = (ConsentErrands){
    .references = 1,
    .transports = transports,
    .statistics = statistics,
    .ended = ended,
    .user_data = user_data,
    .cancellable = g_cancellable_new (),
    .list = g_ptr_array_new (),
  };
  return errands;
}

void
consent_errands_free (ConsentErrands *errands)
{
  errands->is_freed = TRUE;
  g_cancellable_cancel (errands->cancellable);
  while (errands->list->len > 0)
    {
      ConsentErrand *errand = g_ptr_array_steal_index (errands->list, 0);

      if (errand->is_asking)
        consent_errand_answer (errand, new_stopping ());
      else
        consent_errand_free (errand);
    }
  errands_unref (errands);
}

guint
consent_errands_count (const ConsentErrands *errands)
{
  return errands->list->len;
}

ConsentErrand *
consent_errands_get (ConsentErrands *errands, guint index)
{
  return errands->list->pdata[index];
}

void
consent_errands_hurry (ConsentErrands *errands)
{
  for (guint i = 0; i < errands->list->len; i++)
    {
      ConsentErrand *errand = errands->list->pdata[i];

      errand->attempts = 0;
      if (errand->pause_source != 0)
        pause_a_while (errand, 0);
    }
}
