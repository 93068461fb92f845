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

#include "codec/ledger-entry.h"
#include "codec/merkle.h"
#include "store/store.h"

typedef struct Ledger Ledger;

#define LEDGER_PERSON_SIZE 32 /* bytes of a keyed hash */
#define LEDGER_SALT_SIZE 16
#define LEDGER_ORIGIN "org.shikaku.Shikaku1/ledger" /* an origin begins so, if nobody says otherwise */

/*
 * ledger_new: @store: of STORE_FILE_LEDGER; it outlives the ledger. ledger_free: what waits lazily is written; the
 * store waits for that.
 */
Ledger *ledger_new (Store *store);
void ledger_free (Ledger *ledger);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Ledger, ledger_free)

/*
 * ledger_set_origin: how the origin of a ledger begins that is yet to be made (as a name of signed-note.h); behind it
 * come a slash and the SHA-256 of its first key. NULL: LEDGER_ORIGIN. ledger_set_retention: entries that are older are
 * pruned, once a day, with what is appended; 0, as at first: none is.
 */
void ledger_set_origin (Ledger *ledger, const char *begin);
void ledger_set_retention (Ledger *ledger, guint days);

/* What is told, on the main loop, when entries are on the disk; or, once, that the ledger has begun to fail. */
typedef struct
{
  guint64 first, size; /* the places from @first, and how many entries there are now */
  guint64 kinds;       /* of the new ones: a bit each, 1 << LedgerKind */
  const GError *error; /* NULL: all is well; else nothing is new */
} LedgerNews;

/* ledger_add_observer: @observer: called until the ledger is freed. */
typedef void (*LedgerObserver) (const LedgerNews *news, gpointer user_data);
void ledger_add_observer (Ledger *ledger, LedgerObserver observer, gpointer user_data);

/* Writing. */

/* ledger_append: @entries: (transfer full) of LedgerEntry: all in one transaction, one flush. Finish: the place (from
 * 0) of the first, and they are on the disk; FALSE with LEDGER_FAILED: none is. */
void ledger_append (Ledger *ledger, GPtrArray *entries, GAsyncReadyCallback callback, gpointer user_data);
gboolean ledger_append_finish (Ledger *ledger, GAsyncResult *result, guint64 *ret_index, GError **error);

/* ledger_append_get_leaf: the leaf hash of entry @n of those that were appended; after a finish that said TRUE. */
void ledger_append_get_leaf (GAsyncResult *result, guint n, MerkleHash *ret_leaf);

/*
 * ledger_append_lazily: @entry (transfer full) goes to the disk with the next that is appended, or within ten seconds,
 * or when somebody asks for the ledger; it waits in memory for a disk that does not answer. For what nobody waits for.
 */
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

/* Reading. What waits lazily is written first. */

/* Something that has left this computer: the greatest checkpoint that did, one for each way. */
typedef struct
{
  char *where; /* "journal", "file", "witness" */
  guint64 size;
  gint64 at;        /* microseconds since the epoch: when it left */
  char *checkpoint; /* the signed note that left, or that came back with a cosignature */
} LedgerAnchor;

typedef struct
{
  guint64 size, minimum; /* entries; the place below which they were pruned */
  MerkleHash root;
  char *origin, *verifier; /* the log's name; its key that is in force, as the C2SP writes it */
  char *checkpoint;        /* the signed note of the newest tree, with the cosignatures of that very one */
  gboolean is_endorsed;    /* the institution's key has signed @verifier: */
  guint64 endorsement;     /* there */
  GPtrArray *anchors;      /* of LedgerAnchor */
} LedgerState;

void ledger_state_free (LedgerState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LedgerState, ledger_state_free)

/* ledger_get_state: finish: (transfer full), or NULL with NOT_FOUND (no entry yet, or no key), LEDGER_FAILED. */
void ledger_get_state (Ledger *ledger, GAsyncReadyCallback callback, gpointer user_data);
LedgerState *ledger_get_state_finish (Ledger *ledger, GAsyncResult *result, GError **error);

/* ledger_get_size: entries as far as known, without a look at the disk. */
guint64 ledger_get_size (Ledger *ledger);

typedef struct
{
  guint64 index;
  MerkleHash hash;    /* of the leaf */
  GBytes *leaf;       /* the 16 random bytes and the canonical entry: what a bundle of tiles has; NULL: pruned */
  LedgerEntry *entry; /* NULL: pruned, or of a newer form */
} LedgerRecord;

void ledger_record_free (LedgerRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LedgerRecord, ledger_record_free)

/* What is wanted: all that is said must hold; 0 or NULL: anything. Borrowed for the call. */
typedef struct
{
  guint64 first;   /* the place to begin at */
  guint limit;     /* at most so many; 0: LEDGER_PAGE_MAXIMUM */
  gint64 from, to; /* microseconds since the epoch: not before, and before */
  guint64 kinds;   /* bits, 1 << LedgerKind */
  const char *staff, *visit;
  gboolean has_uid;
  guint32 uid;
  const guint8 *person, *person_number; /* any of the two; LEDGER_PERSON_SIZE bytes each */
} LedgerFilter;

#define LEDGER_PAGE_MAXIMUM 256

/*
 * ledger_read: finish: (transfer full) of LedgerRecord, by place; or NULL. @ret_next: the place to go on from, the size
 * when that was all. There may be fewer than asked for, or none, though more follow: the thread is never held for long.
 * What was pruned is there only where nothing but places is asked.
 */
void ledger_read (Ledger *ledger, const LedgerFilter *filter, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *ledger_read_finish (Ledger *ledger, GAsyncResult *result, guint64 *ret_next, GError **error);

/*
 * ledger_prove: that entry @index is in the tree of @size entries (0: the newest): finish: the text of a tlog-proof.
 * ledger_prove of a @size that is not the newest has @checkpoint below it, which says that size; NULL: the newest.
 * NOT_FOUND: no such entry, or no such size.
 */
void ledger_prove (Ledger *ledger, guint64 index, const char *checkpoint, GAsyncReadyCallback callback,
                   gpointer user_data);
char *ledger_prove_finish (Ledger *ledger, GAsyncResult *result, GError **error);

/* ledger_prove_consistency: of the tree of @from > 0 entries with that of @to: finish: the hashes, one after the other.
 *  */
void ledger_prove_consistency (Ledger *ledger, guint64 from, guint64 to, GAsyncReadyCallback callback,
                               gpointer user_data);
GBytes *ledger_prove_consistency_finish (Ledger *ledger, GAsyncResult *result, GError **error);

/*
 * ledger_get_tile: as tlog-tiles has it: @width (1 to 256) hashes of level 8 × @level, from @n × 256. NOT_FOUND: there
 * are not so many. Of entries, a bundle is made of ledger_read; one below the minimum cannot be.
 */
void ledger_get_tile (Ledger *ledger, guint level, guint64 n, guint width, GAsyncReadyCallback callback,
                      gpointer user_data);
GBytes *ledger_get_tile_finish (Ledger *ledger, GAsyncResult *result, GError **error);

/* What left. */

/*
 * ledger_note_anchor: @checkpoint, a signed note of this ledger, is at @where now: kept with the next that is appended
 * or within ten seconds. With cosignatures in it, the checkpoint of that size has them from then on.
 */
void ledger_note_anchor (Ledger *ledger, const char *where, const char *checkpoint);

/* Examining. */

typedef struct
{
  gint64 place;     /* -1: of the whole */
  const char *what; /* of SHIKAKU_LEDGER_FAULTS */
  char *text;       /* for staff, in English; NULL: nothing more */
} LedgerFault;

typedef struct
{
  guint64 size, minimum;
  MerkleHash root;
  char *verifier;       /* NULL: it could not be known */
  gboolean is_endorsed; /* a fault is not: an endorsement may be waiting for the institution's key */
  guint64 more_faults;  /* that were not listed */
  GPtrArray *faults;    /* of LedgerFault */
} LedgerVerdict;

void ledger_verdict_free (LedgerVerdict *verdict);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LedgerVerdict, ledger_verdict_free)

/*
 * ledger_verify: reads all of it: leaves, hashes of the tree, root, signatures, clocks, endorsements, what was pruned,
 * and every anchor. @checkpoint: a signed note that left this computer; NULL: none is at hand. Also of a ledger that
 * has failed. Finish: (transfer full), or NULL: it could not even be looked at.
 */
void ledger_verify (Ledger *ledger, const char *checkpoint, GAsyncReadyCallback callback, gpointer user_data);
LedgerVerdict *ledger_verify_finish (Ledger *ledger, GAsyncResult *result, GError **error);

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

/*
 * ledger_make_endorsement: what the institution's key signs (with SHA-256) for @verifier, of the log @origin. An entry
 * KEY of Act "endorsed" with KEY_NAME, SIGNATURE and CERTIFICATE (X.509, DER) that is appended makes it known.
 */
GBytes *ledger_make_endorsement (const char *origin, const char *verifier);
