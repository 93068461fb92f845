/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-tree: see the header. The head is in memory while a connection lasts: nobody else writes there. It is written
 * once a job, however much that has appended.
 */
#include "store/ledger-tree.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "store/ledger-types.h"

#define BACK_MAXIMUM (2 * G_TIME_SPAN_SECOND) /* microseconds: of a clock that steps back: a leap second is none */
#define AHEAD_MAXIMUM (60 * G_TIME_SPAN_SECOND)
#define PRUNE_STEP 1024 /* leaves in one transaction */
#define BOOT_ID_FILE "/proc/sys/kernel/random/boot_id"
#define BOOT_ID_VARIABLE "SHIKAKU_BOOT_ID" /* the unit hides that file from us, and says what is in it */

struct LedgerTree
{
  gint references; /* atomic */
  char *key_folder, *boot_id;
  GMutex lock;
  char *begin; /* of an origin; under the lock */

  LedgerNote *note;
  LedgerHead head;      /* checkpoint NULL: not born */
  gboolean is_changed;  /* the head, by this job */
  gboolean is_written;  /* and it was written: the note follows when that is kept */
  gboolean is_same_run; /* the clocks of the head are of this run of the program */
  gboolean is_coherent; /* the head fits what is below it */
  gboolean is_trusted;  /* and its key has signed it */
  guint64 told, kinds;  /* size, when somebody asked last, and bits of what was appended since */
  gint64 day;           /* of the last entry; -1: not known */
  GError *trouble;
  StoreKey *under; /* NULL: not read yet */
  LedgerKey *key;  /* NULL: not opened yet */
  MerkleHash last_leaf;
};

static char *
find_boot_id (void)
{
  const char *given = g_getenv (BOOT_ID_VARIABLE);
  g_autofree char *read = NULL;

  if (given == NULL && g_file_get_contents (BOOT_ID_FILE, &read, NULL, NULL))
    given = g_strchomp (read);
  return g_strdup (given != NULL ? given : "");
}

LedgerTree *
ledger_tree_new (const char *folder, const char *key_folder)
{
  LedgerTree *tree = g_new0 (LedgerTree, 1);

  tree->references = 1;
  tree->key_folder = g_strdup (key_folder);
  tree->boot_id = find_boot_id ();
  tree->begin = g_strdup (LEDGER_ORIGIN);
  tree->note = ledger_note_new (folder);
  g_mutex_init (&tree->lock);
  return tree;
}

LedgerTree *
ledger_tree_ref (LedgerTree *tree)
{
  g_atomic_int_inc (&tree->references);
  return tree;
}

static void
forget (LedgerTree *tree)
{
  ledger_head_clear (&tree->head);
  g_clear_error (&tree->trouble);
  g_clear_pointer (&tree->key, ledger_key_free);
  g_clear_pointer (&tree->under, store_key_free);
  tree->is_changed = tree->is_written = tree->is_coherent = tree->is_trusted = FALSE;
  tree->told = tree->kinds = 0;
  tree->day = -1;
}

void
ledger_tree_unref (gpointer data)
{
  LedgerTree *tree = data;

  if (!g_atomic_int_dec_and_test (&tree->references))
    return;
  forget (tree);
  ledger_note_free (tree->note);
  g_mutex_clear (&tree->lock);
  g_free (tree->begin);
  g_free (tree->key_folder);
  g_free (tree->boot_id);
  g_free (tree);
}

void
ledger_tree_set_origin (LedgerTree *tree, const char *begin)
{
  g_mutex_lock (&tree->lock);
  g_free (tree->begin);
  tree->begin = g_strdup (begin != NULL ? begin : LEDGER_ORIGIN);
  g_mutex_unlock (&tree->lock);
}

const LedgerHead *
ledger_tree_get_head (LedgerTree *tree)
{
  return tree->head.checkpoint != NULL ? &tree->head : NULL;
}

void
ledger_tree_take_news (LedgerTree *tree, LedgerNews *ret_news)
{
  *ret_news = (LedgerNews){ tree->told, tree->head.frontier.size, tree->kinds, NULL };
  tree->told = tree->head.frontier.size;
  tree->kinds = 0;
}

void
ledger_tree_get_last_leaf (LedgerTree *tree, MerkleHash *ret_leaf)
{
  *ret_leaf = tree->last_leaf;
}

gboolean
ledger_tree_read_note (LedgerTree *tree, Checkpoint **ret_checkpoint, GError **error)
{
  return ledger_note_read (tree->note, ret_checkpoint, error);
}

/* A new connection. */

static gboolean
set_failed (GError **error, const char *text)
{
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED, text);
  return FALSE;
}

/* is_coherent: whether the head fits the end of its rows, and its checkpoint the head. */
static gboolean
is_coherent (LedgerTree *tree, sqlite3 *database, GError **error)
{
  const LedgerHead *head = &tree->head;
  g_autoptr (SignedNote) note = head->checkpoint != NULL ? signed_note_parse (head->checkpoint) : NULL;
  g_autoptr (Checkpoint) checkpoint = note != NULL ? checkpoint_parse (note->text) : NULL;
  MerkleHash root;
  gint64 last;

  if (!ledger_table_get_last (database, &last, error))
    return FALSE;
  if (head->checkpoint == NULL)
    return last == -1 || set_failed (error, "the ledger has entries, but no head");
  merkle_frontier_get_root (&head->frontier, &root);
  if (checkpoint == NULL || checkpoint->size != head->frontier.size || !merkle_hash_equal (&checkpoint->root, &root))
    return set_failed (error, "the head of the ledger does not fit its checkpoint");
  if (last != (gint64)head->frontier.size - 1)
    return set_failed (error, "the ledger does not have as many entries as its head says");
  return TRUE;
}

/* is_not_older: whether the ledger is what was noted of it beside the file, or has grown from that. */
static gboolean
is_not_older (LedgerTree *tree, sqlite3 *database, GError **error)
{
  g_autoptr (Checkpoint) noted = NULL;
  g_autoptr (GError) failure = NULL;
  MerkleHash root;

  if (!ledger_note_read (tree->note, &noted, &failure))
    {
      if (tree->head.checkpoint == NULL && g_error_matches (failure, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND))
        return TRUE;
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED,
                   "it is not known whether the ledger is the newest there was: %s", failure->message);
      return FALSE;
    }
  if (noted == NULL || noted->size == 0)
    return TRUE;
  if (noted->size > tree->head.frontier.size)
    {
      g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED,
                   "the ledger is older than it was: it has %" G_GUINT64_FORMAT " entries, and had %" G_GUINT64_FORMAT,
                   tree->head.frontier.size, noted->size);
      return FALSE;
    }
  if (!merkle_read_root (noted->size, ledger_table_read, database, &root) || !merkle_hash_equal (&root, &noted->root))
    return set_failed (error, "the ledger is another than it was");
  return TRUE;
}

static gboolean
on_opened (sqlite3 *database, gpointer data, GError **error)
{
  LedgerTree *tree = data;

  forget (tree);
  if (!ledger_table_read_head (database, &tree->head, &tree->trouble))
    return TRUE; /* who reads or verifies it goes on */
  tree->told = tree->head.frontier.size;
  tree->is_coherent = is_coherent (tree, database, &tree->trouble);
  if (tree->is_coherent)
    is_not_older (tree, database, &tree->trouble);
  return TRUE;
}

/* Keys. */

static gboolean
need_store_key (LedgerTree *tree, GError **error)
{
  if (tree->under == NULL)
    tree->under = store_key_new (tree->key_folder, "ledger-key", error);
  return tree->under != NULL;
}

/* is_signed: the head, by its key: else somebody without the key has written it. */
static gboolean
is_signed (LedgerTree *tree, const LedgerKey *key)
{
  g_autoptr (SignedNote) note = signed_note_parse (tree->head.checkpoint);

  return note != NULL && signed_note_verify (note, ledger_key_get_verifier (key), NULL) == NOTE_SIGNED;
}

static gboolean
reseal (LedgerTree *tree, sqlite3 *database, const LedgerKey *key, GError **error)
{
  LedgerKeyRow row = { 0 };
  gboolean done = ledger_key_seal (key, tree->under, &row);

  if (!done)
    set_failed (error, "the key of the ledger cannot be sealed");
  done = done && ledger_table_reseal (database, &row, error);
  ledger_key_row_clear (&row);
  return done;
}

const LedgerKey *
ledger_tree_open_key (LedgerTree *tree, sqlite3 *database, GError **error)
{
  g_autoptr (GArray) keys = NULL;
  g_autoptr (LedgerKey) key = NULL;
  const LedgerPeriod *last;

  if (tree->key != NULL)
    return tree->key;
  if (!need_store_key (tree, error) || (keys = ledger_table_read_keys (database, error)) == NULL)
    return NULL;
  last = keys->len > 0 ? &g_array_index (keys, LedgerPeriod, keys->len - 1) : NULL;
  key = last != NULL ? ledger_key_open (tree->under, &last->row) : NULL;
  if (key == NULL)
    set_failed (error, "the key of the ledger cannot be opened with this store key");
  else if (strcmp (last->row.id, store_key_get_id (tree->under)) == 0 || reseal (tree, database, key, error))
    tree->key = g_steal_pointer (&key);
  return tree->key;
}

/* take_key: @key (transfer full) signs from the entry at @first on. */
static gboolean
take_key (LedgerTree *tree, sqlite3 *database, guint64 first, LedgerKey *key, GError **error)
{
  LedgerKeyRow row = { 0 };
  gboolean done = ledger_key_seal (key, tree->under, &row);

  if (!done)
    set_failed (error, "the key of the ledger cannot be sealed");
  ledger_key_free (tree->key);
  tree->key = key;
  tree->is_trusted = TRUE;
  tree->head.endorsement = -1;
  done = done && ledger_table_add_key (database, first, &row, error);
  ledger_key_row_clear (&row);
  return done;
}

/* make_key: @name: NULL: of a log that begins. (transfer full). */
static LedgerKey *
make_key (LedgerTree *tree, const char *name)
{
  LedgerKey *key;

  g_mutex_lock (&tree->lock);
  key = ledger_key_make (name, tree->begin);
  g_mutex_unlock (&tree->lock);
  return key;
}

static void
name_key (LedgerTree *tree, LedgerEntry *entry)
{
  g_autofree char *verifier = note_verifier_to_string (ledger_key_get_verifier (tree->key));

  ledger_entry_add_text (entry, LEDGER_FIELD_KEY_NAME, verifier);
}

/* Appending. */

static gboolean
note_day (LedgerTree *tree, sqlite3 *database, gint64 at, guint64 place, GError **error)
{
  const gint64 day = at / G_TIME_SPAN_DAY;

  if (day == tree->day)
    return TRUE;
  tree->day = day;
  return ledger_table_note_day (database, day, place, error);
}

/* note_endorsement: the institution's key has signed the one in force. */
static void
note_endorsement (LedgerTree *tree, const LedgerEntry *entry, guint64 place)
{
  g_autofree char *verifier = NULL;

  if (ledger_entry_get_kind (entry) != LEDGER_KEY
      || g_strcmp0 (ledger_entry_get_text (entry, LEDGER_FIELD_ACT), "endorsed") != 0)
    return;
  verifier = note_verifier_to_string (ledger_key_get_verifier (tree->key));
  if (g_strcmp0 (ledger_entry_get_text (entry, LEDGER_FIELD_KEY_NAME), verifier) == 0)
    tree->head.endorsement = (gint64)place;
}

/* put: @entry as the next leaf. */
static gboolean
put (LedgerTree *tree, sqlite3 *database, const LedgerEntry *entry, GError **error)
{
  g_autoptr (GBytes) bytes = ledger_entry_encode (entry);
  const gsize size = LEDGER_SALT_SIZE + g_bytes_get_size (bytes);
  g_autofree guint8 *leaf = g_malloc (size);
  const MerklePiece piece = { leaf, size };
  const guint64 place = tree->head.frontier.size;
  MerkleHash made[MERKLE_LEVELS];
  guint n;

  if (gnutls_rnd (GNUTLS_RND_KEY, leaf, LEDGER_SALT_SIZE) != 0) /* nobody may guess it when the entry is gone */
    g_error ("no random numbers");
  memcpy (leaf + LEDGER_SALT_SIZE, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  merkle_hash_leaf (&piece, 1, &tree->last_leaf);
  n = merkle_frontier_append (&tree->head.frontier, &tree->last_leaf, made);
  tree->head.at = ledger_entry_get_at (entry);
  tree->head.boot = ledger_entry_get_boot (entry);
  tree->is_changed = tree->is_same_run = TRUE;
  tree->kinds |= G_GUINT64_CONSTANT (1) << ledger_entry_get_kind (entry);
  note_endorsement (tree, entry, place);
  return ledger_table_insert (database, place, made, n, leaf, size, error)
         && note_day (tree, database, tree->head.at, place, error);
}

/* judge_clock: what has happened to the clock since the last entry; NULL: nothing. Static. */
static const char *
judge_clock (LedgerTree *tree, const LedgerEntry *entry)
{
  const gint64 passed = ledger_entry_get_at (entry) - tree->head.at;
  const gint64 shift = passed - (ledger_entry_get_boot (entry) - tree->head.boot);
  const gboolean is_same_boot
      = tree->is_same_run || (tree->boot_id[0] != '\0' && g_strcmp0 (tree->boot_id, tree->head.boot_id) == 0);

  if ((is_same_boot ? shift : passed) < -BACK_MAXIMUM)
    return "back";
  return is_same_boot && shift > AHEAD_MAXIMUM ? "ahead" : NULL;
}

static gboolean
put_with_clock (LedgerTree *tree, sqlite3 *database, const LedgerEntry *entry, GError **error)
{
  const char *act = tree->head.frontier.size > 0 ? judge_clock (tree, entry) : NULL;

  if (act != NULL)
    {
      g_autoptr (LedgerEntry) clock = ledger_entry_new (LEDGER_CLOCK);

      ledger_entry_add_text (clock, LEDGER_FIELD_ACT, act);
      ledger_entry_add_number (clock, LEDGER_FIELD_BEFORE, (guint64)tree->head.at);
      if (!put (tree, database, clock, error))
        return FALSE;
    }
  return put (tree, database, entry, error);
}

/* be_born: with its key as the first entry. */
static gboolean
be_born (LedgerTree *tree, sqlite3 *database, GError **error)
{
  g_autoptr (LedgerEntry) entry = ledger_entry_new (LEDGER_KEY);
  g_autoptr (Checkpoint) noted = NULL;

  if (!ledger_note_read (tree->note, &noted, NULL) && !ledger_note_begin (tree->note, error))
    return FALSE;
  tree->head = (LedgerHead){ .pruned = g_get_real_time (), .endorsement = -1 };
  if (!take_key (tree, database, 0, make_key (tree, NULL), error))
    return FALSE;
  ledger_entry_add_text (entry, LEDGER_FIELD_ACT, "made");
  name_key (tree, entry);
  return put (tree, database, entry, error);
}

/* get_ready: what must be before anything is appended. */
static gboolean
get_ready (LedgerTree *tree, sqlite3 *database, GError **error)
{
  const LedgerKey *key;

  if (tree->trouble != NULL)
    return set_failed (error, tree->trouble->message);
  if (!need_store_key (tree, error))
    return FALSE;
  if (tree->head.checkpoint == NULL && !tree->is_changed)
    return be_born (tree, database, error);
  key = ledger_tree_open_key (tree, database, error);
  if (key == NULL)
    return FALSE;
  tree->is_trusted = tree->is_trusted || is_signed (tree, key);
  return tree->is_trusted || set_failed (error, "the head of the ledger was not signed with its key");
}

gboolean
ledger_tree_append (LedgerTree *tree, sqlite3 *database, const LedgerEntry *entry, guint64 *ret_index, GError **error)
{
  if (!get_ready (tree, database, error) || !put_with_clock (tree, database, entry, error))
    return FALSE;
  *ret_index = tree->head.frontier.size - 1;
  return TRUE;
}

/* The end of a job. */

static gboolean
on_committing (sqlite3 *database, gpointer data, GError **error)
{
  LedgerTree *tree = data;
  MerkleHash root;

  if (!tree->is_changed)
    return TRUE;
  merkle_frontier_get_root (&tree->head.frontier, &root);
  g_free (tree->head.checkpoint);
  tree->head.checkpoint = ledger_key_sign (tree->key, tree->head.frontier.size, &root);
  g_free (tree->head.boot_id);
  tree->head.boot_id = g_strdup (tree->boot_id);
  tree->is_changed = FALSE;
  tree->is_written = TRUE;
  return ledger_table_write_head (database, &tree->head, error);
}

static void
on_committed (gpointer data)
{
  LedgerTree *tree = data;
  g_autoptr (GError) error = NULL;

  if (tree->is_written && !ledger_note_write (tree->note, tree->head.checkpoint, &error))
    log_write (LOG_WARNING, SHIKAKU_MESSAGE_STORE_FAILED, NULL, "ledger: how far it is cannot be noted beside it: %s",
               error->message);
  tree->is_written = FALSE;
}

const StoreHooks ledger_tree_hooks = { on_opened, on_committing, on_committed };

/* An administrator's acts. */

/* bring_back: the file beside, if it is gone or says nothing: it is written when the job is kept. */
static gboolean
bring_back (LedgerTree *tree, guint64 *ret_noted, GError **error)
{
  g_autoptr (Checkpoint) noted = NULL;

  if (ledger_note_read (tree->note, &noted, NULL))
    {
      *ret_noted = noted != NULL ? noted->size : 0;
      return TRUE;
    }
  *ret_noted = 0;
  return ledger_note_begin (tree->note, error);
}

gboolean
ledger_tree_restore (LedgerTree *tree, sqlite3 *database, LedgerEntry *entry, guint64 *ret_index, GError **error)
{
  const guint64 size = tree->head.frontier.size;
  MerkleHash root;
  guint64 noted;

  if (!tree->is_coherent)
    return set_failed (error, tree->trouble->message);
  if (!need_store_key (tree, error) || !bring_back (tree, &noted, error))
    return FALSE;
  g_clear_error (&tree->trouble);
  merkle_frontier_get_root (&tree->head.frontier, &root);
  /* Of the same name it would say two things of one size: it goes on under a new one. */
  if (!(tree->head.checkpoint == NULL ? be_born (tree, database, error)
                                      : take_key (tree, database, size, make_key (tree, NULL), error)))
    return FALSE;
  ledger_entry_add_number (entry, LEDGER_FIELD_BEFORE, noted);
  ledger_entry_add_number (entry, LEDGER_FIELD_SIZE, size);
  ledger_entry_add_bytes (entry, LEDGER_FIELD_ROOT, root.bytes, sizeof root.bytes);
  name_key (tree, entry);
  if (!put_with_clock (tree, database, entry, error))
    return FALSE;
  *ret_index = tree->head.frontier.size - 1;
  return TRUE;
}

gboolean
ledger_tree_change_key (LedgerTree *tree, sqlite3 *database, LedgerEntry *entry, const char *act, guint64 *ret_index,
                        GError **error)
{
  g_autoptr (GArray) keys = NULL;
  g_autoptr (NoteVerifier) former = NULL;

  if (tree->trouble != NULL)
    return set_failed (error, tree->trouble->message);
  if (!need_store_key (tree, error) || (keys = ledger_table_read_keys (database, error)) == NULL)
    return FALSE;
  if (keys->len > 0)
    former = note_verifier_parse (g_array_index (keys, LedgerPeriod, keys->len - 1).row.verifier);
  if (former == NULL || tree->head.checkpoint == NULL)
    return set_failed (error, "there is no ledger yet whose key could be changed");
  if (!take_key (tree, database, tree->head.frontier.size, make_key (tree, former->name), error))
    return FALSE;
  ledger_entry_add_text (entry, LEDGER_FIELD_ACT, act);
  name_key (tree, entry);
  if (!put (tree, database, entry, error))
    return FALSE;
  *ret_index = tree->head.frontier.size - 1;
  return TRUE;
}

/* Pruning. */

typedef struct
{
  sqlite3 *database;
  gint64 before;
  guint64 end;  /* the first place that stays */
  GArray *drop; /* of guint64 */
} Pruning;

static gboolean
look_at_old (guint64 place, const guint8 *hashes, gsize hashes_size, const guint8 *leaf, gsize leaf_size,
             gpointer user_data)
{
  Pruning *pruning = user_data;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (LedgerEntry) entry = NULL;

  if (leaf != NULL && leaf_size > LEDGER_SALT_SIZE)
    {
      bytes = g_bytes_new (leaf + LEDGER_SALT_SIZE, leaf_size - LEDGER_SALT_SIZE);
      entry = ledger_entry_decode (bytes, NULL);
    }
  if (entry == NULL || ledger_entry_get_at (entry) >= pruning->before)
    return FALSE; /* what cannot be read is for who verifies */
  if (ledger_entry_get_kind (entry) != LEDGER_KEY)
    g_array_append_val (pruning->drop, place);
  pruning->end = place + 1;
  return TRUE;
}

static gboolean
drop_old (LedgerTree *tree, sqlite3 *database, const Pruning *pruning, GError **error)
{
  g_autoptr (LedgerEntry) entry = ledger_entry_new (LEDGER_PRUNE);
  guint64 place;

  for (guint i = 0; i < pruning->drop->len; i++)
    if (!ledger_table_drop (database, g_array_index (pruning->drop, guint64, i), error))
      return FALSE;
  ledger_entry_add_number (entry, LEDGER_FIELD_BEFORE, pruning->end);
  ledger_entry_add_number (entry, LEDGER_FIELD_SIZE, pruning->drop->len);
  tree->head.minimum = pruning->end;
  return ledger_tree_append (tree, database, entry, &place, error);
}

gboolean
ledger_tree_prune (LedgerTree *tree, sqlite3 *database, gint64 before, gboolean *ret_more, GError **error)
{
  Pruning pruning = { database, before, tree->head.minimum, NULL };
  const gint64 now = g_get_real_time ();
  g_autoptr (GArray) drop = NULL;

  *ret_more = FALSE;
  if (tree->head.checkpoint == NULL || tree->trouble != NULL || ABS (now - tree->head.pruned) < G_TIME_SPAN_DAY)
    return TRUE;
  pruning.drop = drop = g_array_new (FALSE, FALSE, sizeof (guint64));
  if (!ledger_table_walk (database, pruning.end, pruning.end + PRUNE_STEP, look_at_old, &pruning, error))
    return FALSE;
  *ret_more = pruning.end == tree->head.minimum + PRUNE_STEP && drop->len > 0;
  if (!*ret_more)
    tree->head.pruned = now;
  return drop->len == 0 || drop_old (tree, database, &pruning, error);
}
