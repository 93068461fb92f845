/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-notes: what happens at this desk, as entries of the ledger for which nobody waits. In: checks that have ended,
 * what was refused, acts of administration, emergencies. Out: entries: an emergency's at once, with word of it in the
 * journal; all others lazily, so that a plain query costs no flush.
 *
 * That the daemon was started is written with the first other entry of its run: one in which nothing happened leaves
 * none. What somebody is refused over and over about the same person is an entry a minute, which says how often it was.
 */
#pragma once

#include "visit/actor.h"
#include "visit/eligibility.h"
#include "visit/ledger-person.h"

typedef struct LedgerNotes LedgerNotes;

/* What the daemon, or an administrator, does: words of Act. Those of the bus are in bus-access. */
#define LEDGER_ACT_STARTED "started"
#define LEDGER_ACT_STOPPED "stopped"
#define LEDGER_ACT_CONFIGURED "configured"

/* ledger_notes_new: @ledger outlives it. _free: of a run in which something happened, that it has ended is written. */
LedgerNotes *ledger_notes_new (Ledger *ledger);
void ledger_notes_free (LedgerNotes *notes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LedgerNotes, ledger_notes_free)

/* One check that is done. Borrowed. */
typedef struct
{
  const Actor *actor;
  const char *visit; /* path */
  const char *origin, *evidence;
  const LedgerPersonHashes *asked; /* of the numbers that were typed; NULL: by card */
  const Eligibility *eligibility;
} LedgerNotesCheck;

/* All of these: @notes: NULL: there is no ledger, and nothing happens. */

/* ledger_notes_check: @ret_person: whose it was, as far as known. */
void ledger_notes_check (LedgerNotes *notes, const LedgerNotesCheck *check, LedgerPersonHashes *ret_person);

/* ledger_notes_refusal: of @act (a member of the contract, as a rule), for @code. @person: NULL: not known. */
void ledger_notes_refusal (LedgerNotes *notes, const Actor *actor, const char *act, ShikakuError code,
                           const LedgerPersonHashes *person);

/* ledger_notes_take_refusal: one that says more: @entry, of kind LEDGER_REFUSAL: (transfer full). */
void ledger_notes_take_refusal (LedgerNotes *notes, LedgerEntry *entry);

/* ledger_notes_act: @actor: NULL: the daemon itself. @act: a word. */
void ledger_notes_act (LedgerNotes *notes, const Actor *actor, const char *act);

/*
 * ledger_notes_break_glass: @actor does @act and says that it is an emergency. @user: of the account, for the journal.
 * @visit: NULL: none.
 */
void ledger_notes_break_glass (LedgerNotes *notes, const Actor *actor, const char *user, const char *visit,
                               const char *act, const LedgerPersonHashes *person);
