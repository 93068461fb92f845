/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-consents: see the header. */
#include "bus/bus-consents.h"

#include "bus/bus-actor.h"
#include "bus/bus-entry.h"
#include "visit/station-consents.h"

struct BusConsents
{
  Station *station;
  GPtrArray *waiting; /* of Waiting */
};

typedef struct
{
  BusConsents *consents; /* NULL: it is gone */
  BusCall *call;
  gboolean says_outcome; /* in the reply */
} Waiting;

static int
append_outcome (sd_bus_message *reply, const StationWithdrawal *withdrawal)
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
  StationWithdrawal withdrawal;
  GError *error = NULL;
  const gboolean done = station_withdraw_finish (result, &withdrawal, &error);

  if (waiting->consents == NULL)
    {
      g_clear_error (&error);
      return;
    }
  g_ptr_array_remove_fast (waiting->consents->waiting, waiting);
  if (!done)
    bus_call_return_error (waiting->call, error);
  else if (waiting->says_outcome)
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
  const char *what = "";
  Actor actor = { 0 };
  GError *error = NULL;
  Waiting *waiting;

  sd_bus_message_read_basic (bus_call_get_message (call), 's', &what);
  if (!bus_actor_fill (&actor, bus_call_get_peer (call), &error))
    {
      bus_call_return_error (call, error);
      return;
    }
  waiting = g_new (Waiting, 1);
  *waiting = (Waiting){ consents, call, visit == NULL };
  g_ptr_array_add (consents->waiting, waiting);
  if (visit != NULL)
    station_withdraw_consent (consents->station, visit, what, &actor, on_withdrawn, waiting);
  else
    station_withdraw_receipt (consents->station, what, &actor, on_withdrawn, waiting);
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
