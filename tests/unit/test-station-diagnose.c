/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-station-diagnose: the chain, link by link: what is seen of each, and what is not examined. */
#include <string.h>

#include "fake-desk.h"
#include "visit/station-diagnose.h"

#define OTHER_READER "Fake Reader 01 00"

typedef struct
{
  GPtrArray *links;
  guint done;
  Station *station;
} Diagnosed;

static void
on_diagnosed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Diagnosed *diagnosed = user_data;
  g_autoptr (GError) error = NULL;

  diagnosed->links = station_diagnose_finish (diagnosed->station, result, &error);
  diagnosed->done = 1;
  g_assert_no_error (error);
}

static GPtrArray *
diagnose (FakeDesk *desk, const char *language)
{
  Diagnosed diagnosed = { .station = desk->station };

  station_diagnose (desk->station, language, NULL, on_diagnosed, &diagnosed);
  fake_desk_wait_until (&diagnosed.done);
  return diagnosed.links;
}

static const StationLink *
find_link (GPtrArray *links, const char *name)
{
  for (guint i = 0; i < links->len; i++)
    if (g_str_equal (((StationLink *)links->pdata[i])->link, name))
      return links->pdata[i];
  g_assert_not_reached ();
}

static void
assert_link (GPtrArray *links, const char *name, const char *state, const char *evidence)
{
  const StationLink *link = find_link (links, name);

  g_assert_cmpstr (link->state, ==, state);
  g_assert_cmpstr (link->evidence, ==, evidence);
  g_assert_nonnull (link->staff);
  g_assert_nonnull (link->technician);
}

static void
test_diagnose (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  g_autoptr (GPtrArray) before = diagnose (desk, "en"), after = NULL;

  g_assert_cmpuint (before->len, ==, 10);
  assert_link (before, "daemon", "ok", "version " SHIKAKU_VERSION);
  assert_link (before, "agent", "ok", "agents: 1");
  assert_link (before, "pcscd", "ok", "answers");
  assert_link (before, "reader", "ok", "readers: 1");
  assert_link (before, "card", "unknown", "cards: 0, not answering: 0");
  assert_link (before, "settings", "ok", "those given last are in use");
  assert_link (before, "credential", "ok", "examined");
  assert_link (before, "line", "failed", "CenterUnreachable");
  assert_link (before, "tls", "unknown", "not examined");
  assert_link (before, "center", "unknown", "not examined");
  g_assert_true (g_str_has_prefix (find_link (before, "line")->staff, "The line to the center is down."));

  fake_desk_insert (desk);
  desk->center->transport.credential_expires = g_get_real_time () + G_TIME_SPAN_DAY;
  after = diagnose (desk, NULL);
  assert_link (after, "card", "ok", "cards: 1, not answering: 0");
  g_assert_cmpstr (find_link (after, "credential")->state, ==, "degraded");
  g_assert_true (g_str_has_prefix (find_link (after, "credential")->evidence, "expires "));
}

/* A file that is missing counts more than a certificate that has not expired. */
static void
test_diagnose_missing_file (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  g_autoptr (GPtrArray) links = NULL;

  desk->center->transport.credential_expires = g_get_real_time () + 365 * G_TIME_SPAN_DAY;
  station_configure (desk->station,
                     &(StationSettings){ .card_authorities_file = "/nonexistent", .retention_seconds = 1 });
  links = diagnose (desk, "en");
  g_assert_cmpstr (find_link (links, "credential")->state, ==, "failed");
  g_assert_true (g_str_has_prefix (find_link (links, "credential")->evidence, "CredentialMissing: "));
  g_assert_nonnull (strstr (find_link (links, "credential")->evidence, "/nonexistent"));
}

/* What the transport says is wrong is told as it says it. */
static void
test_diagnose_exposed (void)
{
  static char exposed[] = "others can read it", gone[] = "the token is not there";
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  TransportLinkStatus *status = &desk->center->transport.links[TRANSPORT_LINK_CREDENTIAL];
  g_autoptr (GPtrArray) degraded = NULL, failed = NULL;

  *status = (TransportLinkStatus){ TRANSPORT_LINK_DEGRADED, 1, SHIKAKU_ERROR_NONE, exposed };
  degraded = diagnose (desk, "en");
  assert_link (degraded, "credential", "degraded", "others can read it");
  *status = (TransportLinkStatus){ TRANSPORT_LINK_FAILED, 1, SHIKAKU_ERROR_CREDENTIAL_MISSING, gone };
  failed = diagnose (desk, "en");
  assert_link (failed, "credential", "failed", "CredentialMissing: the token is not there");
}

static void
test_diagnose_without_readers (void)
{
  const ReaderMonitorObserver *monitor = station_get_monitor_observer ();
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  g_autoptr (GPtrArray) unplugged = NULL, stopped = NULL;

  monitor->reader_removed (FAKE_READER, desk->station);
  unplugged = diagnose (desk, "ja");
  assert_link (unplugged, "reader", "failed", "readers: 0");
  monitor->service_changed (FALSE, desk->station);
  stopped = diagnose (desk, "ja");
  assert_link (stopped, "agent", "unknown", "agents: 0");
  assert_link (stopped, "pcscd", "failed", "does not answer");
  assert_link (stopped, "reader", "unknown", "readers: 0");
}

/* A visit at a reader where nobody can be asked for the PIN ends with NoAgent: each such reader is named. */
static void
test_diagnose_agent (void)
{
  g_autoptr (FakeCard) other = fake_card_new (fake_get_person ("sato"));
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  g_autoptr (GPtrArray) absent = NULL, unable = NULL, some = NULL;

  other->reader_name = OTHER_READER;
  desk->agent->absent = TRUE;
  absent = diagnose (desk, "en");
  assert_link (absent, "agent", "failed", "agents: 0; none at reader 1 (" FAKE_READER ")");
  g_assert_nonnull (strstr (find_link (absent, "agent")->technician, "shikakuctl agent --reader"));
  desk->agent->absent = FALSE;
  desk->agent->capabilities = "consent message";
  unable = diagnose (desk, "ja");
  assert_link (unable, "agent", "failed", "agents: 0; none at reader 1 (" FAKE_READER ")");
  desk->agent->capabilities = "pin";
  desk->agent->only_reader = FAKE_READER_PATH;
  station_get_monitor_observer ()->reader_added (fake_card_get_reader (other), desk->station);
  some = diagnose (desk, "en");
  assert_link (some, "agent", "degraded", "agents: 1; none at reader 2 (" OTHER_READER ")");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/station-diagnose/chain", test_diagnose);
  g_test_add_func ("/station-diagnose/missing-file", test_diagnose_missing_file);
  g_test_add_func ("/station-diagnose/exposed", test_diagnose_exposed);
  g_test_add_func ("/station-diagnose/agent", test_diagnose_agent);
  g_test_add_func ("/station-diagnose/without-readers", test_diagnose_without_readers);
  return g_test_run ();
}
