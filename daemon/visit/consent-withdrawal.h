/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * consent-withdrawal: a patient takes back what was agreed to. In: the id of a receipt, and who asks. Out: an entry
 * of the ledger, and which of these has happened: withdrawn here, at the center too, or not there (yet): only
 * consents of home and online care are withdrawn at the center (data/center-profile.md, "consent/withdraw"); what an
 * outpatient has agreed to lapses there.
 */
#pragma once

#include "visit/actor.h"
#include "visit/consent-registrar.h"

typedef struct
{
  ConsentKind kind;
  const char *where;  /* "here": this daemon gives nothing any more, the center's lapses; "center": there too. Static */
  gint64 until;       /* "here": when it lapses at the center, microseconds since the epoch */
  ShikakuError error; /* why the center, which should have, has not withdrawn it; or NONE */
  gboolean is_pending; /* it is told again until it is known what it says; the ledger, and receipts, tell what */
} ConsentWithdrawal;

/*
 * consent_withdrawal_begin: the consent with that receipt, and whatever else the patient has said to the same kind
 * here, is none any more: that is in the ledger before this is answered. @registrar: NULL: there is no ledger. Finish:
 * NOT_FOUND: there is no such consent, or it has ended; LEDGER_FAILED: it still stands.
 */
void consent_withdrawal_begin (ConsentRegistrar *registrar, const char *receipt, const Actor *actor,
                               GAsyncReadyCallback callback, gpointer user_data);
/*
 * consent_withdrawal_begin_person: the same of what stands of @kind of who has numbers with this keyed hash; @branch:
 * as of consent_book_find_person. INVALID_OPTION: it may be more than one person's.
 */
void consent_withdrawal_begin_person (ConsentRegistrar *registrar, const guint8 number[LEDGER_PERSON_SIZE],
                                      const char *branch, ConsentKind kind, const Actor *actor,
                                      GAsyncReadyCallback callback, gpointer user_data);
gboolean consent_withdrawal_finish (GAsyncResult *result, ConsentWithdrawal *ret_withdrawal, GError **error);
