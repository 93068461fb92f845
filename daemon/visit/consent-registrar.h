/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * consent-registrar: what patients of this desk have answered goes into the ledger, and what they have agreed to, or
 * taken back, is told to the center until it is known what the center says, over the end of the visit and restarts
 * of the daemon.
 *
 * In: the answers of one visit; a withdrawal. Out: their places in the ledger, and what the center has said:
 * registered, refused, or unknown; then the same message, with the same identifier, is repeated with a back-off, for
 * at most the time that the center remembers it (TRANSPORT_LATE_SECONDS), of a withdrawal as long as the consent
 * would last. No ledger, no registered consent: LEDGER_FAILED. Asynchronous; on the main thread.
 */
#pragma once

#include "store/consent-book.h"
#include "visit/consent-errand.h"

typedef struct ConsentRegistrar ConsentRegistrar;

ConsentRegistrar *consent_registrar_new (Ledger *ledger, Transports *transports, Statistics *statistics);
/* consent_registrar_free: what is under way is repeated at the next start. */
void consent_registrar_free (ConsentRegistrar *registrar);

/*
 * consent_registrar_begin: once: looks for what is left of earlier runs. If it cannot be read, it is logged, and looked
 * for again with the next answers, and whenever the center may be back.
 */
void consent_registrar_begin (ConsentRegistrar *registrar);

/* consent_registrar_note_center: the center may be back: what waits is told now. */
void consent_registrar_note_center (ConsentRegistrar *registrar);

/* consent_registrar_make_identifier: of a message, drawn. (transfer full). */
char *consent_registrar_make_identifier (void);

/*
 * consent_registrar_take: @writing (transfer full): into the ledger, and, if it has a message, to the center by
 * @transport, the first time with @consents (borrowed for the call), which is the same as the message. Whoever asks may
 * stop waiting by @cancellable (CANCELLED); what was begun goes on. Finish: (transfer full), or NULL with
 * LEDGER_FAILED: nothing was written, nobody was told.
 */
void consent_registrar_take (ConsentRegistrar *registrar, ConsentBookWriting *writing, Transport *transport,
                             const TransportConsents *consents, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data);
ConsentOutcome *consent_registrar_take_finish (GAsyncResult *result, GError **error);

/*
 * consent_registrar_withdraw: @item (borrowed) as consent_book_withdraw, with @entry (transfer full), which the
 * observer is told first; then the center, of home and online care, until it is known what it says. It is told of
 * nothing that was withdrawn any more, unless a message has other consents, which are told as they were said.
 * Finish: (transfer full): the center has withdrawn it (reply), has not (error, is_open: yet), or is not told
 * (neither); or NULL: it still stands.
 */
void consent_registrar_withdraw (ConsentRegistrar *registrar, const ConsentBookItem *item, LedgerEntry *entry,
                                 GAsyncReadyCallback callback, gpointer user_data);
ConsentOutcome *consent_registrar_withdraw_finish (GAsyncResult *result, GError **error);

/*
 * consent_registrar_note_agreed: who has @person has said yes to @kinds, and that is in the book: the center, which
 * knows no kinds there, is not told any more of withdrawals before that, or it would end this yes too.
 */
void consent_registrar_note_agreed (ConsentRegistrar *registrar, const LedgerPersonHashes *person, ConsentKinds kinds);

/* What was withdrawn: the consent with that receipt, and all else of its person and kind. Borrowed. */
typedef struct
{
  const LedgerPersonHashes *person;
  const char *receipt; /* NULL: not known */
  ConsentKind kind;
  const char *where; /* "here": it is in the book; later "center": there too. Static */
} ConsentRegistrarNews;
typedef void (*ConsentRegistrarWithdrawn) (const ConsentRegistrarNews *news, gpointer user_data);
void consent_registrar_set_observer (ConsentRegistrar *registrar, ConsentRegistrarWithdrawn withdrawn,
                                     gpointer user_data);

/* consent_registrar_ref, _unref: for who asks something of it that outlives a turn of the loop. */
ConsentRegistrar *consent_registrar_ref (ConsentRegistrar *registrar);
void consent_registrar_unref (ConsentRegistrar *registrar);

/* consent_registrar_get_book: NULL once it is freed. _get_ledger. (transfer none). */
ConsentBook *consent_registrar_get_book (ConsentRegistrar *registrar);
Ledger *consent_registrar_get_ledger (ConsentRegistrar *registrar);
