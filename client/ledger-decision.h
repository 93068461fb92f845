/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-decision: what somebody decides of the ledger, and it keeps for ever: that a restored one counts, that it has
 * a new key, that an emergency was looked at. In: which, and why. Out: the place of the entry. Also what is told to
 * whoever lacks the right to read.
 */
#pragma once

#include "client/client.h"

/*
 * ledger_decide: @method of the interface Ledger, whose arguments are @what, floating, unless it is NULL, then @reason,
 * and who decides. Ends the program.
 */
void ledger_decide (Client *client, const char *method, GVariant *what, const char *reason);

/* ledger_fail_reading: of a call that needs the right to read. Ends the program. */
void ledger_fail_reading (Client *client, const GError *error);
