/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-consents: see the header. */
#include "bus/bus-consents.h"

#include <string.h>

#include "bus/bus-actor.h"
#include "bus/bus-entry.h"
#include "bus/bus-options.h"
#include "visit/consent-withdrawal.h"
#include "visit/station-records.h"
#include "visit/visit-consents.h"

static int
append_outcome (sd_bus_message *reply, const ConsentWithdrawal *withdrawal)
{
  int result = sd_bus_message_open_container (reply, 'a', "{sv}");

  if (result >= 0)
    result = bus_entry_append_text (reply, "Kind", consent_kind_to_string (withdrawal->kind));
  if (result >= 0)
    result = bus_entry_append_text (reply, "Where", withdrawal->where);
  if (result >= 0 && g_str_equal (withdrawal->where, "here"))
    result = bus_entry_append (reply, "Until", "t", (guint64)withdrawal->until);
  if (result >= 0 && withdrawal->error != SHIKAKU_ERROR_NONE)
    result = bus_entry_append_text (reply, "Error", shikaku_error_get_name (withdrawal->error));
  if (result >= 0 && withdrawal->is_pending)
    result = bus_entry_append (reply, "Pending", "b", TRUE);
  return result < 0 ? result : sd_bus_message_close_container (reply);
}

static void
on_withdrawn (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusErrand *errand = user_data;
  const gboolean is_of_visit = bus_errand_get_data (errand) != NULL; /* else the reply says what has happened */
  ConsentWithdrawal withdrawal;
  g_autoptr (GError) error = NULL;
  const gboolean done = consent_withdrawal_finish (result, &withdrawal, &error);
  BusCall *call;
  sd_bus_message *reply;

  call = bus_errand_end (errand);
  if (call == NULL)
    return;
  if (!done)
    bus_call_return_error (call, g_steal_pointer (&error));
  else if (is_of_visit)
    bus_call_return (call, "");
  else
    {
      reply = bus_call_new_reply (call);
      bus_call_return_message (call, reply, append_outcome (reply, &withdrawal));
    }
}

void
bus_consents_withdraw (Station *station, BusErrands *errands, BusCall *call, Visit *visit)
{
  const char *what = "", *receipt;
  Actor actor = { 0 };
  GError *error = NULL;

  sd_bus_message_read_basic (bus_call_get_message (call), 's', &what);
  receipt = visit != NULL ? visit_consents_find_receipt (visit, what, &error) : what;
  if (receipt == NULL || !bus_actor_fill (&actor, bus_call_get_peer (call), &error))
    {
      bus_call_return_error (call, error);
      return;
    }
  consent_withdrawal_begin (
      station_get_registrar (station), receipt, &actor, on_withdrawn,
      bus_errand_new (errands, call, visit != NULL ? visit_ref (visit) : NULL, (GDestroyNotify)visit_unref));
}

/* By numbers: kind after kind. */

typedef struct
{
  TransportNumberQuery insured; /* borrowed from the call */
  Actor actor;
} PatientOptions;

#define OPTION(key, member) \
  { \
    key, BUS_OPTION_TEXT, offsetof (PatientOptions, insured.member), NULL \
  }

static const BusOption patient_options[] = {
  OPTION ("InsurerNumber", insurer_number),
  OPTION ("Symbol", symbol),
  OPTION ("Number", number),
  OPTION ("Branch", branch),
  OPTION ("Birthdate", birthdate),
  { NULL },
};
static const BusOption actor_options[] = {
  BUS_ACTOR_OPTIONS (PatientOptions, actor),
  { NULL },
};

typedef struct
{
  BusBrake *brake;
  ConsentRegistrar *registrar; /* a reference; NULL: there is no ledger */
  guint8 number[LEDGER_PERSON_SIZE];
  char *branch;
  Actor *actor;
  ConsentKind kind; /* that is being withdrawn */
  GArray *outcomes; /* ConsentWithdrawal */
} AllWithdrawing;

static void
all_withdrawing_free (gpointer data)
{
  AllWithdrawing *all = data;

  g_clear_pointer (&all->registrar, consent_registrar_unref);
  g_free (all->branch);
  actor_free (all->actor);
  g_array_unref (all->outcomes);
  g_free (all);
}

/* answer_all: @error: (transfer full), or NULL. */
static void
answer_all (BusErrand *errand, GError *error)
{
  AllWithdrawing *all = bus_errand_get_data (errand);
  g_autoptr (GArray) outcomes = g_array_ref (all->outcomes);
  BusBrake *brake = all->brake;
  BusCall *call = bus_errand_end (errand);
  BusPeer *peer = bus_call_get_peer (call);
  sd_bus_message *reply;
  int result;

  if (error == NULL && outcomes->len == 0)
    {
      if (peer != NULL)
        bus_brake_note_failure (brake, bus_account_get_uid (peer->account), g_get_monotonic_time ());
      g_set_error_literal (&error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND,
                           "nobody with these numbers has consented to anything here that still stands");
    }
  if (error != NULL)
    {
      bus_call_return_error (call, error);
      return;
    }
  reply = bus_call_new_reply (call);
  result = sd_bus_message_open_container (reply, 'a', "a{sv}");
  for (guint i = 0; i < outcomes->len && result >= 0; i++)
    result = append_outcome (reply, &g_array_index (outcomes, ConsentWithdrawal, i));
  if (result >= 0)
    result = sd_bus_message_close_container (reply);
  bus_call_return_message (call, reply, result);
}

static void on_kind_withdrawn (GObject *source, GAsyncResult *result, gpointer user_data);

/* withdraw_kind: the kind that it is the turn of; or none is left. */
static void
withdraw_kind (BusErrand *errand)
{
  AllWithdrawing *all = bus_errand_get_data (errand);

  while (all->kind < CONSENT_N_KINDS && consent_kind_is_inside_query (all->kind))
    all->kind++;
  if (all->kind < CONSENT_N_KINDS)
    consent_withdrawal_begin_person (all->registrar, all->number, all->branch, all->kind, all->actor, on_kind_withdrawn,
                                     errand);
  else
    answer_all (errand, NULL);
}

static void
on_kind_withdrawn (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusErrand *errand = user_data;
  AllWithdrawing *all = bus_errand_get_data (errand);
  ConsentWithdrawal withdrawal;
  g_autoptr (GError) error = NULL;
  const gboolean is_withdrawn = consent_withdrawal_finish (result, &withdrawal, &error);

  if (all == NULL)
    {
      bus_errand_end (errand);
      return;
    }
  if (is_withdrawn)
    g_array_append_val (all->outcomes, withdrawal);
  if (is_withdrawn || error->code == SHIKAKU_ERROR_NOT_FOUND)
    {
      all->kind++;
      withdraw_kind (errand);
    }
  else
    answer_all (errand, g_steal_pointer (&error));
}

void
bus_consents_withdraw_all (Station *station, BusErrands *errands, BusBrake *brake, BusCall *call)
{
  BusPeer *peer = bus_call_get_peer (call);
  sd_bus_message *message = bus_call_get_message (call);
  PatientOptions options = { 0 };
  RecordsPatient patient;
  ConsentRegistrar *registrar = station_get_registrar (station);
  AllWithdrawing *all;
  GError *error = NULL;

  if (!bus_options_read (message, patient_options, &options, &error)
      || !bus_options_read (message, actor_options, &options, &error) || !bus_actor_fill (&options.actor, peer, &error)
      || !bus_brake_check (brake, bus_account_get_uid (peer->account), g_get_monotonic_time (), &error)
      || !station_hash_insured (station, &options.insured, &patient, &error))
    {
      bus_call_return_error (call, error);
      return;
    }
  all = g_new0 (AllWithdrawing, 1);
  all->brake = brake;
  all->registrar = registrar != NULL ? consent_registrar_ref (registrar) : NULL;
  memcpy (all->number, patient.number, sizeof all->number);
  all->branch = g_strdup (patient.branch);
  all->actor = actor_new (&options.actor);
  all->outcomes = g_array_new (FALSE, FALSE, sizeof (ConsentWithdrawal));
  withdraw_kind (bus_errand_new (errands, call, all, all_withdrawing_free));
}
