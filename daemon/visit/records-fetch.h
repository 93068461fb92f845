/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * records-fetch: the order of the steps of one fetch of records, which is the whole safety of it. In: by what, whose,
 * which requests, and who wants them. Out: an answer with sealed documents that stand in the ledger; or an error, and
 * nothing.
 *
 *   FETCH is on the disk → before each request the basis is verified → the center is asked, part after part → each
 *   document is read: whose it is, what came of the request → the basis is verified → the documents are sealed →
 *   DISCLOSURE is on the disk → the basis is verified once more → the answer
 *
 * Whatever goes wrong after FETCH ends in a FETCH_END that says so, and nothing is handed out. Documents live in memory
 * (memfd) alone. Nothing of them goes into the log.
 */
#pragma once

#include "visit/actor.h"
#include "visit/records-answer.h"
#include "visit/records-basis.h"
#include "visit/records-plan.h"
#include "visit/statistics.h"

#define RECORDS_FETCH_SIZE_MAXIMUM (64u << 20) /* bytes of one fetch, all its documents together */

typedef enum
{
  RECORDS_AS_XML, /* as the center sent them, byte for byte */
  RECORDS_AS_PDF,
  RECORDS_AS_JSON, /* one document made of all (center/records-json) */
} RecordsForm;

/* records_form_to_string: "xml", "pdf", "json"; static. */
const char *records_form_to_string (RecordsForm form);

/* All that is needed. What is not owned outlives the fetch. */
typedef struct
{
  Ledger *ledger;
  Transport *transport;
  Statistics *statistics;
  RecordsBasis *basis;     /* (transfer full); verified */
  RecordsSubject *subject; /* (transfer full) */
  RecordsPlan *plan;       /* (transfer full) */
  Actor *actor;            /* (transfer full) */
  LedgerEntry *before;     /* (transfer full): goes into the ledger with FETCH; NULL: nothing does */
  ConsentKind kind;
  RecordsForm form;
  const char *from, *to;                 /* as asked; copied */
  GCancellable *cancellable;             /* nobody wants the answer any more; NULL: somebody does */
  void (*found_foreign) (gpointer data); /* a document of another person came, and was thrown away */
  void (*ended) (gpointer data);         /* once, last */
  gpointer data;
} RecordsFetchSetup;

/* records_fetch_start: @task: (transfer full): returns a RecordsAnswer. Errors: as of station_fetch_records. */
void records_fetch_start (const RecordsFetchSetup *setup, GTask *task);
