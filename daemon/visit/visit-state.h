/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-state: the states of a visit, their words, and from which of them it may go where. Pure.
 *
 *   waiting-for-card → reading-card → asking-pin → proving → asking-consent → checking → done
 *                  ←                any state → failed | cancelled
 *
 * A card that slips out while it is read is waited for again: nobody was asked for a PIN yet.
 * Consent is asked beside the query: either may be waited for last.
 */
#pragma once

#include <glib.h>

#define VISIT_STATE_TO(suffix) (1u << VISIT_##suffix)
#define VISIT_STATE_TO_END (VISIT_STATE_TO (FAILED) | VISIT_STATE_TO (CANCELLED))

/* VISIT_STATES (X) expands X (SUFFIX, "word of the contract", where it may go) for each. Those that end it are last. */
#define VISIT_STATES(X) \
  X (WAITING_FOR_CARD, "waiting-for-card", VISIT_STATE_TO (READING_CARD) | VISIT_STATE_TO_END) \
  X (READING_CARD, "reading-card", \
     VISIT_STATE_TO (ASKING_PIN) | VISIT_STATE_TO (WAITING_FOR_CARD) | VISIT_STATE_TO_END) \
  X (ASKING_PIN, "asking-pin", VISIT_STATE_TO (PROVING) | VISIT_STATE_TO_END) \
  X (PROVING, "proving", VISIT_STATE_TO (ASKING_CONSENT) | VISIT_STATE_TO (CHECKING) | VISIT_STATE_TO_END) \
  X (ASKING_CONSENT, "asking-consent", VISIT_STATE_TO (CHECKING) | VISIT_STATE_TO (DONE) | VISIT_STATE_TO_END) \
  X (CHECKING, "checking", VISIT_STATE_TO (ASKING_CONSENT) | VISIT_STATE_TO (DONE) | VISIT_STATE_TO_END) \
  X (DONE, "done", 0) \
  X (FAILED, "failed", 0) \
  X (CANCELLED, "cancelled", 0)

/* clang-format off */
typedef enum
{
#define VISIT_STATE_MEMBER(suffix, word, next) VISIT_##suffix,
  VISIT_STATES (VISIT_STATE_MEMBER)
#undef VISIT_STATE_MEMBER
  VISIT_N_STATES
} VisitState;
/* clang-format on */

/* visit_state_to_string: the contract's word, static. */
const char *visit_state_to_string (VisitState state);

/* visit_state_is_final: done, failed or cancelled. */
gboolean visit_state_is_final (VisitState state);

/* visit_state_may_become: whether a visit in @state may go to @next. */
gboolean visit_state_may_become (VisitState state, VisitState next);
