/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * consent-table: the rows of consent-book, inside a job of the ledger's store. In: what is to be written, or looked
 * for. Out: rows. Each returns FALSE with FAILED where the file fails.
 */
#pragma once

#include "store/consent-item.h"
#include "store/store-key.h"

struct sqlite3;

/* What the center has said to one consent; or, if there is an identifier, to the withdrawal with that. */
typedef struct
{
  char *withdrawal_identifier; /* or NULL */
  ConsentBookWithdrawal withdrawal;
  guint64 place;
  ConsentBookState state;
  gint64 at, until;
  LedgerEntry *entry;
} ConsentSettlement;

void consent_settlement_free (ConsentSettlement *settlement);

/* What is looked for: by a receipt, or by the hash of numbers. */
typedef struct
{
  char *receipt; /* its id; NULL: by the numbers */
  guint8 number[LEDGER_PERSON_SIZE];
  char *branch; /* of who has these numbers; NULL: not known */
  ConsentKind kind;
  gint64 now;
  gboolean to_withdraw; /* by the numbers: only what stands; first that of home and online care, of which the center is
                           told */
} ConsentLookup;

/* consent_table_purge: what is over at @now goes, but not what the center is yet to be told, nor the end of which. */
gboolean consent_table_purge (struct sqlite3 *database, gint64 now, GError **error);

gboolean consent_table_add_message (struct sqlite3 *database, StoreKey *key, const ConsentBookWriting *writing,
                                    GError **error);
gboolean consent_table_add (struct sqlite3 *database, guint64 place, const char *receipt, const char *identifier,
                            const ConsentBookAnswer *answer, GError **error);

/* consent_table_settle: nothing happens to a consent that was withdrawn meanwhile, or is not there. */
gboolean consent_table_settle (struct sqlite3 *database, const ConsentSettlement *settlement, GError **error);

/*
 * consent_table_load: adds to @messages (of ConsentBookMessage) what is open, withdrawals last; a request that
 * cannot be read is NULL.
 */
gboolean consent_table_load (struct sqlite3 *database, StoreKey *key, GPtrArray *messages, GError **error);

/* consent_table_find: adds to @items (of ConsentBookItem) what fits and can be read, the newest first. */
gboolean consent_table_find (struct sqlite3 *database, StoreKey *key, const ConsentLookup *lookup, GPtrArray *items,
                             GError **error);

/*
 * consent_table_withdraw: adds to @places (of guint64) the consent at @place, if there is one and it is not over at
 * @now, and those that go with it: to the same kind, of who has the same numbers, unless they are known to be another
 * person's.
 */
gboolean consent_table_withdraw (struct sqlite3 *database, StoreKey *key, guint64 place, gint64 now, GArray *places,
                                 GError **error);
/* consent_table_add_withdrawal: of the consents at @places (of guint64, the one that was named first), by a message. */
gboolean consent_table_add_withdrawal (struct sqlite3 *database, const char *identifier, const GArray *places,
                                       GError **error);
