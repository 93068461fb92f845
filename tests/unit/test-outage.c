/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-outage: a desk whose center is away: what its visits say, what is kept of them, when that is asked again, and
 * what becomes of it in the end. Timers and the clock go on when the test says so.
 */
#include <glib/gstdio.h>
#include <string.h>

#include "fake-desk.h"
#include "fake-loop.h"
#include "fake-timer.h"

#include "store/store-key.h"
#include "visit/station-events.h"

#define USER 1234
#define LATE_SECONDS 2           /* that a visit has, while the center takes longer */
#define LONG_MILLISECONDS 300000 /* no pause is longer */
#define YAMADA (&(TransportNumberQuery){ "01234567", "1", "2", NULL, "19800101", NULL })
#define SUZUKI (&(TransportNumberQuery){ "01234567", "1", "3", NULL, "19800101", NULL })

gint64 __real_g_get_real_time (void);
gint64 __wrap_g_get_real_time (void);

static gint64 shift; /* of the clock, microseconds */

gint64
__wrap_g_get_real_time (void)
{
  return __real_g_get_real_time () + shift;
}

typedef struct
{
  char *folder, *key;
  Store *store;
  FakeDesk *desk;
  Outage *outage;
  guint opened;
} Fixture;

static void
start (Fixture *fixture)
{
  fixture->store = store_new (fixture->folder);
  store_set_key_folder (fixture->store, fixture->folder);
  fixture->desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  station_set_store (fixture->desk->station, fixture->store);
  fixture->outage = station_get_outage (fixture->desk->station);
  outage_begin (fixture->outage);
}

static void
stop (Fixture *fixture)
{
  fake_desk_free (fixture->desk);
  store_free (fixture->store);
  fake_settle ();
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  shift = 0;
  fixture->folder = g_dir_make_tmp ("shikaku-outage-XXXXXX", NULL);
  fixture->key = g_build_filename (fixture->folder, STORE_KEY_CREDENTIAL, NULL);
  g_assert_true (g_file_set_contents (fixture->key, "0123456789abcdef0123456789abcdef", STORE_KEY_SIZE, NULL));
  start (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  stop (fixture);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->key);
}

static void
break_center (Fixture *fixture, ShikakuError error)
{
  for (guint call = 0; call < FAKE_N_CALLS; call++)
    fixture->desk->center->errors[call] = (int)error;
}

/* A transport tells that its center is there again. */
static void
tell_online (Fixture *fixture)
{
  Transport *transport = &fixture->desk->center->transport;

  transport->state = TRANSPORT_ONLINE;
  transport->changed (transport, transport->changed_data);
}

static Visit *
check_number (Fixture *fixture, const TransportNumberQuery *insured)
{
  g_autofree char *path = g_strdup_printf ("/org/shikaku/Shikaku1/visit/1_7/n%u", fixture->opened++);
  VisitOptions options = { .path = path, .owner = FAKE_OWNER, .uid = USER, .language = "en" };
  g_autoptr (GError) error = NULL;
  Visit *visit = fake_desk_try_number (fixture->desk, &options, insured, &error);

  g_assert_no_error (error);
  visit_ref (visit);
  fake_desk_wait (fixture->desk, visit, VISIT_DONE);
  return visit;
}

/* assert_kept: @visit has ended as it should while the center is away. Return: (transfer none) its id. */
static const char *
assert_kept (Visit *visit)
{
  const Eligibility *eligibility = visit_get_eligibility (visit);

  g_assert_cmpstr (visit_get_answer (visit), ==, "unknown");
  g_assert_cmpstr (eligibility->reason, ==, shikaku_error_get_name (SHIKAKU_ERROR_CENTER_UNREACHABLE));
  g_assert_nonnull (eligibility->queued);
  g_assert_nonnull (strstr (eligibility->advice, "as soon as the center is back"));
  return eligibility->queued;
}

/* queue: a visit by number while the center is away. (transfer full) its id. */
static char *
queue (Fixture *fixture, const TransportNumberQuery *insured)
{
  g_autoptr (Visit) visit = check_number (fixture, insured);

  return g_strdup (assert_kept (visit));
}

typedef struct
{
  Fixture *fixture;
  guint count;
} Awaited;

static gboolean
is_other_count (gconstpointer data)
{
  const Awaited *awaited = data;

  return outage_get_count (awaited->fixture->outage) != awaited->count;
}

static void
wait_count (Fixture *fixture, guint count)
{
  Awaited awaited = { fixture, count };

  fake_wait_while (is_other_count, &awaited);
}

static gboolean
is_not_repeated (gconstpointer data)
{
  const Awaited *awaited = data;

  return awaited->fixture->desk->center->counts[FAKE_REPEAT] < awaited->count;
}

static void
wait_repeated (Fixture *fixture, guint count)
{
  Awaited awaited = { fixture, count };

  fake_wait_while (is_not_repeated, &awaited);
  fake_settle ();
}

typedef struct
{
  guint done;
  GString *text;
} Told;

static void
on_page (const EventsPage *page, gpointer user_data)
{
  Told *told = user_data;

  for (guint i = 0; page != NULL && i < page->events->len; i++)
    {
      const Event *event = page->events->pdata[i];
      EventDetail detail;
      gsize offset = 0;

      g_assert_cmpint (event->kind, ==, EVENT_OUTAGE_RESOLVED);
      g_string_append_printf (told->text, "[%d", (int)event->audience);
      while (event_details_read (event->details->str, event->details->len, &offset, &detail))
        g_string_append_printf (told->text, " %s=%s", detail.key, detail.text);
      g_string_append_c (told->text, ']');
    }
  told->done = 1;
}

/* assert_told: all events there are. */
static void
assert_told (Fixture *fixture, const char *format, const char *id)
{
  const EventsQuestion question
      = { .audience = USER, .kinds = EVENT_BIT (EVENT_OUTAGE_RESOLVED), .limit = EVENTS_PAGE_MAXIMUM };
  g_autofree char *expected = g_strdup_printf ("[%d Queued=%s %s]", USER, id, format);
  Told told = { 0, g_string_new (NULL) };

  station_ask_events (fixture->desk->station, &question, on_page, &told);
  fake_desk_wait_until (&told.done);
  g_assert_cmpstr (told.text->str, ==, expected);
  g_string_free (told.text, TRUE);
}

/* The ways of a visit. */

static void
test_number (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;

  break_center (fixture, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  id = queue (fixture, YAMADA);
  g_assert_cmpuint (outage_get_count (fixture->outage), ==, 1);
  break_center (fixture, SHIKAKU_ERROR_NONE);
  fake_timers_pass (LONG_MILLISECONDS);
  wait_count (fixture, 0);
  g_assert_cmpstr (fixture->desk->center->repeated->str, ==, "number:a request");
  assert_told (fixture, "Fate=answered Answer=eligible", id);
  fake_settle ();
  g_assert_cmpuint (fake_timers_pass (LONG_MILLISECONDS), ==, 0); /* nothing waits for nothing */
}

/* Without a challenge of the center's the card signs one of our own. */
static void
test_card (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Visit) visit = NULL;

  break_center (fixture, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  visit = fake_desk_open (fixture->desk, NULL);
  fake_desk_insert (fixture->desk);
  fake_desk_wait (fixture->desk, visit, VISIT_DONE);
  g_assert_cmpuint (fixture->desk->center->own_challenges, ==, 1);
  g_assert_cmpstr (visit_get_answer (visit), ==, "unknown");
  g_assert_cmpstr (visit_get_method (visit), ==, "pin");
  g_assert_nonnull (visit_get_eligibility (visit)->queued);
  break_center (fixture, SHIKAKU_ERROR_NONE);
  tell_online (fixture);
  wait_count (fixture, 0);
  g_assert_cmpstr (fixture->desk->center->repeated->str, ==, "card:a request");
}

/* open_late: a visit of little time, whose query is held by the center. @insured: NULL: with a card. (transfer full) */
static Visit *
open_late (Fixture *fixture, FakeCall call, const TransportNumberQuery *insured)
{
  g_autofree char *path = g_strdup_printf ("/org/shikaku/Shikaku1/visit/1_7/l%u", fixture->opened++);
  VisitOptions options
      = { .path = path, .owner = FAKE_OWNER, .uid = USER, .language = "en", .timeout_seconds = LATE_SECONDS };
  Visit *visit;

  fixture->desk->center->held[call] = TRUE;
  fixture->desk->center->counts[call] = 0;
  visit = insured != NULL ? visit_ref (fake_desk_try_number (fixture->desk, &options, insured, NULL))
                          : fake_desk_open_with (fixture->desk, path, "drug", &options);
  if (insured == NULL)
    fake_desk_insert (fixture->desk);
  fake_desk_wait_until (&fixture->desk->center->counts[call]);
  return visit;
}

/* The visit's time is shorter than the center's: what was sent is kept, and the center need not be asked otherwise. */
static void
test_late (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Visit) visit = open_late (fixture, FAKE_CHECK_NUMBER, YAMADA);
  g_autofree char *id = NULL;

  fake_timers_pass (LATE_SECONDS * 1000);
  fake_desk_wait (fixture->desk, visit, VISIT_DONE);
  id = g_strdup (assert_kept (visit));
  g_assert_cmpuint (outage_get_count (fixture->outage), ==, 1);
  fake_center_release (fixture->desk->center, FAKE_CHECK_NUMBER);
  fake_timers_pass (LONG_MILLISECONDS);
  wait_count (fixture, 0);
  g_assert_cmpstr (fixture->desk->center->repeated->str, ==, "number:a request");
  assert_told (fixture, "Fate=answered Answer=eligible", id);
}

/* By a way on which nobody may ask again what may have been passed on it is not kept, and staff are told. */
static void
test_late_doubtful (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Visit) visit = open_late (fixture, FAKE_CHECK_NUMBER, YAMADA);

  g_clear_pointer (&fixture->desk->center->request, g_bytes_unref);
  fake_timers_pass (LATE_SECONDS * 1000);
  fake_desk_wait (fixture->desk, visit, VISIT_DONE);
  g_assert_cmpstr (visit_get_answer (visit), ==, "unknown");
  g_assert_null (visit_get_eligibility (visit)->queued);
  g_assert_cmpint (visit_get_eligibility (visit)->queue_error, ==, SHIKAKU_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (visit_get_eligibility (visit)->advice, "check once more later"));
  g_assert_cmpuint (outage_get_count (fixture->outage), ==, 0);
}

/* A patient who is still being asked, and leaves when the time is over, does not change that. */
static void
test_late_card (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Visit) visit = NULL;

  fixture->desk->agent->consent_held = TRUE;
  visit = open_late (fixture, FAKE_CHECK_CARD, NULL);
  fake_timers_pass (LATE_SECONDS * 1000);
  fake_agent_leave (fixture->desk->agent);
  fake_desk_wait (fixture->desk, visit, VISIT_DONE);
  assert_kept (visit);
  g_assert_cmpint (g_array_index (visit_get_consents (visit), Consent, 0).error, ==, SHIKAKU_ERROR_TIMED_OUT);
  g_assert_cmpuint (fixture->desk->agent->cancels, ==, 1);
  g_assert_cmpuint (outage_get_count (fixture->outage), ==, 1);
}

/* The center answers in the very moment in which the time is over: that is an answer. */
static void
test_just_in_time (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Visit) visit = NULL;

  fixture->desk->center->is_deaf = TRUE;
  visit = open_late (fixture, FAKE_CHECK_NUMBER, YAMADA);
  fake_timers_pass (LATE_SECONDS * 1000);
  fake_center_release (fixture->desk->center, FAKE_CHECK_NUMBER);
  fake_desk_wait (fixture->desk, visit, VISIT_DONE);
  g_assert_cmpstr (visit_get_answer (visit), ==, "eligible");
  g_assert_cmpuint (outage_get_count (fixture->outage), ==, 0);
}

/* Whose owner does not want it any more is not kept, not even when the time was over just before. */
static void
test_late_unwanted (Fixture *fixture, gconstpointer data)
{
  for (guint moment = 0; moment < 2; moment++)
    {
      g_autoptr (Visit) visit = open_late (fixture, FAKE_CHECK_NUMBER, YAMADA);

      if (moment == 1)
        fake_timers_pass (LATE_SECONDS * 1000);
      visit_cancel (visit, NULL, NULL);
      fake_desk_wait (fixture->desk, visit, VISIT_CANCELLED);
    }
  fake_settle ();
  g_assert_cmpuint (outage_get_count (fixture->outage), ==, 0);
}

/* A proof without the center is of no use where it cannot be kept: the patient is not asked for it. */
static void
test_without_key (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Visit) card = NULL, number = NULL;

  g_assert_cmpint (g_remove (fixture->key), ==, 0);
  break_center (fixture, SHIKAKU_ERROR_CENTER_BUSY);
  card = fake_desk_open (fixture->desk, NULL);
  fake_desk_insert (fixture->desk);
  fake_desk_wait (fixture->desk, card, VISIT_FAILED);
  fake_desk_assert_failed (card, SHIKAKU_ERROR_CENTER_BUSY);
  g_assert_cmpuint (fixture->desk->center->own_challenges, ==, 0);
  number = check_number (fixture, YAMADA);
  g_assert_cmpstr (visit_get_answer (number), ==, "unknown");
  g_assert_null (visit_get_eligibility (number)->queued);
  g_assert_cmpint (visit_get_eligibility (number)->queue_error, ==, SHIKAKU_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (visit_get_eligibility (number)->advice, "check once more later"));
  g_assert_cmpuint (outage_get_count (fixture->outage), ==, 0);
  g_assert_true (g_file_set_contents (fixture->key, "", 0, NULL));
}

/* What the center has said no to, and what nobody could answer, is not kept. */
static void
test_nothing_to_gain (Fixture *fixture, gconstpointer data)
{
  static const ShikakuError errors[]
      = { SHIKAKU_ERROR_CENTER_REFUSED, SHIKAKU_ERROR_MESSAGE_INVALID, SHIKAKU_ERROR_CREDENTIAL_MISSING };

  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_autofree char *path = g_strdup_printf ("/org/shikaku/Shikaku1/visit/1_7/x%u", i);
      VisitOptions options = { .path = path, .owner = FAKE_OWNER };
      g_autoptr (Visit) visit = NULL;

      break_center (fixture, errors[i]);
      visit = visit_ref (fake_desk_try_number (fixture->desk, &options, YAMADA, NULL));
      fake_desk_wait (fixture->desk, visit, VISIT_FAILED);
      fake_desk_assert_failed (visit, errors[i]);
    }
  g_assert_cmpuint (outage_get_count (fixture->outage), ==, 0);
}

/* When it is asked. */

static void
test_order (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = NULL, *again = NULL, *second = NULL;

  break_center (fixture, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  first = queue (fixture, YAMADA);
  g_bytes_unref (fixture->desk->center->request);
  fixture->desk->center->request = g_bytes_new_static ("another", 7);
  second = queue (fixture, SUZUKI);
  again = queue (fixture, YAMADA);
  g_assert_cmpstr (again, ==, first); /* the same question is not kept twice */
  g_assert_cmpstr (second, !=, first);
  g_assert_cmpuint (outage_get_count (fixture->outage), ==, 2);

  fake_timers_pass (LONG_MILLISECONDS); /* it is still away: the first is not left for the second */
  wait_repeated (fixture, 1);
  g_assert_cmpstr (fixture->desk->center->repeated->str, ==, "number:a request");
  stop (fixture);
  start (fixture); /* and a new daemon knows of both */
  wait_repeated (fixture, 2);
  wait_count (fixture, 0);
  g_assert_cmpstr (fixture->desk->center->repeated->str, ==, "number:a request number:another");
}

/* Longer each time, and never while people have to mend something here. */
static void
test_pauses (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;

  break_center (fixture, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  id = queue (fixture, YAMADA);
  for (guint i = 1; i <= 3; i++)
    {
      fake_timers_pass (LONG_MILLISECONDS);
      wait_repeated (fixture, i);
    }
  break_center (fixture, SHIKAKU_ERROR_CREDENTIAL_EXPIRED);
  fake_timers_pass (LONG_MILLISECONDS);
  wait_repeated (fixture, 4);
  g_assert_cmpint (outage_get_obstacle (fixture->outage), ==, SHIKAKU_ERROR_CREDENTIAL_EXPIRED);
  g_assert_cmpuint (fake_timers_pass (LONG_MILLISECONDS), ==, 0);
  break_center (fixture, SHIKAKU_ERROR_NONE);
  tell_online (fixture);
  wait_count (fixture, 0);
  g_assert_cmpint (outage_get_obstacle (fixture->outage), ==, SHIKAKU_ERROR_NONE);
  g_assert_cmpuint (fixture->desk->center->counts[FAKE_REPEAT], ==, 5);
}

/* What becomes of it. */

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;

  break_center (fixture, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  id = queue (fixture, YAMADA);
  break_center (fixture, SHIKAKU_ERROR_NOT_REGISTERED);
  fake_timers_pass (LONG_MILLISECONDS);
  wait_count (fixture, 0);
  assert_told (fixture, "Fate=refused Error=org.shikaku.Shikaku1.Error.NotRegistered", id);
}

static void
test_garbage (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;

  break_center (fixture, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  id = queue (fixture, YAMADA);
  break_center (fixture, SHIKAKU_ERROR_MESSAGE_INVALID);
  for (guint i = 1; i <= 3; i++)
    {
      g_assert_cmpuint (outage_get_count (fixture->outage), ==, 1);
      fake_timers_pass (LONG_MILLISECONDS);
      wait_repeated (fixture, i);
    }
  wait_count (fixture, 0);
  assert_told (fixture, "Fate=refused Error=org.shikaku.Shikaku1.Error.MessageInvalid", id);
}

/* A terminal has passed on what it answers wrongly: it is not asked a second time. */
static void
test_terminal_garbage (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;

  break_center (fixture, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  id = queue (fixture, YAMADA);
  break_center (fixture, SHIKAKU_ERROR_MESSAGE_INVALID);
  fixture->desk->center->transport.name = "desk";
  fake_timers_pass (LONG_MILLISECONDS);
  wait_count (fixture, 0);
  assert_told (fixture, "Fate=refused Error=org.shikaku.Shikaku1.Error.MessageInvalid", id);
  g_assert_cmpuint (fixture->desk->center->counts[FAKE_REPEAT], ==, 1);
}

static gboolean
is_not_refused (gconstpointer data)
{
  return station_get_statistics (((const Fixture *)data)->desk->station)->counters[STATISTICS_OUTAGES_REFUSED] == 0;
}

/* What a terminal had when the daemon ended may have been passed on: nobody asks it again. */
static void
test_terminal_killed (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;

  break_center (fixture, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  id = queue (fixture, YAMADA);
  fixture->desk->center->transport.name = "desk";
  fixture->desk->center->held[FAKE_REPEAT] = TRUE;
  fake_timers_pass (LONG_MILLISECONDS);
  wait_repeated (fixture, 1);
  stop (fixture);
  start (fixture);
  fake_wait_while (is_not_refused, fixture);
  wait_count (fixture, 0);
  assert_told (fixture, "Fate=refused Error=org.shikaku.Shikaku1.Error.TimedOut", id);
  g_assert_cmpuint (fixture->desk->center->counts[FAKE_REPEAT], ==, 0);
}

static gboolean
is_not_asked (gconstpointer data)
{
  fake_timers_pass (LONG_MILLISECONDS); /* the pause begins when the store has its note */
  return is_not_repeated (data);
}

/* What it gave back was not passed on, and is asked again, also by the next daemon. */
static void
test_terminal_away (Fixture *fixture, gconstpointer data)
{
  Awaited awaited = { fixture, 2 };
  g_autofree char *id = NULL;

  break_center (fixture, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  id = queue (fixture, YAMADA);
  fixture->desk->center->transport.name = "desk";
  fake_wait_while (is_not_asked, &awaited);
  fake_settle ();
  stop (fixture);
  start (fixture);
  fixture->desk->center->transport.name = "desk";
  wait_repeated (fixture, 1);
  wait_count (fixture, 0);
  assert_told (fixture, "Fate=answered Answer=eligible", id);
}

static void
test_expired (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;

  break_center (fixture, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  id = queue (fixture, YAMADA);
  shift = (gint64)TRANSPORT_LATE_SECONDS * G_USEC_PER_SEC;
  fake_timers_pass (LONG_MILLISECONDS);
  wait_count (fixture, 0);
  g_assert_cmpuint (fixture->desk->center->counts[FAKE_REPEAT], ==, 0);
  assert_told (fixture, "Fate=expired Error=org.shikaku.Shikaku1.Error.TimedOut", id);
}

static gboolean
is_not_lost (gconstpointer data)
{
  return station_get_statistics (((const Fixture *)data)->desk->station)->counters[STATISTICS_OUTAGES_LOST] == 0;
}

static void
test_unreadable (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;

  break_center (fixture, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  id = queue (fixture, YAMADA);
  stop (fixture);
  g_assert_cmpint (g_remove (fixture->key), ==, 0); /* it may come back */
  start (fixture);
  wait_count (fixture, 1);
  g_assert_cmpint (outage_get_obstacle (fixture->outage), ==, SHIKAKU_ERROR_NOT_FOUND);
  stop (fixture);
  g_assert_true (g_file_set_contents (fixture->key, "another one, of thirty-two bytes", STORE_KEY_SIZE, NULL));
  start (fixture); /* it will not */
  fake_wait_while (is_not_lost, fixture);
  g_assert_cmpuint (fixture->desk->center->counts[FAKE_REPEAT], ==, 0);
}

typedef struct
{
  guint done, dropped;
} Dropped;

static void
on_dropped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Dropped *dropped = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_true (outage_drop_finish (result, &dropped->dropped, &error));
  g_assert_no_error (error);
  dropped->done = 1;
}

static void
test_dropped (Fixture *fixture, gconstpointer data)
{
  Dropped dropped = { 0, 0 }, none = { 0, 9 };
  g_autofree char *id = NULL;

  outage_drop (fixture->outage, on_dropped, &none);
  fake_desk_wait_until (&none.done);
  g_assert_cmpuint (none.dropped, ==, 0);

  break_center (fixture, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  id = queue (fixture, YAMADA);
  fixture->desk->center->held[FAKE_REPEAT] = TRUE; /* it is just being asked */
  fake_timers_pass (LONG_MILLISECONDS);
  wait_repeated (fixture, 1);
  outage_drop (fixture->outage, on_dropped, &dropped);
  fake_desk_wait_until (&dropped.done);
  g_assert_cmpuint (dropped.dropped, ==, 1);
  g_assert_cmpuint (outage_get_count (fixture->outage), ==, 0);
  assert_told (fixture, "Fate=dropped Error=org.shikaku.Shikaku1.Error.Cancelled", id);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/outage/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("number", test_number);
  ADD ("card", test_card);
  ADD ("late", test_late);
  ADD ("late-doubtful", test_late_doubtful);
  ADD ("late-card", test_late_card);
  ADD ("just-in-time", test_just_in_time);
  ADD ("late-unwanted", test_late_unwanted);
  ADD ("without-key", test_without_key);
  ADD ("nothing-to-gain", test_nothing_to_gain);
  ADD ("order", test_order);
  ADD ("pauses", test_pauses);
  ADD ("refused", test_refused);
  ADD ("garbage", test_garbage);
  ADD ("terminal-garbage", test_terminal_garbage);
  ADD ("terminal-killed", test_terminal_killed);
  ADD ("terminal-away", test_terminal_away);
  ADD ("expired", test_expired);
  ADD ("unreadable", test_unreadable);
  ADD ("dropped", test_dropped);
  return g_test_run ();
}
