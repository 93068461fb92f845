/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger: see the header. */
#include "store/ledger.h"

#include <nettle/hmac.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "store/ledger-call.h"
#include "store/store-file.h"

#define ORIGIN_MAXIMUM 128 /* bytes: of what it begins with */

/* Coming and going. */

Ledger *
ledger_new (Store *store)
{
  Ledger *ledger = g_new0 (Ledger, 1);

  ledger->references = 1;
  ledger->store = store;
  ledger->tree = ledger_tree_new (store_get_folder (store), store_get_key_folder (store));
  ledger->path = g_build_filename (store_get_folder (store), STORE_FILE_LEDGER_NAME, NULL);
  ledger->observers = g_array_new (FALSE, FALSE, sizeof (LedgerCallObserver));
  ledger->lazy = ledger_call_new_entries ();
  ledger->anchors = g_ptr_array_new_with_free_func (ledger_call_free_anchor);
  ledger->lazy_seconds = LEDGER_CALL_LAZY_SECONDS;
  store_set_hooks (store, &ledger_tree_hooks, ledger_tree_ref (ledger->tree), ledger_tree_unref);
  return ledger;
}

void
ledger_free (Ledger *ledger)
{
  if (ledger == NULL)
    return;
  g_clear_handle_id (&ledger->timer, g_source_remove);
  ledger_call_flush (ledger);
  ledger->is_gone = TRUE;
  ledger_call_unref_ledger (ledger);
}

Ledger *
ledger_ref (Ledger *ledger)
{
  g_atomic_int_inc (&ledger->references);
  return ledger;
}

void
ledger_unref (gpointer ledger)
{
  ledger_call_unref_ledger (ledger);
}

void
ledger_set_origin (Ledger *ledger, const char *begin)
{
  if (begin != NULL && (!note_name_is_valid (begin) || strlen (begin) > ORIGIN_MAXIMUM))
    {
      log_warning (NULL, "ledger: an origin is a name without spaces and plus signs: the one that is set is not taken");
      begin = NULL;
    }
  ledger_tree_set_origin (ledger->tree, begin);
}

void
ledger_set_retention (Ledger *ledger, guint days)
{
  ledger->retention = days;
  ledger->pruned = 0;
}

void
ledger_add_observer (Ledger *ledger, LedgerObserver observer, gpointer user_data)
{
  const LedgerCallObserver added = { observer, user_data };

  g_array_append_val (ledger->observers, added);
}

void
ledger_remove_observer (Ledger *ledger, LedgerObserver observer, gpointer user_data)
{
  for (guint i = ledger->observers->len; i-- > 0;)
    {
      const LedgerCallObserver *told = &g_array_index (ledger->observers, LedgerCallObserver, i);

      if (told->observer == observer && told->user_data == user_data)
        g_array_remove_index (ledger->observers, i);
    }
}

Store *
ledger_get_store (Ledger *ledger)
{
  return ledger->store;
}

gboolean
ledger_is_begun (Ledger *ledger)
{
  return access (ledger->path, F_OK) == 0;
}

guint64
ledger_get_size (Ledger *ledger)
{
  return ledger->size;
}

/* Appending. */

static gboolean
append (LedgerCall *call, sqlite3 *database, GError **error)
{
  for (guint i = 0; i < call->entries->len; i++)
    {
      guint64 index;

      if (!ledger_tree_append (call->tree, database, call->entries->pdata[i], &index, error))
        return FALSE;
      if (i == 0)
        call->index = index;
    }
  return TRUE;
}

void
ledger_append (Ledger *ledger, GPtrArray *entries, GAsyncReadyCallback callback, gpointer user_data)
{
  LedgerCall *call = ledger_call_new (ledger, append, ledger_append, callback, user_data);

  call->is_writing = TRUE;
  call->entries = entries;
  ledger_call_begin (ledger, call, TRUE);
}

gboolean
ledger_append_finish (Ledger *ledger, GAsyncResult *result, guint64 *ret_index, GError **error)
{
  return ledger_call_finish_index (result, ret_index, error);
}

void
ledger_append_lazily (Ledger *ledger, LedgerEntry *entry)
{
  /* Looked at for the first of those that wait: one look for all. */
  if (ledger->lazy->len == 0 && !store_key_look (store_get_key_folder (ledger->store), NULL))
    {
      ledger_entry_unref (entry); /* there is no ledger */
      return;
    }
  g_ptr_array_add (ledger->lazy, entry);
  if (ledger->lazy->len >= LEDGER_LAZY_MANY && ledger->lazy_seconds == LEDGER_CALL_LAZY_SECONDS)
    ledger_call_flush (ledger);
  else
    ledger_call_arm (ledger); /* also while the disk does not take what is there */
}

gboolean
ledger_append_in (Ledger *ledger, struct sqlite3 *database, const LedgerEntry *entry, guint64 *ret_index,
                  GError **error)
{
  GError *failure = NULL;

  if (ledger_tree_append (ledger->tree, database, entry, ret_index, &failure))
    return TRUE;
  g_propagate_error (error, ledger_call_adopt (failure));
  return FALSE;
}

void
ledger_get_last_leaf (Ledger *ledger, MerkleHash *ret_leaf)
{
  ledger_tree_get_last_leaf (ledger->tree, ret_leaf);
}

void
ledger_note_written (Ledger *ledger)
{
  if (!ledger->is_gone)
    ledger_call_run (ledger_call_new (ledger, NULL, NULL, NULL, NULL), ledger);
}

void
ledger_note_anchor (Ledger *ledger, const char *where, const char *checkpoint)
{
  LedgerCallAnchor *anchor = g_new (LedgerCallAnchor, 1);

  *anchor = (LedgerCallAnchor){ g_strdup (where), g_strdup (checkpoint), g_get_real_time () };
  g_ptr_array_add (ledger->anchors, anchor);
  ledger_call_arm (ledger);
}

/* People. */

/* feed: each with its size, so that no two of them run into each other. */
static void
feed (struct hmac_sha256_ctx *context, const char *const *parts)
{
  for (guint i = 0; parts[i] != NULL; i++)
    {
      const gsize length = strlen (parts[i]);
      const guint32 size = GUINT32_TO_BE ((guint32)length);

      hmac_sha256_update (context, sizeof size, (const guint8 *)&size);
      hmac_sha256_update (context, length, (const guint8 *)parts[i]);
    }
}

static gboolean
need_naming (Ledger *ledger, GError **error)
{
  if (ledger->naming != NULL)
    return TRUE;
  ledger->naming = store_key_new (store_get_key_folder (ledger->store), "ledger-person", error);
  if (ledger->naming == NULL)
    return FALSE;
  ledger->hashing = secret_new (sizeof (struct hmac_sha256_ctx));
  hmac_sha256_set_key ((gpointer)secret_get_data (ledger->hashing), STORE_KEY_SIZE,
                       store_key_get_data (ledger->naming));
  return TRUE;
}

gboolean
ledger_hash_person (Ledger *ledger, const char *const *parts, guint8 ret_hash[LEDGER_PERSON_SIZE], GError **error)
{
  struct hmac_sha256_ctx *context;

  if (!need_naming (ledger, error))
    return FALSE;
  context = (gpointer)secret_get_data (ledger->hashing);
  feed (context, parts);
  hmac_sha256_digest (context, LEDGER_PERSON_SIZE, ret_hash); /* and is as at first again */
  return TRUE;
}

gboolean
ledger_hash_person_before (Ledger *ledger, const char *const *parts, guint8 ret_hash[LEDGER_PERSON_SIZE],
                           GError **error)
{
  const char *id = need_naming (ledger, error) ? store_key_get_previous_id (ledger->naming) : NULL;
  struct hmac_sha256_ctx context;

  if (id != NULL)
    {
      hmac_sha256_set_key (&context, STORE_KEY_SIZE, store_key_find (ledger->naming, id));
      feed (&context, parts);
      hmac_sha256_digest (&context, LEDGER_PERSON_SIZE, ret_hash);
      explicit_bzero (&context, sizeof context);
      return TRUE;
    }
  if (ledger->naming != NULL)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND, "there is no store key before this one");
  return FALSE;
}

/* An administrator's acts. */

static gboolean
restore (LedgerCall *call, sqlite3 *database, GError **error)
{
  return ledger_tree_restore (call->tree, database, call->entries->pdata[0], &call->index, error);
}

static LedgerCall *
new_act (Ledger *ledger, LedgerWork work, LedgerEntry *entry, gpointer tag, GAsyncReadyCallback callback,
         gpointer user_data)
{
  LedgerCall *call = ledger_call_new (ledger, work, tag, callback, user_data);

  call->entries = ledger_call_new_entries ();
  g_ptr_array_add (call->entries, entry);
  return call;
}

void
ledger_restore (Ledger *ledger, LedgerEntry *entry, GAsyncReadyCallback callback, gpointer user_data)
{
  ledger_call_begin (ledger, new_act (ledger, restore, entry, ledger_restore, callback, user_data), TRUE);
}

gboolean
ledger_restore_finish (Ledger *ledger, GAsyncResult *result, guint64 *ret_index, GError **error)
{
  return ledger_call_finish_index (result, ret_index, error);
}

static gboolean
change_key (LedgerCall *call, sqlite3 *database, GError **error)
{
  return ledger_tree_change_key (call->tree, database, call->entries->pdata[0], call->text, &call->index, error);
}

void
ledger_change_key (Ledger *ledger, LedgerEntry *entry, const char *act, GAsyncReadyCallback callback,
                   gpointer user_data)
{
  LedgerCall *call = new_act (ledger, change_key, entry, ledger_change_key, callback, user_data);

  call->text = g_strdup (act);
  ledger_call_begin (ledger, call, FALSE);
}

gboolean
ledger_change_key_finish (Ledger *ledger, GAsyncResult *result, guint64 *ret_index, GError **error)
{
  return ledger_call_finish_index (result, ret_index, error);
}
