/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-examination: see the header. Each node is compared with what its two children are, as they are stored: so one
 * wrong hash is one fault or two, near to it, and not all the way up.
 */
#include "store/ledger-examination.h"

#include <string.h>

#include "base/error.h"
#include "store/ledger-endorsement.h"
#include "store/statement.h"

#define ROWS_A_PART 4096

typedef struct
{
  guint64 index; /* of the node; only if @is_known */
  gboolean is_known;
  MerkleHash hash;
} Node;

struct LedgerExamination
{
  LedgerTree *tree;
  char *checkpoint;
  gboolean is_begun, is_blind; /* a part of the file cannot be read: what is behind it is not known */
  LedgerVerdict *verdict;
  LedgerHead head; /* as it was at the beginning */
  GArray *keys;    /* of LedgerPeriod */
  GArray *named;   /* of gboolean: an entry names that key, at its place */
  GHashTable *days;
  guint64 next;              /* place */
  Node nodes[MERKLE_LEVELS]; /* the last of each level, as stored */
  gint64 at, boot;           /* of the last entry that was read */
  guint64 pruned;            /* up to where entries say that they were dropped */
  gint64 day;
};

LedgerExamination *
ledger_examination_new (LedgerTree *tree, const char *checkpoint)
{
  LedgerExamination *examination = g_new0 (LedgerExamination, 1);

  examination->tree = ledger_tree_ref (tree);
  examination->checkpoint = g_strdup (checkpoint);
  examination->verdict = g_new0 (LedgerVerdict, 1);
  examination->verdict->faults = g_ptr_array_new_with_free_func (ledger_fault_free);
  examination->named = g_array_new (FALSE, TRUE, sizeof (gboolean));
  examination->days = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  examination->day = -1;
  return examination;
}

void
ledger_examination_free (LedgerExamination *examination)
{
  ledger_tree_unref (examination->tree);
  g_free (examination->checkpoint);
  g_clear_pointer (&examination->verdict, ledger_verdict_free);
  ledger_head_clear (&examination->head);
  g_clear_pointer (&examination->keys, g_array_unref);
  g_array_unref (examination->named);
  g_hash_table_unref (examination->days);
  g_free (examination);
}

LedgerVerdict *
ledger_examination_take (LedgerExamination *examination)
{
  return g_steal_pointer (&examination->verdict);
}

/* Faults. */

#define FAULT_WORD(suffix, word) static const char fault_##suffix[] G_GNUC_UNUSED = word;
SHIKAKU_LEDGER_FAULTS (FAULT_WORD)
#undef FAULT_WORD

static void add_fault (LedgerExamination *examination, gint64 place, const char *what, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

/* add_fault: @what: static. */
static void
add_fault (LedgerExamination *examination, gint64 place, const char *what, const char *format, ...)
{
  LedgerVerdict *verdict = examination->verdict;
  LedgerFault *fault;
  va_list arguments;

  if (verdict->faults->len >= LEDGER_FAULTS_MAXIMUM)
    {
      verdict->more_faults++;
      return;
    }
  fault = g_new (LedgerFault, 1);
  va_start (arguments, format);
  *fault = (LedgerFault){ place, what, g_strdup_vprintf (format, arguments) };
  va_end (arguments);
  g_ptr_array_add (verdict->faults, fault);
}

static void
add_file_fault (LedgerExamination *examination, gint64 place, const GError *error)
{
  add_fault (examination, place, fault_FILE, "%s", error->message);
  examination->is_blind = TRUE;
}

/* What was signed. */

/* find_period: the key that signs trees of @size; NULL: none does. */
static const LedgerPeriod *
find_period (LedgerExamination *examination, guint64 size)
{
  const LedgerPeriod *found = NULL;

  for (guint i = 0; examination->keys != NULL && i < examination->keys->len; i++)
    if (g_array_index (examination->keys, LedgerPeriod, i).first < size)
      found = &g_array_index (examination->keys, LedgerPeriod, i);
  return found;
}

static NoteVerdict
verify_with (const SignedNote *note, const LedgerPeriod *period)
{
  g_autoptr (NoteVerifier) verifier = period != NULL ? note_verifier_parse (period->row.verifier) : NULL;

  return verifier != NULL ? signed_note_verify (note, verifier, NULL) : NOTE_UNSIGNED;
}

/* judge_signature: of a checkpoint of @size. Return: the fault; NULL: the key that signs that size has signed it. */
static const char *
judge_signature (LedgerExamination *examination, const SignedNote *note, guint64 size)
{
  const LedgerPeriod *period = find_period (examination, size);
  const NoteVerdict verdict = verify_with (note, period);

  if (verdict == NOTE_SIGNED)
    return NULL;
  for (guint i = 0; examination->keys != NULL && i < examination->keys->len; i++)
    if (verify_with (note, &g_array_index (examination->keys, LedgerPeriod, i)) == NOTE_SIGNED)
      return fault_PERIOD;
  return verdict == NOTE_FORGED ? fault_SIGNATURE : fault_FOREIGN;
}

/* compare: a checkpoint that stands elsewhere with the tree as it was at its size. @from: where that is, for people. */
static void
compare (LedgerExamination *examination, sqlite3 *database, const Checkpoint *checkpoint, const char *from)
{
  const guint64 size = examination->head.frontier.size;
  MerkleHash root;

  if (checkpoint->size > size)
    add_fault (examination, (gint64)size, fault_OLDER,
               "%s had %" G_GUINT64_FORMAT " entries, there are %" G_GUINT64_FORMAT, from, checkpoint->size, size);
  else if (!merkle_read_root (checkpoint->size, ledger_table_read, database, &root)
           || !merkle_hash_equal (&root, &checkpoint->root))
    add_fault (examination, (gint64)checkpoint->size - 1, fault_OTHER,
               "%s is of another history: the first %" G_GUINT64_FORMAT " entries were others", from, checkpoint->size);
}

/* look_at_checkpoint: Return: whether it is one that could be read; @ret_size: of its tree. */
static gboolean
look_at_checkpoint (LedgerExamination *examination, sqlite3 *database, const char *text, const char *from,
                    guint64 *ret_size)
{
  g_autoptr (SignedNote) note = signed_note_parse (text);
  g_autoptr (Checkpoint) checkpoint = note != NULL ? checkpoint_parse (note->text) : NULL;
  const char *fault;

  if (checkpoint == NULL)
    {
      add_fault (examination, -1, fault_FOREIGN, "%s is no checkpoint", from);
      return FALSE;
    }
  fault = judge_signature (examination, note, checkpoint->size);
  if (fault != NULL)
    add_fault (examination, (gint64)checkpoint->size - 1, fault, "%s is not signed by the key of its time", from);
  compare (examination, database, checkpoint, from);
  *ret_size = checkpoint->size;
  return TRUE;
}

typedef struct
{
  LedgerExamination *examination;
  sqlite3 *database;
} Looking;

static void
look_at_anchor (const char *way, guint64 size, gint64 at, const char *checkpoint, gpointer user_data)
{
  const Looking *looking = user_data;
  g_autofree char *from = g_strconcat ("the checkpoint that left by ", way, NULL);
  guint64 left;

  if (look_at_checkpoint (looking->examination, looking->database, checkpoint, from, &left) && left != size)
    add_fault (looking->examination, (gint64)left - 1, fault_FOREIGN,
               "%s is kept as one of %" G_GUINT64_FORMAT " entries, and says %" G_GUINT64_FORMAT, from, size, left);
}

static void
look_at_note (LedgerExamination *examination, sqlite3 *database)
{
  g_autoptr (Checkpoint) noted = NULL;
  g_autoptr (GError) error = NULL;

  if (!ledger_tree_read_note (examination->tree, &noted, &error))
    add_fault (examination, -1, fault_OLDER, "%s", error->message);
  else if (noted != NULL && noted->size > 0)
    compare (examination, database, noted, "what was noted beside the file");
}

/* The beginning. */

static void
look_at_key (LedgerExamination *examination, sqlite3 *database)
{
  g_autoptr (GError) error = NULL;
  const LedgerKey *key = ledger_tree_open_key (examination->tree, database, &error);
  g_autoptr (SignedNote) note
      = examination->head.checkpoint != NULL ? signed_note_parse (examination->head.checkpoint) : NULL;

  if (key == NULL)
    {
      add_fault (examination, -1, fault_KEY, "%s", error->message);
      return;
    }
  examination->verdict->verifier = note_verifier_to_string (ledger_key_get_verifier (key));
  if (note == NULL || signed_note_verify (note, ledger_key_get_verifier (key), NULL) != NOTE_SIGNED)
    add_fault (examination, (gint64)examination->head.frontier.size - 1, fault_SIGNATURE,
               "the newest checkpoint was not signed with the ledger's key");
}

static void
read_head (LedgerExamination *examination, sqlite3 *database)
{
  g_autoptr (GError) error = NULL;

  if (!ledger_table_read_head (database, &examination->head, &error))
    add_fault (examination, -1, fault_HEAD, "%s", error->message);
  else if (examination->head.checkpoint == NULL)
    add_fault (examination, 0, fault_HEAD, "there is no head");
}

static void
look_at_file (LedgerExamination *examination, sqlite3 *database)
{
  g_autoptr (GError) error = NULL;
  sqlite3_stmt *statement = statement_prepare (database, "PRAGMA quick_check (8);", &error);
  int result = SQLITE_ERROR;

  while (statement != NULL && (result = sqlite3_step (statement)) == SQLITE_ROW)
    {
      const char *text = (const char *)sqlite3_column_text (statement, 0);

      if (g_strcmp0 (text, "ok") != 0)
        add_fault (examination, -1, fault_FILE, "%s", text);
    }
  if (statement == NULL || !statement_finish (statement, result, &error))
    add_fault (examination, -1, fault_FILE, "%s", error->message);
}

static void
begin_examination (LedgerExamination *examination, sqlite3 *database)
{
  Looking looking = { examination, database };
  g_autoptr (GError) error = NULL;
  guint64 given;

  look_at_file (examination, database);
  read_head (examination, database);
  examination->keys = ledger_table_read_keys (database, &error);
  if (examination->keys == NULL)
    add_fault (examination, -1, fault_KEY, "%s", error->message);
  else
    g_array_set_size (examination->named, examination->keys->len);
  look_at_key (examination, database);
  look_at_note (examination, database);
  if (!ledger_table_walk_anchors (database, look_at_anchor, &looking, NULL))
    add_fault (examination, -1, fault_FILE, "what has left this computer cannot be read");
  if (examination->checkpoint != NULL)
    look_at_checkpoint (examination, database, examination->checkpoint, "the checkpoint that was given", &given);
}

/* Entries. */

static void
look_at_key_entry (LedgerExamination *examination, guint64 place, const LedgerEntry *entry, const char *name)
{
  for (guint i = 0; examination->keys != NULL && i < examination->keys->len; i++)
    {
      const LedgerPeriod *period = &g_array_index (examination->keys, LedgerPeriod, i);

      if (period->first == place && g_strcmp0 (period->row.verifier, name) == 0)
        g_array_index (examination->named, gboolean, i) = TRUE;
    }
  if (g_strcmp0 (ledger_entry_get_text (entry, LEDGER_FIELD_ACT), "endorsed") != 0)
    return;
  if (!ledger_check_endorsement (entry))
    add_fault (examination, (gint64)place, fault_ENDORSEMENT, "the institution's signature of the key is wrong");
  else if (g_strcmp0 (name, examination->verdict->verifier) == 0)
    examination->verdict->is_endorsed = TRUE;
}

static void
note_day (LedgerExamination *examination, guint64 place, gint64 day)
{
  if (day == examination->day)
    return;
  examination->day = day;
  if (!g_hash_table_contains (examination->days, &day))
    g_hash_table_insert (examination->days, g_memdup2 (&day, sizeof day), g_memdup2 (&place, sizeof place));
}

/* look_into: what a few kinds of entries say of the ledger itself. */
static void
look_into (LedgerExamination *examination, guint64 place, const guint8 *bytes, gsize size)
{
  g_autoptr (GBytes) data = g_bytes_new_static (bytes, size);
  g_autoptr (LedgerEntry) entry = ledger_entry_decode (data, NULL);
  const char *name = ledger_entry_get_text (entry, LEDGER_FIELD_KEY_NAME);
  guint64 before;

  if (name != NULL)
    look_at_key_entry (examination, place, entry, name);
  if (ledger_entry_get_kind (entry) == LEDGER_PRUNE && ledger_entry_get_number (entry, LEDGER_FIELD_BEFORE, &before)
      && before <= place)
    examination->pruned = MAX (examination->pruned, before);
}

static void
look_at_entry (LedgerExamination *examination, guint64 place, const guint8 *leaf, gsize size)
{
  LedgerEntryHead head;

  if (size <= LEDGER_SALT_SIZE || !ledger_entry_look (leaf + LEDGER_SALT_SIZE, size - LEDGER_SALT_SIZE, &head))
    {
      add_fault (examination, (gint64)place, fault_UNREADABLE, "this is no entry");
      return;
    }
  examination->at = head.at;
  examination->boot = head.boot;
  note_day (examination, place, head.at / G_TIME_SPAN_DAY);
  if (head.kind == LEDGER_KEY || head.kind == LEDGER_RESTORE || head.kind == LEDGER_PRUNE)
    look_into (examination, place, leaf + LEDGER_SALT_SIZE, size - LEDGER_SALT_SIZE);
}

static void
look_at_leaf (LedgerExamination *examination, guint64 place, const MerkleHash *stored, const guint8 *leaf, gsize size)
{
  const MerklePiece piece = { leaf, size };
  MerkleHash hash;

  if (leaf == NULL)
    {
      if (place >= examination->head.minimum)
        add_fault (examination, (gint64)place, fault_PRUNED, "the entry is gone before its time");
      return;
    }
  merkle_hash_leaf (&piece, 1, &hash);
  if (!merkle_hash_equal (&hash, stored))
    add_fault (examination, (gint64)place, fault_CHANGED, "the entry is not what was written");
  else
    look_at_entry (examination, place, leaf, size);
}

/* look_at_node: that of @level, of its left child, which was read before, and of its right one. */
static void
look_at_node (LedgerExamination *examination, guint64 place, guint level, const MerkleHash *hashes)
{
  const Node *left = &examination->nodes[level - 1];
  const guint64 first = place >> level << level;
  MerkleHash made;

  if (!left->is_known || left->index + 1 != place >> (level - 1))
    return;
  merkle_hash_children (&left->hash, &hashes[level - 1], &made);
  if (!merkle_hash_equal (&made, &hashes[level]))
    add_fault (examination, (gint64)place, fault_HASH,
               "the hash of the entries from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT " is wrong", first, place);
}

static void
look_at_nodes (LedgerExamination *examination, guint64 place, const MerkleHash *hashes, guint n)
{
  for (guint level = 1; level < n; level++)
    look_at_node (examination, place, level, hashes);
  for (guint level = 0; level < n; level++)
    examination->nodes[level] = (Node){ place >> level, TRUE, hashes[level] };
}

static void
forget_nodes (LedgerExamination *examination)
{
  for (guint level = 0; level < MERKLE_LEVELS; level++)
    examination->nodes[level].is_known = FALSE;
}

/* miss: rows that should be before @place. */
static void
miss (LedgerExamination *examination, guint64 place)
{
  if (place == examination->next)
    return;
  add_fault (examination, (gint64)examination->next, fault_MISSING,
             "%" G_GUINT64_FORMAT " entries are not there from here on", place - examination->next);
  forget_nodes (examination);
}

static gboolean
look_at_row (guint64 place, const guint8 *hashes, gsize hashes_size, const guint8 *leaf, gsize leaf_size,
             gpointer user_data)
{
  LedgerExamination *examination = user_data;
  const guint n = (guint)__builtin_ctzll (place + 1) + 1;
  MerkleHash copy[MERKLE_LEVELS];

  miss (examination, place);
  examination->next = place + 1;
  if (hashes_size != n * sizeof (MerkleHash))
    {
      add_fault (examination, (gint64)place, fault_HASH, "there are not the hashes that belong here");
      forget_nodes (examination);
      return TRUE;
    }
  memcpy (copy, hashes, hashes_size);
  look_at_leaf (examination, place, copy, leaf, leaf_size);
  look_at_nodes (examination, place, copy, n);
  return TRUE;
}

/* The end. */

static gboolean
note_extra (guint64 place, const guint8 *hashes, gsize hashes_size, const guint8 *leaf, gsize leaf_size,
            gpointer user_data)
{
  add_fault (user_data, (gint64)place, fault_EXTRA, "there is an entry behind the end");
  return ((LedgerExamination *)user_data)->verdict->more_faults == 0;
}

/* read_last: a MerkleRead of the nodes that were read last: FALSE: that one is not known, or not of the end. */
static gboolean
read_last (guint level, guint64 index, MerkleHash *ret_hash, gpointer user_data)
{
  const Node *node = &((LedgerExamination *)user_data)->nodes[level];

  *ret_hash = node->hash;
  return node->is_known && node->index == index;
}

static void
look_at_root (LedgerExamination *examination)
{
  const LedgerHead *head = &examination->head;
  const gint64 last = (gint64)head->frontier.size - 1;
  g_autoptr (SignedNote) note = head->checkpoint != NULL ? signed_note_parse (head->checkpoint) : NULL;
  g_autoptr (Checkpoint) checkpoint = note != NULL ? checkpoint_parse (note->text) : NULL;
  MerkleFrontier frontier;

  if (!merkle_read_frontier (head->frontier.size, read_last, examination, &frontier))
    {
      add_fault (examination, last, fault_ROOT, "the root cannot be made of what is there");
      return;
    }
  merkle_frontier_get_root (&frontier, &examination->verdict->root);
  if (checkpoint == NULL || checkpoint->size != frontier.size
      || !merkle_hash_equal (&checkpoint->root, &examination->verdict->root))
    add_fault (examination, last, fault_ROOT, "all entries together are not what was signed");
  if (memcmp (frontier.nodes, head->frontier.nodes, merkle_frontier_count (frontier.size) * sizeof (MerkleHash)) != 0
      || head->at != examination->at || head->boot != examination->boot)
    add_fault (examination, last, fault_HEAD, "the head is not that of the last entry");
}

static void
look_at_keys (LedgerExamination *examination)
{
  for (guint i = 0; i < examination->named->len; i++)
    {
      const LedgerPeriod *period = &g_array_index (examination->keys, LedgerPeriod, i);

      if (!g_array_index (examination->named, gboolean, i))
        add_fault (examination, (gint64)period->first, fault_KEY,
                   "no entry here names the key that signs from here on");
    }
  if (examination->head.endorsement >= 0 && !examination->verdict->is_endorsed)
    add_fault (examination, examination->head.endorsement, fault_ENDORSEMENT, "the key is not endorsed here");
}

static void
look_at_days (LedgerExamination *examination, sqlite3 *database)
{
  GHashTableIter each;
  gpointer day, first;

  g_hash_table_iter_init (&each, examination->days);
  while (g_hash_table_iter_next (&each, &day, &first))
    {
      guint64 found = 0;

      if (!ledger_table_find_day (database, *(gint64 *)day, &found, NULL) || found > *(guint64 *)first)
        add_fault (examination, (gint64) * (guint64 *)first, fault_INDEX, "the entries of this day would not be found");
    }
}

static void
end (LedgerExamination *examination, sqlite3 *database)
{
  const LedgerHead *head = &examination->head;
  LedgerVerdict *verdict = examination->verdict;
  g_autoptr (GError) error = NULL;

  miss (examination, head->frontier.size);
  if (ledger_tree_get_head (examination->tree) != NULL) /* it may have grown meanwhile */
    ledger_table_walk (database, ledger_tree_get_head (examination->tree)->frontier.size, G_MAXINT64, note_extra,
                       examination, &error);
  if (error != NULL)
    add_file_fault (examination, (gint64)head->frontier.size, error);
  look_at_root (examination);
  look_at_keys (examination);
  look_at_days (examination, database);
  if (head->minimum != examination->pruned)
    add_fault (examination, (gint64)examination->pruned, fault_PRUNED,
               "entries are said to be dropped up to %" G_GUINT64_FORMAT ", and no entry says so", head->minimum);
  verdict->size = head->frontier.size;
  verdict->minimum = head->minimum;
}

gboolean
ledger_examination_go_on (LedgerExamination *examination, sqlite3 *database)
{
  const guint64 size = examination->head.frontier.size;
  g_autoptr (GError) error = NULL;
  guint64 part_end;

  if (!examination->is_begun)
    {
      examination->is_begun = TRUE;
      begin_examination (examination, database);
      return TRUE;
    }
  part_end = MIN (size, examination->next + ROWS_A_PART);
  if (!examination->is_blind
      && !ledger_table_walk (database, examination->next, part_end, look_at_row, examination, &error))
    add_file_fault (examination, (gint64)examination->next, error);
  if (!examination->is_blind && part_end < size)
    {
      miss (examination, part_end);
      examination->next = part_end;
      return TRUE;
    }
  end (examination, database);
  return FALSE;
}
