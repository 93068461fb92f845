/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-card: see the header. In: what the station sees in the reader, what the card proof reaches. Out: the states up
 * to proving, and word of the proved card.
 */
#include "visit/visit-card.h"

#include "base/error.h"
#include "visit/visit-agent.h"
#include "visit/visit-life.h"
#include "visit/visit-private.h"

static CardAuthorities *
get_authorities (gpointer user_data, GError **error)
{
  Visit *visit = user_data;

  return visit->host->get_authorities (visit->host->data, error);
}

static void
on_advanced (CardProofPhase phase, gpointer user_data)
{
  Visit *visit = user_data;

  if (phase == CARD_PROOF_READ)
    visit->host->card_read (visit, visit->host->data);
  if (visit_is_ending (visit))
    return;

  switch (phase)
    {
    case CARD_PROOF_READ:
      break;
    case CARD_PROOF_ASKING_PIN:
      visit_set_state (visit, VISIT_ASKING_PIN);
      break;
    case CARD_PROOF_PROVING:
      visit_set_state (visit, VISIT_PROVING);
      break;
    case CARD_PROOF_PROVED:
      visit->card.proved (visit);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
on_rested (const GError *error, gpointer user_data)
{
  Visit *visit = user_data;

  if (error != NULL)
    visit_end (visit, VISIT_FAILED, g_error_copy (error));
  visit_release (visit);
}

static void
read_card (Visit *visit)
{
  CardProofSettings settings = {
    .worker = visit->card.worker,
    .transport = visit->transport,
    .agents = visit->host->agents.klass,
    .agent = visit_agent_get (visit),
    .context = visit_agent_get_context (visit),
    .clock = &visit->clock,
    .statistics = visit->host->statistics,
    .last_try = visit->options->last_try,
    .authorities = get_authorities,
    .advanced = on_advanced,
    .rested = on_rested,
    .user_data = visit,
  };

  visit_set_state (visit, VISIT_READING_CARD);
  if (visit_is_ending (visit))
    return;
  visit_clock_end (&visit->clock, VISIT_WAIT_PERSON);
  visit_hold (visit);
  visit->card.proof = card_proof_new (&settings);
  /* Loaded now, they are loaded while the card is being read. If that fails, the proof will find out again. */
  get_authorities (visit, NULL);
}

void
visit_card_begin (Visit *visit, void (*proved) (Visit *visit))
{
  visit->card.proved = proved;
  /* Every card visit needs a PIN: without an agent it is better to fail before the card is touched. */
  if (!visit_agent_acquire (visit, "pin"))
    return;
  visit->host->changed (visit, visit->host->data);

  if (visit->card.is_usable)
    {
      read_card (visit);
      return;
    }
  visit_clock_begin (&visit->clock, VISIT_WAIT_PERSON);
  visit_agent_show (visit, visit->card.is_present ? "reinsert-card" : "insert-card");
}

static gboolean
is_proved (Visit *visit)
{
  return visit->card.proof != NULL && card_proof_is_proved (visit->card.proof);
}

void
visit_card_set (Visit *visit, gboolean is_present, gboolean served)
{
  visit->card.is_present = is_present;
  visit->card.is_usable = is_present && (!served || visit->options->same_card);
  if (visit->card.proved == NULL || visit_is_ending (visit))
    return;

  if (visit->card.proof == NULL && visit->card.is_usable)
    {
      /* Nobody was asked yet: it may be another that serves the reader by now. */
      if (visit_agent_acquire (visit, "pin"))
        read_card (visit);
    }
  else if (!is_present && visit->card.proof != NULL && !is_proved (visit))
    visit_fail (visit, SHIKAKU_ERROR_CARD_REMOVED, "the card was pulled before it was proved");
}

void
visit_card_note_reader_gone (Visit *visit)
{
  visit->card.is_present = visit->card.is_usable = FALSE;
  if (!is_proved (visit))
    visit_fail (visit, SHIKAKU_ERROR_READER_FAILED, "the reader is gone");
}

gboolean
visit_card_is_present (Visit *visit)
{
  return visit->card.is_present;
}

void
visit_card_fill_query (Visit *visit, TransportCardQuery *ret_query)
{
  card_proof_fill_query (visit->card.proof, ret_query);
}

void
visit_card_stop (Visit *visit, const GError *error)
{
  if (visit->card.proof != NULL && error != NULL)
    card_proof_abort (visit->card.proof, g_error_copy (error));
}

void
visit_card_let_go (Visit *visit)
{
  g_clear_pointer (&visit->card.proof, card_proof_free);
  g_clear_pointer (&visit->card.worker, card_worker_unref);
}
