/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ledger-types: what is said of a ledger, between its rooms and to who asks: state, records, filters, verdicts. */
#pragma once

#include "codec/ledger-entry.h"
#include "codec/merkle.h"

typedef struct Ledger Ledger;

#define LEDGER_PERSON_SIZE 32 /* bytes of a keyed hash */
#define LEDGER_SALT_SIZE 16
#define LEDGER_ORIGIN "org.shikaku.Shikaku1/ledger" /* an origin begins so, if nobody says otherwise */

/* What is told, on the main loop, when entries are on the disk; or, once, that the ledger has begun to fail. */
typedef struct
{
  guint64 first, size; /* the places from @first, and how many entries there are now */
  guint64 kinds;       /* of the new ones: a bit each, 1 << LedgerKind */
  const GError *error; /* NULL: all is well; else nothing is new */
} LedgerNews;

typedef void (*LedgerObserver) (const LedgerNews *news, gpointer user_data);

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
  /*
   * LEDGER_PERSON_SIZE bytes each: the name, where it is given and the entry has one; else the number. Before: under
   * the key before a rotation.
   */
  const guint8 *person, *person_number, *person_before, *person_number_before;
} LedgerFilter;

#define LEDGER_PAGE_MAXIMUM 256

typedef struct
{
  gint64 place;     /* -1: of the whole */
  const char *what; /* of SHIKAKU_LEDGER_FAULTS */
  char *text;       /* for staff, in English; NULL: nothing more */
} LedgerFault;

void ledger_fault_free (gpointer fault);

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
