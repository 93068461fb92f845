/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * consent-registrar: what patients of this desk have answered goes into the ledger, and what they have agreed to is
 * told to the center until it is known what the center says, over the end of the visit and restarts of the daemon.
 *
 * In: the answers of one visit. Out: their places in the ledger, and what the center has said: registered, refused, or
 * unknown; then the same message, with the same identifier, is repeated with a back-off, for at most the time that the
 * center remembers it (TRANSPORT_LATE_SECONDS). No ledger, no registered consent: LEDGER_FAILED. Asynchronous; on the
 * main thread.
 */
#pragma once

#include "store/consent-book.h"
#include "visit/statistics.h"
#include "visit/transports.h"

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

/* What came of the answers of a visit. */
typedef struct
{
  GArray *places;        /* of ConsentBookPlace, one an answer: they are in the ledger */
  TransportReply *reply; /* of the center; NULL: it was not asked, or: */
  GError *error;         /* it has not taken them down, or has not answered (then it will be asked again) */
} ConsentOutcome;

void consent_outcome_free (ConsentOutcome *outcome);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConsentOutcome, consent_outcome_free)

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

/* consent_registrar_withdraw: as consent_book_withdraw. Once it is done: consent_registrar_note_withdrawn. */
void consent_registrar_withdraw (ConsentRegistrar *registrar, guint64 place, LedgerEntry *entry,
                                 GAsyncReadyCallback callback, gpointer user_data);
GArray *consent_registrar_withdraw_finish (GAsyncResult *result, GError **error);

/* ConsentRegistrarWithdrawn: @item (borrowed) was withdrawn in the book, and all else of its person and kind. */
typedef void (*ConsentRegistrarWithdrawn) (const ConsentBookItem *item, gpointer user_data);
void consent_registrar_set_observer (ConsentRegistrar *registrar, ConsentRegistrarWithdrawn withdrawn,
                                     gpointer user_data);
/*
 * consent_registrar_note_withdrawn: and the center is not told of the consents at @places (of guint64) any more, unless
 * a message has others, which are told as they were said.
 */
void consent_registrar_note_withdrawn (ConsentRegistrar *registrar, const ConsentBookItem *item, const GArray *places);

/* consent_registrar_ref, _unref: for who asks something of it that outlives a turn of the loop. */
ConsentRegistrar *consent_registrar_ref (ConsentRegistrar *registrar);
void consent_registrar_unref (ConsentRegistrar *registrar);

/* consent_registrar_find_way: who can do that. _get_cancellable: cancelled when it is freed. (transfer none). */
Transport *consent_registrar_find_way (ConsentRegistrar *registrar, TransportAbility ability);
GCancellable *consent_registrar_get_cancellable (ConsentRegistrar *registrar);

/* consent_registrar_get_book: NULL once it is freed. _get_ledger. (transfer none). */
ConsentBook *consent_registrar_get_book (ConsentRegistrar *registrar);
Ledger *consent_registrar_get_ledger (ConsentRegistrar *registrar);
