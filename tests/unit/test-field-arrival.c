/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test-field-arrival: what a terminal's file says, in either encoding, and files that say nothing that can be used. */
#include "center/field-arrival.h"

#include <string.h>

#include "base/error.h"
#include "fake-terminal.h"

#define INSTITUTION "1311234567"

static const FakePatient hanako
    = { .name = "山田　花子",
        .more = "<PharmacistsInfoConsFlg>1</PharmacistsInfoConsFlg><PharmacistsInfoConsTime>20250401120000"
                "</PharmacistsInfoConsTime><PharmacistsInfoAvailableTime>20250402120000</PharmacistsInfoAvailableTime>"
                "<DiagnosisInfoConsFlg>0</DiagnosisInfoConsFlg>"
                "<LimitApplicationCertificateRelatedInfo><LimitApplicationCertificateClassificationFlag>A01"
                "</LimitApplicationCertificateClassificationFlag></LimitApplicationCertificateRelatedInfo>" };

static void
assert_hanako (TransportReply *reply)
{
  const QualificationInsurance *insurance = reply->qualification->insurances->pdata[0];

  g_assert_cmpstr (insurance->name, ==, "山田　花子");
  g_assert_cmpstr (insurance->ceiling->class_code, ==, "A01"); /* the terminal has asked */
  g_assert_nonnull (reply->body);
  g_assert_cmpstr (reply->qualification->day, ==, "20250401");
}

static void
test_read (void)
{
  g_autoptr (GBytes) body = fake_terminal_make_xml (&hanako, "a");
  g_autoptr (GError) error = NULL;
  g_autoptr (TransportReply) reply = field_arrival_read (body, INSTITUTION, &error), anybody = NULL;

  g_assert_no_error (error);
  assert_hanako (reply);
  g_assert_true (reply->body == body);
  g_assert_true (reply->consents[CONSENT_DRUG].granted && reply->consents[CONSENT_DRUG].is_answered);
  g_assert_true (!reply->consents[CONSENT_DIAGNOSIS].granted && reply->consents[CONSENT_DIAGNOSIS].is_answered);
  g_assert_false (reply->consents[CONSENT_CHECKUP].is_answered);
  anybody = field_arrival_read (body, NULL, &error);
  g_assert_no_error (error);
  assert_hanako (anybody);
}

static void
test_shift_jis (void)
{
  g_autoptr (GBytes) body = fake_terminal_make_xml (&hanako, "a");
  g_autofree char *text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  g_auto (GStrv) parts = g_strsplit (text, "UTF-8", 2);
  g_autofree char *declared = g_strjoinv ("Shift_JIS", parts), *converted = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TransportReply) reply = NULL;
  gsize size = 0;

  converted = g_convert (declared, -1, "CP932", "UTF-8", NULL, &size, &error);
  g_assert_no_error (error);
  bytes = g_bytes_new (converted, size);
  reply = field_arrival_read (bytes, INSTITUTION, &error);
  g_assert_no_error (error);
  assert_hanako (reply);
}

/* replace: @from of a good file is @to. Return: what becomes of it. */
static int
replace (const char *from, const char *to)
{
  g_autoptr (GBytes) body = fake_terminal_make_xml (&hanako, "a");
  g_autofree char *text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  g_auto (GStrv) parts = g_strsplit (text, from, 2);
  g_autofree char *changed = g_strjoinv (to, parts);
  g_autoptr (GBytes) bytes = g_bytes_new (changed, strlen (changed));
  g_autoptr (GError) error = NULL;
  g_autoptr (TransportReply) reply = field_arrival_read (bytes, INSTITUTION, &error);

  g_assert_null (reply);
  g_assert_null (strstr (error->message, "花子"));
  return error->code;
}

static void
test_useless (void)
{
  g_assert_cmpint (replace (INSTITUTION, "1399999999"), ==, SHIKAKU_ERROR_MESSAGE_INVALID);
  g_assert_cmpint (replace (INSTITUTION, ""), ==, SHIKAKU_ERROR_MESSAGE_INVALID);
  g_assert_cmpint (replace ("</XmlMsg>", ""), ==, SHIKAKU_ERROR_MESSAGE_INVALID);
  g_assert_cmpint (replace ("<SegmentOfResult>1", "<SegmentOfResult>2"), ==, SHIKAKU_ERROR_CENTER_BUSY);
  g_assert_cmpint (replace ("<SegmentOfResult>1", "<SegmentOfResult>9"), ==, SHIKAKU_ERROR_CENTER_REFUSED);
  g_assert_cmpint (replace ("<ProcessingResultStatus>1", "<ProcessingResultStatus>2"), ==,
                   SHIKAKU_ERROR_CENTER_REFUSED);
  g_assert_cmpint (replace ("<QualificationValidity>1</QualificationValidity>", ""), ==, SHIKAKU_ERROR_MESSAGE_INVALID);
}

/* test_nobody: a success without anybody: nobody could claim it. */
static void
test_nobody (void)
{
  static const char text[]
      = "<XmlMsg><MessageHeader><SegmentOfResult>1</SegmentOfResult><ArbitraryFileIdentifier>a</"
        "ArbitraryFileIdentifier>"
        "<MedicalInstitutionCode>" INSTITUTION "</MedicalInstitutionCode></MessageHeader><MessageBody>"
        "<ProcessingResultStatus>1</ProcessingResultStatus><QualificationValidity>1</QualificationValidity></"
        "MessageBody>"
        "</XmlMsg>";
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, sizeof text - 1);
  g_autoptr (GError) error = NULL;

  g_assert_null (field_arrival_read (bytes, INSTITUTION, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/field-arrival/read", test_read);
  g_test_add_func ("/field-arrival/shift-jis", test_shift_jis);
  g_test_add_func ("/field-arrival/useless", test_useless);
  g_test_add_func ("/field-arrival/nobody", test_nobody);
  return g_test_run ();
}
