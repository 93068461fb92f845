/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus-polkit: what polkit is asked, how much at a time, and what becomes of its answers. The other end plays polkit,
 * and the time comes when the test says so (--wrap).
 */
#include "bus/bus-polkit.h"

#include <string.h>

#include "base/names.h"
#include "bus/bus-error.h"
#include "bus-ends.h"

#define CLERK 1000

typedef struct
{
  BusEnds ends;
  BusOutgoing *outgoing;
  BusPolkit *polkit;
  BusAccounts *accounts;
  GHashTable *shares;                     /* "1000 :1.1" → BusShare */
  GQueue questions;                       /* sd_bus_message: asked, not answered */
  GPtrArray *cancelled;                   /* numbers */
  guint counts[BUS_POLKIT_UNDECIDED + 1]; /* of answers */
} Fixture;

typedef struct
{
  guint id;
  GSourceFunc function;
  gpointer data;
} Timer;

static Timer timers[16]; /* the last ones that were set */
static guint timers_set;

guint __real_g_timeout_add_seconds (guint seconds, GSourceFunc function, gpointer data);
guint __wrap_g_timeout_add_seconds (guint seconds, GSourceFunc function, gpointer data);

guint
__wrap_g_timeout_add_seconds (guint seconds, GSourceFunc function, gpointer data)
{
  Timer *timer = &timers[timers_set++ % G_N_ELEMENTS (timers)];

  *timer = (Timer){ __real_g_timeout_add_seconds (seconds, function, data), function, data };
  return timer->id;
}

/* The time of every timer that runs has come. */
static void
expire_all (Fixture *fixture)
{
  Timer due[G_N_ELEMENTS (timers)];

  memcpy (due, timers, sizeof due);
  for (guint i = 0; i < G_N_ELEMENTS (due); i++)
    if (due[i].id && g_main_context_find_source_by_id (NULL, due[i].id))
      {
        g_source_remove (due[i].id);
        due[i].function (due[i].data);
      }
  bus_ends_settle (&fixture->ends);
}

static int
take_call (sd_bus_message *call, void *user_data, sd_bus_error *error)
{
  Fixture *fixture = user_data;
  const char *number;

  g_assert_cmpstr (sd_bus_message_get_destination (call), ==, "org.freedesktop.PolicyKit1");
  if (strcmp (sd_bus_message_get_member (call), "CheckAuthorization") == 0)
    g_queue_push_tail (&fixture->questions, sd_bus_message_ref (call));
  else if (sd_bus_message_read_basic (call, 's', &number) > 0)
    g_ptr_array_add (fixture->cancelled, g_strdup (number));
  return 1;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  bus_ends_set_up (&fixture->ends);
  g_assert_cmpint (sd_bus_add_filter (fixture->ends.server, NULL, take_call, fixture), >=, 0);
  fixture->outgoing = bus_outgoing_new (fixture->ends.client);
  fixture->polkit = bus_polkit_new (fixture->ends.client, fixture->outgoing);
  fixture->cancelled = g_ptr_array_new_with_free_func (g_free);
  fixture->accounts = bus_accounts_new ();
  fixture->shares = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)bus_share_unref);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->polkit, bus_polkit_free);
  bus_outgoing_free (fixture->outgoing);
  while (fixture->questions.length > 0)
    sd_bus_message_unref (g_queue_pop_head (&fixture->questions));
  g_ptr_array_unref (fixture->cancelled);
  g_hash_table_unref (fixture->shares);
  bus_accounts_free (fixture->accounts);
  bus_ends_tear_down (&fixture->ends);
}

static void
note_answer (BusPolkitAnswer answer, gpointer user_data)
{
  ((Fixture *)user_data)->counts[answer]++;
}

static BusShare *
get_share (Fixture *fixture, uid_t uid, const char *name)
{
  g_autofree char *key = g_strdup_printf ("%u %s", (guint)uid, name);
  BusShare *share = g_hash_table_lookup (fixture->shares, key);

  if (share != NULL)
    return share;
  share = bus_share_new ();
  bus_share_join (share, bus_accounts_get (fixture->accounts, uid, g_get_monotonic_time ()));
  g_hash_table_insert (fixture->shares, g_steal_pointer (&key), share);
  return share;
}

static void
ask (Fixture *fixture, uid_t uid, const char *name, gboolean interactive)
{
  const BusPolkitQuestion question = { .action = SHIKAKU_RIGHT_CHECK,
                                       .name = name,
                                       .share = get_share (fixture, uid, name),
                                       .user = "clerk",
                                       .reader = "Desk 1",
                                       .interactive = interactive };

  bus_polkit_ask (fixture->polkit, &question, note_answer, fixture);
  bus_ends_settle (&fixture->ends);
}

/* Return: the flags of the oldest question, which is answered. */
static guint
answer (Fixture *fixture, gboolean is_authorized, gboolean is_challenge)
{
  g_autoptr (sd_bus_message) question = g_queue_pop_head (&fixture->questions);
  guint32 flags;

  g_assert_nonnull (question);
  g_assert_cmpint (sd_bus_message_skip (question, "(sa{sv})sa{ss}"), >=, 0);
  g_assert_cmpint (sd_bus_message_read_basic (question, 'u', &flags), >, 0);
  g_assert_cmpint (sd_bus_reply_method_return (question, "(bba{ss})", is_authorized, is_challenge, 0), >=, 0);
  bus_ends_settle (&fixture->ends);
  return flags;
}

static void
test_answers (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 4; i++)
    ask (fixture, CLERK + i, ":1.1", FALSE);
  g_assert_cmpuint (answer (fixture, TRUE, FALSE), ==, 0);
  answer (fixture, FALSE, FALSE);
  answer (fixture, FALSE, TRUE);
  g_assert_cmpint (sd_bus_reply_method_errorf (g_queue_peek_head (&fixture->questions), "org.example.Error", "no"), >=,
                   0);
  bus_ends_settle (&fixture->ends);
  for (guint i = 0; i < G_N_ELEMENTS (fixture->counts); i++)
    g_assert_cmpuint (fixture->counts[i], ==, 1);
}

static void
test_nonsense (Fixture *fixture, gconstpointer data)
{
  ask (fixture, CLERK, ":1.1", FALSE);
  g_assert_cmpint (sd_bus_reply_method_return (g_queue_peek_head (&fixture->questions), "s", "yes"), >=, 0);
  bus_ends_settle (&fixture->ends);
  g_assert_cmpuint (fixture->counts[BUS_POLKIT_UNDECIDED], ==, 1);
}

static void
assert_question (sd_bus_message *question, guint32 wanted_flags, const char *wanted_number, guint wanted_details)
{
  const char *kind, *key, *name, *action, *value, *number;
  guint details = 0;
  guint32 flags;

  g_assert_cmpint (sd_bus_message_enter_container (question, 'r', "sa{sv}"), >, 0);
  g_assert_cmpint (sd_bus_message_read (question, "sa{sv}", &kind, 1, &key, "s", &name), >, 0);
  g_assert_cmpint (sd_bus_message_exit_container (question), >, 0);
  g_assert_cmpstr (kind, ==, "system-bus-name");
  g_assert_cmpstr (key, ==, "name");
  g_assert_cmpstr (name, ==, ":1.1");
  g_assert_cmpint (sd_bus_message_read (question, "s", &action), >, 0);
  g_assert_cmpstr (action, ==, SHIKAKU_RIGHT_CHECK);
  g_assert_cmpint (sd_bus_message_enter_container (question, 'a', "{ss}"), >, 0);
  for (; sd_bus_message_read (question, "{ss}", &key, &value) > 0; details++)
    if (strcmp (key, "reader") == 0)
      g_assert_cmpstr (value, ==, "Desk 1");
    else if (strcmp (key, "caller") == 0)
      g_assert_cmpstr (value, ==, "clerk");
    else if (strcmp (key, "polkit.message") == 0)
      g_assert_true (strstr (value, "$(caller)") && strstr (value, "$(reader)"));
    else
      g_assert_cmpstr (key, ==, "polkit.gettext_domain");
  g_assert_cmpuint (details, ==, wanted_details);
  g_assert_cmpint (sd_bus_message_exit_container (question), >, 0);
  g_assert_cmpint (sd_bus_message_read (question, "us", &flags, &number), >, 0);
  g_assert_cmpuint (flags, ==, wanted_flags);
  g_assert_cmpstr (number, ==, wanted_number);
}

static void
test_question (Fixture *fixture, gconstpointer data)
{
  ask (fixture, CLERK, ":1.1", FALSE);
  ask (fixture, CLERK, ":1.1", TRUE);
  assert_question (g_queue_peek_nth (&fixture->questions, 0), 0, "", 2);
  assert_question (g_queue_peek_nth (&fixture->questions, 1), 1, "1", 4);
}

/* Two questions of one user at a time, 32 of all; who waits does not keep those behind. */
static void
test_line (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 10; i++)
    ask (fixture, CLERK, ":1.1", FALSE);
  g_assert_cmpuint (fixture->questions.length, ==, BUS_ACCOUNT_QUESTIONS_MAXIMUM);
  for (guint i = 1; i <= 100; i++)
    ask (fixture, CLERK + i, ":1.2", FALSE);
  g_assert_cmpuint (fixture->questions.length, ==, BUS_POLKIT_QUESTIONS_MAXIMUM);
  while (fixture->questions.length > 0)
    {
      answer (fixture, TRUE, FALSE);
      g_assert_cmpuint (fixture->questions.length, <=, BUS_POLKIT_QUESTIONS_MAXIMUM);
    }
  g_assert_cmpuint (fixture->counts[BUS_POLKIT_YES], ==, 110);
}

/* One dialogue of a connection, two of a user, eight of all; beyond, polkit is asked without. */
static void
test_dialogues (Fixture *fixture, gconstpointer data)
{
  const struct
  {
    guint user;
    const char *name;
    gboolean asked;
  } calls[] = { { 0, ":1.0", TRUE }, { 0, ":1.0", FALSE }, { 0, ":1.9", TRUE }, { 0, ":1.10", FALSE },
                { 1, ":1.1", TRUE }, { 1, ":1.11", TRUE }, { 2, ":1.2", TRUE }, { 3, ":1.3", TRUE },
                { 4, ":1.4", TRUE }, { 5, ":1.5", TRUE },  { 6, ":1.6", FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    ask (fixture, CLERK + calls[i].user, calls[i].name, TRUE);
  /* They hold up nobody. */
  for (guint i = 0; i < BUS_POLKIT_QUESTIONS_MAXIMUM - 3; i++)
    ask (fixture, CLERK + 100 + i, ":1.99", FALSE);
  g_assert_cmpuint (fixture->questions.length, ==, BUS_POLKIT_QUESTIONS_MAXIMUM + BUS_POLKIT_DIALOGUES_MAXIMUM);
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    g_assert_cmpuint (answer (fixture, FALSE, TRUE), ==, calls[i].asked);
  ask (fixture, CLERK, ":1.0", TRUE);
  while (fixture->questions.length > 1)
    answer (fixture, TRUE, FALSE);
  g_assert_cmpuint (answer (fixture, TRUE, FALSE), ==, 1);
}

/* polkit stands still: it is asked once more, and its late answer to the first question counts for nothing. */
static void
test_again (Fixture *fixture, gconstpointer data)
{
  ask (fixture, CLERK, ":1.1", FALSE);
  expire_all (fixture);
  g_assert_cmpuint (fixture->questions.length, ==, 2);
  assert_question (g_queue_peek_tail (&fixture->questions), 0, "", 2);
  answer (fixture, FALSE, FALSE);
  g_assert_cmpuint (fixture->counts[BUS_POLKIT_NO], ==, 0);
  g_assert_cmpint (sd_bus_message_rewind (g_queue_peek_head (&fixture->questions), TRUE), >=, 0);
  answer (fixture, TRUE, FALSE);
  g_assert_cmpuint (fixture->counts[BUS_POLKIT_YES], ==, 1);
}

/* It does not come back: no third time, and what waits in line has as much time. */
static void
test_silence (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 5; i++)
    ask (fixture, CLERK, ":1.1", FALSE);
  expire_all (fixture);
  g_assert_cmpuint (fixture->counts[BUS_POLKIT_UNDECIDED], ==, 0);
  g_assert_cmpuint (fixture->questions.length, ==, BUS_ACCOUNT_QUESTIONS_MAXIMUM);
  expire_all (fixture);
  g_assert_cmpuint (fixture->counts[BUS_POLKIT_UNDECIDED], ==, 5);
  g_assert_cmpuint (fixture->questions.length, ==, BUS_ACCOUNT_QUESTIONS_MAXIMUM);
  while (fixture->questions.length > 0)
    answer (fixture, TRUE, FALSE);
  g_assert_cmpuint (fixture->counts[BUS_POLKIT_YES], ==, 0);
  ask (fixture, CLERK, ":1.1", FALSE);
  answer (fixture, TRUE, FALSE);
  g_assert_cmpuint (fixture->counts[BUS_POLKIT_YES], ==, 1);
}

/* The caller goes: nobody is asked for it any more, and what polkit says then is nobody's. */
static void
test_caller_gone (Fixture *fixture, gconstpointer data)
{
  ask (fixture, CLERK, ":1.1", TRUE);
  for (guint i = 0; i < 5; i++)
    ask (fixture, CLERK, ":1.1", FALSE);
  ask (fixture, CLERK, ":1.2", FALSE);
  bus_polkit_drop_caller (fixture->polkit, ":1.1");
  bus_ends_settle (&fixture->ends);
  g_assert_cmpuint (fixture->counts[BUS_POLKIT_UNDECIDED], ==, 6);
  g_assert_cmpuint (fixture->cancelled->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (fixture->cancelled, 0), ==, "1");
  while (fixture->questions.length > 0)
    answer (fixture, TRUE, FALSE);
  g_assert_cmpuint (fixture->counts[BUS_POLKIT_YES], ==, 1);
  g_assert_cmpuint (fixture->counts[BUS_POLKIT_UNDECIDED], ==, 6);
}

static void
test_end (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 5; i++)
    ask (fixture, CLERK, ":1.1", FALSE);
  g_clear_pointer (&fixture->polkit, bus_polkit_free);
  g_assert_cmpuint (fixture->counts[BUS_POLKIT_UNDECIDED], ==, 5);
  answer (fixture, TRUE, FALSE);
  g_assert_cmpuint (fixture->counts[BUS_POLKIT_YES], ==, 0);
}

#define ADD(path, test) g_test_add ("/bus-polkit/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("answers", test_answers);
  ADD ("nonsense", test_nonsense);
  ADD ("question", test_question);
  ADD ("line", test_line);
  ADD ("dialogues", test_dialogues);
  ADD ("again", test_again);
  ADD ("silence", test_silence);
  ADD ("caller-gone", test_caller_gone);
  ADD ("end", test_end);
  return g_test_run ();
}
