/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * consent-withdrawal: see the header. The consent is looked for in the book, withdrawn there, and, of home and online
 * care, at the center.
 */
#include "visit/consent-withdrawal.h"

#include "base/error.h"
#include "base/log.h"
#include "visit/ledger-person.h"

typedef struct
{
  ConsentRegistrar *registrar; /* a reference */
  GTask *task;
  Actor *actor;
  ConsentBookItem *item;
  Transport *transport;
  ConsentWithdrawal outcome;
} Withdrawing;

static void
withdrawing_free (Withdrawing *withdrawing)
{
  g_object_unref (withdrawing->task);
  actor_free (withdrawing->actor);
  g_clear_pointer (&withdrawing->item, consent_book_item_free);
  consent_registrar_unref (withdrawing->registrar);
  g_free (withdrawing);
}

/* end: @error: (transfer full), or NULL. */
static void
end (Withdrawing *withdrawing, GError *error)
{
  if (error != NULL)
    g_task_return_error (withdrawing->task, error);
  else
    g_task_return_pointer (withdrawing->task, g_memdup2 (&withdrawing->outcome, sizeof withdrawing->outcome), g_free);
  withdrawing_free (withdrawing);
}

/* make_entry: @outcome: here, center, unknown. */
static LedgerEntry *
make_entry (const Withdrawing *withdrawing, const char *outcome)
{
  const ConsentBookItem *item = withdrawing->item;
  const LedgerPerson person = ledger_person_of_book (&item->person);
  LedgerEntry *entry = ledger_entry_new (LEDGER_WITHDRAWAL);

  ledger_entry_add_text (entry, LEDGER_FIELD_VISIT, item->visit);
  if (withdrawing->actor != NULL)
    actor_describe (withdrawing->actor, entry);
  ledger_person_describe (consent_registrar_get_ledger (withdrawing->registrar), &person, entry);
  ledger_entry_add_text (entry, LEDGER_FIELD_CONSENT, consent_kind_to_string (item->kind));
  ledger_entry_add_number (entry, LEDGER_FIELD_UNTIL, (guint64)item->until);
  ledger_entry_add_text (entry, LEDGER_FIELD_OUTCOME, outcome);
  ledger_entry_add_number (entry, LEDGER_FIELD_ENTRY, item->entry);
  ledger_entry_add_text (entry, LEDGER_FIELD_RECEIPT, item->receipt);
  return entry;
}

/* At the center, of home and online care. */

static GError *
new_stopping (void)
{
  return g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_SHUTTING_DOWN, "the daemon is being stopped");
}

static void
on_told_center (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Withdrawing *withdrawing = user_data;
  Transport *transport = withdrawing->transport;
  g_autoptr (GError) error = NULL;
  g_autoptr (TransportReply) reply = NULL;
  LedgerEntry *entry;

  if (consent_registrar_get_book (withdrawing->registrar) == NULL) /* it is over, and the transport may be gone */
    {
      end (withdrawing, new_stopping ());
      return;
    }
  reply = transport->klass->reply_finish (transport, result, &error);
  entry = make_entry (withdrawing, reply != NULL ? "center" : "unknown");
  if (reply != NULL)
    withdrawing->outcome.where = "center";
  else
    {
      error = shikaku_error_adopt (g_steal_pointer (&error));
      withdrawing->outcome.error = (ShikakuError)error->code;
      ledger_entry_add_text (entry, LEDGER_FIELD_ERROR, shikaku_error_get_short_name (withdrawing->outcome.error));
    }
  ledger_append_lazily (consent_registrar_get_ledger (withdrawing->registrar), entry);
  end (withdrawing, NULL);
}

static void
tell_center (Withdrawing *withdrawing)
{
  const ConsentBookPerson *person = &withdrawing->item->person;
  g_autofree char *identifier = consent_registrar_make_identifier ();
  const TransportWithdrawal withdrawal = { .identifier = identifier,
                                           .insurer_number = person->insurer_number,
                                           .symbol = person->symbol,
                                           .number = person->number,
                                           .branch = person->branch,
                                           .birthdate = person->birthdate,
                                           .treatment = (TransportTreatment)withdrawing->item->treatment };

  withdrawing->transport = consent_registrar_find_way (withdrawing->registrar, TRANSPORT_WITHDRAWS_CONSENTS);
  if (withdrawing->transport == NULL)
    {
      withdrawing->outcome.error = SHIKAKU_ERROR_CREDENTIAL_MISSING;
      end (withdrawing, NULL);
      return;
    }
  withdrawing->transport->klass->withdraw_consents (withdrawing->transport, &withdrawal,
                                                    consent_registrar_get_cancellable (withdrawing->registrar),
                                                    on_told_center, withdrawing);
}

static void
on_withdrawn (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Withdrawing *withdrawing = user_data;
  const guint treatment = withdrawing->item->treatment;
  GError *error = NULL;
  g_autoptr (GArray) places = consent_registrar_withdraw_finish (result, &error);

  if (places == NULL)
    {
      end (withdrawing, error);
      return;
    }
  log_info (withdrawing->item->visit, "consents: one was withdrawn");
  /* Before the center is waited for: */
  consent_registrar_note_withdrawn (withdrawing->registrar, withdrawing->item, places);
  withdrawing->outcome
      = (ConsentWithdrawal){ withdrawing->item->kind, "here", withdrawing->item->until, SHIKAKU_ERROR_NONE };
  if ((treatment == TRANSPORT_TREATMENT_HOME || treatment == TRANSPORT_TREATMENT_ONLINE)
      && consent_registrar_get_book (withdrawing->registrar) != NULL)
    tell_center (withdrawing);
  else
    end (withdrawing, NULL);
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Withdrawing *withdrawing = user_data;
  GError *error = NULL;

  withdrawing->item = consent_book_find_finish (result, &error);
  if (withdrawing->item == NULL)
    end (withdrawing, error);
  else if (consent_registrar_get_book (withdrawing->registrar) == NULL)
    end (withdrawing, new_stopping ());
  else
    consent_registrar_withdraw (withdrawing->registrar, withdrawing->item->entry, make_entry (withdrawing, "here"),
                                on_withdrawn, withdrawing);
}

/*
 * new_withdrawing: @registrar: NULL: there is no ledger, and that is the answer; likewise of one that has ended, which
 * a claim of an arrival may still hold. Return: NULL then.
 */
static Withdrawing *
new_withdrawing (ConsentRegistrar *registrar, const Actor *actor, GAsyncReadyCallback callback, gpointer user_data)
{
  Withdrawing *withdrawing;

  if (registrar == NULL)
    {
      g_task_report_new_error (NULL, callback, user_data, NULL, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED,
                               "there is no ledger");
      return NULL;
    }
  if (consent_registrar_get_book (registrar) == NULL)
    {
      g_task_report_error (NULL, callback, user_data, NULL, new_stopping ());
      return NULL;
    }
  withdrawing = g_new0 (Withdrawing, 1);
  withdrawing->registrar = consent_registrar_ref (registrar);
  withdrawing->task = g_task_new (NULL, NULL, callback, user_data);
  withdrawing->actor = actor_new (actor);
  return withdrawing;
}

void
consent_withdrawal_begin (ConsentRegistrar *registrar, const char *receipt, const Actor *actor,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  Withdrawing *withdrawing = new_withdrawing (registrar, actor, callback, user_data);

  if (withdrawing != NULL)
    consent_book_find_receipt (consent_registrar_get_book (registrar), receipt, on_found, withdrawing);
}

void
consent_withdrawal_begin_person (ConsentRegistrar *registrar, const guint8 number[LEDGER_PERSON_SIZE],
                                 const char *branch, ConsentKind kind, const Actor *actor, GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  Withdrawing *withdrawing = new_withdrawing (registrar, actor, callback, user_data);

  if (withdrawing != NULL)
    consent_book_find_to_withdraw (consent_registrar_get_book (registrar), number, branch, kind, on_found, withdrawing);
}

gboolean
consent_withdrawal_finish (GAsyncResult *result, ConsentWithdrawal *ret_withdrawal, GError **error)
{
  g_autofree ConsentWithdrawal *outcome = g_task_propagate_pointer (G_TASK (result), error);

  if (outcome == NULL)
    return FALSE;
  *ret_withdrawal = *outcome;
  return TRUE;
}
