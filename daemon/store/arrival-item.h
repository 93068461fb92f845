/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* arrival-item: what arrival-book keeps, and is given to keep, as a plain struct. Pure. */
#pragma once

#include "store/ledger.h"

#define ARRIVAL_BOOK_DIGEST_SIZE 32u /* SHA-256 */

typedef struct
{
  guint8 digest[ARRIVAL_BOOK_DIGEST_SIZE]; /* of the file */
  char *id;                                /* random: what callers name it by */
  char *terminal;                          /* its name, as the settings have it */
  gint64 at, received, until;              /* microseconds since the epoch; until: it is kept no longer */
  char **words;                            /* by which it is looked for; NULL: not read */
  GBytes *body;                            /* NULL: not read, or it cannot be any more: of a key that is gone */
  guint64 place;                           /* of its entry */
  LedgerEntry *entry;                      /* of one that is to be written; else NULL */
  gboolean is_new;                         /* of one that was written: it was not there before */
} ArrivalBookItem;

ArrivalBookItem *arrival_book_item_new (void);
void arrival_book_item_free (ArrivalBookItem *item);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArrivalBookItem, arrival_book_item_free)
