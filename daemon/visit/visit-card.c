/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-card: the way of a visit from an empty reader to a proved card. In: what the station sees in the reader, what
 * the card proof reaches. Out: the states up to proving, and the query.
 *
 * The card is needed until it is proved; pulled earlier, the visit fails with CARD_REMOVED.
 */
#include "visit/visit-private.h"

#include "base/error.h"

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
  if (visit->ending)
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
      visit->method = "pin";
      visit_query_begin (visit);
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
    .worker = visit->worker,
    .transport = visit->host->transport,
    .agents = visit->host->agents.klass,
    .agent = visit->agent,
    .context = visit_get_agent_context (visit),
    .clock = &visit->clock,
    .statistics = visit->host->statistics,
    .last_try = visit->last_try,
    .authorities = get_authorities,
    .advanced = on_advanced,
    .rested = on_rested,
    .user_data = visit,
  };

  visit_set_state (visit, VISIT_READING_CARD);
  if (visit->ending)
    return;
  visit_clock_end (&visit->clock, VISIT_WAIT_PERSON);
  visit_hold (visit);
  visit->proof = card_proof_new (&settings);
  /* Loaded now, they are loaded while the card is being read. If that fails, the proof will find out again. */
  get_authorities (visit, NULL);
}

void
visit_card_begin (Visit *visit)
{
  /* Every card visit needs a PIN: without an agent it is better to fail before the card is touched. */
  if (!visit_acquire_agent (visit, "pin"))
    return;
  visit->host->changed (visit, visit->host->data);

  if (visit->card_usable)
    {
      read_card (visit);
      return;
    }
  visit_clock_begin (&visit->clock, VISIT_WAIT_PERSON);
  visit_show (visit, visit->card_present ? "reinsert-card" : "insert-card");
}

void
visit_set_card (Visit *visit, gboolean present, gboolean usable)
{
  visit->card_present = present;
  visit->card_usable = usable;
  if (!visit->started || visit->ending)
    return;

  if (visit->state == VISIT_WAITING_FOR_CARD && usable)
    {
      /* Nobody was asked yet: it may be another that serves the reader by now. */
      if (visit_acquire_agent (visit, "pin"))
        read_card (visit);
    }
  else if (!present && visit->proof != NULL && !card_proof_is_proved (visit->proof))
    visit_fail (visit, SHIKAKU_ERROR_CARD_REMOVED, "the card was pulled before it was proved");
}

void
visit_reader_gone (Visit *visit)
{
  visit->card_present = visit->card_usable = FALSE;
  if (visit->proof == NULL || !card_proof_is_proved (visit->proof))
    visit_fail (visit, SHIKAKU_ERROR_READER_FAILED, "the reader is gone");
}
