/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* field-request: requests as the profile writes them, byte for byte once they are JSON. */
#include "center/field-request.h"

#include "codec/message-json.h"

static const FieldHeader header = { "1312345678", "an-identifier", "20261123" };

#define HEAD "\"MedicalInstitutionCode\":\"1312345678\",\"ArbitraryFileIdentifier\":\"an-identifier\""
#define DATED "\"QualificationConfirmationDate\":\"20261123\","

/* assert_request: @request: (transfer full). */
static void
assert_request (Message *request, const char *expected)
{
  g_autoptr (GBytes) body = message_json_write (request);
  g_autofree char *text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));

  g_assert_cmpstr (text, ==, expected);
  message_free (request);
}

static void
test_challenge_request (void)
{
  assert_request (field_request_new_challenge (&header),
                  "{\"XmlMsg\":{\"MessageHeader\":{" HEAD "},\"MessageBody\":{\"CardChallengeInfo\":{}}}}");
}

static void
test_check_request (void)
{
  g_autoptr (GBytes) certificate = g_bytes_new_static ("\x30\x03\x02\x01\x05", 5);
  g_autoptr (GBytes) signature = g_bytes_new_static ("\xff\xfe", 2);
  const TransportChallenge challenge = { .identifier = (char *)"c1" };
  TransportCardQuery query
      = { &challenge, certificate, "sha256WithRSAEncryption", signature, CONSENT_KINDS_OF (CONSENT_CEILING) };

  assert_request (field_request_new_check (&header, &query),
                  "{\"XmlMsg\":{\"MessageHeader\":{" DATED HEAD ",\"ReferenceClassification\":\"1\"},"
                  "\"MessageBody\":{\"CardCheckInfo\":{\"ChallengeIdentifier\":\"c1\","
                  "\"UserAuthenticationCertificate\":\"MAMCAQU=\",\"SignatureAlgorithm\":\"sha256WithRSAEncryption\","
                  "\"Signature\":\"//4=\",\"LimitApplicationCertificateRelatedConsFlg\":\"1\","
                  "\"SpecificDiseasesCertificateRelatedConsFlg\":\"0\"}}}}");
}

static void
test_search_request (void)
{
  TransportNumberQuery query = { .insurer_number = "138057", .number = "12", .birthdate = "19850412" };

  assert_request (field_request_new_search (&header, &query),
                  "{\"XmlMsg\":{\"MessageHeader\":{" DATED HEAD
                  "},\"MessageBody\":{\"QualificationConfirmSearchInfo\":{"
                  "\"InsurerNumber\":\"  138057\",\"InsuredIdentificationNumber\":\"12\",\"Birthdate\":\"19850412\","
                  "\"LimitApplicationCertificateRelatedConsFlg\":\"0\"}}}}");
  query = (TransportNumberQuery){ "06138057", "記号", "12", "01", "19850412", "20250401", CONSENT_KINDS_INSIDE_QUERY };
  assert_request (
      field_request_new_search (&header, &query),
      "{\"XmlMsg\":{\"MessageHeader\":{\"QualificationConfirmationDate\":\"20250401\"," HEAD
      "},\"MessageBody\":{\"QualificationConfirmSearchInfo\":{"
      "\"InsurerNumber\":\"06138057\",\"InsuredCardSymbol\":\"記号\",\"InsuredIdentificationNumber\":\"12\","
      "\"InsuredBranchNumber\":\"01\",\"Birthdate\":\"19850412\","
      "\"LimitApplicationCertificateRelatedConsFlg\":\"1\",\"SpecificDiseasesCertificateRelatedConsFlg\":\"1\"}}}}");
}

static void
test_registration_request (void)
{
  TransportConsents consents = { NULL, "key", CONSENT_KINDS_OF (CONSENT_DRUG) | CONSENT_KINDS_OF (CONSENT_DIAGNOSIS),
                                 CONSENT_KINDS_OF (CONSENT_DRUG) };

  assert_request (
      field_request_new_registration (&header, &consents),
      "{\"XmlMsg\":{\"MessageHeader\":{" HEAD "},\"MessageBody\":{\"ConsentRegistrationInfo\":{"
      "\"QualificationConfirmationKey\":\"key\",\"PharmacistsInfoConsFlg\":\"1\",\"DiagnosisInfoConsFlg\":\"0\"}}}}");
}

/* With a yes goes the text that it was said to; with a no there is nothing to tell. */
static void
test_texts (void)
{
  static const TransportConsentText texts[CONSENT_N_KINDS] = { [CONSENT_CEILING] = { "3", "ja" },
                                                               [CONSENT_SPECIFIC_DISEASE] = { "4", "en" },
                                                               [CONSENT_DRUG] = { "2", "ja" },
                                                               [CONSENT_DIAGNOSIS] = { "1", "ja" } };
  TransportNumberQuery query = { .insurer_number = "06138057",
                                 .number = "12",
                                 .birthdate = "19850412",
                                 .agreed = CONSENT_KINDS_OF (CONSENT_CEILING),
                                 .texts = texts };
  TransportConsents consents = { NULL, "key", CONSENT_KINDS_OF (CONSENT_DRUG) | CONSENT_KINDS_OF (CONSENT_DIAGNOSIS),
                                 CONSENT_KINDS_OF (CONSENT_DRUG), .texts = texts };

  assert_request (field_request_new_search (&header, &query),
                  "{\"XmlMsg\":{\"MessageHeader\":{" DATED HEAD
                  "},\"MessageBody\":{\"QualificationConfirmSearchInfo\":{"
                  "\"InsurerNumber\":\"06138057\",\"InsuredIdentificationNumber\":\"12\",\"Birthdate\":\"19850412\","
                  "\"LimitApplicationCertificateRelatedConsFlg\":\"1\","
                  "\"LimitApplicationCertificateRelatedConsTextVersion\":\"3\","
                  "\"LimitApplicationCertificateRelatedConsTextLanguage\":\"ja\"}}}}");
  assert_request (field_request_new_registration (&header, &consents),
                  "{\"XmlMsg\":{\"MessageHeader\":{" HEAD "},\"MessageBody\":{\"ConsentRegistrationInfo\":{"
                  "\"QualificationConfirmationKey\":\"key\",\"PharmacistsInfoConsFlg\":\"1\","
                  "\"PharmacistsInfoConsTextVersion\":\"2\",\"PharmacistsInfoConsTextLanguage\":\"ja\","
                  "\"DiagnosisInfoConsFlg\":\"0\"}}}}");
}

/* The element of every kind. */
static void
test_kinds (void)
{
  TransportConsents consents = { NULL, "key", (ConsentKinds)-1, 0 };

  assert_request (
      field_request_new_registration (&header, &consents),
      "{\"XmlMsg\":{\"MessageHeader\":{" HEAD "},\"MessageBody\":{\"ConsentRegistrationInfo\":{"
      "\"QualificationConfirmationKey\":\"key\",\"LimitApplicationCertificateRelatedConsFlg\":\"0\","
      "\"SpecificDiseasesCertificateRelatedConsFlg\":\"0\",\"SpecificHealthCheckupsInfoConsFlg\":\"0\","
      "\"PharmacistsInfoConsFlg\":\"0\",\"DiagnosisInfoConsFlg\":\"0\",\"OperationInfoConsFlg\":\"0\","
      "\"DiagnosisNameConsFlg\":\"0\",\"InfectiousInfoConsFlg\":\"0\",\"AllergyInfoConsFlg\":\"0\","
      "\"ContraindicationInfoConsFlg\":\"0\",\"TestInfoConsFlg\":\"0\",\"PrescriptionInfoConsFlg\":\"0\"}}}}");
}

/* The field calls the numbers otherwise here, and wants what kind of file it is by a digit. */
static void
test_records_request (void)
{
  static const struct
  {
    ConsentKind kind;
    gboolean treatment, prescriptions, pdf;
    const char *file;
  } rows[] = {
    { CONSENT_DRUG, FALSE, FALSE, TRUE, "\"FileCategory\":\"1\"" },
    { CONSENT_DRUG, FALSE, TRUE, FALSE, "\"FileCategory\":\"2\",\"PrDiInfClassification\":\"1\"" },
    { CONSENT_DRUG, TRUE, TRUE, TRUE, "\"FileCategory\":\"3\",\"PrDiInfClassification\":\"1\"" },
    { CONSENT_DRUG, TRUE, FALSE, FALSE, "\"FileCategory\":\"4\"" },
    { CONSENT_CHECKUP, TRUE, TRUE, TRUE, "\"FileCategory\":\"1\"" },
    { CONSENT_CHECKUP, FALSE, FALSE, FALSE, "\"FileCategory\":\"2\"" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TransportRecordsQuery query = { .kind = rows[i].kind,
                                      .with_treatment = rows[i].treatment,
                                      .with_prescriptions = rows[i].prescriptions,
                                      .format = rows[i].pdf ? TRANSPORT_RECORDS_PDF : TRANSPORT_RECORDS_XML,
                                      .from = "202601",
                                      .to = "202611",
                                      .last_date = "20261130",
                                      .treatment = TRANSPORT_TREATMENT_ONLINE,
                                      .insurer_number = "138057",
                                      .symbol = "記号",
                                      .number = "12",
                                      .branch = "01" };
      g_autofree char *expected = g_strdup_printf (
          "{\"XmlMsg\":{\"MessageHeader\":{\"MedicalInstitutionCode\":\"1312345678\",\"InsurerNumber\":\"  138057\","
          "\"InsuranceCardSymbol\":\"記号\",\"InsuredPersonIdentificationNumber\":\"12\",\"BranchNumber\":\"01\","
          "\"ArbitraryFileIdentifier\":\"an-identifier\"},\"MessageBody\":{\"StartDate\":\"202601\","
          "\"EndDate\":\"202611\",%s%s,\"MedicalTreatmentFlag\":\"3\"}}}",
          rows[i].kind == CONSENT_DRUG ? "\"LastDate\":\"20261130\"," : "", rows[i].file);

      assert_request (field_request_new_records (&header, &query), expected);
    }
}

static void
test_withdrawal_request (void)
{
  TransportWithdrawal withdrawal
      = { .insurer_number = "138057", .number = "12", .birthdate = "19850412", .treatment = TRANSPORT_TREATMENT_HOME };

  assert_request (field_request_new_withdrawal (&header, &withdrawal),
                  "{\"XmlMsg\":{\"MessageHeader\":{" HEAD "},\"MessageBody\":{\"ConsentCancelInfo\":{"
                  "\"InsurerNumber\":\"  138057\",\"InsuredIdentificationNumber\":\"12\",\"Birthdate\":\"19850412\","
                  "\"MedicalTreatmentFlag\":\"2\"}}}}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/field-request/challenge", test_challenge_request);
  g_test_add_func ("/field-request/check", test_check_request);
  g_test_add_func ("/field-request/search", test_search_request);
  g_test_add_func ("/field-request/registration", test_registration_request);
  g_test_add_func ("/field-request/texts", test_texts);
  g_test_add_func ("/field-request/kinds", test_kinds);
  g_test_add_func ("/field-request/records", test_records_request);
  g_test_add_func ("/field-request/withdrawal", test_withdrawal_request);
  return g_test_run ();
}
