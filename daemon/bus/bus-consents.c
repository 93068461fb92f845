/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-consents: see the header. */
#include "bus/bus-consents.h"

#include "bus/bus-actor.h"
#include "bus/bus-entry.h"
#include "visit/consent-withdrawal.h"
#include "visit/visit-consents.h"

struct BusConsents
{
  Station *station;
  GPtrArray *waiting; /* of Waiting */
};

typedef struct
{
  BusConsents *consents; /* NULL: it is gone */
  BusCall *call;
  Visit *visit; /* a reference; NULL: by receipt, and the reply says what has happened */
} Waiting;

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
  g_autofree Waiting *waiting = user_data;
  g_autoptr (Visit) visit = waiting->visit;
  ConsentWithdrawal withdrawal;
  GError *error = NULL;
  const gboolean done = consent_withdrawal_finish (result, &withdrawal, &error);

  if (done && visit != NULL)
    visit_consents_note_withdrawn (visit, withdrawal.kind, withdrawal.where);
  if (waiting->consents == NULL)
    {
      g_clear_error (&error);
      return;
    }
  g_ptr_array_remove_fast (waiting->consents->waiting, waiting);
  if (!done)
    bus_call_return_error (waiting->call, error);
  else if (visit == NULL)
    {
      sd_bus_message *reply = bus_call_new_reply (waiting->call);

      bus_call_return_message (waiting->call, reply, append_outcome (reply, &withdrawal));
    }
  else
    bus_call_return (waiting->call, "");
}

void
bus_consents_withdraw (BusConsents *consents, BusCall *call, Visit *visit)
{
  const char *what = "", *receipt;
  Actor actor = { 0 };
  GError *error = NULL;
  Waiting *waiting;

  sd_bus_message_read_basic (bus_call_get_message (call), 's', &what);
  receipt = visit != NULL ? visit_consents_find_receipt (visit, what, &error) : what;
  if (receipt == NULL || !bus_actor_fill (&actor, bus_call_get_peer (call), &error))
    {
      bus_call_return_error (call, error);
      return;
    }
  waiting = g_new (Waiting, 1);
  *waiting = (Waiting){ consents, call, visit != NULL ? visit_ref (visit) : NULL };
  g_ptr_array_add (consents->waiting, waiting);
  consent_withdrawal_begin (station_get_registrar (consents->station), receipt, &actor, on_withdrawn, waiting);
}

BusConsents *
bus_consents_new (Station *station)
{
  BusConsents *consents = g_new0 (BusConsents, 1);

  consents->station = station;
  consents->waiting = g_ptr_array_new ();
  return consents;
}

void
bus_consents_free (BusConsents *consents)
{
  for (guint i = 0; i < consents->waiting->len; i++)
    {
      Waiting *waiting = consents->waiting->pdata[i];

      waiting->consents = NULL;
      bus_call_return_error (waiting->call, g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_SHUTTING_DOWN,
                                                                 "the daemon is shutting down"));
    }
  g_ptr_array_unref (consents->waiting);
  g_free (consents);
}
