/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* web-records: see the header. No byte of a document is looked at here. */
#include "center/web-records.h"

#include "base/error.h"
#include "center/records-refusal.h"
#include "center/web-message.h"

G_STATIC_ASSERT (DOCUMENT_FILE_DIGEST_SIZE == TRANSPORT_RECORDS_DIGEST_SIZE);

WebCall
web_records_get_call (ConsentKind kind)
{
  return kind == CONSENT_CHECKUP ? WEB_CALL_RECORDS_CHECKUP : WEB_CALL_RECORDS_DRUG;
}

/* is_of_request: a PDF says nothing of the request inside; XML may do so instead, and who reads it compares that. */
static gboolean
is_of_request (const WebClientAnswer *answer, const Message *request)
{
  const char *asked = message_find_text (message_find (request, "MessageHeader"), "ArbitraryFileIdentifier");

  return answer->identifier != NULL ? g_strcmp0 (answer->identifier, asked) == 0 : !answer->is_pdf;
}

static TransportRecords *
take_document (WebClientAnswer *answer)
{
  TransportRecords *records = records_refusal_new ();

  records->size = document_file_get_size (answer->document);
  records->fd = document_file_finish (g_steal_pointer (&answer->document), records->digest);
  records->format = answer->is_pdf ? TRANSPORT_RECORDS_PDF : TRANSPORT_RECORDS_XML;
  records->outcome = RECORDS_DATA;
  return records;
}

/* read_refusal: Return: NULL with an error if it is none, or one of which nothing follows for the records. */
static TransportRecords *
read_refusal (GBytes *body, const Message *request, GError **error)
{
  GError *refusal = NULL;
  Message *message = web_message_parse (body, request, &refusal);

  g_clear_pointer (&message, message_free); /* in the place of a document nothing of it counts */
  return records_refusal_read (refusal, error);
}

TransportRecords *
web_records_read (WebClientAnswer *answer, const Message *request, GError **error)
{
  if (answer->document == NULL)
    return read_refusal (answer->body, request, error);
  if (!is_of_request (answer, request))
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID,
                           "the center's document belongs to another question");
      return NULL;
    }
  if (document_file_get_size (answer->document) == 0)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID, "the center's document is empty");
      return NULL;
    }
  return take_document (answer);
}
