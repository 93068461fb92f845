/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ship-copy: what is new in the ledger of this desk, into the hospital's database. In: both. Out: rows, page by page,
 * each of which is there whole or not at all; and what is wrong with the desk.
 *
 * Before anything is copied the desk has to show that its tree begins with the one that was shipped; and each page has
 * to be the beginning of the tree that the desk has signed, before it is written. So a run may be ended anywhere, and
 * the next goes on from there.
 */
#pragma once

#include "client/ship/ship-base.h"
#include "client/ship/ship-desk.h"

typedef enum
{
  SHIP_COPY_DONE,
  SHIP_COPY_FAILED, /* something could not be reached or read: later again */
  SHIP_COPY_FAULT,  /* the desk's ledger is not the one that was shipped, or not as its owner signs it */
} ShipCopyOutcome;

/*
 * ship_copy_run: @keys: of char *, verifier keys that count beside those that the database knows; NULL: none, and the
 * key of a desk that is new is believed. @ret_message: (transfer full) a sentence, in each outcome.
 */
ShipCopyOutcome ship_copy_run (ShipDesk *desk, ShipBase *base, const GPtrArray *keys, char **ret_message);
