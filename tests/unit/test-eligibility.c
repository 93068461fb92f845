/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-eligibility: the center's messages as answers: every key, every code, and nothing unknown as a yes. */
#include "visit/eligibility.h"

#include <string.h>

#include "base/error.h"
#include "codec/message-json.h"
#include "visit/visit-text.h"

#define RECEIVED G_GINT64_CONSTANT (1234567)

static TransportReply *
make_reply (const char *header, const char *body)
{
  g_autofree char *text = g_strdup_printf ("{\"XmlMsg\":{\"MessageHeader\":{%s},\"MessageBody\":{%s}}}", header, body);
  TransportReply *reply = g_new0 (TransportReply, 1);
  g_autoptr (GError) error = NULL;

  reply->body = g_bytes_new (text, strlen (text));
  reply->message = message_json_parse (reply->body, &error);
  reply->received = RECEIVED;
  g_assert_no_error (error);
  return reply;
}

static Eligibility *
make (const char *body, GError **error)
{
  return eligibility_new_from_reply (make_reply ("\"SegmentOfResult\":\"1\"", body), "ja", error);
}

/* make_valid: an answer with one insurance of @elements. */
static Eligibility *
make_valid (const char *elements)
{
  g_autofree char *body = g_strdup_printf ("\"ResultList\":[{\"ResultOfQualificationConfirmation\":{%s}}],"
                                           "\"ProcessingResultStatus\":\"1\",\"QualificationValidity\":\"1\"",
                                           elements);
  g_autoptr (GError) error = NULL;
  Eligibility *eligibility = make (body, &error);

  g_assert_no_error (error);
  g_assert_cmpint (eligibility->answer, ==, ELIGIBILITY_ELIGIBLE);
  return eligibility;
}

static const EligibilityInsurance *
get_insurance (const Eligibility *eligibility, guint index)
{
  g_assert_cmpuint (index, <, eligibility->insurances->len);
  return eligibility->insurances->pdata[index];
}

static void
test_every_key (void)
{
  g_autoptr (Eligibility) eligibility = make_valid (
      "\"InsuredCardClassification\":\"01\",\"InsurerNumber\":\"    0613\",\"InsurerName\":\"保険者\","
      "\"InsuredCardSymbol\":\"記号\",\"InsuredIdentificationNumber\":\"12\",\"InsuredBranchNumber\":\"01\","
      "\"PersonalFamilyClassification\":\"2\",\"Name\":\"山田　花子\",\"NameKana\":\"ﾔﾏﾀﾞ "
      "ﾊﾅｺ\",\"Sex1\":\"2\",\"Sex2\":\"1\","
      "\"Birthdate\":\"19800229\",\"Address\":\"東京\",\"PostNumber\":\"100-0001\",\"QualificationDate\":\"20200401\","
      "\"DisqualificationDate\":\"20300401\",\"InsuredCardValidDate\":\"20200402\","
      "\"InsuredCardExpirationDate\":\"20300331\",\"InsuredPartialContributionRatio\":\"030\","
      "\"PreschoolClassification\":\"1\",\"ReasonOfLoss\":\"03\",\"ReferenceNumber\":\"P-1\","
      "\"QualificationConfirmationKey\":\"KEY\",\"QualificationChangeFlg\":\"0\"");
  const EligibilityInsurance *insurance = get_insurance (eligibility, 0);

  g_assert_cmpstr (insurance->classification, ==, "01");
  g_assert_cmpstr (insurance->insurer_number, ==, "0613");
  g_assert_cmpstr (insurance->insurer_name, ==, "保険者");
  g_assert_cmpstr (insurance->symbol, ==, "記号");
  g_assert_cmpstr (insurance->number, ==, "12");
  g_assert_cmpstr (insurance->branch, ==, "01");
  g_assert_cmpstr (insurance->relationship, ==, "family");
  g_assert_cmpstr (insurance->name, ==, "山田　花子");
  g_assert_cmpstr (insurance->name_kana, ==, "ﾔﾏﾀﾞ ﾊﾅｺ");
  g_assert_null (insurance->name_unmapped);
  g_assert_cmpstr (insurance->sex, ==, "female");
  g_assert_cmpstr (insurance->birthdate, ==, "19800229");
  g_assert_cmpstr (insurance->address, ==, "東京");
  g_assert_cmpstr (insurance->post_number, ==, "100-0001");
  g_assert_cmpstr (insurance->qualification_date, ==, "20200401");
  g_assert_cmpstr (insurance->disqualification_date, ==, "20300401");
  g_assert_cmpstr (insurance->valid_from, ==, "20200402");
  g_assert_cmpstr (insurance->valid_until, ==, "20300331");
  g_assert_cmpint (insurance->burden_ratio, ==, 30);
  g_assert_true (insurance->preschool_sent && insurance->preschool);
  g_assert_cmpstr (insurance->loss_reason, ==, "03");
  g_assert_cmpstr (insurance->reference_number, ==, "P-1");
  g_assert_null (insurance->ceiling);
  g_assert_null (insurance->diseases);
  g_assert_null (insurance->public_expenses);
  g_assert_cmpstr (eligibility->qualification_key, ==, "KEY");
  g_assert_true (eligibility->changed_sent && !eligibility->changed);
  g_assert_cmpstr (eligibility->validity, ==, "valid");
  g_assert_cmpint (eligibility->as_of, ==, RECEIVED);
  g_assert_null (eligibility->reason);
  g_assert_null (eligibility->advice);
}

static void
test_absent (void)
{
  g_autoptr (Eligibility) eligibility
      = make_valid ("\"InsuredCardClassification\":\"\",\"Name\":\"\",\"Unheard\":\"1\"");
  const EligibilityInsurance *insurance = get_insurance (eligibility, 0);

  g_assert_null (insurance->classification);
  g_assert_null (insurance->name);
  g_assert_null (insurance->sex);
  g_assert_null (insurance->relationship);
  g_assert_cmpint (insurance->burden_ratio, ==, -1);
  g_assert_false (insurance->preschool_sent);
  g_assert_false (eligibility->changed_sent);
  g_assert_null (eligibility->qualification_key);
}

static void
test_certificates (void)
{
  g_autoptr (Eligibility) eligibility = make_valid (
      "\"ElderlyRecipientCertificateInfo\":{\"ElderlyRecipientCertificateDate\":\"20240801\","
      "\"ElderlyRecipientValidStartDate\":\"20240801\",\"ElderlyRecipientValidEndDate\":\"20250731\","
      "\"ElderlyRecipientContributionRatio\":\"020\"},"
      "\"LimitApplicationCertificateRelatedInfo\":{\"LimitApplicationCertificateClassification\":\"01\","
      "\"LimitApplicationCertificateClassificationFlag\":\"A03\",\"LimitApplicationCertificateDate\":\"20240401\","
      "\"LimitApplicationCertificateValidStartDate\":\"20240401\",\"LimitApplicationCertificateValidEndDate\":"
      "\"20250331\","
      "\"LimitApplicationCertificateLongTermDate\":\"20241001\"},"
      "\"SpecificDiseasesCertificateList\":[{\"SpecificDiseasesCertificateInfo\":{\"SpecificDiseasesDiseaseCategory\":"
      "\"1\","
      "\"SpecificDiseasesValidStartDate\":\"20240101\",\"SpecificDiseasesValidEndDate\":\"20341231\","
      "\"SpecificDiseasesSelfPay\":\"10000\"}},{\"SpecificDiseasesCertificateInfo\":{"
      "\"SpecificDiseasesDiseaseCategory\":"
      "\"9\"}}],"
      "\"PublicExpenseResultList\":[{\"MedicalTicketInfo\":{\"TicketType\":\"01\"}}]");
  const EligibilityInsurance *insurance = get_insurance (eligibility, 0);
  const EligibilityDisease *diseases = &g_array_index (insurance->diseases, EligibilityDisease, 0);

  g_assert_cmpint (insurance->burden_ratio, ==, 20);
  g_assert_cmpint (insurance->elderly_ratio, ==, 20);
  g_assert_cmpstr (insurance->elderly_from, ==, "20240801");
  g_assert_cmpstr (insurance->elderly_until, ==, "20250731");
  g_assert_cmpstr (insurance->elderly_date, ==, "20240801");
  g_assert_cmpstr (insurance->ceiling->classification, ==, "01");
  g_assert_cmpstr (insurance->ceiling->class_code, ==, "A03");
  g_assert_cmpstr (insurance->ceiling->class_name, ==, "ウ");
  g_assert_cmpstr (insurance->ceiling->classification_date, ==, "20240401");
  g_assert_cmpstr (insurance->ceiling->from, ==, "20240401");
  g_assert_cmpstr (insurance->ceiling->until, ==, "20250331");
  g_assert_cmpstr (insurance->ceiling->long_term_from, ==, "20241001");
  g_assert_cmpuint (insurance->diseases->len, ==, 2);
  g_assert_cmpstr (diseases[0].category, ==, "1");
  g_assert_nonnull (diseases[0].name);
  g_assert_cmpstr (diseases[0].from, ==, "20240101");
  g_assert_cmpstr (diseases[0].until, ==, "20341231");
  g_assert_cmpstr (diseases[0].self_pay, ==, "10000");
  g_assert_null (diseases[1].name); /* a category that nobody knows */
  g_assert_cmpuint (insurance->public_expenses->len, ==, 1);
  g_assert_cmpstr (message_find_text (insurance->public_expenses->pdata[0], "TicketType"), ==, "01");
}

static void
test_unmapped_name (void)
{
  g_autoptr (Eligibility) eligibility = make_valid ("\"Name\":\"●橋　健\"");
  const EligibilityInsurance *insurance = get_insurance (eligibility, 0);

  g_assert_cmpuint (insurance->name_unmapped->len, ==, 1);
  g_assert_cmpuint (g_array_index (insurance->name_unmapped, guint32, 0), ==, 0);
}

static void
test_odd_values (void)
{
  static const struct
  {
    const char *sent;
    gint ratio;
  } ratios[]
      = { { "000", 0 }, { "100", 100 }, { "101", -1 }, { "0x1", -1 }, { "-10", -1 }, { "0030", -1 }, { "3", 3 } };

  for (gsize i = 0; i < G_N_ELEMENTS (ratios); i++)
    {
      g_autofree char *elements = g_strdup_printf (
          "\"InsuredPartialContributionRatio\":\"%s\",\"Sex1\":\"7\",\"PersonalFamilyClassification\":"
          "\"9\",\"ElderlyRecipientCertificateInfo\":\"\",\"InsurerNumber\":\"        \"",
          ratios[i].sent);
      g_autoptr (Eligibility) eligibility = make_valid (elements);
      const EligibilityInsurance *insurance = get_insurance (eligibility, 0);

      g_assert_cmpint (insurance->burden_ratio, ==, ratios[i].ratio);
      g_assert_cmpstr (insurance->sex, ==, "unknown");
      g_assert_null (insurance->relationship);
    }
}

static void
test_several_insurances (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Eligibility) eligibility = make (
      "\"ProcessingResultStatus\":\"1\",\"QualificationValidity\":\"6\",\"ResultList\":["
      "{\"ResultOfQualificationConfirmation\":{\"InsurerNumber\":\"1\",\"QualificationChangeFlg\":\"0\"}},"
      "{\"ResultOfQualificationConfirmation\":{\"InsuredCardClassification\":\"A1\",\"QualificationChangeFlg\":\"1\","
      "\"QualificationConfirmationKey\":\"K2\"}}]",
      &error);

  g_assert_no_error (error);
  g_assert_cmpint (eligibility->answer, ==, ELIGIBILITY_ELIGIBLE);
  g_assert_cmpstr (eligibility->validity, ==, "valid-unregistered");
  g_assert_nonnull (eligibility->advice);
  g_assert_cmpuint (eligibility->insurances->len, ==, 2);
  g_assert_cmpstr (get_insurance (eligibility, 1)->classification, ==, "A1");
  g_assert_true (eligibility->changed);
  g_assert_cmpstr (eligibility->qualification_key, ==, "K2");
}

static void
test_validities (void)
{
  static const struct
  {
    const char *status, *sent;
    EligibilityAnswer answer;
    const char *validity, *reason;
  } rows[] = {
    { "1", "2", ELIGIBILITY_NOT_ELIGIBLE, "invalid", "invalid" },
    { "1", "3", ELIGIBILITY_NOT_ELIGIBLE, "invalid-new", "invalid-new" },
    { "1", "4", ELIGIBILITY_NOT_ELIGIBLE, "none", "none" },
    { "1", "5", ELIGIBILITY_UNKNOWN, "several", "several" },
    { "1", "7", ELIGIBILITY_UNKNOWN, NULL, "unrecognised" },
    { "1", "11", ELIGIBILITY_UNKNOWN, NULL, "unrecognised" },
    { "3", "1", ELIGIBILITY_UNKNOWN, NULL, "unrecognised" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *body
          = g_strdup_printf ("\"ProcessingResultStatus\":\"%s\",\"ProcessingResultCode\":\"ABC000001\","
                             "\"ProcessingResultMessage\":\"お知らせ\",\"QualificationValidity\":\"%s\"",
                             rows[i].status, rows[i].sent);
      g_autoptr (GError) error = NULL;
      g_autoptr (Eligibility) eligibility = make (body, &error);
      g_autofree char *advice = visit_text (NULL, "Advice %s", rows[i].reason);

      g_assert_no_error (error);
      g_assert_cmpint (eligibility->answer, ==, rows[i].answer);
      g_assert_cmpstr (eligibility->validity, ==, rows[i].validity);
      g_assert_cmpstr (eligibility->reason, ==, rows[i].reason);
      g_assert_cmpstr (eligibility->advice, ==, advice);
      g_assert_nonnull (advice);
      g_assert_cmpstr (eligibility->code, ==, "ABC000001");
      g_assert_cmpstr (eligibility->message, ==, "お知らせ");
    }
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *header, *body;
    ShikakuError error;
  } rows[] = {
    { "\"SegmentOfResult\":\"1\"", "", SHIKAKU_ERROR_MESSAGE_INVALID },
    { "\"SegmentOfResult\":\"1\"", "\"ProcessingResultStatus\":\"1\"", SHIKAKU_ERROR_MESSAGE_INVALID },
    { "\"SegmentOfResult\":\"1\"", "\"QualificationValidity\":\"1\"", SHIKAKU_ERROR_MESSAGE_INVALID },
    { "\"SegmentOfResult\":\"1\"", "\"ProcessingResultStatus\":\"1\",\"QualificationValidity\":\"1\"",
      SHIKAKU_ERROR_MESSAGE_INVALID }, /* valid, but nothing is */
    { "\"SegmentOfResult\":\"1\"",
      "\"ProcessingResultStatus\":\"1\",\"QualificationValidity\":\"1\","
      "\"ResultList\":[{\"ResultOfQualificationConfirmation\":{}},{\"ResultOfQualificationConfirmation\":\"\"}]",
      SHIKAKU_ERROR_MESSAGE_INVALID },
    { "\"SegmentOfResult\":\"1\"",
      "\"ProcessingResultStatus\":\"2\",\"ProcessingResultCode\":\"SHK020001\",\"QualificationValidity\":\"1\"",
      SHIKAKU_ERROR_NOT_REGISTERED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Eligibility) eligibility
          = eligibility_new_from_reply (make_reply (rows[i].header, rows[i].body), NULL, &error);

      g_assert_null (eligibility);
      g_assert_error (error, SHIKAKU_ERROR, (int)rows[i].error);
      g_assert_null (strstr (error->message, "山田"));
    }
}

static void
test_time (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Eligibility) eligibility
      = eligibility_new_from_reply (make_reply ("\"SegmentOfResult\":\"1\",\"ProcessExecutionTime\":\"19700101090001\"",
                                                "\"ProcessingResultStatus\":\"1\",\"QualificationValidity\":\"4\""),
                                    "ja", &error);

  g_assert_no_error (error);
  g_assert_cmpint (eligibility->as_of, ==, G_USEC_PER_SEC);
  g_assert_cmpstr (eligibility->source, ==, "center");
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
      g_assert_cmpuint (japanese->insurances->len, ==, 0);
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
  g_test_add_func ("/eligibility/every-key", test_every_key);
  g_test_add_func ("/eligibility/absent", test_absent);
  g_test_add_func ("/eligibility/certificates", test_certificates);
  g_test_add_func ("/eligibility/unmapped-name", test_unmapped_name);
  g_test_add_func ("/eligibility/odd-values", test_odd_values);
  g_test_add_func ("/eligibility/several-insurances", test_several_insurances);
  g_test_add_func ("/eligibility/validities", test_validities);
  g_test_add_func ("/eligibility/refusals", test_refusals);
  g_test_add_func ("/eligibility/time", test_time);
  g_test_add_func ("/eligibility/texts", test_texts);
  g_test_add_func ("/eligibility/words", test_words);
  return g_test_run ();
}
