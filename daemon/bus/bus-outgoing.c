/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-outgoing: a set of calls under way and a line of those that wait. */
#include "bus/bus-outgoing.h"

#include "base/log.h"
#include "bus/bus-error.h"

#define CALLS_UNDER_WAY_MAXIMUM 56 /* beside the 40 of bus-polkit: together they stay below 100 */

typedef struct
{
  BusOutgoing *outgoing;
  sd_bus_message *message; /* until it is sent */
  sd_bus_slot *slot;       /* from then on */
  guint seconds;
  gboolean counted;
  BusOutgoingReply callback;
  gpointer user_data;
} OutgoingCall;

struct BusOutgoing
{
  sd_bus *bus;
  GHashTable *under_way; /* set of OutgoingCall */
  GQueue waiting;        /* of OutgoingCall */
  guint counted;         /* of those under way */
};

static void
call_end (OutgoingCall *call, sd_bus_message *reply)
{
  call->callback (reply, call->user_data);
  sd_bus_message_unref (call->message);
  sd_bus_slot_unref (call->slot);
  g_free (call);
}

static int on_reply (sd_bus_message *reply, void *user_data, sd_bus_error *error);

static void
send_call (BusOutgoing *outgoing, OutgoingCall *call)
{
  int result = sd_bus_call_async (outgoing->bus, &call->slot, call->message, on_reply, call,
                                  (guint64)call->seconds * G_USEC_PER_SEC);

  call->message = sd_bus_message_unref (call->message);
  g_hash_table_add (outgoing->under_way, call);
  outgoing->counted += call->counted;
  /* Only a broken connection or no memory: then the whole daemon ends, and bus_outgoing_free calls back. */
  if (result < 0)
    log_error (NULL, "A call on the bus could not be sent: %s", g_strerror (-result));
}

static void
send_waiting (BusOutgoing *outgoing)
{
  while (outgoing->waiting.length > 0 && outgoing->counted < CALLS_UNDER_WAY_MAXIMUM)
    send_call (outgoing, g_queue_pop_head (&outgoing->waiting));
}

static int
on_reply (sd_bus_message *reply, void *user_data, sd_bus_error *error)
{
  OutgoingCall *call = user_data;
  BusOutgoing *outgoing = call->outgoing;

  g_hash_table_remove (outgoing->under_way, call);
  outgoing->counted -= call->counted;
  call_end (call, reply);
  send_waiting (outgoing);
  return 0;
}

BusOutgoing *
bus_outgoing_new (sd_bus *bus)
{
  BusOutgoing *outgoing = g_new0 (BusOutgoing, 1);

  outgoing->bus = sd_bus_ref (bus);
  outgoing->under_way = g_hash_table_new (NULL, NULL);
  return outgoing;
}

void
bus_outgoing_free (BusOutgoing *outgoing)
{
  GHashTableIter iterator;
  gpointer call;

  g_hash_table_iter_init (&iterator, outgoing->under_way);
  while (g_hash_table_iter_next (&iterator, &call, NULL))
    {
      g_hash_table_iter_steal (&iterator);
      call_end (call, NULL);
    }
  while ((call = g_queue_pop_head (&outgoing->waiting)) != NULL)
    call_end (call, NULL);
  g_hash_table_unref (outgoing->under_way);
  sd_bus_unref (outgoing->bus);
  g_free (outgoing);
}

void
bus_outgoing_call (BusOutgoing *outgoing, sd_bus_message *message, guint seconds, BusOutgoingReply callback,
                   gpointer user_data)
{
  OutgoingCall *call = g_new0 (OutgoingCall, 1);

  *call = (OutgoingCall){ .outgoing = outgoing, .message = message, .seconds = seconds };
  call->callback = callback;
  call->user_data = user_data;
  call->counted = sd_bus_message_get_destination (message)[0] == ':';
  if (call->counted)
    {
      g_queue_push_tail (&outgoing->waiting, call);
      send_waiting (outgoing);
    }
  else /* behind silent agents it would never be asked */
    send_call (outgoing, call);
}

void
bus_outgoing_send (BusOutgoing *outgoing, sd_bus_message *message)
{
  g_autoptr (sd_bus_message) sent = message;

  if (sent == NULL)
    return;
  sd_bus_message_set_expect_reply (sent, FALSE);
  sd_bus_send (outgoing->bus, sent, NULL);
}
