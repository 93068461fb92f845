/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-field-registration: what registers a card's use, or a reference number: requests, and what answers say. */
#include "center/field-answer.h"
#include "center/field-request.h"
#include "codec/message-json.h"

#include <string.h>

static const FieldHeader header = { "1312345678", "an-identifier", "20261123" };

#define BEGIN \
  "{\"XmlMsg\":{\"MessageHeader\":{\"MedicalInstitutionCode\":\"1312345678\"," \
  "\"ArbitraryFileIdentifier\":\"an-identifier\"},\"MessageBody\":{"
#define BODY(members) "{\"XmlMsg\":{\"MessageBody\":{" members "}}}"

/* assert_request: @request: (transfer full). */
static void
assert_request (Message *request, const char *expected)
{
  g_autoptr (GBytes) body = message_json_write (request);
  g_autofree char *text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));

  g_assert_cmpstr (text, ==, expected);
  message_free (request);
}

/* The proof is written as in the check that it belongs to. */
static void
test_use_request (void)
{
  g_autoptr (GBytes) certificate = g_bytes_new_static ("\x30\x03\x02\x01\x05", 5);
  g_autoptr (GBytes) signature = g_bytes_new_static ("\xff\xfe", 2);
  const TransportChallenge challenge = { .identifier = (char *)"c1" };
  const TransportCardQuery proof = { &challenge, certificate, "sha256WithRSAEncryption", signature };
  const TransportConsentText terms = { "1", "ja" };

  assert_request (field_request_new_use (&header, &proof, &terms),
                  BEGIN "\"CardRegistrationInfo\":{\"ChallengeIdentifier\":\"c1\","
                        "\"UserAuthenticationCertificate\":\"MAMCAQU=\","
                        "\"SignatureAlgorithm\":\"sha256WithRSAEncryption\",\"Signature\":\"//4=\","
                        "\"UseRegistrationConsFlg\":\"1\",\"UseRegistrationConsTextVersion\":\"1\","
                        "\"UseRegistrationConsTextLanguage\":\"ja\"}}}}");
}

static void
test_reference_request (void)
{
  assert_request (field_request_new_reference (&header, &(TransportReference){ "A-1", "990019", "架空", "12", "01" }),
                  BEGIN "\"ReferenceNumberRegistrationInfo\":{\"ReferenceNumber\":\"A-1\","
                        "\"InsurerNumber\":\"  990019\",\"InsuredCardSymbol\":\"架空\","
                        "\"InsuredIdentificationNumber\":\"12\",\"InsuredBranchNumber\":\"01\"}}}}");
  /* What is not there is left out. */
  assert_request (field_request_new_reference (&header, &(TransportReference){ "1", "12990025", NULL, "5", "" }),
                  BEGIN "\"ReferenceNumberRegistrationInfo\":{\"ReferenceNumber\":\"1\","
                        "\"InsurerNumber\":\"12990025\",\"InsuredIdentificationNumber\":\"5\"}}}}");
}

static TransportReply *
read_answer (const char *text, TransportReply *(*read) (const Message *message, GBytes *body, GError **error),
             GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  g_autoptr (Message) message = message_json_parse (body, NULL);

  g_assert_nonnull (message);
  return read (message, body, error);
}

/* Only the flag 1 says that the card is registered. */
static void
test_use_answer (void)
{
  static const char *const nothing[] = {
    BODY (""),
    BODY ("\"CardRegistrationResult\":{}"),
    BODY ("\"CardRegistrationResult\":{\"UseRegistrationFlg\":\"0\"}"),
    BODY ("\"CardRegistrationResult\":{\"UseRegistrationFlg\":\"11\"}"),
    BODY ("\"CardRegistrationResult\":\"1\""),
    BODY ("\"UseRegistrationFlg\":\"1\""),
  };
  g_autoptr (TransportReply) reply = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (nothing); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (read_answer (nothing[i], field_answer_read_use, &error));
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID);
    }
  reply = read_answer (BODY ("\"CardRegistrationResult\":{\"UseRegistrationTime\":\"19700101090001\","
                             "\"UseRegistrationFlg\":\"1\"}"),
                       field_answer_read_use, NULL);
  g_assert_true (reply->use.granted);
  g_assert_cmpint (reply->use.at, ==, G_USEC_PER_SEC);
  g_assert_null (reply->qualification);
  g_assert_nonnull (reply->body);
}

/* A time that is none is left out, and takes nothing away. */
static void
test_use_without_time (void)
{
  static const char *const texts[] = {
    BODY ("\"CardRegistrationResult\":{\"UseRegistrationFlg\":\"1\"}"),
    BODY ("\"CardRegistrationResult\":{\"UseRegistrationFlg\":\"1\",\"UseRegistrationTime\":\"yesterday\"}"),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (TransportReply) reply = read_answer (texts[i], field_answer_read_use, NULL);

      g_assert_true (reply->use.granted);
      g_assert_cmpint (reply->use.at, ==, 0);
    }
}

static void
test_reference_answer (void)
{
  static const struct
  {
    const char *text;
    ShikakuError error;
    const char *code;
  } rows[] = {
    { BODY ("\"ProcessingResultStatus\":\"1\""), SHIKAKU_ERROR_NONE, NULL },
    { BODY ("\"ProcessingResultStatus\":\"2\",\"ProcessingResultCode\":\"SHK030002\""), SHIKAKU_ERROR_CENTER_REFUSED,
      "SHK030002" },
    { BODY ("\"ProcessingResultStatus\":\"2\",\"ProcessingResultCode\":\"SHK030001\""), SHIKAKU_ERROR_NOT_FOUND,
      "SHK030001" },
    { BODY ("\"ProcessingResultStatus\":\"2\""), SHIKAKU_ERROR_CENTER_REFUSED, NULL },
    { BODY ("\"ProcessingResultStatus\":\"3\""), SHIKAKU_ERROR_MESSAGE_INVALID, NULL },
    { BODY (""), SHIKAKU_ERROR_MESSAGE_INVALID, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TransportReply) reply = read_answer (rows[i].text, field_answer_read_reference, &error);

      g_assert_cmpint (reply != NULL, ==, rows[i].error == SHIKAKU_ERROR_NONE);
      g_assert_cmpint (error != NULL ? error->code : 0, ==, (int)rows[i].error);
      if (error != NULL)
        g_assert_cmpstr (shikaku_error_get_center_code (error), ==, rows[i].code);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/field-registration/use-request", test_use_request);
  g_test_add_func ("/field-registration/reference-request", test_reference_request);
  g_test_add_func ("/field-registration/use-answer", test_use_answer);
  g_test_add_func ("/field-registration/use-without-time", test_use_without_time);
  g_test_add_func ("/field-registration/reference-answer", test_reference_answer);
  return g_test_run ();
}
