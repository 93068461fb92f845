/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* field-reply: a MessageBody, or the elements of one insurance, as text; what field-answer reads from it. */
#pragma once

#include <string.h>

#include "center/field-answer.h"
#include "center/field-request.h"
#include "codec/message-json.h"

/* read_body: the reply whose MessageBody is @body. */
G_GNUC_UNUSED static TransportReply *
read_body (const char *body, GError **error)
{
  g_autofree char *text
      = g_strdup_printf ("{\"XmlMsg\":{\"MessageHeader\":{\"SegmentOfResult\":\"1\"},\"MessageBody\":{%s}}}", body);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  Message *message = message_json_parse (bytes, NULL);
  g_autoptr (Message) request
      = field_request_new_search (&(FieldHeader){ "1312345678", "an-identifier", "20250301" },
                                  &(TransportNumberQuery){ .number = "12", .agreed = CONSENT_KINDS_INSIDE_QUERY });

  g_assert_nonnull (message);
  return field_answer_read_qualification (message, request, bytes, error);
}

/* read_valid: an answer with one insurance of @elements. */
G_GNUC_UNUSED static TransportReply *
read_valid (const char *elements)
{
  g_autofree char *body = g_strdup_printf ("\"ResultList\":[{\"ResultOfQualificationConfirmation\":{%s}}],"
                                           "\"ProcessingResultStatus\":\"1\",\"QualificationValidity\":\"1\"",
                                           elements);
  g_autoptr (GError) error = NULL;
  TransportReply *reply = read_body (body, &error);

  g_assert_no_error (error);
  g_assert_cmpint (reply->qualification->validity, ==, QUALIFICATION_VALID);
  g_assert_cmpint (reply->received, >, 0);
  g_assert_nonnull (reply->body);
  return reply;
}

/* Answers to queries. */

G_GNUC_UNUSED static const QualificationInsurance *
get_insurance (const TransportReply *reply, guint index)
{
  g_assert_cmpuint (index, <, reply->qualification->insurances->len);
  return reply->qualification->insurances->pdata[index];
}

/* has_other: whether the element @name is among @others, with @text. */
G_GNUC_UNUSED static gboolean
has_other (const QualificationOthers *others, const char *name, const char *text)
{
  for (guint i = 0; others != NULL && i < others->len; i++)
    if (g_str_equal (message_get_name (others->pdata[i]), name)
        && g_str_equal (message_get_text (others->pdata[i]), text))
      return TRUE;
  return FALSE;
}
