/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* field-codes: every code of the tables that an answer can have, from the wire to the struct, in each syntax. */
#include "center/field-insurance.h"

#include "codec/code-tables.h"
#include "codec/message-xml.h"
#include "field-reply.h"

typedef enum
{
  PLACE_BODY,
  PLACE_ENTRY,
  PLACE_CEILING,
  PLACE_DISEASE,
  PLACE_TICKET,
} Place;

/* Where the codes of a table stand in an answer, and what is judged by them. */
static const struct
{
  CodeTable table;
  const char *element;
  Place place;
  gboolean has_meaning; /* an unknown one is remarked */
} elements[] = {
  { CODE_TABLE_VALIDITY, "QualificationValidity", PLACE_BODY, FALSE },
  { CODE_TABLE_PRESCRIPTION_FORM, "PrescriptionIssueSelect", PLACE_BODY, TRUE },
  { CODE_TABLE_TREATMENT_FLAG, "MedicalTreatmentFlag", PLACE_BODY, FALSE },
  { CODE_TABLE_SEX, "Sex1", PLACE_ENTRY, TRUE },
  { CODE_TABLE_SEX, "Sex2", PLACE_ENTRY, TRUE },
  { CODE_TABLE_LOSS_REASON, "ReasonOfLoss", PLACE_ENTRY, TRUE },
  { CODE_TABLE_PERSONAL_FAMILY, "PersonalFamilyClassification", PLACE_ENTRY, TRUE },
  { CODE_TABLE_CARD_CLASSIFICATION, "InsuredCardClassification", PLACE_ENTRY, TRUE },
  { CODE_TABLE_CEILING_CHANGED, "LimitApplicationCertificateChanged", PLACE_ENTRY, FALSE },
  { CODE_TABLE_PRESCHOOL, "PreschoolClassification", PLACE_ENTRY, TRUE },
  { CODE_TABLE_CONSENT, "PharmacistsInfoConsFlg", PLACE_ENTRY, FALSE },
  { CODE_TABLE_CHANGED_SINCE, "QualificationChangeFlg", PLACE_ENTRY, TRUE },
  { CODE_TABLE_CONSENT_END_REASON, "PharmacistsInfoConsExpiredReason", PLACE_ENTRY, FALSE },
  { CODE_TABLE_CEILING_CERTIFICATE, "LimitApplicationCertificateClassification", PLACE_CEILING, FALSE },
  { CODE_TABLE_CEILING_CLASS, "LimitApplicationCertificateClassificationFlag", PLACE_CEILING, TRUE },
  { CODE_TABLE_SPECIFIC_DISEASE, "SpecificDiseasesDiseaseCategory", PLACE_DISEASE, TRUE },
  { CODE_TABLE_TICKET_TYPE, "TicketType", PLACE_TICKET, FALSE },
  { CODE_TABLE_TREATMENT_TYPE, "MedicalTreatmentType", PLACE_TICKET, FALSE },
  { CODE_TABLE_SINGLE_OR_COMBINED, "SingleOrCombinedUse", PLACE_TICKET, FALSE },
  { CODE_TABLE_SOCIAL_INSURANCE, "StatusOfSocialInsurance", PLACE_TICKET, FALSE },
  { CODE_TABLE_CONSISTENCY, "ConsistencyFlag", PLACE_TICKET, FALSE },
  { CODE_TABLE_INFECTION, "StatusOfInfecton", PLACE_TICKET, FALSE },
  { CODE_TABLE_ELDERLY_CARE, "StatusOfElderlyMedicalCare", PLACE_TICKET, FALSE },
  { CODE_TABLE_PREFECTURAL_EXPENSES, "StatusOfPrefecturalExpenses", PLACE_TICKET, FALSE },
  { CODE_TABLE_DESIGNATED_INSTITUTION, "DesignatedMedicalInstitutionFlag", PLACE_TICKET, FALSE },
};

#define CODE(name, code, japanese, english) { CODE_TABLE_##name, code },
static const struct
{
  CodeTable table;
  const char *code;
} codes[] = {
#include "data/code-tables.h"
};

static void
add_once (Message *node, const char *name, const char *text)
{
  if (message_find (node, name) == NULL)
    message_add (node, name, text);
}

/* make_message: an answer with @code in the element @name at @place. */
static Message *
make_message (Place place, const char *name, const char *code)
{
  Message *message = message_new ("XmlMsg");
  Message *header = message_add (message, "MessageHeader", NULL), *body = message_add (message, "MessageBody", NULL);
  Message *entry, *part;

  message_add (header, "SegmentOfResult", "1");
  message_add (header, "ArbitraryFileIdentifier", "an-identifier");
  if (place == PLACE_BODY)
    message_add (body, name, code);
  add_once (body, "ProcessingResultStatus", "1");
  add_once (body, "QualificationValidity", "1");
  entry = message_add (message_add (body, "ResultList", NULL), "ResultOfQualificationConfirmation", NULL);
  message_add (entry, "Name", "山田　花子");
  if (place == PLACE_ENTRY)
    message_add (entry, name, code);
  add_once (entry, "InsuredCardClassification", "01");
  part = message_add (entry, "LimitApplicationCertificateRelatedInfo", NULL);
  message_add (part, place == PLACE_CEILING ? name : "LimitApplicationCertificateDate",
               place == PLACE_CEILING ? code : "20240401");
  part = message_add (message_add (entry, "SpecificDiseasesCertificateList", NULL), "SpecificDiseasesCertificateInfo",
                      NULL);
  message_add (part, place == PLACE_DISEASE ? name : "SpecificDiseasesSelfPay",
               place == PLACE_DISEASE ? code : "010000");
  part = message_add (message_add (entry, "PublicExpenseResultList", NULL), "MedicalTicketInfo", NULL);
  message_add (part, "IssueNumber", "1");
  if (place == PLACE_TICKET)
    message_add (part, name, code);
  return message;
}

/* read_in: @message (transfer full), written and read again in one of the syntaxes; NULL: there are no more. */
static TransportReply *
read_in (guint syntax, Message *message)
{
  static const MessageEncoding encodings[]
      = { MESSAGE_ENCODING_UNKNOWN, MESSAGE_ENCODING_UTF8, MESSAGE_ENCODING_CP932 };
  g_autoptr (Message) written = message;
  g_autoptr (Message) request
      = field_request_new_search (&(FieldHeader){ "1312345678", "an-identifier", "20250301" },
                                  &(TransportNumberQuery){ .number = "12", .agreed = CONSENT_KINDS_INSIDE_QUERY });
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  TransportReply *reply;
  Message *read;

  if (syntax == G_N_ELEMENTS (encodings))
    return NULL;
  bytes = syntax == 0 ? message_json_write (written)
                      : message_xml_write (written, encodings[syntax], MESSAGE_UNMAPPED_REFUSE, &error);
  g_assert_no_error (error);
  read = syntax == 0 ? message_json_parse (bytes, &error) : message_xml_parse (bytes, encodings[syntax], NULL, &error);
  g_assert_no_error (error);
  g_assert_true (field_answer_check (read, request, bytes, &error));
  reply = field_answer_read_qualification (read, request, bytes, &error);
  g_assert_no_error (error);
  return reply;
}

/* is_told: whether the struct says what @code means, or has it as it was sent. */
static gboolean
is_told (const TransportReply *reply, guint element, const char *code)
{
  const QualificationInsurance *insurance = get_insurance (reply, 0);
  const char *name = elements[element].element;

  switch ((guint)elements[element].table)
    {
    case CODE_TABLE_VALIDITY:
      return reply->qualification->validity == (QualificationValidity)(*code - '0');
    case CODE_TABLE_PRESCRIPTION_FORM:
      return g_str_equal (insurance->prescription_form, *code == '1' ? "electronic" : "paper");
    case CODE_TABLE_SEX:
      return g_str_equal (insurance->sex, *code == '1' ? "male" : *code == '2' ? "female" : "unknown");
    case CODE_TABLE_PERSONAL_FAMILY:
      return g_str_equal (insurance->relationship, *code == '1' ? "self" : "family");
    case CODE_TABLE_PRESCHOOL:
      return insurance->is_preschool;
    case CODE_TABLE_CHANGED_SINCE:
      return reply->qualification->changed_sent && reply->qualification->changed == (*code == '1');
    case CODE_TABLE_LOSS_REASON:
      return g_str_equal (insurance->loss_reason, code);
    case CODE_TABLE_CARD_CLASSIFICATION:
      return g_str_equal (insurance->classification, code);
    case CODE_TABLE_CEILING_CERTIFICATE:
      return g_str_equal (insurance->ceiling->classification, code);
    case CODE_TABLE_CEILING_CLASS:
      return g_str_equal (insurance->ceiling->class_code, code) && insurance->ceiling->class_name != NULL;
    case CODE_TABLE_SPECIFIC_DISEASE:
      return g_str_equal (g_array_index (insurance->diseases, QualificationDisease, 0).category, code);
    default:
      return elements[element].place == PLACE_TICKET
                 ? g_str_equal (message_find_text (insurance->tickets->pdata[0], name), code)
                 : has_other (elements[element].place == PLACE_BODY ? reply->qualification->others : insurance->others,
                              name, code);
    }
}

static void
test_every_code (void)
{
  guint n = 0;

  for (guint element = 0; element < G_N_ELEMENTS (elements); element++)
    for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
      for (guint syntax = 0; codes[i].table == elements[element].table; syntax++)
        {
          g_autoptr (TransportReply) reply
              = read_in (syntax, make_message (elements[element].place, elements[element].element, codes[i].code));

          if (reply == NULL)
            break;
          g_test_message ("%s %s", elements[element].element, codes[i].code);
          g_assert_true (is_told (reply, element, codes[i].code));
          g_assert_cmpuint (reply->qualification->remarks, ==, 0);
          g_assert_cmpstr (get_insurance (reply, 0)->name, ==, "山田　花子");
          n++;
        }
  g_assert_cmpuint (n, >, 3 * 80);
}

/* A code that no table has never becomes one that it has. */
static void
test_unknown_codes (void)
{
  for (guint element = 0; element < G_N_ELEMENTS (elements); element++)
    for (guint syntax = 0;; syntax++)
      {
        g_autoptr (TransportReply) reply
            = read_in (syntax, make_message (elements[element].place, elements[element].element, "Z9"));

        if (reply == NULL)
          break;
        g_test_message ("%s", elements[element].element);
        g_assert_cmpint (REMARKS_HAS (reply->qualification->remarks, REMARK_UNKNOWN_CODE), ==,
                         elements[element].has_meaning);
        g_assert_cmpint (reply->qualification->validity, ==,
                         elements[element].table == CODE_TABLE_VALIDITY ? QUALIFICATION_UNRECOGNISED
                                                                        : QUALIFICATION_VALID);
        g_assert_false (get_insurance (reply, 0)->is_preschool);
        g_assert_null (get_insurance (reply, 0)->relationship);
        g_assert_null (get_insurance (reply, 0)->sex);
        g_assert_null (get_insurance (reply, 0)->prescription_form);
        g_assert_false (reply->qualification->changed_sent);
        g_assert_false (reply->consents[CONSENT_DRUG].granted);
      }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/field-codes/every-code", test_every_code);
  g_test_add_func ("/field-codes/unknown-codes", test_unknown_codes);
  return g_test_run ();
}
