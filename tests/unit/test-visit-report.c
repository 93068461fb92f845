/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-visit-report: what is told and counted when a visit ends, and that its time is told in the right parts. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "fake-desk.h"

#include <string.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <time.h>

#include "base/log.h"
#include "base/message-ids.h"

#define HOUR ((gint64)3600 * G_USEC_PER_SEC)

static gint64 shift;
static GHashTable *entry; /* of the end of a visit: the last one */

/* Stands before GLib's: the clock that the visit sees can jump. */
gint64
g_get_monotonic_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return shift + (gint64)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* Stands before libsystemd's. */
int
sd_journal_sendv (const struct iovec *fields, int n)
{
  g_autoptr (GHashTable) table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (int i = 0; i < n; i++)
    {
      g_autofree char *field = g_strndup (fields[i].iov_base, fields[i].iov_len);
      char *value = strchr (field, '=');

      *value = '\0';
      g_hash_table_insert (table, g_strdup (field), g_strdup (value + 1));
    }
  if (!g_hash_table_contains (table, "SHIKAKU_TIME_OWN_USEC"))
    return 0;
  g_clear_pointer (&entry, g_hash_table_unref);
  entry = g_steal_pointer (&table);
  return 0;
}

static void
assert_field (const char *name, const char *value)
{
  g_assert_cmpstr (g_hash_table_lookup (entry, name), ==, value);
}

/* assert_hours: microseconds of @part, but for the time that the test itself takes. */
static void
assert_hours (Visit *visit, VisitPart part, gint64 hours)
{
  g_assert_cmpint (visit_get_time (visit, part) / HOUR, ==, hours);
  g_assert_cmpint (visit_get_time (visit, part) % HOUR, <, HOUR / 10);
}

static FakeDesk *
new_desk (void)
{
  log_set_target ("journal");
  return fake_desk_new (NULL, 3, FAKE_RETENTION);
}

static void
test_parts (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, "ceiling drug");

  fake_desk_settle ();
  shift += HOUR; /* nobody inserts a card */
  fake_card_block (desk->card, 0xB0);
  fake_desk_insert (desk);
  fake_desk_wait_ins (desk, 0xB0, 1);
  shift += 2 * HOUR; /* the card is being read, the challenge has come meanwhile */
  desk->agent->pin_held = desk->agent->consent_held = TRUE;
  desk->center->held[FAKE_CHECK_CARD] = desk->center->held[FAKE_REGISTER] = TRUE;
  fake_card_unblock (desk->card);
  fake_desk_wait (desk, visit, VISIT_ASKING_PIN);
  shift += 4 * HOUR; /* nobody enters the PIN */
  fake_agent_release (desk->agent);
  fake_desk_wait (desk, visit, VISIT_ASKING_CONSENT);
  shift += 8 * HOUR; /* nobody answers what is asked before the query */
  desk->agent->consent_held = TRUE;
  fake_agent_release (desk->agent);
  desk->agent->consent_held = TRUE;
  fake_desk_settle ();
  g_assert_cmpint (visit_get_state (visit), ==, VISIT_ASKING_CONSENT);
  shift += 16 * HOUR; /* nor what is asked beside it: the center, which does not answer either, is not to blame */
  fake_agent_release (desk->agent);
  fake_desk_wait (desk, visit, VISIT_CHECKING);
  shift += 32 * HOUR; /* now it is */
  fake_center_release (desk->center, FAKE_CHECK_CARD);
  fake_desk_settle ();
  shift += 64 * HOUR; /* it takes down consents */
  fake_center_release (desk->center, FAKE_REGISTER);
  fake_desk_wait (desk, visit, VISIT_DONE);

  assert_hours (visit, VISIT_PART_CARD, 2);
  assert_hours (visit, VISIT_PART_PERSON, 1 + 4 + 8 + 16);
  assert_hours (visit, VISIT_PART_CENTER, 32 + 64);
  assert_hours (visit, VISIT_PART_OWN, 0);
}

static void
test_late_challenge (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL);

  desk->center->held[FAKE_CHALLENGE] = TRUE;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_PROVING);
  shift += HOUR;
  fake_center_release (desk->center, FAKE_CHALLENGE);
  fake_desk_wait (desk, visit, VISIT_DONE);
  assert_hours (visit, VISIT_PART_CENTER, 1);
  assert_hours (visit, VISIT_PART_CARD, 0);
}

static void
test_done (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open_with (desk, "/v/1", "drug test", &(VisitOptions){ .caller = "uketsuke" });
  const Statistics *statistics = station_get_statistics (desk->station);
  g_autofree char *time = NULL;

  desk->agent->refused = "test";
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
  time = g_strdup_printf ("%" G_GINT64_FORMAT, visit_get_time (visit, VISIT_PART_PERSON));
  assert_field ("MESSAGE_ID", SHIKAKU_MESSAGE_VISIT_FINISHED);
  assert_field ("PRIORITY", "6");
  assert_field ("SHIKAKU_VISIT", visit_get_path (visit));
  assert_field ("SHIKAKU_USER", "uketsuke");
  assert_field ("SHIKAKU_ORIGIN", "card");
  assert_field ("SHIKAKU_METHOD", "pin");
  assert_field ("SHIKAKU_READER", FAKE_READER_PATH);
  assert_field ("SHIKAKU_ANSWER", "eligible");
  assert_field ("SHIKAKU_TIME_PERSON_USEC", time);
  assert_field ("SHIKAKU_REASON", NULL);
  assert_field ("SHIKAKU_ERROR", NULL);

  g_assert_cmpuint (statistics->visits[VISIT_ORIGIN_CARD][VISIT_DONE - VISIT_DONE], ==, 1);
  g_assert_cmpuint (statistics->counters[STATISTICS_ELIGIBLE], ==, 1);
  g_assert_cmpuint (statistics->counters[STATISTICS_CARDS_READ], ==, 1);
  g_assert_cmpuint (statistics->counters[STATISTICS_PINS_ASKED], ==, 1);
  g_assert_cmpuint (statistics->counters[STATISTICS_PINS_WRONG], ==, 0);
  g_assert_cmpuint (statistics->counters[STATISTICS_CONSENTS_GRANTED], ==, 1);
  g_assert_cmpuint (statistics->counters[STATISTICS_CONSENTS_DENIED], ==, 1);
  g_assert_cmpuint (statistics->counters[STATISTICS_CHALLENGES], ==, 1);
  g_assert_cmpuint (statistics->counters[STATISTICS_QUERIES], ==, 1);
  g_assert_cmpuint (statistics->counters[STATISTICS_REGISTRATIONS], ==, 1);
  g_assert_cmpuint (statistics->times[VISIT_PART_CARD].sum, ==, visit_get_time (visit, VISIT_PART_CARD));
}

static void
test_unknown (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL);
  const Statistics *statistics = station_get_statistics (desk->station);

  desk->center->errors[FAKE_CHECK_CARD] = SHIKAKU_ERROR_CENTER_BUSY;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
  assert_field ("SHIKAKU_ANSWER", "unknown");
  assert_field ("SHIKAKU_REASON", "org.shikaku.Shikaku1.Error.CenterBusy");
  g_assert_cmpuint (statistics->counters[STATISTICS_UNKNOWN], ==, 1);
  g_assert_cmpuint (statistics->counters[STATISTICS_QUERIES_FAILED], ==, 1);
}

static void
test_failed (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL), revoked = NULL;
  const Statistics *statistics = station_get_statistics (desk->station);

  desk->agent->pin = "9999";
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_FAILED);
  assert_field ("MESSAGE_ID", SHIKAKU_MESSAGE_VISIT_FAILED);
  assert_field ("PRIORITY", "5");
  assert_field ("SHIKAKU_ERROR", "PinIncorrect");
  assert_field ("SHIKAKU_STATE", "proving");
  assert_field ("SHIKAKU_ANSWER", NULL);
  g_assert_cmpuint (statistics->visits[VISIT_ORIGIN_CARD][VISIT_FAILED - VISIT_DONE], ==, 1);
  g_assert_cmpuint (statistics->counters[STATISTICS_PINS_WRONG], ==, 1);
  g_assert_cmpuint (statistics->failures[SHIKAKU_ERROR_PIN_INCORRECT], ==, 1);

  /* The center's answer that speaks against the card is no failure of the center. */
  desk->agent->pin = "1234";
  desk->center->errors[FAKE_CHECK_CARD] = SHIKAKU_ERROR_CERTIFICATE_REVOKED;
  revoked = fake_desk_open_with (desk, "/v/2", NULL, &(VisitOptions){ .same_card = TRUE });
  fake_desk_wait (desk, revoked, VISIT_FAILED);
  g_assert_cmpuint (statistics->counters[STATISTICS_QUERIES], ==, 1);
  g_assert_cmpuint (statistics->counters[STATISTICS_QUERIES_FAILED], ==, 0);
}

static void
test_cancelled (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL);
  const Statistics *statistics = station_get_statistics (desk->station);

  fake_desk_settle ();
  shift += HOUR;
  visit_cancel (visit, NULL, NULL);
  fake_desk_wait (desk, visit, VISIT_CANCELLED);
  assert_hours (visit, VISIT_PART_PERSON, 1);
  assert_field ("MESSAGE_ID", SHIKAKU_MESSAGE_VISIT_FAILED);
  assert_field ("PRIORITY", "6");
  assert_field ("SHIKAKU_ERROR", "Cancelled");
  assert_field ("SHIKAKU_STATE", "waiting-for-card");
  g_assert_cmpuint (statistics->visits[VISIT_ORIGIN_CARD][VISIT_CANCELLED - VISIT_DONE], ==, 1);
  g_assert_cmpuint (statistics->failures[SHIKAKU_ERROR_CANCELLED], ==, 1);
}

static void
test_unregistered (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, "drug");
  const Statistics *statistics = station_get_statistics (desk->station);

  desk->center->errors[FAKE_REGISTER] = SHIKAKU_ERROR_CENTER_UNREACHABLE;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_cmpuint (statistics->counters[STATISTICS_CONSENTS_GRANTED], ==, 1);
  g_assert_cmpuint (statistics->counters[STATISTICS_CONSENTS_UNREGISTERED], ==, 1);
  g_assert_cmpuint (statistics->counters[STATISTICS_REGISTRATIONS_FAILED], ==, 1);
}

/* Of every kind, and whatever it was that the center did not do. */
static void
test_unregistered_kinds (void)
{
  static const struct
  {
    const char *consents;
    FakeCall call; /* that fails or is cancelled */
    ShikakuError error;
    gboolean cancelled;
    guint granted, unregistered;
  } rows[] = {
    { "ceiling", FAKE_CHECK_CARD, SHIKAKU_ERROR_NONE, FALSE, 1, 0 },
    { "ceiling specific-disease", FAKE_CHECK_CARD, SHIKAKU_ERROR_NONE, FALSE, 2,
      1 }, /* the answer says nothing of it */
    { "ceiling specific-disease", FAKE_CHECK_CARD, SHIKAKU_ERROR_CENTER_BUSY, FALSE, 2, 2 },
    { "ceiling", FAKE_CHECK_CARD, SHIKAKU_ERROR_CERTIFICATE_REVOKED, FALSE, 1, 1 },
    { "ceiling", FAKE_CHECK_CARD, SHIKAKU_ERROR_NONE, TRUE, 1, 1 },
    { "ceiling drug", FAKE_REGISTER, SHIKAKU_ERROR_NONE, TRUE, 2, 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (FakeDesk) desk = new_desk ();
      g_autoptr (Visit) visit = fake_desk_open (desk, rows[i].consents);
      const Statistics *statistics = station_get_statistics (desk->station);

      desk->center->errors[rows[i].call] = (int)rows[i].error;
      desk->center->held[rows[i].call] = rows[i].cancelled;
      fake_desk_insert (desk);
      if (rows[i].cancelled)
        {
          fake_desk_wait_until (&desk->center->counts[rows[i].call]);
          visit_cancel (visit, NULL, NULL);
        }
      while (!visit_is_finished (visit))
        g_main_context_iteration (NULL, TRUE);
      g_test_message ("%s, error %d", rows[i].consents, (int)rows[i].error);
      g_assert_cmpuint (statistics->counters[STATISTICS_CONSENTS_GRANTED], ==, rows[i].granted);
      g_assert_cmpuint (statistics->counters[STATISTICS_CONSENTS_UNREGISTERED], ==, rows[i].unregistered);
    }
}

int
main (int argc, char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/visit-report/parts", test_parts);
  g_test_add_func ("/visit-report/late-challenge", test_late_challenge);
  g_test_add_func ("/visit-report/done", test_done);
  g_test_add_func ("/visit-report/unknown", test_unknown);
  g_test_add_func ("/visit-report/failed", test_failed);
  g_test_add_func ("/visit-report/cancelled", test_cancelled);
  g_test_add_func ("/visit-report/unregistered", test_unregistered);
  g_test_add_func ("/visit-report/unregistered-kinds", test_unregistered_kinds);
  result = g_test_run ();
  g_clear_pointer (&entry, g_hash_table_unref);
  return result;
}
