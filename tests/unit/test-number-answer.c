/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* number-answer: an answer is no surer than the numbers that were typed for it. */
#include "visit/number-answer.h"

#include "base/error.h"
#include "visit/visit-text.h"

#define NUMBERS .insurer_number = "990019", .number = "123", .birthdate = "19850412"

/* make_answer: of a person whom the center calls @name (and @kana), or nobody. */
static Eligibility *
make_answer (QualificationValidity validity, const char *name, const char *kana)
{
  TransportReply *reply = g_new0 (TransportReply, 1);

  reply->received = 1;
  reply->qualification = qualification_new (NULL);
  reply->qualification->validity = validity;
  if (name != NULL)
    qualification_add_insurance (reply->qualification, &(QualificationInsurance){ .name = name, .name_kana = kana });
  return eligibility_new_from_reply (reply, "en", NULL);
}

static Eligibility *
judge (Eligibility *answer, const TransportNumberQuery *insured, const char *name, const char *kana)
{
  const VisitOptions options = { .language = "en", .insured = insured, .insured_name = name, .insured_kana = kana };

  number_answer_judge (answer, &options);
  return answer;
}

static void
assert_advice (const Eligibility *answer, const char *name)
{
  g_autofree char *advice = name != NULL ? visit_text ("en", "Advice %s", name) : NULL;

  g_assert_true (name == NULL || advice != NULL);
  g_assert_cmpstr (answer->advice, ==, advice);
}

/* All that the center can answer, by number. */
static void
test_outcomes (void)
{
  static const struct
  {
    QualificationValidity sent;
    const char *branch;
    EligibilityAnswer answer;
    const char *reason, *advice;
  } rows[] = {
    { QUALIFICATION_VALID, NULL, ELIGIBILITY_ELIGIBLE, NULL, NULL },
    { QUALIFICATION_INVALID, NULL, ELIGIBILITY_NOT_ELIGIBLE, "invalid", "invalid" },
    { QUALIFICATION_INVALID_NEW, NULL, ELIGIBILITY_NOT_ELIGIBLE, "invalid-new", "invalid-new" },
    { QUALIFICATION_NONE, NULL, ELIGIBILITY_UNKNOWN, "none", "none-typed" },
    { QUALIFICATION_SEVERAL, NULL, ELIGIBILITY_UNKNOWN, "several", "several-typed" },
    { QUALIFICATION_SEVERAL, "01", ELIGIBILITY_UNKNOWN, "several", "several" },
    { QUALIFICATION_VALID_UNREGISTERED, NULL, ELIGIBILITY_ELIGIBLE, NULL, "valid-unregistered" },
    { QUALIFICATION_UNRECOGNISED, NULL, ELIGIBILITY_UNKNOWN, "unrecognised", "unrecognised" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const TransportNumberQuery insured = { NUMBERS, .branch = rows[i].branch, .date = "20261001" };
      g_autoptr (Eligibility) answer = judge (make_answer (rows[i].sent, "山田　花子", NULL), &insured, NULL, NULL);

      g_assert_cmpint (answer->answer, ==, rows[i].answer);
      g_assert_cmpstr (answer->reason, ==, rows[i].reason);
      assert_advice (answer, rows[i].advice);
      g_assert_null (answer->name_comparison);
      g_assert_null (answer->kana_comparison);
    }
}

/* What a certificate of eligibility is hangs on the day that is asked for, not on the day of the question. */
static void
test_day (void)
{
  static const struct
  {
    const char *date, *advice;
  } rows[] = { { "20251201", "none-typed-before-202608" },
               { "20260731", "none-typed-before-202608" },
               { "20260801", "none-typed" },
               { "20270401", "none-typed" } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const TransportNumberQuery insured = { NUMBERS, .date = rows[i].date };
      g_autoptr (Eligibility) answer = judge (make_answer (QUALIFICATION_NONE, NULL, NULL), &insured, NULL, NULL);

      assert_advice (answer, rows[i].advice);
    }
}

static void
test_names (void)
{
  static const struct
  {
    const char *name, *kana, *typed_name, *typed_kana, *name_result, *kana_result;
    gboolean is_warned;
  } rows[] = {
    { "髙橋　健", "ﾀｶﾊｼ ｹﾝ", "髙橋 健", "タカハシ　ケン", "same", "same", FALSE },
    { "髙橋　健", "ﾀｶﾊｼ ｹﾝ", "高橋　健", NULL, "variant", NULL, FALSE },
    { "●橋　健", "ﾀｶﾊｼ ｹﾝ", "髙橋　健", "たかはしけん", "unknown", "same", FALSE },
    { "髙橋　健", "ﾀｶﾊｼ ｹﾝ", "高山　健", "タカハシケン", "differs", "same", TRUE },
    { "髙橋　健", "ﾀｶﾊｼ ｹﾝ", NULL, "タカヤマケン", NULL, "differs", TRUE },
    { "髙橋　健", NULL, NULL, "タカハシケン", NULL, "unknown", FALSE },
  };
  static const TransportNumberQuery insured = { NUMBERS };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Eligibility) answer = judge (make_answer (QUALIFICATION_VALID, rows[i].name, rows[i].kana), &insured,
                                              rows[i].typed_name, rows[i].typed_kana);

      g_assert_cmpstr (answer->name_comparison, ==, rows[i].name_result);
      g_assert_cmpstr (answer->kana_comparison, ==, rows[i].kana_result);
      g_assert_cmpint (answer->answer, ==, ELIGIBILITY_ELIGIBLE);
      assert_advice (answer, rows[i].is_warned ? "name-differs" : NULL);
    }
}

/* Of several insurances one has the name; of none there is nothing to compare. */
static void
test_several_insurances (void)
{
  static const TransportNumberQuery insured = { NUMBERS };
  g_autoptr (Eligibility) answer = make_answer (QUALIFICATION_VALID, "TARO YAMADA", NULL);
  g_autoptr (Eligibility) none = make_answer (QUALIFICATION_NONE, NULL, NULL);

  qualification_add_insurance (answer->reply->qualification,
                               &(QualificationInsurance){ .name = "YAMADA TARO", .name_of_other = "山田　太郎" });
  judge (answer, &insured, "山田太郎", NULL);
  g_assert_cmpstr (answer->name_comparison, ==, "same");
  judge (none, &insured, "山田太郎", NULL);
  g_assert_null (none->name_comparison);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/number-answer/outcomes", test_outcomes);
  g_test_add_func ("/number-answer/day", test_day);
  g_test_add_func ("/number-answer/names", test_names);
  g_test_add_func ("/number-answer/several-insurances", test_several_insurances);
  return g_test_run ();
}
