/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-consents: see the header. */
#include "bus/bus-consents.h"

#include "bus/bus-actor.h"
#include "bus/bus-entry.h"
#include "visit/consent-withdrawal.h"
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
  return result < 0 ? result : sd_bus_message_close_container (reply);
}

static void
on_withdrawn (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusErrand *errand = user_data;
  Visit *visit = bus_errand_get_data (errand); /* NULL: by receipt, and the reply says what has happened */
  const gboolean is_of_visit = visit != NULL;
  ConsentWithdrawal withdrawal;
  g_autoptr (GError) error = NULL;
  const gboolean done = consent_withdrawal_finish (result, &withdrawal, &error);
  BusCall *call;
  sd_bus_message *reply;

  if (done && is_of_visit)
    visit_consents_note_withdrawn (visit, withdrawal.kind, withdrawal.where);
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
