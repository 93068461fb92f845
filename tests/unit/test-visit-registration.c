/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-visit-registration: a card that the center does not know as an insurance card yet, and what people say to it. */
#include "fake-desk.h"
#include "fake-loop.h"
#include "fake-timer.h"
#include "visit/visit-text.h"

#define PATH "/org/shikaku/Shikaku1/visit/1_7/a"

static FakeDesk *
new_desk (void)
{
  FakeDesk *desk = fake_desk_new (NULL, 3, FAKE_RETENTION);

  desk->center->is_unregistered = TRUE;
  return desk;
}

static gboolean
is_powered (gconstpointer card)
{
  return fake_card_is_powered ((FakeCard *)card);
}

/* The time is over, when the card has come to rest: or it would be the card's that is over. */
static void
let_time_pass (FakeDesk *desk)
{
  fake_wait_while (is_powered, desk->card);
  fake_settle ();
  fake_timers_pass (VISIT_TIMEOUT_DEFAULT_SECONDS * 1000);
}

static void
assert_nothing_registered (FakeDesk *desk, Visit *visit, ShikakuError error)
{
  fake_desk_assert_failed (visit, SHIKAKU_ERROR_NOT_REGISTERED);
  g_assert_cmpuint (desk->center->counts[FAKE_REGISTER_USE], ==, 0);
  g_assert_cmpuint (desk->center->counts[FAKE_CHECK_CARD], ==, 1);
  g_assert_nonnull (visit_get_registration (visit));
  g_assert_false (visit_get_registration (visit)->granted);
  g_assert_cmpint (visit_get_registration (visit)->error, ==, error);
}

static void
test_registered (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, "ceiling");
  const Consent *registration;

  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_cmpstr (visit_get_answer (visit), ==, "eligible");
  g_assert_cmpstr (desk->agent->questions->str, ==, "ceiling registration");
  g_assert_cmpstr (desk->center->terms, ==, "1 ja");
  g_assert_cmpuint (desk->center->counts[FAKE_REGISTER_USE], ==, 1);
  g_assert_cmpuint (desk->center->counts[FAKE_CHECK_CARD], ==, 2);
  g_assert_cmpuint (desk->center->counts[FAKE_CHALLENGE], ==, 1);
  g_assert_cmpuint (desk->agent->pins, ==, 1);
  registration = visit_get_registration (visit);
  g_assert_true (registration->answered && registration->agreed && registration->granted);
  g_assert_cmpint (registration->at, >, 0);
  g_assert_cmpint (registration->error, ==, SHIKAKU_ERROR_NONE);
  g_assert_cmpstr (
      desk->states->str, ==,
      "waiting-for-card reading-card asking-pin proving asking-consent checking asking-consent checking done");
}

/* A card that is registered is not asked about, whatever the purpose. */
static void
test_registered_before (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  const VisitOptions options = { .purpose = "registration" };
  g_autoptr (Visit) visit = fake_desk_open_with (desk, PATH, NULL, &options);

  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_cmpstr (desk->agent->questions->str, ==, "");
  g_assert_null (visit_get_registration (visit));
}

/* Whoever comes to register a card needs an agent that can ask; else the card need not be touched. */
static void
test_purpose (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  const VisitOptions options = { .purpose = "registration" };
  g_autoptr (Visit) visit = fake_desk_open_with (desk, PATH, NULL, &options);
  g_autoptr (Visit) second = NULL;

  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_true (visit_get_registration (visit)->granted);

  desk->agent->capabilities = "pin message";
  fake_desk_pull (desk);
  second = fake_desk_open_with (desk, "/org/shikaku/Shikaku1/visit/1_7/b", NULL, &options);
  fake_desk_wait (desk, second, VISIT_FAILED);
  fake_desk_assert_failed (second, SHIKAKU_ERROR_NO_AGENT);
}

static void
test_cannot_ask (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL);

  desk->agent->capabilities = "pin message";
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_FAILED);
  fake_desk_assert_failed (visit, SHIKAKU_ERROR_NOT_REGISTERED);
  g_assert_null (visit_get_registration (visit));
}

static void
test_denied (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL);

  desk->agent->refused = "registration";
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_FAILED);
  assert_nothing_registered (desk, visit, SHIKAKU_ERROR_NONE);
  g_assert_true (visit_get_registration (visit)->answered);
  g_assert_cmpstr (visit_get_registration (visit)->version, ==, "1");
}

static void
test_unanswered (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL);

  desk->agent->refused = NULL;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_FAILED);
  assert_nothing_registered (desk, visit, SHIKAKU_ERROR_CONSENT_DENIED);
}

/* Brings a visit to where the terms are on the screen. */
static Visit *
open_at_terms (FakeDesk *desk)
{
  Visit *visit = fake_desk_open (desk, NULL);

  desk->agent->consent_held = TRUE;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_ASKING_CONSENT);
  return visit;
}

static void
test_agent_gone (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = open_at_terms (desk);

  fake_agent_leave (desk->agent);
  fake_desk_wait (desk, visit, VISIT_FAILED);
  assert_nothing_registered (desk, visit, SHIKAKU_ERROR_AGENT_GONE);
}

static void
test_gives_up (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = open_at_terms (desk);

  desk->agent->gives_up = TRUE;
  fake_agent_release (desk->agent);
  fake_desk_wait (desk, visit, VISIT_FAILED);
  assert_nothing_registered (desk, visit, SHIKAKU_ERROR_CANCELLED);
}

static void
test_time_over (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = open_at_terms (desk);

  let_time_pass (desk);
  fake_desk_wait (desk, visit, VISIT_FAILED);
  assert_nothing_registered (desk, visit, SHIKAKU_ERROR_TIMED_OUT);
  g_assert_cmpuint (desk->agent->cancels, ==, 1);
}

static void
test_cancelled (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = open_at_terms (desk);

  visit_cancel (visit, NULL, NULL);
  fake_desk_wait (desk, visit, VISIT_CANCELLED);
  fake_desk_assert_failed (visit, SHIKAKU_ERROR_CANCELLED);
  g_assert_cmpuint (desk->center->counts[FAKE_REGISTER_USE], ==, 0);
}

/* The card is not needed for it: it was proved. */
static void
test_card_pulled (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = open_at_terms (desk);

  fake_desk_pull (desk);
  fake_agent_release (desk->agent);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_true (visit_get_registration (visit)->granted);
}

/* The center refuses the card while other questions are on the screen: they are answered first, and not put again. */
static void
test_beside_other_questions (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, "drug");

  desk->agent->consent_held = TRUE;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_ASKING_CONSENT);
  fake_desk_settle ();
  g_assert_cmpuint (desk->center->counts[FAKE_CHECK_CARD], ==, 1);
  g_assert_cmpstr (desk->agent->questions->str, ==, "drug");
  desk->agent->consent_held = FALSE;
  fake_agent_release (desk->agent);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_cmpstr (desk->agent->questions->str, ==, "drug registration");
  g_assert_cmpstr (desk->center->registered, ==, "drug=1");
  g_assert_true (g_array_index (visit_get_consents (visit), Consent, 0).granted);
}

static void
test_agent_gone_beside (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, "drug");

  desk->agent->consent_held = TRUE;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_ASKING_CONSENT);
  fake_desk_settle ();
  fake_agent_leave (desk->agent);
  fake_desk_wait (desk, visit, VISIT_FAILED);
  assert_nothing_registered (desk, visit, SHIKAKU_ERROR_AGENT_GONE);
}

static void
test_time_over_beside (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, "drug");

  desk->agent->consent_held = TRUE;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_ASKING_CONSENT);
  fake_desk_settle ();
  let_time_pass (desk);
  fake_desk_wait (desk, visit, VISIT_FAILED);
  assert_nothing_registered (desk, visit, SHIKAKU_ERROR_TIMED_OUT);
}

/* A refusal is sure: the center is not asked again. */
static void
test_refused (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL);

  desk->center->errors[FAKE_REGISTER_USE] = SHIKAKU_ERROR_CENTER_REFUSED;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_FAILED);
  fake_desk_assert_failed (visit, SHIKAKU_ERROR_NOT_REGISTERED);
  g_assert_cmpuint (desk->center->counts[FAKE_CHECK_CARD], ==, 1);
  g_assert_cmpint (visit_get_registration (visit)->error, ==, SHIKAKU_ERROR_CENTER_REFUSED);
}

/* The center took it down, and its answer was lost: the query tells. */
static void
test_answer_lost (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL);

  desk->center->errors[FAKE_REGISTER_USE] = SHIKAKU_ERROR_CENTER_UNREACHABLE;
  desk->center->held[FAKE_REGISTER_USE] = TRUE;
  fake_desk_insert (desk);
  fake_desk_wait_until (&desk->center->counts[FAKE_REGISTER_USE]);
  desk->center->is_unregistered = FALSE;
  fake_center_release (desk->center, FAKE_REGISTER_USE);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_cmpstr (visit_get_answer (visit), ==, "eligible");
  g_assert_true (visit_get_registration (visit)->granted);
  g_assert_cmpint (visit_get_registration (visit)->error, ==, SHIKAKU_ERROR_NONE);
  g_assert_cmpuint (desk->center->counts[FAKE_REGISTER_USE], ==, 1);
}

/* It took nothing down. The patient is not asked twice. */
static void
test_request_lost (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL);

  desk->center->errors[FAKE_REGISTER_USE] = SHIKAKU_ERROR_CENTER_UNREACHABLE;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_FAILED);
  fake_desk_assert_failed (visit, SHIKAKU_ERROR_NOT_REGISTERED);
  g_assert_cmpstr (desk->agent->questions->str, ==, "registration");
  g_assert_cmpuint (desk->center->counts[FAKE_CHECK_CARD], ==, 2);
  g_assert_cmpuint (desk->center->counts[FAKE_REGISTER_USE], ==, 1);
  g_assert_cmpint (visit_get_registration (visit)->error, ==, SHIKAKU_ERROR_CENTER_UNREACHABLE);
}

/* Nobody knows: that is said. */
static void
test_in_doubt (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL);
  g_autofree char *advice = visit_text ("ja", "Advice registration-unknown");

  desk->center->errors[FAKE_REGISTER_USE] = SHIKAKU_ERROR_CENTER_UNREACHABLE;
  desk->center->held[FAKE_REGISTER_USE] = TRUE;
  fake_desk_insert (desk);
  fake_desk_wait_until (&desk->center->counts[FAKE_REGISTER_USE]);
  desk->center->is_unregistered = FALSE;
  desk->center->errors[FAKE_CHECK_CARD] = SHIKAKU_ERROR_CENTER_UNREACHABLE;
  fake_center_release (desk->center, FAKE_REGISTER_USE);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_cmpstr (visit_get_answer (visit), ==, "unknown");
  g_assert_cmpstr (visit_get_eligibility (visit)->advice, ==, advice);
  g_assert_false (visit_get_registration (visit)->granted);
  g_assert_cmpint (visit_get_registration (visit)->error, ==, SHIKAKU_ERROR_CENTER_UNREACHABLE);
}

/* The visit ends while the registration is under way: what became of it nobody has heard. */
static void
test_ended_while_sent (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL);

  desk->center->held[FAKE_REGISTER_USE] = TRUE;
  fake_desk_insert (desk);
  fake_desk_wait_until (&desk->center->counts[FAKE_REGISTER_USE]);
  let_time_pass (desk);
  fake_desk_wait (desk, visit, VISIT_FAILED);
  fake_desk_assert_failed (visit, SHIKAKU_ERROR_TIMED_OUT);
  g_assert_true (visit_get_registration (visit)->agreed);
  g_assert_false (visit_get_registration (visit)->granted);
  g_assert_cmpint (visit_get_registration (visit)->error, ==, SHIKAKU_ERROR_TIMED_OUT);
}

static const struct
{
  const char *name;
  void (*run) (void);
} tests[] = {
  { "registered", test_registered },
  { "registered-before", test_registered_before },
  { "purpose", test_purpose },
  { "cannot-ask", test_cannot_ask },
  { "denied", test_denied },
  { "unanswered", test_unanswered },
  { "agent-gone", test_agent_gone },
  { "gives-up", test_gives_up },
  { "time-over", test_time_over },
  { "cancelled", test_cancelled },
  { "card-pulled", test_card_pulled },
  { "beside-other-questions", test_beside_other_questions },
  { "agent-gone-beside", test_agent_gone_beside },
  { "time-over-beside", test_time_over_beside },
  { "refused", test_refused },
  { "answer-lost", test_answer_lost },
  { "request-lost", test_request_lost },
  { "in-doubt", test_in_doubt },
  { "ended-while-sent", test_ended_while_sent },
};

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strconcat ("/visit-registration/", tests[i].name, NULL);

      g_test_add_func (path, tests[i].run);
    }
  return g_test_run ();
}
