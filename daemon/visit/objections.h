/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * objections: who does not agree with what the ledger has of them. In: entries, and new objections. Out: whether
 * there is one of a person, so that staff see it at the next visit. By keyed hashes alone, as the ledger has them.
 */
#pragma once

#include "visit/ledger-person.h"

typedef struct Objections Objections;

/* objections_new: @ledger outlives it. */
Objections *objections_new (Ledger *ledger);
void objections_free (Objections *objections);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Objections, objections_free)

/* objections_restore: those that the ledger has; once. */
void objections_restore (Objections *objections);

void objections_add (Objections *objections, const LedgerPersonHashes *person);
/* objections_has: by the name, where both have one; else by the numbers: twins have the same. */
gboolean objections_has (const Objections *objections, const LedgerPersonHashes *person);
