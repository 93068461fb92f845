/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-visit-consents: what the patient of a visit is asked, what the center takes down of it, and what is told. */
#include "fake-desk.h"
#include "fake-timer.h"
#include "store/store-key.h"
#include "visit/consent-withdrawal.h"
#include "visit/visit-text.h"

#include <glib/gstdio.h>
#include <string.h>

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

/* The ceiling is asked of nobody, and the center is asked for it: nobody has been shown a text. */
static void
test_ceiling_unasked (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, "drug");

  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_cmpstr (desk->agent->questions->str, ==, "drug");
  g_assert_cmpuint (desk->center->agreed, ==, CONSENT_KINDS_OF (CONSENT_CEILING));
  g_assert_cmpuint (visit_get_consents (visit)->len, ==, 1);
}

/* Where the institution wants it, every patient with a card is asked, and a no counts. */
static void
test_ceiling_always_asked (void)
{
  static const char *const refusals[] = { "", "ceiling" };
  g_autofree char *authorities = g_build_filename (g_getenv ("SHIKAKU_KEYS"), "card-ca.pem", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (FakeDesk) desk = new_desk ();
      g_autoptr (Visit) visit = NULL;

      station_configure (desk->station, &(StationSettings){ .card_authorities_file = authorities,
                                                            .retention_seconds = FAKE_RETENTION,
                                                            .asks_ceiling = TRUE });
      desk->agent->refused = refusals[i];
      visit = fake_desk_open (desk, "drug");
      fake_desk_insert (desk);
      fake_desk_wait (desk, visit, VISIT_DONE);
      g_assert_cmpstr (desk->agent->questions->str, ==, "ceiling drug");
      g_assert_cmpuint (desk->center->agreed, ==, i == 0 ? CONSENT_KINDS_OF (CONSENT_CEILING) : 0);
      g_assert_cmpint (get_consent (visit, 0)->kind, ==, CONSENT_CEILING);
      g_assert_cmpint (get_consent (visit, 0)->agreed, ==, i == 0);
    }
}

/* What is usually asked; nobody's explicit wish is asked twice. */
static void
test_usual (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, "default operation");

  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_cmpstr (desk->agent->questions->str, ==, "checkup,drug,operation");
}

/* One yes or no for all that opens records; surgery has its own, and inside the query nothing changes. */
static void
test_together (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autofree char *authorities = g_build_filename (g_getenv ("SHIKAKU_KEYS"), "card-ca.pem", NULL);
  g_autoptr (Visit) visit = NULL;

  station_configure (desk->station, &(StationSettings){ .card_authorities_file = authorities,
                                                        .retention_seconds = FAKE_RETENTION,
                                                        .asks_together = TRUE });
  desk->agent->refused = "operation";
  desk->agent->answerer = "guardian";
  visit = fake_desk_open (desk, "ceiling drug operation checkup");
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_cmpstr (desk->agent->questions->str, ==, "ceiling drug+,operation,checkup+");
  g_assert_nonnull (strstr (desk->agent->together, g_ptr_array_index (desk->agent->texts, 1)));
  g_assert_null (strstr (desk->agent->together, g_ptr_array_index (desk->agent->texts, 2)));
  g_assert_cmpstr (desk->center->registered, ==, "checkup=1 drug=1 operation=0");
  for (guint i = 0; i < 4; i++)
    g_assert_cmpstr (get_consent (visit, i)->answerer, ==, "guardian");
  g_assert_true (get_consent (visit, 1)->is_together);
  g_assert_false (get_consent (visit, 2)->is_together);
}

static void
test_together_of_one (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autofree char *authorities = g_build_filename (g_getenv ("SHIKAKU_KEYS"), "card-ca.pem", NULL);
  g_autoptr (Visit) visit = NULL;

  station_configure (desk->station, &(StationSettings){ .card_authorities_file = authorities,
                                                        .retention_seconds = FAKE_RETENTION,
                                                        .asks_together = TRUE });
  visit = fake_desk_open (desk, "drug operation");
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_cmpstr (desk->agent->questions->str, ==, "drug,operation");
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

/* The card's certificate ended yesterday: what opens records is not asked for. */
static void
test_certificate_ended (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new ("kimura", 3, FAKE_RETENTION);
  g_autoptr (Visit) visit = fake_desk_open (desk, "ceiling drug");

  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_cmpstr (visit_get_answer (visit), ==, "eligible");
  g_assert_cmpstr (desk->agent->questions->str, ==, "ceiling");
  g_assert_true (get_consent (visit, 0)->granted);
  g_assert_false (get_consent (visit, 1)->answered);
  g_assert_cmpint (get_consent (visit, 1)->error, ==, SHIKAKU_ERROR_CERTIFICATE_EXPIRED);
  g_assert_cmpuint (desk->center->counts[FAKE_REGISTER], ==, 0);
  g_assert_cmpuint (strlen (visit_get_eligibility (visit)->certificate_until), ==, 8);
  g_assert_nonnull (visit_get_eligibility (visit)->advice);
  g_assert_cmpstr (desk->agent->messages->str, ==, "remove-card certificate-ended");
}

static void
test_certificate_ending (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new ("hayashi", 3, FAKE_RETENTION);
  g_autoptr (Visit) visit = fake_desk_open (desk, "drug");

  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_true (get_consent (visit, 0)->granted);
  g_assert_cmpuint (strlen (visit_get_eligibility (visit)->certificate_until), ==, 8);
  g_assert_nonnull (visit_get_eligibility (visit)->advice);
  g_assert_cmpstr (desk->agent->messages->str, ==, "remove-card certificate-expiring");
}

/* An answer that has an advice of its own keeps it. */
static void
test_certificate_ending_unknown (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new ("hayashi", 3, FAKE_RETENTION);
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL);
  g_autofree char *advice = NULL;

  desk->center->errors[FAKE_CHECK_CARD] = SHIKAKU_ERROR_CENTER_UNREACHABLE;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
  advice = visit_text ("ja", "Error CenterUnreachable");
  g_assert_cmpstr (visit_get_eligibility (visit)->advice, ==, advice);
  g_assert_cmpuint (strlen (visit_get_eligibility (visit)->certificate_until), ==, 8);
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

/* What an earlier run has left, and cannot be read at the start, is registered once it can; nothing is told twice. */
static void
test_left_unreadable (void)
{
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  g_autoptr (Visit) visit = fake_desk_open (desk, "drug"), next = NULL;
  g_autofree char *key = g_build_filename (desk->folder, STORE_KEY_CREDENTIAL, NULL);
  g_autofree char *away = g_strconcat (key, ".away", NULL);

  desk->center->errors[FAKE_REGISTER] = SHIKAKU_ERROR_CENTER_UNREACHABLE;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
  station_erase_visit (desk->station, visit);
  station_set_ledger (desk->station, NULL);
  g_assert_cmpint (g_rename (key, away), ==, 0);
  station_set_ledger (desk->station, desk->ledger);
  fake_desk_settle ();
  g_assert_cmpint (g_rename (away, key), ==, 0);
  g_assert_cmpuint (desk->center->counts[FAKE_REPEAT], ==, 0);

  desk->center->errors[FAKE_REGISTER] = SHIKAKU_ERROR_NONE;
  fake_desk_pull (desk);
  next = fake_desk_open (desk, "drug");
  fake_desk_insert (desk);
  fake_desk_wait (desk, next, VISIT_DONE);
  fake_desk_wait_until (&desk->center->counts[FAKE_REPEAT]);
  fake_desk_settle ();
  g_assert_cmpuint (desk->center->counts[FAKE_REPEAT], ==, 1);
  g_assert_cmpuint (desk->center->counts[FAKE_REGISTER], ==, 2);
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

/* The center has answered: neither an agent that goes nor a patient who gives up or is silent costs the answer. */
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
      g_assert_cmpstr (visit_get_ended_by (visit), ==, rows[i] == SHIKAKU_ERROR_CANCELLED ? "patient" : "agent");
      g_assert_error (visit_get_error (visit), SHIKAKU_ERROR, (int)rows[i]);
    }
}

typedef struct
{
  guint done;
  GError *error;
  ConsentWithdrawal outcome;
} Withdrawn;

static void
on_withdrawn (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Withdrawn *withdrawn = user_data;

  consent_withdrawal_finish (result, &withdrawn->outcome, &withdrawn->error);
  withdrawn->done++;
}

/* It says no times: a day from now on. */
#define REGISTERED_NOW \
  "{\"XmlMsg\":{" FAKE_HEADER ",\"MessageBody\":{\"ConsentRegistrationResult\":{\"PharmacistsInfoConsFlg\":\"1\"}}}}"

/* It says whose it is. */
#define ELIGIBLE_NAMED \
  "{\"XmlMsg\":{" FAKE_HEADER ",\"MessageBody\":{\"ResultList\":[{\"ResultOfQualificationConfirmation\":{" \
  "\"InsurerNumber\":\"  123456\",\"InsuredIdentificationNumber\":\"7654321\",\"Name\":\"山田　花子\"," \
  "\"Birthdate\":\"19850412\",\"QualificationConfirmationKey\":\"KEY1\"}}]," \
  "\"ProcessingResultStatus\":\"1\",\"QualificationValidity\":\"1\"}}}"

/* agree_at_home: to drug; taken back while each further call is answered with @error. Return: (transfer full). */
static Visit *
agree_at_home (FakeDesk *desk, ShikakuError error, Withdrawn *ret_withdrawn)
{
  static const Actor actor = { .uid = 1000 };
  Visit *visit = fake_desk_open_with (desk, "/v/home", "drug", &(VisitOptions){ .purpose = "home" });

  desk->center->bodies[FAKE_CHECK_CARD] = ELIGIBLE_NAMED;
  desk->center->bodies[FAKE_REGISTER] = REGISTERED_NOW;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
  g_assert_true (get_consent (visit, 0)->granted);
  desk->center->errors[FAKE_REPEAT] = error;
  *ret_withdrawn = (Withdrawn){ 0 };
  consent_withdrawal_begin (station_get_registrar (desk->station), get_consent (visit, 0)->receipt, &actor,
                            on_withdrawn, ret_withdrawn);
  fake_desk_wait_until (&ret_withdrawn->done);
  g_assert_no_error (ret_withdrawn->error);
  g_assert_cmpstr (ret_withdrawn->outcome.where, ==, "here");
  g_assert_cmpint (ret_withdrawn->outcome.error, ==, error);
  g_assert_false (get_consent (visit, 0)->granted);
  g_assert_cmpstr (get_consent (visit, 0)->withdrawn, ==, "here");
  return visit;
}

/* assert_one_message: all calls of @count had the same bytes. */
static void
assert_one_message (const FakeDesk *desk, guint count)
{
  g_auto (GStrv) words = g_strsplit (desk->center->repeated->str, " ", -1);

  g_assert_cmpuint (g_strv_length (words), ==, count);
  for (guint i = 0; i < count; i++)
    {
      g_assert_true (g_str_has_prefix (words[i], "withdrawal:"));
      g_assert_cmpstr (words[i], ==, words[0]);
    }
}

/*
 * A withdrawal that the center has not answered is told again, also by the next run, and sooner if the center is
 * back.
 */
static void
test_withdrawal_told (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  Withdrawn withdrawn;
  g_autoptr (Visit) visit = agree_at_home (desk, SHIKAKU_ERROR_TIMED_OUT, &withdrawn);

  g_assert_true (withdrawn.outcome.is_pending);
  assert_one_message (desk, 1);
  g_assert_cmpuint (fake_timers_pass (5000), >, 0);
  fake_desk_settle ();
  assert_one_message (desk, 2);
  fake_timers_pass (5000);
  fake_desk_settle ();
  assert_one_message (desk, 2); /* the pauses grow */
  consent_registrar_note_center (station_get_registrar (desk->station));
  fake_timers_pass (5000);
  fake_desk_settle ();
  assert_one_message (desk, 3);

  station_set_ledger (desk->station, NULL);
  desk->center->errors[FAKE_REPEAT] = SHIKAKU_ERROR_NONE;
  desk->center->counts[FAKE_REPEAT] = 0;
  station_set_ledger (desk->station, desk->ledger);
  fake_desk_wait_until (&desk->center->counts[FAKE_REPEAT]);
  fake_desk_settle ();
  assert_one_message (desk, 4);
  g_assert_cmpstr (get_consent (visit, 0)->withdrawn, ==, "center");
  fake_timers_pass (600000);
  fake_desk_settle ();
  assert_one_message (desk, 4);
}

/* What would not fare better is not told again. */
static void
test_withdrawal_final (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  Withdrawn withdrawn;
  g_autoptr (Visit) visit = agree_at_home (desk, SHIKAKU_ERROR_NOT_FOUND, &withdrawn);

  g_assert_false (withdrawn.outcome.is_pending);
  fake_timers_pass (600000);
  fake_desk_settle ();
  assert_one_message (desk, 1);
}

/* A yes that comes first stands, and the center is told of it alone. */
static void
test_withdrawal_renewed (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  Withdrawn withdrawn;
  g_autoptr (Visit) visit = agree_at_home (desk, SHIKAKU_ERROR_CENTER_UNREACHABLE, &withdrawn), next = NULL;

  fake_desk_pull (desk);
  next = fake_desk_open_with (desk, "/v/next", "drug", &(VisitOptions){ NULL });
  fake_desk_insert (desk);
  fake_desk_wait (desk, next, VISIT_DONE);
  g_assert_true (get_consent (next, 0)->granted);
  fake_timers_pass (600000);
  fake_desk_settle ();
  assert_one_message (desk, 1);
  g_assert_cmpuint (desk->center->counts[FAKE_REGISTER], ==, 2);
}

/* The ledger has gone while somebody still held the registrar of it. */
static void
test_withdrawn_too_late (void)
{
  static const Actor actor = { .uid = 1000 };
  g_autoptr (FakeDesk) desk = fake_desk_new (NULL, 3, FAKE_RETENTION);
  ConsentRegistrar *registrar = consent_registrar_ref (station_get_registrar (desk->station));
  Withdrawn withdrawn = { 0 };

  station_set_ledger (desk->station, NULL);
  consent_withdrawal_begin (registrar, "r", &actor, on_withdrawn, &withdrawn);
  fake_desk_wait_until (&withdrawn.done);
  g_assert_error (withdrawn.error, SHIKAKU_ERROR, SHIKAKU_ERROR_SHUTTING_DOWN);
  g_clear_error (&withdrawn.error);
  consent_registrar_unref (registrar);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/visit-consents/usual", test_usual);
  g_test_add_func ("/visit-consents/together", test_together);
  g_test_add_func ("/visit-consents/together-of-one", test_together_of_one);
  g_test_add_func ("/visit/consent/order", test_consent_order);
  g_test_add_func ("/visit/consent/before-query", test_consent_before_query);
  g_test_add_func ("/visit/consent/beside-query", test_consent_beside_query);
  g_test_add_func ("/visit/consent/ceiling-unasked", test_ceiling_unasked);
  g_test_add_func ("/visit/consent/ceiling-always-asked", test_ceiling_always_asked);
  g_test_add_func ("/visit/consent/after-query", test_query_before_consent);
  g_test_add_func ("/visit/consent/all-refused", test_all_refused);
  g_test_add_func ("/visit-consents/certificate-ended", test_certificate_ended);
  g_test_add_func ("/visit-consents/certificate-ending", test_certificate_ending);
  g_test_add_func ("/visit-consents/certificate-ending-unknown", test_certificate_ending_unknown);
  g_test_add_func ("/visit/consent/no-answer", test_no_answer_is_refusal);
  g_test_add_func ("/visit/consent/agent-cannot-ask", test_agent_cannot_ask);
  g_test_add_func ("/visit/consent/registration-fails", test_registration_fails);
  g_test_add_func ("/visit/consent/left-unreadable", test_left_unreadable);
  g_test_add_func ("/visit/consent/registration-refused", test_registration_refused);
  g_test_add_func ("/visit/consent/not-eligible", test_not_eligible_needs_no_consent);
  g_test_add_func ("/visit/consent/agreed-in-vain", test_agreed_in_vain);
  g_test_add_func ("/visit/consent/question-outlasts-visit", test_question_outlasts_visit);
  g_test_add_func ("/visit/consent/answer-outlasts-question", test_answer_outlasts_question);
  g_test_add_func ("/visit/consent/gone-before-answer", test_gone_before_answer);
  g_test_add_func ("/visit-consents/withdrawal-told", test_withdrawal_told);
  g_test_add_func ("/visit-consents/withdrawal-final", test_withdrawal_final);
  g_test_add_func ("/visit-consents/withdrawal-renewed", test_withdrawal_renewed);
  g_test_add_func ("/visit/consent/withdrawn-too-late", test_withdrawn_too_late);
  return g_test_run ();
}
