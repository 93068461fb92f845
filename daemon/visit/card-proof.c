/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * card-proof: see the header. In: a reader's worker, a challenge, a PIN. Out: a signature that was checked.
 *
 * Several steps run at the same time, so each is counted in @pending. The first error decides; the others are only
 * waited for. When nothing is pending the card is closed, and when it is closed the proof rests.
 */
#include "visit/card-proof.h"

#include "base/error.h"
#include "base/wall-clock.h"

struct CardProof
{
  CardProofSettings settings;
  GCancellable *cancellable;
  guint pending;
  CardSession *session;
  CertificateTerm term;    /* of its certificate */
  gboolean awaits_clock;   /* by our clock it is refused: what the center's says comes with the challenge */
  gboolean was_challenged; /* or there is none */
  TransportChallenge *challenge;
  Secret *pin; /* while the challenge is still under way */
  GBytes *signature;
  GError *error;
  gboolean closing, rested;
};

static void on_closed (GObject *source, GAsyncResult *result, gpointer user_data);

/* end_when_idle: something has ended; see whether anything is left to do. */
static void
end_when_idle (CardProof *proof)
{
  if (proof->pending > 0 || proof->rested || (proof->signature == NULL && proof->error == NULL))
    return;

  if (proof->session != NULL && !proof->closing)
    {
      proof->closing = TRUE;
      proof->pending++;
      visit_clock_begin (proof->settings.clock, VISIT_WAIT_RELEASE);
      card_session_close (proof->session, on_closed, proof);
      return;
    }
  proof->rested = TRUE;
  proof->settings.rested (proof->signature != NULL ? NULL : proof->error, proof->settings.user_data);
}

/* keep_failure: @error: (transfer full). */
static void
keep_failure (CardProof *proof, GError *error)
{
  if (proof->error != NULL || proof->signature != NULL)
    {
      g_error_free (error);
      return;
    }
  proof->error = shikaku_error_adopt (error);
  g_clear_pointer (&proof->pin, secret_free);
  g_cancellable_cancel (proof->cancellable);
}

static void
on_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CardProof *proof = user_data;

  card_session_close_finish (proof->session, result);
  visit_clock_end (proof->settings.clock, VISIT_WAIT_RELEASE);
  proof->pending--;
  end_when_idle (proof);
}

static void
on_signed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CardProof *proof = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) signature = card_session_sign_finish (proof->session, result, &error);

  visit_clock_end (proof->settings.clock, VISIT_WAIT_CARD);
  if (g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_PIN_INCORRECT)
      || g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_PIN_LOCKED))
    statistics_count (proof->settings.statistics, STATISTICS_PINS_WRONG);
  proof->pending--;
  if (signature == NULL)
    keep_failure (proof, g_steal_pointer (&error));
  else if (proof->error == NULL)
    {
      proof->signature = g_steal_pointer (&signature);
      proof->settings.advanced (CARD_PROOF_PROVED, proof->settings.user_data);
    }
  end_when_idle (proof);
}

/* sign_challenge: once both the PIN and the challenge are there. */
static void
sign_challenge (CardProof *proof)
{
  g_autoptr (GBytes) content = NULL;

  if (proof->error != NULL || proof->pin == NULL || proof->challenge == NULL)
    return;
  content = transport_make_proof_content (proof->challenge);
  proof->pending++;
  visit_clock_begin (proof->settings.clock, VISIT_WAIT_CARD);
  card_session_sign (proof->session, g_steal_pointer (&proof->pin), content, proof->settings.last_try,
                     proof->cancellable, on_signed, proof);
}

static void
on_pin (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CardProof *proof = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (Secret) pin = proof->settings.agents->request_pin_finish (proof->settings.agent, result, &error);

  visit_clock_end (proof->settings.clock, VISIT_WAIT_PERSON);
  proof->pending--;
  if (pin == NULL)
    keep_failure (proof, g_steal_pointer (&error));
  else if (proof->error == NULL)
    {
      proof->pin = g_steal_pointer (&pin);
      proof->settings.advanced (CARD_PROOF_PROVING, proof->settings.user_data);
      sign_challenge (proof);
    }
  end_when_idle (proof);
}

static gboolean
check_tries (CardProof *proof, guint tries, GError **error)
{
  if (tries == 0)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_PIN_LOCKED, "the card's PIN is locked");
  else if (tries == 1 && !proof->settings.last_try)
    g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_PIN_REFUSED, "one try is left and it may not be spent");
  else
    return TRUE;

  if (error != NULL)
    shikaku_error_set_tries_left (*error, tries);
  return FALSE;
}

/* get_now: by the center's clock, if it was heard of. Seconds since the epoch. */
static gint64
get_now (CardProof *proof)
{
  const TransportClock *center = &proof->settings.transport->clock;
  const gint64 now = center->date != 0 ? center->date + wall_clock_get_boot_time () - center->at : g_get_real_time ();

  return now / G_USEC_PER_SEC;
}

/* examine_card: whether it makes sense to ask a person for the PIN of this card. */
static gboolean
examine_card (CardProof *proof, GError **error)
{
  CardAuthorities *authorities = proof->settings.authorities (proof->settings.user_data, error);
  CardCertificate *certificate = card_session_get_certificate (proof->session);
  const gint64 now = get_now (proof);

  proof->term = certificate_term_judge (card_certificate_get_not_after (certificate), now);
  return authorities != NULL && card_certificate_check (certificate, authorities, now, error)
         && check_tries (proof, card_session_get_tries (proof->session), error);
}

/* take_up_card: it was opened: whether a person is to be asked. */
static void
take_up_card (CardProof *proof)
{
  const CardProofSettings *settings = &proof->settings;
  g_autoptr (GError) error = NULL;
  const gboolean is_in_order = examine_card (proof, &error);

  proof->awaits_clock = g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CERTIFICATE_EXPIRED)
                        && !proof->was_challenged && settings->transport->clock.date == 0;
  if (proof->awaits_clock)
    return;
  if (!is_in_order)
    {
      keep_failure (proof, g_steal_pointer (&error));
      return;
    }
  settings->advanced (CARD_PROOF_ASKING_PIN, settings->user_data);
  if (proof->error != NULL)
    return;
  proof->pending++;
  statistics_count (settings->statistics, STATISTICS_PINS_ASKED);
  visit_clock_begin (settings->clock, VISIT_WAIT_PERSON);
  settings->agents->request_pin (settings->agent, &settings->context, card_session_get_tries (proof->session),
                                 proof->cancellable, on_pin, proof);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CardProof *proof = user_data;
  const CardProofSettings *settings = &proof->settings;
  g_autoptr (GError) error = NULL;

  visit_clock_end (settings->clock, VISIT_WAIT_CARD);
  proof->pending--;
  proof->session = card_session_open_finish (settings->worker, result, &error);
  if (proof->session != NULL)
    settings->advanced (CARD_PROOF_READ, settings->user_data);
  if (proof->session == NULL)
    keep_failure (proof, g_steal_pointer (&error));
  else if (proof->error == NULL)
    take_up_card (proof);
  end_when_idle (proof);
}

static void
on_challenge (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CardProof *proof = user_data;
  Transport *transport = proof->settings.transport;
  g_autoptr (GError) error = NULL;

  proof->pending--;
  visit_clock_end (proof->settings.clock, VISIT_WAIT_CENTER);
  proof->challenge = transport->klass->get_challenge_finish (transport, result, &error);
  statistics_count_call (proof->settings.statistics, STATISTICS_CHALLENGES, error);
  proof->was_challenged = TRUE;
  if (proof->awaits_clock && proof->error == NULL)
    take_up_card (proof);
  if (proof->challenge == NULL && proof->error == NULL && proof->settings.may_go_alone != NULL
      && proof->settings.may_go_alone (error, proof->settings.user_data))
    {
      proof->challenge = transport->klass->make_challenge (transport);
      if (proof->challenge != NULL)
        statistics_count (proof->settings.statistics, STATISTICS_OWN_CHALLENGES);
    }
  if (proof->challenge == NULL)
    keep_failure (proof, g_steal_pointer (&error));
  else
    sign_challenge (proof);
  end_when_idle (proof);
}

CardProof *
card_proof_new (const CardProofSettings *settings)
{
  CardProof *proof = g_new0 (CardProof, 1);

  proof->settings = *settings;
  proof->cancellable = g_cancellable_new ();
  proof->pending = 2;
  visit_clock_begin (settings->clock, VISIT_WAIT_CARD);
  visit_clock_begin (settings->clock, VISIT_WAIT_CENTER);
  card_session_open (settings->worker, proof->cancellable, on_opened, proof);
  settings->transport->klass->get_challenge (settings->transport, proof->cancellable, on_challenge, proof);
  return proof;
}

void
card_proof_free (CardProof *proof)
{
  g_clear_pointer (&proof->session, card_session_unref);
  g_clear_pointer (&proof->challenge, transport_challenge_free);
  g_clear_pointer (&proof->pin, secret_free);
  g_clear_pointer (&proof->signature, g_bytes_unref);
  g_clear_error (&proof->error);
  g_object_unref (proof->cancellable);
  g_free (proof);
}

void
card_proof_abort (CardProof *proof, GError *error)
{
  keep_failure (proof, error);
  end_when_idle (proof);
}

gboolean
card_proof_is_proved (CardProof *proof)
{
  return proof->signature != NULL;
}

CertificateTerm
card_proof_get_term (CardProof *proof)
{
  return proof->term;
}

gint64
card_proof_get_not_after (CardProof *proof)
{
  return card_certificate_get_not_after (card_session_get_certificate (proof->session));
}

void
card_proof_fill_query (CardProof *proof, TransportCardQuery *ret_query)
{
  CardCertificate *certificate = card_session_get_certificate (proof->session);

  ret_query->challenge = proof->challenge;
  ret_query->certificate = card_certificate_get_der (certificate);
  ret_query->algorithm = card_certificate_get_algorithm (certificate);
  ret_query->signature = proof->signature;
}
