/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * consent-settlement: what became of a message to the center, written down. In: a message of the consent book, of
 * whom it is, and what the center has said. Out: entries of the ledger (REGISTRATION of each consent, or
 * WITHDRAWAL), with the book's rows; nobody waits for them.
 */
#pragma once

#include "center/transport.h"
#include "store/consent-book.h"
#include "visit/ledger-person.h"

/*
 * consent_settlement_write: @reply: of the center; NULL: @error: its no; both NULL: nobody will ever know.
 */
void consent_settlement_write (ConsentBook *book, const ConsentBookMessage *message, const LedgerPersonHashes *person,
                               const TransportReply *reply, const GError *error);

/* consent_settlement_forget: consent @index of a message is not told any more: it will never be known. */
void consent_settlement_forget (ConsentBook *book, const ConsentBookMessage *message, guint index,
                                const LedgerPersonHashes *person);
