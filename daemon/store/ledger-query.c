/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-query: see the header. */
#include "store/ledger-query.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/message-ids.h"
#include "codec/tlog-proof.h"

#define LOOK_MAXIMUM 4096 /* rows in one job */

static gboolean
set_not_found (GError **error, const char *text)
{
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND, text);
  return FALSE;
}

/* need_head: NULL with NOT_FOUND. */
static const LedgerHead *
need_head (LedgerTree *tree, GError **error)
{
  const LedgerHead *head = ledger_tree_get_head (tree);

  if (head == NULL)
    set_not_found (error, "the ledger has no entry yet");
  return head;
}

/* The state. */

static void
free_anchor (gpointer data)
{
  LedgerAnchor *anchor = data;

  g_free (anchor->where);
  g_free (anchor->checkpoint);
  g_free (anchor);
}

static void
add_anchor (const char *way, guint64 size, gint64 at, const char *checkpoint, gpointer user_data)
{
  LedgerAnchor *anchor = g_new (LedgerAnchor, 1);

  *anchor = (LedgerAnchor){ g_strdup (way), size, at, g_strdup (checkpoint) };
  g_ptr_array_add (user_data, anchor);
}

static gboolean
has_signature (const SignedNote *note, const NoteSignature *signature)
{
  for (guint i = 0; i < note->signatures->len; i++)
    {
      const NoteSignature *other = note->signatures->pdata[i];

      if (other->id == signature->id && strcmp (other->name, signature->name) == 0)
        return TRUE;
    }
  return FALSE;
}

/* add_cosignatures: those of @from, if it is of the same tree. */
static void
add_cosignatures (SignedNote *note, const SignedNote *from)
{
  if (strcmp (note->text, from->text) != 0)
    return;
  for (guint i = 0; i < from->signatures->len; i++)
    {
      const NoteSignature *signature = from->signatures->pdata[i];

      if (!has_signature (note, signature))
        {
          NoteSignature *copy = g_new (NoteSignature, 1);

          *copy = (NoteSignature){ g_strdup (signature->name), signature->id, g_bytes_ref (signature->signature) };
          g_ptr_array_add (note->signatures, copy);
        }
    }
}

static char *
cosign (const char *checkpoint, GPtrArray *anchors)
{
  g_autoptr (SignedNote) note = signed_note_parse (checkpoint);

  if (note == NULL)
    return g_strdup (checkpoint);
  for (guint i = 0; i < anchors->len; i++)
    {
      g_autoptr (SignedNote) from = signed_note_parse (((LedgerAnchor *)anchors->pdata[i])->checkpoint);

      if (from != NULL)
        add_cosignatures (note, from);
    }
  return signed_note_to_string (note);
}

LedgerState *
ledger_query_state (LedgerTree *tree, sqlite3 *database, GError **error)
{
  const LedgerHead *head = need_head (tree, error);
  g_autoptr (GArray) keys = head != NULL ? ledger_table_read_keys (database, error) : NULL;
  g_autoptr (NoteVerifier) verifier = NULL;
  LedgerState *state;

  if (keys == NULL)
    return NULL;
  state = g_new0 (LedgerState, 1);
  state->size = head->frontier.size;
  state->minimum = head->minimum;
  merkle_frontier_get_root (&head->frontier, &state->root);
  if (keys->len > 0)
    state->verifier = g_strdup (g_array_index (keys, LedgerPeriod, keys->len - 1).row.verifier);
  verifier = state->verifier != NULL ? note_verifier_parse (state->verifier) : NULL;
  state->origin = g_strdup (verifier != NULL ? verifier->name : "");
  state->is_endorsed = head->endorsement >= 0;
  state->endorsement = state->is_endorsed ? (guint64)head->endorsement : 0;
  state->anchors = g_ptr_array_new_with_free_func (free_anchor);
  if (!ledger_table_walk_anchors (database, add_anchor, state->anchors, error))
    {
      ledger_state_free (state);
      return NULL;
    }
  state->checkpoint = cosign (head->checkpoint, state->anchors);
  return state;
}

/* Records. */

typedef struct
{
  const LedgerFilter *filter;
  GPtrArray *records;
  guint limit;
  guint64 next;
  guint looked;
} Reading;

static gboolean
is_same_text (const LedgerEntry *entry, LedgerField field, const char *text)
{
  return text == NULL || g_strcmp0 (ledger_entry_get_text (entry, field), text) == 0;
}

static gboolean
is_same_hash (const LedgerEntry *entry, LedgerField field, const guint8 *hash)
{
  GBytes *bytes = hash != NULL ? ledger_entry_get_bytes (entry, field) : NULL;

  return bytes != NULL && g_bytes_get_size (bytes) == LEDGER_PERSON_SIZE
         && memcmp (g_bytes_get_data (bytes, NULL), hash, LEDGER_PERSON_SIZE) == 0;
}

static gboolean
wants_person (const LedgerFilter *filter)
{
  return filter->person != NULL || filter->person_number != NULL || filter->person_before != NULL
         || filter->person_number_before != NULL;
}

/* is_of_person: twins have the same numbers: these tell only where there is no name on either side. */
static gboolean
is_of_person (const LedgerEntry *entry, const LedgerFilter *filter)
{
  if (!wants_person (filter))
    return TRUE;
  if (filter->person != NULL && ledger_entry_get_bytes (entry, LEDGER_FIELD_PERSON) != NULL)
    return is_same_hash (entry, LEDGER_FIELD_PERSON, filter->person)
           || is_same_hash (entry, LEDGER_FIELD_PERSON, filter->person_before);
  return is_same_hash (entry, LEDGER_FIELD_PERSON_NUMBER, filter->person_number)
         || is_same_hash (entry, LEDGER_FIELD_PERSON_NUMBER, filter->person_number_before);
}

static gboolean
is_of_user (const LedgerEntry *entry, const LedgerFilter *filter)
{
  guint64 uid;

  return !filter->has_uid || (ledger_entry_get_number (entry, LEDGER_FIELD_UID, &uid) && uid == filter->uid);
}

static gboolean
is_wanted (const LedgerEntry *entry, const LedgerFilter *filter)
{
  const gint64 at = ledger_entry_get_at (entry);
  const guint kind = ledger_entry_get_kind (entry);

  return (filter->kinds == 0 || (kind < 64 && (filter->kinds >> kind & 1) != 0)) && at >= filter->from
         && (filter->to == 0 || at < filter->to) && is_same_text (entry, LEDGER_FIELD_STAFF, filter->staff)
         && is_same_text (entry, LEDGER_FIELD_VISIT, filter->visit) && is_of_user (entry, filter)
         && is_of_person (entry, filter);
}

/* Whether nothing but places is asked. */
static gboolean
is_plain (const LedgerFilter *filter)
{
  return filter->kinds == 0 && filter->from == 0 && filter->to == 0 && filter->staff == NULL && filter->visit == NULL
         && !filter->has_uid && !wants_person (filter);
}

static LedgerRecord *
new_record (guint64 place, const guint8 *hashes, const guint8 *leaf, gsize leaf_size)
{
  LedgerRecord *record = g_new0 (LedgerRecord, 1);

  record->index = place;
  memcpy (record->hash.bytes, hashes, sizeof record->hash.bytes);
  if (leaf != NULL && leaf_size > LEDGER_SALT_SIZE)
    {
      g_autoptr (GBytes) bytes = NULL;

      record->leaf = g_bytes_new (leaf, leaf_size);
      bytes = g_bytes_new_from_bytes (record->leaf, LEDGER_SALT_SIZE, leaf_size - LEDGER_SALT_SIZE);
      record->entry = ledger_entry_decode (bytes, NULL);
    }
  return record;
}

static gboolean
read_row (guint64 place, const guint8 *hashes, gsize hashes_size, const guint8 *leaf, gsize leaf_size,
          gpointer user_data)
{
  Reading *reading = user_data;
  LedgerRecord *record;

  if (reading->records->len >= reading->limit || reading->looked >= LOOK_MAXIMUM)
    return FALSE;
  reading->looked++;
  reading->next = place + 1;
  if (hashes_size < sizeof (MerkleHash))
    return TRUE; /* for who verifies */
  record = new_record (place, hashes, leaf, leaf_size);
  if (is_plain (reading->filter) || (record->entry != NULL && is_wanted (record->entry, reading->filter)))
    g_ptr_array_add (reading->records, record);
  else
    ledger_record_free (record);
  return TRUE;
}

GPtrArray *
ledger_query_read (LedgerTree *tree, sqlite3 *database, const LedgerFilter *filter, guint64 *ret_next, GError **error)
{
  const LedgerHead *head = need_head (tree, error);
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify)ledger_record_free);
  Reading reading = { filter, records, filter->limit, filter->first, 0 };
  guint64 first_of_day = 0;

  if (head == NULL
      || (filter->from > 0 && !ledger_table_find_day (database, filter->from / G_TIME_SPAN_DAY, &first_of_day, error)))
    return NULL;
  if (reading.limit == 0 || reading.limit > LEDGER_PAGE_MAXIMUM)
    reading.limit = LEDGER_PAGE_MAXIMUM;
  reading.next = MIN (MAX (reading.next, first_of_day), head->frontier.size);
  if (!ledger_table_walk (database, reading.next, head->frontier.size, read_row, &reading, error))
    return NULL;
  if (reading.looked < LOOK_MAXIMUM && records->len < reading.limit)
    reading.next = head->frontier.size;
  *ret_next = reading.next;
  return g_steal_pointer (&records);
}

/* Proofs. */

/* find_checkpoint: whether @text is of this tree as it was: @ret_size: of then. */
static gboolean
find_checkpoint (const LedgerHead *head, sqlite3 *database, const char *text, guint64 *ret_size, GError **error)
{
  g_autoptr (SignedNote) note = signed_note_parse (text);
  g_autoptr (Checkpoint) checkpoint = note != NULL ? checkpoint_parse (note->text) : NULL;
  MerkleHash root;

  if (checkpoint == NULL || checkpoint->size > head->frontier.size
      || !merkle_read_root (checkpoint->size, ledger_table_read, database, &root)
      || !merkle_hash_equal (&root, &checkpoint->root))
    return set_not_found (error, "that is no checkpoint of this ledger");
  *ret_size = checkpoint->size;
  return TRUE;
}

char *
ledger_query_prove (LedgerTree *tree, sqlite3 *database, guint64 index, const char *checkpoint, GError **error)
{
  g_autoptr (LedgerState) state = ledger_query_state (tree, database, error);
  g_autoptr (TlogProof) proof = NULL;
  guint64 size;
  int n;

  if (state == NULL)
    return NULL;
  size = state->size;
  if (checkpoint != NULL && !find_checkpoint (ledger_tree_get_head (tree), database, checkpoint, &size, error))
    return NULL;
  proof = g_new0 (TlogProof, 1);
  proof->index = index;
  proof->checkpoint = g_strdup (checkpoint != NULL ? checkpoint : state->checkpoint);
  n = merkle_prove_inclusion (index, size, ledger_table_read, database, proof->hashes);
  if (n < 0)
    {
      set_not_found (error, "there is no such entry in that tree");
      return NULL;
    }
  proof->n = (guint)n;
  return tlog_proof_to_string (proof);
}

GBytes *
ledger_query_prove_consistency (LedgerTree *tree, sqlite3 *database, guint64 from, guint64 to, GError **error)
{
  const LedgerHead *head = need_head (tree, error);
  MerkleHash hashes[MERKLE_PROOF_SIZE];
  int n;

  if (head == NULL)
    return NULL;
  n = to <= head->frontier.size ? merkle_prove_consistency (from, to, ledger_table_read, database, hashes) : -1;
  if (n >= 0)
    return g_bytes_new (hashes, (gsize)n * sizeof *hashes);
  set_not_found (error, "there are no such two trees");
  return NULL;
}

/* Anchors. */

gboolean
ledger_query_keep_anchor (LedgerTree *tree, sqlite3 *database, const char *way, const char *checkpoint, gint64 at,
                          GError **error)
{
  const LedgerHead *head = ledger_tree_get_head (tree);
  guint64 size;

  if (head == NULL || !find_checkpoint (head, database, checkpoint, &size, NULL))
    {
      log_write (LOG_WARNING, SHIKAKU_MESSAGE_STORE_FAILED, NULL, "ledger: what left by %s is not of this ledger", way);
      return TRUE;
    }
  return ledger_table_keep_anchor (database, way, size, at, checkpoint, error);
}
