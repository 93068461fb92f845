/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-ledger: a ledger that is born, grows, is asked and proves what it says; what waits lazily; another tenant of its
 * file; clocks, retention, keys; an older copy of it, and an administrator who says that it counts; a disk on which
 * each step goes wrong.
 */
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "codec/tlog-proof.h"
#include "fake-disk.h"
#include "fake-ledger.h"
#include "store/ledger-note.h"
#include "store/store-file.h"
#include "store/store-key.h"

gint64 __real_g_get_real_time (void);
gint64 __wrap_g_get_real_time (void);

static gint64 shift; /* of the wall clock */

gint64
__wrap_g_get_real_time (void)
{
  return __real_g_get_real_time () + shift;
}

static void
set_up (FakeLedger *fake, gconstpointer data)
{
  fake_ledger_begin (fake);
  fake_ledger_open (fake);
  shift = 0;
}

static void
tear_down (FakeLedger *fake, gconstpointer data)
{
  fake_ledger_end (fake);
}

static void
reopen (FakeLedger *fake)
{
  fake_ledger_close (fake);
  fake_ledger_open (fake);
}

/* Born, and grown. */

static void
test_untouched (FakeLedger *fake, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (fake_ledger_get_state (fake, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND);
  g_assert_cmpint (access (fake->file, F_OK), ==, -1);
}

static void
test_no_key (FakeLedger *fake, gconstpointer data)
{
  static const char *const parts[] = { "name", "x", NULL };
  g_autoptr (GError) error = NULL;
  guint8 hash[LEDGER_PERSON_SIZE];
  guint64 index;

  fake_ledger_set_key (fake, STORE_KEY_CREDENTIAL, 0);
  g_assert_false (fake_ledger_try_append (fake, 0, 1, &index, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND);
  g_assert_false (ledger_hash_person (fake->ledger, parts, hash, NULL));
  ledger_append_lazily (fake->ledger, fake_ledger_make_entry (0));
  reopen (fake);
  g_assert_cmpint (access (fake->file, F_OK), ==, -1);
}

static void
test_born (FakeLedger *fake, gconstpointer data)
{
  g_autoptr (LedgerState) state = NULL, again = NULL;
  g_autoptr (SignedNote) note = NULL;
  g_autoptr (NoteVerifier) verifier = NULL;

  g_assert_cmpuint (fake_ledger_append (fake, 0, 3), ==, 1); /* behind its key */
  g_assert_cmpuint (fake_ledger_append (fake, 3, 4), ==, 4);
  state = fake_ledger_get_state (fake, NULL);
  g_assert_cmpuint (state->size, ==, 5);
  g_assert_cmpuint (ledger_get_size (fake->ledger), ==, 5);
  g_assert_cmpuint (fake->news, ==, 2);
  g_assert_true ((fake->kinds >> LEDGER_KEY & 1) != 0 && (fake->kinds >> LEDGER_CHECK & 1) != 0);
  g_assert_true (g_str_has_prefix (state->origin, LEDGER_ORIGIN "/"));
  g_assert_false (state->is_endorsed);
  note = signed_note_parse (state->checkpoint);
  verifier = note_verifier_parse (state->verifier);
  g_assert_cmpint (signed_note_verify (note, verifier, NULL), ==, NOTE_SIGNED);
  fake_ledger_assert_sound (fake);
  reopen (fake);
  again = fake_ledger_get_state (fake, NULL);
  g_assert_cmpstr (again->checkpoint, ==, state->checkpoint);
  g_assert_cmpuint (fake_ledger_append (fake, 4, 5), ==, 5);
  fake_ledger_assert_sound (fake);
}

static void
test_origin (FakeLedger *fake, gconstpointer data)
{
  g_autoptr (LedgerState) state = NULL;

  ledger_set_origin (fake->ledger, "log.example.org/clinic");
  fake_ledger_append (fake, 0, 1);
  state = fake_ledger_get_state (fake, NULL);
  g_assert_true (g_str_has_prefix (state->origin, "log.example.org/clinic/"));
  g_assert_cmpuint (strlen (state->origin), ==, strlen ("log.example.org/clinic/") + 64);
}

static void
test_lazily (FakeLedger *fake, gconstpointer data)
{
  g_autoptr (LedgerState) state = NULL, later = NULL;

  ledger_append_lazily (fake->ledger, fake_ledger_make_entry (0));
  ledger_append_lazily (fake->ledger, fake_ledger_make_entry (1));
  g_assert_cmpuint (fake_ledger_append (fake, 2, 3), ==, 3); /* with what waited before it */
  ledger_append_lazily (fake->ledger, fake_ledger_make_entry (3));
  state = fake_ledger_get_state (fake, NULL); /* who asks hears of it */
  g_assert_cmpuint (state->size, ==, 5);
  ledger_append_lazily (fake->ledger, fake_ledger_make_entry (4));
  reopen (fake); /* at the end it is written */
  later = fake_ledger_get_state (fake, NULL);
  g_assert_cmpuint (later->size, ==, 6);
  fake_ledger_assert_sound (fake);
}

/* test_lazily_many: nobody asks, and no time passes: it is their number that has them written. */
static void
test_lazily_many (FakeLedger *fake, gconstpointer data)
{
  for (guint i = 0; i < LEDGER_LAZY_MANY; i++)
    {
      g_assert_cmpuint (ledger_get_size (fake->ledger), ==, 0);
      ledger_append_lazily (fake->ledger, fake_ledger_make_entry (i));
    }
  while (fake->news == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (ledger_get_size (fake->ledger), ==, 1 + LEDGER_LAZY_MANY); /* behind its key */
  fake_ledger_assert_sound (fake);
}

/* Another tenant's job. */
typedef struct
{
  FakeLedger *fake;
  gboolean fails;
  guint64 index;
  MerkleHash leaf;
} Tenancy;

static gboolean
write_both (sqlite3 *database, gpointer data, GError **error)
{
  Tenancy *tenancy = data;
  g_autoptr (LedgerEntry) entry = fake_ledger_make_entry (0);

  if (!ledger_append_in (tenancy->fake->ledger, database, entry, &tenancy->index, error))
    return FALSE;
  ledger_get_last_leaf (tenancy->fake->ledger, &tenancy->leaf);
  if (tenancy->fails)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED, "no");
  return !tenancy->fails;
}

static gboolean
run_tenant (FakeLedger *fake, Tenancy *tenancy)
{
  g_autoptr (GAsyncResult) result = NULL;

  store_run (ledger_get_store (fake->ledger), write_both, tenancy, NULL, fake_ledger_on_result, fake);
  result = fake_ledger_wait (fake);
  return store_run_finish (result, NULL);
}

static void
test_tenant (FakeLedger *fake, gconstpointer data)
{
  Tenancy tenancy = { fake, FALSE, 0, { { 0 } } }, failing = { fake, TRUE, 0, { { 0 } } };
  g_autoptr (GPtrArray) records = NULL;
  guint64 next;

  g_assert_true (run_tenant (fake, &tenancy));
  ledger_note_written (fake->ledger);
  g_assert_cmpuint (tenancy.index, ==, 1);
  g_assert_false (run_tenant (fake, &failing));
  g_assert_cmpuint (fake_ledger_append (fake, 1, 2), ==, 2);
  records = fake_ledger_read (fake, &(LedgerFilter){ .first = 1 }, &next);
  g_assert_cmpuint (records->len, ==, 2);
  g_assert_true (merkle_hash_equal (&((LedgerRecord *)records->pdata[0])->hash, &tenancy.leaf));
  fake_ledger_assert_sound (fake);
}

/* Asking. */

static guint
count (FakeLedger *fake, LedgerFilter filter)
{
  guint found = 0;
  guint64 size = ledger_get_size (fake->ledger);

  while (filter.first < size)
    {
      g_autoptr (GPtrArray) records = fake_ledger_read (fake, &filter, &filter.first);

      found += records->len;
    }
  return found;
}

static void
test_read (FakeLedger *fake, gconstpointer data)
{
  guint8 person[LEDGER_PERSON_SIZE];
  const gint64 now = g_get_real_time ();
  guint64 next = 0;
  g_autoptr (GPtrArray) few = NULL;

  fake_ledger_append (fake, 0, 1000);
  shift = 3 * G_TIME_SPAN_DAY;
  fake_ledger_append (fake, 1000, 1100); /* behind an entry of the clock */
  few = fake_ledger_read (fake, &(LedgerFilter){ .limit = 3, .staff = "staff-2" }, &next);
  g_assert_cmpuint (few->len, ==, 3);
  g_assert_cmpuint (((LedgerRecord *)few->pdata[2])->index, ==, 17);
  g_assert_cmpuint (next, ==, 18);
  g_assert_cmpstr (ledger_entry_get_text (((LedgerRecord *)few->pdata[2])->entry, LEDGER_FIELD_STAFF), ==, "staff-2");
  memset (person, 7, sizeof person);
  g_assert_cmpuint (count (fake, (LedgerFilter){ 0 }), ==, 1102);
  g_assert_cmpuint (count (fake, (LedgerFilter){ .person = person }), ==, 22);
  g_assert_cmpuint (count (fake, (LedgerFilter){ .person_number = person }), ==, 0);
  g_assert_cmpuint (count (fake, (LedgerFilter){ .kinds = 1 << LEDGER_KEY | 1 << LEDGER_CLOCK }), ==, 2);
  g_assert_cmpuint (count (fake, (LedgerFilter){ .has_uid = TRUE, .uid = 1001 }), ==, 367);
  g_assert_cmpuint (count (fake, (LedgerFilter){ .visit = "/org/shikaku/Shikaku1/visit/v3" }), ==, 4);
  g_assert_cmpuint (count (fake, (LedgerFilter){ .from = now + G_TIME_SPAN_DAY }), ==, 101);
  g_assert_cmpuint (count (fake, (LedgerFilter){ .to = now + G_TIME_SPAN_DAY }), ==, 1001);
  fake_ledger_assert_sound (fake);
}

static char *
prove (FakeLedger *fake, guint64 index, const char *checkpoint, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  ledger_prove (fake->ledger, index, checkpoint, fake_ledger_on_result, fake);
  result = fake_ledger_wait (fake);
  return ledger_prove_finish (fake->ledger, result, error);
}

static void
assert_proof (FakeLedger *fake, const LedgerRecord *record, const char *checkpoint, const NoteVerifier *verifier)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = prove (fake, record->index, checkpoint, &error);
  g_autoptr (TlogProof) proof = text != NULL ? tlog_proof_parse (text) : NULL;
  const MerklePiece piece = { g_bytes_get_data (record->leaf, NULL), g_bytes_get_size (record->leaf) };
  MerkleHash leaf;

  g_assert_no_error (error);
  g_assert_nonnull (proof);
  merkle_hash_leaf (&piece, 1, &leaf);
  g_assert_true (merkle_hash_equal (&leaf, &record->hash));
  g_assert_cmpint (tlog_proof_verify (proof, verifier, NULL, &leaf), ==, TLOG_PROOF_RIGHT);
}

static void
test_proofs (FakeLedger *fake, gconstpointer data)
{
  g_autoptr (LedgerState) early = NULL, late = NULL;
  g_autoptr (NoteVerifier) verifier = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) hashes = NULL;
  g_autoptr (GError) error = NULL;
  guint64 next;

  fake_ledger_append (fake, 0, 99);
  early = fake_ledger_get_state (fake, NULL);
  fake_ledger_append (fake, 99, 250);
  late = fake_ledger_get_state (fake, NULL);
  verifier = note_verifier_parse (late->verifier);
  records = fake_ledger_read (fake, &(LedgerFilter){ 0 }, &next);
  for (guint i = 0; i < records->len; i++)
    assert_proof (fake, records->pdata[i], i < 100 ? early->checkpoint : NULL, verifier);
  g_assert_null (prove (fake, 100, early->checkpoint, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NOT_FOUND);
  ledger_prove_consistency (fake->ledger, early->size, late->size, fake_ledger_on_result, fake);
  result = fake_ledger_wait (fake);
  hashes = ledger_prove_consistency_finish (fake->ledger, result, NULL);
  g_assert_true (merkle_verify_consistency (early->size, &early->root, late->size, &late->root,
                                            g_bytes_get_data (hashes, NULL),
                                            (guint)(g_bytes_get_size (hashes) / MERKLE_HASH_SIZE)));
}

static void
test_anchors (FakeLedger *fake, gconstpointer data)
{
  g_autoptr (LedgerState) state = NULL, anchored = NULL;
  g_autoptr (SignedNote) note = NULL;
  g_autoptr (NoteVerifier) witness = NULL;
  g_autofree char *cosigned = NULL;
  guint8 seed[NOTE_KEY_SIZE] = { 9 }, key[NOTE_KEY_SIZE];

  fake_ledger_append (fake, 0, 3);
  state = fake_ledger_get_state (fake, NULL);
  note = signed_note_parse (state->checkpoint);
  note_get_public_key (seed, key);
  witness = note_verifier_new ("example.org/witness", NOTE_TYPE_COSIGNATURE, key);
  signed_note_sign (note, witness, seed, 1);
  cosigned = signed_note_to_string (note);
  ledger_note_anchor (fake->ledger, "witness", cosigned);
  ledger_note_anchor (fake->ledger, "journal", state->checkpoint);
  ledger_note_anchor (fake->ledger, "file", "nothing of ours\n\n");
  anchored = fake_ledger_get_state (fake, NULL);
  g_assert_cmpuint (anchored->anchors->len, ==, 2);
  g_assert_cmpstr (anchored->checkpoint, ==, cosigned);
  fake_ledger_assert_sound (fake);
}

/* Clocks. */

static char *
find_acts (FakeLedger *fake, LedgerKind kind)
{
  g_autoptr (GString) acts = g_string_new (NULL);
  guint64 next;
  g_autoptr (GPtrArray) records
      = fake_ledger_read (fake, &(LedgerFilter){ .kinds = G_GUINT64_CONSTANT (1) << kind }, &next);

  for (guint i = 0; i < records->len; i++)
    g_string_append_printf (acts, "%s ",
                            ledger_entry_get_text (((LedgerRecord *)records->pdata[i])->entry, LEDGER_FIELD_ACT));
  return g_strdup (acts->str);
}

static void
test_clock (FakeLedger *fake, gconstpointer data)
{
  g_autofree char *acts = NULL;

  fake_ledger_append (fake, 0, 2);
  shift -= G_TIME_SPAN_SECOND; /* as a leap second */
  fake_ledger_append (fake, 2, 3);
  shift -= 5 * G_TIME_SPAN_SECOND;
  fake_ledger_append (fake, 3, 4); /* back */
  shift += 30 * G_TIME_SPAN_SECOND;
  fake_ledger_append (fake, 4, 5);
  shift += G_TIME_SPAN_HOUR;
  fake_ledger_append (fake, 5, 6); /* ahead */
  shift -= 2 * G_TIME_SPAN_HOUR;
  reopen (fake);
  fake_ledger_append (fake, 6, 7); /* back, in another run */
  acts = find_acts (fake, LEDGER_CLOCK);
  g_assert_cmpstr (acts, ==, "back ahead back ");
  fake_ledger_assert_sound (fake);
}

/* Retention. */

static void
test_prune (FakeLedger *fake, gconstpointer data)
{
  g_autoptr (LedgerState) state = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (NoteVerifier) verifier = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *proof = NULL;
  guint64 next;

  fake_ledger_append (fake, 0, 1500);
  shift = 40 * G_TIME_SPAN_DAY;
  ledger_set_retention (fake->ledger, 30);
  fake_ledger_append (fake, 1500, 1600);
  do /* what is pruned comes after what was appended */
    {
      g_clear_pointer (&state, ledger_state_free);
      state = fake_ledger_get_state (fake, NULL);
    }
  while (state->minimum < 1501);
  g_assert_cmpuint (state->minimum, ==, 1501);
  records = fake_ledger_read (fake, &(LedgerFilter){ 0 }, &next);
  g_assert_nonnull (((LedgerRecord *)records->pdata[0])->leaf); /* its key */
  g_assert_null (((LedgerRecord *)records->pdata[1])->leaf);
  verifier = note_verifier_parse (state->verifier);
  proof = prove (fake, 1, NULL, &error); /* of what somebody kept a receipt of */
  g_assert_no_error (error);
  g_assert_nonnull (proof);
  fake_ledger_assert_sound (fake);
  reopen (fake);
  fake_ledger_assert_sound (fake);
  g_assert_cmpuint (count (fake, (LedgerFilter){ .kinds = 1 << LEDGER_PRUNE }), ==, 2);
}

/* Keys. */

static guint64
change_key (FakeLedger *fake, const char *act)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  guint64 index = 0;

  ledger_change_key (fake->ledger, ledger_entry_new (LEDGER_KEY), act, fake_ledger_on_result, fake);
  result = fake_ledger_wait (fake);
  ledger_change_key_finish (fake->ledger, result, &index, &error);
  g_assert_no_error (error);
  return index;
}

static void
test_rotation (FakeLedger *fake, gconstpointer data)
{
  g_autoptr (LedgerState) before = NULL, after = NULL;
  g_autoptr (LedgerVerdict) verdict = NULL;
  g_autofree char *acts = NULL;

  fake_ledger_append (fake, 0, 5);
  before = fake_ledger_get_state (fake, NULL);
  ledger_note_anchor (fake->ledger, "journal", before->checkpoint);
  g_assert_cmpuint (change_key (fake, "rotated"), ==, 6);
  after = fake_ledger_get_state (fake, NULL);
  g_assert_cmpstr (after->origin, ==, before->origin);
  g_assert_cmpstr (after->verifier, !=, before->verifier);
  fake_ledger_append (fake, 5, 9);
  fake_ledger_assert_sound (fake); /* the former key vouches for what left before */
  verdict = fake_ledger_verify (fake, before->checkpoint);
  g_assert_cmpuint (verdict->faults->len, ==, 0);
  reopen (fake);
  change_key (fake, "compromised");
  fake_ledger_assert_sound (fake);
  acts = find_acts (fake, LEDGER_KEY);
  g_assert_cmpstr (acts, ==, "made rotated compromised ");
}

static void
test_store_key (FakeLedger *fake, gconstpointer data)
{
  static const char *const parts[] = { "name", "x", NULL };
  guint8 first[LEDGER_PERSON_SIZE], now[LEDGER_PERSON_SIZE], before[LEDGER_PERSON_SIZE];
  g_autoptr (GError) error = NULL;
  guint64 index;

  fake_ledger_append (fake, 0, 5);
  g_assert_true (ledger_hash_person (fake->ledger, parts, first, NULL));
  g_assert_false (ledger_hash_person_before (fake->ledger, parts, before, NULL));
  fake_ledger_close (fake);
  fake_ledger_set_key (fake, STORE_KEY_CREDENTIAL_PREVIOUS, 1);
  fake_ledger_set_key (fake, STORE_KEY_CREDENTIAL, 2);
  fake_ledger_open (fake);
  g_assert_true (ledger_hash_person (fake->ledger, parts, now, NULL));
  g_assert_true (ledger_hash_person_before (fake->ledger, parts, before, NULL));
  g_assert_cmpmem (first, sizeof first, before, sizeof before);
  g_assert_true (memcmp (first, now, sizeof first) != 0);
  fake_ledger_append (fake, 5, 6);
  fake_ledger_close (fake);
  fake_ledger_set_key (fake, STORE_KEY_CREDENTIAL_PREVIOUS, 0);
  fake_ledger_open (fake);
  fake_ledger_append (fake, 6, 7); /* it was sealed under the new one */
  fake_ledger_assert_sound (fake);
  fake_ledger_close (fake);
  fake_ledger_set_key (fake, STORE_KEY_CREDENTIAL, 3); /* and now it is lost */
  fake_ledger_open (fake);
  g_assert_false (fake_ledger_try_append (fake, 7, 8, &index, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED);
  g_assert_true (fake->has_failed);
  change_key (fake, "lost");
  fake_ledger_append (fake, 8, 9);
  fake_ledger_assert_sound (fake);
}

/* An older copy. */

static gboolean
restore (FakeLedger *fake, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  LedgerEntry *entry = ledger_entry_new (LEDGER_RESTORE);
  guint64 index;

  ledger_entry_add_text (entry, LEDGER_FIELD_REASON, "disk replaced");
  ledger_restore (fake->ledger, entry, fake_ledger_on_result, fake);
  result = fake_ledger_wait (fake);
  return ledger_restore_finish (fake->ledger, result, &index, error);
}

static void
test_restore (FakeLedger *fake, gconstpointer data)
{
  g_autoptr (GBytes) older = NULL;
  g_autoptr (LedgerState) newest = NULL, restored = NULL;
  g_autoptr (LedgerVerdict) verdict = NULL, later = NULL;
  g_autoptr (GError) error = NULL;
  guint64 index;

  fake_ledger_append (fake, 0, 5);
  fake_ledger_close (fake);
  older = fake_ledger_copy (fake, STORE_FILE_LEDGER_NAME);
  fake_ledger_open (fake);
  fake_ledger_append (fake, 5, 9);
  newest = fake_ledger_get_state (fake, NULL);
  fake_ledger_close (fake);
  fake_ledger_put_back (fake, STORE_FILE_LEDGER_NAME, older);
  fake_ledger_open (fake);
  g_assert_false (fake_ledger_try_append (fake, 9, 10, &index, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED);
  g_assert_nonnull (strstr (error->message, "6 entries, and had 10"));
  verdict = fake_ledger_verify (fake, newest->checkpoint);
  g_assert_cmpint (fake_ledger_find_fault (verdict, "older")->place, ==, 6);
  g_clear_error (&error);
  g_assert_true (restore (fake, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fake_ledger_append (fake, 10, 20), ==, 7);
  restored = fake_ledger_get_state (fake, NULL);
  g_assert_cmpstr (restored->origin, !=, newest->origin); /* it would have said two things of one size */
  fake_ledger_assert_sound (fake);
  reopen (fake);
  fake_ledger_append (fake, 20, 21);
  later = fake_ledger_verify (fake, newest->checkpoint); /* what left stays what it was */
  g_assert_nonnull (fake_ledger_find_fault (later, "other"));
}

static void
test_lost (FakeLedger *fake, gconstpointer data)
{
  g_autofree char *note = g_build_filename (fake->folder, LEDGER_NOTE_NAME, NULL);
  g_autoptr (GError) error = NULL;
  guint64 index;

  fake_ledger_append (fake, 0, 5);
  fake_ledger_close (fake);
  g_unlink (fake->file); /* a new one is not begun in silence */
  fake_ledger_open (fake);
  g_assert_false (fake_ledger_try_append (fake, 5, 6, &index, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED);
  g_assert_true (restore (fake, NULL));
  fake_ledger_append (fake, 5, 6);
  fake_ledger_close (fake);
  g_unlink (note); /* nor is one gone on with of which nobody knows whether it is the newest */
  fake_ledger_open (fake);
  g_assert_false (fake_ledger_try_append (fake, 6, 7, &index, NULL));
  g_assert_true (restore (fake, NULL));
  fake_ledger_append (fake, 6, 7);
  fake_ledger_assert_sound (fake);
}

/* Each step of SQLite goes wrong in turn: what was refused is not there, what was not is, and it goes on. */
static void
test_disk (FakeLedger *fake, gconstpointer data)
{
  static const FakeDiskFault faults[] = { FAKE_DISK_FULL, FAKE_DISK_BROKEN, FAKE_DISK_SHORT };
  guint refused = 0, number = 1;

  fake_ledger_append (fake, 0, 1);
  for (guint kind = 0; kind < G_N_ELEMENTS (faults); kind++)
    for (guint step = 1, steps = 2; step < steps; step++)
      {
        guint64 index = 0, size;
        gboolean done;
        g_autoptr (LedgerState) state = NULL;
        g_autoptr (GError) error = NULL;

        fake_disk_arm (faults[kind], step, FALSE);
        size = ledger_get_size (fake->ledger);
        done = fake_ledger_try_append (fake, number, number + 2, &index, &error);
        steps = MAX (steps, fake_disk_disarm () + 1);
        number += 2;
        if (!done)
          g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_LEDGER_FAILED);
        refused += !done;
        state = fake_ledger_get_state (fake, NULL);
        g_assert_nonnull (state);
        if (done)
          g_assert_cmpuint (state->size, ==, index + 2);
        else /* where the last flush failed it may be there as a whole */
          g_assert_true (state->size == size || state->size == size + 2);
        fake_ledger_append (fake, number, number + 1);
        number++;
      }
  g_assert_cmpuint (refused, >, 3);
  fake_ledger_assert_sound (fake);
}

int
main (int argc, char *argv[])
{
  static const struct
  {
    const char *name;
    void (*test) (FakeLedger *fake, gconstpointer data);
  } tests[] = {
    { "/ledger/untouched", test_untouched }, { "/ledger/no-key", test_no_key },
    { "/ledger/born", test_born },           { "/ledger/origin", test_origin },
    { "/ledger/lazily", test_lazily },       { "/ledger/lazily-many", test_lazily_many },
    { "/ledger/tenant", test_tenant },       { "/ledger/read", test_read },
    { "/ledger/proofs", test_proofs },       { "/ledger/anchors", test_anchors },
    { "/ledger/clock", test_clock },         { "/ledger/prune", test_prune },
    { "/ledger/rotation", test_rotation },   { "/ledger/store-key", test_store_key },
    { "/ledger/restore", test_restore },     { "/ledger/lost", test_lost },
    { "/ledger/disk", test_disk },
  };

  g_test_init (&argc, &argv, NULL);
  log_init ();
  fake_disk_install ();
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, FakeLedger, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
