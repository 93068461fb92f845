/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * consent-withdrawal: see the header. The consent is looked for in the book, and withdrawn there; telling the center is
 * consent-registrar's.
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

/* make_entry: @outcome: the word. */
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

static GError *
new_stopping (void)
{
  return g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_SHUTTING_DOWN, "the daemon is being stopped");
}

/*
 * note_unknown: who has withdrawn it was told that the center does not know of it yet; what becomes of it is an
 * entry of its own.
 */
static void
note_unknown (Withdrawing *withdrawing)
{
  LedgerEntry *entry = make_entry (withdrawing, consent_book_withdrawal_to_string (CONSENT_BOOK_WITHDRAWAL_OPEN));

  ledger_entry_add_text (entry, LEDGER_FIELD_ERROR, shikaku_error_get_short_name (withdrawing->outcome.error));
  ledger_append_lazily (consent_registrar_get_ledger (withdrawing->registrar), entry);
}

static void
on_withdrawn (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Withdrawing *withdrawing = user_data;
  GError *error = NULL;
  g_autoptr (ConsentOutcome) told = consent_registrar_withdraw_finish (result, &error);

  if (told == NULL)
    {
      end (withdrawing, error);
      return;
    }
  log_info (withdrawing->item->visit, "consents: one was withdrawn");
  withdrawing->outcome = (ConsentWithdrawal){
    .kind = withdrawing->item->kind,
    .where = consent_book_withdrawal_to_string (told->reply != NULL ? CONSENT_BOOK_WITHDRAWN_CENTER
                                                                    : CONSENT_BOOK_WITHDRAWN_HERE),
    .until = withdrawing->item->until,
    .error = told->error != NULL ? (ShikakuError)told->error->code : SHIKAKU_ERROR_NONE,
    .is_pending = told->is_open,
  };
  if (told->is_open && consent_registrar_get_book (withdrawing->registrar) != NULL)
    note_unknown (withdrawing);
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
    consent_registrar_withdraw (
        withdrawing->registrar, withdrawing->item,
        make_entry (withdrawing, consent_book_withdrawal_to_string (CONSENT_BOOK_WITHDRAWN_HERE)), on_withdrawn,
        withdrawing);
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
