/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-review: emergencies in which a limit was passed over. In: the ledger. Out: those that nobody has looked at
 * yet.
 */
#pragma once

#include "client/client.h"

/* ledger_review_list: ends the client. */
void ledger_review_list (Client *client);
