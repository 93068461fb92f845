/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-export: the ledger, or what it has of one person, for others to read. In: the ledger, a descriptor. Out: the
 * bytes, page by page, never faster than they are read; and a report.
 *
 * jsonl: a line of JSON for each entry (codec/ledger-json). tiles: the tree and the entries as tlog-tiles has them
 * (c2sp.org/tlog-tiles), as the files of a ustar stream: `checkpoint`, `tile/0/000`, `tile/entries/000`. A bundle of
 * which an entry was pruned is left out; its hashes are there. fhir: an AuditEvent a line
 * (codec/ledger-fhir); of what was pruned there is none. What is appended meanwhile is in none of them.
 */
#pragma once

#include "base/slow-writer.h"
#include "store/ledger.h"

typedef struct LedgerExport LedgerExport;

/* clang-format off */
#define LEDGER_EXPORT_FORMATS(X) \
  X (JSONL, "jsonl") \
  X (TILES, "tiles") \
  X (FHIR, "fhir")

typedef enum
{
#define LEDGER_EXPORT_MEMBER(suffix, word) LEDGER_EXPORT_##suffix,
  LEDGER_EXPORT_FORMATS (LEDGER_EXPORT_MEMBER)
#undef LEDGER_EXPORT_MEMBER
} LedgerExportFormat;
/* clang-format on */

gboolean ledger_export_format_from_string (const char *word, LedgerExportFormat *ret_format);

typedef struct
{
  LedgerExportFormat format;
  LedgerFilter filter;     /* first, and of whom: hashes, also under the key before; of tiles: none */
  const char *institution; /* its code, for fhir; NULL: not known */
} LedgerExportWish;

typedef struct
{
  const LedgerState *state; /* how the ledger was when it began; what is exported is of that */
  guint64 entries, pruned;  /* that were written; of which only the hash was left */
} LedgerExportReport;

/* @error: NULL: all is written; else of the ledger, or of the writer. Borrowed. */
typedef void (*LedgerExportDone) (const LedgerExportReport *report, const GError *error, gpointer user_data);

/*
 * ledger_export_start: @writer: (transfer full). @done: once, never before this returns, and not after
 * ledger_export_cancel(). Return: (transfer none), until @done has returned.
 */
LedgerExport *ledger_export_start (Ledger *ledger, const LedgerExportWish *wish, SlowWriter *writer,
                                   LedgerExportDone done, gpointer user_data);
void ledger_export_cancel (LedgerExport *export);
