/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ledger-birth: the institution's word for the key of its ledger: at its birth, and whenever it has changed. In: word
 * of the ledger's growth; where the institution's certificate and key are. Out: an entry KEY, Act endorsed.
 *
 * Where that key is not to be had now, the ledger goes on and says that it is not endorsed; it is asked again with an
 * entry that comes later, an hour after. A token that has refused its PIN is not asked again in this run. Nothing is
 * touched before the ledger has an entry.
 */
#pragma once

#include "center/credential.h"
#include "store/ledger.h"

typedef struct LedgerBirth LedgerBirth;

/* ledger_birth_new: @ledger: borrowed; it tells this room of what is new until ledger_birth_free. */
LedgerBirth *ledger_birth_new (Ledger *ledger);
void ledger_birth_free (LedgerBirth *birth);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LedgerBirth, ledger_birth_free)

/* ledger_birth_configure: @files: copied. */
void ledger_birth_configure (LedgerBirth *birth, const CredentialFiles *files);
