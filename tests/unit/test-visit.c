/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-visit: one visit at a fake desk: what it asks of whom and when, how it ends, and that nothing is left behind. */
#include "fake-desk.h"
#include "fake-timer.h"

#include <string.h>

#define INS_READ 0xB0
#define INS_VERIFY 0x20
#define INS_SIGN 0x2A

static FakeDesk *
new_desk (void)
{
  return fake_desk_new (NULL, 3, FAKE_RETENTION);
}

/* The way of a visit. */

static void
test_done (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL);

  fake_desk_settle ();
  g_assert_cmpint (visit_get_state (visit), ==, VISIT_WAITING_FOR_CARD);
  g_assert_cmpstr (desk->agent->messages->str, ==, "insert-card");
  fake_desk_insert (desk);
  g_assert_cmpuint (desk->center->prepared, ==, 1);
  fake_desk_wait (desk, visit, VISIT_DONE);

  g_assert_cmpstr (desk->states->str, ==, "waiting-for-card reading-card asking-pin proving checking done");
  g_assert_cmpstr (desk->agent->messages->str, ==, "insert-card remove-card");
  g_assert_cmpuint (desk->agent->tries_left, ==, 3);
  g_assert_cmpuint (desk->agent->cancels, ==, 0);
  g_assert_cmpuint (desk->finished, ==, 1);
  g_assert_cmpuint (fake_card_count (desk->card, INS_VERIFY), ==, 1);
  g_assert_cmpuint (fake_card_count (desk->card, INS_SIGN), ==, 1);
  g_assert_cmpstr (visit_get_answer (visit), ==, "eligible");
  g_assert_cmpint (visit_get_origin (visit), ==, VISIT_ORIGIN_CARD);
  g_assert_cmpstr (visit_get_method (visit), ==, "pin");
  g_assert_cmpstr (visit_get_reader (visit), ==, FAKE_READER_PATH);
  g_assert_cmpstr (visit_get_error_message (visit), ==, "");
  g_assert_null (visit_get_error (visit));
  g_assert_nonnull (visit_get_message (visit));
  g_assert_cmpint (visit_get_expires (visit), >, visit_get_opened (visit) + G_TIME_SPAN_MINUTE);
  g_assert_false (visit_get_agent_is_caller (visit));
}

static void
test_agent_is_caller (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = NULL;

  desk->agent->owner = FAKE_OWNER;
  fake_desk_insert (desk);
  visit = fake_desk_open (desk, NULL);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_true (visit_get_agent_is_caller (visit));
}

static void
test_challenge_beside_certificate (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL);

  fake_card_block (desk->card, INS_READ);
  fake_desk_insert (desk);
  fake_desk_wait_ins (desk, INS_READ, 1);
  g_assert_cmpuint (desk->center->counts[FAKE_CHALLENGE], ==, 1);
  g_assert_cmpint (visit_get_state (visit), ==, VISIT_READING_CARD);
  fake_card_unblock (desk->card);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_cmpuint (desk->center->counts[FAKE_CHALLENGE], ==, 1);
}

static void
test_late_challenge (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL);

  desk->center->held[FAKE_CHALLENGE] = TRUE;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_PROVING);
  fake_desk_settle ();
  g_assert_cmpuint (fake_card_count (desk->card, INS_VERIFY), ==, 0);
  fake_center_release (desk->center, FAKE_CHALLENGE);
  fake_desk_wait (desk, visit, VISIT_DONE);
}

/* Consents. */

static void
test_unknown_after_proof (void)
{
  static const ShikakuError faults[]
      = { SHIKAKU_ERROR_CENTER_UNREACHABLE, SHIKAKU_ERROR_CENTER_BUSY,       SHIKAKU_ERROR_CENTER_REFUSED,
          SHIKAKU_ERROR_CENTER_UNTRUSTED,   SHIKAKU_ERROR_MESSAGE_INVALID,   SHIKAKU_ERROR_TIMED_OUT,
          SHIKAKU_ERROR_CREDENTIAL_MISSING, SHIKAKU_ERROR_CREDENTIAL_EXPIRED };

  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (FakeDesk) desk = new_desk ();
      g_autoptr (Visit) visit = fake_desk_open (desk, "drug");

      desk->center->errors[FAKE_CHECK_CARD] = (int)faults[i];
      desk->agent->consent_held = TRUE;
      fake_desk_insert (desk);
      fake_desk_wait (desk, visit, VISIT_DONE);
      g_assert_cmpstr (visit_get_answer (visit), ==, "unknown");
      g_assert_cmpstr (visit_get_eligibility (visit)->reason, ==, shikaku_error_get_name (faults[i]));
      g_assert_nonnull (visit_get_eligibility (visit)->advice);
      g_assert_null (visit_get_message (visit));
    }
}

static void
test_refused_person (void)
{
  static const struct
  {
    ShikakuError error;
    const char *message;
  } refusals[] = {
    { SHIKAKU_ERROR_CERTIFICATE_EXPIRED, "certificate-expired" },
    { SHIKAKU_ERROR_CERTIFICATE_REVOKED, "certificate-revoked" },
    { SHIKAKU_ERROR_CERTIFICATE_UNTRUSTED, "ask-staff" },
    { SHIKAKU_ERROR_NOT_REGISTERED, "ask-staff" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (FakeDesk) desk = new_desk ();
      g_autoptr (Visit) visit = fake_desk_open (desk, NULL);

      desk->center->errors[FAKE_CHECK_CARD] = (int)refusals[i].error;
      fake_desk_insert (desk);
      fake_desk_wait (desk, visit, VISIT_FAILED);
      fake_desk_assert_failed (visit, refusals[i].error);
      g_assert_cmpstr (visit_get_error_message (visit), !=, "");
      g_assert_null (visit_get_answer (visit));
      g_assert_cmpstr (desk->agent->messages->str, ==, refusals[i].message);
    }
}

static void
test_challenge_fails (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL);

  /* While the PIN is being asked for: it is not asked for in vain any longer. */
  desk->center->held[FAKE_CHALLENGE] = desk->agent->pin_held = TRUE;
  desk->center->errors[FAKE_CHALLENGE] = SHIKAKU_ERROR_CENTER_UNREACHABLE;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_ASKING_PIN);
  fake_center_release (desk->center, FAKE_CHALLENGE);
  fake_desk_wait (desk, visit, VISIT_FAILED);
  fake_desk_assert_failed (visit, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  g_assert_cmpuint (desk->agent->cancels, ==, 1);
  g_assert_cmpuint (fake_card_count (desk->card, INS_VERIFY), ==, 0);
}

/* PIN and certificate. */

static void
test_no_agent (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = NULL;

  desk->agent->absent = TRUE;
  fake_desk_insert (desk);
  visit = fake_desk_open (desk, NULL);
  fake_desk_wait (desk, visit, VISIT_FAILED);
  fake_desk_assert_failed (visit, SHIKAKU_ERROR_NO_AGENT);
  g_assert_cmpuint (fake_card_count (desk->card, 0xA4), ==, 0);
}

static void
test_wrong_pin (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = NULL, waiting = NULL, again = NULL;
  VisitOptions options = { .same_card = TRUE };
  guint tries = 0;

  desk->agent->pin = "9999";
  fake_desk_insert (desk);
  visit = fake_desk_open (desk, NULL);
  fake_desk_wait (desk, visit, VISIT_FAILED);
  fake_desk_assert_failed (visit, SHIKAKU_ERROR_PIN_INCORRECT);
  g_assert_true (shikaku_error_get_tries_left (visit_get_error (visit), &tries));
  g_assert_cmpuint (tries, ==, 2);
  g_assert_cmpstr (desk->agent->messages->str, ==, "pin-incorrect");

  /* The card has served: it is not read again until it was removed … */
  desk->agent->pin = "1234";
  waiting = fake_desk_open_with (desk, "/v/2", NULL, &(VisitOptions){ NULL });
  fake_desk_settle ();
  g_assert_cmpint (visit_get_state (waiting), ==, VISIT_WAITING_FOR_CARD);
  g_assert_cmpstr (desk->agent->messages->str, ==, "pin-incorrect reinsert-card");
  visit_cancel (waiting, NULL, NULL);
  fake_desk_wait (desk, waiting, VISIT_CANCELLED);

  /* … unless the owner asks. */
  again = fake_desk_open_with (desk, "/v/3", NULL, &options);
  fake_desk_wait (desk, again, VISIT_DONE);
  g_assert_cmpuint (desk->card->tries, ==, 3);
}

static void
test_served_card_returns (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = NULL, next = NULL;

  fake_desk_insert (desk);
  visit = fake_desk_open (desk, NULL);
  fake_desk_wait (desk, visit, VISIT_DONE);
  next = fake_desk_open_with (desk, "/v/2", NULL, &(VisitOptions){ NULL });
  fake_desk_settle ();
  g_assert_cmpint (visit_get_state (next), ==, VISIT_WAITING_FOR_CARD);

  /* Out and in between two looks of the monitor: only the counter tells. */
  fake_desk_insert (desk);
  fake_desk_wait (desk, next, VISIT_DONE);
}

static void
test_locked (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new ("kato", 0, FAKE_RETENTION);
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL);

  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_FAILED);
  fake_desk_assert_failed (visit, SHIKAKU_ERROR_PIN_LOCKED);
  g_assert_cmpuint (desk->agent->pins, ==, 0);
  g_assert_cmpstr (desk->agent->messages->str, ==, "pin-locked");
}

static void
test_last_try (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new ("yoshida", 1, FAKE_RETENTION);
  g_autoptr (Visit) visit = NULL, again = NULL;
  VisitOptions options = { .same_card = TRUE, .last_try = TRUE };
  guint tries = 0;

  fake_desk_insert (desk);
  visit = fake_desk_open (desk, NULL);
  fake_desk_wait (desk, visit, VISIT_FAILED);
  fake_desk_assert_failed (visit, SHIKAKU_ERROR_PIN_REFUSED);
  g_assert_true (shikaku_error_get_tries_left (visit_get_error (visit), &tries));
  g_assert_cmpuint (tries, ==, 1);
  g_assert_cmpuint (desk->agent->pins, ==, 0);

  again = fake_desk_open_with (desk, "/v/2", NULL, &options);
  fake_desk_wait (desk, again, VISIT_DONE);
}

static void
test_bad_certificates (void)
{
  static const struct
  {
    const char *persona;
    ShikakuError error;
  } cards[] = { { "ito", SHIKAKU_ERROR_CERTIFICATE_EXPIRED }, { "kobayashi", SHIKAKU_ERROR_CERTIFICATE_UNTRUSTED } };

  for (gsize i = 0; i < G_N_ELEMENTS (cards); i++)
    {
      g_autoptr (FakeDesk) desk = fake_desk_new (cards[i].persona, 3, FAKE_RETENTION);
      g_autoptr (Visit) visit = fake_desk_open (desk, NULL);

      fake_desk_insert (desk);
      fake_desk_wait (desk, visit, VISIT_FAILED);
      fake_desk_assert_failed (visit, cards[i].error);
      g_assert_cmpuint (desk->agent->pins, ==, 0);
    }
}

static void
test_pin_refused (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL);

  desk->agent->pin = NULL;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_FAILED);
  fake_desk_assert_failed (visit, SHIKAKU_ERROR_PIN_REFUSED);
  g_assert_cmpuint (fake_card_count (desk->card, INS_VERIFY), ==, 0);
}

static void
test_patient_gives_up (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL), next = NULL;

  desk->agent->gives_up = TRUE;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_CANCELLED);
  fake_desk_assert_failed (visit, SHIKAKU_ERROR_CANCELLED);
  g_assert_cmpuint (fake_card_count (desk->card, INS_VERIFY), ==, 0);

  desk->agent->gives_up = FALSE;
  desk->agent->consent_held = desk->center->held[FAKE_CHECK_CARD] = TRUE;
  fake_desk_pull (desk);
  next = fake_desk_open_with (desk, "/v/2", "drug", &(VisitOptions){ NULL });
  fake_desk_insert (desk);
  fake_desk_wait (desk, next, VISIT_ASKING_CONSENT);
  desk->agent->gives_up = TRUE;
  fake_agent_release (desk->agent);
  fake_desk_wait (desk, next, VISIT_CANCELLED);
  g_assert_cmpuint (desk->center->counts[FAKE_REGISTER], ==, 0);
}

static void
test_card_faults (void)
{
  static const struct
  {
    guint8 ins;
    ShikakuError error;
  } faults[] = { { INS_READ, SHIKAKU_ERROR_CARD_MUTE },
                 { INS_SIGN, SHIKAKU_ERROR_CARD_MUTE },
                 { INS_SIGN, SHIKAKU_ERROR_CARD_RESET },
                 { INS_VERIFY, SHIKAKU_ERROR_SERVICE_STOPPED } };

  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (FakeDesk) desk = new_desk ();
      g_autoptr (Visit) visit = fake_desk_open (desk, NULL);

      fake_card_fail (desk->card, faults[i].ins, faults[i].error, 0);
      fake_desk_insert (desk);
      fake_desk_wait (desk, visit, VISIT_FAILED);
      fake_desk_assert_failed (visit, faults[i].error);
    }
}

/* By number. */

static Visit *
open_number (FakeDesk *desk, const char *const *consents)
{
  VisitOptions options = { .path = "/v/n", .owner = FAKE_OWNER, .consents = consents, .language = "en" };
  TransportNumberQuery insured
      = { .insurer_number = "０６１３", .number = "12", .branch = "", .birthdate = "19800229" };
  g_autoptr (GError) error = NULL;
  Visit *visit = fake_desk_try_number (desk, &options, &insured, &error);

  g_assert_no_error (error);
  return visit_ref (visit);
}

static void
test_number (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = NULL;

  desk->agent->absent = TRUE; /* nobody is needed */
  visit = open_number (desk, NULL);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_cmpstr (desk->center->number, ==, "0613//12//19800229/");
  g_assert_cmpint (visit_get_origin (visit), ==, VISIT_ORIGIN_NUMBER);
  g_assert_cmpstr (visit_get_method (visit), ==, "none");
  g_assert_cmpstr (visit_get_reader (visit), ==, "/");
  g_assert_cmpstr (visit_get_answer (visit), ==, "eligible");
  g_assert_cmpstr (desk->states->str, ==, "done");
}

static void
test_number_consent (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = open_number (desk, (const char *const[]){ "ceiling", NULL });

  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_cmpstr (desk->agent->questions->str, ==, "ceiling");
  g_assert_true (CONSENT_KINDS_HAS (desk->center->agreed, CONSENT_CEILING));
  g_assert_cmpstr (desk->states->str, ==, "asking-consent checking done");
}

static void
test_number_fails (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = open_number (desk, NULL);

  desk->center->errors[FAKE_CHECK_NUMBER] = SHIKAKU_ERROR_CENTER_REFUSED;
  fake_desk_wait (desk, visit, VISIT_FAILED);
  fake_desk_assert_failed (visit, SHIKAKU_ERROR_CENTER_REFUSED);
}

/* A center that is away has said nothing of the person: that is an answer too. */
static void
test_number_unknown (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = open_number (desk, NULL);

  desk->center->errors[FAKE_CHECK_NUMBER] = SHIKAKU_ERROR_CENTER_BUSY;
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_cmpstr (visit_get_answer (visit), ==, "unknown");
  g_assert_true (g_str_has_prefix (visit_get_eligibility (visit)->advice, "The eligibility center is busy."));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/visit/done", test_done);
  g_test_add_func ("/visit/agent-is-caller", test_agent_is_caller);
  g_test_add_func ("/visit/challenge-beside-certificate", test_challenge_beside_certificate);
  g_test_add_func ("/visit/late-challenge", test_late_challenge);
  g_test_add_func ("/visit/center/unknown-after-proof", test_unknown_after_proof);
  g_test_add_func ("/visit/center/refused-person", test_refused_person);
  g_test_add_func ("/visit/center/challenge-fails", test_challenge_fails);
  g_test_add_func ("/visit/card/no-agent", test_no_agent);
  g_test_add_func ("/visit/card/wrong-pin", test_wrong_pin);
  g_test_add_func ("/visit/card/served-card-returns", test_served_card_returns);
  g_test_add_func ("/visit/card/locked", test_locked);
  g_test_add_func ("/visit/card/last-try", test_last_try);
  g_test_add_func ("/visit/card/bad-certificates", test_bad_certificates);
  g_test_add_func ("/visit/card/pin-refused", test_pin_refused);
  g_test_add_func ("/visit/card/patient-gives-up", test_patient_gives_up);
  g_test_add_func ("/visit/card/faults", test_card_faults);
  g_test_add_func ("/visit/number/done", test_number);
  g_test_add_func ("/visit/number/consent", test_number_consent);
  g_test_add_func ("/visit/number/fails", test_number_fails);
  g_test_add_func ("/visit/number/unknown", test_number_unknown);
  return g_test_run ();
}
