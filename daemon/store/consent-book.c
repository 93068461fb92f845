/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * consent-book: see the header. What the center has said waits in memory (settlements) for the next job, which takes it
 * along; a job that fails gives it back. The rows are consent-table's.
 */
#include "store/consent-book.h"

#include <string.h>

#include "base/error.h"
#include "codec/receipt.h"
#include "store/consent-table.h"

#define PURPOSE "consent-book"
#define LAZY_SECONDS 10

struct ConsentBook
{
  guint references; /* its owner's, and one of each job that is under way. The main thread's, as all but the key */
  Ledger *ledger;
  char *key_folder;
  StoreKey *key;          /* the store's thread's alone; NULL: not needed yet */
  GPtrArray *settlements; /* of ConsentSettlement: not written yet */
  guint lazy_source;
  gboolean is_freed; /* its owner is gone */
};

/* What one job is about; what it does not need is NULL. */
typedef struct
{
  ConsentBook *book;
  GPtrArray *settlements; /* that are taken along */
  ConsentBookWriting *writing;
  GArray *places;      /* made of it */
  GPtrArray *messages; /* that were loaded */
  ConsentLookup lookup;
  GPtrArray *items;  /* that were found */
  guint64 place;     /* to be withdrawn */
  GArray *withdrawn; /* that were, of guint64 */
  LedgerEntry *entry;
} Job;

static void
free_job (gpointer data)
{
  Job *job = data;

  g_clear_pointer (&job->settlements, g_ptr_array_unref);
  g_clear_pointer (&job->writing, consent_book_writing_free);
  g_clear_pointer (&job->places, g_array_unref);
  g_clear_pointer (&job->messages, g_ptr_array_unref);
  g_clear_pointer (&job->items, g_ptr_array_unref);
  g_clear_pointer (&job->withdrawn, g_array_unref);
  g_clear_pointer (&job->entry, ledger_entry_unref);
  g_free (job->lookup.branch);
  g_free (job->lookup.receipt);
  g_free (job);
}

static void
clear_place (gpointer data)
{
  g_free (((ConsentBookPlace *)data)->receipt);
}

/* On the store's thread. */

static gboolean
need_key (ConsentBook *book, GError **error)
{
  if (book->key == NULL)
    book->key = store_key_new (book->key_folder, PURPOSE, error);
  return book->key != NULL;
}

/* write_settlements: what waited, with what this job is about. */
static gboolean
write_settlements (struct sqlite3 *database, gpointer data, GError **error)
{
  Job *job = data;
  guint64 place;

  for (guint i = 0; i < job->settlements->len; i++)
    {
      const ConsentSettlement *settlement = job->settlements->pdata[i];

      if (!ledger_append_in (job->book->ledger, database, settlement->entry, &place, error)
          || !consent_table_settle (database, settlement, error))
        return FALSE;
    }
  return TRUE;
}

/* write_answer: the entry, and a row, if it is a yes that is kept. */
static gboolean
write_answer (Job *job, struct sqlite3 *database, const ConsentBookAnswer *answer, GError **error)
{
  ConsentBookPlace place = { 0, NULL };
  MerkleHash leaf;

  if (!ledger_append_in (job->book->ledger, database, answer->entry, &place.entry, error))
    return FALSE;
  ledger_get_last_leaf (job->book->ledger, &leaf);
  place.receipt = receipt_make_id (place.entry, leaf.bytes);
  g_array_append_val (job->places, place);
  return !answer->is_kept
         || consent_table_add (database, place.entry, place.receipt, job->writing->identifier, answer, error);
}

static gboolean
write_all (struct sqlite3 *database, gpointer data, GError **error)
{
  Job *job = data;

  if (!consent_table_purge (database, g_get_real_time (), error) || !write_settlements (database, job, error))
    return FALSE;
  if (job->writing->identifier != NULL
      && (!need_key (job->book, error) || !consent_table_add_message (database, job->book->key, job->writing, error)))
    return FALSE;
  for (guint i = 0; i < job->writing->answers->len; i++)
    if (!write_answer (job, database, &g_array_index (job->writing->answers, ConsentBookAnswer, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
load (struct sqlite3 *database, gpointer data, GError **error)
{
  Job *job = data;

  return write_settlements (database, job, error) && consent_table_purge (database, g_get_real_time (), error)
         && need_key (job->book, error) && consent_table_load (database, job->book->key, job->messages, error);
}

static gboolean
find (struct sqlite3 *database, gpointer data, GError **error)
{
  Job *job = data;

  return write_settlements (database, job, error) && need_key (job->book, error)
         && consent_table_find (database, job->book->key, &job->lookup, job->items, error);
}

static gboolean
withdraw (struct sqlite3 *database, gpointer data, GError **error)
{
  Job *job = data;
  StoreKey *key;
  guint64 place;

  if (!write_settlements (database, job, error) || !need_key (job->book, error))
    return FALSE;
  key = job->book->key;
  if (!consent_table_withdraw (database, key, job->place, g_get_real_time (), job->withdrawn, error))
    return FALSE;
  if (job->withdrawn->len == 0)
    return TRUE;
  if (job->writing != NULL
      && (!consent_table_add_message (database, key, job->writing, error)
          || !consent_table_add_withdrawal (database, job->writing->identifier, job->withdrawn, error)))
    return FALSE;
  return ledger_append_in (job->book->ledger, database, job->entry, &place, error);
}

/* On the main thread. */

static void
book_unref (ConsentBook *book)
{
  if (--book->references > 0)
    return;
  store_key_free (book->key);
  ledger_unref (book->ledger);
  g_free (book->key_folder);
  g_ptr_array_unref (book->settlements);
  g_free (book);
}

static GPtrArray *
new_settlements (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)consent_settlement_free);
}

static gboolean on_lazy (gpointer user_data);

static void
wait_lazily (ConsentBook *book)
{
  if (book->settlements->len > 0 && book->lazy_source == 0 && !book->is_freed)
    book->lazy_source = g_timeout_add_seconds (LAZY_SECONDS, on_lazy, book);
}

/* give_back: what was not written waits on, before what came since. */
static void
give_back (ConsentBook *book, Job *job)
{
  GPtrArray *newer = g_steal_pointer (&book->settlements);

  book->settlements = g_steal_pointer (&job->settlements);
  job->settlements = new_settlements ();
  while (newer->len > 0)
    g_ptr_array_add (book->settlements, g_ptr_array_steal_index (newer, 0));
  g_ptr_array_unref (newer);
  wait_lazily (book);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Job *job = store_run_get_data (result);
  ConsentBook *book = job->book;
  GError *error = NULL;

  g_task_set_task_data (task, g_object_ref (result), g_object_unref); /* what the job holds is freed with it */
  if (store_run_finish (result, &error))
    {
      ledger_note_written (book->ledger);
      g_task_return_boolean (task, TRUE);
    }
  else
    {
      give_back (book, job);
      if (!g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED))
        {
          g_clear_error (&error);
          error = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED, "the ledger cannot be written");
        }
      g_task_return_error (task, error);
    }
  book_unref (book);
}

static Job *
job_new (ConsentBook *book)
{
  Job *job = g_new0 (Job, 1);

  job->book = book;
  job->settlements = g_steal_pointer (&book->settlements);
  book->settlements = new_settlements ();
  g_clear_handle_id (&book->lazy_source, g_source_remove);
  return job;
}

/* run: @job: (transfer full). */
static void
run (ConsentBook *book, StoreJob function, Job *job, GAsyncReadyCallback callback, gpointer user_data)
{
  if (!store_key_look (book->key_folder, NULL)) /* then there is no ledger, and none is begun */
    {
      GTask *task = g_task_new (NULL, NULL, callback, user_data);

      g_task_return_new_error (task, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED, "there is no key for the ledger");
      g_object_unref (task);
      give_back (book, job);
      free_job (job);
      return;
    }
  book->references++;
  store_run (ledger_get_store (book->ledger), function, job, free_job, on_done,
             g_task_new (NULL, NULL, callback, user_data));
}

/* get_job: of a question that was answered. */
static Job *
get_job (GAsyncResult *result)
{
  return store_run_get_data (g_task_get_task_data (G_TASK (result)));
}

static void
on_settled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_task_propagate_boolean (G_TASK (result), NULL); /* what failed waits on */
}

static gboolean
on_lazy (gpointer user_data)
{
  ConsentBook *book = user_data;

  book->lazy_source = 0;
  run (book, write_settlements, job_new (book), on_settled, NULL);
  return G_SOURCE_REMOVE;
}

ConsentBook *
consent_book_new (Ledger *ledger)
{
  ConsentBook *book = g_new0 (ConsentBook, 1);

  book->references = 1;
  book->ledger = ledger_ref (ledger);
  book->key_folder = g_strdup (store_get_key_folder (ledger_get_store (ledger)));
  book->settlements = new_settlements ();
  return book;
}

gboolean
consent_book_is_begun (ConsentBook *book)
{
  return ledger_is_begun (book->ledger);
}

void
consent_book_free (ConsentBook *book)
{
  if (book == NULL)
    return;
  book->is_freed = TRUE;
  if (book->settlements->len > 0)
    run (book, write_settlements, job_new (book), on_settled, NULL);
  g_clear_handle_id (&book->lazy_source, g_source_remove);
  book_unref (book);
}

void
consent_book_write (ConsentBook *book, ConsentBookWriting *writing, GAsyncReadyCallback callback, gpointer user_data)
{
  Job *job = job_new (book);

  job->writing = writing;
  job->places = g_array_new (FALSE, FALSE, sizeof (ConsentBookPlace));
  g_array_set_clear_func (job->places, clear_place);
  run (book, write_all, job, callback, user_data);
}

GArray *
consent_book_write_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error) ? g_array_ref (get_job (result)->places) : NULL;
}

void
consent_book_settle (ConsentBook *book, guint64 place, ConsentBookState state, gint64 at, gint64 until,
                     LedgerEntry *entry)
{
  ConsentSettlement *settlement = g_new (ConsentSettlement, 1);

  *settlement = (ConsentSettlement){ .place = place, .state = state, .at = at, .until = until, .entry = entry };
  g_ptr_array_add (book->settlements, settlement);
  wait_lazily (book);
}

void
consent_book_settle_withdrawal (ConsentBook *book, const char *identifier, ConsentBookWithdrawal withdrawal,
                                LedgerEntry *entry)
{
  ConsentSettlement *settlement = g_new (ConsentSettlement, 1);

  *settlement
      = (ConsentSettlement){ .withdrawal_identifier = g_strdup (identifier), .withdrawal = withdrawal, .entry = entry };
  g_ptr_array_add (book->settlements, settlement);
  wait_lazily (book);
}

void
consent_book_load (ConsentBook *book, GAsyncReadyCallback callback, gpointer user_data)
{
  Job *job = job_new (book);

  job->messages = g_ptr_array_new_with_free_func ((GDestroyNotify)consent_book_message_free);
  run (book, load, job, callback, user_data);
}

GPtrArray *
consent_book_load_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error) ? g_ptr_array_ref (get_job (result)->messages) : NULL;
}

static Job *
new_lookup (ConsentBook *book, ConsentKind kind)
{
  Job *job = job_new (book);

  job->lookup.kind = kind;
  job->lookup.now = g_get_real_time ();
  job->items = g_ptr_array_new_with_free_func ((GDestroyNotify)consent_book_item_free);
  return job;
}

static Job *
new_lookup_of_person (ConsentBook *book, const guint8 number_hash[LEDGER_PERSON_SIZE], const char *branch,
                      ConsentKind kind)
{
  Job *job = new_lookup (book, kind);

  memcpy (job->lookup.number, number_hash, LEDGER_PERSON_SIZE);
  job->lookup.branch = g_strdup (branch);
  return job;
}

void
consent_book_find_person (ConsentBook *book, const guint8 number_hash[LEDGER_PERSON_SIZE], const char *branch,
                          ConsentKind kind, GAsyncReadyCallback callback, gpointer user_data)
{
  run (book, find, new_lookup_of_person (book, number_hash, branch, kind), callback, user_data);
}

void
consent_book_find_to_withdraw (ConsentBook *book, const guint8 number_hash[LEDGER_PERSON_SIZE], const char *branch,
                               ConsentKind kind, GAsyncReadyCallback callback, gpointer user_data)
{
  Job *job = new_lookup_of_person (book, number_hash, branch, kind);

  job->lookup.to_withdraw = TRUE;
  run (book, find, job, callback, user_data);
}

void
consent_book_find_receipt (ConsentBook *book, const char *receipt, GAsyncReadyCallback callback, gpointer user_data)
{
  Job *job = new_lookup (book, 0);

  job->lookup.receipt = g_strdup (receipt);
  run (book, find, job, callback, user_data);
}

/* is_of_one_person: each with each: one without a branch may be as like the one twin as the other. */
static gboolean
is_of_one_person (const GPtrArray *items)
{
  for (guint i = 1; i < items->len; i++)
    for (guint j = 0; j < i; j++)
      {
        const ConsentBookItem *a = items->pdata[i], *b = items->pdata[j];

        if (consent_book_person_compare (&a->person, &b->person) != CONSENT_BOOK_SAME_PERSON)
          return FALSE;
      }
  return TRUE;
}

ConsentBookItem *
consent_book_find_finish (GAsyncResult *result, GError **error)
{
  GPtrArray *items;

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  items = get_job (result)->items;
  if (items->len > 0 && is_of_one_person (items))
    return g_ptr_array_steal_index (items, 0);
  if (items->len == 0)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND, "there is no such consent, or it has ended");
  else
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION,
                         "more than one person here has these numbers: Branch, or a ticket, says whose records");
  return NULL;
}

void
consent_book_withdraw (ConsentBook *book, guint64 place, LedgerEntry *entry, ConsentBookWriting *telling,
                       GAsyncReadyCallback callback, gpointer user_data)
{
  Job *job = job_new (book);

  job->place = place;
  job->withdrawn = g_array_new (FALSE, FALSE, sizeof (guint64));
  job->entry = entry;
  job->writing = telling;
  run (book, withdraw, job, callback, user_data);
}

GArray *
consent_book_withdraw_finish (GAsyncResult *result, GError **error)
{
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  if (get_job (result)->withdrawn->len > 0)
    return g_steal_pointer (&get_job (result)->withdrawn);
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND, "there is no such consent, or it has ended");
  return NULL;
}
