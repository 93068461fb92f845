/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* field-arrival: see the header. The question that such an answer would be to is made up, and the answer read by it. */
#include "center/field-arrival.h"

#include "base/error.h"
#include "center/field-answer.h"
#include "center/field-consents.h"
#include "codec/message-xml.h"

#define QUESTION_PART "ArrivalQuestion" /* the field has none: neither by card nor by number */

/* make_question: @message answers it. (transfer full). */
static Message *
make_question (const Message *message, const char *institution_code)
{
  const char *day = message_find_text (message_find (message, "MessageHeader"), "QualificationConfirmationDate");
  Message *question = message_new ("XmlMsg");
  Message *header = message_add (question, "MessageHeader", NULL);
  Message *part;

  if (institution_code != NULL)
    message_add (header, "MedicalInstitutionCode", institution_code);
  if (day != NULL)
    message_add (header, "QualificationConfirmationDate", day);
  part = message_add (message_add (question, "MessageBody", NULL), QUESTION_PART, NULL);
  for (guint kind = 0; kind < CONSENT_N_KINDS; kind++)
    if (consent_kind_is_inside_query (kind))
      field_consents_add (part, kind, TRUE, NULL);
  return question;
}

TransportReply *
field_arrival_read (GBytes *body, const char *institution_code, GError **error)
{
  g_autoptr (Message) message = message_xml_parse (body, MESSAGE_ENCODING_UNKNOWN, NULL, error);
  g_autoptr (Message) question = message != NULL ? make_question (message, institution_code) : NULL;
  g_autoptr (TransportReply) reply = NULL;

  if (message == NULL || !field_answer_check_file (message, question, body, error))
    return NULL;
  reply = field_answer_read_qualification (g_steal_pointer (&message), question, body, error);
  if (reply == NULL || reply->qualification->insurances->len > 0)
    return g_steal_pointer (&reply);
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID, "it names nobody");
  return NULL;
}
