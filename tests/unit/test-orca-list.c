/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-list: which list ORCA asks for, the center's list in parts, and the posts that come of them. */
#include <gio/gio.h>
#include <string.h>

#include "client/orca/orca-list.h"

#define ROW "aaaaaaaa-6b1f-4c55-9d4b-1f6f1f2f3f4f"
#define HEADER \
  "<MessageHeader><MedicalInstitutionCode>1312345678</MedicalInstitutionCode><SegmentOfResult>1</SegmentOfResult>" \
  "<ArbitraryFileIdentifier>of-the-center</ArbitraryFileIdentifier>" \
  "<NumberOfProcessingResult>5</NumberOfProcessingResult></MessageHeader>"
#define RESULT(number) \
  "<ResultOfQualificationConfirmation><InsuredIdentificationNumber>" number "</InsuredIdentificationNumber>" \
  "<ReferenceNumber>000" number "</ReferenceNumber></ResultOfQualificationConfirmation>"
#define UNIT(results) "<BulkConfirmUnit><ResultList>" results "</ResultList></BulkConfirmUnit>"

static JsonObject *
parse (const char *text)
{
  JsonObject *object = orca_json_parse (text, strlen (text));

  g_assert_nonnull (object);
  return object;
}

static void
test_question (void)
{
  static const char *const none[] = {
    "{}",
    "{\"Vconsent_Bulk\":{\"MessageHeader\":{},\"MessageBody\":{\"QualificationConfirmSearchInfo\":"
    "{\"MedicalTreatmentFlag\":\"2\"}}}}",
    "{\"Vconsent_Bulk\":{\"MessageHeader\":{\"ArbitraryFileIdentifier\":\"" ROW "\"},\"MessageBody\":"
    "{\"QualificationConfirmSearchInfo\":{\"MedicalTreatmentFlag\":\"1\"}}}}",
  };
  g_autoptr (JsonObject) answer = parse (
      "{\"Api_Result\":\"000\",\"Vconsent_Bulk\":{\"MessageHeader\":{\"MedicalInstitutionCode\":\"1312345678\","
      "\"ArbitraryFileIdentifier\":\"" ROW "\"},\"MessageBody\":{\"QualificationConfirmSearchInfo\":"
      "{\"ConsentDateFrom\":\"2026-11-01\",\"ConsentDateTo\":\"2026-11-30\",\"MedicalTreatmentFlag\":\"3\"}}}}");
  g_autoptr (OrcaPart) part = orca_list_read_question (answer);

  g_assert_cmpint (part->kind, ==, ORCA_PART_CARE);
  g_assert_cmpstr (orca_json_get_text (part->record, "Identifier"), ==, ROW);
  g_assert_cmpstr (orca_json_get_text (part->record, "From"), ==, "20261101");
  g_assert_cmpstr (orca_json_get_text (part->record, "To"), ==, "20261130");
  g_assert_cmpstr (orca_json_get_text (part->record, "Treatment"), ==, "3");
  for (gsize i = 0; i < G_N_ELEMENTS (none); i++)
    {
      g_autoptr (JsonObject) other = parse (none[i]);

      g_assert_null (orca_list_read_question (other));
    }
}

static JsonObject *
make_part (void)
{
  return parse ("{\"Identifier\":\"" ROW "\",\"Institution\":\"1312345678\",\"Treatment\":\"2\","
                "\"ReceptionNumber\":\"R1\"}");
}

static GPtrArray *
split (const char *text, guint *ret_cut, GError **error)
{
  g_autoptr (GBytes) document = g_bytes_new_static (text, strlen (text));
  g_autoptr (JsonObject) part = make_part ();

  return orca_list_split (document, part, 2, ret_cut, error);
}

static JsonObject *
get_person (JsonArray *post, guint place)
{
  return orca_json_get_record (orca_json_get_record (json_array_get_object_element (post, place), "MessageBody"),
                               "BulkConfirmUnit");
}

/* The header comes last: it stands in each part all the same, and names the list as ORCA does. */
static void
test_split (void)
{
  static const char *const document
      = "<XmlMsg><MessageBody>" UNIT (RESULT ("1")) UNIT (RESULT ("2") RESULT ("2") RESULT ("2")) UNIT (RESULT ("3"))
          UNIT ("") UNIT (RESULT ("5")) "<ProcessingResultStatus>1</ProcessingResultStatus>"
                                        "<QualificationConfirmSearchInfo><MedicalTreatmentFlag>2</MedicalTreatmentFlag>"
                                        "</QualificationConfirmSearchInfo></MessageBody>" HEADER "</XmlMsg>";
  static const guint sizes[] = { 2, 2, 1 };
  g_autoptr (GError) error = NULL;
  guint cut = 0;
  g_autoptr (GPtrArray) parts = split (document, &cut, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (parts->len, ==, G_N_ELEMENTS (sizes));
  g_assert_cmpuint (cut, ==, 1);
  for (guint i = 0; i < parts->len; i++)
    {
      OrcaPart *part = parts->pdata[i];
      g_autofree char *text = orca_json_print (part->record); /* as the state keeps it */
      g_autoptr (JsonObject) kept = parse (text);
      g_autoptr (JsonArray) post = orca_list_make_post (kept);
      JsonObject *header = orca_json_get_record (json_array_get_object_element (post, 0), "MessageHeader");

      g_assert_cmpint (part->kind, ==, ORCA_PART_CARE_PEOPLE);
      g_assert_true (orca_list_has_people (kept));
      g_assert_cmpstr (orca_json_get_text (kept, "Identifier"), ==, ROW);
      g_assert_cmpuint (json_array_get_length (post), ==, sizes[i]);
      g_assert_cmpstr (orca_json_get_text (header, "ArbitraryFileIdentifier"), ==, ROW);
      g_assert_cmpstr (orca_json_get_text (header, "ReceptionNumber"), ==, "R1");
      g_assert_cmpstr (orca_json_get_text (header, "Process_Class"), ==, "2");
      g_assert_cmpstr (orca_json_get_text (header, "NumberOfProcessingResult"), ==, "5");
      g_assert_cmpstr (orca_json_get_text (header, "NumberOfNormalProcessing"), ==, "5");
      if (i == 2)
        g_assert_cmpstr (orca_json_get_text (get_person (post, 0), "ReferenceNumber"), ==, "0005");
    }
}

/* A list of nobody is one part, with its header alone. */
static void
test_nobody (void)
{
  g_autoptr (GError) error = NULL;
  guint cut = 0;
  g_autoptr (GPtrArray) parts = split ("<XmlMsg>" HEADER "<MessageBody/></XmlMsg>", &cut, &error);
  JsonObject *record;
  g_autoptr (JsonArray) post = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (parts->len, ==, 1);
  record = ((OrcaPart *)parts->pdata[0])->record;
  g_assert_false (orca_list_has_people (record));
  post = orca_list_make_post (record);
  g_assert_cmpuint (json_array_get_length (post), ==, 1);
  g_assert_null (get_person (post, 0));
}

static void
test_wrong (void)
{
  static const char *const documents[] = {
    "",
    "<XmlMsg><MessageBody/></XmlMsg>",
    "<XmlMsg>" HEADER "<MessageBody>" UNIT (""),
    "<XmlMsg><MessageHeader><MedicalInstitutionCode>1398765432</MedicalInstitutionCode></MessageHeader>"
    "<MessageBody/></XmlMsg>",
    "<XmlMsg><MessageHeader><SegmentOfResult>1</SegmentOfResult></MessageHeader><MessageBody/></XmlMsg>",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (documents); i++)
    {
      g_autoptr (GError) error = NULL;
      guint cut = 0;

      g_assert_null (split (documents[i], &cut, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/orca-list/question", test_question);
  g_test_add_func ("/orca-list/split", test_split);
  g_test_add_func ("/orca-list/nobody", test_nobody);
  g_test_add_func ("/orca-list/wrong", test_wrong);
  return g_test_run ();
}
