/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* field-answer: every element has its place; refusals, and what only looks like an answer. */
#include "center/field-answer.h"

#include <string.h>

#include "base/error.h"
#include "center/field-request.h"
#include "codec/message-json.h"
#include "field-reply.h"

/* The envelope. */

static Message *
parse (const char *text, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new_static (text, strlen (text));
  g_autoptr (Message) message = message_json_parse (body, NULL);
  g_autoptr (Message) request
      = field_request_new_challenge (&(FieldHeader){ "1312345678", "an-identifier", "20261123" });

  g_assert_nonnull (message);
  return field_answer_check (message, request, body, error) ? g_steal_pointer (&message) : NULL;
}

#define ANSWER(header, body) "{\"XmlMsg\":{\"MessageHeader\":{" header "},\"MessageBody\":{" body "}}}"

static void
test_answers (void)
{
  static const struct
  {
    const char *text;
    ShikakuError error;
  } cases[] = {
    { ANSWER ("\"SegmentOfResult\":\"1\",\"ArbitraryFileIdentifier\":\"an-identifier\"", ""), SHIKAKU_ERROR_NONE },
    { ANSWER ("\"SegmentOfResult\":1,\"ArbitraryFileIdentifier\":\"an-identifier\"", ""), SHIKAKU_ERROR_NONE },
    { ANSWER ("\"SegmentOfResult\":\"1\",\"ArbitraryFileIdentifier\":\"another\"", ""), SHIKAKU_ERROR_MESSAGE_INVALID },
    { ANSWER ("\"SegmentOfResult\":\"1\"", ""), SHIKAKU_ERROR_MESSAGE_INVALID },
    { ANSWER ("\"SegmentOfResult\":\"3\"", ""), SHIKAKU_ERROR_MESSAGE_INVALID },
    { ANSWER ("", ""), SHIKAKU_ERROR_MESSAGE_INVALID },
    { "{\"XmlMsg\":{\"MessageHeader\":{\"SegmentOfResult\":\"1\",\"ArbitraryFileIdentifier\":\"an-identifier\"}}}",
      SHIKAKU_ERROR_MESSAGE_INVALID },
    { "{\"Other\":{\"MessageHeader\":{\"SegmentOfResult\":\"1\"},\"MessageBody\":{}}}", SHIKAKU_ERROR_MESSAGE_INVALID },
    { ANSWER ("\"SegmentOfResult\":\"2\"", ""), SHIKAKU_ERROR_CENTER_BUSY },
    { ANSWER ("\"SegmentOfResult\":\"9\"", ""), SHIKAKU_ERROR_CENTER_REFUSED },
    { ANSWER ("\"SegmentOfResult\":\"9\",\"ErrorCode\":\"ABC123456\"", ""), SHIKAKU_ERROR_CENTER_REFUSED },
    { ANSWER ("\"SegmentOfResult\":\"9\",\"ErrorCode\":\"SHK010001\"", ""), SHIKAKU_ERROR_CERTIFICATE_EXPIRED },
    { ANSWER ("\"SegmentOfResult\":\"9\",\"ErrorCode\":\"SHK010001\",\"ArbitraryFileIdentifier\":\"an-identifier\"",
              ""),
      SHIKAKU_ERROR_CERTIFICATE_EXPIRED },
    { ANSWER ("\"SegmentOfResult\":\"9\",\"ErrorCode\":\"SHK010001\",\"ArbitraryFileIdentifier\":\"another\"", ""),
      SHIKAKU_ERROR_MESSAGE_INVALID }, /* another patient's */
    { ANSWER ("\"SegmentOfResult\":\"9\",\"ErrorCode\":\"SHK010002\"", ""), SHIKAKU_ERROR_CERTIFICATE_REVOKED },
    { ANSWER ("\"SegmentOfResult\":\"9\",\"ErrorCode\":\"SHK010003\"", ""), SHIKAKU_ERROR_CERTIFICATE_UNTRUSTED },
    { ANSWER ("\"SegmentOfResult\":\"9\",\"ErrorCode\":\"SHK010004\"", ""), SHIKAKU_ERROR_CENTER_REFUSED },
    { ANSWER ("\"SegmentOfResult\":\"9\",\"ErrorCode\":\"SHK020001\"", ""), SHIKAKU_ERROR_NOT_REGISTERED },
    { ANSWER ("\"SegmentOfResult\":\"9\",\"ErrorCode\":\"SHK090001\"", ""), SHIKAKU_ERROR_CENTER_BUSY },
    { ANSWER ("\"SegmentOfResult\":\"9\",\"ErrorCode\":\"SHK090003\"", ""), SHIKAKU_ERROR_MESSAGE_INVALID },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Message) message = parse (cases[i].text, &error);

      g_assert_cmpint (message != NULL, ==, cases[i].error == SHIKAKU_ERROR_NONE);
      if (cases[i].error != SHIKAKU_ERROR_NONE)
        g_assert_error (error, SHIKAKU_ERROR, (int)cases[i].error);
    }
}

/* The center's texts can name a patient: none of them becomes an error's text. */
static void
test_refusal_tells_nothing (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (parse (
      ANSWER ("\"SegmentOfResult\":\"9\",\"ErrorCode\":\"山田花子\",\"ErrorMessage\":\"山田花子\"", ""), &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_REFUSED);
  g_assert_null (strstr (error->message, "山田"));
  g_assert_cmpstr (shikaku_error_get_center_code (error), ==, "山田花子"); /* who asked may know */
  g_assert_cmpstr (shikaku_error_get_center_text (error), ==, "山田花子");
  g_assert_null (shikaku_error_get_plain_code (error));
  g_assert_nonnull (shikaku_error_get_center_message (error));

  g_clear_error (&error);
  g_assert_null (parse (ANSWER ("\"SegmentOfResult\":\"2\"", ""), &error));
  g_assert_null (shikaku_error_get_center_code (error));
  g_assert_nonnull (shikaku_error_get_center_message (error));

  g_clear_error (&error);
  g_assert_null (parse (ANSWER ("\"SegmentOfResult\":\"9\",\"ArbitraryFileIdentifier\":\"another\"", ""), &error));
  g_assert_null (shikaku_error_get_center_message (error)); /* another's */
}

/* The journal says which element was another's, and nothing of what stood there. */
static void
test_mismatch_is_named (void)
{
  static const char *const heads[] = { "9", "2", "1" };

  for (gsize i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autofree char *text = g_strdup_printf (ANSWER ("\"SegmentOfResult\":\"%s\",\"ErrorCode\":\"SHK010001\","
                                                       "\"ArbitraryFileIdentifier\":\"an-identifier\","
                                                       "\"MedicalInstitutionCode\":\"1399999999\"",
                                                       ""),
                                               heads[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (text, &error));
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID);
      g_assert_nonnull (strstr (error->message, "MedicalInstitutionCode"));
      g_assert_null (strstr (error->message, "1399999999"));
    }
}

static TransportChallenge *
read_challenge (const char *part, GError **error)
{
  g_autofree char *text = g_strconcat (
      "{\"XmlMsg\":{\"MessageHeader\":{\"SegmentOfResult\":\"1\",\"ArbitraryFileIdentifier\":\"an-identifier\"},"
      "\"MessageBody\":{\"CardChallenge\":{",
      part, "}}}}", NULL);
  g_autoptr (Message) message = parse (text, NULL);

  g_assert_nonnull (message);
  return field_answer_read_challenge (message, error);
}

static void
test_challenge (void)
{
  static const char *const bad[] = {
    "",
    "\"ChallengeIdentifier\":\"c1\"",
    "\"Challenge\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"",
    "\"ChallengeIdentifier\":\"c 1\",\"Challenge\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"",
    "\"ChallengeIdentifier\":\"c1\",\"Challenge\":\"AAAA\"",
    "\"ChallengeIdentifier\":\"c1\",\"Challenge\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA!!!=\"",
    "\"ChallengeIdentifier\":\"c1\",\"Challenge\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"",
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (TransportChallenge) challenge = read_challenge (
      "\"ChallengeIdentifier\":\"c1\",\"Challenge\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"", &error);
  g_autoptr (GBytes) content = NULL;
  gsize size;
  const char *data;

  g_assert_no_error (error);
  g_assert_cmpstr (challenge->identifier, ==, "c1");
  challenge->institution_code = g_strdup ("1312345678");
  content = transport_make_proof_content (challenge);
  data = g_bytes_get_data (content, &size);
  g_assert_cmpuint (size, ==, 26 + 11 + 3 + 32);
  g_assert_cmpmem (data, 26 + 11 + 3,
                   "org.shikaku.card-proof.v1\0"
                   "1312345678\0"
                   "c1",
                   26 + 11 + 3);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_null (read_challenge (bad[i], &error));
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID);
      g_clear_error (&error);
    }
}

static TransportReply *
read_header (const char *header)
{
  g_autofree char *text
      = g_strdup_printf (ANSWER ("%s", "\"ProcessingResultStatus\":\"1\",\"QualificationValidity\":\"4\""), header);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (Message) request = field_request_new_search (&(FieldHeader){ "1312345678", "an-identifier", "20250301" },
                                                          &(TransportNumberQuery){ .number = "12" });

  return field_answer_read_qualification (message_json_parse (bytes, NULL), request, bytes, NULL);
}

static void
test_headers (void)
{
  static const struct
  {
    const char *header, *other, *text;
    Remarks remarks;
    gboolean is_executed;
  } rows[] = {
    { "\"SegmentOfResult\":\"1\",\"ProcessExecutionTime\":\"20250301120000\"", NULL, NULL, 0, TRUE },
    { "\"SegmentOfResult\":\"1\",\"ProcessExecutionTime\":\"20250231120000\"", "ProcessExecutionTime", "20250231120000",
      REMARKS_OF (REMARK_DATE_INVALID), FALSE },
    { "\"SegmentOfResult\":\"1\",\"ProcessExecutionTime\":\"99981231235959\"", "ProcessExecutionTime", "99981231235959",
      REMARKS_OF (REMARK_TIME_IN_FUTURE), FALSE },
    { "\"SegmentOfResult\":\"1\",\"ErrorCode\":\"ABCD0001W\"", "ErrorCode", "ABCD0001W",
      REMARKS_OF (REMARK_SEGMENT_OK_WITH_ERROR_CODE), FALSE },
    { "\"SegmentOfResult\":\"1\",\"ErrorMessage\":\"text\"", "ErrorMessage", "text",
      REMARKS_OF (REMARK_SEGMENT_OK_WITH_ERROR_CODE), FALSE },
    { "\"SegmentOfResult\":\"1\",\"Unheard\":\"1\"", "Unheard", "1", 0, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TransportReply) reply = read_header (rows[i].header);

      g_assert_cmpuint (reply->qualification->remarks, ==, rows[i].remarks);
      g_assert_cmpint (reply->qualification->executed != 0, ==, rows[i].is_executed);
      g_assert_cmpint (has_other (reply->qualification->others, rows[i].other, rows[i].text), ==,
                       rows[i].other != NULL);
      g_assert_cmpstr (reply->qualification->day, ==, "20250301");
    }
}

static void
test_validities (void)
{
  static const struct
  {
    const char *status, *sent;
    QualificationValidity validity;
  } rows[] = {
    { "1", "1", QUALIFICATION_VALID },         { "1", "2", QUALIFICATION_INVALID },
    { "1", "3", QUALIFICATION_INVALID_NEW },   { "1", "4", QUALIFICATION_NONE },
    { "1", "5", QUALIFICATION_SEVERAL },       { "1", "6", QUALIFICATION_VALID_UNREGISTERED },
    { "1", "0", QUALIFICATION_UNRECOGNISED },  { "1", "7", QUALIFICATION_UNRECOGNISED },
    { "1", "11", QUALIFICATION_UNRECOGNISED }, { "3", "1", QUALIFICATION_UNRECOGNISED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *body
          = g_strdup_printf ("\"ProcessingResultStatus\":\"%s\",\"ProcessingResultCode\":\"ABC000001\","
                             "\"ProcessingResultMessage\":\"お知らせ\",\"QualificationValidity\":\"%s\"",
                             rows[i].status, rows[i].sent);
      g_autoptr (GError) error = NULL;
      g_autoptr (TransportReply) reply = read_body (body, &error);

      g_assert_no_error (error);
      g_assert_cmpint (reply->qualification->validity, ==, rows[i].validity);
      g_assert_cmpstr (reply->qualification->code, ==, "ABC000001");
      g_assert_cmpstr (reply->qualification->message, ==, "お知らせ");
    }
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *body;
    ShikakuError error;
  } rows[] = {
    { "", SHIKAKU_ERROR_MESSAGE_INVALID },
    { "\"ProcessingResultStatus\":\"1\"", SHIKAKU_ERROR_MESSAGE_INVALID },
    { "\"QualificationValidity\":\"1\"", SHIKAKU_ERROR_MESSAGE_INVALID },
    { "\"ProcessingResultStatus\":\"2\",\"ProcessingResultCode\":\"SHK020001\",\"QualificationValidity\":\"1\"",
      SHIKAKU_ERROR_NOT_REGISTERED },
    { "\"ProcessingResultStatus\":\"2\",\"ProcessingResultCode\":\"山田\"", SHIKAKU_ERROR_CENTER_REFUSED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (read_body (rows[i].body, &error));
      g_assert_error (error, SHIKAKU_ERROR, (int)rows[i].error);
      g_assert_null (strstr (error->message, "山田"));
      g_assert_cmpint (shikaku_error_get_center_message (error) != NULL, ==,
                       rows[i].error != SHIKAKU_ERROR_MESSAGE_INVALID);
    }
}

/* Status and code decide together, with codes of each severity that nobody knows. */
static void
test_severities (void)
{
  static const struct
  {
    const char *status, *code, *validity;
    ShikakuError error;
    Remarks remarks;
  } rows[] = {
    { "1", "ABCD0001I", "1", SHIKAKU_ERROR_NONE, 0 },
    { "1", "ABCD0001W", "1", SHIKAKU_ERROR_NONE, 0 }, /* as of a certificate that ends soon */
    { "1", "ABCD0001E", "1", SHIKAKU_ERROR_NONE, REMARKS_OF (REMARK_STATUS_OK_WITH_ERROR_CODE) },
    { "1", "ABCD00019", "1", SHIKAKU_ERROR_NONE, 0 },
    { "2", "ABCD0001I", "1", SHIKAKU_ERROR_NONE, REMARKS_OF (REMARK_STATUS_ERROR_WITH_ANSWER) },
    { "2", "ABCD0001W", "1", SHIKAKU_ERROR_NONE, REMARKS_OF (REMARK_STATUS_ERROR_WITH_ANSWER) },
    { "2", "EPSB1032W", "1", SHIKAKU_ERROR_NONE, REMARKS_OF (REMARK_STATUS_ERROR_WITH_ANSWER) },
    { "2", "ABCD0001W", "", SHIKAKU_ERROR_CENTER_REFUSED, 0 }, /* without an answer there is none */
    { "2", "ABCD0001E", "1", SHIKAKU_ERROR_CENTER_REFUSED, 0 },
    { "2", "ABCD00019", "1", SHIKAKU_ERROR_CENTER_REFUSED, 0 },
    { "2", "", "1", SHIKAKU_ERROR_CENTER_REFUSED, 0 },
    { "2", "SHK020001", "1", SHIKAKU_ERROR_NOT_REGISTERED, 0 },
    { "1", "SHK020001", "1", SHIKAKU_ERROR_NONE, REMARKS_OF (REMARK_STATUS_OK_WITH_ERROR_CODE) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *body = g_strdup_printf (
          "\"ProcessingResultStatus\":\"%s\",\"ProcessingResultCode\":\"%s\",\"ProcessingResultMessage\":"
          "\"そのまま　伝える\",\"QualificationValidity\":\"%s\"",
          rows[i].status, rows[i].code, rows[i].validity);
      g_autoptr (GError) error = NULL;
      g_autoptr (TransportReply) reply = read_body (body, &error);

      g_assert_cmpint (reply != NULL, ==, rows[i].error == SHIKAKU_ERROR_NONE);
      if (reply == NULL)
        {
          g_assert_error (error, SHIKAKU_ERROR, (int)rows[i].error);
          g_assert_cmpstr (shikaku_error_get_center_text (error), ==, "そのまま　伝える");
          continue;
        }
      g_assert_cmpint (reply->qualification->validity, ==, QUALIFICATION_VALID);
      g_assert_cmpuint (reply->qualification->remarks, ==, rows[i].remarks);
      g_assert_cmpstr (reply->qualification->code, ==, rows[i].code);
      g_assert_cmpstr (reply->qualification->message, ==, "そのまま　伝える");
    }
}

/* Consents. */

/* What the center says of one inside the query: only "1" is a yes. */
static void
test_consents_inside (void)
{
  static const struct
  {
    const char *elements;
    gboolean granted;
    gint64 at;
  } rows[] = {
    { "\"LimitApplicationCertificateRelatedConsFlg\":\"1\","
      "\"LimitApplicationCertificateRelatedConsTime\":\"19700101090001\"",
      TRUE, G_USEC_PER_SEC },
    { "\"LimitApplicationCertificateRelatedConsFlg\":\"1\","
      "\"LimitApplicationCertificateRelatedConsTime\":\"yesterday\"",
      TRUE, 0 },
    { "\"LimitApplicationCertificateRelatedConsTime\":\"19700101090001\"", FALSE, 0 },
    { "\"LimitApplicationCertificateRelatedConsFlg\":\"\"", FALSE, 0 },
    { "\"LimitApplicationCertificateRelatedConsFlg\":\"0\"", FALSE, 0 },
    { "\"LimitApplicationCertificateRelatedConsFlg\":\"2\"", FALSE, 0 }, /* ended */
    { "\"LimitApplicationCertificateRelatedConsFlg\":\"3\"", FALSE, 0 }, /* could not be obtained */
    { "\"LimitApplicationCertificateRelatedConsFlg\":\"01\"", FALSE, 0 },
    { "\"LimitApplicationCertificateRelatedConsFlg\":\"yes\"", FALSE, 0 },
    { "", FALSE, 0 },
  };
  g_autoptr (TransportReply) none
      = read_body ("\"ProcessingResultStatus\":\"1\",\"QualificationValidity\":\"4\"", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TransportReply) reply = read_valid (rows[i].elements);

      g_assert_cmpint (reply->consents[CONSENT_CEILING].granted, ==, rows[i].granted);
      g_assert_cmpint (reply->consents[CONSENT_CEILING].at, ==, rows[i].at);
      g_assert_false (reply->consents[CONSENT_SPECIFIC_DISEASE].granted);
      g_assert_false (reply->consents[CONSENT_DRUG].granted);
    }
  g_assert_false (none->consents[CONSENT_CEILING].granted);
}

/* A yes counts in whichever entry it stands: medical aid often comes first. */
static void
test_consents_of_any (void)
{
  for (gsize i = 0; i < 2; i++)
    {
      const char *no = "{\"ResultOfQualificationConfirmation\":{\"InsuredCardClassification\":\"A1\","
                       "\"LimitApplicationCertificateRelatedConsFlg\":\"0\","
                       "\"LimitApplicationCertificateRelatedConsTime\":\"19700101090005\"}}";
      const char *yes = "{\"ResultOfQualificationConfirmation\":{\"LimitApplicationCertificateRelatedConsFlg\":\"1\","
                        "\"LimitApplicationCertificateRelatedConsTime\":\"19700101090001\","
                        "\"PharmacistsInfoConsFlg\":\"1\"}}";
      g_autofree char *body = g_strconcat ("\"ProcessingResultStatus\":\"1\",\"QualificationValidity\":\"1\","
                                           "\"ResultList\":[",
                                           i == 0 ? no : yes, ",", i == 0 ? yes : no, "]", NULL);
      g_autoptr (TransportReply) reply = read_body (body, NULL);

      g_assert_cmpuint (reply->qualification->insurances->len, ==, 2);
      g_assert_true (reply->consents[CONSENT_CEILING].granted);
      g_assert_cmpint (reply->consents[CONSENT_CEILING].at, ==, G_USEC_PER_SEC);
      g_assert_true (reply->consents[CONSENT_DRUG].granted);
    }
}

/* A ceiling, or a disease, that comes without the patient's yes is not handed on, and neither is the whole message. */
static void
test_without_agreement (void)
{
  static const char text[]
      = "{\"XmlMsg\":{\"MessageBody\":{\"ProcessingResultStatus\":\"1\",\"QualificationValidity\":\"1\","
        "\"ResultList\":[{\"ResultOfQualificationConfirmation\":{\"Name\":\"山田\","
        "\"LimitApplicationCertificateRelatedConsFlg\":\"1\",\"LimitApplicationCertificateRelatedInfo\":{"
        "\"LimitApplicationCertificateClassificationFlag\":\"A03\"}}},{\"ResultOfQualificationConfirmation\":{"
        "\"SpecificDiseasesCertificateList\":[{\"SpecificDiseasesCertificateInfo\":{"
        "\"SpecificDiseasesDiseaseCategory\":\"1\"}}]}}]}}}";
  static const ConsentKinds rows[] = { 0, CONSENT_KINDS_OF (CONSENT_CEILING),
                                       CONSENT_KINDS_OF (CONSENT_SPECIFIC_DISEASE), CONSENT_KINDS_INSIDE_QUERY };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) body = g_bytes_new_static (text, sizeof text - 1);
      g_autoptr (GError) error = NULL;
      g_autoptr (Message) request
          = field_request_new_search (&(FieldHeader){ "1312345678", "an-identifier", "20250301" },
                                      &(TransportNumberQuery){ .number = "12", .agreed = rows[i] });
      g_autoptr (TransportReply) reply
          = field_answer_read_qualification (message_json_parse (body, NULL), request, body, &error);

      g_assert_no_error (error);
      g_assert_cmpint (get_insurance (reply, 0)->ceiling != NULL, ==, CONSENT_KINDS_HAS (rows[i], CONSENT_CEILING));
      g_assert_cmpint (get_insurance (reply, 1)->diseases != NULL, ==,
                       CONSENT_KINDS_HAS (rows[i], CONSENT_SPECIFIC_DISEASE));
      g_assert_cmpint (reply->body != NULL, ==, rows[i] == CONSENT_KINDS_INSIDE_QUERY);
    }
}

/* A consent whose time was over when the center worked on it has no yes. */
static void
test_consent_over (void)
{
  static const struct
  {
    const char *until;
    gboolean granted;
  } rows[] = { { "19700101090001", FALSE }, { "19700101090002", FALSE }, { "19700101090003", TRUE }, { "", TRUE } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strdup_printf (
          "{\"XmlMsg\":{\"MessageHeader\":{\"ProcessExecutionTime\":\"19700101090002\"},\"MessageBody\":{"
          "\"ConsentRegistrationResult\":{\"PharmacistsInfoConsFlg\":\"1\",\"PharmacistsInfoAvailableTime\":\"%s\"}}}}",
          rows[i].until);
      g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
      g_autoptr (Message) message = message_json_parse (body, NULL);
      g_autoptr (TransportReply) reply = field_answer_read_registration (message, body);

      g_assert_cmpint (reply->consents[CONSENT_DRUG].granted, ==, rows[i].granted);
    }
}

static void
test_registration (void)
{
  static const char text[]
      = "{\"XmlMsg\":{\"MessageBody\":{\"ConsentRegistrationResult\":{\"PharmacistsInfoConsFlg\":\"1\","
        "\"PharmacistsInfoConsTime\":\"19700101090001\",\"PharmacistsInfoAvailableTime\":\"19700101090002\","
        "\"TestInfoConsFlg\":\"0\",\"OperationInfoConsFlg\":\"yes\",\"ConsFlg\":\"1\",\"InfoConsFlg\":\"1\","
        "\"PharmacistsInfo\":\"1\",\"DiagnosisNameConsFlg\":\"1\"}}}}";
  g_autoptr (GBytes) body = g_bytes_new_static (text, sizeof text - 1);
  g_autoptr (Message) message = message_json_parse (body, NULL);
  g_autoptr (TransportReply) reply = field_answer_read_registration (message, body);

  g_assert_null (reply->qualification);
  g_assert_true (g_bytes_equal (reply->body, body));
  for (guint kind = 0; kind < CONSENT_N_KINDS; kind++)
    g_assert_cmpint (reply->consents[kind].granted, ==, kind == CONSENT_DRUG || kind == CONSENT_DISEASE_NAME);
  g_assert_cmpint (reply->consents[CONSENT_DRUG].at, ==, G_USEC_PER_SEC);
  g_assert_cmpint (reply->consents[CONSENT_DRUG].until, ==, 2 * G_USEC_PER_SEC);
  g_assert_cmpint (reply->consents[CONSENT_DISEASE_NAME].at, ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/field-answer/answers", test_answers);
  g_test_add_func ("/field-answer/refusal-tells-nothing", test_refusal_tells_nothing);
  g_test_add_func ("/field-answer/mismatch-is-named", test_mismatch_is_named);
  g_test_add_func ("/field-answer/challenge", test_challenge);
  g_test_add_func ("/field-answer/headers", test_headers);
  g_test_add_func ("/field-answer/validities", test_validities);
  g_test_add_func ("/field-answer/severities", test_severities);
  g_test_add_func ("/field-answer/refusals", test_refusals);
  g_test_add_func ("/field-answer/consents-inside", test_consents_inside);
  g_test_add_func ("/field-answer/consents-of-any", test_consents_of_any);
  g_test_add_func ("/field-answer/without-agreement", test_without_agreement);
  g_test_add_func ("/field-answer/consent-over", test_consent_over);
  g_test_add_func ("/field-answer/registration", test_registration);
  return g_test_run ();
}
