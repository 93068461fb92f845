/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-account: a table of users, and one table of what is counted, with its limits. */
#include "bus/bus-account.h"

#include "bus/bus-user-name.h"

#define USERS_KEPT 64               /* beyond, accounts go that say no more than a stranger's */
#define NAME_WAIT_MILLISECONDS 2000 /* for the name service: then the number stands in for the name */
#define NAME_AGE_SECONDS 60         /* then a name is looked up again, for which nobody waits */
#define NO_LIMIT G_MAXUINT

static const struct
{
  guint connection, user;
} limits[BUS_ACCOUNT_N_KINDS] = {
  [BUS_ACCOUNT_VISIT] = { BUS_ACCOUNT_CONNECTION_VISITS_MAXIMUM, BUS_ACCOUNT_VISITS_MAXIMUM },
  [BUS_ACCOUNT_CALL] = { BUS_ACCOUNT_CONNECTION_CALLS_MAXIMUM, NO_LIMIT }, /* of connections a user has only so many */
  [BUS_ACCOUNT_WAITING] = { NO_LIMIT, BUS_ACCOUNT_WAITING_MAXIMUM },
  [BUS_ACCOUNT_QUESTION] = { NO_LIMIT, BUS_ACCOUNT_QUESTIONS_MAXIMUM },
  [BUS_ACCOUNT_DIALOGUE] = { BUS_ACCOUNT_CONNECTION_DIALOGUES_MAXIMUM, BUS_ACCOUNT_DIALOGUES_MAXIMUM },
  [BUS_ACCOUNT_AGENT] = { NO_LIMIT, NO_LIMIT }, /* a reader has only one */
  [BUS_ACCOUNT_UNANSWERED] = { BUS_ACCOUNT_CONNECTION_UNANSWERED_MAXIMUM, BUS_ACCOUNT_UNANSWERED_MAXIMUM },
  [BUS_ACCOUNT_SUBSCRIPTION] = { BUS_ACCOUNT_CONNECTION_SUBSCRIPTIONS_MAXIMUM, BUS_ACCOUNT_SUBSCRIPTIONS_MAXIMUM },
  [BUS_ACCOUNT_RECORDS] = { BUS_ACCOUNT_CONNECTION_RECORDS_MAXIMUM, BUS_ACCOUNT_RECORDS_MAXIMUM },
};

typedef struct
{
  BusAccountNamed callback;
  gpointer user_data;
} Waiter;

struct BusAccount
{
  guint references;
  uid_t uid;
  guint counts[BUS_ACCOUNT_N_KINDS];
  BusRate rate;
  char *name;            /* or the number */
  gint64 looked_up_usec; /* when the name service answered; 0: never */
  gboolean looking_up;   /* the name service was asked, and has not answered */
  gboolean waited;       /* long enough: its answer is not waited for any more */
  GArray *waiters;       /* of Waiter, for the name */
  guint wait_timer;
};

struct BusAccounts
{
  GHashTable *table; /* uid → BusAccount */
};

struct BusShare
{
  guint references;
  BusAccount *account; /* NULL until it joins one */
  guint counts[BUS_ACCOUNT_N_KINDS];
};

/* All accounts. */

BusAccounts *
bus_accounts_new (void)
{
  BusAccounts *accounts = g_new (BusAccounts, 1);

  accounts->table = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)bus_account_unref);
  return accounts;
}

/* @account: as the callbacks are to see it. */
static void
call_waiters (BusAccount *self, BusAccount *account)
{
  g_autoptr (GArray) waiters = g_steal_pointer (&self->waiters);

  self->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  g_clear_handle_id (&self->wait_timer, g_source_remove);
  for (guint i = 0; i < waiters->len; i++)
    g_array_index (waiters, Waiter, i).callback (account, g_array_index (waiters, Waiter, i).user_data);
}

void
bus_accounts_free (BusAccounts *accounts)
{
  GHashTableIter iterator;
  BusAccount *account;

  g_hash_table_iter_init (&iterator, accounts->table);
  while (g_hash_table_iter_next (&iterator, NULL, (gpointer *)&account))
    call_waiters (account, NULL);
  g_hash_table_unref (accounts->table);
  g_free (accounts);
}

static gboolean
is_like_new (gpointer uid, gpointer account, gpointer now)
{
  BusAccount *self = account;

  return self->references == 1 && bus_rate_is_rested (&self->rate, *(gint64 *)now);
}

BusAccount *
bus_accounts_get (BusAccounts *accounts, uid_t uid, gint64 now)
{
  BusAccount *account = g_hash_table_lookup (accounts->table, GUINT_TO_POINTER (uid));

  if (account != NULL)
    return account;
  if (g_hash_table_size (accounts->table) >= USERS_KEPT)
    g_hash_table_foreach_remove (accounts->table, is_like_new, &now);
  account = g_new0 (BusAccount, 1);
  account->references = 1;
  account->uid = uid;
  account->name = g_strdup_printf ("%u", (guint)uid);
  account->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  bus_rate_start (&account->rate, now);
  g_hash_table_insert (accounts->table, GUINT_TO_POINTER (uid), account);
  return account;
}

/* An account. */

BusAccount *
bus_account_ref (BusAccount *account)
{
  account->references++;
  return account;
}

void
bus_account_unref (BusAccount *account)
{
  if (--account->references > 0)
    return;
  g_array_unref (account->waiters);
  g_free (account->name);
  g_free (account);
}

uid_t
bus_account_get_uid (BusAccount *account)
{
  return account->uid;
}

BusRate *
bus_account_get_rate (BusAccount *account)
{
  return &account->rate;
}

/* Its name. */

const char *
bus_account_get_name (BusAccount *account)
{
  return account->name;
}

/* @user_data: an account, (transfer full) */
static void
on_name (char *name, gpointer user_data)
{
  BusAccount *account = user_data;

  account->looking_up = account->waited = FALSE;
  account->looked_up_usec = g_get_monotonic_time ();
  if (name != NULL)
    {
      g_free (account->name);
      account->name = name;
    }
  call_waiters (account, account);
  bus_account_unref (account);
}

static gboolean
on_waited (gpointer user_data)
{
  BusAccount *account = user_data;

  account->wait_timer = 0;
  account->waited = TRUE;
  call_waiters (account, account);
  return G_SOURCE_REMOVE;
}

static void
look_name_up (BusAccount *account)
{
  account->looking_up = bus_user_name_look_up (account->uid, on_name, bus_account_ref (account));
  if (!account->looking_up)
    bus_account_unref (account);
}

void
bus_account_await_name (BusAccount *account, BusAccountNamed callback, gpointer user_data)
{
  const Waiter waiter = { .callback = callback, .user_data = user_data };
  gboolean known = account->looked_up_usec != 0;

  if (!account->looking_up
      && (!known || g_get_monotonic_time () - account->looked_up_usec > NAME_AGE_SECONDS * G_TIME_SPAN_SECOND))
    look_name_up (account);
  if (known || !account->looking_up || account->waited)
    {
      callback (account, user_data);
      return;
    }
  g_array_append_val (account->waiters, waiter);
  if (account->wait_timer == 0)
    account->wait_timer = g_timeout_add (NAME_WAIT_MILLISECONDS, on_waited, account);
}

/* A share. */

BusShare *
bus_share_new (void)
{
  BusShare *share = g_new0 (BusShare, 1);

  share->references = 1;
  return share;
}

BusShare *
bus_share_ref (BusShare *share)
{
  share->references++;
  return share;
}

void
bus_share_unref (BusShare *share)
{
  if (--share->references > 0)
    return;
  for (guint kind = 0; kind < BUS_ACCOUNT_N_KINDS && share->account != NULL; kind++)
    share->account->counts[kind] -= share->counts[kind];
  g_clear_pointer (&share->account, bus_account_unref);
  g_free (share);
}

void
bus_share_join (BusShare *share, BusAccount *account)
{
  share->account = bus_account_ref (account);
  for (guint kind = 0; kind < BUS_ACCOUNT_N_KINDS; kind++)
    account->counts[kind] += share->counts[kind];
}

gboolean
bus_share_is_full (BusShare *share, BusAccountKind kind)
{
  return share->counts[kind] >= limits[kind].connection;
}

gboolean
bus_share_has_room (BusShare *share, BusAccountKind kind)
{
  return !bus_share_is_full (share, kind)
         && (share->account == NULL || share->account->counts[kind] < limits[kind].user);
}

gboolean
bus_share_is_empty (BusShare *share)
{
  for (guint kind = 0; kind < BUS_ACCOUNT_N_KINDS; kind++)
    if (share->counts[kind] > 0)
      return FALSE;
  return TRUE;
}

void
bus_share_charge (BusShare *share, BusAccountKind kind)
{
  share->counts[kind]++;
  if (share->account != NULL)
    share->account->counts[kind]++;
}

void
bus_share_discharge (BusShare *share, BusAccountKind kind)
{
  share->counts[kind]--;
  if (share->account != NULL)
    share->account->counts[kind]--;
}
