/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-consent-book: what is kept of consents, over restarts, and on a disk on which everything goes wrong. */
#include <sqlite3.h>
#include <string.h>

#include "base/error.h"
#include "fake-disk.h"
#include "fake-ledger.h"
#include "store/consent-book.h"
#include "store/store-key.h"

#define NUMBER_HASH "0123456789abcdef0123456789abcde"
#define NAME "山田　花子"

typedef struct
{
  FakeLedger fake;
  ConsentBook *book;
} Fixture;

static void
start (Fixture *fixture)
{
  fake_ledger_open (&fixture->fake);
  fixture->book = consent_book_new (fixture->fake.ledger);
}

static void
stop (Fixture *fixture)
{
  g_clear_pointer (&fixture->book, consent_book_free);
  fake_ledger_close (&fixture->fake);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fake_ledger_begin (&fixture->fake);
  start (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  stop (fixture);
  fake_ledger_end (&fixture->fake);
}

static LedgerEntry *
make_entry (LedgerKind kind)
{
  LedgerEntry *entry = ledger_entry_new (kind);

  ledger_entry_add_text (entry, LEDGER_FIELD_CONSENT, "drug");
  return entry;
}

/* try_write: a yes to drug, which waits for the center, and a no. Return: (transfer full) their places, or NULL. */
static GArray *
try_write_of (Fixture *fixture, const char *identifier, const char *name, const char *branch, GError **error)
{
  ConsentBookWriting *writing = consent_book_writing_new ();
  const gint64 until = g_get_real_time () + G_TIME_SPAN_DAY;
  g_autoptr (GAsyncResult) result = NULL;

  writing->identifier = g_strdup (identifier);
  writing->request = g_bytes_new_static ("request", 7);
  writing->until = until;
  writing->visit = g_strdup_printf ("/v/%s", identifier);
  writing->treatment = g_str_equal (identifier, "home") ? 2 : 1;
  writing->has_number = TRUE;
  memcpy (writing->number, NUMBER_HASH, sizeof writing->number);
  writing->person.name = g_strdup (name);
  writing->person.branch = g_strdup (branch);
  consent_book_writing_add (writing, make_entry (LEDGER_CONSENT), TRUE, CONSENT_DRUG, until);
  consent_book_writing_add (writing, make_entry (LEDGER_CONSENT), FALSE, CONSENT_TEST, until);
  consent_book_write (fixture->book, writing, fake_ledger_on_result, &fixture->fake);
  result = fake_ledger_wait (&fixture->fake);
  return consent_book_write_finish (result, error);
}

static GArray *
try_write (Fixture *fixture, const char *identifier, GError **error)
{
  return try_write_of (fixture, identifier, NAME, NULL, error);
}

static GArray *
write_one (Fixture *fixture, const char *identifier)
{
  g_autoptr (GError) error = NULL;
  GArray *places = try_write (fixture, identifier, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (places->len, ==, 2);
  return places;
}

/* load: (transfer full) what waits for the center. */
static GPtrArray *
load (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *messages;

  consent_book_load (fixture->book, fake_ledger_on_result, &fixture->fake);
  result = fake_ledger_wait (&fixture->fake);
  messages = consent_book_load_finish (result, &error);
  g_assert_no_error (error);
  return messages;
}

static ConsentBookItem *
find_of (Fixture *fixture, const char *branch, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  consent_book_find_person (fixture->book, (const guint8 *)NUMBER_HASH, branch, CONSENT_DRUG, fake_ledger_on_result,
                            &fixture->fake);
  result = fake_ledger_wait (&fixture->fake);
  return consent_book_find_finish (result, error);
}

static ConsentBookItem *
find_person (Fixture *fixture)
{
  return find_of (fixture, NULL, NULL);
}

static ConsentBookItem *
find_receipt (Fixture *fixture, const char *receipt, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  consent_book_find_receipt (fixture->book, receipt, fake_ledger_on_result, &fixture->fake);
  result = fake_ledger_wait (&fixture->fake);
  return consent_book_find_finish (result, error);
}

/* assert_found: @branch finds a consent of @name in @state; NULL: more than one person may be meant. */
static void
assert_found (Fixture *fixture, const char *branch, const char *name, ConsentBookState state)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ConsentBookItem) item = find_of (fixture, branch, &error);

  if (name == NULL)
    {
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION);
      g_assert_nonnull (strstr (error->message, "Branch"));
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpstr (item->person.name, ==, name);
  g_assert_cmpint (item->state, ==, state);
}

/* make_telling: the message that withdraws a consent at the center. */
static ConsentBookWriting *
make_telling (const char *identifier)
{
  ConsentBookWriting *telling = consent_book_writing_new ();

  telling->identifier = g_strdup (identifier);
  telling->request = g_bytes_new_static ("withdrawal", 10);
  telling->until = g_get_real_time () + G_TIME_SPAN_DAY;
  telling->visit = g_strdup ("/v/home");
  telling->treatment = 2;
  telling->person.name = g_strdup (NAME);
  return telling;
}

/* withdraw: @identifier: by which the center is told; NULL: it is not. Return: how many consents with it. */
static guint
withdraw_by (Fixture *fixture, guint64 place, const char *identifier)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GArray) withdrawn = NULL;

  consent_book_withdraw (fixture->book, place, make_entry (LEDGER_WITHDRAWAL),
                         identifier != NULL ? make_telling (identifier) : NULL, fake_ledger_on_result, &fixture->fake);
  result = fake_ledger_wait (&fixture->fake);
  withdrawn = consent_book_withdraw_finish (result, NULL);
  if (withdrawn == NULL)
    return 0;
  g_assert_cmpuint (g_array_index (withdrawn, guint64, 0), ==, place);
  return withdrawn->len;
}

static guint
withdraw (Fixture *fixture, guint64 place)
{
  return withdraw_by (fixture, place, NULL);
}

static void
test_life (Fixture *fixture, gconstpointer data)
{
  const gint64 now = g_get_real_time ();
  g_autoptr (GArray) places = write_one (fixture, "one"), again = write_one (fixture, "two");
  const ConsentBookPlace *place = &g_array_index (places, ConsentBookPlace, 0);
  g_autoptr (GPtrArray) messages = NULL, fewer = NULL;
  g_autoptr (ConsentBookItem) item = NULL, withdrawn = NULL;
  const ConsentBookMessage *message;

  stop (fixture);
  start (fixture);
  messages = load (fixture);
  g_assert_cmpuint (messages->len, ==, 2);
  message = messages->pdata[0];
  g_assert_cmpstr (message->identifier, ==, "one");
  g_assert_cmpmem (g_bytes_get_data (message->request, NULL), g_bytes_get_size (message->request), "request", 7);
  g_assert_cmpuint (message->entries->len, ==, 1);
  g_assert_cmpuint (g_array_index (message->entries, guint64, 0), ==, place->entry);

  consent_book_settle (fixture->book, place->entry, CONSENT_BOOK_REGISTERED, now, now + G_TIME_SPAN_HOUR,
                       make_entry (LEDGER_REGISTRATION));
  stop (fixture); /* it is written by then, though nobody has waited for it */
  start (fixture);
  fewer = load (fixture);
  g_assert_cmpuint (fewer->len, ==, 1);
  item = find_person (fixture); /* the newest */
  g_assert_cmpstr (item->identifier, ==, "two");
  g_assert_cmpstr (item->person.name, ==, NAME);
  g_assert_null (item->person.kana);

  g_assert_cmpuint (withdraw (fixture, item->entry), ==, 2);
  g_assert_cmpuint (withdraw (fixture, place->entry), ==, 0); /* the same person's, to the same kind */
  withdrawn = find_person (fixture);
  g_assert_cmpint (withdrawn->state, ==, CONSENT_BOOK_WITHDRAWN);
  g_assert_cmpint (withdrawn->at, >=, now); /* when it was taken back */
  fake_ledger_assert_sound (&fixture->fake);
}

/* find_to_withdraw: Return: its entry; 0: there is none. */
static guint64
find_to_withdraw (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (ConsentBookItem) item = NULL;

  consent_book_find_to_withdraw (fixture->book, (const guint8 *)NUMBER_HASH, NULL, CONSENT_DRUG, fake_ledger_on_result,
                                 &fixture->fake);
  result = fake_ledger_wait (&fixture->fake);
  item = consent_book_find_finish (result, NULL);
  return item != NULL ? item->entry : 0;
}

/*
 * What the center is told of is withdrawn by that, though something newer stands; and what it has refused hides
 * nothing older.
 */
static void
test_to_withdraw (Fixture *fixture, gconstpointer data)
{
  const gint64 now = g_get_real_time ();
  g_autoptr (GArray) old = write_one (fixture, "old"), home = write_one (fixture, "home"),
                     new = write_one (fixture, "new");
  const guint64 newest = g_array_index (new, ConsentBookPlace, 0).entry;
  const guint64 told = g_array_index (home, ConsentBookPlace, 0).entry;

  g_assert_cmpuint (find_to_withdraw (fixture), ==, told);
  consent_book_settle (fixture->book, told, CONSENT_BOOK_REFUSED, now, now + G_TIME_SPAN_HOUR,
                       make_entry (LEDGER_REGISTRATION));
  consent_book_settle (fixture->book, newest, CONSENT_BOOK_REFUSED, now, now + G_TIME_SPAN_HOUR,
                       make_entry (LEDGER_REGISTRATION));
  stop (fixture); /* it is written by then */
  start (fixture);
  g_assert_cmpuint (find_to_withdraw (fixture), ==, g_array_index (old, ConsentBookPlace, 0).entry);
  g_assert_cmpuint (withdraw (fixture, g_array_index (old, ConsentBookPlace, 0).entry), ==, 1);
  g_assert_cmpuint (find_to_withdraw (fixture), ==, 0);
}

/* write_of: (transfer full): the places of a consent of who has these numbers, and is called @name. */
static GArray *
write_of (Fixture *fixture, const char *identifier, const char *name, const char *branch)
{
  g_autoptr (GError) error = NULL;
  GArray *places = try_write_of (fixture, identifier, name, branch, &error);

  g_assert_no_error (error);
  return places;
}

/* Twins have the same numbers: the branch says which; neither's consent is used or withdrawn as the other's. */
static void
test_twins (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) first = write_of (fixture, "a", "山田　一", "01"), other = NULL, again = NULL, bare = NULL;
  g_autoptr (ConsentBookItem) nobody = NULL;

  assert_found (fixture, NULL, "山田　一", CONSENT_BOOK_OPEN);
  nobody = find_of (fixture, "02", NULL);
  g_assert_null (nobody);
  other = write_of (fixture, "b", "山田　二", "02");
  assert_found (fixture, NULL, NULL, CONSENT_BOOK_OPEN);
  assert_found (fixture, "01", "山田　一", CONSENT_BOOK_OPEN);
  assert_found (fixture, "１", "山田　一", CONSENT_BOOK_OPEN);
  assert_found (fixture, "2", "山田　二", CONSENT_BOOK_OPEN);

  again = write_of (fixture, "c", "山田　一", NULL); /* the name says who it is */
  assert_found (fixture, "01", "山田　一", CONSENT_BOOK_OPEN);
  assert_found (fixture, "02", NULL, CONSENT_BOOK_OPEN); /* the branch of one of both is not known */
  g_assert_cmpuint (withdraw (fixture, g_array_index (first, ConsentBookPlace, 0).entry), ==, 2);
  g_assert_cmpuint (withdraw (fixture, g_array_index (again, ConsentBookPlace, 0).entry), ==, 0);
  assert_found (fixture, "01", "山田　一", CONSENT_BOOK_WITHDRAWN);
  assert_found (fixture, NULL, NULL, CONSENT_BOOK_OPEN);

  bare = write_of (fixture, "d", NULL, NULL); /* may be either's: opens nothing, and is withdrawn with either's */
  assert_found (fixture, "01", NULL, CONSENT_BOOK_OPEN);
  g_assert_cmpuint (withdraw (fixture, g_array_index (other, ConsentBookPlace, 0).entry), ==, 2);
  g_assert_cmpuint (withdraw (fixture, g_array_index (bare, ConsentBookPlace, 0).entry), ==, 0);
  fake_ledger_assert_sound (&fixture->fake);
}

/* Whose time is over is nobody's any more; what nobody could tell the center stays until it is settled. */
static void
test_ended (Fixture *fixture, gconstpointer data)
{
  const gint64 now = g_get_real_time ();
  g_autoptr (GArray) places = write_one (fixture, "one"), more = NULL;
  g_autoptr (ConsentBookItem) item = NULL;

  consent_book_settle (fixture->book, g_array_index (places, ConsentBookPlace, 0).entry, CONSENT_BOOK_REGISTERED,
                       now - G_TIME_SPAN_DAY, now - 1, make_entry (LEDGER_REGISTRATION));
  item = find_person (fixture);
  g_assert_null (item);
  g_assert_cmpuint (withdraw (fixture, g_array_index (places, ConsentBookPlace, 0).entry), ==, 0);
  more = write_one (fixture, "one"); /* its row has gone: the identifier is free */
}

/* What the center has said is written with whatever comes next, also with a mere look. */
static void
test_settled (Fixture *fixture, gconstpointer data)
{
  const gint64 now = g_get_real_time ();
  g_autoptr (GArray) places = write_one (fixture, "one");
  const ConsentBookPlace *place = &g_array_index (places, ConsentBookPlace, 0);
  g_autoptr (GPtrArray) messages = NULL;
  g_autoptr (ConsentBookItem) item = NULL, other = NULL;
  g_autoptr (GError) error = NULL;

  consent_book_settle (fixture->book, place->entry, CONSENT_BOOK_REGISTERED, now, now + G_TIME_SPAN_HOUR,
                       make_entry (LEDGER_REGISTRATION));
  messages = load (fixture);
  g_assert_cmpuint (messages->len, ==, 0);
  item = find_receipt (fixture, place->receipt, NULL);
  g_assert_cmpuint (item->entry, ==, place->entry);
  g_assert_cmpint (item->state, ==, CONSENT_BOOK_REGISTERED);
  other = find_receipt (fixture, g_array_index (places, ConsentBookPlace, 1).receipt, &error); /* a no */
  g_assert_null (other);
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND);
}

static ConsentBookWithdrawal
get_withdrawal (Fixture *fixture, const ConsentBookPlace *place)
{
  g_autoptr (ConsentBookItem) item = find_receipt (fixture, place->receipt, NULL);

  g_assert_cmpint (item->state, ==, CONSENT_BOOK_WITHDRAWN);
  return item->withdrawal;
}

/* to_version_4: as an earlier version has left the file. */
static void
to_version_4 (Fixture *fixture)
{
  sqlite3 *database = NULL;

  stop (fixture);
  g_assert_cmpint (sqlite3_open (fixture->fake.file, &database), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (database,
                                 "PRAGMA locking_mode = EXCLUSIVE;"
                                 "DROP TABLE consent_withdrawals; PRAGMA user_version = 4;",
                                 NULL, NULL, NULL),
                   ==, SQLITE_OK);
  sqlite3_close (database);
  start (fixture);
}

/* assert_left: after a start: the one message that withdraws the consent at @place. */
static void
assert_left (Fixture *fixture, const ConsentBookPlace *place, gboolean is_renewed)
{
  g_autoptr (GPtrArray) messages = NULL;
  const ConsentBookMessage *message;

  stop (fixture);
  start (fixture);
  messages = load (fixture);
  g_assert_cmpuint (messages->len, ==, 1); /* what was withdrawn is not registered any more */
  message = messages->pdata[0];
  g_assert_true (message->withdraws);
  g_assert_cmpint (message->is_renewed, ==, is_renewed);
  g_assert_cmpstr (message->identifier, ==, "told");
  g_assert_cmpstr (message->receipt, ==, place->receipt);
  g_assert_cmpuint (g_array_index (message->entries, guint64, 0), ==, place->entry);
  g_assert_cmpmem (g_bytes_get_data (message->request, NULL), g_bytes_get_size (message->request), "withdrawal", 10);
}

/*
 * What the center is yet to be told of withdrawals is there after each start, and until it is settled; a file of an
 * earlier version has what it had.
 */
static void
test_told (Fixture *fixture, gconstpointer data)
{
  const gint64 now = g_get_real_time ();
  g_autoptr (GArray) home = write_one (fixture, "home"), other = write_one (fixture, "other"), again = NULL;
  const ConsentBookPlace *place = &g_array_index (home, ConsentBookPlace, 0);
  g_autoptr (GPtrArray) messages = NULL;

  to_version_4 (fixture);
  g_assert_cmpuint (withdraw_by (fixture, place->entry, "told"), ==, 2);
  g_assert_cmpint (get_withdrawal (fixture, &g_array_index (other, ConsentBookPlace, 0)), ==,
                   CONSENT_BOOK_WITHDRAWAL_OPEN);
  assert_left (fixture, place, FALSE);

  again = write_one (fixture, "again"); /* the patient says yes once more */
  consent_book_settle (fixture->book, g_array_index (again, ConsentBookPlace, 0).entry, CONSENT_BOOK_REGISTERED, now,
                       now + G_TIME_SPAN_HOUR, make_entry (LEDGER_REGISTRATION));
  assert_left (fixture, place, TRUE);

  consent_book_settle_withdrawal (fixture->book, "told", CONSENT_BOOK_WITHDRAWN_CENTER, make_entry (LEDGER_WITHDRAWAL));
  g_assert_cmpint (get_withdrawal (fixture, place), ==, CONSENT_BOOK_WITHDRAWN_CENTER);
  stop (fixture);
  start (fixture);
  messages = load (fixture);
  g_assert_cmpuint (messages->len, ==, 0);
  fake_ledger_assert_sound (&fixture->fake);
}

/* Without a key nothing is written, not even a file. */
static void
test_no_key (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fake_ledger_set_key (&fixture->fake, STORE_KEY_CREDENTIAL, 0);
  g_assert_null (try_write (fixture, "one", &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED);
  g_assert_false (g_file_test (fixture->fake.file, G_FILE_TEST_EXISTS));
}

/* Each call to the disk fails once, in each way: refused, nothing half-written, and the next one works. */
static void
test_faults (Fixture *fixture, gconstpointer data)
{
  static const FakeDiskFault faults[] = { FAKE_DISK_FULL, FAKE_DISK_BROKEN, FAKE_DISK_SHORT };
  guint number = 0, refused = 0;
  g_autoptr (GArray) first = write_one (fixture, "first");

  for (gsize kind = 0; kind < G_N_ELEMENTS (faults); kind++)
    for (guint step = 1, steps = 2; step < steps; step++)
      {
        g_autofree char *name = g_strdup_printf ("%u", ++number), *next = g_strdup_printf ("%u-next", number);
        g_autoptr (GError) error = NULL;
        g_autoptr (GArray) places = NULL, later = NULL;

        fake_disk_arm (faults[kind], step, FALSE);
        places = try_write (fixture, name, &error);
        steps = MAX (steps, fake_disk_disarm () + 1);
        if (places == NULL)
          g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED);
        refused += places == NULL;
        later = write_one (fixture, next);
      }
  g_assert_cmpuint (refused, >, 0);
  fake_ledger_assert_sound (&fixture->fake);
}

/* The same of a withdrawal: where it could not be written the consent stands, and the center is told nothing. */
static void
test_told_faults (Fixture *fixture, gconstpointer data)
{
  guint told = 0, refused = 0;

  for (guint step = 1, steps = 2; step < steps; step++)
    {
      g_autofree char *name = g_strdup_printf ("home-%u", step), *identifier = g_strdup_printf ("told-%u", step);
      g_autoptr (GArray) places = write_one (fixture, name);
      const ConsentBookPlace *place = &g_array_index (places, ConsentBookPlace, 0);
      g_autoptr (GPtrArray) messages = NULL;
      gboolean done;

      fake_disk_arm (FAKE_DISK_FULL, step, FALSE);
      done = withdraw_by (fixture, place->entry, identifier) > 0;
      steps = MAX (steps, fake_disk_disarm () + 1);
      told += done;
      refused += !done;
      if (!done)
        g_assert_cmpuint (withdraw (fixture, place->entry), ==, 1);
      messages = load (fixture);
      g_assert_cmpuint (messages->len, ==, told);
    }
  g_assert_cmpuint (told, >, 0);
  g_assert_cmpuint (refused, >, 0);
  fake_ledger_assert_sound (&fixture->fake);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  fake_disk_install ();
  g_test_add ("/consent-book/life", Fixture, NULL, set_up, test_life, tear_down);
  g_test_add ("/consent-book/to-withdraw", Fixture, NULL, set_up, test_to_withdraw, tear_down);
  g_test_add ("/consent-book/twins", Fixture, NULL, set_up, test_twins, tear_down);
  g_test_add ("/consent-book/ended", Fixture, NULL, set_up, test_ended, tear_down);
  g_test_add ("/consent-book/settled", Fixture, NULL, set_up, test_settled, tear_down);
  g_test_add ("/consent-book/told", Fixture, NULL, set_up, test_told, tear_down);
  g_test_add ("/consent-book/told-faults", Fixture, NULL, set_up, test_told_faults, tear_down);
  g_test_add ("/consent-book/no-key", Fixture, NULL, set_up, test_no_key, tear_down);
  g_test_add ("/consent-book/faults", Fixture, NULL, set_up, test_faults, tear_down);
  return g_test_run ();
}
