/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-station-records: the order of the steps from the wish to the documents; what goes wrong between any two of them;
 * what the ledger says then; and that no document is left behind.
 */
#include "visit/station-records.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fake-desk.h"
#include "fake-disk.h"
#include "fake-ledger.h"
#include "fake-loop.h"
#include "invented-records.h"
#include "store/open-fetches.h"
#include "visit/consent-withdrawal.h"
#include "visit/station-patient.h"
#include "visit/station-tickets.h"
#include "visit/visit-handover.h"
#include "visit/visit-private.h"

#define ANSWER \
  "{\"XmlMsg\":{" FAKE_HEADER ",\"MessageBody\":{\"ResultList\":[{\"ResultOfQualificationConfirmation\":{" \
  "\"InsurerNumber\":\"99990001\",\"InsuredCardSymbol\":\"架空０１\",\"InsuredIdentificationNumber\":\"１２３\"," \
  "\"InsuredBranchNumber\":\"01\",\"Name\":\"%s\",\"Birthdate\":\"19480229\"," \
  "\"QualificationConfirmationKey\":\"KEY1\"}}]," \
  "\"ProcessingResultStatus\":\"1\",\"QualificationValidity\":\"1\"}}}"
#define GRANTED \
  "{\"XmlMsg\":{" FAKE_HEADER ",\"MessageBody\":{\"ConsentRegistrationResult\":{" \
  "\"PharmacistsInfoConsFlg\":\"1\",\"PharmacistsInfoConsTime\":\"20250401093001\"," \
  "\"PharmacistsInfoAvailableTime\":\"29990402093001\"}}}}"
#define SEALS (F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL)

typedef struct
{
  FakeDesk *desk;
  char *answer, *medicines;
  FakeLedger fake;
  Visit *visit;
} Setup;

typedef struct
{
  guint done;
  char *secret;
  RecordsAnswer *answer;
  GError *error;
} Outcome;

static guint
count_documents (void)
{
  DIR *folder = opendir ("/proc/self/fd");
  guint count = 0;

  for (struct dirent *entry = readdir (folder); entry != NULL; entry = readdir (folder))
    {
      g_autofree char *path = g_strconcat ("/proc/self/fd/", entry->d_name, NULL);
      g_autofree char *target = g_file_read_link (path, NULL);

      count += target != NULL && g_str_has_prefix (target, "/memfd:");
    }
  closedir (folder);
  return count;
}

static void
set_up_named (Setup *setup, const char *name)
{
  fake_ledger_begin (&setup->fake);
  fake_ledger_open (&setup->fake);
  setup->medicines = invented_records_medicines (2);
  setup->answer = g_strdup_printf (ANSWER, name);
  setup->desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  station_set_ledger (setup->desk->station, setup->fake.ledger);
  setup->desk->center->bodies[FAKE_CHECK_CARD] = setup->answer;
  setup->desk->center->bodies[FAKE_REGISTER] = GRANTED;
  setup->visit = fake_desk_open_with (setup->desk, "/v/1", "drug", &(VisitOptions){ .purpose = "emergency" });
  fake_desk_insert (setup->desk);
  fake_desk_wait (setup->desk, setup->visit, VISIT_DONE);
  g_assert_cmpuint (count_documents (), ==, 0);
}

static void
set_up (Setup *setup, gconstpointer data)
{
  set_up_named (setup, data != NULL ? data : "山田　花子");
}

/* The ledger as text: "fetch disclosure:data" and so on; consents and what administrates it left out. */
static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **)user_data = g_object_ref (result);
}

static gboolean
is_unread (gconstpointer data)
{
  return *(GAsyncResult *const *)data == NULL;
}

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
      const LedgerField fields[] = { LEDGER_FIELD_ACT, LEDGER_FIELD_OUTCOME, LEDGER_FIELD_ERROR, LEDGER_FIELD_DETAIL };
      const guint kind = ledger_entry_get_kind (entry);

      if (kind != LEDGER_FETCH && kind != LEDGER_FETCH_END && kind != LEDGER_DISCLOSURE && kind != LEDGER_REFUSAL
          && kind != LEDGER_HANDOVER)
        continue;
      g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", ledger_kind_to_string (kind));
      for (guint j = 0; j < G_N_ELEMENTS (fields); j++)
        if (ledger_entry_get_text (entry, fields[j]) != NULL)
          g_string_append_printf (text, ":%s", ledger_entry_get_text (entry, fields[j]));
    }
  return g_string_free (text, FALSE);
}

static void
tear_down (Setup *setup, gconstpointer data)
{
  g_assert_cmpuint (count_documents (), ==, 0);
  visit_unref (setup->visit);
  fake_desk_free (setup->desk);
  g_free (read_ledger (setup)); /* what nobody waited for is written, too */
  fake_ledger_close (&setup->fake);
  fake_disk_wait_closed ();
  fake_ledger_end (&setup->fake);
  g_free (setup->answer);
  g_free (setup->medicines);
}

static void
on_fetched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = user_data;

  outcome->answer = station_fetch_records_finish (result, &outcome->error);
  outcome->done++;
}

static const Actor owner = { .uid = 1000, .sender = FAKE_OWNER, .staff = "s-1", .role = "doctor" };
static const Actor clerk = { .uid = 1000, .sender = FAKE_OWNER, .staff = "s-1", .role = "clerk" };

static StationRecordsQuery
make_query (void)
{
  return (StationRecordsQuery){ .kind = CONSENT_DRUG, .from = "202501", .to = "202504", .actor = &owner };
}

static void
begin (Setup *setup, const StationRecordsQuery *query, GCancellable *cancellable, Outcome *outcome)
{
  *outcome = (Outcome){ 0 };
  station_fetch_records (setup->desk->station, setup->visit, query, cancellable, on_fetched, outcome);
}

static void
finish (Outcome *outcome)
{
  fake_desk_wait_until (&outcome->done);
}

static void
clear (Outcome *outcome)
{
  g_clear_pointer (&outcome->answer, records_answer_free);
  g_clear_pointer (&outcome->secret, g_free);
  g_clear_error (&outcome->error);
}

static void
tell (Setup *setup, const char *document, RecordsOutcome refusal, const char *code, ShikakuError error)
{
  const FakeRecords records = { document, refusal, code, error };

  g_array_append_val (setup->desk->center->records, records);
}

static void
assert_ledger (Setup *setup, const char *expected)
{
  g_autofree char *text = read_ledger (setup);

  g_assert_cmpstr (text, ==, expected);
}

/* Everything as it should be: sealed, with its hash, in the order of the steps. */
static void
test_data (Setup *setup, gconstpointer data)
{
  StationRecordsQuery query = make_query ();
  const RecordsAnswerPart *part;
  Outcome outcome;
  g_autofree char *read_back = g_malloc0 (strlen (setup->medicines) + 1);

  tell (setup, setup->medicines, RECORDS_DATA, NULL, SHIKAKU_ERROR_NONE);
  begin (setup, &query, NULL, &outcome);
  finish (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpint (outcome.answer->whole->outcome, ==, RECORDS_DATA);
  g_assert_true (outcome.answer->has_entry);
  g_assert_cmpuint (outcome.answer->documents->len, ==, 1);
  part = outcome.answer->documents->pdata[0];
  g_assert_cmpint (fcntl (part->document, F_GET_SEALS), ==, SEALS);
  g_assert_cmpint (read (part->document, read_back, strlen (setup->medicines) + 1), ==,
                   (gssize)strlen (setup->medicines));
  g_assert_cmpstr (read_back, ==, setup->medicines);
  g_assert_cmpstr (setup->desk->center->fetched->str, ==, "drug 202501-202504 xml +prescriptions for 4");
  clear (&outcome);
  assert_ledger (setup, "fetch disclosure:data");
}

/* What the center says instead, or gives; and what is asked for again. */
static void
test_answers (Setup *setup, gconstpointer data)
{
  g_autofree char *refusal = invented_records_refusal ("SHK040002"), *none = invented_records_medicines (0);
  const char *some = setup->medicines;
  const struct
  {
    FakeRecords answers[3];
    const char *outcome;
    gboolean is_partial;
    guint documents;
    const char *ledger;
  } rows[] = {
    { { { none } }, "none", FALSE, 1, "disclosure:none" },
    { { { refusal } }, "refused", FALSE, 0, "fetch-end:refused" },
    { { { NULL, RECORDS_REFUSED, "SHK999999E" } }, "refused", FALSE, 0, "fetch-end:refused" },
    { { { NULL, RECORDS_NOT_COVERED } }, "not-covered", FALSE, 0, "fetch-end:not-covered" },
    { { { NULL, RECORDS_CONSENT_ENDED } }, "consent-ended", FALSE, 0, "fetch-end:consent-ended" },
    { { { NULL, RECORDS_TOO_OLD } }, "too-old", FALSE, 0, "fetch-end:too-old" },
    { { { "no document", RECORDS_DATA } }, "failed", FALSE, 0, "fetch-end:failed" },
    { { { NULL, RECORDS_DATA, NULL, SHIKAKU_ERROR_CENTER_UNREACHABLE } }, "failed", FALSE, 0, "fetch-end:failed" },
    { { { NULL, RECORDS_NOT_CONFIGURED, "SCKO1000E" }, { some } }, "data", TRUE, 1, "disclosure:data" },
    { { { NULL, RECORDS_SPAN_REFUSED }, { some }, { some } }, "data", FALSE, 2, "disclosure:data" },
    { { { NULL, RECORDS_SPAN_REFUSED }, { some }, { NULL, RECORDS_REFUSED } }, "data", TRUE, 1, "disclosure:data" },
  };
  g_autoptr (GString) ledger = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      StationRecordsQuery query = make_query ();
      Outcome outcome;

      g_test_message ("row %u", i);
      g_array_set_size (setup->desk->center->records, 0);
      for (guint j = 0; j < 3; j++)
        if (rows[i].answers[j].document != NULL || rows[i].answers[j].outcome != 0 || rows[i].answers[j].error != 0)
          g_array_append_val (setup->desk->center->records, rows[i].answers[j]);
      begin (setup, &query, NULL, &outcome);
      finish (&outcome);
      g_assert_no_error (outcome.error);
      g_assert_cmpuint (setup->desk->center->records->len, ==, 0);
      g_assert_cmpstr (records_outcome_to_string (outcome.answer->whole->outcome), ==, rows[i].outcome);
      g_assert_cmpuint (outcome.answer->documents->len, ==, rows[i].documents);
      if (rows[i].is_partial || rows[i].documents == 0)
        g_assert_false (outcome.answer->is_complete);
      clear (&outcome);
      g_string_append_printf (ledger, "%sfetch %s", i > 0 ? " " : "", rows[i].ledger);
    }
  assert_ledger (setup, ledger->str);
}

/* Its owner's name is another one's: nobody sees it. */
static void
test_foreign (void)
{
  Setup setup = { NULL };
  StationRecordsQuery query = make_query ();
  Outcome outcome;

  set_up_named (&setup, "佐藤　太郎");
  tell (&setup, setup.medicines, RECORDS_DATA, NULL, SHIKAKU_ERROR_NONE);
  begin (&setup, &query, NULL, &outcome);
  finish (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpint (outcome.answer->whole->outcome, ==, RECORDS_FAILED);
  g_assert_cmpuint (outcome.answer->documents->len, ==, 0);
  clear (&outcome);
  assert_ledger (&setup, "fetch fetch-end:failed:foreign-document");
  tear_down (&setup, NULL);
}

static void
test_json (Setup *setup, gconstpointer data)
{
  StationRecordsQuery query = make_query ();
  const RecordsAnswerPart *document;
  Outcome outcome;
  char first = '\0';

  query.form = RECORDS_AS_JSON;
  tell (setup, setup->medicines, RECORDS_DATA, NULL, SHIKAKU_ERROR_NONE);
  begin (setup, &query, NULL, &outcome);
  finish (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpuint (outcome.answer->documents->len, ==, 1);
  g_assert_cmpuint (count_documents (), ==, 1); /* what it was made of is gone */
  document = outcome.answer->documents->pdata[0];
  g_assert_cmpint (fcntl (document->document, F_GET_SEALS), ==, SEALS);
  g_assert_cmpint (read (document->document, &first, 1), ==, 1);
  g_assert_cmpint (first, ==, '{');
  clear (&outcome);
  assert_ledger (setup, "fetch disclosure:data");
}

/* What is refused before the center is asked. */
static void
test_refused (Setup *setup, gconstpointer data)
{
  Actor stranger = owner;
  StationRecordsQuery query = make_query ();
  Outcome outcome;
  struct
  {
    StationRecordsQuery query;
    ShikakuError error;
  } rows[6];

  stranger.sender = ":1.99";
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    rows[i].query = query;
  rows[0].query.actor = &clerk;
  rows[0].error = SHIKAKU_ERROR_RECORDS_REFUSED;
  rows[1].query.kind = CONSENT_CHECKUP;
  rows[1].query.from = rows[1].query.to = NULL;
  rows[1].error = SHIKAKU_ERROR_CONSENT_DENIED;
  rows[2].query.kind = CONSENT_CEILING;
  rows[2].error = SHIKAKU_ERROR_INVALID_OPTION;
  rows[3].query.from = "202505";
  rows[3].error = SHIKAKU_ERROR_INVALID_OPTION;
  rows[4].query.actor = &stranger;
  rows[4].error = SHIKAKU_ERROR_NOT_FOUND;
  rows[5].query.kind = CONSENT_ALLERGY;
  rows[5].error = SHIKAKU_ERROR_NONE;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("row %u", i);
      begin (setup, &rows[i].query, NULL, &outcome);
      finish (&outcome);
      if (rows[i].error != SHIKAKU_ERROR_NONE)
        g_assert_error (outcome.error, SHIKAKU_ERROR, (int)rows[i].error);
      else
        g_assert_cmpint (outcome.answer->whole->outcome, ==, RECORDS_NOT_COVERED);
      clear (&outcome);
    }
  g_assert_cmpuint (setup->desk->center->counts[FAKE_FETCH], ==, 0);
  assert_ledger (setup, "refusal:RecordsRefused refusal:ConsentDenied");
}

typedef enum
{
  WITHDRAWN,
  EXPIRED,
  CLOSED,
  CALLER_GONE,
  TAKEN,
  N_CHANGES
} Change;

/* While the center is asked something happens: nothing goes out, and the ledger says so. */
static void
test_meanwhile (gconstpointer data)
{
  const Change change = (Change)GPOINTER_TO_UINT (data);
  static const struct
  {
    ShikakuError error;
    const char *ledger;
  } expected[N_CHANGES] = {
    [WITHDRAWN] = { SHIKAKU_ERROR_CONSENT_DENIED, "fetch fetch-end:failed:ConsentDenied" },
    [EXPIRED] = { SHIKAKU_ERROR_CONSENT_EXPIRED, "fetch fetch-end:failed:ConsentExpired" },
    [CLOSED] = { SHIKAKU_ERROR_CANCELLED, "fetch fetch-end:failed:Cancelled" },
    [CALLER_GONE] = { SHIKAKU_ERROR_CANCELLED, "fetch fetch-end:failed:Cancelled" },
    [TAKEN] = { SHIKAKU_ERROR_CANCELLED, "fetch fetch-end:failed:Cancelled" },
  };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Setup setup = { NULL };
  StationRecordsQuery query = make_query ();
  Outcome outcome, second;
  Consent *consent;

  set_up (&setup, NULL);
  consent = &g_array_index (setup.visit->consents.list, Consent, 0);
  tell (&setup, setup.medicines, RECORDS_DATA, NULL, SHIKAKU_ERROR_NONE);
  setup.desk->center->held[FAKE_FETCH] = TRUE;
  begin (&setup, &query, cancellable, &outcome);
  fake_desk_wait_until (&setup.desk->center->counts[FAKE_FETCH]);
  begin (&setup, &query, NULL, &second); /* one at a time */
  finish (&second);
  g_assert_error (second.error, SHIKAKU_ERROR, SHIKAKU_ERROR_LIMIT_EXCEEDED);
  clear (&second);
  if (change == WITHDRAWN)
    consent->withdrawn_at = g_get_real_time ();
  else if (change == EXPIRED)
    consent->until = g_get_real_time () - 1;
  else if (change == CLOSED)
    station_erase_visit (setup.desk->station, setup.visit);
  else if (change == CALLER_GONE)
    g_cancellable_cancel (cancellable);
  else
    visit_give (setup.visit, &(VisitOptions){ .owner = ":1.8", .path = "/v/2", .caller = "other" });
  fake_center_release (setup.desk->center, FAKE_FETCH);
  finish (&outcome);
  g_assert_error (outcome.error, SHIKAKU_ERROR, (int)expected[change].error);
  clear (&outcome);
  assert_ledger (&setup, expected[change].ledger);
  tear_down (&setup, NULL);
}

/* No ledger, no question; no ledger, no document. And it works again when the disk does. */
static void
test_no_ledger (Setup *setup, gconstpointer data)
{
  StationRecordsQuery query = make_query ();
  Outcome outcome;

  fake_disk_arm (FAKE_DISK_FULL, 1, TRUE);
  begin (setup, &query, NULL, &outcome);
  finish (&outcome);
  g_assert_error (outcome.error, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED);
  clear (&outcome);
  g_assert_cmpuint (setup->desk->center->counts[FAKE_FETCH], ==, 0);
  fake_disk_disarm ();

  tell (setup, setup->medicines, RECORDS_DATA, NULL, SHIKAKU_ERROR_NONE);
  setup->desk->center->held[FAKE_FETCH] = TRUE;
  begin (setup, &query, NULL, &outcome);
  fake_desk_wait_until (&setup->desk->center->counts[FAKE_FETCH]);
  fake_disk_arm (FAKE_DISK_FULL, 1, TRUE);
  fake_center_release (setup->desk->center, FAKE_FETCH);
  finish (&outcome);
  g_assert_error (outcome.error, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED);
  clear (&outcome);
  g_assert_cmpuint (count_documents (), ==, 0);
  fake_disk_disarm ();

  tell (setup, setup->medicines, RECORDS_DATA, NULL, SHIKAKU_ERROR_NONE);
  begin (setup, &query, NULL, &outcome);
  finish (&outcome);
  g_assert_no_error (outcome.error);
  clear (&outcome);
}

/* The daemon goes while the center is asked: the next start closes the fetch. */
static void
test_left_open (Setup *setup, gconstpointer data)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify)ledger_entry_unref);
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;
  guint64 place = 0;

  g_ptr_array_add (entries, ledger_entry_new (LEDGER_FETCH));
  open_fetches_begin (setup->fake.ledger, entries, on_read, &result);
  fake_wait_while (is_unread, &result);
  g_assert_true (open_fetches_begin_finish (result, &place, &error));
  g_assert_no_error (error);
  g_object_unref (result);
  station_set_ledger (setup->desk->station, NULL);
  fake_desk_settle ();
  fake_ledger_close (&setup->fake);
  fake_disk_wait_closed ();
  fake_ledger_open (&setup->fake);
  station_set_ledger (setup->desk->station, setup->fake.ledger);
  station_records_begin (setup->desk->station);
  assert_ledger (setup, "fetch fetch-end:unknown");
  station_records_begin (setup->desk->station);
  assert_ledger (setup, "fetch fetch-end:unknown");
}

static void
on_ticket (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = user_data;
  g_autoptr (Secret) secret = visit_handover_create_finish (result, &outcome->error);

  outcome->secret = secret != NULL ? g_strdup ((const char *)secret_get_data (secret)) : NULL;
  outcome->done++;
}

static char *
make_ticket (Setup *setup, Visit *visit, guint uses)
{
  const VisitTicketTerms terms = { uses, 60, VISIT_TICKET_RECORDS };
  Outcome outcome = { 0 };

  station_create_ticket (setup->desk->station, visit, &terms, &owner, on_ticket, &outcome);
  finish (&outcome);
  g_assert_no_error (outcome.error);
  return outcome.secret;
}

static const Actor doctor = { .uid = 1001, .sender = ":1.8", .role = "doctor" };

/* count_in_list: in the patient's own list, where only what says of whom it is comes. */
static guint
count_in_list (Setup *setup, LedgerKind kind)
{
  GAsyncResult *result = NULL;
  g_autoptr (GPtrArray) records = NULL;
  guint64 next;
  guint count = 0;

  station_list_of_patient (setup->desk->station, setup->visit, 0, on_read, &result);
  fake_wait_while (is_unread, &result);
  records = station_list_of_patient_finish (result, &next, NULL);
  g_object_unref (result);
  for (guint i = 0; i < records->len; i++)
    count += ledger_entry_get_kind (((LedgerRecord *)records->pdata[i])->entry) == kind;
  return count;
}

/* By a ticket another program fetches, as often as it says; of all that the ledger and the patient's own list tell. */
static void
test_ticket (Setup *setup, gconstpointer data)
{
  StationRecordsQuery query = make_query ();
  Outcome outcome = { 0 };
  VisitTicket *ticket;
  GAsyncResult *result = NULL;

  g_free (make_ticket (setup, setup->visit, 1));
  g_assert_cmpuint (setup->visit->tickets->len, ==, 1);
  g_assert_false (visit_has_ticket (setup->visit)); /* none to take it */
  ticket = setup->visit->tickets->pdata[0];
  g_assert_true (visit_ticket_is_good (ticket, VISIT_TICKET_RECORDS));

  query.actor = &doctor;
  query.ticket = ticket;
  tell (setup, setup->medicines, RECORDS_DATA, NULL, SHIKAKU_ERROR_NONE);
  begin (setup, &query, NULL, &outcome);
  finish (&outcome);
  g_assert_no_error (outcome.error);
  clear (&outcome);
  g_assert_false (visit_ticket_is_good (ticket, VISIT_TICKET_RECORDS));
  station_note_taken (setup->desk->station, setup->visit, ticket, &owner);
  assert_ledger (setup, "handover:created:records handover:records fetch disclosure:data handover:taken");

  consent_withdrawal_begin (station_get_registrar (setup->desk->station),
                            g_array_index (visit_get_consents (setup->visit), Consent, 0).receipt, &owner, on_read,
                            &result);
  fake_wait_while (is_unread, &result);
  g_object_unref (result);
  g_assert_cmpuint (count_in_list (setup, LEDGER_HANDOVER), ==, 3);
  g_assert_cmpuint (count_in_list (setup, LEDGER_REGISTRATION), ==, 1);
  g_assert_cmpuint (count_in_list (setup, LEDGER_WITHDRAWAL), ==, 1);
}

static void /* of a visit that was closed; @expected: the error, or none: they come */
fetch_of (Setup *setup, const RecordsPatient *patient, VisitTicket *ticket, ShikakuError expected)
{
  StationRecordsQuery query = make_query ();
  Outcome outcome = { 0 };

  query.actor = expected == SHIKAKU_ERROR_RECORDS_REFUSED ? &clerk : &doctor;
  query.ticket = ticket;
  if (expected == SHIKAKU_ERROR_NONE)
    tell (setup, setup->medicines, RECORDS_DATA, NULL, SHIKAKU_ERROR_NONE);
  station_fetch_records_of (setup->desk->station, patient, &query, NULL, on_fetched, &outcome);
  finish (&outcome);
  g_assert_cmpint (outcome.error != NULL ? outcome.error->code : SHIKAKU_ERROR_NONE, ==, expected);
  g_assert_true (outcome.error != NULL || outcome.answer->whole->outcome == RECORDS_DATA);
  clear (&outcome);
}

/* The consent outlives its visit: by a ticket for records, and by the patient's numbers; and ends with the consent. */
static void
test_after_the_visit (Setup *setup, gconstpointer data)
{
  const TransportNumberQuery insured = { "99990001", "架空０１", "１２３", NULL, "19480229", NULL };
  const TransportNumberQuery nobody = { "99990001", "架空０１", "１２４", NULL, "19480229", NULL };
  Station *station = setup->desk->station;
  RecordsPatient patient;
  VisitTicket *ticket;
  g_autofree char *secret = make_ticket (setup, setup->visit, 2);

  station_erase_visit (station, setup->visit);
  for (guint uses = 0; uses < 2; uses++)
    {
      ticket = station_find_ticket (station, secret, CONSENT_CHECKUP, &patient);
      fetch_of (setup, &patient, ticket, SHIKAKU_ERROR_NOT_FOUND); /* to that nobody has consented at that visit */
      ticket = station_find_ticket (station, secret, CONSENT_DRUG, &patient);
      g_assert_nonnull (ticket);
      fetch_of (setup, &patient, ticket, SHIKAKU_ERROR_NONE);
    }
  g_assert_null (station_find_ticket (station, secret, CONSENT_DRUG, &patient));

  g_assert_true (station_hash_insured (station, &insured, &patient, NULL));
  fetch_of (setup, &patient, NULL, SHIKAKU_ERROR_NONE);
  for (guint i = 0; i < 3; i++) /* over and over is one, but about each patient */
    fetch_of (setup, &patient, NULL, SHIKAKU_ERROR_RECORDS_REFUSED);
  g_assert_true (station_hash_insured (station, &nobody, &patient, NULL));
  fetch_of (setup, &patient, NULL, SHIKAKU_ERROR_NOT_FOUND);
  fetch_of (setup, &patient, NULL, SHIKAKU_ERROR_RECORDS_REFUSED);
  g_assert_true (g_str_has_suffix (setup->desk->center->fetched->str, " for 4")); /* as the visit was */
  assert_ledger (setup, "handover:created:records handover:records fetch disclosure:data handover:records fetch"
                        " disclosure:data fetch disclosure:data refusal:RecordsRefused refusal:RecordsRefused");
}

/* A twin has the same insurer, symbol, number and birthdate: whose records are opened is never left to chance. */
static void
test_twins (Setup *setup, gconstpointer data)
{
  TransportNumberQuery insured = { "99990001", "架空０１", "１２３", NULL, "19480229", NULL };
  Station *station = setup->desk->station;
  g_autofree char *secret = make_ticket (setup, setup->visit, 2), *others = NULL;
  g_autoptr (GString) twin = g_string_new (setup->answer);
  Visit *visit;
  RecordsPatient patient, other;

  station_erase_visit (station, setup->visit);
  g_string_replace (twin, "山田　花子", "山田　月子", 0);
  g_string_replace (twin, "BranchNumber\":\"01\"", "BranchNumber\":\"02\"", 0);
  setup->desk->center->bodies[FAKE_CHECK_CARD] = twin->str;
  fake_desk_pull (setup->desk);
  visit = fake_desk_open (setup->desk, "drug");
  fake_desk_insert (setup->desk);
  fake_desk_wait (setup->desk, visit, VISIT_DONE);
  others = make_ticket (setup, visit, 2);
  station_erase_visit (station, visit);
  visit_unref (visit);

  g_assert_nonnull (station_find_ticket (station, others, CONSENT_DRUG, &other));
  g_assert_nonnull (station_find_ticket (station, secret, CONSENT_DRUG, &patient));
  g_assert_cmpstr (patient.receipt, !=, other.receipt);
  fetch_of (setup, &patient, station_find_ticket (station, secret, CONSENT_DRUG, &patient), SHIKAKU_ERROR_NONE);
  g_assert_true (station_hash_insured (station, &insured, &patient, NULL));
  fetch_of (setup, &patient, NULL, SHIKAKU_ERROR_INVALID_OPTION);
  insured.branch = "1";
  g_assert_true (station_hash_insured (station, &insured, &patient, NULL));
  fetch_of (setup, &patient, NULL, SHIKAKU_ERROR_NONE);
  insured.branch = "03";
  g_assert_true (station_hash_insured (station, &insured, &patient, NULL));
  fetch_of (setup, &patient, NULL, SHIKAKU_ERROR_NOT_FOUND);
  assert_ledger (setup, "handover:created:records handover:created:records handover:records fetch disclosure:data"
                        " fetch disclosure:data");
}

static void
test_without_ledger (Setup *setup, gconstpointer data)
{
  StationRecordsQuery query = make_query ();
  Outcome outcome;

  station_set_ledger (setup->desk->station, NULL);
  begin (setup, &query, NULL, &outcome);
  finish (&outcome);
  g_assert_error (outcome.error, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED);
  clear (&outcome);
  g_assert_cmpuint (setup->desk->center->counts[FAKE_FETCH], ==, 0);
}

int
main (int argc, char *argv[])
{
  static const char *const changes[N_CHANGES] = { "withdrawn", "expired", "closed", "caller-gone", "taken" };

  fake_disk_install ();
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add ("/station-records/" name, Setup, NULL, set_up, function, tear_down)
  ADD ("data", test_data);
  ADD ("answers", test_answers);
  ADD ("json", test_json);
  ADD ("refused", test_refused);
  ADD ("no-ledger", test_no_ledger);
  ADD ("without-ledger", test_without_ledger);
  ADD ("left-open", test_left_open);
  ADD ("ticket", test_ticket);
  ADD ("after-the-visit", test_after_the_visit);
  ADD ("twins", test_twins);
  g_test_add ("/station-records/by-other-name", Setup, "SAMPLE HANA\",\"NameOfOther\":\"山田　花子", set_up,
              test_after_the_visit, tear_down);
#undef ADD
  g_test_add_func ("/station-records/foreign", test_foreign);
  for (guint i = 0; i < N_CHANGES; i++)
    {
      g_autofree char *name = g_strconcat ("/station-records/meanwhile/", changes[i], NULL);

      g_test_add_data_func (name, GUINT_TO_POINTER (i), test_meanwhile);
    }
  return g_test_run ();
}
