/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-call: the memory of a ledger, for its own rooms alone (ledger, ledger-reads), and each call of it from the
 * main loop to the store's thread and back. In: what is to be done there. Out: the caller is answered; what waits
 * lazily goes along, and comes back when it could not be written; observers are told; what is too old is pruned.
 */
#pragma once

#include <gio/gio.h>

#include "store/ledger-examination.h"
#include "store/ledger-tree.h"
#include "store/ledger-types.h"
#include "store/store-key.h"

#define LEDGER_CALL_LAZY_SECONDS 10

typedef struct
{
  LedgerObserver observer;
  gpointer user_data;
} LedgerCallObserver;

struct Ledger
{
  gint references;  /* atomic: its owner's, one for each job under way, and those of other tenants' jobs */
  gboolean is_gone; /* its owner is */
  Store *store;
  LedgerTree *tree;
  char *path;
  GArray *observers;         /* of LedgerCallObserver */
  GPtrArray *lazy;           /* of LedgerEntry */
  GPtrArray *anchors;        /* of LedgerCallAnchor */
  guint timer, lazy_seconds; /* until what waits is written */
  guint64 size;
  gboolean is_failing;
  guint retention;  /* days; 0: for ever */
  gint64 pruned;    /* when that was asked for last */
  StoreKey *naming; /* NULL: not read yet */
  Secret *hashing;  /* by it: the state of an HMAC-SHA256 (struct hmac_sha256_ctx) before anything is in */
};

/* A checkpoint that left. */
typedef struct
{
  char *where, *checkpoint;
  gint64 at;
} LedgerCallAnchor;

typedef struct LedgerCall LedgerCall;

/* What a call does in its job; @call->answer is set where it cannot be answered though nothing failed. */
typedef gboolean (*LedgerWork) (LedgerCall *call, sqlite3 *database, GError **error);

struct LedgerCall
{
  gint references; /* atomic: the store's, and the task's */
  LedgerTree *tree;
  GTask *task;               /* NULL: nobody waits */
  GPtrArray *lazy, *anchors; /* NULL: it takes nothing with it */
  gboolean is_writing;       /* it takes what waits, and its failure is the ledger's */
  LedgerWork work;           /* NULL: none but what waits */

  /* In. */
  GPtrArray *entries;
  LedgerFilter filter;
  char *staff, *visit, *text;
  guint8 people[4][LEDGER_PERSON_SIZE]; /* of the filter */
  guint64 from, to;

  /* Out. */
  GError *answer;
  guint64 index;
  gpointer result;
  GDestroyNotify result_free;
  LedgerExamination *examination;
  gboolean more;
  LedgerNews news;
};

/* ledger_call_new: @tag: of the task; NULL: nobody waits. (transfer full). ledger_call_unref: of a LedgerCall. */
LedgerCall *ledger_call_new (Ledger *ledger, LedgerWork work, gpointer tag, GAsyncReadyCallback callback,
                             gpointer user_data);
void ledger_call_unref (gpointer call);

/* ledger_call_begin: @call (transfer full) is run, or answered at once. @is_to_write: a ledger is made if there is
 * none. */
void ledger_call_begin (Ledger *ledger, LedgerCall *call, gboolean is_to_write);

/* ledger_call_flush: what waits, in a job of its own, for whom nobody waits. _arm: in a while. _run: @call at once. */
void ledger_call_flush (Ledger *ledger);
void ledger_call_arm (Ledger *ledger);
void ledger_call_run (LedgerCall *call, Ledger *ledger);

/* What every finish does: the call, its index or its result (transfer full); or NULL, FALSE with the error. */
LedgerCall *ledger_call_finish (GAsyncResult *result, GError **error);
gboolean ledger_call_finish_index (GAsyncResult *result, guint64 *ret_index, GError **error);
gpointer ledger_call_finish_result (GAsyncResult *result, GError **error);

/* ledger_call_adopt: what the store says in general is LEDGER_FAILED. (transfer full), both. */
GError *ledger_call_adopt (GError *error);

GPtrArray *ledger_call_new_entries (void);
void ledger_call_free_anchor (gpointer anchor);
void ledger_call_unref_ledger (Ledger *ledger);
