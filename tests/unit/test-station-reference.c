/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-station-reference: the institution's number of a patient: with which insurance, and what stops it. */
#include "visit/station-reference.h"

#include "fake-desk.h"
#include "fake-loop.h"

#define ENTRY(insurer, rest) "{\"ResultOfQualificationConfirmation\":{\"InsurerNumber\":\"" insurer "\"" rest "}}"
#define ANSWER(entries) \
  "{\"XmlMsg\":{" FAKE_HEADER ",\"MessageBody\":{\"ResultList\":[" entries "]," \
  "\"ProcessingResultStatus\":\"1\",\"QualificationValidity\":\"1\"}}}"
#define INSURANCE \
  ENTRY ("  123456", \
         ",\"InsuredCardSymbol\":\"S\",\"InsuredIdentificationNumber\":\"77\",\"InsuredBranchNumber\":\"02\"")
#define AID ENTRY ("12990025", ",\"InsuredIdentificationNumber\":\"55\",\"InsuredCardClassification\":\"A1\"")
#define BARE ENTRY ("  123456", ",\"Name\":\"N\"")

typedef struct
{
  guint done;
  GError *error;
} Outcome;

static void
on_registered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = user_data;

  station_register_reference_finish (result, &outcome->error);
  outcome->done++;
}

static Visit *
finish_visit (FakeDesk *desk, const char *answer)
{
  Visit *visit = fake_desk_open (desk, NULL);

  desk->center->bodies[FAKE_CHECK_CARD] = answer;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
  return visit;
}

/* @error: NONE: it is registered as @expected. */
static void
assert_outcome (FakeDesk *desk, Visit *visit, const char *number, gint64 insurance, ShikakuError error,
                const char *expected)
{
  Outcome outcome = { 0, NULL };

  g_clear_pointer (&desk->center->reference, g_free);
  station_register_reference (desk->station, visit, number, insurance, NULL, on_registered, &outcome);
  fake_desk_wait_until (&outcome.done);
  if (error == SHIKAKU_ERROR_NONE)
    g_assert_no_error (outcome.error);
  else
    g_assert_error (outcome.error, SHIKAKU_ERROR, (int)error);
  g_assert_cmpstr (desk->center->reference, ==, expected);
  g_clear_error (&outcome.error);
}

static FakeDesk *
new_desk (void)
{
  return fake_desk_new (NULL, 3, FAKE_RETENTION);
}

static void
test_which_insurance (void)
{
  static const struct
  {
    const char *answer;
    gint64 insurance;
    ShikakuError error;
    const char *expected;
  } rows[] = {
    { ANSWER (INSURANCE), -1, SHIKAKU_ERROR_NONE, "A-1 123456/S/77/02" },
    { ANSWER (INSURANCE), 0, SHIKAKU_ERROR_NONE, "A-1 123456/S/77/02" },
    { ANSWER (INSURANCE), 1, SHIKAKU_ERROR_INVALID_OPTION, NULL },
    { ANSWER (INSURANCE "," AID), -1, SHIKAKU_ERROR_INVALID_OPTION, NULL },
    { ANSWER (INSURANCE "," AID), 0, SHIKAKU_ERROR_NONE, "A-1 123456/S/77/02" },
    { ANSWER (INSURANCE "," AID), 1, SHIKAKU_ERROR_NONE, "A-1 12990025//55/" },
    { ANSWER (BARE), -1, SHIKAKU_ERROR_NOT_FOUND, NULL },
    { ANSWER (BARE), 0, SHIKAKU_ERROR_INVALID_OPTION, NULL },
    { ANSWER (BARE "," AID), -1, SHIKAKU_ERROR_NONE, "A-1 12990025//55/" },
    { ANSWER (BARE "," AID), 4294967295, SHIKAKU_ERROR_INVALID_OPTION, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (FakeDesk) desk = new_desk ();
      g_autoptr (Visit) visit = finish_visit (desk, rows[i].answer);

      assert_outcome (desk, visit, "A-1", rows[i].insurance, rows[i].error, rows[i].expected);
      g_assert_cmpstr (visit_get_answer (visit), ==, "eligible");
    }
}

static void
test_numbers (void)
{
  static const char *const wrong[]
      = { "", " 1", "1 ", "1\n2", "1\t", "　1", "\xff", "123456789012345678901234567890123456789012345678901" };
  static const char *const right[]
      = { "1", "患者 12", "12345678901234567890123456789012345678901234567890", "１２３４５６７８９０" };
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = finish_visit (desk, ANSWER (INSURANCE));

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    assert_outcome (desk, visit, wrong[i], -1, SHIKAKU_ERROR_INVALID_OPTION, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (right); i++)
    {
      g_autofree char *expected = g_strconcat (right[i], " 123456/S/77/02", NULL);

      assert_outcome (desk, visit, right[i], -1, SHIKAKU_ERROR_NONE, expected);
    }
}

/* Only of an answer that is eligible. */
static void
test_states (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL);

  assert_outcome (desk, visit, "1", -1, SHIKAKU_ERROR_INVALID_STATE, NULL);
  desk->center->bodies[FAKE_CHECK_CARD] = FAKE_NOT_ELIGIBLE;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
  assert_outcome (desk, visit, "1", -1, SHIKAKU_ERROR_INVALID_STATE, NULL);
}

/* Of an answer that no message gave. */
static void
test_unknown (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = fake_desk_open (desk, NULL);

  desk->center->errors[FAKE_CHECK_CARD] = SHIKAKU_ERROR_CENTER_UNREACHABLE;
  fake_desk_insert (desk);
  fake_desk_wait (desk, visit, VISIT_DONE);
  assert_outcome (desk, visit, "1", -1, SHIKAKU_ERROR_INVALID_STATE, NULL);
}

static void
test_failures (void)
{
  static const ShikakuError failures[]
      = { SHIKAKU_ERROR_CENTER_UNREACHABLE, SHIKAKU_ERROR_CENTER_REFUSED, SHIKAKU_ERROR_NOT_FOUND };
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = finish_visit (desk, ANSWER (INSURANCE));

  for (gsize i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      desk->center->errors[FAKE_REGISTER_REFERENCE] = (int)failures[i];
      assert_outcome (desk, visit, "1", -1, failures[i], "1 123456/S/77/02");
      g_assert_cmpstr (visit_get_answer (visit), ==, "eligible");
    }
  g_assert_cmpuint (station_get_statistics (desk->station)->counters[STATISTICS_REGISTRATIONS], ==, 3);
  g_assert_cmpuint (station_get_statistics (desk->station)->counters[STATISTICS_REGISTRATIONS_FAILED], ==, 2);
}

/* The visit is closed while the center is asked. */
static void
test_closed_meanwhile (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = finish_visit (desk, ANSWER (INSURANCE));
  Outcome outcome = { 0, NULL };

  desk->center->held[FAKE_REGISTER_REFERENCE] = TRUE;
  station_register_reference (desk->station, visit, "1", -1, NULL, on_registered, &outcome);
  station_erase_visit (desk->station, visit);
  g_clear_pointer (&visit, visit_unref);
  fake_settle ();
  g_assert_cmpuint (outcome.done, ==, 0);
  fake_center_release (desk->center, FAKE_REGISTER_REFERENCE);
  fake_desk_wait_until (&outcome.done);
  g_assert_no_error (outcome.error);
}

/* Whoever asked wants nothing any more; the station goes too, and what is under way keeps it until it has ended. */
static void
test_cancelled (void)
{
  g_autoptr (FakeDesk) desk = new_desk ();
  g_autoptr (Visit) visit = finish_visit (desk, ANSWER (INSURANCE));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome outcome = { 0, NULL };

  desk->center->held[FAKE_REGISTER_REFERENCE] = TRUE;
  station_register_reference (desk->station, visit, "1", -1, cancellable, on_registered, &outcome);
  g_cancellable_cancel (cancellable);
  fake_desk_wait_until (&outcome.done);
  g_assert_error (outcome.error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED);
  g_clear_error (&outcome.error);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/station-reference/which-insurance", test_which_insurance);
  g_test_add_func ("/station-reference/numbers", test_numbers);
  g_test_add_func ("/station-reference/states", test_states);
  g_test_add_func ("/station-reference/unknown", test_unknown);
  g_test_add_func ("/station-reference/failures", test_failures);
  g_test_add_func ("/station-reference/closed-meanwhile", test_closed_meanwhile);
  g_test_add_func ("/station-reference/cancelled", test_cancelled);
  return g_test_run ();
}
