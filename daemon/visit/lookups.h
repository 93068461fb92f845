/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lookups: a brake on curiosity: how often one member of staff has looked up the same person today without a card. In:
 * look-ups, as they begin. Out: whether one more needs a reason. Never a refusal: with a reason it goes on, and that
 * is in the ledger; so does an emergency.
 *
 * Staff is who the caller says; where it says nobody, its user. A day is Japan's. What was looked up before a restart
 * is counted from the ledger; while that is being read nobody is held up.
 */
#pragma once

#include "visit/actor.h"
#include "visit/ledger-person.h"

typedef struct Lookups Lookups;

/* lookups_new: @ledger outlives it. @budget: a day; 0: no brake. */
Lookups *lookups_new (Ledger *ledger, guint budget);
void lookups_free (Lookups *lookups);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Lookups, lookups_free)
void lookups_configure (Lookups *lookups, guint budget);

/* lookups_restore: counts what the ledger has of today. Once, before the first look-up as a rule. */
void lookups_restore (Lookups *lookups);

/* lookups_begin: @actor looks up @person, now. FALSE with REASON_NEEDED: it needs one, and is not counted. */
gboolean lookups_begin (Lookups *lookups, const Actor *actor, const LedgerPersonHashes *person, GError **error);

/* lookups_undo: that look-up has shown nothing. */
void lookups_undo (Lookups *lookups, const Actor *actor, const LedgerPersonHashes *person);
