/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-call: limits, access, handler, reply; in this order. */
#include "bus/bus-call.h"

#include <string.h>

#include "bus/bus-actor.h"
#include "bus/bus-options.h"

#define SIZE_MAXIMUM 65536 /* bytes of arguments, roughly: a call may wait for minutes, and many may */

struct BusCalls
{
  guint references;
  BusPeers *peers;
  BusAccess *access;
  Station *station; /* counts what is turned away */
  gboolean closed;
};

struct BusCall
{
  BusCalls *calls;
  BusShare *share; /* its caller's, to which it is charged */
  const BusAccessRule *rule;
  sd_bus_message *message;
  BusCallHandler handler;
  gpointer target;
};

BusCalls *
bus_calls_new (BusPeers *peers, BusAccess *access)
{
  BusCalls *calls = g_new0 (BusCalls, 1);

  *calls = (BusCalls){ .references = 1, .peers = bus_peers_ref (peers), .access = access };
  return calls;
}

BusCalls *
bus_calls_ref (BusCalls *calls)
{
  calls->references++;
  return calls;
}

void
bus_calls_unref (BusCalls *calls)
{
  if (--calls->references > 0)
    return;
  bus_peers_unref (calls->peers);
  g_free (calls);
}

BusPeers *
bus_calls_get_peers (BusCalls *calls)
{
  return calls->peers;
}

void
bus_calls_set_station (BusCalls *calls, Station *station)
{
  calls->station = station;
}

void
bus_calls_close (BusCalls *calls)
{
  calls->closed = TRUE;
  calls->station = NULL; /* it may go first */
}

gboolean
bus_calls_are_closed (BusCalls *calls)
{
  return calls->closed;
}

/* A call is answered with @code, a ShikakuError. */
static void
count_refusal (BusCalls *calls, int code)
{
  if (calls->station != NULL && (code == SHIKAKU_ERROR_NOT_AUTHORIZED || code == SHIKAKU_ERROR_LIMIT_EXCEEDED))
    station_count_refusal (calls->station, code == SHIKAKU_ERROR_LIMIT_EXCEEDED);
}

/* make_actor: who calls, as far as the bus knows; @peer is known. */
static Actor
make_actor (BusPeer *peer)
{
  Actor actor = { 0 };

  bus_actor_fill (&actor, peer, NULL); /* nothing is asserted that could be wrong */
  return actor;
}

/* note_done: what manages the daemon is an entry of the ledger. */
static void
note_done (BusCall *call)
{
  BusPeer *peer = bus_call_get_peer (call);

  if (call->rule->act != NULL && call->calls->station != NULL && peer != NULL && peer->account != NULL)
    {
      const Actor actor = make_actor (peer);

      station_note_act (call->calls->station, &actor, call->rule->act);
    }
}

/* note_refused: also that somebody has no right to it. */
static void
note_refused (BusCall *call, BusPeer *peer)
{
  if (call->calls->station != NULL && peer != NULL && peer->account != NULL)
    {
      const Actor actor = make_actor (peer);

      station_note_refusal (call->calls->station, &actor, call->rule->member, SHIKAKU_ERROR_NOT_AUTHORIZED);
    }
}

static void
call_free (BusCall *call)
{
  bus_share_discharge (call->share, BUS_ACCOUNT_CALL);
  bus_share_unref (call->share);
  sd_bus_message_unref (call->message);
  bus_calls_unref (call->calls);
  g_free (call);
}

static void
on_access (BusPeer *peer, const GError *error, gpointer user_data)
{
  BusCall *call = user_data;
  g_autoptr (BusCalls) calls = bus_calls_ref (call->calls);
  gboolean refused = !calls->closed && g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_AUTHORIZED);

  if (refused)
    note_refused (call, peer);
  if (calls->closed) /* meanwhile */
    bus_call_return_error (
        call, g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_SHUTTING_DOWN, "the daemon is shutting down"));
  else if (error != NULL)
    bus_call_return_error (call, g_error_copy (error));
  else
    call->handler (call, call->target);
  /* Who may do nothing here shall not cost us a place. */
  if (refused)
    bus_peers_forget (calls->peers, peer);
}

gboolean
bus_call_is_short (sd_bus_message *message)
{
  return bus_options_seek (message, SIZE_MAXIMUM, NULL, 0);
}

static const BusMethod *
find_method (const BusMethod *methods, const char *member)
{
  while (methods->member != NULL && strcmp (methods->member, member) != 0)
    methods++;
  return methods->member != NULL ? methods : NULL;
}

int
bus_call_refuse (BusCalls *calls, sd_bus_message *message, ShikakuError code, const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (SHIKAKU_ERROR, (int)code, text);

  count_refusal (calls, (int)code);
  bus_error_reply (message, error);
  return 1;
}

int
bus_call_begin (BusCalls *calls, sd_bus_message *message, const char *interface, const BusMethod *methods,
                gpointer target)
{
  const char *member = sd_bus_message_get_member (message);
  const BusMethod *method = find_method (methods, member);
  const BusAccessRule *rule = bus_access_find_rule (interface, member);
  BusAccessSubject subject;
  BusPeer *peer;
  BusCall *call;

  if (method == NULL || rule == NULL)
    return bus_call_refuse (calls, message, SHIKAKU_ERROR_NOT_AUTHORIZED, "nobody may call this");
  if (calls->closed)
    return bus_call_refuse (calls, message, SHIKAKU_ERROR_SHUTTING_DOWN, "the daemon is shutting down");
  if (!bus_access_look (rule, message, SIZE_MAXIMUM, &subject))
    return bus_call_refuse (calls, message, SHIKAKU_ERROR_LIMIT_EXCEEDED, "the call's arguments are too long");
  peer = bus_peers_get (calls->peers, sd_bus_message_get_sender (message));
  if (peer == NULL)
    return bus_call_refuse (calls, message, SHIKAKU_ERROR_LIMIT_EXCEEDED, "too many programs use the daemon");
  if (!bus_share_has_room (peer->share, BUS_ACCOUNT_CALL))
    return bus_call_refuse (calls, message, SHIKAKU_ERROR_LIMIT_EXCEEDED,
                            "too many calls of this connection are under way");

  call = g_new (BusCall, 1);
  *call = (BusCall){
    .calls = bus_calls_ref (calls),
    .share = bus_share_ref (peer->share),
    .rule = rule,
    .message = sd_bus_message_ref (message),
    .handler = method->handler,
    .target = target,
  };
  bus_share_charge (call->share, BUS_ACCOUNT_CALL);
  if (strcmp (rule->right, BUS_ACCESS_OWNER) == 0)
    call->handler (call, call->target);
  else
    bus_access_check (calls->access, peer, message, rule, &subject, on_access, call);
  return 1;
}

sd_bus_message *
bus_call_get_message (BusCall *call)
{
  return call->message;
}

BusPeer *
bus_call_get_peer (BusCall *call)
{
  return bus_peers_find (call->calls->peers, sd_bus_message_get_sender (call->message));
}

void
bus_call_return (BusCall *call, const char *types, ...)
{
  sd_bus_message *reply = bus_call_new_reply (call);
  va_list arguments;
  int result;

  va_start (arguments, types);
  result = sd_bus_message_appendv (reply, types, arguments);
  va_end (arguments);
  bus_call_return_message (call, reply, result);
}

void
bus_call_return_message (BusCall *call, sd_bus_message *reply, int result)
{
  GError *error = NULL;

  if (!bus_error_check (result, "the reply could not be built", &error))
    bus_call_return_error (call, error);
  else
    {
      sd_bus_send (NULL, reply, NULL);
      note_done (call);
      call_free (call);
    }
  sd_bus_message_unref (reply);
}

void
bus_call_return_error (BusCall *call, GError *error)
{
  BusPeer *peer = bus_call_get_peer (call);

  count_refusal (call->calls, error->code);
  bus_error_reply (call->message, error);
  g_error_free (error);
  if (peer != NULL && peer->account != NULL)
    bus_rate_charge_failure (bus_account_get_rate (peer->account), g_get_monotonic_time ());
  call_free (call);
}

sd_bus_message *
bus_call_new_reply (BusCall *call)
{
  sd_bus_message *reply = NULL;

  if (sd_bus_message_new_method_return (call->message, &reply) < 0)
    g_error ("A reply could not be built");
  return reply;
}
