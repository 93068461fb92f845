/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * station-consents: see the header. A withdrawal is looked for in the book, written there, and, of home and online care,
 * told to the center.
 */
#include "visit/station-consents.h"

#include "base/error.h"
#include "base/log.h"
#include "visit/station-private.h"
#include "visit/station.h"
#include "visit/visit-consents.h"

typedef struct
{
  Station *station; /* a reference */
  GTask *task;
  Actor *actor;
  Visit *visit; /* a reference; NULL: by receipt */
  ConsentBookItem *item;
  Transport *transport;
  StationWithdrawal outcome;
} Withdrawing;

void
station_consents_set_ledger (Station *station, Ledger *ledger)
{
  station_consents_clear (station);
  if (ledger == NULL)
    return;
  station->host.registrar = consent_registrar_new (ledger, station->transports, &station->statistics);
  consent_registrar_begin (station->host.registrar);
}

void
station_consents_clear (Station *station)
{
  consent_registrar_free (g_steal_pointer (&station->host.registrar));
}

void
station_consents_note_center (Station *station)
{
  if (transports_get_state (station->transports) == TRANSPORT_ONLINE)
    consent_registrar_note_center (station->host.registrar);
}

static void
withdrawing_free (Withdrawing *withdrawing)
{
  g_object_unref (withdrawing->task);
  actor_free (withdrawing->actor);
  g_clear_pointer (&withdrawing->visit, visit_unref);
  g_clear_pointer (&withdrawing->item, consent_book_item_free);
  station_unref (withdrawing->station);
  g_free (withdrawing);
}

/* end: @error: (transfer full), or NULL. */
static void
end (Withdrawing *withdrawing, GError *error)
{
  if (error != NULL)
    g_task_return_error (withdrawing->task, error);
  else
    {
      if (withdrawing->visit != NULL)
        visit_consents_note_withdrawn (withdrawing->visit, withdrawing->outcome.kind, withdrawing->outcome.where);
      g_task_return_pointer (withdrawing->task, g_memdup2 (&withdrawing->outcome, sizeof withdrawing->outcome), g_free);
    }
  withdrawing_free (withdrawing);
}

/* make_entry: @outcome: here, center, unknown. */
static LedgerEntry *
make_entry (const Withdrawing *withdrawing, const char *outcome)
{
  const ConsentBookItem *item = withdrawing->item;
  LedgerEntry *entry = ledger_entry_new (LEDGER_WITHDRAWAL);

  ledger_entry_add_text (entry, LEDGER_FIELD_VISIT, item->visit);
  if (withdrawing->actor != NULL)
    actor_describe (withdrawing->actor, entry);
  ledger_entry_add_text (entry, LEDGER_FIELD_CONSENT, consent_kind_to_string (item->kind));
  ledger_entry_add_number (entry, LEDGER_FIELD_UNTIL, (guint64)item->until);
  ledger_entry_add_text (entry, LEDGER_FIELD_OUTCOME, outcome);
  ledger_entry_add_number (entry, LEDGER_FIELD_ENTRY, item->entry);
  ledger_entry_add_text (entry, LEDGER_FIELD_RECEIPT, item->receipt);
  return entry;
}

/* At the center, of home and online care. */

static void
on_told_center (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Withdrawing *withdrawing = user_data;
  Transport *transport = withdrawing->transport;
  g_autoptr (GError) error = NULL;
  g_autoptr (TransportReply) reply = transport->klass->reply_finish (transport, result, &error);
  LedgerEntry *entry = make_entry (withdrawing, reply != NULL ? "center" : "unknown");

  if (reply != NULL)
    withdrawing->outcome.where = "center";
  else
    {
      error = shikaku_error_adopt (g_steal_pointer (&error));
      withdrawing->outcome.error = (ShikakuError)error->code;
      ledger_entry_add_text (entry, LEDGER_FIELD_ERROR, shikaku_error_get_short_name (withdrawing->outcome.error));
    }
  if (withdrawing->station->host.registrar != NULL)
    ledger_append_lazily (consent_registrar_get_ledger (withdrawing->station->host.registrar), entry);
  else
    ledger_entry_unref (entry);
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

  withdrawing->transport = transports_find (withdrawing->station->transports, TRANSPORT_WITHDRAWS_CONSENTS, NULL);
  if (withdrawing->transport == NULL)
    {
      withdrawing->outcome.error = SHIKAKU_ERROR_CREDENTIAL_MISSING;
      end (withdrawing, NULL);
      return;
    }
  withdrawing->transport->klass->withdraw_consents (withdrawing->transport, &withdrawal, NULL, on_told_center,
                                                    withdrawing);
}

static void
on_withdrawn (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Withdrawing *withdrawing = user_data;
  const guint treatment = withdrawing->item->treatment;
  GError *error = NULL;

  if (!consent_registrar_withdraw_finish (result, &error))
    {
      end (withdrawing, error);
      return;
    }
  log_info (withdrawing->item->visit, "consents: one was withdrawn");
  withdrawing->outcome
      = (StationWithdrawal){ withdrawing->item->kind, "here", withdrawing->item->until, SHIKAKU_ERROR_NONE };
  if ((treatment == TRANSPORT_TREATMENT_HOME || treatment == TRANSPORT_TREATMENT_ONLINE)
      && !withdrawing->station->is_freed)
    tell_center (withdrawing);
  else
    end (withdrawing, NULL);
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Withdrawing *withdrawing = user_data;
  ConsentRegistrar *registrar = withdrawing->station->host.registrar;
  GError *error = NULL;

  withdrawing->item = consent_book_find_finish (result, &error);
  if (withdrawing->item == NULL)
    end (withdrawing, error);
  else if (registrar == NULL)
    end (withdrawing,
         g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_SHUTTING_DOWN, "the daemon is being stopped"));
  else
    consent_registrar_withdraw (registrar, withdrawing->item->entry, make_entry (withdrawing, "here"), on_withdrawn,
                                withdrawing);
}

static Withdrawing *
withdrawing_new (Station *station, const Actor *actor, GAsyncReadyCallback callback, gpointer user_data)
{
  Withdrawing *withdrawing = g_new0 (Withdrawing, 1);

  withdrawing->station = station_ref (station);
  withdrawing->task = g_task_new (NULL, NULL, callback, user_data);
  withdrawing->actor = actor != NULL ? actor_new (actor) : NULL;
  return withdrawing;
}

static void
begin (Withdrawing *withdrawing, const char *receipt)
{
  ConsentRegistrar *registrar = withdrawing->station->host.registrar;

  if (registrar == NULL)
    end (withdrawing, g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED, "there is no ledger"));
  else
    consent_book_find_receipt (consent_registrar_get_book (registrar), receipt, on_found, withdrawing);
}

void
station_withdraw_receipt (Station *station, const char *receipt, const Actor *actor, GAsyncReadyCallback callback,
                          gpointer user_data)
{
  begin (withdrawing_new (station, actor, callback, user_data), receipt);
}

void
station_withdraw_consent (Station *station, Visit *visit, const char *kind, const Actor *actor,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  Withdrawing *withdrawing = withdrawing_new (station, actor, callback, user_data);
  GError *error = NULL;
  const char *receipt = visit_consents_find_receipt (visit, kind, &error);

  if (receipt == NULL)
    {
      end (withdrawing, error);
      return;
    }
  withdrawing->visit = visit_ref (visit);
  begin (withdrawing, receipt);
}

gboolean
station_withdraw_finish (GAsyncResult *result, StationWithdrawal *ret_withdrawal, GError **error)
{
  g_autofree StationWithdrawal *outcome = g_task_propagate_pointer (G_TASK (result), error);

  if (outcome == NULL)
    return FALSE;
  *ret_withdrawal = *outcome;
  return TRUE;
}
