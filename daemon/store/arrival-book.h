/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * arrival-book: what terminals have brought, until somebody claims it or its time is over, in the ledger's own file. A
 * tenant of the ledger's store: a row is there if and only if its entry is.
 *
 * In: arrivals with their entries, in one transaction, one flush. Out: which of them are new; those that wait; those
 * that fit a word. What is of a person is sealed under the store's key (purpose "arrival-book"), the words too. What
 * was brought is erased when its time is over; its digest is known for longer, so that no file counts twice.
 *
 * Asynchronous, on the main thread. Errors: LEDGER_FAILED (also: there is no key), and as they say.
 */
#pragma once

#include "store/arrival-item.h"

#define ARRIVAL_BOOK_DIGEST_DAYS 30 /* that a digest is known, after the time of what was brought */

typedef struct ArrivalBook ArrivalBook;

ArrivalBook *arrival_book_new (Ledger *ledger);
/* arrival_book_unref: what is being written is written; the ledger and its store live longer. */
ArrivalBook *arrival_book_ref (ArrivalBook *book);
void arrival_book_unref (ArrivalBook *book);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArrivalBook, arrival_book_unref)

/* arrival_book_is_begun: there may be something in it: the ledger's file is there. */
gboolean arrival_book_is_begun (ArrivalBook *book);

/*
 * arrival_book_write: @items: (transfer full) of ArrivalBookItem. Finish: the same, on the disk, each with is_new and,
 * if it is new, id and place; or NULL, and none is. (transfer full).
 */
void arrival_book_write (ArrivalBook *book, GPtrArray *items, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *arrival_book_write_finish (GAsyncResult *result, GError **error);

/*
 * arrival_book_load: finish: (transfer full) what waits to be claimed, the oldest first; bodies and words are not read.
 * arrival_book_find: the same of those that have @word, bodies too. @uid: those too that this user has claimed;
 * ARRIVAL_BOOK_NOBODY: only what waits.
 */
#define ARRIVAL_BOOK_NOBODY G_GINT64_CONSTANT (-1)
void arrival_book_load (ArrivalBook *book, GAsyncReadyCallback callback, gpointer user_data);
void arrival_book_find (ArrivalBook *book, const char *word, gint64 uid, GAsyncReadyCallback callback,
                        gpointer user_data);
GPtrArray *arrival_book_look_finish (GAsyncResult *result, GError **error);

/*
 * arrival_book_claim: @ids (NULL-ended, borrowed) are @uid's from now on, with @entry (transfer full) that says so,
 * before this is answered; @again: also those that are already. NOT_FOUND: one of them is not there any more, or is
 * somebody else's: nothing is claimed then.
 */
void arrival_book_claim (ArrivalBook *book, const char *const *ids, guint32 uid, gboolean again, LedgerEntry *entry,
                         GAsyncReadyCallback callback, gpointer user_data);
gboolean arrival_book_claim_finish (GAsyncResult *result, GError **error);

/*
 * arrival_book_expire: what has had its time is erased; of each that nobody has claimed an entry says so. Finish: how
 * many those were, and when the next one's time is over (microseconds since the epoch; 0: there is none).
 */
void arrival_book_expire (ArrivalBook *book, GAsyncReadyCallback callback, gpointer user_data);
gboolean arrival_book_expire_finish (GAsyncResult *result, guint *ret_unclaimed, gint64 *ret_next, GError **error);
