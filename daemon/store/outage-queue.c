/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * outage-queue: see the header. Everything but the looks at names runs on the store's thread, one job after the other,
 * which alone uses the keys. The file that says that there may be items is made before the first is committed, and
 * removed by the job that finds none: what it says too much costs one look.
 */
#include "store/outage-queue.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "base/error.h"
#include "store/seal.h"
#include "store/statement.h"
#include "store/store-file.h"
#include "store/store-key.h"

#define MARK_NAME "outage-queue" /* in the state directory */

/* What the jobs share; only they use it. */
typedef struct
{
  gint references; /* atomic */
  char *folder, *mark, *key_folder;
  OutageSeal *seal; /* NULL: the key was not read yet */
} Shared;

struct OutageQueue
{
  Store *store;
  Shared *shared;
};

typedef struct
{
  Shared *shared;

  /* In. */
  guint kind;
  guint32 user;
  gint64 until;
  GBytes *request, *person;
  guint64 place;
  gboolean is_asked;
  StoreJob also;
  gpointer also_data;
  GDestroyNotify also_free;

  /* Out. */
  OutageItem *item;
  char *id;
  guint count, removed;
} Job;

static void
shared_unref (Shared *shared)
{
  if (!g_atomic_int_dec_and_test (&shared->references))
    return;
  outage_seal_free (shared->seal);
  g_free (shared->folder);
  g_free (shared->mark);
  g_free (shared->key_folder);
  g_free (shared);
}

static void
free_job (gpointer data)
{
  Job *job = data;

  g_clear_pointer (&job->request, g_bytes_unref);
  g_clear_pointer (&job->person, g_bytes_unref);
  if (job->also_free != NULL)
    job->also_free (job->also_data);
  g_clear_pointer (&job->item, outage_item_free);
  g_free (job->id);
  shared_unref (job->shared);
  g_free (job);
}

/* The mark. */

static gboolean
set_mark (Shared *shared, GError **error)
{
  int fd;

  if (access (shared->mark, F_OK) == 0)
    return TRUE;
  fd = open (shared->mark, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  if (fd >= 0 && close (fd) == 0 && store_file_flush_folder (shared->folder))
    return TRUE;
  g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "%s: %s", shared->mark, g_strerror (errno));
  return FALSE;
}

/* The file. */

static gboolean
count_items (sqlite3 *database, guint *ret_count, GError **error)
{
  gint64 count = 0;

  if (!statement_read_number (statement_prepare (database, "SELECT count(*) FROM outage_queue;", error), &count, error))
    return FALSE;
  *ret_count = (guint)count;
  return TRUE;
}

/* read_row: of: place, id, key, queued, until, nonce, sealed, asked. Return: (transfer full). */
static OutageItem *
read_row (OutageSeal *seal, sqlite3_stmt *statement)
{
  OutageItem *item = g_new0 (OutageItem, 1);
  g_autoptr (GBytes) nonce = statement_copy_bytes (statement, 5), sealed = statement_copy_bytes (statement, 6);

  item->place = (guint64)sqlite3_column_int64 (statement, 0);
  item->id = statement_copy_text (statement, 1);
  item->queued = sqlite3_column_int64 (statement, 3);
  item->until = sqlite3_column_int64 (statement, 4);
  item->is_asked = sqlite3_column_int64 (statement, 7) != 0;
  if (seal != NULL)
    outage_seal_open (seal, item, (const char *)sqlite3_column_text (statement, 2), nonce, sealed);
  return item;
}

#define COLUMNS "place, id, key, queued, until, nonce, sealed, asked"

/* find: @sql: with one blob that is bound, or none. @ret_item: NULL: there is none. */
static gboolean
find (sqlite3 *database, OutageSeal *seal, const char *sql, GBytes *bound, OutageItem **ret_item, GError **error)
{
  sqlite3_stmt *statement = statement_prepare (database, sql, error);
  int result;

  if (statement == NULL)
    return FALSE;
  if (bound != NULL)
    statement_bind_bytes (statement, 1, bound);
  result = sqlite3_step (statement);
  *ret_item = result == SQLITE_ROW ? read_row (seal, statement) : NULL;
  return statement_finish (statement, result, error);
}

/* write_row: a new one, or, with a place, what is in it anew. */
static gboolean
write_row (sqlite3 *database, OutageSeal *seal, const OutageItem *item, GBytes *person, GError **error)
{
  static const char insert[] = "INSERT INTO outage_queue (id, key, queued, until, nonce, sealed, person)"
                               " VALUES (?, ?, ?, ?, ?, ?, ?);";
  static const char update[] = "UPDATE outage_queue SET id = ?, key = ?, queued = ?, until = ?, nonce = ?, sealed = ?,"
                               " person = ? WHERE place = ?;";
  g_autoptr (GBytes) nonce = NULL, sealed = outage_seal_close (seal, item, &nonce);
  sqlite3_stmt *statement = NULL;

  if (sealed == NULL)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "an item cannot be sealed");
  else
    statement = statement_prepare (database, item->place == 0 ? insert : update, error);
  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 1, item->id);
  statement_bind_text (statement, 2, outage_seal_get_key_id (seal));
  sqlite3_bind_int64 (statement, 3, item->queued);
  sqlite3_bind_int64 (statement, 4, item->until);
  statement_bind_bytes (statement, 5, nonce);
  statement_bind_bytes (statement, 6, sealed);
  statement_bind_bytes (statement, 7, person);
  if (item->place != 0)
    sqlite3_bind_int64 (statement, 8, (gint64)item->place);
  return statement_run (statement, error);
}

/* The jobs. */

static gboolean
need_seal (Shared *shared, GError **error)
{
  if (shared->seal == NULL)
    shared->seal = outage_seal_new (shared->key_folder, error);
  return shared->seal != NULL;
}

/* find_same: the item of the same question, whichever of the two keys its person is hashed under. */
static gboolean
find_same (sqlite3 *database, Shared *shared, GBytes *person, GError **error, OutageItem **ret_item)
{
  *ret_item = NULL;
  for (guint generation = 0; generation < OUTAGE_SEAL_GENERATIONS && *ret_item == NULL; generation++)
    {
      g_autoptr (GBytes) hash = outage_seal_hash (shared->seal, generation, person);

      if (hash != NULL
          && !find (database, shared->seal, "SELECT " COLUMNS " FROM outage_queue WHERE person = ? LIMIT 1;", hash,
                    ret_item, error))
        return FALSE;
    }
  return TRUE;
}

static void
add_user (OutageItem *item, guint32 user)
{
  for (guint i = 0; i < item->users->len; i++)
    if (g_array_index (item->users, guint32, i) == user)
      return;
  g_array_append_val (item->users, user);
}

static OutageItem *
new_item (const Job *job)
{
  OutageItem *item = g_new0 (OutageItem, 1);

  item->id = seal_make_id ();
  item->kind = job->kind;
  item->queued = g_get_real_time ();
  item->until = job->until;
  item->users = g_array_new (FALSE, FALSE, sizeof (guint32));
  item->request = g_bytes_ref (job->request);
  return item;
}

static gboolean
add_item (sqlite3 *database, gpointer data, GError **error)
{
  Job *job = data;
  g_autoptr (OutageItem) item = NULL;
  g_autoptr (GBytes) person = NULL;

  if (!need_seal (job->shared, error) || !count_items (database, &job->count, error)
      || !find_same (database, job->shared, job->person, error, &item))
    return FALSE;
  if (item != NULL && item->request == NULL) /* one that nobody can read any more: this is another */
    g_clear_pointer (&item, outage_item_free);
  if (item == NULL && job->count >= OUTAGE_QUEUE_MAXIMUM)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_LIMIT_EXCEEDED, "the queue is full");
      return FALSE;
    }
  if (item == NULL)
    {
      item = new_item (job);
      job->count++;
    }
  add_user (item, job->user);
  person = outage_seal_hash (job->shared->seal, 0, job->person);
  job->id = g_strdup (item->id);
  return set_mark (job->shared, error) && write_row (database, job->shared->seal, item, person, error);
}

static gboolean
look_at_oldest (sqlite3 *database, gpointer data, GError **error)
{
  Job *job = data;

  need_seal (job->shared, NULL); /* without a key they come out unread, and go when their time is over */
  if (!count_items (database, &job->count, error)
      || !find (database, job->shared->seal, "SELECT " COLUMNS " FROM outage_queue ORDER BY place LIMIT 1;", NULL,
                &job->item, error))
    return FALSE;
  if (job->count == 0)
    g_unlink (job->shared->mark);
  return TRUE;
}

static gboolean
note_asked (sqlite3 *database, gpointer data, GError **error)
{
  const Job *job = data;
  const gint64 numbers[] = { job->is_asked, (gint64)job->place };

  return statement_run_with (database, "UPDATE outage_queue SET asked = ? WHERE place = ?;", numbers, 2, error);
}

static gboolean
remove_items (sqlite3 *database, gpointer data, GError **error)
{
  Job *job = data;
  const gint64 place = (gint64)job->place;
  const gboolean done
      = place != 0 ? statement_run_with (database, "DELETE FROM outage_queue WHERE place = ?;", &place, 1, error)
                   : statement_run_with (database, "DELETE FROM outage_queue;", NULL, 0, error);

  if (!done)
    return FALSE;
  job->removed = (guint)sqlite3_changes (database);
  return (job->also == NULL || job->also (database, job->also_data, error))
         && count_items (database, &job->count, error);
}

/* What is asked. */

OutageQueue *
outage_queue_new (Store *store)
{
  OutageQueue *queue = g_new0 (OutageQueue, 1);

  queue->store = store;
  queue->shared = g_new0 (Shared, 1);
  queue->shared->references = 1;
  queue->shared->folder = g_strdup (store_get_folder (store));
  queue->shared->mark = g_build_filename (queue->shared->folder, MARK_NAME, NULL);
  queue->shared->key_folder = g_strdup (store_get_key_folder (store));
  return queue;
}

void
outage_queue_free (OutageQueue *queue)
{
  if (queue == NULL)
    return;
  shared_unref (queue->shared);
  g_free (queue);
}

gboolean
outage_queue_is_begun (OutageQueue *queue)
{
  return access (queue->shared->mark, F_OK) == 0;
}

gboolean
outage_queue_has_key (OutageQueue *queue)
{
  return store_key_look (queue->shared->key_folder, NULL);
}

static void
run (OutageQueue *queue, StoreJob function, Job *job, GAsyncReadyCallback callback, gpointer user_data)
{
  job->shared = queue->shared;
  g_atomic_int_inc (&job->shared->references);
  store_run (queue->store, function, job, free_job, callback, user_data);
}

void
outage_queue_add (OutageQueue *queue, guint kind, guint32 user, gint64 until, GBytes *request, GBytes *person,
                  GAsyncReadyCallback callback, gpointer user_data)
{
  Job *job = g_new0 (Job, 1);

  g_return_if_fail (g_bytes_get_size (request) <= OUTAGE_QUEUE_REQUEST_MAXIMUM);
  job->kind = kind;
  job->user = user;
  job->until = until;
  job->request = g_bytes_ref (request);
  job->person = g_bytes_ref (person);
  run (queue, add_item, job, callback, user_data);
}

char *
outage_queue_add_finish (GAsyncResult *result, guint *ret_count, GError **error)
{
  Job *job = store_run_get_data (result);

  if (!store_run_finish (result, error))
    return NULL;
  *ret_count = job->count;
  return g_steal_pointer (&job->id);
}

void
outage_queue_look (OutageQueue *queue, GAsyncReadyCallback callback, gpointer user_data)
{
  run (queue, look_at_oldest, g_new0 (Job, 1), callback, user_data);
}

OutageItem *
outage_queue_look_finish (GAsyncResult *result, guint *ret_count, GError **error)
{
  Job *job = store_run_get_data (result);

  if (!store_run_finish (result, error))
    return NULL;
  *ret_count = job->count;
  return g_steal_pointer (&job->item);
}

void
outage_queue_note_asked (OutageQueue *queue, guint64 place, gboolean is_asked, GAsyncReadyCallback callback,
                         gpointer user_data)
{
  Job *job = g_new0 (Job, 1);

  job->place = place;
  job->is_asked = is_asked;
  run (queue, note_asked, job, callback, user_data);
}

gboolean
outage_queue_note_asked_finish (GAsyncResult *result, GError **error)
{
  return store_run_finish (result, error);
}

void
outage_queue_remove (OutageQueue *queue, guint64 place, StoreJob also, gpointer also_data, GDestroyNotify also_free,
                     GAsyncReadyCallback callback, gpointer user_data)
{
  Job *job = g_new0 (Job, 1);

  job->place = place;
  job->also = also;
  job->also_data = also_data;
  job->also_free = also_free;
  run (queue, remove_items, job, callback, user_data);
}

gboolean
outage_queue_remove_finish (GAsyncResult *result, guint *ret_removed, guint *ret_count, GError **error)
{
  const Job *job = store_run_get_data (result);

  if (!store_run_finish (result, error))
    return FALSE;
  *ret_removed = job->removed;
  *ret_count = job->count;
  return TRUE;
}
