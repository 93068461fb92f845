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

static const Consent *
get_consent (Visit *visit, guint index)
{
  return &g_array_index (visit_get_consents (visit), Consent, index);
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
test_consent_order (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, "test ceiling drug specific-disease");

  desk->agent->refused = "specific-disease test";
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);

  g_assert_cmpstr (desk->agent->questions->str, ==, "ceiling,specific-disease test,drug");
  g_assert_true (CONSENT_KINDS_HAS (desk->center->agreed, CONSENT_CEILING));
  g_assert_false (CONSENT_KINDS_HAS (desk->center->agreed, CONSENT_SPECIFIC_DISEASE));
  g_assert_cmpstr (desk->center->registered, ==, "drug=1 test=0");
  g_assert_cmpstr (desk->states->str, ==,
                   "waiting-for-card reading-card asking-pin proving asking-consent checking done");

  g_assert_cmpint (get_consent (visit, 0)->kind, ==, CONSENT_TEST);
  g_assert_true (get_consent (visit, 0)->answered);
  g_assert_false (get_consent (visit, 0)->granted);
  g_assert_true (get_consent (visit, 1)->granted);
  for (guint i = 0; i < 4; i++)
    {
      g_assert_cmpstr (get_consent (visit, i)->version, ==, "1");
      g_assert_cmpstr (get_consent (visit, i)->language, ==, "ja");
    }
  g_assert_cmpint (get_consent (visit, 1)->at, >, 0);
  g_assert_true (get_consent (visit, 2)->granted);
  g_assert_cmpint (get_consent (visit, 2)->until - get_consent (visit, 2)->at, ==, G_TIME_SPAN_DAY);
  g_assert_false (get_consent (visit, 3)->granted);
}

static void
test_consent_before_query (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, "ceiling");

  desk->agent->consent_held = TRUE;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_ASKING_CONSENT);
  fake_desk_settle ();
  g_assert_cmpuint (desk->center->counts[FAKE_CHECK_CARD], ==, 0);
  fake_agent_release (desk->agent);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_true (CONSENT_KINDS_HAS (desk->center->agreed, CONSENT_CEILING));
  g_assert_cmpuint (desk->center->counts[FAKE_REGISTER], ==, 0);
}

static void
test_consent_beside_query (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, "drug");

  desk->agent->consent_held = TRUE;
  desk->center->held[FAKE_CHECK_CARD] = TRUE;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_ASKING_CONSENT);
  g_assert_cmpuint (desk->center->counts[FAKE_CHECK_CARD], ==, 1);
  g_assert_nonnull (desk->agent->consent_task);

  fake_agent_release (desk->agent);
  fake_desk_wait (desk, visit, VISIT_CHECKING);
  g_assert_cmpuint (desk->center->counts[FAKE_REGISTER], ==, 0);
  fake_center_release (desk->center, FAKE_CHECK_CARD);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_cmpstr (desk->center->registered, ==, "drug=1");
}

static void
test_query_before_consent (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, "drug");

  desk->agent->consent_held = TRUE;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_ASKING_CONSENT);
  fake_desk_settle ();
  g_assert_cmpint (visit_get_state (visit), ==, VISIT_ASKING_CONSENT);
  fake_agent_release (desk->agent);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_cmpuint (desk->center->counts[FAKE_REGISTER], ==, 1);
}

static void
test_all_refused (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, "drug test ceiling");

  desk->agent->refused = "drug test ceiling";
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_cmpstr (visit_get_answer (visit), ==, "eligible");
  g_assert_false (CONSENT_KINDS_HAS (desk->center->agreed, CONSENT_CEILING));
  g_assert_cmpuint (desk->center->counts[FAKE_REGISTER], ==, 0);
}

static void
test_no_answer_is_refusal (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, "ceiling drug");

  desk->agent->refused = NULL;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_false (CONSENT_KINDS_HAS (desk->center->agreed, CONSENT_CEILING));
  g_assert_cmpuint (desk->center->counts[FAKE_REGISTER], ==, 0);
  g_assert_false (get_consent (visit, 0)->answered);
  g_assert_false (get_consent (visit, 1)->answered);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpint (get_consent (visit, i)->error, ==, SHIKAKU_ERROR_CONSENT_DENIED);
}

static void
test_agent_cannot_ask (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = NULL;

  desk->agent->capabilities = "pin";
  fake_desk_insert (desk);
  visit = fake_desk_open (desk, "ceiling drug");
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_cmpstr (desk->agent->questions->str, ==, "");
  g_assert_cmpstr (desk->agent->messages->str, ==, "");
  for (guint i = 0; i < 2; i++)
    {
      g_assert_false (get_consent (visit, i)->granted);
      g_assert_cmpint (get_consent (visit, i)->error, ==, SHIKAKU_ERROR_NO_AGENT);
    }
}

static void
test_registration_fails (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, "drug test");

  desk->agent->refused = "test";
  desk->center->errors[FAKE_REGISTER] = SHIKAKU_ERROR_CENTER_UNREACHABLE;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_cmpstr (visit_get_answer (visit), ==, "eligible");
  g_assert_false (get_consent (visit, 0)->granted);
  g_assert_cmpint (get_consent (visit, 0)->error, ==, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  g_assert_cmpint (get_consent (visit, 1)->error, ==, SHIKAKU_ERROR_NONE);
}

static void
test_registration_refused (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, "drug test");

  fake_desk_insert (desk); /* the center's answer holds drug only */
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_true (get_consent (visit, 0)->granted);
  g_assert_false (get_consent (visit, 1)->granted);
  g_assert_cmpint (get_consent (visit, 1)->error, ==, SHIKAKU_ERROR_CENTER_REFUSED);
}

static void
test_not_eligible_needs_no_consent (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, "drug");

  desk->agent->consent_held = TRUE;
  desk->center->bodies[FAKE_CHECK_CARD] = FAKE_NOT_ELIGIBLE;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_cmpstr (visit_get_answer (visit), ==, "not-eligible");
  g_assert_cmpuint (desk->agent->cancels, ==, 1);
  g_assert_cmpuint (desk->center->counts[FAKE_REGISTER], ==, 0);
  g_assert_false (get_consent (visit, 0)->answered);
}

/* The patient said yes, and then there was nothing, or nobody, to take that down: it does not look like a no. */
static void
test_agreed_in_vain (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) refused = NULL, unknown = NULL;

  desk->center->bodies[FAKE_CHECK_CARD] = FAKE_NOT_ELIGIBLE;
  desk->center->held[FAKE_CHECK_CARD] = TRUE;
  refused = fake_desk_open (desk, "ceiling drug");
  fake_desk_insert (desk);
  fake_desk_wait (desk, refused, VISIT_CHECKING);
  g_assert_false (get_consent (refused, 0)->granted); /* not yet */
  fake_center_release (desk->center, FAKE_CHECK_CARD);
  fake_desk_wait (desk, refused, VISIT_DONE);
  for (guint i = 0; i < 2; i++)
    g_assert_false (get_consent (refused, i)->granted);
  g_assert_cmpint (get_consent (refused, 0)->error, ==, SHIKAKU_ERROR_CENTER_REFUSED);
  g_assert_cmpint (get_consent (refused, 1)->error, ==, SHIKAKU_ERROR_CENTER_REFUSED);

  fake_desk_pull (desk);
  desk->center->errors[FAKE_CHECK_CARD] = SHIKAKU_ERROR_CENTER_UNREACHABLE;
  unknown = fake_desk_open_with (desk, "/v/2", "ceiling drug", &(VisitOptions){ NULL });
  fake_desk_insert (desk);
  fake_desk_wait (desk, unknown, VISIT_DONE);
  g_assert_cmpstr (visit_get_answer (unknown), ==, "unknown");
  g_assert_false (get_consent (unknown, 0)->granted);
  g_assert_cmpint (get_consent (unknown, 0)->error, ==, SHIKAKU_ERROR_CENTER_UNREACHABLE);
}

/* The patient walks away from a question: the answer that is known is not lost. */
static void
test_question_outlasts_visit (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = NULL;

  desk->agent->consent_held = TRUE;
  fake_desk_insert (desk);
  visit = fake_desk_open_with (desk, "/v/1", "drug", &(VisitOptions){ .timeout_seconds = 1 });
  fake_desk_wait (desk, visit, VISIT_ASKING_CONSENT);
  fake_desk_settle (); /* the answer */
  fake_timers_pass (1000);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_cmpstr (visit_get_answer (visit), ==, "eligible");
  g_assert_false (get_consent (visit, 0)->answered);
  g_assert_cmpint (get_consent (visit, 0)->error, ==, SHIKAKU_ERROR_TIMED_OUT);
  g_assert_cmpuint (desk->agent->cancels, ==, 1);
}

/* The center has answered: neither an agent that goes nor a patient who gives up, nor a silent one, costs the answer. */
static void
test_answer_outlasts_question (void)
{
  static const ShikakuError rows[]
      = { SHIKAKU_ERROR_AGENT_GONE, SHIKAKU_ERROR_CANCELLED, SHIKAKU_ERROR_CONSENT_DENIED };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (FakeDesk) desk = new_desk ();
      g_autoptr (Visit) visit = fake_desk_open (desk, "drug ceiling test");

      fake_desk_insert (desk);
      desk->agent->consent_held = TRUE;
      fake_desk_wait (desk, visit, VISIT_ASKING_CONSENT);
      fake_agent_release (desk->agent); /* the ceiling */
      desk->agent->consent_held = TRUE;
      while (desk->center->counts[FAKE_CHECK_CARD] == 0)
        g_main_context_iteration (NULL, TRUE);
      fake_desk_settle ();
      desk->agent->gives_up = rows[i] == SHIKAKU_ERROR_CANCELLED;
      desk->agent->refused = NULL;
      if (rows[i] == SHIKAKU_ERROR_AGENT_GONE)
        fake_agent_leave (desk->agent);
      else
        fake_agent_release (desk->agent);
      fake_desk_wait (desk, visit, VISIT_DONE);

      g_assert_cmpstr (visit_get_answer (visit), ==, "eligible");
      g_assert_null (visit_get_error (visit));
      g_assert_true (get_consent (visit, 1)->granted);
      for (guint j = 0; j < 3; j += 2)
        {
          g_assert_false (get_consent (visit, j)->answered || get_consent (visit, j)->granted);
          g_assert_cmpint (get_consent (visit, j)->error, ==, rows[i]);
        }
      g_assert_cmpuint (desk->center->counts[FAKE_REGISTER], ==, 0);
    }
}

/* Before the center has answered there is nothing to keep. */
static void
test_gone_before_answer (void)
{
  static const ShikakuError rows[] = { SHIKAKU_ERROR_AGENT_GONE, SHIKAKU_ERROR_CANCELLED };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (FakeDesk) desk = new_desk ();
      g_autoptr (Visit) visit = fake_desk_open (desk, "drug");

      desk->agent->consent_held = desk->center->held[FAKE_CHECK_CARD] = TRUE;
      fake_desk_insert (desk);
      fake_desk_wait (desk, visit, VISIT_ASKING_CONSENT);
      desk->agent->gives_up = rows[i] == SHIKAKU_ERROR_CANCELLED;
      if (rows[i] == SHIKAKU_ERROR_AGENT_GONE)
        fake_agent_leave (desk->agent);
      else
        fake_agent_release (desk->agent);
      fake_desk_wait (desk, visit, rows[i] == SHIKAKU_ERROR_CANCELLED ? VISIT_CANCELLED : VISIT_FAILED);
      g_assert_error (visit_get_error (visit), SHIKAKU_ERROR, (int)rows[i]);
    }
}

/* Faults of the center. */

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
  static const ShikakuError refusals[] = { SHIKAKU_ERROR_CERTIFICATE_EXPIRED, SHIKAKU_ERROR_CERTIFICATE_REVOKED,
                                           SHIKAKU_ERROR_CERTIFICATE_UNTRUSTED, SHIKAKU_ERROR_NOT_REGISTERED };

  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (FakeDesk) desk = new_desk ();
      g_autoptr (Visit) visit = fake_desk_open (desk, NULL);

      desk->center->errors[FAKE_CHECK_CARD] = (int)refusals[i];
      fake_desk_insert (desk);
      fake_desk_wait (desk, visit, VISIT_FAILED);
      fake_desk_assert_failed (visit, refusals[i]);
      g_assert_cmpstr (visit_get_error_message (visit), !=, "");
      g_assert_null (visit_get_answer (visit));
      g_assert_cmpstr (desk->agent->messages->str, ==, "ask-staff");
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

  desk->center->errors[FAKE_CHECK_NUMBER] = SHIKAKU_ERROR_CENTER_BUSY;
  fake_desk_wait (desk, visit, VISIT_FAILED);
  fake_desk_assert_failed (visit, SHIKAKU_ERROR_CENTER_BUSY);
  g_assert_true (g_str_has_prefix (visit_get_error_message (visit), "The eligibility center is busy."));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/visit/done", test_done);
  g_test_add_func ("/visit/agent-is-caller", test_agent_is_caller);
  g_test_add_func ("/visit/challenge-beside-certificate", test_challenge_beside_certificate);
  g_test_add_func ("/visit/late-challenge", test_late_challenge);
  g_test_add_func ("/visit/consent/order", test_consent_order);
  g_test_add_func ("/visit/consent/before-query", test_consent_before_query);
  g_test_add_func ("/visit/consent/beside-query", test_consent_beside_query);
  g_test_add_func ("/visit/consent/after-query", test_query_before_consent);
  g_test_add_func ("/visit/consent/all-refused", test_all_refused);
  g_test_add_func ("/visit/consent/no-answer", test_no_answer_is_refusal);
  g_test_add_func ("/visit/consent/agent-cannot-ask", test_agent_cannot_ask);
  g_test_add_func ("/visit/consent/registration-fails", test_registration_fails);
  g_test_add_func ("/visit/consent/registration-refused", test_registration_refused);
  g_test_add_func ("/visit/consent/not-eligible", test_not_eligible_needs_no_consent);
  g_test_add_func ("/visit/consent/agreed-in-vain", test_agreed_in_vain);
  g_test_add_func ("/visit/consent/question-outlasts-visit", test_question_outlasts_visit);
  g_test_add_func ("/visit/consent/answer-outlasts-question", test_answer_outlasts_question);
  g_test_add_func ("/visit/consent/gone-before-answer", test_gone_before_answer);
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
  return g_test_run ();
}
