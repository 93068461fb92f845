/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-account: what is charged and to whom, who is forgotten, and what a user is called while the name service takes
 * its time. The clock, the timer (--wrap) and the name service are the test's own.
 */
#include "bus/bus-account.h"

#include "bus/bus-user-name.h"
#include "fake-names.h"

#define SECOND G_TIME_SPAN_SECOND

static const gint64 start = 4711 * SECOND;

static gint64 later; /* how much the clock is ahead */
static GSourceFunc timer_function;
static gpointer timer_data;
static guint timer;

gint64 __real_g_get_monotonic_time (void);
gint64 __wrap_g_get_monotonic_time (void);
guint __real_g_timeout_add (guint milliseconds, GSourceFunc function, gpointer data);
guint __wrap_g_timeout_add (guint milliseconds, GSourceFunc function, gpointer data);

gint64
__wrap_g_get_monotonic_time (void)
{
  return __real_g_get_monotonic_time () + later;
}

/* It comes when the test says so. */
guint
__wrap_g_timeout_add (guint milliseconds, GSourceFunc function, gpointer data)
{
  timer_function = function;
  timer_data = data;
  timer = __real_g_timeout_add (G_MAXUINT, function, data);
  return timer;
}

static void
expire_timer (void)
{
  g_assert_true (g_source_remove (timer));
  timer_function (timer_data);
}

/* What is charged. */

/* Charges until there is no room. Return: how many. */
static guint
fill_share (BusShare *share, BusAccountKind kind)
{
  guint count = 0;

  for (; bus_share_has_room (share, kind); count++)
    bus_share_charge (share, kind);
  return count;
}

static void
test_limits (void)
{
  const struct
  {
    BusAccountKind kind;
    guint connection, user;
  } rows[] = {
    { BUS_ACCOUNT_VISIT, BUS_ACCOUNT_CONNECTION_VISITS_MAXIMUM, BUS_ACCOUNT_VISITS_MAXIMUM },
    { BUS_ACCOUNT_WAITING, BUS_ACCOUNT_WAITING_MAXIMUM, BUS_ACCOUNT_WAITING_MAXIMUM },
    { BUS_ACCOUNT_QUESTION, BUS_ACCOUNT_QUESTIONS_MAXIMUM, BUS_ACCOUNT_QUESTIONS_MAXIMUM },
    { BUS_ACCOUNT_DIALOGUE, BUS_ACCOUNT_CONNECTION_DIALOGUES_MAXIMUM, BUS_ACCOUNT_DIALOGUES_MAXIMUM },
    { BUS_ACCOUNT_UNANSWERED, BUS_ACCOUNT_CONNECTION_UNANSWERED_MAXIMUM, BUS_ACCOUNT_UNANSWERED_MAXIMUM },
  };
  g_autoptr (BusAccounts) accounts = bus_accounts_new ();
  BusShare *shares[10], *other = bus_share_new ();

  bus_share_join (other, bus_accounts_get (accounts, FAKE_NAMES_OTHER, start));
  for (guint i = 0; i < G_N_ELEMENTS (shares); i++)
    {
      shares[i] = bus_share_new ();
      bus_share_join (shares[i], bus_accounts_get (accounts, FAKE_NAMES_CLERK, start));
    }
  for (guint row = 0; row < G_N_ELEMENTS (rows); row++)
    {
      guint all = fill_share (shares[0], rows[row].kind);

      g_assert_cmpuint (all, ==, rows[row].connection);
      for (guint i = 1; i < G_N_ELEMENTS (shares); i++)
        all += fill_share (shares[i], rows[row].kind);
      g_assert_cmpuint (all, ==, rows[row].user);
      g_assert_cmpuint (fill_share (other, rows[row].kind), ==, rows[row].connection); /* it is another's account */
      /* One less of any of its connections is one more for any other. */
      bus_share_discharge (shares[0], rows[row].kind);
      g_assert_cmpuint (fill_share (shares[1], rows[row].kind) + fill_share (shares[0], rows[row].kind), ==, 1);
    }
  for (guint i = 0; i < G_N_ELEMENTS (shares); i++)
    {
      g_assert_cmpuint (fill_share (shares[i], BUS_ACCOUNT_CALL), ==, BUS_ACCOUNT_CONNECTION_CALLS_MAXIMUM);
      bus_share_unref (shares[i]);
    }
  bus_share_unref (other);
}

/* A connection calls before anybody knows whose it is, and leaves before what it began has ended. */
static void
test_share (void)
{
  g_autoptr (BusAccounts) accounts = bus_accounts_new ();
  BusShare *share = bus_share_new (), *other = bus_share_new ();

  bus_share_join (other, bus_accounts_get (accounts, FAKE_NAMES_CLERK, start));
  g_assert_true (bus_share_is_empty (share));
  g_assert_cmpuint (fill_share (share, BUS_ACCOUNT_DIALOGUE), ==, 1);
  g_assert_true (bus_share_is_full (share, BUS_ACCOUNT_DIALOGUE));
  bus_share_join (share, bus_accounts_get (accounts, FAKE_NAMES_CLERK, start));
  bus_share_charge (other, BUS_ACCOUNT_DIALOGUE);
  g_assert_false (bus_share_has_room (bus_share_ref (share), BUS_ACCOUNT_DIALOGUE));

  bus_share_unref (share); /* its connection leaves; who asks is still under way */
  bus_share_discharge (other, BUS_ACCOUNT_DIALOGUE);
  g_assert_true (bus_share_is_empty (other));
  g_assert_true (bus_share_has_room (other, BUS_ACCOUNT_DIALOGUE));
  g_assert_false (bus_share_is_empty (share));
  bus_share_discharge (share, BUS_ACCOUNT_DIALOGUE);
  g_assert_true (bus_share_is_empty (share));

  /* What is never discharged goes with the last reference. */
  bus_share_charge (share, BUS_ACCOUNT_UNANSWERED);
  bus_share_unref (share);
  for (guint i = 0; i < BUS_ACCOUNT_UNANSWERED_MAXIMUM; i++)
    {
      share = bus_share_new ();
      bus_share_join (share, bus_accounts_get (accounts, FAKE_NAMES_CLERK, start));
      g_assert_cmpuint (fill_share (share, BUS_ACCOUNT_UNANSWERED), ==, BUS_ACCOUNT_CONNECTION_UNANSWERED_MAXIMUM);
      bus_share_unref (share);
    }
  bus_share_unref (other);
}

static guint
take_all (BusAccount *account, gint64 now)
{
  guint taken = 0;

  while (bus_rate_take (bus_account_get_rate (account), BUS_RATE_CALL, now) == 0)
    taken++;
  return taken;
}

/* Who is forgotten was rested; who is not keeps what it owes, and what it has in use. */
static void
test_many_users (void)
{
  g_autoptr (BusAccounts) accounts = bus_accounts_new ();
  BusAccount *owing = bus_accounts_get (accounts, 1000, start);
  BusAccount *using = bus_account_ref (bus_accounts_get (accounts, 1001, start));

  g_assert_cmpuint (take_all (owing, start), ==, BUS_RATE_CALLS_IN_HAND);
  for (uid_t uid = 2000; uid < 4000; uid++)
    {
      BusAccount *account = bus_accounts_get (accounts, uid, start + (uid - 2000));

      g_assert_cmpint (bus_rate_take (bus_account_get_rate (account), BUS_RATE_CALL, start + (uid - 2000)), ==, 0);
    }
  g_assert_true (bus_accounts_get (accounts, 1000, start) == owing);
  g_assert_cmpuint (take_all (owing, start + SECOND), ==, BUS_RATE_CALLS);
  g_assert_true (bus_accounts_get (accounts, 1001, start) == using);
  bus_account_unref (using);
}

/* What a user is called. */

typedef struct
{
  guint called, ended;
  char *name; /* that the last one who waited was told */
} Named;

static void
on_named (BusAccount *account, gpointer user_data)
{
  Named *named = user_data;

  named->called += account != NULL;
  named->ended += account == NULL;
  g_free (named->name);
  named->name = g_strdup (account != NULL ? bus_account_get_name (account) : NULL);
}

static void
assert_named (Named *named, guint called, const char *name)
{
  while (named->called < called)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (named->called, ==, called);
  g_assert_cmpstr (named->name, ==, name);
}

static guint
count_threads (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  guint count = 0;

  g_assert_nonnull (tasks);
  while (g_dir_read_name (tasks) != NULL)
    count++;
  return count;
}

/* Those that have answered end. */
static void
wait_threads (guint count)
{
  while (count_threads () > count)
    g_thread_yield ();
}

static void
test_names (void)
{
  const struct
  {
    uid_t uid;
    const char *name;
  } rows[] = {
    { FAKE_NAMES_CLERK, "clerk" }, { FAKE_NAMES_OTHER, "other" }, { FAKE_NAMES_NOBODY, "1002" },
    { FAKE_NAMES_BROKEN, "1003" }, { FAKE_NAMES_LARGE, "large" },
  };
  g_autoptr (BusAccounts) accounts = bus_accounts_new ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      BusAccount *account = bus_accounts_get (accounts, rows[i].uid, start);
      Named named = { 0 };

      bus_account_await_name (account, on_named, &named);
      assert_named (&named, 1, rows[i].name);
      g_assert_cmpuint (bus_account_get_uid (account), ==, rows[i].uid);
      bus_account_await_name (account, on_named, &named); /* it is known: at once */
      g_assert_cmpuint (named.called, ==, 2);
      g_free (named.name);
    }
  wait_threads (1); /* none stays */
}

/* The name service hangs: the first waits for a while, the next does not, and each other user is asked about. */
static void
test_slow (void)
{
  g_autoptr (BusAccounts) accounts = bus_accounts_new ();
  BusAccount *account = bus_accounts_get (accounts, FAKE_NAMES_CLERK, start);
  guint asked = fake_names_count_asked ();
  Named first = { 0 }, next = { 0 }, last = { 0 };

  fake_names_hold ();
  bus_account_await_name (account, on_named, &first);
  bus_account_await_name (account, on_named, &first);
  fake_names_wait_asked (asked + 1);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (first.called, ==, 0);
  expire_timer ();
  assert_named (&first, 2, "1000");
  bus_account_await_name (account, on_named, &next);
  g_assert_cmpuint (next.called, ==, 1);
  g_assert_cmpuint (fake_names_count_asked (), ==, asked + 1);

  fake_names_release ();
  while (g_strcmp0 (bus_account_get_name (account), "clerk") != 0)
    g_main_context_iteration (NULL, TRUE);
  bus_account_await_name (account, on_named, &last);
  assert_named (&last, 1, "clerk");
  g_assert_cmpuint (first.called + next.called, ==, 3);
  g_free (first.name);
  g_free (next.name);
  g_free (last.name);
}

/* A name is looked up again after a while, and nobody waits for that. */
static void
test_renamed (void)
{
  g_autoptr (BusAccounts) accounts = bus_accounts_new ();
  BusAccount *account = bus_accounts_get (accounts, FAKE_NAMES_CLERK, start);
  guint asked = fake_names_count_asked ();
  Named named = { 0 };

  bus_account_await_name (account, on_named, &named);
  assert_named (&named, 1, "clerk");
  fake_names_rename ("reception");
  bus_account_await_name (account, on_named, &named);
  assert_named (&named, 2, "clerk");
  g_assert_cmpuint (fake_names_count_asked (), ==, asked + 1);
  later += 61 * SECOND;
  bus_account_await_name (account, on_named, &named);
  assert_named (&named, 3, "clerk");
  while (g_strcmp0 (bus_account_get_name (account), "reception") != 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fake_names_count_asked (), ==, asked + 2);
  fake_names_rename ("clerk");
  g_free (named.name);
}

/* However many users there are, only so many threads wait for the name service; the others are called by number. */
static void
test_many_names (void)
{
  g_autoptr (BusAccounts) accounts = bus_accounts_new ();
  guint asked = fake_names_count_asked ();
  Named waiting = { 0 }, beyond = { 0 };

  wait_threads (1);
  fake_names_hold ();
  for (guint i = 0; i < BUS_USER_NAME_THREADS_MAXIMUM; i++)
    bus_account_await_name (bus_accounts_get (accounts, 5000 + i, start), on_named, &waiting);
  fake_names_wait_asked (asked + BUS_USER_NAME_THREADS_MAXIMUM);
  bus_account_await_name (bus_accounts_get (accounts, FAKE_NAMES_CLERK, start), on_named, &beyond);
  assert_named (&beyond, 1, "1000");
  g_assert_cmpuint (count_threads (), ==, 1 + BUS_USER_NAME_THREADS_MAXIMUM);
  g_assert_cmpuint (waiting.called, ==, 0);
  fake_names_release ();
  while (waiting.called < BUS_USER_NAME_THREADS_MAXIMUM)
    g_main_context_iteration (NULL, TRUE);
  bus_account_await_name (bus_accounts_get (accounts, FAKE_NAMES_CLERK, start), on_named, &beyond);
  assert_named (&beyond, 2, "clerk");
  g_free (waiting.name);
  g_free (beyond.name);
}

/* Accounts end, and then the program, while the name service hangs: nobody waits for it. */
static void
test_end (void)
{
  if (g_test_subprocess ())
    {
      BusAccounts *accounts = bus_accounts_new ();
      guint asked = fake_names_count_asked ();
      Named named = { 0 };

      fake_names_hold ();
      bus_account_await_name (bus_accounts_get (accounts, FAKE_NAMES_CLERK, start), on_named, &named);
      fake_names_wait_asked (asked + 1);
      bus_accounts_free (accounts);
      g_assert_cmpuint (named.called, ==, 0);
      g_assert_cmpuint (named.ended, ==, 1);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bus-account/limits", test_limits);
  g_test_add_func ("/bus-account/share", test_share);
  g_test_add_func ("/bus-account/many-users", test_many_users);
  g_test_add_func ("/bus-account/names", test_names);
  g_test_add_func ("/bus-account/slow", test_slow);
  g_test_add_func ("/bus-account/renamed", test_renamed);
  g_test_add_func ("/bus-account/many-names", test_many_names);
  g_test_add_func ("/bus-account/end", test_end);
  return g_test_run ();
}
