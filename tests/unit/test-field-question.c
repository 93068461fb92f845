/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* field-question: an answer is of the question that was asked, or the first element that is not is named. */
#include "center/field-question.h"

#include <string.h>

#include "center/field-request.h"
#include "codec/message-json.h"

static const FieldHeader header = { "1312345678", "an-identifier", "20261123" };
static const TransportNumberQuery query
    = { "990019", "架空０１", "０１２３", "01", "19850412", NULL, CONSENT_KINDS_OF (CONSENT_CEILING) };

/* Return: the element that differs between @request, which is freed, and an answer of @head and @body. */
static const char *
find (Message *request, const char *head, const char *body)
{
  g_autoptr (Message) asked = request;
  g_autofree char *text = g_strdup_printf ("{\"XmlMsg\":{\"MessageHeader\":{%s},\"MessageBody\":{%s}}}", head, body);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (Message) answer = message_json_parse (bytes, NULL);

  g_assert_nonnull (answer);
  return field_question_find_mismatch (asked, answer);
}

static Message *
make_check (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  const TransportChallenge challenge = { .identifier = (char *)"c1" };
  TransportCardQuery card = { &challenge, bytes, "sha256WithRSAEncryption", bytes, 0 };

  return field_request_new_check (&header, &card);
}

static void
test_header (void)
{
  static const struct
  {
    const char *head;
    const char *of_check, *of_search, *of_challenge; /* what differs */
  } rows[] = {
    { "", NULL, NULL, NULL },
    { "\"ArbitraryFileIdentifier\":\"an-identifier\",\"MedicalInstitutionCode\":\"1312345678\","
      "\"QualificationConfirmationDate\":\"20261123\",\"Unheard\":\"1\"",
      NULL, NULL, NULL },
    { "\"MedicalInstitutionCode\":1312345678", NULL, NULL, NULL },
    { "\"MedicalInstitutionCode\":\"\",\"ReferenceClassification\":\"\"", NULL, NULL, NULL },
    { "\"ArbitraryFileIdentifier\":\"another\"", "ArbitraryFileIdentifier", "ArbitraryFileIdentifier",
      "ArbitraryFileIdentifier" },
    { "\"MedicalInstitutionCode\":\"1399999999\"", "MedicalInstitutionCode", "MedicalInstitutionCode",
      "MedicalInstitutionCode" },
    { "\"QualificationConfirmationDate\":\"20251123\"", "QualificationConfirmationDate",
      "QualificationConfirmationDate", NULL },
    { "\"ReferenceClassification\":\"1\"", NULL, "ReferenceClassification", NULL },
    { "\"ReferenceClassification\":\"2\"", "ReferenceClassification", NULL, NULL },
    { "\"ReferenceClassification\":\"3\"", "ReferenceClassification", "ReferenceClassification", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_assert_cmpstr (find (make_check (), rows[i].head, ""), ==, rows[i].of_check);
      g_assert_cmpstr (find (field_request_new_search (&header, &query), rows[i].head, ""), ==, rows[i].of_search);
      g_assert_cmpstr (find (field_request_new_challenge (&header), rows[i].head, ""), ==, rows[i].of_challenge);
    }
}

#define ECHO(elements) "\"QualificationConfirmSearchInfo\":{" elements "}"
#define RESULTS(entries) "\"QualificationValidity\":\"1\",\"ResultList\":[" entries "]"
#define RESULT(elements) "{\"ResultOfQualificationConfirmation\":{" elements "}}"

static void
test_number (void)
{
  static const struct
  {
    const char *body, *mismatch;
  } rows[] = {
    /* what the center repeats of the query, in whatever width and padding */
    { ECHO (""), NULL },
    { ECHO ("\"InsurerNumber\":\"  990019\",\"InsuredCardSymbol\":\"架空01\",\"InsuredIdentificationNumber\":\"123\","
            "\"InsuredBranchNumber\":\"1\",\"Birthdate\":\"19850412\","
            "\"LimitApplicationCertificateRelatedConsFlg\":\"1\","
            "\"SpecificDiseasesCertificateRelatedConsFlg\":\"0\""),
      NULL },
    { ECHO ("\"InsurerNumber\":\"00990019\",\"InsuredCardSymbol\":\"　架空０１\""), NULL },
    { ECHO ("\"InsurerNumber\":\"  990020\""), "InsurerNumber" },
    { ECHO ("\"InsuredCardSymbol\":\"架空０２\""), "InsuredCardSymbol" },
    { ECHO ("\"InsuredIdentificationNumber\":\"1234\""), "InsuredIdentificationNumber" },
    { ECHO ("\"InsuredBranchNumber\":\"02\""), "InsuredBranchNumber" },
    { ECHO ("\"Birthdate\":\"19850413\""), "Birthdate" },
    { "\"QualificationConfirmSearchInfo\":[{\"Birthdate\":\"19850412\"},{\"Birthdate\":\"19850413\"}]", "Birthdate" },
    { ECHO ("\"LimitApplicationCertificateRelatedConsFlg\":\"0\""), "LimitApplicationCertificateRelatedConsFlg" },
    { ECHO ("\"SpecificDiseasesCertificateRelatedConsFlg\":\"1\""), "SpecificDiseasesCertificateRelatedConsFlg" },
    /* the person that it answers about */
    { RESULTS (RESULT ("\"Birthdate\":\"19850412\",\"InsurerNumber\":\"  990019\","
                       "\"InsuredIdentificationNumber\":\"０００１２３\"")),
      NULL },
    { RESULTS (RESULT ("\"Name\":\"山田\"")), NULL },
    { RESULTS (RESULT ("\"Birthdate\":\"19850413\"")), "Birthdate" },
    { RESULTS (RESULT ("\"Birthdate\":\"19850412\"") "," RESULT ("\"Birthdate\":\"19850413\"")), "Birthdate" },
    { RESULTS (RESULT ("\"InsuredIdentificationNumber\":\"9\"")), "InsuredIdentificationNumber" },
    { RESULTS (RESULT ("\"InsurerNumber\":\"  990020\",\"InsuredIdentificationNumber\":\"0123\"")),
      "InsuredIdentificationNumber" },
    { RESULTS (
          RESULT ("\"InsuredCardClassification\":\"A1\",\"InsurerNumber\":\"12990007\","
                  "\"InsuredIdentificationNumber\":\"9\"") "," RESULT ("\"InsurerNumber\":\"990019\","
                                                                       "\"InsuredIdentificationNumber\":\"0123\"")),
      NULL },
    { "\"QualificationValidity\":\"3\",\"ResultList\":[" RESULT ("\"InsuredIdentificationNumber\":\"9\"") "]",
      NULL }, /* the new insurance */
    { "\"QualificationValidity\":\"4\"", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_assert_cmpstr (find (field_request_new_search (&header, &query), "", rows[i].body), ==, rows[i].mismatch);
      g_assert_null (find (make_check (), "", rows[i].body)); /* a card has no number to compare */
    }
}

/* What was not given was not asked. */
static void
test_not_given (void)
{
  static const TransportNumberQuery few
      = { .insurer_number = "990019", .number = "123", .birthdate = "19850412", .date = "20250401" };

  g_assert_null (find (field_request_new_search (&header, &few), "\"QualificationConfirmationDate\":\"20250401\"",
                       ECHO ("\"InsuredCardSymbol\":\"\",\"InsuredBranchNumber\":\"\"")));
  g_assert_cmpstr (find (field_request_new_search (&header, &few), "", ECHO ("\"InsuredBranchNumber\":\"02\"")), ==,
                   "InsuredBranchNumber");
  g_assert_cmpstr (
      find (field_request_new_search (&header, &few), "\"QualificationConfirmationDate\":\"20261123\"", ""), ==,
      "QualificationConfirmationDate");
}

static void
test_day (void)
{
  static const TransportNumberQuery dated = { .number = "123", .date = "20250401" };
  g_autoptr (Message) check = make_check ();
  g_autoptr (Message) search = field_request_new_search (&header, &dated);
  g_autoptr (Message) challenge = field_request_new_challenge (&header);

  g_assert_cmpstr (field_question_get_day (check), ==, "20261123");
  g_assert_cmpstr (field_question_get_day (search), ==, "20250401");
  g_assert_null (field_question_get_day (challenge));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/field-question/header", test_header);
  g_test_add_func ("/field-question/number", test_number);
  g_test_add_func ("/field-question/not-given", test_not_given);
  g_test_add_func ("/field-question/day", test_day);
  return g_test_run ();
}
