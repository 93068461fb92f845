/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * card-proof: from a card in the reader to its signature, as one asynchronous step.
 *
 * The card is opened while the center's challenge is fetched; the certificate is checked and the tries are looked at
 * before a PIN is asked. Its dates are judged by the center's clock, as soon as that was heard of: no card is refused
 * by ours, which may be wrong, before the center had its chance to say what day it is. The PIN goes from the agent
 * straight to the card. However it ends, it has come to rest only when the card is unpowered and nothing is under way
 * any more.
 */
#pragma once

#include "card/card-session.h"
#include "center/transport.h"
#include "codec/certificate-term.h"
#include "visit/agent-port.h"
#include "visit/statistics.h"

typedef enum
{
  CARD_PROOF_READ,       /* the card was read and found in order, or not: it has served */
  CARD_PROOF_ASKING_PIN, /* waits for a person */
  CARD_PROOF_PROVING,    /* waits for the card (and the challenge) */
  CARD_PROOF_PROVED,     /* the signature is there; the card is being unpowered and is not needed any more */
} CardProofPhase;

/* Everything is borrowed until the proof has come to rest. */
typedef struct
{
  CardWorker *worker;
  Transport *transport;
  const AgentPortClass *agents;
  Agent *agent;
  AgentContext context;
  VisitClock *clock;
  Statistics *statistics;
  gboolean last_try;

  /*
   * may_go_alone: @error: why there is no challenge. Whether a proof is of use: it can be kept until the center is
   * back.
   */
  gboolean (*may_go_alone) (const GError *error, gpointer user_data);
  /* authorities: loaded by whoever keeps them, when they are first needed. Return: (transfer none). */
  CardAuthorities *(*authorities) (gpointer user_data, GError **error);
  void (*advanced) (CardProofPhase phase, gpointer user_data);
  /* rested: once, last. @error: (transfer none); NULL if the card was proved. */
  void (*rested) (const GError *error, gpointer user_data);
  gpointer user_data;
} CardProofSettings;

typedef struct CardProof CardProof;

/* card_proof_new: begins at once. @settings is copied. */
CardProof *card_proof_new (const CardProofSettings *settings);

/* card_proof_free: only before it began to matter or after it has come to rest. */
void card_proof_free (CardProof *proof);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CardProof, card_proof_free)

/* card_proof_abort: ends it with @error (transfer full), unless it has already failed. A proved card stays proved. */
void card_proof_abort (CardProof *proof, GError *error);

/* card_proof_is_proved: whether the card is not needed any more. */
gboolean card_proof_is_proved (CardProof *proof);

/* card_proof_get_term: of the card's certificate, once the PIN is asked. */
CertificateTerm card_proof_get_term (CardProof *proof);
/* card_proof_get_not_after: likewise; seconds since the epoch, UTC. */
gint64 card_proof_get_not_after (CardProof *proof);

/* card_proof_fill_query: what the center needs to see of a proved card; borrowed from @proof. */
void card_proof_fill_query (CardProof *proof, TransportCardQuery *ret_query);
