/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-station-arrivals: what a terminal brings is in the ledger before its file may go, and is given to nobody but who
 * names the patient; twice, late, in a hurry, and where the ledger cannot be written.
 */
#include "visit/station-arrivals.h"

#include <string.h>

#include "fake-desk.h"
#include "fake-disk.h"
#include "fake-ledger.h"
#include "fake-loop.h"
#include "fake-terminal.h"
#include "fake-timer.h"
#include "store/store-key.h"
#include "visit/consent-registrar.h"
#include "visit/consent-withdrawal.h"
#include "visit/station-tickets.h"
#include "visit/visit-consents.h"

#define TERMINAL "受付"
#define MINUTE (60 * G_USEC_PER_SEC)
#define DAY_MILLISECONDS (24 * 3600 * 1000)
#define NOON G_GINT64_CONSTANT (1743476400000000) /* 2025-04-01 12:00 in Japan */

#define YES_AT(kind, time) \
  "<" kind "ConsFlg>1</" kind "ConsFlg><" kind "ConsTime>20250401" time "</" kind "ConsTime><" kind \
  "AvailableTime>20250402" time "</" kind "AvailableTime>"
#define YES(kind) YES_AT (kind, "120000")
#define NO(kind) "<" kind "ConsFlg>0</" kind "ConsFlg>"

gint64 __wrap_g_get_real_time (void);

static gint64 now;

gint64
__wrap_g_get_real_time (void)
{
  return now;
}

static const FakePatient hanako = { .name = "山田　花子", .kana = "ﾔﾏﾀﾞ ﾊﾅｺ", .more = YES ("PharmacistsInfo") };

typedef struct
{
  FakeDesk *desk;
  FakeTerminal *terminal;
  FakeLedger fake;
  gboolean terminal_freed;
} Setup;

typedef struct
{
  guint done;
  Setup *setup;
  Visit *visit;
  GPtrArray *candidates;
  GError *error;
} Outcome;

static void
set_up (Setup *setup, gconstpointer data)
{
  now = NOON;
  fake_ledger_begin (&setup->fake);
  fake_ledger_open (&setup->fake);
  setup->desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  station_set_ledger (setup->desk->station, setup->fake.ledger);
  setup->terminal = fake_terminal_new ();
  setup->terminal->freed = &setup->terminal_freed;
  station_add_terminal (setup->desk->station, TERMINAL, &setup->terminal->transport);
}

static void
tear_down (Setup *setup, gconstpointer data)
{
  const LedgerFilter filter = { .first = 0 };
  guint64 next;

  fake_desk_free (setup->desk);
  g_assert_true (setup->terminal_freed);
  if (g_file_test (setup->fake.file, G_FILE_TEST_EXISTS))
    g_ptr_array_unref (fake_ledger_read (&setup->fake, &filter, &next)); /* what nobody waited for is written, too */
  fake_ledger_close (&setup->fake);
  fake_disk_wait_closed ();
  fake_ledger_end (&setup->fake);
}

/* wait_released: until the files @names may go. */
typedef struct
{
  const FakeTerminal *terminal;
  const char *names;
} Released;

static gboolean
is_kept (gconstpointer data)
{
  const Released *released = data;

  return strcmp (released->terminal->released->str, released->names) != 0;
}

static void
wait_released (Setup *setup, const char *names)
{
  const Released released = { setup->terminal, names };

  fake_wait_while (is_kept, &released);
}

static void
on_claimed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = user_data;

  outcome->visit
      = station_claim_visit_finish (outcome->setup->desk->station, result, &outcome->candidates, &outcome->error);
  outcome->done++;
}

static void
begin_claim (Setup *setup, const ArrivalPatient *patient, const VisitOptions *more, const char *path, Outcome *outcome)
{
  static const Actor actor = { .uid = 1000, .sender = FAKE_OWNER, .staff = "s-1" };
  VisitOptions options = *more;

  options.path = path;
  options.owner = FAKE_OWNER;
  options.uid = options.uid != 0 ? options.uid : 1000;
  options.actor = &actor;
  *outcome = (Outcome){ .setup = setup };
  station_claim_visit (setup->desk->station, patient, &options, on_claimed, outcome);
}

static Outcome
claim_as (Setup *setup, const ArrivalPatient *patient, const VisitOptions *more, const char *path)
{
  Outcome outcome;

  begin_claim (setup, patient, more, path, &outcome);
  fake_desk_wait_until (&outcome.done);
  return outcome;
}

static Outcome
claim (Setup *setup, const ArrivalPatient *patient, const char *path)
{
  return claim_as (setup, patient, &(VisitOptions){ NULL }, path);
}

static void
clear (Outcome *outcome)
{
  g_clear_pointer (&outcome->candidates, g_ptr_array_unref);
  g_clear_error (&outcome->error);
}

/* finish_visit: it is done. */
static void
finish_visit (Setup *setup, Outcome *outcome)
{
  g_assert_no_error (outcome->error);
  g_assert_nonnull (outcome->visit);
  fake_desk_wait (setup->desk, outcome->visit, VISIT_DONE);
}

static void
assert_refused (Outcome *outcome, ShikakuError code)
{
  g_assert_error (outcome->error, SHIKAKU_ERROR, (int)code);
  g_assert_null (outcome->visit);
  g_assert_null (outcome->candidates);
  clear (outcome);
}

/* read_ledger: "arrival:came arrival:claimed consent …" */
static char *
read_ledger (Setup *setup)
{
  const LedgerFilter filter = { .first = 0 };
  GString *text = g_string_new (NULL);
  guint64 next;
  g_autoptr (GPtrArray) records = fake_ledger_read (&setup->fake, &filter, &next);

  for (guint i = 0; i < records->len; i++)
    {
      const LedgerEntry *entry = ((LedgerRecord *)records->pdata[i])->entry;
      const char *act = ledger_entry_get_text (entry, LEDGER_FIELD_ACT);
      const char *decision = ledger_entry_get_text (entry, LEDGER_FIELD_DECISION);
      const guint kind = ledger_entry_get_kind (entry);

      if (kind != LEDGER_ARRIVAL && kind != LEDGER_CONSENT && kind != LEDGER_CHECK)
        continue;
      g_assert_cmpint (kind == LEDGER_ARRIVAL, ==, ledger_entry_get_bytes (entry, LEDGER_FIELD_SHA256) != NULL);
      g_string_append_printf (text, "%s%s%s%s%s%s", text->len > 0 ? " " : "", ledger_kind_to_string (kind),
                              act != NULL ? ":" : "", act != NULL ? act : "", decision != NULL ? ":" : "",
                              decision != NULL ? decision : "");
    }
  return g_string_free (text, FALSE);
}

static void
assert_ledger (Setup *setup, const char *expected)
{
  g_autofree char *text = read_ledger (setup);

  g_assert_cmpstr (text, ==, expected);
}

static guint64
get_count (Setup *setup, StatisticsCounter counter)
{
  return station_get_statistics (setup->desk->station)->counters[counter];
}

static const ArrivalPatient is_hanako = { .birthdate = "1980-01-02", .name = "山田花子" };

/* test_claim: the whole way: it comes, its file may go, somebody names the patient. */
static void
test_claim (Setup *setup, gconstpointer data)
{
  Outcome outcome;
  const Consent *consent;

  fake_terminal_bring (setup->terminal, "a", &hanako, NOON - MINUTE);
  g_assert_cmpstr (setup->terminal->released->str, ==, ""); /* not before it is durable */
  wait_released (setup, "a ");
  assert_ledger (setup, "arrival:came");
  outcome = claim (setup, &is_hanako, "/v/1");
  finish_visit (setup, &outcome);
  g_assert_cmpstr (visit_get_evidence (outcome.visit), ==, "terminal");
  g_assert_cmpstr (visit_get_method (outcome.visit), ==, "none");
  g_assert_cmpstr (visit_get_reader (outcome.visit), ==, "/org/shikaku/Shikaku1/reader/2");
  g_assert_cmpstr (visit_get_answer (outcome.visit), ==, "eligible");
  consent = &g_array_index (visit_get_consents (outcome.visit), Consent, 0);
  g_assert_true (consent->granted && consent->is_in_ledger && consent->receipt != NULL);
  g_assert_cmpstr (consent->evidence, ==, "terminal");
  g_assert_true (visit_consents_may_open (outcome.visit, CONSENT_DRUG, now, NULL, NULL));
  g_assert_false (visit_consents_may_open (outcome.visit, CONSENT_DRUG, NOON + G_TIME_SPAN_DAY, NULL, NULL));
  assert_ledger (setup, "arrival:came arrival:claimed consent:granted check");
  g_assert_cmpuint (get_count (setup, STATISTICS_ARRIVALS_CLAIMED), ==, 1);
  g_assert_cmpuint (get_count (setup, STATISTICS_EVIDENCE_TERMINAL), ==, 1);
}

typedef struct
{
  guint done;
  ConsentBookItem *item;
  GError *error;
} Found;

static void
on_consent_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Found *found = user_data;

  found->item = consent_book_find_finish (result, &found->error);
  found->done++;
}

/* find_drug: the newest consent of hanako to her medicines. (transfer full). */
static ConsentBookItem *
find_drug (Setup *setup)
{
  const LedgerPerson person = { "山田　花子", "19800102", "99990001", "架空", "123" };
  LedgerPersonHashes hashes;
  Found found = { 0 };

  ledger_person_hash (setup->fake.ledger, &person, &hashes);
  consent_book_find_person (consent_registrar_get_book (station_get_registrar (setup->desk->station)), hashes.number,
                            NULL, CONSENT_DRUG, on_consent_found, &found);
  fake_desk_wait_until (&found.done);
  g_assert_no_error (found.error);
  return found.item;
}

/* bring_and_claim: a minute later hanako, who has said @more, comes and is claimed. */
static Outcome
bring_and_claim (Setup *setup, const char *name, const char *released, const char *more, const char *path)
{
  FakePatient patient = hanako;
  Outcome outcome;

  now += MINUTE;
  patient.more = more;
  fake_terminal_bring (setup->terminal, name, &patient, now);
  wait_released (setup, released);
  outcome = claim (setup, &is_hanako, path);
  finish_visit (setup, &outcome);
  return outcome;
}

static void
on_withdrawn (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ConsentWithdrawal withdrawal;
  g_autoptr (GError) error = NULL;

  g_assert_true (consent_withdrawal_finish (result, &withdrawal, &error));
  (*(guint *)user_data)++;
}

/* test_consents: they are in the book, as the center's: found by the person's numbers, and told to nobody. */
static void
test_consents (Setup *setup, gconstpointer data)
{
  g_autoptr (ConsentBookItem) item = NULL;

  bring_and_claim (setup, "a", "a ", YES ("PharmacistsInfo"), "/v/1");
  item = find_drug (setup);
  g_assert_cmpint (item->state, ==, CONSENT_BOOK_REGISTERED);
  g_assert_cmpint (item->until, ==, NOON + G_TIME_SPAN_DAY);
  g_assert_cmpstr (item->person.evidence, ==, "terminal");
  g_assert_cmpstr (item->person.origin, ==, "terminal");
  g_assert_cmpstr (item->visit, ==, "/v/1");
  g_assert_cmpuint (setup->desk->center->counts[FAKE_REGISTER], ==, 0);
}

/* test_ended: what the patient agreed to is over: the answer is given, and opens nothing. */
static void
test_ended (Setup *setup, gconstpointer data)
{
  Outcome outcome;

  now = NOON + 2 * G_TIME_SPAN_DAY;
  outcome = bring_and_claim (setup, "a", "a ", YES ("PharmacistsInfo"), "/v/1");
  g_assert_false (visit_consents_may_open (outcome.visit, CONSENT_DRUG, now, NULL, &outcome.error));
  g_assert_error (outcome.error, SHIKAKU_ERROR, SHIKAKU_ERROR_CONSENT_EXPIRED);
  clear (&outcome);
}

/* test_unmapped: ● in a name says nothing: people decide, or the kana. */
static void
test_unmapped (Setup *setup, gconstpointer data)
{
  static const FakePatient unmapped = { .name = "●田　花子", .kana = "ﾀｶﾀ ﾊﾅｺ" };
  const ArrivalPatient by_name = { .birthdate = "19800102", .name = "髙田花子" };
  const ArrivalPatient by_both = { .birthdate = "19800102", .name = "髙田花子", .name_kana = "タカタ ハナコ" };
  const ArrivalCandidate *candidate;
  ArrivalPatient chosen = by_name;
  g_autofree char *id = NULL;
  Outcome outcome;

  fake_terminal_bring (setup->terminal, "a", &unmapped, NOON);
  wait_released (setup, "a ");
  outcome = claim (setup, &by_name, "/v/1");
  g_assert_null (outcome.visit);
  g_assert_no_error (outcome.error);
  g_assert_cmpuint (outcome.candidates->len, ==, 1);
  candidate = outcome.candidates->pdata[0];
  g_assert_cmpint (candidate->at, ==, NOON);
  g_assert_cmpstr (candidate->sex, ==, "female");
  g_assert_cmpstr (candidate->insurer_number, ==, "99990001");
  g_assert_cmpstr (candidate->terminal, ==, TERMINAL);
  id = g_strdup (candidate->arrival);
  clear (&outcome);

  outcome = claim (setup, &by_both, "/v/2");
  finish_visit (setup, &outcome);
  chosen.again = TRUE;
  chosen.arrival = "another";
  outcome = claim (setup, &chosen, "/v/3");
  assert_refused (&outcome, SHIKAKU_ERROR_NOT_FOUND);
  chosen.arrival = id;
  outcome = claim (setup, &chosen, "/v/3");
  finish_visit (setup, &outcome);
}

/* test_twins: the same kana and numbers: both are shown, none is given, until it is said which. */
static void
test_twins (Setup *setup, gconstpointer data)
{
  static const FakePatient one = { .name = "山田　翔太", .kana = "ﾔﾏﾀﾞ ｼｮｳﾀ", .branch = "03" };
  static const FakePatient other = { .name = "山田　翔大", .kana = "ﾔﾏﾀﾞ ｼｮｳﾀ", .branch = "04" };
  const ArrivalPatient both = { .birthdate = "19800102", .name_kana = "ヤマダ ショウタ" };
  ArrivalPatient chosen = both;
  g_autofree char *id = NULL;
  Outcome outcome;

  fake_terminal_bring (setup->terminal, "a", &one, NOON);
  fake_terminal_bring (setup->terminal, "b", &other, NOON + MINUTE);
  wait_released (setup, "a b ");
  outcome = claim (setup, &both, "/v/1");
  g_assert_null (outcome.visit);
  g_assert_cmpuint (outcome.candidates->len, ==, 2);
  g_assert_cmpint (((ArrivalCandidate *)outcome.candidates->pdata[0])->at, ==, NOON + MINUTE); /* the newest first */
  id = g_strdup (((ArrivalCandidate *)outcome.candidates->pdata[1])->arrival);
  clear (&outcome);

  chosen.arrival = id;
  outcome = claim (setup, &chosen, "/v/2");
  finish_visit (setup, &outcome);
  g_assert_cmpstr (
      ((QualificationInsurance *)visit_get_eligibility (outcome.visit)->qualification->insurances->pdata[0])->branch,
      ==, "03");
  outcome = claim (setup, &both, "/v/3"); /* one is left */
  finish_visit (setup, &outcome);
  assert_ledger (setup, "arrival:came arrival:came arrival:claimed check arrival:claimed check");
}

/* test_twice: who stood there twice gets the newest answer, and of each kind what was said last. */
static void
test_twice (Setup *setup, gconstpointer data)
{
  FakePatient first = hanako, second = hanako;
  Outcome outcome;

  first.more = YES ("PharmacistsInfo") YES ("SpecificHealthCheckupsInfo");
  second.more = NO ("PharmacistsInfo") YES ("DiagnosisInfo");
  fake_terminal_bring (setup->terminal, "a", &first, NOON - 5 * MINUTE);
  fake_terminal_bring (setup->terminal, "b", &second, NOON);
  wait_released (setup, "a b ");
  outcome = claim (setup, &is_hanako, "/v/1");
  finish_visit (setup, &outcome);
  g_assert_cmpuint (visit_get_consents (outcome.visit)->len, ==, 3);
  g_assert_false (visit_consents_may_open (outcome.visit, CONSENT_DRUG, now, NULL, NULL));
  g_assert_true (visit_consents_may_open (outcome.visit, CONSENT_CHECKUP, now, NULL, NULL));
  g_assert_true (visit_consents_may_open (outcome.visit, CONSENT_DIAGNOSIS, now, NULL, NULL));
  outcome = claim (setup, &is_hanako, "/v/2"); /* both were taken */
  assert_refused (&outcome, SHIKAKU_ERROR_NOT_FOUND);
}

/* test_changed_mind: a no at the terminal ends the yes of an earlier claim, in its visit and in the book. */
static void
test_changed_mind (Setup *setup, gconstpointer data)
{
  g_autoptr (ConsentBookItem) item = NULL;
  Outcome first = bring_and_claim (setup, "a", "a ", YES ("PharmacistsInfo"), "/v/1"), outcome;

  g_assert_true (visit_consents_may_open (first.visit, CONSENT_DRUG, now, NULL, NULL));
  outcome = bring_and_claim (setup, "b", "a b ", NO ("PharmacistsInfo"), "/v/2");
  g_assert_false (visit_consents_may_open (outcome.visit, CONSENT_DRUG, now, NULL, NULL));
  g_assert_false (visit_consents_may_open (first.visit, CONSENT_DRUG, now, NULL, NULL));
  item = find_drug (setup);
  g_assert_cmpint (item->state, ==, CONSENT_BOOK_WITHDRAWN);
}

/* test_earlier_no: what was said before a yes does not end it, though it is claimed after it. */
static void
test_earlier_no (Setup *setup, gconstpointer data)
{
  FakePatient no = hanako;
  ArrivalPatient is_again = is_hanako;
  Outcome yes, outcome;

  no.more = NO ("PharmacistsInfo");
  is_again.again = TRUE;
  fake_terminal_bring (setup->terminal, "a", &no, NOON);
  wait_released (setup, "a ");
  outcome = claim_as (setup, &is_hanako, &(VisitOptions){ .uid = 1001 }, "/v/1");
  finish_visit (setup, &outcome);
  yes = bring_and_claim (setup, "b", "a b ", YES_AT ("PharmacistsInfo", "120100"), "/v/2");
  outcome = claim_as (setup, &is_again, &(VisitOptions){ .uid = 1001 }, "/v/3");
  finish_visit (setup, &outcome);
  g_assert_false (visit_consents_may_open (outcome.visit, CONSENT_DRUG, now, NULL, NULL));
  g_assert_true (visit_consents_may_open (yes.visit, CONSENT_DRUG, now, NULL, NULL));
}

/* test_earlier_yes: what was said before it was taken back raises it no more, though its file comes later. */
static void
test_earlier_yes (Setup *setup, gconstpointer data)
{
  static const Actor actor = { .uid = 1000 };
  Outcome outcome = bring_and_claim (setup, "a", "a ", YES ("PharmacistsInfo"), "/v/1");
  g_autoptr (ConsentBookItem) item = find_drug (setup);
  guint done = 0;

  g_assert_true (visit_consents_may_open (outcome.visit, CONSENT_DRUG, now, NULL, NULL));
  now += MINUTE;
  consent_withdrawal_begin (station_get_registrar (setup->desk->station), item->receipt, &actor, on_withdrawn, &done);
  fake_desk_wait_until (&done);
  outcome = bring_and_claim (setup, "b", "a b ", YES_AT ("PharmacistsInfo", "120130"), "/v/2");
  g_assert_false (visit_consents_may_open (outcome.visit, CONSENT_DRUG, now, NULL, NULL));
  outcome = bring_and_claim (setup, "c", "a b c ", YES_AT ("PharmacistsInfo", "120230"), "/v/3");
  g_assert_true (visit_consents_may_open (outcome.visit, CONSENT_DRUG, now, NULL, NULL));
}

/* test_same_file: it counts once, whatever it is called; and it may go. */
static void
test_same_file (Setup *setup, gconstpointer data)
{
  Outcome outcome;

  fake_terminal_bring (setup->terminal, "a", &hanako, NOON);
  fake_terminal_bring (setup->terminal, "a", &hanako, NOON);
  wait_released (setup, "a a ");
  g_assert_cmpuint (get_count (setup, STATISTICS_ARRIVALS_CAME), ==, 1);
  outcome = claim (setup, &is_hanako, "/v/1");
  finish_visit (setup, &outcome);
  fake_terminal_bring (setup->terminal, "a", &hanako, NOON); /* also after it was claimed */
  wait_released (setup, "a a a ");
  outcome = claim (setup, &is_hanako, "/v/2");
  assert_refused (&outcome, SHIKAKU_ERROR_NOT_FOUND);
}

/* test_race: of two claimers one gets it. Who has it may have it again; nobody else may. */
static void
test_race (Setup *setup, gconstpointer data)
{
  ArrivalPatient again = is_hanako;
  Outcome first, second;

  again.again = TRUE;
  fake_terminal_bring (setup->terminal, "a", &hanako, NOON);
  wait_released (setup, "a ");
  begin_claim (setup, &is_hanako, &(VisitOptions){ .uid = 1000 }, "/v/1", &first);
  begin_claim (setup, &is_hanako, &(VisitOptions){ .uid = 1001 }, "/v/2", &second);
  fake_desk_wait_until (&first.done);
  fake_desk_wait_until (&second.done);
  finish_visit (setup, &first);
  assert_refused (&second, SHIKAKU_ERROR_NOT_FOUND);

  second = claim_as (setup, &again, &(VisitOptions){ .uid = 1001 }, "/v/3");
  assert_refused (&second, SHIKAKU_ERROR_NOT_FOUND);
  second = claim_as (setup, &is_hanako, &(VisitOptions){ .uid = 1000 }, "/v/4");
  assert_refused (&second, SHIKAKU_ERROR_NOT_FOUND);
  second = claim_as (setup, &again, &(VisitOptions){ .uid = 1000 }, "/v/5");
  finish_visit (setup, &second);
  second = claim_as (setup, &again, &(VisitOptions){ .uid = 1000 }, "/v/5");
  assert_refused (&second, SHIKAKU_ERROR_VISIT_EXISTS);
}

/* test_expired: nobody came: it is erased, the ledger says so, and the same file is not news. */
static void
test_expired (Setup *setup, gconstpointer data)
{
  Outcome outcome;

  fake_terminal_bring (setup->terminal, "a", &hanako, NOON);
  wait_released (setup, "a ");
  now = NOON + STATION_ARRIVALS_SECONDS_DEFAULT * (gint64)G_USEC_PER_SEC;
  outcome = claim (setup, &is_hanako, "/v/1"); /* its time is over, though it was not erased yet */
  assert_refused (&outcome, SHIKAKU_ERROR_NOT_FOUND);
  while (get_count (setup, STATISTICS_ARRIVALS_EXPIRED) == 0)
    {
      fake_timers_pass (DAY_MILLISECONDS);
      fake_settle ();
    }
  assert_ledger (setup, "arrival:came arrival:expired");
  fake_terminal_bring (setup->terminal, "a", &hanako, NOON);
  wait_released (setup, "a a ");
  g_assert_cmpuint (get_count (setup, STATISTICS_ARRIVALS_CAME), ==, 1);
}

/* test_without_key: nothing is kept, so no file may go; later it can be, and they may. */
static void
test_without_key (Setup *setup, gconstpointer data)
{
  Outcome outcome;

  fake_ledger_set_key (&setup->fake, STORE_KEY_CREDENTIAL, 0);
  fake_terminal_bring (setup->terminal, "a", &hanako, NOON);
  fake_terminal_bring (setup->terminal, "b", &hanako, NOON);
  fake_settle ();
  g_assert_cmpstr (setup->terminal->released->str, ==, "");
  outcome = claim (setup, &is_hanako, "/v/1");
  assert_refused (&outcome, SHIKAKU_ERROR_LEDGER_FAILED);
  fake_ledger_set_key (&setup->fake, STORE_KEY_CREDENTIAL, 1);
  fake_timers_pass (DAY_MILLISECONDS);
  wait_released (setup, "a b ");
  outcome = claim (setup, &is_hanako, "/v/2");
  finish_visit (setup, &outcome);
}

/* test_removed: the terminal leaves the settings: what it has brought is given all the same. */
static void
test_removed (Setup *setup, gconstpointer data)
{
  Outcome outcome;

  fake_terminal_bring (setup->terminal, "a", &hanako, NOON);
  station_remove_terminal (setup->desk->station, TERMINAL, &setup->terminal->transport);
  g_assert_null (setup->terminal->transport.arrived);
  g_assert_cmpuint (setup->desk->readers_removed, ==, 1);
  wait_released (setup, "a ");
  outcome = claim (setup, &is_hanako, "/v/1");
  finish_visit (setup, &outcome);
  g_assert_cmpstr (visit_get_reader (outcome.visit), ==, "/");
}

typedef struct
{
  guint done;
  GPtrArray *items;
} Listed;

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Listed *listed = user_data;

  listed->items = station_list_arrivals_finish (result, NULL);
  listed->done++;
}

/* count_waiting: what is listed of the terminal; bodies are not read for that. */
static guint
count_waiting (Setup *setup)
{
  Listed listed = { 0 };
  guint count;

  station_list_arrivals (setup->desk->station, TERMINAL, on_listed, &listed);
  fake_desk_wait_until (&listed.done);
  count = listed.items->len;
  for (guint i = 0; i < count; i++)
    g_assert_null (((ArrivalBookItem *)listed.items->pdata[i])->body);
  g_ptr_array_unref (listed.items);
  return count;
}

/* test_reader: a terminal is a reader at which nothing lies, and no visit is opened; what waits there is listed. */
static void
test_reader (Setup *setup, gconstpointer data)
{
  Station *station = setup->desk->station;
  StationReader *reader = station_find_terminal (station, TERMINAL);
  g_autoptr (GError) error = NULL;

  g_assert_true (station_reader_is_terminal (reader));
  g_assert_false (station_reader_has_card (reader) || station_reader_has_served (reader)
                  || station_reader_is_in_use (reader));
  g_assert_cmpstr (station_reader_get_serial (reader), ==, "");
  g_assert_cmpstr (station_reader_get_path (station_find_reader (station, NULL)), ==, FAKE_READER_PATH);
  g_assert_null (station_open_visit (
      station, &(VisitOptions){ .path = "/v/1", .owner = FAKE_OWNER, .reader = station_reader_get_path (reader) },
      &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION);
  g_assert_nonnull (strstr (error->message, "ClaimVisit"));

  g_assert_cmpuint (count_waiting (setup), ==, 0);
  fake_terminal_bring (setup->terminal, "a", &hanako, NOON);
  wait_released (setup, "a ");
  g_assert_cmpuint (count_waiting (setup), ==, 1);
}

/* test_ticket: its owner may go: who has the ticket takes it. */
static void
test_ticket (Setup *setup, gconstpointer data)
{
  static const char secret[] = "0123456789abcdef0123456789abcdef";
  VisitTicket *ticket = NULL;
  Outcome outcome;

  fake_terminal_bring (setup->terminal, "a", &hanako, NOON);
  wait_released (setup, "a ");
  outcome = claim_as (setup, &is_hanako, &(VisitOptions){ .ticket = secret, .purpose = "home" }, "/v/1");
  finish_visit (setup, &outcome);
  g_assert_cmpint (visit_get_treatment (outcome.visit), ==, TRANSPORT_TREATMENT_HOME);
  station_drop_owner (setup->desk->station, FAKE_OWNER);
  g_assert_true (station_find_visit_by_ticket (setup->desk->station, secret, VISIT_TICKET_TAKE, &ticket)
                 == outcome.visit);
}

/* test_many: more than fit in one transaction, in their order. */
static void
test_many (Setup *setup, gconstpointer data)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *name = g_strdup_printf ("f%u", i);

      fake_terminal_bring (setup->terminal, name, &hanako, NOON + i);
      g_string_append_printf (names, "%s ", name);
    }
  wait_released (setup, names->str);
  g_assert_cmpuint (get_count (setup, STATISTICS_ARRIVALS_CAME), ==, 100);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/station-arrivals/claim", Setup, NULL, set_up, test_claim, tear_down);
  g_test_add ("/station-arrivals/consents", Setup, NULL, set_up, test_consents, tear_down);
  g_test_add ("/station-arrivals/ended", Setup, NULL, set_up, test_ended, tear_down);
  g_test_add ("/station-arrivals/unmapped", Setup, NULL, set_up, test_unmapped, tear_down);
  g_test_add ("/station-arrivals/twins", Setup, NULL, set_up, test_twins, tear_down);
  g_test_add ("/station-arrivals/twice", Setup, NULL, set_up, test_twice, tear_down);
  g_test_add ("/station-arrivals/changed-mind", Setup, NULL, set_up, test_changed_mind, tear_down);
  g_test_add ("/station-arrivals/earlier-no", Setup, NULL, set_up, test_earlier_no, tear_down);
  g_test_add ("/station-arrivals/earlier-yes", Setup, NULL, set_up, test_earlier_yes, tear_down);
  g_test_add ("/station-arrivals/same-file", Setup, NULL, set_up, test_same_file, tear_down);
  g_test_add ("/station-arrivals/race", Setup, NULL, set_up, test_race, tear_down);
  g_test_add ("/station-arrivals/expired", Setup, NULL, set_up, test_expired, tear_down);
  g_test_add ("/station-arrivals/without-key", Setup, NULL, set_up, test_without_key, tear_down);
  g_test_add ("/station-arrivals/removed", Setup, NULL, set_up, test_removed, tear_down);
  g_test_add ("/station-arrivals/reader", Setup, NULL, set_up, test_reader, tear_down);
  g_test_add ("/station-arrivals/ticket", Setup, NULL, set_up, test_ticket, tear_down);
  g_test_add ("/station-arrivals/many", Setup, NULL, set_up, test_many, tear_down);
  return g_test_run ();
}
