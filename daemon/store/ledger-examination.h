/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-examination: whether a ledger is what was written, from its first byte to its last: in parts, one a job, so
 * that nobody waits for all of it. In: the ledger; a checkpoint that left. Out: what is wrong, and where.
 *
 * It believes nothing that is stored: leaves are hashed again, each node of the tree is made again of those below it,
 * and the root must be the one that the ledger's key has signed.
 */
#pragma once

#include "store/ledger-tree.h"
#include "store/ledger-types.h"

#define LEDGER_FAULTS_MAXIMUM 1000 /* that are listed */

typedef struct LedgerExamination LedgerExamination;

/* ledger_examination_new: @checkpoint: NULL: none. It keeps a reference of @tree. */
LedgerExamination *ledger_examination_new (LedgerTree *tree, const char *checkpoint);
void ledger_examination_free (LedgerExamination *examination);

/* ledger_examination_go_on: the next part, in a job. Return: FALSE: that was the last. */
gboolean ledger_examination_go_on (LedgerExamination *examination, sqlite3 *database);

/* ledger_examination_take: when it is over. (transfer full). */
LedgerVerdict *ledger_examination_take (LedgerExamination *examination);
