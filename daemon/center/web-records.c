/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* web-records: see the header. No byte of a document is looked at here. */
#include "center/web-records.h"

#include "base/error.h"
#include "center/code-catalogue.h"
#include "center/web-message.h"

G_STATIC_ASSERT (DOCUMENT_FILE_DIGEST_SIZE == TRANSPORT_RECORDS_DIGEST_SIZE);

WebCall
web_records_get_call (ConsentKind kind)
{
  return kind == CONSENT_CHECKUP ? WEB_CALL_RECORDS_CHECKUP : WEB_CALL_RECORDS_DRUG;
}

static TransportRecords *
records_new (void)
{
  TransportRecords *records = g_new0 (TransportRecords, 1);

  records->fd = -1;
  records->received = g_get_real_time ();
  return records;
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
  TransportRecords *records = records_new ();

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
  g_autoptr (GError) refusal = NULL;
  g_autoptr (Message) message = web_message_parse (body, request, &refusal);
  TransportRecords *records;

  if (message != NULL)
    {
      g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID, "the center's answer holds no records");
      return NULL;
    }
  if (shikaku_error_get_center_message (refusal) == NULL || refusal->code == SHIKAKU_ERROR_CENTER_BUSY
      || refusal->code == SHIKAKU_ERROR_MESSAGE_INVALID)
    {
      g_propagate_error (error, g_steal_pointer (&refusal));
      return NULL;
    }
  records = records_new ();
  records->code = g_strdup (shikaku_error_get_center_code (refusal));
  records->message = g_strdup (shikaku_error_get_center_text (refusal));
  records->outcome = code_catalogue_get_outcome (records->code);
  return records;
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
