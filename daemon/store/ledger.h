/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger: who saw what of whom, and by whose consent; append-only, in a file of its own (`ledger.db`), as an RFC 6962
 * tree in the C2SP formats, so that outsiders verify it with tools that we did not write. In: entries. Out: their
 * places, when they are on the disk; and checkpoints, proofs, entries, and what is wrong with it.
 *
 * A leaf is the RFC 6962 hash of 16 random bytes and the entry's canonical bytes. What was pruned keeps its hash.
 *
 * Nothing is set aside and begun anew here by itself: a ledger that cannot be read, or that is older than what was
 * noted of it beside the file (ledger-note.h), is LEDGER_FAILED until an administrator has decided. Without the store's
 * key (store-key.h, purposes "ledger-person" and "ledger-key") there is no ledger either: NOT_FOUND. Before the first
 * entry neither file nor key is touched, and what only reads is NOT_FOUND. Asynchronous; on the main thread.
 */
#pragma once

#include "store/ledger-endorsement.h"
#include "store/ledger-reads.h"
#include "store/ledger-types.h"
#include "store/store.h"

/*
 * ledger_new: @store: of STORE_FILE_LEDGER; it outlives the ledger. ledger_free: what waits lazily is written; the
 * store waits for that.
 */
Ledger *ledger_new (Store *store);
void ledger_free (Ledger *ledger);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Ledger, ledger_free)

/*
 * ledger_ref, ledger_unref: any thread: for a job of another tenant, which needs the memory of ledger_append_in also
 * where the ledger was freed while the job waited in the line. (transfer full).
 */
Ledger *ledger_ref (Ledger *ledger);
void ledger_unref (gpointer ledger);

/*
 * ledger_set_origin: how the origin of a ledger begins that is yet to be made (as a name of signed-note.h); behind it
 * come a slash and the SHA-256 of its first key. NULL: LEDGER_ORIGIN. ledger_set_retention: entries that are older are
 * pruned, once a day, with what is appended; 0, as at first: none is.
 */
void ledger_set_origin (Ledger *ledger, const char *begin);
void ledger_set_retention (Ledger *ledger, guint days);

/* ledger_add_observer: @observer: called until the ledger is freed, or ledger_remove_observer. */
void ledger_add_observer (Ledger *ledger, LedgerObserver observer, gpointer user_data);
void ledger_remove_observer (Ledger *ledger, LedgerObserver observer, gpointer user_data);

/* Writing. */

/* ledger_append: @entries: (transfer full) of LedgerEntry: all in one transaction, one flush. Finish: the place (from
 * 0) of the first, and they are on the disk; FALSE with LEDGER_FAILED: none is. */
void ledger_append (Ledger *ledger, GPtrArray *entries, GAsyncReadyCallback callback, gpointer user_data);
gboolean ledger_append_finish (Ledger *ledger, GAsyncResult *result, guint64 *ret_index, GError **error);

/*
 * ledger_append_lazily: @entry (transfer full) goes to the disk with the next that is appended, or within ten seconds,
 * or when LEDGER_LAZY_MANY wait, or when somebody asks for the ledger; it waits in memory for a disk that does not
 * answer. For what nobody waits for.
 */
#define LEDGER_LAZY_MANY 64
void ledger_append_lazily (Ledger *ledger, LedgerEntry *entry);

/*
 * ledger_append_in: inside a job of the ledger's own store (ledger_get_store), of another tenant of that file: the
 * entry is there if and only if what that tenant writes is. When the job has succeeded, ledger_note_written.
 * LEDGER_FAILED. ledger_get_last_leaf: in that job: the leaf hash of what was appended last.
 */
gboolean ledger_append_in (Ledger *ledger, struct sqlite3 *database, const LedgerEntry *entry, guint64 *ret_index,
                           GError **error);
void ledger_get_last_leaf (Ledger *ledger, MerkleHash *ret_leaf);
void ledger_note_written (Ledger *ledger);
Store *ledger_get_store (Ledger *ledger);

/*
 * ledger_hash_person: HMAC-SHA256 under the key for people, of @parts (NULL-ended; length-prefixed). NOT_FOUND: no key.
 * _before: under the key before it: entries older than a rotation of the store's key have that. NOT_FOUND: there is
 * none.
 */
gboolean ledger_hash_person (Ledger *ledger, const char *const *parts, guint8 ret_hash[LEDGER_PERSON_SIZE],
                             GError **error);
gboolean ledger_hash_person_before (Ledger *ledger, const char *const *parts, guint8 ret_hash[LEDGER_PERSON_SIZE],
                                    GError **error);

/* What left. */

/*
 * ledger_note_anchor: @checkpoint, a signed note of this ledger, is at @where now: kept with the next that is appended
 * or within ten seconds. With cosignatures in it, the checkpoint of that size has them from then on.
 */
void ledger_note_anchor (Ledger *ledger, const char *where, const char *checkpoint);

/* An administrator's acts. @entry: (transfer full) who does it, and why; what it is, is added here. */

/*
 * ledger_restore: @entry: of kind RESTORE: the ledger as it is now is the one that counts, though an older one: what
 * was noted of a later one is in it (BEFORE: its size; SIZE, ROOT: as it is now). Finish: its place.
 */
void ledger_restore (Ledger *ledger, LedgerEntry *entry, GAsyncReadyCallback callback, gpointer user_data);
gboolean ledger_restore_finish (Ledger *ledger, GAsyncResult *result, guint64 *ret_index, GError **error);

/*
 * ledger_change_key: @entry: of kind KEY. @act: "rotated", "lost" (it cannot be read any more) or "compromised": a new
 * key signs from this entry on; the former one vouches for what was before. Finish: its place.
 */
void ledger_change_key (Ledger *ledger, LedgerEntry *entry, const char *act, GAsyncReadyCallback callback,
                        gpointer user_data);
gboolean ledger_change_key_finish (Ledger *ledger, GAsyncResult *result, guint64 *ret_index, GError **error);
