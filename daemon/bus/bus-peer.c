/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-peer: a table of unique names; two calls to the bus for each new one. */
#include "bus/bus-peer.h"

#include <string.h>

#include "base/log.h"
#include "base/wall-clock.h"
#include "bus/bus-error.h"
#include "bus/bus-program.h"

#define PEERS_MAXIMUM \
  400 /* that are known; each costs the bus a match rule, of which the system bus lets us have 512 */
#define NEWCOMERS_MAXIMUM 100 /* more, whom the bus was asked about */

#define DBUS_NAME "org.freedesktop.DBus"
#define DBUS_PATH "/org/freedesktop/DBus"
#define BUS_SECONDS 10 /* for an answer of the bus itself */

typedef struct
{
  BusPeerKnown callback;
  gpointer user_data;
} Held;

struct BusPeers
{
  sd_bus *bus;
  BusOutgoing *outgoing;
  BusPeerGone gone;
  gpointer user_data;
  BusAccounts *accounts;
  GHashTable *table; /* name → BusPeer */
  guint references;
};

/* One question about one name: the peer may be gone, and even be back in the table, when the answer comes. */
typedef struct
{
  BusPeers *peers;
  char *name;
} PeerQuestion;

static void
question_free (PeerQuestion *question)
{
  g_free (question->name);
  g_free (question);
}

static void
peer_free (BusPeer *peer)
{
  g_autoptr (GArray) held = g_steal_pointer (&peer->held);

  for (guint i = 0; i < held->len; i++)
    g_array_index (held, Held, i).callback (NULL, g_array_index (held, Held, i).user_data);
  bus_share_unref (peer->share);
  g_free (peer->program);
  g_free (peer->name);
  g_free (peer);
}

BusPeers *
bus_peers_new (sd_bus *bus, BusOutgoing *outgoing, BusPeerGone gone, gpointer user_data)
{
  BusPeers *peers = g_new0 (BusPeers, 1);

  *peers = (BusPeers){ .bus = sd_bus_ref (bus), .outgoing = outgoing, .gone = gone, .user_data = user_data };
  peers->table = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)peer_free);
  peers->accounts = bus_accounts_new ();
  peers->references = 1;
  return peers;
}

BusPeers *
bus_peers_ref (BusPeers *peers)
{
  peers->references++;
  return peers;
}

void
bus_peers_unref (BusPeers *peers)
{
  if (--peers->references > 0)
    return;
  g_hash_table_unref (peers->table);
  bus_accounts_free (peers->accounts);
  sd_bus_unref (peers->bus);
  g_free (peers);
}

static sd_bus_message *
new_bus_call (BusPeers *peers, const char *member, const char *argument)
{
  sd_bus_message *message = NULL;

  if (sd_bus_message_new_method_call (peers->bus, &message, DBUS_NAME, DBUS_PATH, DBUS_NAME, member) < 0
      || sd_bus_message_append_basic (message, 's', argument) < 0)
    g_error ("A call to the bus could not be built");
  return message;
}

static char *
make_rule (const char *name)
{
  return g_strdup_printf ("type='signal',sender='" DBUS_NAME "',member='NameOwnerChanged',arg0='%s'", name);
}

static void
drop_peer (BusPeers *peers, BusPeer *peer)
{
  g_autofree char *rule = make_rule (peer->name);

  bus_outgoing_send (peers->outgoing, new_bus_call (peers, "RemoveMatch", rule));
  g_hash_table_remove (peers->table, peer->name);
}

/* The bus answers in order: when the uid is here, the watch was set before, and the peer was alive in between. */
static void
on_watched (sd_bus_message *reply, gpointer user_data)
{
  PeerQuestion *question = user_data;
  BusPeer *peer = reply != NULL ? bus_peers_find (question->peers, question->name) : NULL;

  if (peer != NULL && peer->account == NULL && sd_bus_message_is_method_error (reply, NULL) > 0)
    {
      log_warning (NULL, "A caller cannot be watched: %s", sd_bus_message_get_error (reply)->name);
      g_hash_table_remove (question->peers->table, question->name);
    }
  question_free (question);
}

/* Nothing is kept for it but that it was here: it may be asked about again. What it left unanswered is not forgiven. */
static gboolean
is_idle (BusPeer *peer)
{
  return peer->account != NULL && bus_share_is_empty (peer->share);
}

/* One user has at most as many places as it leaves to others; who is idle has none. Root always finds one. */
static gboolean
has_place (BusPeers *peers, BusAccount *account)
{
  GHashTableIter iterator;
  BusPeer *peer;
  guint busy = 0, users = 0;

  g_hash_table_iter_init (&iterator, peers->table);
  while (g_hash_table_iter_next (&iterator, NULL, (gpointer *)&peer))
    if (peer->account != NULL && !is_idle (peer))
      {
        busy++;
        users += peer->account == account;
      }
  return bus_account_get_uid (account) == 0 || busy + users < PEERS_MAXIMUM;
}

gboolean
bus_peers_has_place (BusPeers *peers, BusPeer *peer)
{
  /* So few that nobody could have more than its share: the usual case, and every call asks. */
  if (!is_idle (peer) || 2 * g_hash_table_size (peers->table) < PEERS_MAXIMUM)
    return TRUE;
  return has_place (peers, peer->account);
}

static void
note_known (BusPeer *peer, BusAccount *account)
{
  g_autoptr (GArray) held = g_steal_pointer (&peer->held);

  peer->held = g_array_new (FALSE, FALSE, sizeof (Held));
  bus_share_join (peer->share, account);
  peer->account = account;
  /* Who waits here has a call under way, so the peer stays until the last of them was called. */
  for (guint i = 0; i < held->len; i++)
    g_array_index (held, Held, i).callback (peer, g_array_index (held, Held, i).user_data);
}

/* The user's name is there, or was waited for long enough. */
static void
on_named (BusAccount *account, gpointer user_data)
{
  PeerQuestion *question = user_data;
  BusPeer *peer = account != NULL ? bus_peers_find (question->peers, question->name) : NULL;

  if (peer != NULL && has_place (question->peers, account))
    note_known (peer, account);
  else if (peer != NULL)
    drop_peer (question->peers, peer);
  question_free (question);
}

/* read_credentials: Return: FALSE: there is no uid. @ret_pid: 0: not said, as of another machine's process. */
static gboolean
read_credentials (sd_bus_message *reply, guint32 *ret_uid, guint32 *ret_pid)
{
  gboolean has_uid = FALSE;
  const char *key, *type;

  *ret_pid = 0;
  if (sd_bus_message_is_method_error (reply, NULL) != 0 || sd_bus_message_enter_container (reply, 'a', "{sv}") <= 0)
    return FALSE;
  while (sd_bus_message_enter_container (reply, 'e', "sv") > 0)
    {
      guint32 *place = NULL;

      if (sd_bus_message_read_basic (reply, 's', &key) <= 0 || sd_bus_message_peek_type (reply, NULL, &type) <= 0)
        return FALSE;
      if (strcmp (type, "u") == 0)
        place = strcmp (key, "UnixUserID") == 0 ? ret_uid : strcmp (key, "ProcessID") == 0 ? ret_pid : NULL;
      if (place != NULL ? sd_bus_message_read (reply, "v", "u", place) < 0 : sd_bus_message_skip (reply, "v") < 0)
        return FALSE;
      has_uid |= place == ret_uid;
      sd_bus_message_exit_container (reply);
    }
  return has_uid;
}

static void
on_credentials (sd_bus_message *reply, gpointer user_data)
{
  PeerQuestion *question = user_data;
  BusPeers *peers = question->peers;
  BusPeer *peer = reply != NULL ? bus_peers_find (peers, question->name) : NULL;
  guint32 uid, pid;

  if (peer != NULL && read_credentials (reply, &uid, &pid))
    {
      g_free (peer->program);
      peer->program = bus_program_read (pid, peer->seen);
      bus_account_await_name (bus_accounts_get (peers->accounts, uid, g_get_monotonic_time ()), on_named, question);
      return;
    }
  if (peer != NULL)
    drop_peer (peers, peer);
  question_free (question);
}

static PeerQuestion *
new_question (BusPeers *peers, const char *name)
{
  PeerQuestion *question = g_new (PeerQuestion, 1);

  *question = (PeerQuestion){ .peers = peers, .name = g_strdup (name) };
  return question;
}

/* Who has called once and stays on the bus shall not keep others out. */
static gboolean
make_room (BusPeers *peers)
{
  GHashTableIter iterator;
  BusPeer *peer;

  if (g_hash_table_size (peers->table) < PEERS_MAXIMUM)
    return TRUE;
  g_hash_table_iter_init (&iterator, peers->table);
  while (g_hash_table_iter_next (&iterator, NULL, (gpointer *)&peer))
    if (is_idle (peer))
      {
        drop_peer (peers, peer);
        return TRUE;
      }
  return g_hash_table_size (peers->table) < PEERS_MAXIMUM + NEWCOMERS_MAXIMUM;
}

BusPeer *
bus_peers_get (BusPeers *peers, const char *name)
{
  BusPeer *peer = bus_peers_find (peers, name);
  g_autofree char *rule = NULL;

  if (peer != NULL)
    return peer;
  if (!make_room (peers))
    return NULL;
  peer = g_new0 (BusPeer, 1);
  peer->name = g_strdup (name);
  peer->program = g_strdup ("");
  peer->seen = wall_clock_get_boot_time ();
  peer->share = bus_share_new ();
  peer->held = g_array_new (FALSE, FALSE, sizeof (Held));
  g_hash_table_insert (peers->table, peer->name, peer);

  rule = make_rule (name);
  bus_outgoing_call (peers->outgoing, new_bus_call (peers, "AddMatch", rule), BUS_SECONDS, on_watched,
                     new_question (peers, name));
  bus_outgoing_call (peers->outgoing, new_bus_call (peers, "GetConnectionCredentials", name), BUS_SECONDS,
                     on_credentials, new_question (peers, name));
  return peer;
}

BusPeer *
bus_peers_find (BusPeers *peers, const char *name)
{
  return g_hash_table_lookup (peers->table, name);
}

void
bus_peers_note_gone (BusPeers *peers, const char *name)
{
  BusPeer *peer = bus_peers_find (peers, name);

  if (peer == NULL)
    return;
  drop_peer (peers, peer); /* first: what ends by its going may find it and forget it too */
  peers->gone (name, peers->user_data);
}

void
bus_peers_forget (BusPeers *peers, BusPeer *peer)
{
  if (is_idle (peer))
    drop_peer (peers, peer);
}

void
bus_peers_clear (BusPeers *peers)
{
  g_hash_table_remove_all (peers->table);
}

void
bus_peer_await (BusPeer *peer, BusPeerKnown callback, gpointer user_data)
{
  Held held = { .callback = callback, .user_data = user_data };

  if (peer->account != NULL)
    callback (peer, user_data);
  else
    g_array_append_val (peer->held, held);
}
