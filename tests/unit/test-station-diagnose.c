/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-station-diagnose: the chain of links, what is wrong with each, and that everything has its texts. */
#include <glib/gstdio.h>
#include <string.h>

#include "fake-desk.h"
#include "fake-terminal.h"

#include "base/unit-file.h"
#include "store/store-key.h"
#include "visit/station-diagnose.h"
#include "visit/visit-text.h"

#define OTHER_READER "Fake Reader 01 00"

/* The machine's other services, as the test wants them. */
static gboolean is_refused;
static const char *masked, *missing; /* units */

gboolean __wrap_station_is_service_refused (Station *station);
UnitFileState __wrap_unit_file_look (const char *unit);

gboolean
__wrap_station_is_service_refused (Station *station)
{
  return is_refused;
}

UnitFileState
__wrap_unit_file_look (const char *unit)
{
  return g_strcmp0 (unit, masked) == 0    ? UNIT_FILE_MASKED
         : g_strcmp0 (unit, missing) == 0 ? UNIT_FILE_MISSING
                                          : UNIT_FILE_PRESENT;
}

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
    if (g_str_equal (((const StationLink *)links->pdata[i])->link, name))
      return links->pdata[i];
  g_assert_not_reached ();
}

/* @cause: NULL: none. */
static void
assert_link (GPtrArray *links, const char *name, const char *state, const char *cause, const char *evidence)
{
  const StationLink *link = find_link (links, name);

  g_assert_cmpstr (link->state, ==, state);
  g_assert_cmpstr (link->cause, ==, cause);
  if (evidence != NULL)
    g_assert_cmpstr (link->evidence, ==, evidence);
  g_assert_nonnull (link->staff);
  g_assert_nonnull (link->technician);
}

static void
test_diagnose (void)
{
  static const char *const chain[] = { "daemon",  "agent", "pcscd", "reader", "card", "settings", "credential",
                                       "account", "clock", "line",  "name",   "tls",  "center",   "store" };
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  g_autoptr (GPtrArray) before = diagnose (desk, "en"), after = NULL;

  g_assert_cmpuint (before->len, ==, G_N_ELEMENTS (chain));
  for (guint i = 0; i < before->len; i++)
    g_assert_cmpstr (((StationLink *)before->pdata[i])->link, ==, chain[i]);
  assert_link (before, "daemon", "ok", NULL, "version " SHIKAKU_VERSION);
  assert_link (before, "agent", "ok", NULL, "agents: 1");
  assert_link (before, "pcscd", "ok", NULL, "answers");
  assert_link (before, "reader", "ok", NULL, "readers: 1");
  assert_link (before, "card", "unknown", NULL, "cards: 0, not answering: 0");
  assert_link (before, "settings", "ok", NULL, "those given last are in use");
  assert_link (before, "credential", "ok", NULL, "examined");
  assert_link (before, "account", "unknown", NULL, "not examined");
  assert_link (before, "clock", "unknown", NULL, "not examined");
  assert_link (before, "line", "failed", "line-silent", "CenterUnreachable");
  assert_link (before, "name", "unknown", NULL, "not examined");
  assert_link (before, "tls", "unknown", NULL, "not examined");
  assert_link (before, "center", "unknown", NULL, "not examined");
  assert_link (before, "store", "unknown", NULL, "not examined");
  g_assert_true (g_str_has_prefix (find_link (before, "line")->staff, "The line to the center is down."));

  fake_desk_insert (desk);
  desk->center->transport.credential_expires = g_get_real_time () + G_TIME_SPAN_DAY;
  after = diagnose (desk, NULL);
  assert_link (after, "card", "ok", NULL, "cards: 1, not answering: 0");
  assert_link (after, "credential", "degraded", "certificate-ends", NULL);
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
  assert_link (links, "credential", "failed", "file-unreadable", NULL);
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
  assert_link (degraded, "credential", "degraded", "secrets-exposed", "others can read it");
  *status = (TransportLinkStatus){ TRANSPORT_LINK_FAILED, 1, SHIKAKU_ERROR_CREDENTIAL_MISSING, gone,
                                   SHIKAKU_CAUSE_TOKEN_MISSING };
  failed = diagnose (desk, "en");
  assert_link (failed, "credential", "failed", "token-missing", "CredentialMissing: the token is not there");
}

static void
test_diagnose_without_readers (void)
{
  const ReaderMonitorObserver *monitor = station_get_monitor_observer ();
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  g_autoptr (GPtrArray) unplugged = NULL, stopped = NULL;

  monitor->reader_removed (FAKE_READER, desk->station);
  unplugged = diagnose (desk, "ja");
  assert_link (unplugged, "reader", "failed", "no-reader", "readers: 0");
  monitor->service_changed (FALSE, desk->station);
  stopped = diagnose (desk, "ja");
  assert_link (stopped, "agent", "unknown", NULL, "agents: 0");
  assert_link (stopped, "pcscd", "failed", "pcscd-stopped", "does not answer");
  assert_link (stopped, "reader", "unknown", NULL, "readers: 0");
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
  assert_link (absent, "agent", "failed", "no-agent", "agents: 0; none at reader 1 (" FAKE_READER ")");
  g_assert_nonnull (strstr (find_link (absent, "agent")->technician, "shikakuctl agent --reader"));
  desk->agent->absent = FALSE;
  desk->agent->capabilities = "consent message";
  unable = diagnose (desk, "ja");
  assert_link (unable, "agent", "failed", "no-agent", "agents: 0; none at reader 1 (" FAKE_READER ")");
  desk->agent->capabilities = "pin";
  desk->agent->only_reader = FAKE_READER_PATH;
  station_get_monitor_observer ()->reader_added (fake_card_get_reader (other), desk->station);
  some = diagnose (desk, "en");
  assert_link (some, "agent", "degraded", "agent-missing", "agents: 1; none at reader 2 (" OTHER_READER ")");
}

/* Why a service is away, as far as the machine can tell. */
static void
test_diagnose_services (void)
{
  static const struct
  {
    gboolean is_refused, is_missing;
    const char *unit, *link, *cause;
  } rows[] = {
    { FALSE, FALSE, "pcscd.socket", "pcscd", "pcscd-masked" },
    { FALSE, FALSE, "pcscd.service", "pcscd", "pcscd-masked" },
    { FALSE, TRUE, "pcscd.service", "pcscd", "pcscd-missing" },
    { TRUE, FALSE, NULL, "pcscd", "pcscd-refuses" },
    { FALSE, FALSE, "polkit.service", "daemon", "polkit-masked" },
    { FALSE, TRUE, "polkit.service", "daemon", "polkit-masked" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
      g_autoptr (GPtrArray) links = NULL;

      station_get_monitor_observer ()->service_changed (FALSE, desk->station);
      is_refused = rows[i].is_refused;
      *(rows[i].is_missing ? &missing : &masked) = rows[i].unit;
      links = diagnose (desk, "en");
      assert_link (links, rows[i].link, "failed", rows[i].cause, NULL);
      is_refused = FALSE;
      masked = missing = NULL;
    }
}

/* A desk with a terminal does without pcscd, unless it stopped; and its terminal is no reader that lacks an agent. */
static void
test_diagnose_terminal (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  FakeTerminal *terminal = fake_terminal_new ();
  g_autoptr (GPtrArray) without = NULL, stopped = NULL;

  station_add_terminal (desk->station, "Front", &terminal->transport);
  station_get_monitor_observer ()->reader_removed (FAKE_READER, desk->station);
  station_get_monitor_observer ()->service_changed (FALSE, desk->station);
  missing = "pcscd.service";
  without = diagnose (desk, "en");
  assert_link (without, "pcscd", "unknown", NULL,
               "does not answer: pcscd.service is not installed; this desk has a terminal");
  assert_link (without, "reader", "unknown", NULL, "readers: 0, terminals: 1");
  assert_link (without, "agent", "unknown", NULL, NULL);
  missing = NULL;
  stopped = diagnose (desk, "en");
  assert_link (stopped, "pcscd", "failed", "pcscd-stopped", NULL);
}

/* A cause that belongs to another link of the chain than the transport's is told there, and in its own words. */
static void
test_diagnose_causes (void)
{
  static const struct
  {
    TransportLink from;
    ShikakuCause cause;
    const char *link, *word;
  } rows[] = {
    { TRANSPORT_LINK_CREDENTIAL, SHIKAKU_CAUSE_SETTINGS_MISSING, "settings", "settings-missing" },
    { TRANSPORT_LINK_CREDENTIAL, SHIKAKU_CAUSE_ACCOUNT_UNREADABLE, "account", "account-unreadable" },
    { TRANSPORT_LINK_CREDENTIAL, SHIKAKU_CAUSE_CLOCK_WRONG, "clock", "clock-wrong" },
    { TRANSPORT_LINK_TLS, SHIKAKU_CAUSE_CLOCK_WRONG, "clock", "clock-wrong" },
    { TRANSPORT_LINK_TLS, SHIKAKU_CAUSE_CERTIFICATE_REFUSED, "credential", "certificate-refused" },
    { TRANSPORT_LINK_CENTER, SHIKAKU_CAUSE_CERTIFICATE_REFUSED, "credential", "certificate-refused" },
    { TRANSPORT_LINK_CENTER, SHIKAKU_CAUSE_ACCOUNT_REFUSED, "account", "account-refused" },
    { TRANSPORT_LINK_CENTER, SHIKAKU_CAUSE_PATH_WRONG, "center", "path-wrong" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
      TransportLinkStatus *status = &desk->center->transport.links[rows[i].from];
      g_autofree char *staff = g_strdup_printf ("Cause %s staff", rows[i].word);
      g_autofree char *text = visit_text ("ja", "%s", staff);
      g_autoptr (GPtrArray) links = NULL;

      *status = (TransportLinkStatus){ .state = TRANSPORT_LINK_FAILED, .since = 1, .cause = rows[i].cause };
      links = diagnose (desk, "ja");
      assert_link (links, rows[i].link, "failed", rows[i].word, NULL);
      g_assert_cmpstr (find_link (links, rows[i].link)->staff, ==, text);
    }
}

/* The clock: far from the center's, which nothing has expired by. */
static void
test_diagnose_clock (void)
{
  static const struct
  {
    gint64 ahead; /* seconds */
    const char *state, *cause;
  } rows[] = {
    { 0, "ok", NULL },
    { 200, "ok", NULL },
    { -400, "degraded", "clock-off" },
    { 400, "degraded", "clock-off" },
    { 100000, "failed", "clock-wrong" },
    { -100000, "failed", "clock-wrong" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
      Transport *transport = &desk->center->transport;
      g_autoptr (GPtrArray) links = NULL;
      const gboolean is_wrong = g_strcmp0 (rows[i].cause, "clock-wrong") == 0;

      transport_note_clock (transport, g_get_real_time () - rows[i].ahead * G_USEC_PER_SEC);
      transport->credential_expires = g_get_real_time () - 1;
      links = diagnose (desk, "en");
      assert_link (links, "clock", rows[i].state, rows[i].cause, NULL);
      assert_link (links, "credential", is_wrong ? "unknown" : "failed", is_wrong ? NULL : "certificate-expired", NULL);
    }
}

/* The store's key, which the daemon can do without. */
static void
test_diagnose_store_key (void)
{
  g_autofree char *folder = g_dir_make_tmp ("test-store-key-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, STORE_KEY_CREDENTIAL, NULL);
  g_autoptr (Store) store = store_new (folder);
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  g_autoptr (GPtrArray) none = NULL, empty = NULL, short_one = NULL, whole = NULL;

  station_set_store (desk->station, store);
  none = diagnose (desk, "en");
  assert_link (none, "store", "degraded", "store-key-missing", "no credential shikaku-store-key");
  store_set_key_folder (store, folder);
  g_assert_true (g_file_set_contents (path, "-", 1, NULL)); /* the unit's own, in place of none */
  empty = diagnose (desk, "ja");
  assert_link (empty, "store", "degraded", "store-key-missing", "no credential shikaku-store-key");
  g_assert_true (g_file_set_contents (path, "0123456789abcdef", -1, NULL));
  short_one = diagnose (desk, "en");
  assert_link (short_one, "store", "degraded", "store-key-invalid", NULL);
  g_assert_true (g_file_set_contents (path, "0123456789abcdef0123456789abcdef", -1, NULL));
  whole = diagnose (desk, "en");
  assert_link (whole, "store", "ok", NULL, "its key is there");
  station_set_store (desk->station, NULL);
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* Every cause has two cures in both languages. */
static void
test_texts (void)
{
  static const char *const words[] = {
#define CAUSE_WORD(suffix, word, link, state) word,
    SHIKAKU_CAUSES (CAUSE_WORD)
#undef CAUSE_WORD
  };
  static const char *const who[] = { "staff", "technician" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    for (guint j = 0; j < G_N_ELEMENTS (who); j++)
      {
        g_autofree char *english = visit_text ("en", "Cause %s %s", words[i], who[j]);
        g_autofree char *japanese = visit_text ("ja", "Cause %s %s", words[i], who[j]);

        g_assert_nonnull (english);
        g_assert_cmpstr (japanese, !=, english);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/station-diagnose/chain", test_diagnose);
  g_test_add_func ("/station-diagnose/missing-file", test_diagnose_missing_file);
  g_test_add_func ("/station-diagnose/exposed", test_diagnose_exposed);
  g_test_add_func ("/station-diagnose/without-readers", test_diagnose_without_readers);
  g_test_add_func ("/station-diagnose/agent", test_diagnose_agent);
  g_test_add_func ("/station-diagnose/services", test_diagnose_services);
  g_test_add_func ("/station-diagnose/terminal", test_diagnose_terminal);
  g_test_add_func ("/station-diagnose/causes", test_diagnose_causes);
  g_test_add_func ("/station-diagnose/clock", test_diagnose_clock);
  g_test_add_func ("/station-diagnose/store-key", test_diagnose_store_key);
  g_test_add_func ("/station-diagnose/texts", test_texts);
  return g_test_run ();
}
