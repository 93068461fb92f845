/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-ledger-tampering: who has the file but not the store's key changes it: each sampled byte of it, rows of each
 * kind, everything at once. Either it is found, and where; or nothing was changed that anybody reads.
 */
#include <sqlite3.h>
#include <string.h>

#include "base/log.h"
#include "codec/signed-note.h"
#include "fake-disk.h"
#include "fake-ledger.h"
#include "store/ledger-note.h"
#include "store/store-file.h"

#define STEP 97 /* bytes between two that are flipped: no divisor of a page */

gint64 __real_g_get_real_time (void);
gint64 __wrap_g_get_real_time (void);

static gint64 shift; /* of the wall clock */

gint64
__wrap_g_get_real_time (void)
{
  return __real_g_get_real_time () + shift;
}

/* change_key: so that there is a former one. */
static void
change_key (FakeLedger *fake)
{
  g_autoptr (GAsyncResult) result = NULL;
  guint64 index;

  ledger_change_key (fake->ledger, ledger_entry_new (LEDGER_KEY), "rotated", fake_ledger_on_result, fake);
  result = fake_ledger_wait (fake);
  g_assert_true (ledger_change_key_finish (fake->ledger, result, &index, NULL));
}

/* A ledger with everything in it: entries, pruned and not, of two days; two keys; a checkpoint that left. */
static void
set_up (FakeLedger *fake, gconstpointer data)
{
  g_autoptr (LedgerState) state = NULL, pruned = NULL;

  fake_ledger_begin (fake);
  fake_ledger_open (fake);
  shift = -50 * G_TIME_SPAN_DAY;
  fake_ledger_append (fake, 0, 20);
  change_key (fake);
  shift = 0;
  ledger_set_retention (fake->ledger, 30);
  fake_ledger_append (fake, 20, 90);
  do
    {
      g_clear_pointer (&pruned, ledger_state_free);
      pruned = fake_ledger_get_state (fake, NULL);
    }
  while (pruned->minimum == 0);
  state = fake_ledger_get_state (fake, NULL);
  ledger_note_anchor (fake->ledger, "journal", state->checkpoint);
  fake_ledger_append (fake, 90, 100);
  fake_ledger_assert_sound (fake);
  fake_ledger_close (fake);
}

static void
tear_down (FakeLedger *fake, gconstpointer data)
{
  fake_ledger_end (fake);
}

/* tell_faults: what verify says: "place what", a line each; "refused": it could not be opened. (transfer full). */
static char *
tell_faults (FakeLedger *fake)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (LedgerVerdict) verdict = NULL;

  fake_ledger_open (fake);
  verdict = fake_ledger_verify (fake, NULL);
  for (guint i = 0; verdict != NULL && i < verdict->faults->len; i++)
    {
      const LedgerFault *fault = verdict->faults->pdata[i];

      g_string_append_printf (text, "%" G_GINT64_FORMAT " %s\n", fault->place, fault->what);
    }
  fake_ledger_close (fake);
  return g_strdup (verdict != NULL ? text->str : "refused\n");
}

/* open_file: as SQLite has it, without the daemon. */
static sqlite3 *
open_file (FakeLedger *fake)
{
  sqlite3 *database = NULL;

  if (sqlite3_open (fake->file, &database) == SQLITE_OK)
    sqlite3_exec (database, "PRAGMA locking_mode = EXCLUSIVE;", NULL, NULL, NULL);
  return database;
}

static int
add_row (void *data, int columns, char **values, char **names)
{
  for (int i = 0; i < columns; i++)
    g_string_append_printf (data, "%s|", values[i]);
  g_string_append_c (data, '\n');
  return 0;
}

/* What the ledger says to anybody: all but notes for itself (when it was pruned, which boot it was, when one left). */
static char *
dump (FakeLedger *fake)
{
  static const char sql[]
      = "SELECT place, quote (hashes), quote (leaf) FROM ledger ORDER BY place;"
        "SELECT size, quote (frontier), minimum, at, boot, endorsement, checkpoint FROM ledger_head;"
        "SELECT verifier, first, key, quote (nonce), quote (sealed) FROM ledger_keys ORDER BY number;"
        "SELECT size, checkpoint FROM ledger_anchors;";
  g_autoptr (GString) text = g_string_new (NULL);
  sqlite3 *database = open_file (fake);

  if (sqlite3_exec (database, sql, add_row, text, NULL) != SQLITE_OK)
    g_string_assign (text, "unreadable");
  sqlite3_close (database);
  return g_strdup (text->str);
}

static void
test_bytes (FakeLedger *fake, gconstpointer data)
{
  g_autofree char *before = dump (fake);
  g_autoptr (GBytes) file = fake_ledger_copy (fake, STORE_FILE_LEDGER_NAME);
  g_autoptr (GBytes) note = fake_ledger_copy (fake, LEDGER_NOTE_NAME);
  const gsize size = g_bytes_get_size (file);
  guint found = 0, flipped = 0;

  g_assert_cmpstr (before, !=, "unreadable");
  for (gsize place = g_test_rand_int_range (0, STEP); place < size; place += STEP)
    {
      g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (file, NULL), size);
      g_autoptr (GBytes) changed = NULL;
      g_autofree char *faults = NULL, *after = NULL;

      bytes[place] ^= (guint8)(1 << g_test_rand_int_range (0, 8));
      changed = g_bytes_new (bytes, size);
      fake_ledger_put_back (fake, STORE_FILE_LEDGER_NAME, changed);
      fake_ledger_put_back (fake, LEDGER_NOTE_NAME, note);
      faults = tell_faults (fake);
      fake_ledger_put_back (fake, STORE_FILE_LEDGER_NAME, changed);
      after = dump (fake);
      if (faults[0] == '\0' && strcmp (before, after) != 0)
        g_error ("byte %" G_GSIZE_FORMAT ": changed, and not found", place);
      found += faults[0] != '\0';
      flipped++;
    }
  g_test_message ("%u of %u flipped bytes were found; the others are of no row of it", found, flipped);
  g_assert_cmpuint (found, >, 100);
}

/* Each row: what somebody does with SQL, and what verify must say, among other things. */
static const struct
{
  const char *sql, *found;
} acts[] = {
  { "UPDATE ledger SET leaf = zeroblob (100) WHERE place = 50;", "50 changed\n" },
  { "UPDATE ledger SET leaf = NULL WHERE place = 50;", "50 pruned\n" },
  { "UPDATE ledger SET hashes = zeroblob (32) WHERE place = 50;", "50 changed\n" },
  { "UPDATE ledger SET hashes = zeroblob (64) WHERE place = 50;", "50 hash\n" },
  { "UPDATE ledger SET hashes = CAST (substr (hashes, 1, 32) || zeroblob (32) AS BLOB) WHERE place = 49;",
    "49 hash\n" },
  { "DELETE FROM ledger WHERE place = 50;", "50 missing\n" },
  { "DELETE FROM ledger WHERE place < 50;", "0 missing\n" },
  { "DELETE FROM ledger WHERE place >= 90;", "90 missing\n" }, /* the tail is cut */
  { "DELETE FROM ledger;", "0 missing\n" },
  { "INSERT INTO ledger SELECT place + 60, hashes, leaf FROM ledger WHERE place = 50;", "110 extra\n" },
  /* Two entries change places, with their own hashes. */
  { "UPDATE ledger SET place = -1 WHERE place = 50; UPDATE ledger SET place = 50 WHERE place = 52;"
    "UPDATE ledger SET place = 52 WHERE place = -1;",
    "51 hash\n" },
  { "UPDATE ledger SET place = -1 WHERE place = 50;", "50 missing\n" },
  { "UPDATE ledger_head SET size = 64, frontier = substr (frontier, 1, 32);", "63 head\n" },
  { "UPDATE ledger_head SET minimum = 60;", "pruned\n" },
  { "UPDATE ledger_head SET at = at + 1;", "head\n" },
  { "UPDATE ledger_head SET frontier = zeroblob (length (frontier));", "head\n" },
  { "UPDATE ledger_head SET checkpoint = (SELECT checkpoint FROM ledger_anchors);", "root\n" },
  { "UPDATE ledger_head SET checkpoint = '';", "root\n" },
  { "UPDATE ledger_head SET endorsement = 5;", "5 endorsement\n" },
  { "DELETE FROM ledger_head;", "0 head\n" },
  { "DELETE FROM ledger_keys WHERE number = 2;", "key\n" },
  { "UPDATE ledger_keys SET first = 2 WHERE number = 2;", "2 key\n" },
  { "UPDATE ledger_keys SET verifier = (SELECT verifier FROM ledger_keys WHERE number = 2) WHERE number = 1;",
    "0 key\n" },
  { "UPDATE ledger_keys SET sealed = zeroblob (48) WHERE number = 2;", "key\n" },
  { "DELETE FROM ledger_days WHERE day = (SELECT max (day) FROM ledger_days);", "index\n" },
  { "UPDATE ledger_days SET first = first + 20;", "index\n" },
  { "UPDATE ledger_anchors SET checkpoint = replace (checkpoint, '=', '+');", "foreign\n" },
  { "UPDATE ledger_anchors SET size = size + 9;", "foreign\n" }, /* as if more had left */
  { "DELETE FROM ledger; DELETE FROM ledger_head; DELETE FROM ledger_keys; DELETE FROM ledger_anchors;"
    "DELETE FROM ledger_days;",
    "older\n" },
};

static void
test_rows (FakeLedger *fake, gconstpointer data)
{
  g_autoptr (GBytes) file = fake_ledger_copy (fake, STORE_FILE_LEDGER_NAME);
  g_autoptr (GBytes) note = fake_ledger_copy (fake, LEDGER_NOTE_NAME);

  for (gsize i = 0; i < G_N_ELEMENTS (acts); i++)
    {
      sqlite3 *database;
      g_autofree char *faults = NULL;

      fake_ledger_put_back (fake, STORE_FILE_LEDGER_NAME, file);
      fake_ledger_put_back (fake, LEDGER_NOTE_NAME, note);
      database = open_file (fake);
      if (sqlite3_exec (database, acts[i].sql, NULL, NULL, NULL) != SQLITE_OK)
        g_error ("%s: %s", acts[i].sql, sqlite3_errmsg (database));
      sqlite3_close (database);
      faults = tell_faults (fake);
      if (strstr (faults, acts[i].found) == NULL)
        g_error ("%s: not found (%s), but: %s", acts[i].sql, acts[i].found, faults);
    }
}

/* Somebody writes the whole ledger anew, with an entry that says something else, and signs it with another key. */

typedef struct
{
  sqlite3 *database;
  MerkleFrontier frontier;
} Forgery;

static void
forge_row (Forgery *forgery, guint64 place, GBytes *leaf, const MerkleHash *kept)
{
  const MerklePiece piece
      = { leaf != NULL ? g_bytes_get_data (leaf, NULL) : NULL, leaf != NULL ? g_bytes_get_size (leaf) : 0 };
  MerkleHash hash = *kept, made[MERKLE_LEVELS];
  sqlite3_stmt *statement;
  guint n;

  if (leaf != NULL)
    merkle_hash_leaf (&piece, 1, &hash);
  n = merkle_frontier_append (&forgery->frontier, &hash, made);
  sqlite3_prepare_v2 (forgery->database, "UPDATE ledger SET hashes = ?, leaf = ? WHERE place = ?;", -1, &statement,
                      NULL);
  sqlite3_bind_blob (statement, 1, made, (int)(n * sizeof *made), SQLITE_STATIC);
  if (leaf != NULL)
    sqlite3_bind_blob (statement, 2, piece.bytes, (int)piece.size, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 3, (gint64)place);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_DONE);
  sqlite3_finalize (statement);
}

/* change_staff: one letter of an asserted name. */
static GBytes *
change_staff (GBytes *leaf)
{
  gsize size;
  guint8 *bytes = g_bytes_unref_to_data (leaf, &size);
  char *staff = g_strstr_len ((char *)bytes, (gssize)size, "staff-");

  if (staff == NULL)
    staff = memmem (bytes, size, "staff-", 6);
  g_assert_nonnull (staff);
  staff[6] ^= 1;
  return g_bytes_new_take (bytes, size);
}

static void
forge_rows (Forgery *forgery)
{
  sqlite3_stmt *statement;
  guint64 place = 0;

  sqlite3_prepare_v2 (forgery->database, "SELECT leaf, hashes FROM ledger ORDER BY place;", -1, &statement, NULL);
  for (; sqlite3_step (statement) == SQLITE_ROW; place++)
    {
      g_autoptr (GBytes) leaf
          = sqlite3_column_type (statement, 0) != SQLITE_NULL
                ? g_bytes_new (sqlite3_column_blob (statement, 0), (gsize)sqlite3_column_bytes (statement, 0))
                : NULL;
      MerkleHash kept;

      memcpy (&kept, sqlite3_column_blob (statement, 1), sizeof kept);
      if (place == 50)
        leaf = change_staff (g_steal_pointer (&leaf));
      forge_row (forgery, place, leaf, &kept);
    }
  sqlite3_finalize (statement);
}

static void
forge_head (Forgery *forgery, const char *origin, gboolean with_own_key)
{
  guint8 seed[NOTE_KEY_SIZE] = { 7 }, key[NOTE_KEY_SIZE];
  g_autoptr (NoteVerifier) verifier = NULL;
  Checkpoint checkpoint = { (char *)origin, forgery->frontier.size, { { 0 } }, NULL };
  g_autofree char *text = NULL, *signed_text = NULL, *name = NULL;
  char *sql;
  g_autoptr (SignedNote) note = NULL;

  note_get_public_key (seed, key);
  verifier = note_verifier_new (origin, NOTE_TYPE_ED25519, key);
  merkle_frontier_get_root (&forgery->frontier, &checkpoint.root);
  text = checkpoint_to_text (&checkpoint);
  note = signed_note_new (text);
  signed_note_sign (note, verifier, seed, 0);
  signed_text = signed_note_to_string (note);
  name = note_verifier_to_string (verifier);
  sql = sqlite3_mprintf (with_own_key ? "UPDATE ledger_head SET checkpoint = %Q;"
                                        "UPDATE ledger_keys SET verifier = %Q WHERE number = 2;"
                                      : "UPDATE ledger_head SET checkpoint = %Q;",
                         signed_text, name);
  g_assert_cmpint (sqlite3_exec (forgery->database, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_free (sql);
}

static void
forge_frontier (Forgery *forgery)
{
  sqlite3_stmt *statement;

  sqlite3_prepare_v2 (forgery->database, "UPDATE ledger_head SET frontier = ?;", -1, &statement, NULL);
  sqlite3_bind_blob (statement, 1, forgery->frontier.nodes,
                     (int)(merkle_frontier_count (forgery->frontier.size) * sizeof (MerkleHash)), SQLITE_STATIC);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_DONE);
  sqlite3_finalize (statement);
}

static void
test_forgery (FakeLedger *fake, gconstpointer data)
{
  g_autoptr (GBytes) file = fake_ledger_copy (fake, STORE_FILE_LEDGER_NAME);
  g_autofree char *origin = NULL;

  fake_ledger_open (fake);
  {
    g_autoptr (LedgerState) state = fake_ledger_get_state (fake, NULL);

    origin = g_strdup (state->origin);
  }
  fake_ledger_close (fake);
  for (guint round = 0; round < 3; round++)
    {
      Forgery forgery = { NULL, { 0 } };
      g_autofree char *faults = NULL;
      g_autoptr (GError) error = NULL;
      guint64 index;

      fake_ledger_put_back (fake, STORE_FILE_LEDGER_NAME, file);
      forgery.database = open_file (fake);
      forge_rows (&forgery);
      if (round > 0)
        forge_head (&forgery, origin, round == 2);
      forge_frontier (&forgery);
      sqlite3_close (forgery.database);
      faults = tell_faults (fake);
      g_assert_nonnull (strstr (faults, round == 0 ? "root\n" : round == 1 ? "signature\n" : "key\n"));
      g_assert_nonnull (strstr (faults, "other\n")); /* and the checkpoint that left says so as well */
      fake_ledger_open (fake);
      g_assert_false (fake_ledger_try_append (fake, 100, 101, &index, &error)); /* nothing goes on from there */
      fake_ledger_close (fake);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  log_init ();
  fake_disk_install (); /* for its flushes, which are none */
  g_test_add ("/ledger-tampering/bytes", FakeLedger, NULL, set_up, test_bytes, tear_down);
  g_test_add ("/ledger-tampering/rows", FakeLedger, NULL, set_up, test_rows, tear_down);
  g_test_add ("/ledger-tampering/forgery", FakeLedger, NULL, set_up, test_forgery, tear_down);
  return g_test_run ();
}
