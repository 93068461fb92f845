/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* receipt: see the header. What is proved is the entry; the JSON is made of it anew, and compared. */
#include "client/receipt.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "daemon/codec/receipt.h"
#include "daemon/codec/tlog-proof.h"

#define SALT_SIZE 16

struct Receipt
{
  JsonNode *root; /* NULL: there is the proof alone */
  char *proof;    /* NULL: none */
};

Receipt *
receipt_new (const char *text)
{
  g_autoptr (Receipt) receipt = g_new0 (Receipt, 1);
  g_autoptr (TlogProof) proof = NULL;

  if (text[strspn (text, " \t\r\n")] == '{')
    {
      receipt->root = json_from_string (text, NULL);
      if (receipt->root == NULL || !JSON_NODE_HOLDS_OBJECT (receipt->root)
          || receipt_get (receipt, "receipt_id") == NULL)
        return NULL;
      receipt->proof = g_strdup (receipt_get (receipt, "ledger.proof"));
      return g_steal_pointer (&receipt);
    }
  if ((proof = tlog_proof_parse (text)) == NULL)
    return NULL;
  receipt->proof = g_strdup (text);
  return g_steal_pointer (&receipt);
}

void
receipt_free (Receipt *receipt)
{
  g_clear_pointer (&receipt->root, json_node_unref);
  g_free (receipt->proof);
  g_free (receipt);
}

/* step: into a member; of a list into that of its first element. NULL: there is none. */
static JsonNode *
step (JsonNode *node, const char *name)
{
  if (node != NULL && JSON_NODE_HOLDS_ARRAY (node))
    node = json_array_get_length (json_node_get_array (node)) > 0
               ? json_array_get_element (json_node_get_array (node), 0)
               : NULL;
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  return json_object_get_member (json_node_get_object (node), name);
}

static JsonNode *
find_node (const Receipt *receipt, const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, ".", -1);
  JsonNode *node = receipt->root;

  for (char **name = names; *name != NULL; name++)
    node = step (node, *name);
  return node;
}

static const char *
get_text (JsonNode *node)
{
  if (node != NULL && JSON_NODE_HOLDS_ARRAY (node) && json_array_get_length (json_node_get_array (node)) > 0)
    node = json_array_get_element (json_node_get_array (node), 0);
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

const char *
receipt_get (const Receipt *receipt, const char *path)
{
  return get_text (find_node (receipt, path));
}

const char *
receipt_get_party (const Receipt *receipt, const char **ret_role)
{
  JsonNode *parties = find_node (receipt, "record.party_identification");
  JsonArray *list = parties != NULL && JSON_NODE_HOLDS_ARRAY (parties) ? json_node_get_array (parties) : NULL;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonNode *party = json_array_get_element (list, i);
      const char *role = get_text (step (party, "party_role"));

      if (g_strcmp0 (role, "pii-controller") == 0)
        continue;
      if (ret_role != NULL)
        *ret_role = role;
      return get_text (step (party, "party_id"));
    }
  return NULL;
}

const char *
receipt_label (const Receipt *receipt, const char *key)
{
  const char *text = get_text (step (find_node (receipt, "labels"), key));

  return text != NULL ? text : key;
}

gboolean
receipt_is_anchored (const Receipt *receipt)
{
  JsonNode *node = find_node (receipt, "ledger.anchored");

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_boolean (node);
}

const char *
receipt_get_proof (const Receipt *receipt)
{
  return receipt->proof;
}

/* Verifying. */

/* make_leaf: its hash, and its entry. FALSE: the proof does not say what it proves. */
static gboolean
make_leaf (const TlogProof *proof, MerkleHash *ret_hash, LedgerEntry **ret_entry)
{
  gsize size = proof->extra != NULL ? g_bytes_get_size (proof->extra) : 0;
  MerklePiece piece;
  g_autoptr (GBytes) canonical = NULL;

  if (size <= SALT_SIZE)
    return FALSE;
  piece = (MerklePiece){ g_bytes_get_data (proof->extra, NULL), size };
  merkle_hash_leaf (&piece, 1, ret_hash);
  canonical = g_bytes_new_from_bytes (proof->extra, SALT_SIZE, size - SALT_SIZE);
  *ret_entry = ledger_entry_decode (canonical, NULL);
  return *ret_entry != NULL;
}

static Checkpoint *
read_checkpoint (const char *text)
{
  g_autoptr (SignedNote) note = text != NULL ? signed_note_parse (text) : NULL;

  return note != NULL ? checkpoint_parse (note->text) : NULL;
}

/* verify_tree: the proof leads to the tree of @trusted, by its own words; and the leaf is there. */
static ReceiptVerdict
verify_tree (const TlogProof *proof, const char *trusted, const MerkleHash *leaf)
{
  g_autoptr (Checkpoint) known = read_checkpoint (trusted), own = read_checkpoint (proof->checkpoint);

  if (known == NULL || own == NULL || known->size != own->size || strcmp (known->origin, own->origin) != 0
      || !merkle_hash_equal (&known->root, &own->root))
    return RECEIPT_OTHER_TREE;
  return merkle_verify_inclusion (leaf, proof->index, known->size, proof->hashes, proof->n, &known->root)
             ? RECEIPT_PROVED
             : RECEIPT_NOT_IN_TREE;
}

static ReceiptVerdict
verify_key (const TlogProof *proof, const char *key, const MerkleHash *leaf)
{
  g_autoptr (NoteVerifier) verifier = key != NULL ? note_verifier_parse (key) : NULL;

  if (verifier == NULL)
    return RECEIPT_UNSIGNED;
  switch (tlog_proof_verify (proof, verifier, NULL, leaf))
    {
    case TLOG_PROOF_RIGHT:
      return RECEIPT_PROVED;
    case TLOG_PROOF_WRONG:
      return RECEIPT_NOT_IN_TREE;
    case TLOG_PROOF_OTHER:
      return RECEIPT_OTHER_TREE;
    case TLOG_PROOF_UNSIGNED:
    case TLOG_PROOF_FORGED:
    default:
      return RECEIPT_UNSIGNED;
    }
}

/* are_words_right: the words of the question, if it has any, are those of the entry: by their hash. */
static gboolean
are_words_right (const char *words, const LedgerEntry *entry)
{
  GBytes *shown = ledger_entry_get_bytes (entry, LEDGER_FIELD_SHA256);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 hash[MERKLE_HASH_SIZE];
  gsize size = sizeof hash;

  if (words == NULL)
    return TRUE;
  g_checksum_update (checksum, (const guchar *)words, -1);
  g_checksum_get_digest (checksum, hash, &size);
  return ledger_entry_get_kind (entry) == LEDGER_CONSENT && shown != NULL && g_bytes_get_size (shown) == size
         && memcmp (hash, g_bytes_get_data (shown, NULL), size) == 0;
}

/* is_as_written: whether the record says what the entry says: it is made of that anew, with what is nobody's word. */
static gboolean
is_as_written (const Receipt *receipt, guint64 index, const MerkleHash *leaf, const LedgerEntry *entry)
{
  g_autofree char *id = receipt_make_id (index, leaf->bytes);
  const ReceiptLabel labels[]
      = { { "withdraw how", (char *)receipt_get (receipt, "record.pii_processing.withdrawal_method") },
          { NULL, NULL } };
  const ReceiptFacts facts = {
    .id = id,
    .index = index,
    .entry = entry,
    .institution = receipt_get (receipt, "record.pii_processing.pii_controllers"),
    .question = receipt_get (receipt, "record.pii_processing.purposes.purpose_text"),
    .labels = labels,
  };
  g_autofree char *json = receipt_write (&facts);
  g_autoptr (JsonNode) again = json_from_string (json, NULL);
  JsonNode *record = step (again, "record"), *given = find_node (receipt, "record");

  return given != NULL && json_node_equal (record, given) && are_words_right (facts.question, entry)
         && g_strcmp0 (id, receipt_get (receipt, "receipt_id")) == 0;
}

ReceiptVerdict
receipt_verify (const Receipt *receipt, const char *key, const char *checkpoint)
{
  g_autoptr (TlogProof) proof = receipt->proof != NULL ? tlog_proof_parse (receipt->proof) : NULL;
  g_autoptr (LedgerEntry) entry = NULL;
  const gboolean is_known = key != NULL || checkpoint != NULL;
  ReceiptVerdict verdict = RECEIPT_PROVED;
  MerkleHash leaf;

  if (proof == NULL || !make_leaf (proof, &leaf, &entry))
    return RECEIPT_NO_PROOF;
  if (checkpoint != NULL)
    verdict = verify_tree (proof, checkpoint, &leaf);
  if (verdict == RECEIPT_PROVED && (key != NULL || !is_known))
    verdict = verify_key (proof, key != NULL ? key : receipt_get (receipt, "ledger.verifier"), &leaf);
  if (verdict != RECEIPT_PROVED)
    return verdict;
  if (receipt->root != NULL && !is_as_written (receipt, proof->index, &leaf, entry))
    return RECEIPT_CHANGED;
  return is_known ? RECEIPT_PROVED : RECEIPT_SELF_SIGNED;
}

static const struct
{
  const char *word, *sentence;
} verdicts[] = {
  [RECEIPT_PROVED] = { "proved", N_ ("The receipt is proved: its entry stands in the ledger, and says this.") },
  [RECEIPT_SELF_SIGNED]
  = { "self-signed",
      N_ ("The receipt is right in itself, but by a key that nobody has vouched for: give the ledger's key "
          "(--key), or a checkpoint that left the institution (--checkpoint).") },
  [RECEIPT_NO_PROOF] = { "no-proof", N_ ("The receipt has no proof that can be read.") },
  [RECEIPT_UNSIGNED] = { "unsigned", N_ ("The receipt is not signed by this key.") },
  [RECEIPT_OTHER_TREE]
  = { "other-tree",
      N_ ("The receipt's proof does not lead to this checkpoint: it is of another size, or another ledger.") },
  [RECEIPT_NOT_IN_TREE] = { "not-in-tree", N_ ("The receipt is wrong: its entry does not stand in the ledger.") },
  [RECEIPT_CHANGED] = { "changed", N_ ("The receipt was changed: the entry in the ledger says something else.") },
};

const char *
receipt_verdict_get_sentence (ReceiptVerdict verdict)
{
  return _ (verdicts[verdict].sentence);
}

const char *
receipt_verdict_to_string (ReceiptVerdict verdict)
{
  return verdicts[verdict].word;
}
