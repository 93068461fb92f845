/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * arrival-book: see the header. The rows are arrival-table's. Whoever claims at the same time is told apart by the
 * store's thread, which has one job after the other.
 */
#include "store/arrival-book.h"

#include "base/error.h"
#include "store/arrival-table.h"
#include "store/seal.h"

#define PURPOSE "arrival-book"
#define ACT_EXPIRED "expired"

struct ArrivalBook
{
  guint references; /* its owner's, and one of each job that is under way. The main thread's, as all but the key */
  Ledger *ledger;
  char *key_folder;
  StoreKey *key; /* the store's thread's alone; NULL: not needed yet */
};

/* What one job is about; what it does not need is NULL. */
typedef struct
{
  ArrivalBook *book;
  GPtrArray *items; /* of ArrivalBookItem: to be written, or found */
  char *word;
  gint64 uid;
  char **ids;
  gboolean again;
  LedgerEntry *entry;
  gboolean is_found;
  guint n_unclaimed;
  gint64 next; /* when something has had its time */
} Job;

static void
free_job (gpointer data)
{
  Job *job = data;

  g_clear_pointer (&job->items, g_ptr_array_unref);
  g_clear_pointer (&job->entry, ledger_entry_unref);
  g_strfreev (job->ids);
  g_free (job->word);
  g_free (job);
}

/* On the store's thread. */

static gboolean
need_key (ArrivalBook *book, GError **error)
{
  if (book->key == NULL)
    book->key = store_key_new (book->key_folder, PURPOSE, error);
  return book->key != NULL;
}

static gboolean
write_item (Job *job, struct sqlite3 *database, ArrivalBookItem *item, GError **error)
{
  gboolean is_known = FALSE;

  item->is_new = FALSE;
  if (!arrival_table_knows (database, item->digest, &is_known, error))
    return FALSE;
  if (is_known)
    return TRUE;
  item->is_new = TRUE;
  return ledger_append_in (job->book->ledger, database, item->entry, &item->place, error)
         && arrival_table_add (database, job->book->key, item, error);
}

static gboolean
write_all (struct sqlite3 *database, gpointer data, GError **error)
{
  Job *job = data;

  if (!need_key (job->book, error))
    return FALSE;
  for (guint i = 0; i < job->items->len; i++)
    if (!write_item (job, database, job->items->pdata[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
load (struct sqlite3 *database, gpointer data, GError **error)
{
  return arrival_table_load (database, g_get_real_time (), ((Job *)data)->items, error);
}

static gboolean
find (struct sqlite3 *database, gpointer data, GError **error)
{
  Job *job = data;

  return need_key (job->book, error)
         && arrival_table_find (database, job->book->key, job->word, g_get_real_time (), job->uid, job->items, error);
}

/* claim: all of them or none: that somebody else was faster is no failure of the file. */
static gboolean
claim (struct sqlite3 *database, gpointer data, GError **error)
{
  Job *job = data;
  const gint64 now = g_get_real_time ();
  guint64 place;

  job->is_found = TRUE;
  for (char **id = job->ids; *id != NULL && job->is_found; id++)
    if (!arrival_table_may_claim (database, *id, now, job->uid, job->again, &job->is_found, error))
      return FALSE;
  for (char **id = job->ids; *id != NULL && job->is_found; id++)
    if (!arrival_table_claim (database, *id, now, job->uid, error))
      return FALSE;
  return !job->is_found || ledger_append_in (job->book->ledger, database, job->entry, &place, error);
}

static gboolean
write_expired (Job *job, struct sqlite3 *database, const ArrivalBookItem *item, GError **error)
{
  g_autoptr (LedgerEntry) entry = ledger_entry_new (LEDGER_ARRIVAL);
  guint64 place;

  ledger_entry_add_bytes (entry, LEDGER_FIELD_SHA256, item->digest, sizeof item->digest);
  ledger_entry_add_number (entry, LEDGER_FIELD_ENTRY, item->place);
  ledger_entry_add_text (entry, LEDGER_FIELD_ACT, ACT_EXPIRED);
  return ledger_append_in (job->book->ledger, database, entry, &place, error);
}

static gboolean
expire (struct sqlite3 *database, gpointer data, GError **error)
{
  Job *job = data;
  const gint64 now = g_get_real_time ();

  if (!arrival_table_find_expired (database, now, job->items, error))
    return FALSE;
  for (guint i = 0; i < job->items->len; i++)
    if (!write_expired (job, database, job->items->pdata[i], error))
      return FALSE;
  job->n_unclaimed = job->items->len;
  return arrival_table_expire (database, now, now - ARRIVAL_BOOK_DIGEST_DAYS * G_TIME_SPAN_DAY, error)
         && arrival_table_find_next (database, &job->next, error);
}

/* On the main thread. */

ArrivalBook *
arrival_book_ref (ArrivalBook *book)
{
  book->references++;
  return book;
}

void
arrival_book_unref (ArrivalBook *book)
{
  if (--book->references > 0)
    return;
  store_key_free (book->key);
  ledger_unref (book->ledger);
  g_free (book->key_folder);
  g_free (book);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Job *job = store_run_get_data (result);
  ArrivalBook *book = job->book;
  GError *error = NULL;

  g_task_set_task_data (task, g_object_ref (result), g_object_unref); /* what the job holds is freed with it */
  if (store_run_finish (result, &error))
    {
      ledger_note_written (book->ledger);
      g_task_return_boolean (task, TRUE);
    }
  else
    {
      if (!g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED))
        {
          g_clear_error (&error);
          error = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED, "the ledger cannot be written");
        }
      g_task_return_error (task, error);
    }
  arrival_book_unref (book);
}

static Job *
job_new (ArrivalBook *book)
{
  Job *job = g_new0 (Job, 1);

  job->book = book;
  job->uid = ARRIVAL_BOOK_NOBODY;
  job->items = g_ptr_array_new_with_free_func ((GDestroyNotify)arrival_book_item_free);
  return job;
}

/* run: @job: (transfer full). */
static void
run (ArrivalBook *book, StoreJob function, Job *job, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);

  if (!store_key_look (book->key_folder, NULL)) /* then there is no ledger, and none is begun */
    {
      g_task_return_new_error (task, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED, "there is no key for the ledger");
      g_object_unref (task);
      free_job (job);
      return;
    }
  book->references++;
  store_run (ledger_get_store (book->ledger), function, job, free_job, on_done, task);
}

/* get_job: of a question that was answered. */
static Job *
get_job (GAsyncResult *result)
{
  return store_run_get_data (g_task_get_task_data (G_TASK (result)));
}

ArrivalBook *
arrival_book_new (Ledger *ledger)
{
  ArrivalBook *book = g_new0 (ArrivalBook, 1);

  book->references = 1;
  book->ledger = ledger_ref (ledger);
  book->key_folder = g_strdup (store_get_key_folder (ledger_get_store (ledger)));
  return book;
}

gboolean
arrival_book_is_begun (ArrivalBook *book)
{
  return ledger_is_begun (book->ledger);
}

void
arrival_book_write (ArrivalBook *book, GPtrArray *items, GAsyncReadyCallback callback, gpointer user_data)
{
  Job *job = job_new (book);

  g_ptr_array_unref (job->items);
  job->items = items;
  for (guint i = 0; i < items->len; i++)
    {
      ArrivalBookItem *item = items->pdata[i];

      g_free (item->id);
      item->id = seal_make_id ();
    }
  run (book, write_all, job, callback, user_data);
}

GPtrArray *
arrival_book_write_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error) ? g_ptr_array_ref (get_job (result)->items) : NULL;
}

void
arrival_book_load (ArrivalBook *book, GAsyncReadyCallback callback, gpointer user_data)
{
  run (book, load, job_new (book), callback, user_data);
}

void
arrival_book_find (ArrivalBook *book, const char *word, gint64 uid, GAsyncReadyCallback callback, gpointer user_data)
{
  Job *job = job_new (book);

  job->word = g_strdup (word);
  job->uid = uid;
  run (book, find, job, callback, user_data);
}

GPtrArray *
arrival_book_look_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error) ? g_ptr_array_ref (get_job (result)->items) : NULL;
}

void
arrival_book_claim (ArrivalBook *book, const char *const *ids, guint32 uid, gboolean again, LedgerEntry *entry,
                    GAsyncReadyCallback callback, gpointer user_data)
{
  Job *job = job_new (book);

  job->ids = g_strdupv ((char **)ids);
  job->uid = (gint64)uid;
  job->again = again;
  job->entry = entry;
  run (book, claim, job, callback, user_data);
}

gboolean
arrival_book_claim_finish (GAsyncResult *result, GError **error)
{
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  if (!get_job (result)->is_found)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND,
                         "somebody else was faster, or its time is over");
  return get_job (result)->is_found;
}

void
arrival_book_expire (ArrivalBook *book, GAsyncReadyCallback callback, gpointer user_data)
{
  run (book, expire, job_new (book), callback, user_data);
}

gboolean
arrival_book_expire_finish (GAsyncResult *result, guint *ret_unclaimed, gint64 *ret_next, GError **error)
{
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  *ret_unclaimed = get_job (result)->n_unclaimed;
  *ret_next = get_job (result)->next;
  return TRUE;
}
