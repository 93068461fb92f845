/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger: who saw what of whom, and by whose consent; append-only, in a file of its own (`ledger.db`), as an RFC 6962
 * tree in the C2SP formats, so that outsiders verify it with tools that we did not write. In: entries. Out: their
 * places, when they are on the disk; and checkpoints, proofs, entries, and what is wrong with it.
 *
 * A leaf is the RFC 6962 hash of 16 random bytes and the entry's canonical bytes. What was pruned keeps its hash.
 *
 * Nothing is set aside and begun anew here by itself: a ledger that cannot be read is LEDGER_FAILED until an
 * administrator has decided. Without the store's key (store-key.h, purposes "ledger-person" and "ledger-key") there is
 * no ledger either: NOT_FOUND. Asynchronous; on the main thread.
 */
#pragma once

#include "codec/ledger-entry.h"
#include "store/store.h"

typedef struct Ledger Ledger;

#define LEDGER_PERSON_SIZE 32 /* bytes of a keyed hash */

/* ledger_append: @entries: (transfer full) of LedgerEntry: all in one transaction, one flush. Finish: the place (from
 * 0) of the first, and they are on the disk; FALSE with LEDGER_FAILED: none is. */
void ledger_append (Ledger *ledger, GPtrArray *entries, GAsyncReadyCallback callback, gpointer user_data);
gboolean ledger_append_finish (Ledger *ledger, GAsyncResult *result, guint64 *ret_index, GError **error);

/*
 * ledger_append_lazily: @entry (transfer full) goes to the disk with the next that is appended, or within ten seconds, or
 * when somebody asks for the ledger; it waits in memory for a disk that does not answer. For what nobody waits for.
 */
void ledger_append_lazily (Ledger *ledger, LedgerEntry *entry);

/*
 * ledger_append_in: inside a job of the ledger's own store (ledger_get_store), of another tenant of that file: the entry is there if
 * and only if what that tenant writes is. When the job has succeeded, ledger_note_written. LEDGER_FAILED.
 */
gboolean ledger_append_in (Ledger *ledger, struct sqlite3 *database, const LedgerEntry *entry, guint64 *ret_index,
                           GError **error);
void ledger_note_written (Ledger *ledger);
Store *ledger_get_store (Ledger *ledger);

/* ledger_hash_person: HMAC-SHA256 under the key for people, of @parts (NULL-ended; length-prefixed). NOT_FOUND: no key. */
gboolean ledger_hash_person (Ledger *ledger, const char *const *parts, guint8 ret_hash[LEDGER_PERSON_SIZE],
                             GError **error);
