/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * consent-book: what of a consent outlives its visit, in the ledger's own file: who has agreed to what, until when, and
 * what the center is yet to be told. A tenant of the ledger's store: a row is there if and only if its entry is.
 *
 * In: entries of the ledger with what belongs to them, in one transaction, one flush. Out: what waits for the center,
 * so that it is repeated with the same identifier over restarts; the consent by which records may be asked for later.
 * What is of a person is sealed under the store's key (purpose "consent-book") but for what is looked up: keyed hashes,
 * the visit's path. A row goes when its time is over.
 *
 * Asynchronous, on the main thread. Errors: LEDGER_FAILED; NOT_FOUND; INVALID_OPTION.
 */
#pragma once

#include "store/consent-item.h"

typedef struct ConsentBook ConsentBook;

ConsentBook *consent_book_new (Ledger *ledger);
/* consent_book_is_begun: there may be something in it: the ledger's file is there. */
gboolean consent_book_is_begun (ConsentBook *book);
/* consent_book_free: what waits to be written is written; the ledger and its store live longer. */
void consent_book_free (ConsentBook *book);

/*
 * consent_book_write: @writing: (transfer full). Finish: of ConsentBookPlace, one an answer, (transfer full); or NULL.
 */
void consent_book_write (ConsentBook *book, ConsentBookWriting *writing, GAsyncReadyCallback callback,
                         gpointer user_data);
GArray *consent_book_write_finish (GAsyncResult *result, GError **error);

/*
 * consent_book_settle: what the center has said to one consent of a message, with its entry (transfer full). Nobody
 * waits for it: it is written with what comes next, or within ten seconds; a kill before that has the message repeated.
 */
void consent_book_settle (ConsentBook *book, guint64 place, ConsentBookState state, gint64 at, gint64 until,
                          LedgerEntry *entry);

/* consent_book_settle_withdrawal: the same of the withdrawal by the message with @identifier. */
void consent_book_settle_withdrawal (ConsentBook *book, const char *identifier, ConsentBookWithdrawal withdrawal,
                                     LedgerEntry *entry);

/*
 * consent_book_load: finish: of ConsentBookMessage: what the center is yet to be told, the oldest first, and then what
 * it is to withdraw.
 */
void consent_book_load (ConsentBook *book, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *consent_book_load_finish (GAsyncResult *result, GError **error);

/*
 * consent_book_find: a consent that is not over. _person: the newest to @kind of who has numbers with that keyed hash;
 * twins have the same, and @branch (NULL: not known) says which. _to_withdraw: the same of those that stand, and one of
 * home or online care, of which the center is told, before others. _receipt: that with this id. Finish: (transfer
 * full), or NULL with NOT_FOUND; INVALID_OPTION: it may be more than one person's.
 */
void consent_book_find_person (ConsentBook *book, const guint8 number_hash[LEDGER_PERSON_SIZE], const char *branch,
                               ConsentKind kind, GAsyncReadyCallback callback, gpointer user_data);
void consent_book_find_to_withdraw (ConsentBook *book, const guint8 number_hash[LEDGER_PERSON_SIZE], const char *branch,
                                    ConsentKind kind, GAsyncReadyCallback callback, gpointer user_data);
void consent_book_find_receipt (ConsentBook *book, const char *receipt, GAsyncReadyCallback callback,
                                gpointer user_data);
ConsentBookItem *consent_book_find_finish (GAsyncResult *result, GError **error);

/*
 * consent_book_withdraw: the consent at @place is none any more, nor is any other of that person to the same kind
 * (but of a twin), with its entry (transfer full), before this is answered; and the center is yet to be told of it
 * by @telling (transfer full; NULL: it is not told), which comes back with consent_book_load until it is settled.
 * Finish: (transfer full) the places of all that were withdrawn, of guint64, that one first; or NULL with NOT_FOUND:
 * there is no such consent, or it has ended.
 */
void consent_book_withdraw (ConsentBook *book, guint64 place, LedgerEntry *entry, ConsentBookWriting *telling,
                            GAsyncReadyCallback callback, gpointer user_data);
GArray *consent_book_withdraw_finish (GAsyncResult *result, GError **error);
