/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-ledger-people: what the visit floor keeps in the ledger of people, and finds there again, also after a restart
 * and under a new store key: look-ups, notes, objections, exports.
 */
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "fake-ledger.h"
#include "store/store-key.h"
#include "visit/ledger-export.h"
#include "visit/ledger-notes.h"
#include "visit/lookups.h"
#include "visit/objections.h"

#define BUDGET 3
#define BIT(kind) (G_GUINT64_CONSTANT (1) << (kind))

static Actor nurse = { .uid = 1000, .program = "desk", .staff = "n-17" };
static Actor clerk = { .uid = 1000, .program = "desk", .staff = "c-3" };
static Actor nobody = { .uid = 1000, .program = "desk" };

static LedgerPersonHashes
make_person (FakeLedger *fake, const char *number)
{
  const LedgerPerson person = { "見本 太郎", "19800101", "00000019", "記号1", number };
  LedgerPersonHashes hashes;

  ledger_person_hash (fake->ledger, &person, &hashes);
  g_assert_true (hashes.has_person && hashes.has_number);
  return hashes;
}

static LedgerPersonHashes
make_typed (FakeLedger *fake, const char *number)
{
  const LedgerPerson person = { NULL, "19800101", "00000019", "記号1", number };
  LedgerPersonHashes hashes;

  ledger_person_hash (fake->ledger, &person, &hashes);
  g_assert_true (!hashes.has_person && hashes.has_number);
  return hashes;
}

static GPtrArray *
read_kind (FakeLedger *fake, LedgerKind kind)
{
  const LedgerFilter filter = { .kinds = BIT (kind) };
  guint64 next;

  return fake_ledger_read (fake, &filter, &next);
}

static const LedgerEntry *
get_entry (const GPtrArray *records, guint n)
{
  return ((const LedgerRecord *)records->pdata[n])->entry;
}

/* wait_until_read: what was begun to be read before this is in. */
static void
wait_until_read (FakeLedger *fake)
{
  g_clear_pointer (&(GPtrArray *){ read_kind (fake, LEDGER_CHECK) }, g_ptr_array_unref);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static gboolean
begin (Lookups *lookups, const Actor *actor, const LedgerPersonHashes *person)
{
  g_autoptr (GError) error = NULL;
  const gboolean is_free = lookups_begin (lookups, actor, person, &error);

  if (!is_free)
    g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_REASON_NEEDED);
  return is_free;
}

static void
test_lookups (FakeLedger *fake, gconstpointer data)
{
  g_autoptr (Lookups) lookups = lookups_new (fake->ledger, BUDGET);
  const LedgerPersonHashes person = make_typed (fake, "1"), other = make_typed (fake, "2"),
                           unknown = { .has_number = FALSE };
  Actor reasoned = nurse, hurried = nurse;

  reasoned.reason = "電話";
  hurried.is_break_glass = TRUE;
  for (guint i = 0; i < BUDGET; i++)
    g_assert_true (begin (lookups, &nurse, &person));
  g_assert_false (begin (lookups, &nurse, &person));
  lookups_undo (lookups, &nurse, &person); /* one has shown nothing */
  g_assert_true (begin (lookups, &nurse, &person));
  g_assert_false (begin (lookups, &nurse, &person));
  g_assert_true (begin (lookups, &reasoned, &person));
  g_assert_true (begin (lookups, &hurried, &person));
  g_assert_true (begin (lookups, &nurse, &other));
  for (guint i = 0; i < BUDGET; i++)
    {
      g_assert_true (begin (lookups, &clerk, &person));
      g_assert_true (begin (lookups, &nobody, &person)); /* the user counts */
    }
  g_assert_false (begin (lookups, &clerk, &person));
  g_assert_false (begin (lookups, &nobody, &person));
  for (guint i = 0; i <= BUDGET; i++)
    g_assert_true (begin (lookups, &nurse, &unknown));
  lookups_undo (lookups, &nurse, &unknown);
  lookups_configure (lookups, 0);
  g_assert_true (begin (lookups, &nurse, &person));
}

/* note_checks: @n answers to the numbers of @person. */
static void
note_checks (LedgerNotes *notes, const LedgerPersonHashes *person, const char *origin, guint n)
{
  Eligibility eligibility = { .answer = ELIGIBILITY_UNKNOWN };
  const LedgerNotesCheck check = { &nurse, "/v1", origin, "number", person, &eligibility };
  LedgerPersonHashes found;

  while (n-- > 0)
    {
      ledger_notes_check (notes, &check, &found);
      g_assert_true (found.has_number);
      g_assert_cmpmem (found.number, sizeof found.number, person->number, sizeof person->number);
    }
}

static void
test_lookups_restored (FakeLedger *fake, gconstpointer data)
{
  g_autoptr (LedgerNotes) notes = ledger_notes_new (fake->ledger);
  g_autoptr (Lookups) lookups = lookups_new (fake->ledger, BUDGET);
  const LedgerPersonHashes person = make_typed (fake, "1"), other = make_typed (fake, "2");

  note_checks (notes, &person, "number", BUDGET);
  note_checks (notes, &other, "card", BUDGET); /* a card is no curiosity */
  g_clear_pointer (&(GPtrArray *){ read_kind (fake, LEDGER_CHECK) }, g_ptr_array_unref);
  lookups_restore (lookups);
  wait_until_read (fake);
  g_assert_false (begin (lookups, &nurse, &person));
  g_assert_true (begin (lookups, &clerk, &person));
  g_assert_true (begin (lookups, &nurse, &other));
}

static void
test_notes (FakeLedger *fake, gconstpointer data)
{
  g_autoptr (LedgerNotes) notes = ledger_notes_new (fake->ledger);
  const LedgerPersonHashes person = make_typed (fake, "1"), other = make_typed (fake, "2");
  g_autoptr (GPtrArray) acts = NULL, refusals = NULL, emergencies = NULL;

  for (guint i = 0; i < 5; i++)
    ledger_notes_refusal (notes, &nurse, "CheckNumber", SHIKAKU_ERROR_REASON_NEEDED, &person);
  ledger_notes_refusal (notes, &clerk, "CheckNumber", SHIKAKU_ERROR_REASON_NEEDED, &person);
  for (guint i = 0; i < 5; i++)
    ledger_notes_refusal (notes, &nurse, "CheckNumber", SHIKAKU_ERROR_REASON_NEEDED, &other);
  ledger_notes_act (notes, &nurse, LEDGER_ACT_CONFIGURED);
  ledger_notes_break_glass (notes, &nurse, "tester", "/v1", "CheckNumber", &person);
  while (ledger_get_size (fake->ledger) == 0) /* its birth */
    g_main_context_iteration (NULL, TRUE);
  refusals = read_kind (fake, LEDGER_REFUSAL);
  acts = read_kind (fake, LEDGER_ADMINISTRATION);
  emergencies = read_kind (fake, LEDGER_BREAK_GLASS);
  g_assert_cmpuint (refusals->len, ==, 3); /* over and over is one, of each and about each */
  g_assert_cmpstr (ledger_entry_get_text (get_entry (refusals, 0), LEDGER_FIELD_ERROR), ==, "ReasonNeeded");
  g_assert_cmpuint (acts->len, ==, 2);
  g_assert_cmpstr (ledger_entry_get_text (get_entry (acts, 0), LEDGER_FIELD_ACT), ==, LEDGER_ACT_STARTED);
  g_assert_cmpuint (((const LedgerRecord *)acts->pdata[0])->index, <,
                    ((const LedgerRecord *)refusals->pdata[0])->index); /* before all else */
  g_assert_cmpstr (ledger_entry_get_text (get_entry (acts, 1), LEDGER_FIELD_ACT), ==, LEDGER_ACT_CONFIGURED);
  g_assert_cmpuint (emergencies->len, ==, 1);
  g_assert_cmpstr (ledger_entry_get_text (get_entry (emergencies, 0), LEDGER_FIELD_STAFF), ==, "n-17");
  ledger_notes_check (NULL, &(LedgerNotesCheck){ .eligibility = &(Eligibility){ 0 } }, &(LedgerPersonHashes){ 0 });
  ledger_notes_refusal (NULL, &nurse, "x", SHIKAKU_ERROR_NOT_FOUND, NULL);
  ledger_notes_act (NULL, NULL, LEDGER_ACT_CONFIGURED);
}

/* test_idle: a run in which nothing happens leaves nothing. */
static void
test_idle (FakeLedger *fake, gconstpointer data)
{
  const LedgerPersonHashes person = make_person (fake, "1");
  g_autoptr (GPtrArray) acts = NULL;

  g_assert_true (person.has_person);
  fake_ledger_append (fake, 0, 1);
  ledger_notes_free (ledger_notes_new (fake->ledger));
  acts = read_kind (fake, LEDGER_ADMINISTRATION);
  g_assert_cmpuint (acts->len, ==, 0);
}

static LedgerEntry *
new_objection (const LedgerPersonHashes *person)
{
  LedgerEntry *entry = ledger_entry_new (LEDGER_OBJECTION);

  ledger_person_add (entry, person);
  return entry;
}

static void
object (FakeLedger *fake, const LedgerPersonHashes *person)
{
  g_autoptr (GPtrArray) written = NULL;

  ledger_append_lazily (fake->ledger, new_objection (person));
  written = read_kind (fake, LEDGER_OBJECTION);
  g_assert_cmpuint (written->len, ==, 1);
}

static LedgerPersonHashes
make_named (FakeLedger *fake, const char *name)
{
  const LedgerPerson person = { name, "19800101", "00000019", "記号1", "1" };
  LedgerPersonHashes hashes;

  ledger_person_hash (fake->ledger, &person, &hashes);
  g_assert_true (hashes.has_person && hashes.has_number);
  return hashes;
}

static guint
count_objections (FakeLedger *fake, const LedgerPersonHashes *person)
{
  LedgerFilter filter = { .kinds = BIT (LEDGER_OBJECTION) };
  g_autoptr (GPtrArray) records = NULL;
  guint64 next;

  ledger_person_bind (person, &filter);
  records = fake_ledger_read (fake, &filter, &next);
  return records->len;
}

/* Twins have the same numbers: the one's entries are not the other's; those without a name are of both. */
static void
test_twins (FakeLedger *fake, gconstpointer data)
{
  g_autoptr (Objections) objections = objections_new (fake->ledger);
  const LedgerPersonHashes first = make_named (fake, "見本 一"), other = make_named (fake, "見本 二"),
                           typed = make_typed (fake, "1");

  g_assert_cmpmem (first.number, sizeof first.number, other.number, sizeof other.number);
  object (fake, &first);
  objections_restore (objections);
  wait_until_read (fake);
  g_assert_true (objections_has (objections, &first));
  g_assert_true (objections_has (objections, &typed));
  g_assert_false (objections_has (objections, &other));
  g_assert_cmpuint (count_objections (fake, &first), ==, 1);
  g_assert_cmpuint (count_objections (fake, &other), ==, 0);
  g_assert_cmpuint (count_objections (fake, &typed), ==, 1);
  ledger_append_lazily (fake->ledger, new_objection (&typed));
  objections_add (objections, &typed);
  g_assert_true (objections_has (objections, &other));
  g_assert_cmpuint (count_objections (fake, &first), ==, 2);
  g_assert_cmpuint (count_objections (fake, &other), ==, 1);
}

static void
test_objections (FakeLedger *fake, gconstpointer data)
{
  g_autoptr (Objections) objections = objections_new (fake->ledger);
  const LedgerPersonHashes person = make_person (fake, "1"), typed = make_typed (fake, "1");
  const LedgerPersonHashes other = make_typed (fake, "2"), unknown = { .has_number = FALSE };

  objections_restore (objections); /* of an empty ledger: there is nothing */
  fake_ledger_append (fake, 0, 1);
  wait_until_read (fake);
  g_assert_false (objections_has (objections, &person));
  objections_add (objections, &unknown);
  g_assert_false (objections_has (objections, &unknown));
  objections_add (objections, &person);
  g_assert_true (objections_has (objections, &person));
  g_assert_true (objections_has (objections, &typed)); /* by either */
  g_assert_false (objections_has (objections, &other));
}

static void
on_exported (const LedgerExportReport *report, const GError *error, gpointer user_data)
{
  g_assert_no_error (error);
  *(guint64 *)user_data = report->entries;
}

static guint64
export_person (FakeLedger *fake, const LedgerPersonHashes *person)
{
  LedgerExportWish wish = { .format = LEDGER_EXPORT_JSONL };
  guint64 entries = G_MAXUINT64;
  int ends[2];

  ledger_person_bind (person, &wish.filter);
  g_assert_cmpint (pipe (ends), ==, 0);
  ledger_export_start (fake->ledger, &wish, slow_writer_take (ends[1], 60, NULL), on_exported, &entries);
  memset (&wish, 0, sizeof wish); /* it is borrowed for the call alone */
  while (entries == G_MAXUINT64)
    g_main_context_iteration (NULL, TRUE);
  close (ends[0]);
  close (ends[1]);
  return entries;
}

/* test_rotation: who objected, and what is of whom, is found under the key before, and under no other. */
static void
test_rotation (FakeLedger *fake, gconstpointer data)
{
  LedgerPersonHashes person = make_person (fake, "1"), other;
  g_autoptr (Objections) objections = NULL;
  g_autoptr (Lookups) lookups = NULL;
  g_autoptr (GPtrArray) records = NULL;
  LedgerFilter filter = { .kinds = BIT (LEDGER_OBJECTION) };
  LedgerNotes *notes = ledger_notes_new (fake->ledger);
  guint64 next;

  g_assert_false (person.has_person_before || person.has_number_before);
  object (fake, &person);
  note_checks (notes, &person, "number", BUDGET);
  ledger_notes_free (notes);
  g_clear_pointer (&(GPtrArray *){ read_kind (fake, LEDGER_CHECK) }, g_ptr_array_unref);
  fake_ledger_close (fake);
  fake_ledger_set_key (fake, STORE_KEY_CREDENTIAL_PREVIOUS, 1);
  fake_ledger_set_key (fake, STORE_KEY_CREDENTIAL, 2);
  fake_ledger_open (fake);
  person = make_typed (fake, "1");
  other = make_typed (fake, "2");
  g_assert_true (person.has_number_before && other.has_number_before);
  objections = objections_new (fake->ledger);
  objections_restore (objections);
  wait_until_read (fake);
  g_assert_true (objections_has (objections, &person));
  g_assert_false (objections_has (objections, &other));
  lookups = lookups_new (fake->ledger, BUDGET);
  lookups_restore (lookups);
  wait_until_read (fake);
  g_assert_false (begin (lookups, &nurse, &person));
  g_assert_true (begin (lookups, &nurse, &other));
  ledger_person_bind (&person, &filter);
  records = fake_ledger_read (fake, &filter, &next);
  g_assert_cmpuint (records->len, ==, 1);
  ledger_person_bind (&other, &filter);
  g_clear_pointer (&records, g_ptr_array_unref);
  records = fake_ledger_read (fake, &filter, &next);
  g_assert_cmpuint (records->len, ==, 0);
  g_assert_cmpuint (export_person (fake, &person), ==, 1 + BUDGET);
  g_assert_cmpuint (export_person (fake, &other), ==, 0);
}

/* test_insurance: of several insurances one stands for the person, in the ledger, the book and with the center. */
static void
test_insurance (FakeLedger *fake, gconstpointer data)
{
  static const struct
  {
    const char *classification, *number;
  } sent[] = { { "A1", NULL }, { "01", NULL }, { "A1", "2" }, { "01", "3" }, { "01", "4" } };
  static const guint chosen[] = { 0, 1, 2, 3, 3 }; /* of so many, and one more each time */
  g_autoptr (Qualification) qualification = qualification_new (NULL);

  g_assert_null (person_get_insurance (qualification));
  for (guint i = 0; i < G_N_ELEMENTS (sent); i++)
    {
      qualification_add_insurance (qualification, &(QualificationInsurance){ .classification = sent[i].classification,
                                                                             .insurer_number = "00000019",
                                                                             .number = sent[i].number });
      g_assert_true (person_get_insurance (qualification) == qualification->insurances->pdata[chosen[i]]);
    }
}

static void
set_up (FakeLedger *fake, gconstpointer data)
{
  fake_ledger_begin (fake);
  fake_ledger_open (fake);
}

static void
tear_down (FakeLedger *fake, gconstpointer data)
{
  fake_ledger_end (fake);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  log_init ();
#define ADD(name, function) g_test_add ("/ledger-people/" name, FakeLedger, NULL, set_up, function, tear_down)
  ADD ("lookups", test_lookups);
  ADD ("lookups-restored", test_lookups_restored);
  ADD ("notes", test_notes);
  ADD ("idle", test_idle);
  ADD ("objections", test_objections);
  ADD ("insurance", test_insurance);
  ADD ("twins", test_twins);
  ADD ("rotation", test_rotation);
#undef ADD
  return g_test_run ();
}
