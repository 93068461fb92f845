/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-eligibility: what the center sent as an answer, and nothing unknown as a yes. */
#include "visit/eligibility.h"

#include "base/error.h"
#include "visit/visit-text.h"

#define RECEIVED G_GINT64_CONSTANT (1234567)

static TransportReply *
make_reply (QualificationValidity validity, guint n_insurances)
{
  TransportReply *reply = g_new0 (TransportReply, 1);

  reply->received = RECEIVED;
  reply->qualification = qualification_new (NULL);
  reply->qualification->validity = validity;
  while (n_insurances-- > 0)
    qualification_add_insurance (reply->qualification, &(QualificationInsurance){ .insurer_number = "1" });
  return reply;
}

static void
test_validities (void)
{
  static const struct
  {
    QualificationValidity sent;
    EligibilityAnswer answer;
    const char *validity, *reason, *advice;
  } rows[] = {
    { QUALIFICATION_VALID, ELIGIBILITY_ELIGIBLE, "valid", NULL, NULL },
    { QUALIFICATION_INVALID, ELIGIBILITY_NOT_ELIGIBLE, "invalid", "invalid", "invalid" },
    { QUALIFICATION_INVALID_NEW, ELIGIBILITY_NOT_ELIGIBLE, "invalid-new", "invalid-new", "invalid-new" },
    { QUALIFICATION_NONE, ELIGIBILITY_NOT_ELIGIBLE, "none", "none", "none" },
    { QUALIFICATION_SEVERAL, ELIGIBILITY_UNKNOWN, "several", "several", "several" },
    { QUALIFICATION_VALID_UNREGISTERED, ELIGIBILITY_ELIGIBLE, "valid-unregistered", NULL, "valid-unregistered" },
    { QUALIFICATION_UNRECOGNISED, ELIGIBILITY_UNKNOWN, NULL, "unrecognised", "unrecognised" },
  };

  g_assert_cmpuint (G_N_ELEMENTS (rows), ==, QUALIFICATION_N_VALIDITIES);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Eligibility) eligibility = eligibility_new_from_reply (make_reply (rows[i].sent, 1), NULL, &error);
      g_autofree char *advice = rows[i].advice != NULL ? visit_text (NULL, "Advice %s", rows[i].advice) : NULL;

      g_assert_no_error (error);
      g_assert_cmpint (eligibility->answer, ==, rows[i].answer);
      g_assert_cmpstr (eligibility->validity, ==, rows[i].validity);
      g_assert_cmpstr (eligibility->reason, ==, rows[i].reason);
      g_assert_cmpstr (eligibility->advice, ==, advice);
      g_assert_cmpint (advice != NULL, ==, rows[i].advice != NULL);
      g_assert_cmpstr (eligibility->source, ==, "center");
    }
}

static void
test_without_insurance (void)
{
  static const QualificationValidity valid[] = { QUALIFICATION_VALID, QUALIFICATION_VALID_UNREGISTERED };
  g_autoptr (Eligibility) none = eligibility_new_from_reply (make_reply (QUALIFICATION_NONE, 0), NULL, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (valid); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (eligibility_new_from_reply (make_reply (valid[i], 0), NULL, &error));
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID);
    }
  g_assert_cmpint (none->answer, ==, ELIGIBILITY_NOT_ELIGIBLE);
}

static void
test_time (void)
{
  TransportReply *dated = make_reply (QUALIFICATION_NONE, 0);
  g_autoptr (Eligibility) said = NULL, received = NULL;

  dated->qualification->executed = G_USEC_PER_SEC;
  said = eligibility_new_from_reply (dated, "ja", NULL);
  g_assert_cmpint (said->as_of, ==, G_USEC_PER_SEC);
  received = eligibility_new_from_reply (make_reply (QUALIFICATION_NONE, 0), "ja", NULL);
  g_assert_cmpint (received->as_of, ==, RECEIVED);
}

#define DAY "20260515"

/* What does not fit together is told; the answer stays the center's word. */
static void
test_contradictions (void)
{
  static const struct
  {
    QualificationValidity validity;
    QualificationInsurance insurances[2]; /* one without a number is none */
    Remarks remarks;
  } rows[] = {
    { QUALIFICATION_VALID, { { .number = "1", .valid_until = DAY, .valid_from = DAY } }, 0 },
    { QUALIFICATION_VALID, { { .number = "1" } }, 0 },
    { QUALIFICATION_VALID, { { .number = "1", .valid_until = "20260514" } }, REMARKS_OF (REMARK_ENDED_BEFORE_DAY) },
    { QUALIFICATION_VALID, { { .number = "1", .disqualification_date = DAY } }, REMARKS_OF (REMARK_ENDED_BEFORE_DAY) },
    { QUALIFICATION_VALID, { { .number = "1", .disqualification_date = "20260516" } }, 0 },
    { QUALIFICATION_VALID, { { .number = "1", .valid_from = "20260516" } }, REMARKS_OF (REMARK_BEGINS_AFTER_DAY) },
    { QUALIFICATION_VALID,
      { { .number = "1", .qualification_date = "20260516" } },
      REMARKS_OF (REMARK_BEGINS_AFTER_DAY) },
    /* the one before stands beside the one that runs */
    { QUALIFICATION_VALID, { { .number = "1", .valid_until = "20260401" }, { .number = "2" } }, 0 },
    { QUALIFICATION_VALID_UNREGISTERED,
      { { .number = "1", .classification = "A1", .valid_until = "20260401" } },
      REMARKS_OF (REMARK_ENDED_BEFORE_DAY) },
    { QUALIFICATION_INVALID, { { .number = "1", .valid_until = "20260401" } }, 0 },
    { QUALIFICATION_VALID_UNREGISTERED, { { .number = "1", .classification = "A1" } }, 0 },
    { QUALIFICATION_VALID_UNREGISTERED,
      { { .number = "1", .classification = "01" }, { .number = "2", .classification = "A1" } },
      0 },
    { QUALIFICATION_VALID_UNREGISTERED,
      { { .number = "1", .classification = "01" } },
      REMARKS_OF (REMARK_UNREGISTERED_WITH_ORDINARY_INSURANCE) },
    { QUALIFICATION_VALID, { { .number = "1", .birthdate = "20260516" } }, REMARKS_OF (REMARK_BIRTHDATE_AFTER_DAY) },
    { QUALIFICATION_VALID,
      { { .number = "1", .birthdate = "19800101" }, { .number = "2", .birthdate = "19800102" } },
      REMARKS_OF (REMARK_BIRTHDATES_DIFFER) },
    { QUALIFICATION_NONE, { { .number = "1" } }, REMARKS_OF (REMARK_NONE_WITH_INSURANCE) },
    { QUALIFICATION_NONE, { { .number = NULL } }, 0 },
    { QUALIFICATION_SEVERAL, { { .number = "1" } }, REMARKS_OF (REMARK_SEVERAL_WITH_INSURANCE) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TransportReply *reply = make_reply (rows[i].validity, 0);
      g_autoptr (Eligibility) eligibility = NULL;

      g_strlcpy (reply->qualification->day, DAY, sizeof reply->qualification->day);
      reply->qualification->remarks = REMARKS_OF (REMARK_DATE_OPEN);
      for (gsize k = 0; k < G_N_ELEMENTS (rows[i].insurances); k++)
        if (rows[i].insurances[k].number != NULL)
          qualification_add_insurance (reply->qualification, &rows[i].insurances[k]);
      eligibility = eligibility_new_from_reply (reply, NULL, NULL);
      g_assert_cmpuint (eligibility->remarks, ==, rows[i].remarks | REMARKS_OF (REMARK_DATE_OPEN));
      g_assert_cmpint (eligibility->answer == ELIGIBILITY_ELIGIBLE, ==,
                       rows[i].validity == QUALIFICATION_VALID || rows[i].validity == QUALIFICATION_VALID_UNREGISTERED);
    }
}

/* Every remark has a word of its own. */
static void
test_remarks (void)
{
  for (guint remark = 0; remark < N_REMARKS; remark++)
    for (guint other = 0; other < remark; other++)
      g_assert_cmpstr (remark_to_string (remark), !=, remark_to_string (other));
}

/* test_texts: every error of the contract has a text that says what to do, in both languages. */
static void
test_texts (void)
{
  for (guint code = 1; code < SHIKAKU_N_ERRORS; code++)
    {
      g_autoptr (GError) cause = g_error_new_literal (SHIKAKU_ERROR, (int)code, "cause");
      g_autoptr (Eligibility) japanese = eligibility_new_unknown (cause, NULL);
      g_autoptr (Eligibility) english = eligibility_new_unknown (cause, "en");

      g_assert_cmpint (japanese->answer, ==, ELIGIBILITY_UNKNOWN);
      g_assert_cmpstr (japanese->reason, ==, shikaku_error_get_name (code));
      g_assert_nonnull (japanese->advice);
      g_assert_nonnull (english->advice);
      g_assert_cmpstr (japanese->advice, !=, english->advice);
      g_assert_null (japanese->qualification);
    }
}

static void
test_words (void)
{
  g_assert_cmpstr (eligibility_answer_to_string (ELIGIBILITY_UNKNOWN), ==, "unknown");
  g_assert_cmpstr (eligibility_answer_to_string (ELIGIBILITY_ELIGIBLE), ==, "eligible");
  g_assert_cmpstr (eligibility_answer_to_string (ELIGIBILITY_NOT_ELIGIBLE), ==, "not-eligible");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eligibility/validities", test_validities);
  g_test_add_func ("/eligibility/without-insurance", test_without_insurance);
  g_test_add_func ("/eligibility/time", test_time);
  g_test_add_func ("/eligibility/contradictions", test_contradictions);
  g_test_add_func ("/eligibility/remarks", test_remarks);
  g_test_add_func ("/eligibility/texts", test_texts);
  g_test_add_func ("/eligibility/words", test_words);
  return g_test_run ();
}
