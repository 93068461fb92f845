/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orca-event, orca-part: which events are ours, what an answer asks for, lists and their pieces. */
#include <string.h>

#include "client/orca/orca-event.h"
#include "client/orca/orca-part.h"

#define UUID "0f5a1f0e-6b1f-4c55-9d4b-1f6f1f2f3f4f"
#define ROW "aaaaaaaa-6b1f-4c55-9d4b-1f6f1f2f3f4f"

static JsonObject *
parse (const char *text)
{
  JsonObject *object = orca_json_parse (text, strlen (text));

  g_assert_nonnull (object);
  return object;
}

static void
test_events (void)
{
  static const struct
  {
    const char *event, *class, *process;
    OrcaEventKind kind;
  } cases[] = {
    { "patient_qualification", "Yes", "", ORCA_EVENT_SINGLE },
    { "patient_qualification", "Rreq", "", ORCA_EVENT_REFERENCES },
    { "Bulk_Qualification", "Rreq", "", ORCA_EVENT_RESERVATIONS },
    { "bulk_qualification", "Rreq", "V001", ORCA_EVENT_CONSENTED },
    { "Bulk_Qualification", "Rreq", "O001", ORCA_EVENT_CONSENTED },
    { "patient_qualification", "No", "", ORCA_EVENT_FOREIGN },
    { "patient_accept", "Yes", "", ORCA_EVENT_FOREIGN },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf (
          "{\"uuid\":\"" UUID "\",\"id\":7,\"event\":\"%s\",\"time\":\"2026-11-30T09:05:11+0900\",\"body\":"
          "{\"Hospnum\":\"01\",\"Patient_ID\":\"00043\",\"Qualification_Class\":\"%s\",\"Process_Class\":\"%s\","
          "\"Qualification_Uuid\":\"" ROW "\"}}",
          cases[i].event, cases[i].class, cases[i].process);
      g_autoptr (JsonObject) data = parse (text);
      g_autoptr (OrcaEvent) event = orca_event_parse (data);

      g_assert_cmpint (event->kind, ==, cases[i].kind);
      g_assert_cmpstr (event->uuid, ==, UUID);
      g_assert_cmpstr (event->time, ==, "2026-11-30T09:05:11+0900");
      g_assert_cmpstr (event->row, ==, ROW);
      g_assert_cmpstr (event->patient, ==, "00043");
      g_assert_cmpstr (event->date, ==, "");
    }
}

/* What is none, and a list with it in between. */
static void
test_no_events (void)
{
  static const char *const none[] = { "{}", "{\"uuid\":\"1\"}", "{\"uuid\":7}", "{\"uuid\":\"" UUID "0\"}" };
  static const char list[] = "[{\"data\":{\"uuid\":\"" UUID "\",\"event\":\"patient_qualification\",\"body\":"
                             "{\"push_onlinequa\":{\"Qualification_Class\":\"Yes\"}}}},7,{\"data\":{}},{\"uuid\":\"" ROW
                             "\",\"time\":\"yesterday\"}]";
  g_autoptr (JsonNode) node = json_from_string (list, NULL);
  g_autoptr (GPtrArray) events = orca_event_list (json_node_get_array (node));

  for (gsize i = 0; i < G_N_ELEMENTS (none); i++)
    {
      g_autoptr (JsonObject) data = parse (none[i]);

      g_assert_null (orca_event_parse (data));
    }
  g_assert_cmpuint (events->len, ==, 2);
  g_assert_cmpint (((OrcaEvent *)events->pdata[0])->kind, ==, ORCA_EVENT_SINGLE);
  g_assert_cmpint (((OrcaEvent *)events->pdata[1])->kind, ==, ORCA_EVENT_FOREIGN);
  g_assert_cmpstr (((OrcaEvent *)events->pdata[1])->time, ==, "");
}

/* Whatever a server writes there comes to the journal, and to a screen. */
static void
test_codes (void)
{
  static const struct
  {
    const char *text, *code;
  } cases[] = {
    { "{\"Api_Result\":\"E90\"}", "E90" },
    { "{}", "" },
    { "{\"Api_Result\":\"NO_SUCH_SUBSCRIPTION\"}", "NO_SUCH_SUBSCRIPTION" },
    { "{\"Api_Result\":\"架空 太郎\"}", "?" },
    { "{\"Api_Result\":\"\\u001b[2J\"}", "?" },
    { "{\"Api_Result\":\"0123456789012345678901234567890123456789\"}", "?" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonObject) record = parse (cases[i].text);

      g_assert_cmpstr (orca_json_get_code (record, "Api_Result"), ==, cases[i].code);
    }
}

/* Brackets without measure, which a text may have. */
static void
test_depth (void)
{
  g_autofree char *brackets = g_strnfill (100000, '[');
  g_autofree char *text = g_strconcat ("{\"a\":\"\\\"", brackets, "\",\"b\":[{}]}", NULL);
  g_autoptr (JsonObject) object = parse (text);

  g_assert_null (orca_json_parse_node (brackets, strlen (brackets)));
  g_assert_true (json_object_has_member (object, "b"));
}

static void
test_check (void)
{
  g_autoptr (JsonObject) answer = parse (
      "{\"Patient_ID\":\"00043\",\"MessageHeader_Qua\":{\"QualificationConfirmationDate\":\"20261130\","
      "\"MedicalInstitutionCode\":\"1312345678\",\"ArbitraryFileIdentifier\":\"0000000043," ROW "\",\"MessageBody\":"
      "{\"QualificationConfirmSearchInfo\":{\"InsurerNumber\":\"  990019\",\"InsuredCardSymbol\":\"架空０１\","
      "\"InsuredIdentificationNumber\":\"１２３４５６７\",\"InsuredBranchNumber\":\"01\",\"Birthdate\":\"19850412\"}}}"
      "}");
  g_autoptr (JsonObject) empty = parse ("{\"MessageHeader_Qua\":{\"MedicalInstitutionCode\":\"1312345678\"}}");
  g_autoptr (GPtrArray) parts = orca_part_list (answer), none = orca_part_list (empty);
  const OrcaPart *part = parts->pdata[0];

  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (parts->len, ==, 1);
  g_assert_cmpint (part->kind, ==, ORCA_PART_CHECK);
  g_assert_cmpstr (orca_json_get_text (part->record, "Identifier"), ==, "0000000043," ROW);
  g_assert_cmpstr (orca_json_get_text (part->record, "InsurerNumber"), ==, "  990019");
  g_assert_cmpstr (orca_json_get_text (part->record, "Symbol"), ==, "架空０１");
  g_assert_cmpstr (orca_json_get_text (part->record, "Birthdate"), ==, "19850412");
  g_assert_cmpstr (orca_json_get_text (part->record, "Date"), ==, "20261130");
  g_assert_false (json_object_has_member (part->record, "Treatment"));
}

static void
test_further (void)
{
  g_autoptr (JsonObject) answer = parse (
      "{\"MessageHeader_Ref\":{\"ArbitraryFileIdentifier\":\"i\",\"MessageBody\":{\"ReferenceNumberRegistrationInfo\":"
      "{\"ReferenceNumber\":\"00043\",\"InsurerNumber\":\"990019\"}}},\"MessageHeader_Drg\":[{\"InsurerNumber\":"
      "\"990019\","
      "\"InsuranceCardSymbol\":\"s\",\"InsuredPersonIdentificationNumber\":\"n\",\"BranchNumber\":\"01\","
      "\"MessageBody\":"
      "{\"StartDate\":\"202610\",\"EndDate\":\"202610\",\"FileCategory\":\"2\"}},{},{\"InsurerNumber\":\"990019\"}],"
      "\"MessageHeader_Spec\":{\"InsurerNumber\":\"990019\",\"MessageBody\":{\"FileCategory\":\"2\"}},"
      "\"MessageHeader_Cancel\":{\"MessageBody\":{\"ConsentCancelInfo\":{\"InsurerNumber\":\"990019\","
      "\"MedicalTreatmentFlag\":\"2\"}}}}");
  static const OrcaPartKind kinds[]
      = { ORCA_PART_REFERENCE, ORCA_PART_DRUG, ORCA_PART_DRUG, ORCA_PART_CHECKUP, ORCA_PART_WITHDRAWAL };
  g_autoptr (GPtrArray) parts = orca_part_list (answer);
  JsonObject *drug;

  g_assert_cmpuint (parts->len, ==, G_N_ELEMENTS (kinds));
  for (guint i = 0; i < parts->len; i++)
    g_assert_cmpint (((OrcaPart *)parts->pdata[i])->kind, ==, kinds[i]);
  drug = ((OrcaPart *)parts->pdata[1])->record;
  g_assert_cmpstr (orca_json_get_text (drug, "Number"), ==, "n");
  g_assert_cmpstr (orca_json_get_text (drug, "From"), ==, "202610");
  g_assert_cmpstr (orca_json_get_text (drug, "FileCategory"), ==, "2");
  g_assert_cmpstr (orca_json_get_text (((OrcaPart *)parts->pdata[0])->record, "ReferenceNumber"), ==, "00043");
}

static void
test_lists (void)
{
  g_autoptr (JsonObject) references
      = parse ("{\"MessageHeader\":{\"MedicalInstitutionCode\":\"1\"},\"MessageBody\":"
               "{\"ReferenceNumberRegistrationInfo\":[{\"ReferenceNumber\":\"1\"},{\"ReferenceNumber\":\"2\"}]}}");
  g_autoptr (JsonObject) appointments = parse (
      "{\"MessageHeader\":{\"QualificationConfirmationDate\":\"2026-12-01\"},\"MessageBody\":"
      "{\"QualificationConfirmSearchInfo\":[{\"Birthdate\":\"1985-04-12\",\"ArbitraryIdentifier\":\"a\"},{},{}]}}");
  g_autoptr (JsonObject) nobody = parse ("{\"MessageHeader\":{},\"MessageBody\":{}}");
  g_autoptr (GPtrArray) numbers = orca_part_list_references (references), pieces = NULL;
  g_autoptr (OrcaPart) piece = orca_part_make_piece (appointments);
  g_autoptr (GPtrArray) units = NULL;
  JsonObject *unit;

  g_assert_cmpuint (numbers->len, ==, 2);
  g_assert_cmpint (((OrcaPart *)numbers->pdata[1])->kind, ==, ORCA_PART_NUMBERS);
  g_assert_null (orca_part_make_piece (nobody));
  pieces = orca_part_split_piece (piece->record, "r", 2);
  g_assert_cmpuint (pieces->len, ==, 2);
  g_assert_cmpstr (orca_json_get_text (((OrcaPart *)pieces->pdata[1])->record, "ReceptionNumber"), ==, "r");
  units = orca_json_get_records (((OrcaPart *)pieces->pdata[0])->record, "Units");
  g_assert_cmpuint (units->len, ==, 2);
  unit = units->pdata[0];
  g_assert_cmpstr (orca_json_get_text (unit, "Birthdate"), ==, "19850412");
  g_assert_cmpstr (orca_json_get_text (unit, "Date"), ==, "20261201");
  g_assert_cmpstr (orca_json_get_text (unit, "ArbitraryIdentifier"), ==, "a");
}

static void
test_words (void)
{
  static const struct
  {
    const char *answer;
    gboolean is_good;
  } cases[] = { { "{}", TRUE },
                { "{\"Api_Result\":\"\"}", TRUE },
                { "{\"Api_Result\":\"000\"}", TRUE },
                { "{\"Api_Result\":\"E90\"}", FALSE },
                { "{\"Api_Result\":\"001\"}", FALSE } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonObject) answer = parse (cases[i].answer);

      g_assert_cmpint (orca_part_has_succeeded (answer), ==, cases[i].is_good);
    }
  for (int kind = 0; kind < ORCA_N_PARTS; kind++)
    g_assert_cmpint (orca_part_find (orca_part_get_word ((OrcaPartKind)kind)), ==, kind);
  g_assert_cmpint (orca_part_find ("nothing"), ==, ORCA_N_PARTS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/orca-part/codes", test_codes);
  g_test_add_func ("/orca-part/depth", test_depth);
  g_test_add_func ("/orca-part/events", test_events);
  g_test_add_func ("/orca-part/no-events", test_no_events);
  g_test_add_func ("/orca-part/check", test_check);
  g_test_add_func ("/orca-part/further", test_further);
  g_test_add_func ("/orca-part/lists", test_lists);
  g_test_add_func ("/orca-part/words", test_words);
  return g_test_run ();
}
