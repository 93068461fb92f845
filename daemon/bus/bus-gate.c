/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-gate: a filter before all others. What it lets pass later it gives back to sd-bus, as if it had just come in.
 * A timer runs while somebody waits.
 */
#include "bus/bus-gate.h"

#include <string.h>

#include "base/log.h"
#include "base/message-ids.h"
#include "base/names.h"
#include "bus/bus-access.h"

#define REFUSAL_MILLISECONDS 50 /* told at once, it is only followed by the next call */
#define REFUSALS_MAXIMUM 1024   /* that wait so */
#define PATH_MAXIMUM 255        /* characters: sd-bus looks for every prefix of it; ours are shorter */

/* A user who calls too fast, until it has rested. */
typedef struct
{
  BusAccount *account;
  GQueue waiting; /* of HeldCall */
  guint waited, refused;
} Line;

/* A call in a line, charged to its caller's share. */
typedef struct
{
  sd_bus_message *message;
  BusShare *share;
} HeldCall;

typedef struct
{
  BusGate *gate; /* NULL: it has ended */
  BusCalls *calls;
  BusShare *share; /* the caller's, to which its call is charged */
  sd_bus_message *message;
} Newcomer;

struct BusGate
{
  BusCalls *calls;
  BusPeers *peers; /* of the calls */
  sd_bus *bus;
  sd_bus_slot *filter;
  BusRate strangers;    /* who are counted together */
  GHashTable *lines;    /* BusAccount → Line */
  GPtrArray *newcomers; /* of Newcomer: the bus was asked who they are */
  GQueue passing;       /* of sd_bus_message, borrowed: given back to sd-bus, in this order */
  guint timer;
  GQueue refused; /* of sd_bus_message: to be told so */
  guint refusal_timer;
};

static void
refuse_too_many (BusGate *gate, sd_bus_message *message)
{
  bus_call_refuse (gate->calls, message, SHIKAKU_ERROR_LIMIT_EXCEEDED,
                   "too many calls: slow down, and try again in a moment");
}

static void
tell_refused (BusGate *gate)
{
  while (gate->refused.length > 0)
    {
      g_autoptr (sd_bus_message) message = g_queue_pop_head (&gate->refused);

      refuse_too_many (gate, message);
    }
}

static gboolean
on_refusal_time (gpointer user_data)
{
  BusGate *gate = user_data;

  gate->refusal_timer = 0;
  tell_refused (gate);
  return G_SOURCE_REMOVE;
}

/* The first is told at once, those that follow on it later: who waits for each answer before the next call is slowed
   down by that, and the bus has time for others. */
static void
refuse_later (BusGate *gate, sd_bus_message *message)
{
  if (gate->refusal_timer == 0 || gate->refused.length >= REFUSALS_MAXIMUM || !bus_call_is_short (message))
    refuse_too_many (gate, message);
  else
    g_queue_push_tail (&gate->refused, sd_bus_message_ref (message));
  if (gate->refusal_timer == 0)
    gate->refusal_timer = g_timeout_add (REFUSAL_MILLISECONDS, on_refusal_time, gate);
}

/* @message: (transfer full) */
static void
pass_call (BusGate *gate, sd_bus_message *message)
{
  if (sd_bus_enqueue_for_read (gate->bus, message) >= 0)
    g_queue_push_tail (&gate->passing, message);
  else
    refuse_too_many (gate, message);
  sd_bus_message_unref (message);
}

static BusRateKind
get_kind (sd_bus_message *message)
{
  static const char *const openers[] = { "Check", "OpenVisit", "CheckNumber" };

  if (g_strcmp0 (sd_bus_message_get_interface (message), SHIKAKU_INTERFACE_MANAGER) == 0)
    for (guint i = 0; i < G_N_ELEMENTS (openers); i++)
      if (strcmp (sd_bus_message_get_member (message), openers[i]) == 0)
        return BUS_RATE_VISIT;
  /* It leaves as much in the journal, which takes only so much of one service. */
  if (sd_bus_message_is_method_call (message, SHIKAKU_INTERFACE_AGENT_MANAGER, "RegisterAgent") > 0)
    return BUS_RATE_VISIT;
  return BUS_RATE_CALL;
}

static gboolean
needs_right (sd_bus_message *message)
{
  const char *interface = sd_bus_message_get_interface (message);
  const BusAccessRule *rule
      = interface != NULL ? bus_access_find_rule (interface, sd_bus_message_get_member (message)) : NULL;

  return rule != NULL && strcmp (rule->right, BUS_ACCESS_OWNER) != 0;
}

/* The lines. */

static void
line_free (Line *line)
{
  log_info (NULL, "User %u calls as it may again: %u of its calls have waited, %u were refused",
            (guint)bus_account_get_uid (line->account), line->waited, line->refused);
  bus_account_unref (line->account);
  g_free (line);
}

static Line *
get_line (BusGate *gate, BusAccount *account)
{
  Line *line = g_hash_table_lookup (gate->lines, account);

  if (line != NULL)
    return line;
  line = g_new0 (Line, 1);
  line->account = bus_account_ref (account);
  g_hash_table_insert (gate->lines, account, line);
  log_write (LOG_WARNING, SHIKAKU_MESSAGE_CALLS_BRAKED, NULL,
             "User %u calls faster than it may: its calls wait, or are refused", (guint)bus_account_get_uid (account));
  return line;
}

static void
hold_call (Line *line, BusPeer *peer, sd_bus_message *message)
{
  HeldCall *held = g_new (HeldCall, 1);

  *held = (HeldCall){ .message = sd_bus_message_ref (message), .share = bus_share_ref (peer->share) };
  bus_share_charge (held->share, BUS_ACCOUNT_CALL);
  bus_share_charge (held->share, BUS_ACCOUNT_WAITING);
  line->waited++;
  g_queue_push_tail (&line->waiting, held);
}

/* Return: the first of @line, (transfer full). */
static sd_bus_message *
release_first (Line *line)
{
  g_autofree HeldCall *held = g_queue_pop_head (&line->waiting);

  bus_share_discharge (held->share, BUS_ACCOUNT_WAITING);
  bus_share_discharge (held->share, BUS_ACCOUNT_CALL);
  bus_share_unref (held->share);
  return held->message;
}

/* Return: microseconds until the first in @line may pass; 0: it has, or its caller has gone; -1: nobody waits. */
static gint64
serve_first (BusGate *gate, Line *line, gint64 now)
{
  HeldCall *held = g_queue_peek_head (&line->waiting);
  gboolean caller_is_here;
  gint64 wait = 0;

  if (held == NULL)
    return -1;
  caller_is_here = bus_peers_find (gate->peers, sd_bus_message_get_sender (held->message)) != NULL;
  if (caller_is_here)
    wait = bus_rate_take (bus_account_get_rate (line->account), get_kind (held->message), now);
  if (wait > 0)
    return wait;
  if (caller_is_here)
    pass_call (gate, release_first (line));
  else
    sd_bus_message_unref (release_first (line));
  return 0;
}

/* One call of each user, in turns, until nobody may. */
static gboolean
on_turn (gpointer user_data)
{
  BusGate *gate = user_data;
  gint64 now = g_get_monotonic_time ();
  gint64 soonest;
  gboolean served;

  gate->timer = 0;
  do
    {
      GHashTableIter iterator;
      Line *line;

      served = FALSE;
      soonest = G_MAXINT64;
      g_hash_table_iter_init (&iterator, gate->lines);
      while (g_hash_table_iter_next (&iterator, NULL, (gpointer *)&line))
        {
          gint64 wait = serve_first (gate, line, now);

          served |= wait == 0;
          if (wait > 0)
            soonest = MIN (soonest, wait);
        }
    }
  while (served);
  if (soonest < G_MAXINT64)
    gate->timer = g_timeout_add ((guint)(soonest / 1000 + 1), on_turn, gate);
  return G_SOURCE_REMOVE;
}

static void
refuse_place (BusCalls *calls, sd_bus_message *message)
{
  bus_call_refuse (calls, message, SHIKAKU_ERROR_LIMIT_EXCEEDED, "too many programs of this user use the daemon");
}

/* Calls of one user stay in their order: behind one that waits they all do. Return: whether it may pass at once. */
static gboolean
may_pass (BusGate *gate, BusPeer *peer, sd_bus_message *message)
{
  BusRate *rate = bus_account_get_rate (peer->account);
  gint64 now = g_get_monotonic_time ();
  Line *line = g_hash_table_lookup (gate->lines, peer->account);
  gint64 wait = 0; /* behind others: as long as they do */

  if (bus_account_get_uid (peer->account) == 0)
    return TRUE;
  if (needs_right (message) && !bus_peers_has_place (gate->peers, peer))
    {
      refuse_place (gate->calls, message);
      return FALSE;
    }
  if (line == NULL || line->waiting.length == 0)
    {
      if (line != NULL && bus_rate_is_rested (rate, now))
        g_hash_table_remove (gate->lines, peer->account);
      wait = bus_rate_take (rate, get_kind (message), now);
      if (wait == 0)
        return TRUE;
    }

  line = get_line (gate, peer->account);
  if (!bus_share_has_room (peer->share, BUS_ACCOUNT_WAITING) || !bus_share_has_room (peer->share, BUS_ACCOUNT_CALL)
      || !bus_call_is_short (message) || !bus_peers_has_place (gate->peers, peer))
    {
      line->refused++;
      refuse_later (gate, message);
      return FALSE;
    }
  hold_call (line, peer, message);
  if (gate->timer == 0)
    gate->timer = g_timeout_add ((guint)(wait / 1000 + 1), on_turn, gate);
  return FALSE;
}

/* Those whom the daemon does not know yet. */

static void
on_newcomer (BusPeer *peer, gpointer user_data)
{
  Newcomer *newcomer = user_data;
  BusGate *gate = newcomer->gate;

  if (gate != NULL)
    g_ptr_array_remove_fast (gate->newcomers, newcomer);
  bus_share_discharge (newcomer->share, BUS_ACCOUNT_CALL);
  if (gate == NULL)
    bus_call_refuse (newcomer->calls, newcomer->message, SHIKAKU_ERROR_SHUTTING_DOWN, "the daemon is shutting down");
  else if (peer == NULL)
    refuse_place (newcomer->calls, newcomer->message);
  else if (may_pass (gate, peer, newcomer->message))
    pass_call (gate, g_steal_pointer (&newcomer->message));
  sd_bus_message_unref (newcomer->message);
  bus_share_unref (newcomer->share);
  bus_calls_unref (newcomer->calls);
  g_free (newcomer);
}

static void
receive_newcomer (BusGate *gate, BusPeer *peer, sd_bus_message *message)
{
  Newcomer *newcomer;

  if (peer == NULL)
    bus_call_refuse (gate->calls, message, SHIKAKU_ERROR_LIMIT_EXCEEDED, "too many programs use the daemon");
  else if (!bus_share_has_room (peer->share, BUS_ACCOUNT_CALL) || !bus_call_is_short (message))
    refuse_too_many (gate, message);
  else
    {
      newcomer = g_new (Newcomer, 1);
      *newcomer = (Newcomer){
        .gate = gate,
        .calls = bus_calls_ref (gate->calls),
        .share = bus_share_ref (peer->share),
        .message = sd_bus_message_ref (message),
      };
      g_ptr_array_add (gate->newcomers, newcomer);
      bus_share_charge (newcomer->share, BUS_ACCOUNT_CALL);
      bus_peer_await (peer, on_newcomer, newcomer);
    }
}

/* Return: what a filter returns. */
static int
let_in (BusGate *gate, sd_bus_message *message)
{
  if (strlen (sd_bus_message_get_path (message)) <= PATH_MAXIMUM)
    return 0;
  return bus_call_refuse (gate->calls, message, SHIKAKU_ERROR_LIMIT_EXCEEDED, "the call's path is too long");
}

static int
on_message (sd_bus_message *message, void *user_data, sd_bus_error *error)
{
  BusGate *gate = user_data;
  const char *sender = sd_bus_message_get_sender (message);
  BusPeer *peer;

  if (sd_bus_message_is_method_call (message, NULL, NULL) <= 0 || sender == NULL)
    return 0;
  if (g_queue_peek_head (&gate->passing) == message)
    {
      g_queue_pop_head (&gate->passing);
      return let_in (gate, message);
    }
  peer = bus_peers_find (gate->peers, sender);
  if (peer != NULL && peer->account != NULL)
    return may_pass (gate, peer, message) ? let_in (gate, message) : 1;
  if (!needs_right (message) && bus_rate_take (&gate->strangers, BUS_RATE_CALL, g_get_monotonic_time ()) == 0)
    return let_in (gate, message);
  receive_newcomer (gate, bus_peers_get (gate->peers, sender), message);
  return 1;
}

BusGate *
bus_gate_new (sd_bus *bus, BusCalls *calls, GError **error)
{
  BusGate *gate = g_new0 (BusGate, 1);

  gate->bus = sd_bus_ref (bus);
  gate->calls = bus_calls_ref (calls);
  gate->peers = bus_calls_get_peers (calls);
  gate->lines = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)line_free);
  gate->newcomers = g_ptr_array_new ();
  bus_rate_start (&gate->strangers, g_get_monotonic_time ());
  if (bus_error_check (sd_bus_add_filter (bus, &gate->filter, on_message, gate), "bus filter", error))
    return gate;
  bus_gate_free (gate);
  return NULL;
}

void
bus_gate_free (BusGate *gate)
{
  GHashTableIter iterator;
  Line *line;

  sd_bus_slot_unref (gate->filter);
  g_clear_handle_id (&gate->timer, g_source_remove);
  g_clear_handle_id (&gate->refusal_timer, g_source_remove);
  tell_refused (gate);
  for (guint i = 0; i < gate->newcomers->len; i++)
    ((Newcomer *)g_ptr_array_index (gate->newcomers, i))->gate = NULL;
  g_ptr_array_unref (gate->newcomers);
  g_hash_table_iter_init (&iterator, gate->lines);
  while (g_hash_table_iter_next (&iterator, NULL, (gpointer *)&line))
    while (line->waiting.length > 0)
      {
        g_autoptr (sd_bus_message) message = release_first (line);

        bus_call_refuse (gate->calls, message, SHIKAKU_ERROR_SHUTTING_DOWN, "the daemon is shutting down");
      }
  g_hash_table_unref (gate->lines);
  g_queue_clear (&gate->passing);
  bus_calls_unref (gate->calls);
  sd_bus_unref (gate->bus);
  g_free (gate);
}
