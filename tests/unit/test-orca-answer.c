/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-answer: under whose identifier a message goes to ORCA, what is refused, what ORCA would cut. */
#include <string.h>

#include "client/orca/orca-answer.h"

#define IDENTIFIER "0000000043,aaaaaaaa-6b1f-4c55-9d4b-1f6f1f2f3f4f"

static Message *
read_text (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (GError) error = NULL;
  Message *message = orca_answer_read (bytes, &error);

  g_assert_no_error (error);
  return message;
}

static JsonObject *
make_part (void)
{
  JsonObject *part = json_object_new ();

  json_object_set_string_member (part, "Identifier", IDENTIFIER);
  json_object_set_string_member (part, "Institution", "1312345678");
  return part;
}

/* The same from both syntaxes: a list of one is an array, and the search information a record. */
static void
test_result (void)
{
  static const char *const texts[] = {
    "<XmlMsg><MessageHeader><MedicalInstitutionCode>1312345678</MedicalInstitutionCode><ReferenceClassification>2"
    "</ReferenceClassification><ArbitraryFileIdentifier>other</ArbitraryFileIdentifier></MessageHeader><MessageBody>"
    "<QualificationConfirmSearchInfo><Birthdate>19850412</Birthdate></QualificationConfirmSearchInfo><ResultList>"
    "<ResultOfQualificationConfirmation><Name>山田　花子</Name></ResultOfQualificationConfirmation></ResultList>"
    "</MessageBody></XmlMsg>",
    " {\"XmlMsg\":{\"MessageHeader\":{\"MedicalInstitutionCode\":\"1312345678\",\"ReferenceClassification\":\"2\","
    "\"ArbitraryFileIdentifier\":\"other\"},\"MessageBody\":{\"QualificationConfirmSearchInfo\":{\"Birthdate\":"
    "\"19850412\"},\"ResultList\":[{\"ResultOfQualificationConfirmation\":{\"Name\":\"山田　花子\"}}]}}}",
  };
  g_autoptr (JsonObject) part = make_part ();

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (Message) message = read_text (texts[i]);
      g_autoptr (JsonObject) record = orca_answer_make_result (message, part, NULL);
      JsonObject *body = orca_json_get_record (record, "MessageBody");
      g_autoptr (GPtrArray) results
          = orca_json_get_records (orca_json_get_record (body, "ResultList"), "ResultOfQualificationConfirmation");

      g_assert_cmpstr (orca_json_get_text (orca_json_get_record (record, "MessageHeader"), "ArbitraryFileIdentifier"),
                       ==, IDENTIFIER);
      g_assert_cmpstr (orca_json_get_text (orca_json_get_record (body, "QualificationConfirmSearchInfo"), "Birthdate"),
                       ==, "19850412");
      g_assert_nonnull (json_object_get_array_member (orca_json_get_record (body, "ResultList"),
                                                      "ResultOfQualificationConfirmation"));
      g_assert_cmpuint (results->len, ==, 1);
      g_assert_cmpstr (orca_json_get_text (results->pdata[0], "Name"), ==, "山田　花子");
    }
}

/* A refusal has no classification; ORCA takes it with one. What is of others, or of a card, is none. */
static void
test_refused (void)
{
  static const char *const bad[] = {
    "<XmlMsg><MessageHeader><MedicalInstitutionCode>1399999999</MedicalInstitutionCode></MessageHeader></XmlMsg>",
    "<XmlMsg><MessageHeader><ReferenceClassification>1</ReferenceClassification></MessageHeader></XmlMsg>",
    "<Other><MessageHeader/></Other>",
    "<XmlMsg><MessageBody/></XmlMsg>",
  };
  g_autoptr (JsonObject) part = make_part ();
  g_autoptr (Message) refusal = read_text ("<XmlMsg><MessageHeader><SegmentOfResult>9</SegmentOfResult><ErrorCode>"
                                           "SHK090001</ErrorCode></MessageHeader></XmlMsg>");
  g_autoptr (JsonObject) record = orca_answer_make_result (refusal, part, NULL);

  g_assert_cmpstr (orca_json_get_text (orca_json_get_record (record, "MessageHeader"), "ReferenceClassification"), ==,
                   "2");
  g_assert_nonnull (orca_json_get_record (record, "MessageBody"));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (Message) message = read_text (bad[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (orca_answer_make_result (message, part, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }
}

static void
test_face (void)
{
  g_autoptr (Message) card = read_text (
      "<XmlMsg><MessageHeader><ReferenceClassification>1</ReferenceClassification><ArbitraryFileIdentifier>own"
      "</ArbitraryFileIdentifier><Fujyo_Uuid>another's "
      "row</Fujyo_Uuid></MessageHeader><MessageBody><ResultList><ResultOfQualificationConfirmation>"
      "<Birthdate>19850412</Birthdate></ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>");
  g_autoptr (Message) number = read_text (
      "<XmlMsg><MessageHeader><ReferenceClassification>2</ReferenceClassification></MessageHeader></XmlMsg>");
  g_autofree char *birthdate = NULL, *none = NULL;
  g_autoptr (JsonObject) record = orca_answer_make_face (card, &birthdate, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (birthdate, ==, "19850412");
  g_assert_cmpstr (orca_json_get_text (orca_json_get_record (record, "MessageHeader"), "ArbitraryFileIdentifier"), ==,
                   "own");
  g_assert_false (json_object_has_member (orca_json_get_record (record, "MessageHeader"), "Fujyo_Uuid"));
  g_assert_null (orca_answer_make_face (number, &none, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

static void
test_unit (void)
{
  g_autoptr (JsonObject) unit = json_object_new ();
  g_autoptr (Message) good = read_text (
      "<XmlMsg><MessageHeader/><MessageBody><QualificationValidity>1</QualificationValidity><ResultList>"
      "<ResultOfQualificationConfirmation><ReferenceNumber>43</ReferenceNumber></ResultOfQualificationConfirmation>"
      "</ResultList></MessageBody></XmlMsg>");
  g_autoptr (Message) refusal
      = read_text ("<XmlMsg><MessageHeader><ErrorCode>SHK090001</ErrorCode></MessageHeader></XmlMsg>");
  g_autoptr (JsonObject) made = NULL, refused = NULL;

  json_object_set_string_member (unit, "Symbol", "s");
  json_object_set_string_member (unit, "ArbitraryIdentifier", IDENTIFIER);
  made = orca_answer_make_unit (good, unit, NULL);
  g_assert_cmpstr (orca_json_get_text (made, "QualificationValidity"), ==, "1");
  g_assert_cmpstr (orca_json_get_text (made, "ReferenceNumber"), ==, "43");
  g_assert_cmpstr (
      orca_json_get_text (orca_json_get_record (made, "QualificationConfirmSearchInfo"), "ArbitraryIdentifier"), ==,
      IDENTIFIER);
  g_assert_cmpstr (
      orca_json_get_text (orca_json_get_record (made, "QualificationConfirmSearchInfo"), "InsuredCardSymbol"), ==, "s");
  refused = orca_answer_make_unit (refusal, unit, NULL);
  g_assert_cmpstr (orca_json_get_text (refused, "ProcessingResultStatus"), ==, "2");
  g_assert_cmpstr (orca_json_get_text (refused, "ProcessingResultCode"), ==, "SHK090001");
}

/* @n of <element>content</element>. */
static void
append_times (GString *text, guint n, const char *element, const char *content)
{
  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "<%s>%s</%s>", element, content, element);
}

static guint
count_blocks (GPtrArray *posts, guint post)
{
  g_autoptr (GPtrArray) blocks
      = orca_json_get_records (orca_json_get_record (posts->pdata[post], "MessageBody"), "MeTrMonthInf");

  return blocks->len;
}

/* A post a month; the seventh institution, e-prescriptions and the hundred-and-first medicine are counted. */
static void
test_drugs (void)
{
  g_autoptr (GString) drugs = g_string_new ("<MeTrMonth>202609</MeTrMonth><DiDateInfs><DiDateInf><DrugInfs>");
  g_autoptr (GString) text = g_string_new ("<XmlMsg><MessageHeader><RequestInfo><ReqStartDate>202609</ReqStartDate>"
                                           "</RequestInfo></MessageHeader><MessageBody>");
  g_autoptr (Message) message = NULL;
  g_autoptr (GPtrArray) posts = NULL;
  OrcaCut cut = { 0 };
  JsonObject *asked;

  append_times (drugs, ORCA_DRUGS_MAXIMUM + 1, "DrugInf", "<DrugN>x</DrugN>");
  g_string_append (drugs, "</DrugInfs></DiDateInf></DiDateInfs>");
  append_times (text, ORCA_INSTITUTIONS_MAXIMUM + 2, "MeTrMonthInf", "<MeTrMonth>202610</MeTrMonth>");
  append_times (text, 1, "MeTrMonthInf", drugs->str);
  g_string_append (text, "<ShPrInf>");
  append_times (text, 2, "ShPrMonthInf", "<ShPrMonth>202611</ShPrMonth>");
  g_string_append (text, "</ShPrInf><CzDiInf><CzDiMonthInf><CzDiMonth>202611</CzDiMonth></CzDiMonthInf></CzDiInf>"
                         "</MessageBody></XmlMsg>");
  message = read_text (text->str);
  posts = orca_answer_make_drugs (message, IDENTIFIER, &cut, NULL);
  g_assert_cmpuint (posts->len, ==, 2);
  g_assert_cmpuint (count_blocks (posts, 0), ==, ORCA_INSTITUTIONS_MAXIMUM);
  g_assert_cmpuint (count_blocks (posts, 1), ==, 1);
  g_assert_cmpuint (cut.institutions, ==, 2);
  g_assert_cmpuint (cut.prescriptions, ==, 3);
  g_assert_cmpuint (cut.entries, ==, 1);
  asked = orca_json_get_record (orca_json_get_record (posts->pdata[1], "MessageHeader"), "RequestInfo");
  g_assert_cmpstr (orca_json_get_text (asked, "ReqArbitraryFileIdentifier"), ==, IDENTIFIER);
  g_assert_cmpstr (orca_json_get_text (asked, "ReqStartDate"), ==, "202609");
}

/* That there is nothing ORCA learns too; check-ups come in as many posts as they need. */
static void
test_checkups (void)
{
  g_autoptr (GString) text = g_string_new ("<XmlMsg><MessageHeader/><MessageBody>");
  g_autoptr (GString) items
      = g_string_new ("<EffectiveTime>20260401</EffectiveTime><HealthCheckupResultAndQuestionInfos>");
  g_autoptr (Message) message = NULL, none = read_text ("<XmlMsg><MessageHeader/><MessageBody/></XmlMsg>");
  g_autoptr (GPtrArray) posts = NULL, no_drugs = NULL, no_checkups = NULL;
  OrcaCut cut = { 0 }, nothing = { 0 };

  append_times (items, ORCA_ITEMS_MAXIMUM + 3, "HealthCheckupResultAndQuestionInfo", "<ItemCode>1</ItemCode>");
  g_string_append (items, "</HealthCheckupResultAndQuestionInfos>");
  append_times (text, ORCA_CHECKUPS_MAXIMUM, "SpecificHealthCheckupInfo", "<EffectiveTime>20250401</EffectiveTime>");
  append_times (text, 1, "SpecificHealthCheckupInfo", items->str);
  g_string_append (text, "</MessageBody></XmlMsg>");
  message = read_text (text->str);
  posts = orca_answer_make_checkups (message, IDENTIFIER, &cut, NULL);
  g_assert_cmpuint (posts->len, ==, 2);
  g_assert_cmpuint (cut.entries, ==, 3);
  no_drugs = orca_answer_make_drugs (none, IDENTIFIER, &nothing, NULL);
  no_checkups = orca_answer_make_checkups (none, IDENTIFIER, &nothing, NULL);
  g_assert_cmpuint (no_drugs->len, ==, 1);
  g_assert_cmpuint (no_checkups->len, ==, 1);
  g_assert_cmpuint (nothing.entries + nothing.institutions + nothing.prescriptions, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/orca-answer/result", test_result);
  g_test_add_func ("/orca-answer/refused", test_refused);
  g_test_add_func ("/orca-answer/face", test_face);
  g_test_add_func ("/orca-answer/unit", test_unit);
  g_test_add_func ("/orca-answer/drugs", test_drugs);
  g_test_add_func ("/orca-answer/checkups", test_checkups);
  return g_test_run ();
}
