/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-call: limits, access, handler, reply; in this order. */
#include "bus/bus-call.h"

#include <string.h>

#include "bus/bus-access.h"

#define SIZE_MAXIMUM 65536 /* bytes of arguments, roughly: a call may wait for minutes, and many may */
#define NUMBER_SIZE 8      /* also what a text takes beside its characters: even empty ones are soon too many */

struct BusCall
{
  BusPeers *peers;
  BusShare *share; /* its caller's, to which it is charged */
  sd_bus_message *message;
  BusCallHandler handler;
  gpointer target;
};

static void
call_free (BusCall *call)
{
  bus_share_discharge (call->share, BUS_ACCOUNT_CALL);
  bus_share_unref (call->share);
  sd_bus_message_unref (call->message);
  bus_peers_unref (call->peers);
  g_free (call);
}

static void
on_access (BusPeer *peer, const GError *error, gpointer user_data)
{
  BusCall *call = user_data;
  BusPeers *peers = call->peers;
  gboolean refused = g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_AUTHORIZED);

  if (error != NULL)
    bus_call_return_error (call, g_error_copy (error));
  else
    call->handler (call, call->target);
  /* Who may do nothing here shall not cost us a place. */
  if (refused)
    bus_peers_forget (peers, peer);
}

/* Whether what is left of @message, or of the container that was entered, fits into @room, which it takes. */
static gboolean
fits (sd_bus_message *message, gsize *room)
{
  const char *contents;
  union
  {
    guint64 number;
    const char *text;
  } value;
  gsize size;
  char type;

  while (sd_bus_message_peek_type (message, &type, &contents) > 0)
    {
      gboolean is_container = contents != NULL;

      if (is_container ? sd_bus_message_enter_container (message, type, contents) < 0 || !fits (message, room)
                             || sd_bus_message_exit_container (message) < 0
                       : sd_bus_message_read_basic (message, type, &value) < 0)
        return FALSE;
      size = NUMBER_SIZE + (!is_container && strchr ("sog", type) != NULL ? strlen (value.text) : 0);
      if (size > *room)
        return FALSE;
      *room -= size;
    }
  return TRUE;
}

gboolean
bus_call_is_short (sd_bus_message *message)
{
  gsize room = SIZE_MAXIMUM;
  gboolean result = fits (message, &room);

  sd_bus_message_rewind (message, TRUE);
  return result;
}

static const BusMethod *
find_method (const BusMethod *methods, const char *member)
{
  while (methods->member != NULL && strcmp (methods->member, member) != 0)
    methods++;
  return methods->member != NULL ? methods : NULL;
}

int
bus_call_refuse (BusPeers *peers, sd_bus_message *message, ShikakuError code, const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (SHIKAKU_ERROR, (int)code, text);

  bus_peers_note_error (peers, (int)code);
  bus_error_reply (message, error);
  return 1;
}

int
bus_call_begin (BusPeers *peers, sd_bus_message *message, const char *interface, const BusMethod *methods,
                gpointer target)
{
  const char *member = sd_bus_message_get_member (message);
  const BusMethod *method = find_method (methods, member);
  const char *right = bus_access_find_right (interface, member);
  BusPeer *peer;
  BusCall *call;

  if (method == NULL || right == NULL)
    return bus_call_refuse (peers, message, SHIKAKU_ERROR_NOT_AUTHORIZED, "nobody may call this");
  if (bus_peers_are_closed (peers))
    return bus_call_refuse (peers, message, SHIKAKU_ERROR_SHUTTING_DOWN, "the daemon is shutting down");
  if (!bus_call_is_short (message))
    return bus_call_refuse (peers, message, SHIKAKU_ERROR_LIMIT_EXCEEDED, "the call's arguments are too long");
  peer = bus_peers_get (peers, sd_bus_message_get_sender (message));
  if (peer == NULL)
    return bus_call_refuse (peers, message, SHIKAKU_ERROR_LIMIT_EXCEEDED, "too many programs use the daemon");
  if (!bus_share_has_room (peer->share, BUS_ACCOUNT_CALL))
    return bus_call_refuse (peers, message, SHIKAKU_ERROR_LIMIT_EXCEEDED,
                            "too many calls of this connection are under way");

  call = g_new (BusCall, 1);
  *call = (BusCall){
    .peers = bus_peers_ref (peers),
    .share = bus_share_ref (peer->share),
    .message = sd_bus_message_ref (message),
    .handler = method->handler,
    .target = target,
  };
  bus_share_charge (call->share, BUS_ACCOUNT_CALL);
  if (strcmp (right, BUS_ACCESS_OWNER) == 0)
    call->handler (call, call->target);
  else
    bus_access_check (bus_peers_get_access (peers), peer, message, right, on_access, call);
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
  return bus_peers_find (call->peers, sd_bus_message_get_sender (call->message));
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
      call_free (call);
    }
  sd_bus_message_unref (reply);
}

void
bus_call_return_error (BusCall *call, GError *error)
{
  BusPeer *peer = bus_call_get_peer (call);

  bus_peers_note_error (call->peers, error->code);
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
