/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-review: emergencies in which a limit was passed over, and that somebody has looked at them. In: the ledger.
 * Out: those that nobody has looked at yet; or an entry that says so of one.
 */
#pragma once

#include "client/client.h"

/* ledger_review_list: ends the client. */
void ledger_review_list (Client *client);

/* ledger_review_mark: of the emergency at @place; @reason: what was found. Ends the client. */
void ledger_review_mark (Client *client, guint64 place, const char *reason);
