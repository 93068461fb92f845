/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* web-message: requests as the profile writes them, byte for byte; answers, refusals and what only looks like one. */
#include "center/web-message.h"

#include <string.h>

#include "base/error.h"

static const WebHeader header = { "1312345678", "an-identifier", "20261123" };

#define HEAD "\"MedicalInstitutionCode\":\"1312345678\",\"ArbitraryFileIdentifier\":\"an-identifier\""
#define DATED "\"QualificationConfirmationDate\":\"20261123\","

static void
assert_request (GBytes *body, const char *expected)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));

  g_assert_cmpstr (text, ==, expected);
  g_bytes_unref (body);
}

static void
test_challenge_request (void)
{
  assert_request (web_message_make_challenge (&header),
                  "{\"XmlMsg\":{\"MessageHeader\":{" HEAD "},\"MessageBody\":{\"CardChallengeInfo\":{}}}}");
}

static void
test_check_request (void)
{
  g_autoptr (GBytes) certificate = g_bytes_new_static ("\x30\x03\x02\x01\x05", 5);
  g_autoptr (GBytes) signature = g_bytes_new_static ("\xff\xfe", 2);
  TransportCardQuery query = { "c1", certificate, "sha256WithRSAEncryption", signature, TRUE, FALSE };

  assert_request (web_message_make_check (&header, &query),
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

  assert_request (web_message_make_search (&header, &query),
                  "{\"XmlMsg\":{\"MessageHeader\":{" DATED HEAD
                  "},\"MessageBody\":{\"QualificationConfirmSearchInfo\":{"
                  "\"InsurerNumber\":\"  138057\",\"InsuredIdentificationNumber\":\"12\",\"Birthdate\":\"19850412\","
                  "\"LimitApplicationCertificateRelatedConsFlg\":\"0\"}}}}");
  query = (TransportNumberQuery){ "06138057", "記号", "12", "01", "19850412", "20250401", TRUE, TRUE };
  assert_request (
      web_message_make_search (&header, &query),
      "{\"XmlMsg\":{\"MessageHeader\":{\"QualificationConfirmationDate\":\"20250401\"," HEAD
      "},\"MessageBody\":{\"QualificationConfirmSearchInfo\":{"
      "\"InsurerNumber\":\"06138057\",\"InsuredCardSymbol\":\"記号\",\"InsuredIdentificationNumber\":\"12\","
      "\"InsuredBranchNumber\":\"01\",\"Birthdate\":\"19850412\","
      "\"LimitApplicationCertificateRelatedConsFlg\":\"1\",\"SpecificDiseasesCertificateRelatedConsFlg\":\"1\"}}}}");
}

static void
test_registration_request (void)
{
  static const char *const prefixes[] = { "PharmacistsInfo", "DiagnosisInfo", NULL };
  static const gboolean granted[] = { TRUE, FALSE };
  TransportConsents consents = { "key", prefixes, granted };

  assert_request (
      web_message_make_registration (&header, &consents),
      "{\"XmlMsg\":{\"MessageHeader\":{" HEAD "},\"MessageBody\":{\"ConsentRegistrationInfo\":{"
      "\"QualificationConfirmationKey\":\"key\",\"PharmacistsInfoConsFlg\":\"1\",\"DiagnosisInfoConsFlg\":\"0\"}}}}");
}

static Message *
parse (const char *text, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new_static (text, strlen (text));

  return web_message_parse (body, "an-identifier", error);
}

#define ANSWER(header, body) "{\"XmlMsg\":{\"MessageHeader\":{" header "},\"MessageBody\":{" body "}}}"

static void
test_answers (void)
{
  static const struct
  {
    const char *text;
    int error; /* -1: none */
  } cases[] = {
    { ANSWER ("\"SegmentOfResult\":\"1\",\"ArbitraryFileIdentifier\":\"an-identifier\"", ""), -1 },
    { ANSWER ("\"SegmentOfResult\":1,\"ArbitraryFileIdentifier\":\"an-identifier\"", ""), -1 },
    { ANSWER ("\"SegmentOfResult\":\"1\",\"ArbitraryFileIdentifier\":\"another\"", ""), SHIKAKU_ERROR_MESSAGE_INVALID },
    { ANSWER ("\"SegmentOfResult\":\"1\"", ""), SHIKAKU_ERROR_MESSAGE_INVALID },
    { ANSWER ("\"SegmentOfResult\":\"3\"", ""), SHIKAKU_ERROR_MESSAGE_INVALID },
    { ANSWER ("", ""), SHIKAKU_ERROR_MESSAGE_INVALID },
    { "{\"XmlMsg\":{\"MessageHeader\":{\"SegmentOfResult\":\"1\",\"ArbitraryFileIdentifier\":\"an-identifier\"}}}",
      SHIKAKU_ERROR_MESSAGE_INVALID },
    { "{\"Other\":{\"MessageHeader\":{\"SegmentOfResult\":\"1\"},\"MessageBody\":{}}}", SHIKAKU_ERROR_MESSAGE_INVALID },
    { "{\"XmlMsg\":\"1\"}", SHIKAKU_ERROR_MESSAGE_INVALID },
    { "", SHIKAKU_ERROR_MESSAGE_INVALID },
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

      g_assert_cmpint (message != NULL, ==, cases[i].error < 0);
      if (cases[i].error >= 0)
        g_assert_error (error, SHIKAKU_ERROR, cases[i].error);
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
  return web_message_read_challenge (message, error);
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
  content = transport_make_proof_content ("1312345678", challenge);
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

static char *
parse_login (const char *text, guint *ret_lifetime, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new_static (text, strlen (text));

  return web_message_parse_login (body, ret_lifetime, error);
}

static void
test_login (void)
{
  static const struct
  {
    const char *text;
    ShikakuError error;
  } bad[] = {
    { "{\"status\":\"NG\",\"result\":{}}", SHIKAKU_ERROR_CENTER_REFUSED },
    { "{\"status\":\"OK\",\"result\":{}}", SHIKAKU_ERROR_MESSAGE_INVALID },
    { "{\"result\":{\"idToken\":\"t\"}}", SHIKAKU_ERROR_MESSAGE_INVALID },
    { "{\"status\":\"OK\",\"result\":{\"idToken\":\"a\\r\\nb: c\"}}", SHIKAKU_ERROR_MESSAGE_INVALID },
    { "{\"status\":\"OK\",\"result\":{\"idToken\":\"t\",\"expiresIn\":0}}", SHIKAKU_ERROR_MESSAGE_INVALID },
    { "{\"status\":\"OK\",\"result\":{\"idToken\":\"t\",\"expiresIn\":-5}}", SHIKAKU_ERROR_MESSAGE_INVALID },
    { "[]", SHIKAKU_ERROR_MESSAGE_INVALID },
  };
  g_autoptr (GError) error = NULL;
  g_autofree char *token = NULL;
  guint lifetime = 0;

  token = parse_login ("{\"status\":\"OK\",\"msg\":\"\",\"result\":{\"idToken\":\"t.o-k\",\"expiresIn\":1800}}",
                       &lifetime, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (token, ==, "t.o-k");
  g_assert_cmpuint (lifetime, ==, 1800);
  g_free (token);
  token = parse_login ("{\"status\":\"OK\",\"result\":{\"idToken\":\"t\"}}", &lifetime, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (lifetime, ==, 900);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_null (parse_login (bad[i].text, &lifetime, &error));
      g_assert_error (error, SHIKAKU_ERROR, (int)bad[i].error);
      g_clear_error (&error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/web-message/challenge-request", test_challenge_request);
  g_test_add_func ("/web-message/check-request", test_check_request);
  g_test_add_func ("/web-message/search-request", test_search_request);
  g_test_add_func ("/web-message/registration-request", test_registration_request);
  g_test_add_func ("/web-message/answers", test_answers);
  g_test_add_func ("/web-message/refusal-tells-nothing", test_refusal_tells_nothing);
  g_test_add_func ("/web-message/challenge", test_challenge);
  g_test_add_func ("/web-message/login", test_login);
  return g_test_run ();
}
