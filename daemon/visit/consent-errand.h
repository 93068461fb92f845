/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * consent-errand: one message to the center, which registers consents or withdraws them, until it is known what became
 * of it.
 *
 * In: a message that the consent book has, whoever waits for the first answer to it, and that the center may be back.
 * Out: how it ended. A message that was not answered is sent again as it is, by whatever way there is then, with a
 * back-off, until its time is over. Asynchronous; on the main thread.
 */
#pragma once

#include "store/consent-item.h"
#include "visit/ledger-person.h"
#include "visit/statistics.h"
#include "visit/transports.h"

/* All that are under way. */
typedef struct ConsentErrands ConsentErrands;
typedef struct ConsentErrand ConsentErrand;

/* What is known once who waits for it is told. */
typedef struct
{
  GArray *places;        /* of ConsentBookPlace, one an answer: they are in the ledger; NULL: of a withdrawal */
  TransportReply *reply; /* of the center; NULL: it was not asked, or: */
  GError *error;         /* it has said no, or has not answered: */
  gboolean is_open;      /* it will be asked again */
} ConsentOutcome;

void consent_outcome_free (ConsentOutcome *outcome);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConsentOutcome, consent_outcome_free)

/*
 * ConsentErrandEnded: @errand has come to its end, and is freed then. @reply: of the center; NULL: @error: its no; both
 * NULL: nobody will ever know: its time is over, or it was dropped.
 */
typedef void (*ConsentErrandEnded) (ConsentErrand *errand, const TransportReply *reply, const GError *error,
                                    gpointer user_data);

ConsentErrands *consent_errands_new (Transports *transports, Statistics *statistics, ConsentErrandEnded ended,
                                     gpointer user_data);
/* consent_errands_free: none of them ends any more; who waits is told SHUTTING_DOWN. */
void consent_errands_free (ConsentErrands *errands);
guint consent_errands_count (const ConsentErrands *errands);
ConsentErrand *consent_errands_get (ConsentErrands *errands, guint index); /* (transfer none) */
/* consent_errands_hurry: the center may be back. */
void consent_errands_hurry (ConsentErrands *errands);

/*
 * consent_errand_new: @message: (transfer full): its person's texts are erased, of which @person has the hashes. It
 * does nothing yet, and is its caller's until consent_errand_begin takes it.
 */
ConsentErrand *consent_errand_new (ConsentErrands *errands, ConsentBookMessage *message,
                                   const LedgerPersonHashes *person);
/* consent_errand_free: of the caller's own; who waits is told SHUTTING_DOWN. */
void consent_errand_free (ConsentErrand *errand);
/* consent_errand_wait: @task: (transfer full): is told a ConsentOutcome; by @cancellable (or NULL) CANCELLED. */
void consent_errand_wait (ConsentErrand *errand, GTask *task, GCancellable *cancellable);
/* consent_errand_keep_first: what the first call says beside the message: copied. @transport: that is asked. */
void consent_errand_keep_first (ConsentErrand *errand, Transport *transport, const TransportConsents *consents);
/* consent_errand_answer: who waits is told so. @error: (transfer full), or NULL: the outcome. */
void consent_errand_answer (ConsentErrand *errand, GError *error);
/* consent_errand_begin: the center is told: the first time as was kept, or as the message is. (transfer full). */
void consent_errand_begin (ConsentErrand *errand);
/* consent_errand_drop: the center is not told any more. It ends at once, or with the call that is under way. */
void consent_errand_drop (ConsentErrand *errand);

/* (transfer none). consent_errand_get_outcome: of who waits; NULL: nobody does. */
ConsentBookMessage *consent_errand_get_message (ConsentErrand *errand);
const LedgerPersonHashes *consent_errand_get_person (const ConsentErrand *errand);
ConsentOutcome *consent_errand_get_outcome (ConsentErrand *errand);
