/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * terminal-records: see the header. The thread looks for the header of the document and takes the document into its
 * memfd; what a refusal stands for is looked up on the main thread, which alone may ask the catalogue of codes.
 */
#include "center/terminal-records.h"

#include <string.h>

#include "base/error.h"
#include "center/document-file.h"
#include "center/field-answer.h"
#include "center/records-elements.h"
#include "center/records-refusal.h"
#include "codec/message-xml.h"

#define PDF_MARK "%PDF-"
#define SEGMENT_OK "1" /* SegmentOfResult, which records have where no other answer could be made */
#define CODE_OK "1"    /* ResultCode of records; another: there are none in it, of nobody */

G_STATIC_ASSERT (DOCUMENT_FILE_DIGEST_SIZE == TRANSPORT_RECORDS_DIGEST_SIZE);

/* The document, and what the thread has found: what the header says, each NULL: it does not. */
typedef struct
{
  GBytes *document;
  char *asked_institution, *asked_identifier;

  gboolean is_pdf, has_header;
  char *institution, *identifier, *segment, *code;
  TransportRecords *records; /* of a document */
  Message *refusal;          /* the whole of an answer that is none */
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_bytes_unref (reading->document);
  g_free (reading->asked_institution);
  g_free (reading->asked_identifier);
  g_free (reading->institution);
  g_free (reading->identifier);
  g_free (reading->segment);
  g_free (reading->code);
  transport_records_free (reading->records);
  g_clear_pointer (&reading->refusal, message_free);
  g_free (reading);
}

static gboolean
set_invalid (GError **error, const char *text)
{
  g_set_error_literal (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID, text);
  return FALSE;
}

static gboolean
is_holder (const char *holder, const char *element, gpointer user_data)
{
  if (holder == NULL || strcmp (holder, "XmlMsg") == 0)
    return strcmp (element, holder == NULL ? "XmlMsg" : "MessageBody") == 0;
  for (guint i = 0; i < RECORDS_N_SOURCES; i++)
    if (strcmp (holder, "MessageBody") == 0 && g_strcmp0 (records_elements_of (i)->list, element) == 0)
      return TRUE;
  return FALSE;
}

/* take_text: what @header, or what it repeats of the request under a name of its own, says. */
static char *
take_text (const Message *header, const char *name)
{
  g_autofree char *repeated = g_strconcat ("Req", name, NULL);
  const Message *info = message_find (header, "RequestInfo");
  const char *text = message_find_text (header, name);

  if (text == NULL)
    text = message_find_text (info, repeated);
  if (text == NULL)
    text = message_find_text (info, name);
  return g_strdup (text);
}

static gboolean
on_part (const Message *part, gpointer user_data, GError **error)
{
  Reading *reading = user_data;

  if (strcmp (message_get_name (part), "MessageHeader") != 0)
    return TRUE;
  reading->has_header = TRUE;
  reading->institution = take_text (part, "MedicalInstitutionCode");
  reading->identifier = take_text (part, "ArbitraryFileIdentifier");
  reading->segment = g_strdup (message_find_text (part, "SegmentOfResult"));
  reading->code = g_strdup (message_find_text (part, "ResultCode"));
  return set_invalid (error, "seen enough"); /* of a document that may be large */
}

/* find_header: Return: FALSE: it is not this XML. */
static gboolean
find_header (Reading *reading, GError **error)
{
  static const MessageXmlParts parts = { is_holder, on_part };
  g_autoptr (GError) end = NULL;
  gsize size;
  const char *text = g_bytes_get_data (reading->document, &size);

  message_xml_walk (text, size, MESSAGE_ENCODING_UNKNOWN, &parts, reading, &end);
  if (reading->has_header)
    return TRUE;
  if (end != NULL)
    g_propagate_error (error, g_steal_pointer (&end));
  else
    set_invalid (error, "an answer of the terminal has no header");
  return FALSE;
}

static gboolean
is_mismatch (const char *asked, const char *answered)
{
  return answered != NULL && g_strcmp0 (asked, answered) != 0;
}

/* is_silent: whether there are records in it, and it does not say whose. */
static gboolean
is_silent (const Reading *reading)
{
  return (reading->institution == NULL || reading->identifier == NULL)
         && (reading->code == NULL || strcmp (reading->code, CODE_OK) == 0);
}

/* take_document: all of it, into its memfd. */
static gboolean
take_document (Reading *reading, GError **error)
{
  g_autoptr (DocumentFile) file = document_file_new (error);
  gsize size;
  const guint8 *data = g_bytes_get_data (reading->document, &size);

  if (file == NULL || !document_file_add (file, data, size, error))
    return FALSE;
  reading->records = records_refusal_new ();
  reading->records->size = size;
  reading->records->fd = document_file_finish (g_steal_pointer (&file), reading->records->digest);
  reading->records->format = reading->is_pdf ? TRANSPORT_RECORDS_PDF : TRANSPORT_RECORDS_XML;
  reading->records->outcome = RECORDS_DATA;
  return TRUE;
}

static gboolean
read_document (Reading *reading, GError **error)
{
  gsize size;
  const char *data = g_bytes_get_data (reading->document, &size);

  reading->is_pdf = size >= strlen (PDF_MARK) && memcmp (data, PDF_MARK, strlen (PDF_MARK)) == 0;
  if (reading->is_pdf)
    return take_document (reading, error);
  if (!find_header (reading, error))
    return FALSE;
  if (is_mismatch (reading->asked_institution, reading->institution)
      || is_mismatch (reading->asked_identifier, reading->identifier))
    return set_invalid (error, "the terminal's document belongs to another question");
  if (reading->segment == NULL || strcmp (reading->segment, SEGMENT_OK) == 0)
    return is_silent (reading) ? set_invalid (error, "the terminal's document does not say to which question")
                               : take_document (reading, error);
  reading->refusal = message_xml_parse (reading->document, MESSAGE_ENCODING_UNKNOWN, NULL, error);
  return reading->refusal != NULL;
}

static void
read_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (read_document (task_data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
terminal_records_read_async (GBytes *document, const Message *request, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  const Message *header = message_find (request, "MessageHeader");
  Reading *reading = g_new0 (Reading, 1);

  reading->document = g_bytes_ref (document);
  reading->asked_institution = g_strdup (message_find_text (header, "MedicalInstitutionCode"));
  reading->asked_identifier = g_strdup (message_find_text (header, "ArbitraryFileIdentifier"));
  g_task_set_source_tag (task, terminal_records_read_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, reading, reading_free);
  g_task_run_in_thread (task, read_in_thread);
}

/* read_refusal: of an answer that says itself that it holds none. */
static TransportRecords *
read_refusal (Reading *reading, GError **error)
{
  g_autoptr (Message) request = message_new ("XmlMsg"); /* what had to be compared was */
  GError *refusal = NULL;

  field_answer_check (reading->refusal, request, reading->document, &refusal);
  return records_refusal_read (refusal, error);
}

TransportRecords *
terminal_records_read_finish (GAsyncResult *result, GError **error)
{
  Reading *reading = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  return reading->refusal != NULL ? read_refusal (reading, error) : g_steal_pointer (&reading->records);
}
