/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visit-card: see the header. In: what the station sees in the reader, what the card proof reaches. Out: the states up
 * to proving, and word of the proved card.
 */
#include "visit/visit-card.h"

#include "base/error.h"
#include "visit/visit-agent.h"
#include "visit/visit-certificate.h"
#include "visit/visit-life.h"
#include "visit/visit-private.h"

/* A card that slipped out and in may have done so between two looks of pcscd, each 0.4 s: nothing tells of it. */
#define LOOK_AGAIN_MILLISECONDS 500

static CardAuthorities *
get_authorities (gpointer user_data, GError **error)
{
  Visit *visit = user_data;

  return visit->host->get_authorities (visit->host->data, error);
}

static gboolean
is_outage (const GError *error)
{
  return g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_UNREACHABLE)
         || g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_BUSY);
}

static gboolean
may_go_alone (const GError *error, gpointer user_data)
{
  return is_outage (error) && outage_can_keep (((Visit *)user_data)->host->outage);
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
      visit_certificate_note (visit, visit->card.proof);
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

static void read_card (Visit *visit);

/* read_card_again: nobody was asked yet: it may be another agent that serves the reader by now. */
static void
read_card_again (Visit *visit)
{
  g_clear_handle_id (&visit->card.look_source, g_source_remove);
  if (visit_agent_acquire (visit, "pin"))
    read_card (visit);
}

static gboolean
on_look (gpointer user_data)
{
  Visit *visit = user_data;

  visit->card.look_source = 0;
  if (visit->card.is_usable)
    read_card_again (visit);
  return G_SOURCE_REMOVE;
}

static void
wait_for_card (Visit *visit)
{
  visit_clock_begin (&visit->clock, VISIT_WAIT_PERSON);
  visit_agent_show (visit, visit->card.is_present ? "reinsert-card" : "insert-card");
}

/* wait_again: one was seen to come meanwhile; or it may be back, and pcscd has not seen it leave. */
static void
wait_again (Visit *visit)
{
  visit_set_state (visit, VISIT_WAITING_FOR_CARD);
  if (visit_is_ending (visit))
    return;
  if (visit->card.has_come && visit->card.is_usable)
    {
      read_card_again (visit);
      return;
    }
  wait_for_card (visit);
  visit->card.look_source = g_timeout_add (LOOK_AGAIN_MILLISECONDS, on_look, visit);
}

/* slipped: whether the card left while it was read: it is waited for. Nobody was asked anything yet. */
static gboolean
slipped (Visit *visit, const GError *error)
{
  return !visit_is_ending (visit) && visit_is_in (visit, VISIT_READING_CARD)
         && (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_NO_CARD)
             || g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_REMOVED));
}

static void
on_rested (const GError *error, gpointer user_data)
{
  Visit *visit = user_data;

  if (slipped (visit, error))
    {
      g_clear_pointer (&visit->card.proof, card_proof_free);
      wait_again (visit);
    }
  else if (error != NULL)
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
    .may_go_alone = may_go_alone,
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
  visit->host->card_taken (visit,
                           visit->host->data); /* however far that comes: it is the card of this visit's patient */
  visit->card.has_come = FALSE;
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
    read_card (visit);
  else
    wait_for_card (visit);
}

static gboolean
is_proved (Visit *visit)
{
  return visit->card.proof != NULL && card_proof_is_proved (visit->card.proof);
}

static GError *
new_removal (void)
{
  return g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CARD_REMOVED, "the card was pulled before it was proved");
}

void
visit_card_set (Visit *visit, gboolean is_present, gboolean served)
{
  visit->card.has_come = is_present;
  visit->card.is_present = is_present;
  visit->card.is_usable = is_present && (!served || visit->options->same_card);
  if (visit->card.proved == NULL || visit_is_ending (visit))
    return;

  if (visit->card.proof == NULL && visit->card.is_usable)
    read_card_again (visit);
  else if (is_present || visit->card.proof == NULL || is_proved (visit))
    return;
  else if (visit_is_in (visit, VISIT_READING_CARD))
    card_proof_abort (visit->card.proof, new_removal ());
  else
    visit_end (visit, VISIT_FAILED, new_removal ());
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
  g_clear_handle_id (&visit->card.look_source, g_source_remove);
  if (visit->card.proof != NULL && error != NULL)
    card_proof_abort (visit->card.proof, g_error_copy (error));
}

void
visit_card_let_go (Visit *visit)
{
  g_clear_pointer (&visit->card.proof, card_proof_free);
  g_clear_pointer (&visit->card.worker, card_worker_unref);
}
