/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * field-answer: the names of the field, and of our own profile, that stand in answers.
 *
 * The envelope: header and body, whether it is a refusal, and what becomes of it; the insurances are read by
 * field-insurance. A code that is not known becomes an unrecognised answer, never a success.
 */
#include "center/field-answer.h"

#include <string.h>

#include "base/error.h"
#include "center/code-catalogue.h"
#include "center/field-consents.h"
#include "center/field-insurance.h"
#include "center/field-question.h"
#include "codec/japanese-text.h"

#define CHALLENGE_SIZE 32u
#define CHALLENGE_TEXT_SIZE 44u /* of so many bytes in base64 */
#define CHALLENGE_IDENTIFIER_MAXIMUM 64
#define INSURANCES_MAXIMUM 50 /* of one message, in the field */

#define FUTURE_TOLERANCE (G_GINT64_CONSTANT (600) * G_USEC_PER_SEC) /* that clocks may differ by */

#define SEGMENT_OK "1"
#define SEGMENT_PROCESSING "2"
#define SEGMENT_REFUSED "9"

#define STATUS_OK "1" /* ProcessingResultStatus */
#define STATUS_REFUSED "2"

/* What the body says beside the insurances. */
typedef struct
{
  QualificationOthers *others;
  const char *status, *validity, *code, *message, *prescription;
  const Message *list, *echo;
} Body;

/* What the header says. The way of the message, and what was compared with the request, concern nobody any more. */
typedef struct
{
  QualificationOthers *others;
  const char *identifier, *characters, *error_code, *error_message, *institution, *executed, *day, *by, *segment;
} Header;

#define HEADER_ROW(element, member) \
  { \
    element, G_STRUCT_OFFSET (Header, member), FIELD_TEXT \
  }

static const FieldRow header_rows[] = {
  HEADER_ROW ("ArbitraryFileIdentifier", identifier),
  HEADER_ROW ("CharacterCodeIdentifier", characters),
  HEADER_ROW ("ErrorCode", error_code),
  HEADER_ROW ("ErrorMessage", error_message),
  HEADER_ROW ("MedicalInstitutionCode", institution),
  HEADER_ROW ("ProcessExecutionTime", executed),
  HEADER_ROW ("QualificationConfirmationDate", day),
  HEADER_ROW ("ReferenceClassification", by),
  HEADER_ROW ("SegmentOfResult", segment),
};
static FieldTable header_table = { header_rows, G_N_ELEMENTS (header_rows), { 0 } };

/* The echo of the query was compared with it. */
static const FieldRow body_rows[] = {
  { "PrescriptionIssueSelect", G_STRUCT_OFFSET (Body, prescription), FIELD_TEXT },
  { "ProcessingResultCode", G_STRUCT_OFFSET (Body, code), FIELD_TEXT },
  { "ProcessingResultMessage", G_STRUCT_OFFSET (Body, message), FIELD_TEXT },
  { "ProcessingResultStatus", G_STRUCT_OFFSET (Body, status), FIELD_TEXT },
  { "QualificationConfirmSearchInfo", G_STRUCT_OFFSET (Body, echo), FIELD_NODE },
  { "QualificationValidity", G_STRUCT_OFFSET (Body, validity), FIELD_TEXT },
  { "ResultList", G_STRUCT_OFFSET (Body, list), FIELD_NODE },
};
static FieldTable body_table = { body_rows, G_N_ELEMENTS (body_rows), { 0 } };

static void
set_invalid (GError **error, const char *text)
{
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID, text);
}

/* set_refusal: what the center's @code stands for; its @text goes along, for who asked. */
static void
set_refusal (GError **error, const char *code, const char *text, GBytes *body)
{
  GError *refusal = g_error_new_literal (SHIKAKU_ERROR, (int)code_catalogue_get_error (code), "the center refused");
  const char *plain;

  shikaku_error_set_refusal (refusal, code, text, body);
  plain = shikaku_error_get_plain_code (refusal);
  g_free (refusal->message);
  refusal->message = g_strdup_printf ("the center refused with code %s", plain != NULL ? plain : "(none)");
  g_propagate_error (error, refusal);
}

/* set_processing: no refusal, but its message can be asked for as well. */
static void
set_processing (GError **error, GBytes *body)
{
  GError *busy = g_error_new_literal (SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_BUSY, "the center is still working on it");

  shikaku_error_set_refusal (busy, NULL, NULL, body);
  g_propagate_error (error, busy);
}

gboolean
field_answer_is_processing (const GError *error)
{
  return g_error_matches (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_BUSY)
         && shikaku_error_get_center_message (error) != NULL && shikaku_error_get_center_code (error) == NULL;
}

gboolean
field_answer_check (const Message *message, const Message *request, GBytes *body, GError **error)
{
  const Message *header = message_find (message, "MessageHeader");
  const char *segment = message_find_text (header, "SegmentOfResult");
  const char *mismatch = field_question_find_mismatch (request, message);

  if (g_strcmp0 (message_get_name (message), "XmlMsg") != 0 || segment == NULL)
    set_invalid (error, "the center's answer is not an XmlMsg with a result");
  else if (mismatch != NULL) /* and is of another patient */
    g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID,
                 "the center's answer belongs to another question: its %s is not what was asked", mismatch);
  else if (g_str_equal (segment, SEGMENT_REFUSED))
    set_refusal (error, message_find_text (header, "ErrorCode"), message_find_text (header, "ErrorMessage"), body);
  else if (g_str_equal (segment, SEGMENT_PROCESSING))
    set_processing (error, body);
  else if (!g_str_equal (segment, SEGMENT_OK))
    set_invalid (error, "the center's answer has an unknown segment of result");
  else if (message_find_text (header, "ArbitraryFileIdentifier")
           == NULL) /* a refusal may come from before it was read */
    set_invalid (error, "the center's answer does not say to which request");
  else if (message_find (message, "MessageBody") == NULL)
    set_invalid (error, "the center's answer has no body");
  else
    return TRUE;
  return FALSE;
}

gboolean
field_answer_check_file (const Message *message, const Message *request, GBytes *body, GError **error)
{
  const char *missing = field_question_find_silence (message);

  if (!field_answer_check (message, request, body, error))
    return FALSE;
  if (missing != NULL)
    g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID, "a file does not say whose answer it is: no %s",
                 missing);
  return missing == NULL;
}

gboolean
field_text_is_printable (const char *text, gsize maximum)
{
  gsize size = text != NULL ? strlen (text) : 0;

  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isgraph (text[i]))
      return FALSE;
  return size > 0 && size <= maximum;
}

TransportChallenge *
field_answer_read_challenge (const Message *message, GError **error)
{
  const Message *part = message_find (message_find (message, "MessageBody"), "CardChallenge");
  const char *identifier = message_find_text (part, "ChallengeIdentifier");
  const char *text = message_find_text (part, "Challenge");
  g_autofree guint8 *bytes = NULL;
  gsize size = 0;
  TransportChallenge *challenge;

  if (text != NULL && strlen (text) == CHALLENGE_TEXT_SIZE)
    bytes = g_base64_decode (text, &size);
  if (size != CHALLENGE_SIZE || !field_text_is_printable (identifier, CHALLENGE_IDENTIFIER_MAXIMUM))
    {
      set_invalid (error, "the center's answer holds no challenge of 32 bytes");
      return NULL;
    }
  challenge = g_new0 (TransportChallenge, 1);
  challenge->identifier = g_strdup (identifier);
  challenge->bytes = g_bytes_new_take (g_steal_pointer (&bytes), size);
  return challenge;
}

/* read_list: all insurances. */
static void
read_list (FieldReading *reading, const Message *list, TransportReply *reply)
{
  for (const Message *node = message_get_first_child (list); node != NULL; node = message_get_next (node))
    if (strcmp (message_get_name (node), "ResultOfQualificationConfirmation") != 0)
      field_place_add_other (reading, &reading->qualification->others, node);
    else if (reading->qualification->insurances->len < INSURANCES_MAXIMUM)
      field_insurance_read (reading, node, reply);
    else
      field_place_remark (reading, REMARK_CUT_SHORT);
}

/* spread_prescription_form: what the body says of it holds for each insurance that does not say otherwise. */
static void
spread_prescription_form (FieldReading *reading, const Message *part, const char *code)
{
  Qualification *qualification = reading->qualification;
  const char *form = code != NULL ? field_insurance_find_prescription_form (code) : NULL;

  if (code != NULL && (form == NULL || qualification->insurances->len == 0))
    field_place_set_aside (reading, &qualification->others, part, "PrescriptionIssueSelect",
                           form == NULL ? REMARK_UNKNOWN_CODE : N_REMARKS);
  for (guint i = 0; form != NULL && i < qualification->insurances->len; i++)
    {
      QualificationInsurance *insurance = g_ptr_array_index (qualification->insurances, i);

      if (insurance->prescription_code == NULL)
        insurance->prescription_form = form;
    }
}

/* read_header: what does not concern the way of the message. A time that is yet to come is nobody's. */
static void
read_header (FieldReading *reading, const Message *message, gint64 received)
{
  Qualification *qualification = reading->qualification;
  const Message *part = message_find (message, "MessageHeader");
  Header header = { NULL };

  if (part == NULL)
    return;
  field_place_fill (reading, part, &header_table, &header, field_place_add_other);
  qualification->others = header.others;
  if (header.executed != NULL && !japanese_text_parse_time (header.executed, &qualification->executed))
    field_place_set_aside (reading, &qualification->others, part, "ProcessExecutionTime", REMARK_DATE_INVALID);
  else if (qualification->executed > received + FUTURE_TOLERANCE)
    {
      field_place_set_aside (reading, &qualification->others, part, "ProcessExecutionTime", REMARK_TIME_IN_FUTURE);
      qualification->executed = 0;
    }
  if (header.error_code != NULL)
    field_place_set_aside (reading, &qualification->others, part, "ErrorCode", REMARK_SEGMENT_OK_WITH_ERROR_CODE);
  if (header.error_message != NULL)
    field_place_set_aside (reading, &qualification->others, part, "ErrorMessage", REMARK_SEGMENT_OK_WITH_ERROR_CODE);
}

/*
 * is_refused: status and code decide together: what the center calls an error and gives a code that is none, beside an
 * answer, is that answer; and a code that is an error beside a status that is none refuses nothing.
 */
static gboolean
is_refused (FieldReading *reading, const Body *body)
{
  CodeClass class;

  if (body->code == NULL)
    return g_strcmp0 (body->status, STATUS_REFUSED) == 0;
  class = code_catalogue_get_class (body->code);
  if (g_strcmp0 (body->status, STATUS_REFUSED) == 0)
    {
      if (body->validity == NULL || (class != CODE_INFORMATION && class != CODE_WARNING))
        return TRUE;
      field_place_remark (reading, REMARK_STATUS_ERROR_WITH_ANSWER);
    }
  else if (g_strcmp0 (body->status, STATUS_OK) == 0 && class == CODE_ERROR)
    field_place_remark (reading, REMARK_STATUS_OK_WITH_ERROR_CODE);
  return FALSE;
}

/* read_validity: Return: FALSE if it is no answer to a query, or a refusal. */
static gboolean
read_validity (FieldReading *reading, const TransportReply *reply, const Body *body, GError **error)
{
  const char *validity = body->validity;

  if (is_refused (reading, body))
    return set_refusal (error, body->code, body->message, reply->body), FALSE;
  if (body->status == NULL || validity == NULL)
    return set_invalid (error, "not an eligibility answer"), FALSE;
  if ((strcmp (body->status, STATUS_OK) == 0 || strcmp (body->status, STATUS_REFUSED) == 0) && strlen (validity) == 1
      && *validity >= '1' && *validity < '0' + QUALIFICATION_N_VALIDITIES)
    reading->qualification->validity = (QualificationValidity)(*validity - '0'); /* the enum has the codes' order */
  return TRUE;
}

static TransportReply *
new_reply (GBytes *body)
{
  TransportReply *reply = g_new0 (TransportReply, 1);

  reply->body = g_bytes_ref (body);
  reply->received = g_get_real_time ();
  return reply;
}

/* read_execution_time: when the center worked on it: microseconds since the epoch; 0: not sent. */
static gint64
read_execution_time (const Message *message)
{
  const char *text = message_find_text (message_find (message, "MessageHeader"), "ProcessExecutionTime");
  gint64 executed = 0;

  if (text != NULL)
    japanese_text_parse_time (text, &executed);
  return executed;
}

TransportReply *
field_answer_read_qualification (Message *message, const Message *request, GBytes *body, GError **error)
{
  g_autoptr (TransportReply) reply = new_reply (body);
  Qualification *qualification = reply->qualification = qualification_new (message);
  FieldReading reading = field_place_begin (request, qualification);
  const Message *part = message_find (message, "MessageBody");
  Body read = { NULL };

  read_header (&reading, message, reply->received);
  read.others = g_steal_pointer (&qualification->others);
  if (part != NULL)
    field_place_fill (&reading, part, &body_table, &read, field_place_add_other);
  qualification->others = read.others;
  qualification->code = read.code;
  qualification->message = read.message;
  if (read.list != NULL)
    read_list (&reading, read.list, reply);
  spread_prescription_form (&reading, part, read.prescription);
  return read_validity (&reading, reply, &read, error) ? g_steal_pointer (&reply) : NULL;
}

TransportReply *
field_answer_read_registration (const Message *message, GBytes *body)
{
  TransportReply *reply = new_reply (body);
  TransportConsentState states[CONSENT_N_KINDS] = { { FALSE } };
  const Message *part = message_find (message_find (message, "MessageBody"), "ConsentRegistrationResult");

  if (part != NULL)
    for (const Message *child = message_get_first_child (part); child != NULL; child = message_get_next (child))
      field_consents_read (child, states, NULL);
  field_consents_add_states (reply->consents, states, read_execution_time (message));
  return reply;
}

TransportReply *
field_answer_read_use (const Message *message, GBytes *body, GError **error)
{
  const Message *part = message_find (message_find (message, "MessageBody"), "CardRegistrationResult");
  const char *time = message_find_text (part, "UseRegistrationTime");
  TransportReply *reply;

  if (g_strcmp0 (message_find_text (part, "UseRegistrationFlg"), "1") != 0)
    return set_invalid (error, "the center does not say that the card was registered"), NULL;
  reply = new_reply (body);
  reply->use.granted = TRUE;
  if (time != NULL)
    japanese_text_parse_time (time, &reply->use.at);
  return reply;
}

/* read_status: the answer says whether it was done, and no more. @silent: for an answer that does not. */
static TransportReply *
read_status (const Message *message, GBytes *body, const char *silent, GError **error)
{
  const Message *part = message_find (message, "MessageBody");
  const char *status = message_find_text (part, "ProcessingResultStatus");

  if (g_strcmp0 (status, STATUS_OK) == 0)
    return new_reply (body);
  if (g_strcmp0 (status, STATUS_REFUSED) == 0)
    set_refusal (error, message_find_text (part, "ProcessingResultCode"),
                 message_find_text (part, "ProcessingResultMessage"), body);
  else
    set_invalid (error, silent);
  return NULL;
}

TransportReply *
field_answer_read_reference (const Message *message, GBytes *body, GError **error)
{
  return read_status (message, body, "the center does not say whether the number was registered", error);
}

TransportReply *
field_answer_read_withdrawal (const Message *message, GBytes *body, GError **error)
{
  return read_status (message, body, "the center does not say whether the consents were withdrawn", error);
}
