/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-arrival-book: what is kept of what terminals bring: over restarts, on a disk on which everything goes wrong. */
#include "store/arrival-book.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "fake-disk.h"
#include "fake-ledger.h"
#include "store/store-key.h"

#define NAME "山田　花子"
#define WORD "birthdate 19800102"
#define UID 1000u

gint64 __wrap_g_get_real_time (void);
gint64 __real_g_get_real_time (void);

static gint64 shift; /* of the clock */

gint64
__wrap_g_get_real_time (void)
{
  return __real_g_get_real_time () + shift;
}

typedef struct
{
  FakeLedger fake;
  ArrivalBook *book;
} Fixture;

static void
start (Fixture *fixture)
{
  fake_ledger_open (&fixture->fake);
  fixture->book = arrival_book_new (fixture->fake.ledger);
}

static void
stop (Fixture *fixture)
{
  g_clear_pointer (&fixture->book, arrival_book_unref);
  fake_ledger_close (&fixture->fake);
  fake_disk_wait_closed ();
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  shift = 0;
  fake_ledger_begin (&fixture->fake);
  start (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  stop (fixture);
  fake_ledger_end (&fixture->fake);
}

/* make_item: the file number @number. */
static ArrivalBookItem *
make_item (guint number)
{
  static const char *const words[] = { WORD, "reference 4711", NULL };
  ArrivalBookItem *item = arrival_book_item_new ();

  memset (item->digest, (int)number + 1, sizeof item->digest);
  item->digest[0] = (guint8)(number >> 8);
  item->terminal = g_strdup ("受付");
  item->received = g_get_real_time ();
  item->at = item->received + number;
  item->until = item->received + G_TIME_SPAN_DAY;
  item->words = g_strdupv ((char **)words);
  item->body = g_bytes_new_static (NAME, strlen (NAME));
  item->entry = ledger_entry_new (LEDGER_ARRIVAL);
  ledger_entry_add_bytes (item->entry, LEDGER_FIELD_SHA256, item->digest, sizeof item->digest);
  return item;
}

/* try_write: files @first to before @end in one transaction. (transfer full), or NULL. */
static GPtrArray *
try_write (Fixture *fixture, guint first, guint end, GError **error)
{
  GPtrArray *items = g_ptr_array_new_with_free_func ((GDestroyNotify)arrival_book_item_free);
  g_autoptr (GAsyncResult) result = NULL;

  for (guint i = first; i < end; i++)
    g_ptr_array_add (items, make_item (i));
  arrival_book_write (fixture->book, items, fake_ledger_on_result, &fixture->fake);
  result = fake_ledger_wait (&fixture->fake);
  return arrival_book_write_finish (result, error);
}

static GPtrArray *
write_items (Fixture *fixture, guint first, guint end)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *items = try_write (fixture, first, end, &error);

  g_assert_no_error (error);
  return items;
}

/* look: (transfer full) what has @word, of @uid too; NULL: what waits. */
static GPtrArray *
look (Fixture *fixture, const char *word, gint64 uid)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *items;

  if (word != NULL)
    arrival_book_find (fixture->book, word, uid, fake_ledger_on_result, &fixture->fake);
  else
    arrival_book_load (fixture->book, fake_ledger_on_result, &fixture->fake);
  result = fake_ledger_wait (&fixture->fake);
  items = arrival_book_look_finish (result, &error);
  g_assert_no_error (error);
  return items;
}

static guint
count (Fixture *fixture, const char *word, gint64 uid)
{
  g_autoptr (GPtrArray) items = look (fixture, word, uid);

  return items->len;
}

static gboolean
claim (Fixture *fixture, const char *const *ids, guint32 uid, gboolean again, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  arrival_book_claim (fixture->book, ids, uid, again, ledger_entry_new (LEDGER_ARRIVAL), fake_ledger_on_result,
                      &fixture->fake);
  result = fake_ledger_wait (&fixture->fake);
  return arrival_book_claim_finish (result, error);
}

static guint
expire (Fixture *fixture, gint64 *ret_next)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  guint n_unclaimed = 0;

  arrival_book_expire (fixture->book, fake_ledger_on_result, &fixture->fake);
  result = fake_ledger_wait (&fixture->fake);
  arrival_book_expire_finish (result, &n_unclaimed, ret_next, &error);
  g_assert_no_error (error);
  return n_unclaimed;
}

static guint
count_entries (Fixture *fixture)
{
  LedgerFilter filter = { .kinds = G_GUINT64_CONSTANT (1) << LEDGER_ARRIVAL };
  guint found = 0, page;

  do
    {
      g_autoptr (GPtrArray) records = fake_ledger_read (&fixture->fake, &filter, &filter.first);

      page = records->len;
      found += page;
    }
  while (page > 0);
  return found;
}

/* test_restart: what waits is there again, opened, in its order; what was claimed is not, but for who has it. */
static void
test_restart (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) written = write_items (fixture, 0, 3), waiting = NULL, found = NULL;
  const char *const ids[] = { ((ArrivalBookItem *)written->pdata[1])->id, NULL };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < written->len; i++)
    g_assert_true (((ArrivalBookItem *)written->pdata[i])->is_new);
  g_assert_true (claim (fixture, ids, UID, FALSE, &error));
  stop (fixture);
  start (fixture);
  waiting = look (fixture, NULL, ARRIVAL_BOOK_NOBODY);
  g_assert_cmpuint (waiting->len, ==, 2);
  g_assert_null (((ArrivalBookItem *)waiting->pdata[0])->body);
  g_assert_cmpstr (((ArrivalBookItem *)waiting->pdata[0])->terminal, ==, "受付");
  found = look (fixture, WORD, ARRIVAL_BOOK_NOBODY);
  g_assert_cmpuint (found->len, ==, 2);
  g_assert_cmpmem (g_bytes_get_data (((ArrivalBookItem *)found->pdata[0])->body, NULL), strlen (NAME), NAME,
                   strlen (NAME));
  g_assert_cmpint (((ArrivalBookItem *)found->pdata[0])->at, <, ((ArrivalBookItem *)found->pdata[1])->at);
  g_assert_cmpuint (count (fixture, WORD, UID), ==, 3);
  g_assert_cmpuint (count (fixture, WORD, UID + 1), ==, 2);
  g_assert_cmpuint (count (fixture, "birthdate 19800103", UID), ==, 0);
  g_assert_false (claim (fixture, ids, UID, FALSE, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND);
  g_assert_true (claim (fixture, ids, UID, TRUE, NULL));
  g_assert_false (claim (fixture, ids, UID + 1, TRUE, NULL));
  fake_ledger_assert_sound (&fixture->fake);
}

/* test_one_transaction: of several that are claimed at once all are, or none; and so is the entry. */
static void
test_one_transaction (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) written = write_items (fixture, 0, 2);
  const char *const both[] = { ((ArrivalBookItem *)written->pdata[0])->id, "nobody", NULL };
  g_autoptr (GError) error = NULL;

  g_assert_false (claim (fixture, both, UID, FALSE, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND);
  g_assert_cmpuint (count (fixture, NULL, ARRIVAL_BOOK_NOBODY), ==, 2);
  g_assert_cmpuint (count_entries (fixture), ==, 2);
  fake_ledger_assert_sound (&fixture->fake);
}

/* test_known: a file counts once, in one transaction too; and for a month after its time. */
static void
test_known (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) first = write_items (fixture, 0, 1), again = write_items (fixture, 0, 2), late = NULL,
                        later = NULL;
  gint64 next = 0;

  g_assert_false (((ArrivalBookItem *)again->pdata[0])->is_new);
  g_assert_true (((ArrivalBookItem *)again->pdata[1])->is_new);
  g_assert_cmpuint (count_entries (fixture), ==, 2);
  shift = 20 * G_TIME_SPAN_DAY;
  g_assert_cmpuint (expire (fixture, &next), ==, 2);
  late = write_items (fixture, 0, 1);
  g_assert_false (((ArrivalBookItem *)late->pdata[0])->is_new);
  shift = 40 * G_TIME_SPAN_DAY;
  g_assert_cmpuint (expire (fixture, &next), ==, 0);
  later = write_items (fixture, 0, 1);
  g_assert_true (((ArrivalBookItem *)later->pdata[0])->is_new);
}

/* test_expired: of what had its time the ledger says whether anybody had it, and nothing of it is left. */
static void
test_expired (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) written = write_items (fixture, 0, 2);
  const char *const ids[] = { ((ArrivalBookItem *)written->pdata[0])->id, NULL };
  gint64 next = 0;

  g_assert_true (claim (fixture, ids, UID, FALSE, NULL));
  g_assert_cmpuint (expire (fixture, &next), ==, 0);
  g_assert_cmpint (next, ==, ((ArrivalBookItem *)written->pdata[0])->until);
  shift = 2 * G_TIME_SPAN_DAY;
  g_assert_cmpuint (count (fixture, WORD, UID), ==, 0);
  g_assert_false (claim (fixture, ids, UID, TRUE, NULL));
  g_assert_cmpuint (expire (fixture, &next), ==, 1);
  g_assert_cmpint (next, ==, 0);
  g_assert_cmpuint (expire (fixture, &next), ==, 0);
  g_assert_cmpuint (count_entries (fixture), ==, 4); /* two came, one was claimed, one expired */
  shift = 0;
  g_assert_cmpuint (count (fixture, WORD, UID), ==, 0); /* erased, whatever the clock says now */
}

/* test_sealed: nobody reads a name in the file. */
static void
test_sealed (Fixture *fixture, gconstpointer data)
{
  static const char *const secrets[] = { NAME, "19800102", "4711" };
  g_autoptr (GPtrArray) written = write_items (fixture, 0, 3);
  g_autoptr (GBytes) copy = NULL;

  stop (fixture);
  copy = fake_ledger_copy (&fixture->fake, "ledger.db");
  for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
    g_assert_null (memmem (g_bytes_get_data (copy, NULL), g_bytes_get_size (copy), secrets[i], strlen (secrets[i])));
  start (fixture);
}

/* test_large: also what is as large as a file may be. */
static void
test_large (Fixture *fixture, gconstpointer data)
{
  const gsize size = 4 * 1024 * 1024;
  GPtrArray *items = g_ptr_array_new_with_free_func ((GDestroyNotify)arrival_book_item_free);
  ArrivalBookItem *item = make_item (0);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) written = NULL, found = NULL;

  g_bytes_unref (item->body);
  item->body = g_bytes_new_take (g_malloc0 (size), size);
  g_ptr_array_add (items, item);
  arrival_book_write (fixture->book, items, fake_ledger_on_result, &fixture->fake);
  result = fake_ledger_wait (&fixture->fake);
  written = arrival_book_write_finish (result, NULL);
  g_assert_nonnull (written);
  found = look (fixture, WORD, ARRIVAL_BOOK_NOBODY);
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpuint (g_bytes_get_size (((ArrivalBookItem *)found->pdata[0])->body), ==, size);
}

/* test_rotated: under the key before it is read; under one that is gone it waits in vain: nobody is given it. */
static void
test_rotated (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) written = write_items (fixture, 0, 1);

  stop (fixture);
  fake_ledger_set_key (&fixture->fake, STORE_KEY_CREDENTIAL, 2);
  fake_ledger_set_key (&fixture->fake, STORE_KEY_CREDENTIAL_PREVIOUS, 1);
  start (fixture);
  g_assert_cmpuint (count (fixture, WORD, ARRIVAL_BOOK_NOBODY), ==, 1);
  stop (fixture);
  fake_ledger_set_key (&fixture->fake, STORE_KEY_CREDENTIAL_PREVIOUS, 3);
  start (fixture);
  g_assert_cmpuint (count (fixture, WORD, ARRIVAL_BOOK_NOBODY), ==, 0);
  g_assert_cmpuint (count (fixture, NULL, ARRIVAL_BOOK_NOBODY), ==, 1);
}

/* test_no_key: without a key nothing is written, not even a file. */
static void
test_no_key (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fake_ledger_set_key (&fixture->fake, STORE_KEY_CREDENTIAL, 0);
  g_assert_null (try_write (fixture, 0, 1, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED);
  g_assert_false (g_file_test (fixture->fake.file, G_FILE_TEST_EXISTS));
}

/* test_failing_disk: each call to it fails once, in each way: what was not kept is not known, and can be kept later. */
static void
test_failing_disk (Fixture *fixture, gconstpointer data)
{
  static const FakeDiskFault faults[] = { FAKE_DISK_FULL, FAKE_DISK_BROKEN, FAKE_DISK_SHORT };
  g_autoptr (GPtrArray) before = write_items (fixture, 0, 1);
  guint number = 0, refused = 0;

  for (gsize kind = 0; kind < G_N_ELEMENTS (faults); kind++)
    for (guint step = 1, steps = 2; step < steps; step++)
      {
        g_autoptr (GError) error = NULL;
        g_autoptr (GPtrArray) items = NULL, later = NULL;

        number += 2;
        fake_disk_arm (faults[kind], step, FALSE);
        items = try_write (fixture, number, number + 2, &error);
        steps = MAX (steps, fake_disk_disarm () + 1);
        if (items == NULL)
          g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED);
        refused += items == NULL;
        later = write_items (fixture, number, number + 2);
        for (guint i = 0; i < later->len; i++)
          g_assert_cmpint (((ArrivalBookItem *)later->pdata[i])->is_new, ==, items == NULL);
      }
  g_assert_cmpuint (refused, >, 0);
  g_assert_cmpuint (count (fixture, NULL, ARRIVAL_BOOK_NOBODY), ==, number + 1);
  g_assert_cmpuint (count_entries (fixture), ==, number + 1);
  fake_ledger_assert_sound (&fixture->fake);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  fake_disk_install ();
  g_test_add ("/arrival-book/restart", Fixture, NULL, set_up, test_restart, tear_down);
  g_test_add ("/arrival-book/one-transaction", Fixture, NULL, set_up, test_one_transaction, tear_down);
  g_test_add ("/arrival-book/known", Fixture, NULL, set_up, test_known, tear_down);
  g_test_add ("/arrival-book/expired", Fixture, NULL, set_up, test_expired, tear_down);
  g_test_add ("/arrival-book/sealed", Fixture, NULL, set_up, test_sealed, tear_down);
  g_test_add ("/arrival-book/large", Fixture, NULL, set_up, test_large, tear_down);
  g_test_add ("/arrival-book/rotated", Fixture, NULL, set_up, test_rotated, tear_down);
  g_test_add ("/arrival-book/no-key", Fixture, NULL, set_up, test_no_key, tear_down);
  g_test_add ("/arrival-book/failing-disk", Fixture, NULL, set_up, test_failing_disk, tear_down);
  return g_test_run ();
}
