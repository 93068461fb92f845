/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * card-session: one card from the moment it is read until it is unpowered, as asynchronous steps on the main thread
 * over card-worker and jpki. What the visit sees of the card floor.
 *
 *   open   connect (exclusive, else shared), SELECT, certificate, retry query. No PIN. No transaction stays open.
 *   sign   in a transaction: the same card still? (shared: fresh SELECT, the beginning of the certificate, retry query
 *          again) VERIFY, SIGN. What fails drops the PIN's rights and ends the transaction.
 *   close  drop rights (shared: by cutting the power in the transaction), end it, unpower. Always needed, on every
 *          path, and at once after a signature, which does not wait for it; safe at any time, also twice, and on a card
 *          that is gone.
 *
 * APDUs, exclusive and extended: 6 in all. Errors: those of reader.h and jpki.h, CardMute or, where another program's
 * transaction was waited for, ReaderBusy at the deadline, and Cancelled. All is called on the main thread.
 */
#pragma once

#include <gio/gio.h>

#include "base/secret.h"
#include "card/card-certificate.h"
#include "card/card-worker.h"

#define CARD_SESSION_DEADLINE_MILLISECONDS 10000 /* a card that takes longer for a step is mute */

typedef struct CardSession CardSession; /* reference-counted: jobs that were given up keep theirs */

/* The last reference of a session that was not closed closes it, without an answer. */

CardSession *card_session_ref (CardSession *session);
void card_session_unref (CardSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CardSession, card_session_unref)

void card_session_open (CardWorker *worker, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer user_data);
/* card_session_open_finish: (transfer full) session, or NULL and the card is already unpowered. */
CardSession *card_session_open_finish (CardWorker *worker, GAsyncResult *result, GError **error);

CardCertificate *card_session_get_certificate (CardSession *session); /* (transfer none) */
guint card_session_get_tries (CardSession *session);                  /* 0: the PIN is locked; follows a wrong PIN */
gboolean card_session_is_exclusive (CardSession *session);

/*
 * card_session_sign: VERIFY with @pin ((transfer full), erased afterwards) and SIGN of @content, hashed and wrapped
 * here. The signature is checked against the certificate before it is returned.
 * @last_try: whether the owner accepted that the last try is spent; without it one try left is refused with
 * PIN_REFUSED (tries left attached), and no try is spent.
 */
void card_session_sign (CardSession *session, Secret *pin, GBytes *content, gboolean last_try,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
GBytes *card_session_sign_finish (CardSession *session, GAsyncResult *result, GError **error);

/* card_session_close: never fails; the callback comes when the card is unpowered or the deadline has passed. */
void card_session_close (CardSession *session, GAsyncReadyCallback callback, gpointer user_data);
void card_session_close_finish (CardSession *session, GAsyncResult *result);
