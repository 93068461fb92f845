/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * jpki: the JPKI application of the My Number Card, command by command (data/doc/card.md). Blocking, on the worker's
 * thread. A command that is cancelled before it is sent fails with CANCELLED.
 *
 * Selected by AID, never recognised by ATR. Only the user-authentication key, certificate and PIN are ever touched.
 */
#pragma once

#include <gio/gio.h>

#include "base/secret.h"
#include "card/apdu-guard.h"

#define JPKI_PIN_SIZE 4

typedef struct
{
  ApduGuard guard;
  gboolean extended;         /* whether extended length is tried; cleared when card or reader did not do it */
  gboolean by_selection;     /* short file ids do not work: a file is selected before it is used */
  GCancellable *cancellable; /* borrowed, NULL: none; looked at before each command */
} Jpki;

void jpki_initialize (Jpki *jpki, Reader *reader, gboolean extended);

/*
 * jpki_select: SELECT by AID. FALSE with CARD_UNSUPPORTED: not a My Number Card; or CARD_FAILED: the card is in
 * trouble.
 */
gboolean jpki_select (Jpki *jpki, GError **error);

/*
 * jpki_read_certificate: reads file 000A: by short id with extended length; else by short id in pieces; else by SELECT
 * and READ BINARY. Cut to the length that its DER states. Return: (transfer full), or NULL.
 */
GBytes *jpki_read_certificate (Jpki *jpki, GError **error);

/*
 * jpki_check_certificate: whether the card shows the beginning of @der as its certificate, with one command. FALSE with
 * CARD_REMOVED: it is another card.
 */
gboolean jpki_check_certificate (Jpki *jpki, GBytes *der, GError **error);

/* jpki_query_tries: how many tries the PIN has left; 0 = locked. Spends none. */
gboolean jpki_query_tries (Jpki *jpki, guint *ret_tries, GError **error);

/*
 * jpki_verify: spends one try if @pin is wrong. FALSE with PIN_INCORRECT (tries left attached) or PIN_LOCKED; or with
 * PIN_REFUSED if @pin is not four digits: nothing was sent.
 */
gboolean jpki_verify (Jpki *jpki, Secret *pin, GError **error);

/* jpki_sign: @digest as card_certificate_make_digest gives it. Return: (transfer full) signature, or NULL. */
GBytes *jpki_sign (Jpki *jpki, GBytes *digest, GError **error);

/*
 * jpki_drop_rights: leaves the application so that the PIN's rights end; errors do not matter (the card is unpowered
 * next).
 */
void jpki_drop_rights (Jpki *jpki);
