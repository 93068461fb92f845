/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger: the ledger by itself, for the bench.
 *
 *   ledger fill FOLDER N     entries until there are N, many in a transaction
 *   ledger append FOLDER N   N entries, each in a transaction of its own, to be counted from outside
 *   ledger verify FOLDER     one line: the nanoseconds of the processor that it takes to examine all of it, and those
 *                            to hash the same bytes from memory: each leaf, each node
 *   ledger prove FOLDER N    the ledger's key, and the proof of entry N with its leaf
 *   ledger hashes N          how many hashes an entry takes at most, of a thousand that come after N
 *
 * FOLDER has the folder `keys` with a store key. Exit status 1 if anything fails, or is wrong with the ledger.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "codec/tlog-proof.h"
#include "store/ledger.h"

#define TOGETHER 1000 /* entries in a transaction, to fill it */

static GAsyncResult *came;

static void
on_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  came = g_object_ref (result);
}

static GAsyncResult *
wait_for (void)
{
  while (came == NULL)
    g_main_context_iteration (NULL, TRUE);
  return g_steal_pointer (&came);
}

/* What a disclosure is: about as large as most entries are. */
static LedgerEntry *
make_entry (void)
{
  LedgerEntry *entry = ledger_entry_new (LEDGER_DISCLOSURE);
  guint8 hash[LEDGER_PERSON_SIZE] = { 1 };

  ledger_entry_add_text (entry, LEDGER_FIELD_VISIT, "/org/shikaku/Shikaku1/visit/_1_42/v1");
  ledger_entry_add_number (entry, LEDGER_FIELD_UID, 1000);
  ledger_entry_add_text (entry, LEDGER_FIELD_PROGRAM, "receipt-computer");
  ledger_entry_add_text (entry, LEDGER_FIELD_SENDER, ":1.42");
  ledger_entry_add_text (entry, LEDGER_FIELD_STAFF, "nurse-7");
  ledger_entry_add_text (entry, LEDGER_FIELD_ROLE, "nurse");
  ledger_entry_add_bytes (entry, LEDGER_FIELD_PERSON, hash, sizeof hash);
  ledger_entry_add_bytes (entry, LEDGER_FIELD_PERSON_NUMBER, hash, sizeof hash);
  ledger_entry_add_text (entry, LEDGER_FIELD_RECORDS, "drug");
  ledger_entry_add_bytes (entry, LEDGER_FIELD_SHA256, hash, sizeof hash);
  return entry;
}

static guint64
append (Ledger *ledger, guint n)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify)ledger_entry_unref);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  guint64 index;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (entries, make_entry ());
  ledger_append (ledger, entries, on_result, NULL);
  result = wait_for ();
  if (!ledger_append_finish (ledger, result, &index, &error))
    g_error ("%s", error->message);
  return index + n;
}

static void
fill (Ledger *ledger, guint64 size)
{
  guint64 now = append (ledger, 1);

  while (now < size)
    now = append (ledger, (guint)MIN (TOGETHER, size - now));
}

static guint64
get_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
  return (guint64)time.tv_sec * G_GUINT64_CONSTANT (1000000000) + (guint64)time.tv_nsec;
}

/* read_leaves: all of them, into memory. */
static GPtrArray *
read_leaves (Ledger *ledger, guint64 size)
{
  GPtrArray *leaves = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  LedgerFilter filter = { 0 };

  while (filter.first < size)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GPtrArray) records = NULL;

      ledger_read (ledger, &filter, on_result, NULL);
      result = wait_for ();
      records = ledger_read_finish (ledger, result, &filter.first, NULL);
      for (guint i = 0; i < records->len; i++)
        g_ptr_array_add (leaves, g_bytes_ref (((LedgerRecord *)records->pdata[i])->leaf));
    }
  return leaves;
}

static void
hash_all (const GPtrArray *leaves, MerkleHash *ret_root)
{
  MerkleFrontier frontier = { 0 };
  MerkleHash leaf, made[MERKLE_LEVELS];

  for (guint i = 0; i < leaves->len; i++)
    {
      MerklePiece piece;

      piece.bytes = g_bytes_get_data (leaves->pdata[i], &piece.size);
      merkle_hash_leaf (&piece, 1, &leaf);
      merkle_frontier_append (&frontier, &leaf, made);
    }
  merkle_frontier_get_root (&frontier, ret_root);
}

static gboolean
verify (Ledger *ledger)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (LedgerVerdict) verdict = NULL;
  g_autoptr (GPtrArray) leaves = NULL;
  guint64 began = get_time (), examined, hashed;
  MerkleHash root;

  ledger_verify (ledger, NULL, on_result, NULL);
  result = wait_for ();
  verdict = ledger_verify_finish (ledger, result, NULL);
  examined = get_time () - began;
  leaves = read_leaves (ledger, verdict->size);
  began = get_time ();
  hash_all (leaves, &root);
  hashed = get_time () - began;
  printf ("%" G_GUINT64_FORMAT "\t%" G_GUINT64_FORMAT "\n", examined, hashed);
  return verdict->faults->len == 0 && merkle_hash_equal (&root, &verdict->root);
}

static void
prove (Ledger *ledger, guint64 place)
{
  const LedgerFilter filter = { .first = place, .limit = 1 };
  g_autoptr (GAsyncResult) read = NULL, told = NULL, proved = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (LedgerState) state = NULL;
  g_autoptr (TlogProof) proof = NULL;
  g_autofree char *text = NULL, *whole = NULL;
  guint64 next;

  ledger_read (ledger, &filter, on_result, NULL);
  read = wait_for ();
  records = ledger_read_finish (ledger, read, &next, NULL);
  ledger_get_state (ledger, on_result, NULL);
  told = wait_for ();
  state = ledger_get_state_finish (ledger, told, NULL);
  ledger_prove (ledger, place, NULL, on_result, NULL);
  proved = wait_for ();
  text = ledger_prove_finish (ledger, proved, NULL);
  proof = tlog_proof_parse (text);
  g_clear_pointer (&proof->extra, g_bytes_unref);
  proof->extra = g_bytes_ref (((LedgerRecord *)records->pdata[0])->leaf);
  whole = tlog_proof_to_string (proof);
  printf ("%s\n%s", state->verifier, whole);
}

/* The leaf's own, those of the nodes that it completes, and those that the root takes. */
static void
count_hashes (guint64 size)
{
  guint most = 0;

  for (guint64 place = size; place < size + TOGETHER; place++)
    most = MAX (most, (guint)__builtin_ctzll (place + 1) + merkle_frontier_count (place + 1));
  printf ("%u\n", most);
}

int
main (int argc, char *argv[])
{
  g_autofree char *keys = NULL;
  g_autoptr (Store) store = NULL;
  g_autoptr (Ledger) ledger = NULL;
  guint64 number = argc > 3 ? g_ascii_strtoull (argv[3], NULL, 10) : 0;

  log_init ();
  if (argc < 3)
    return EXIT_FAILURE;
  if (strcmp (argv[1], "hashes") == 0)
    {
      count_hashes (g_ascii_strtoull (argv[2], NULL, 10));
      return EXIT_SUCCESS;
    }
  keys = g_build_filename (argv[2], "keys", NULL);
  store = store_new_ledger (argv[2]);
  store_set_key_folder (store, keys);
  ledger = ledger_new (store);
  if (strcmp (argv[1], "fill") == 0)
    fill (ledger, number);
  else if (strcmp (argv[1], "verify") == 0)
    return verify (ledger) ? EXIT_SUCCESS : EXIT_FAILURE;
  else if (strcmp (argv[1], "prove") == 0)
    prove (ledger, number);
  else
    for (; number > 0; number--)
      append (ledger, 1);
  return EXIT_SUCCESS;
}
