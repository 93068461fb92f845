/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * web-records: a document goes on as it came, a refusal is told apart from what is none, another's answer is not used.
 */

#include "center/web-records.h"

#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "codec/message-json.h"

#define MINE "an-identifier"

static Message *
make_request (void)
{
  Message *message = message_new ("XmlMsg");

  message_add (message_add (message, "MessageHeader", NULL), "ArbitraryFileIdentifier", MINE);
  message_add (message, "MessageBody", NULL);
  return message;
}

static TransportRecords *
read_document (const char *content, gboolean is_pdf, const char *identifier, GError **error)
{
  WebClientAnswer answer = { document_file_new (NULL), is_pdf, identifier, NULL };
  g_autoptr (Message) request = make_request ();
  TransportRecords *records;

  g_assert_true (document_file_add (answer.document, (const guint8 *)content, strlen (content), NULL));
  records = web_records_read (&answer, request, error);
  g_assert_cmpint (answer.document == NULL, ==, records != NULL);
  document_file_free (answer.document);
  return records;
}

static void
test_document (void)
{
  static const struct
  {
    const char *content, *identifier;
    gboolean is_pdf, is_taken;
  } rows[] = {
    { "<XmlMsg/>", NULL, FALSE, TRUE }, { "<XmlMsg/>", MINE, FALSE, TRUE }, { "<XmlMsg/>", "another", FALSE, FALSE },
    { "%PDF-1.4", MINE, TRUE, TRUE },   { "%PDF-1.4", NULL, TRUE, FALSE },  { "%PDF-1.4", "another", TRUE, FALSE },
    { "", MINE, FALSE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TransportRecords) records
          = read_document (rows[i].content, rows[i].is_pdf, rows[i].identifier, &error);
      char text[16] = "";
      int fd;

      if (!rows[i].is_taken)
        {
          g_assert_null (records);
          g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpint (records->outcome, ==, RECORDS_DATA);
      g_assert_cmpint (records->format, ==, rows[i].is_pdf ? TRANSPORT_RECORDS_PDF : TRANSPORT_RECORDS_XML);
      g_assert_cmpuint (records->size, ==, strlen (rows[i].content));
      g_assert_null (records->code);
      g_assert_cmpint (records->received, >, 0);
      fd = transport_records_take_fd (records);
      g_assert_cmpint (records->fd, ==, -1);
      g_assert_cmpint (read (fd, text, sizeof text), ==, strlen (rows[i].content));
      g_assert_cmpstr (text, ==, rows[i].content);
      close (fd);
    }
}

#define ENVELOPE(header) \
  "{\"XmlMsg\":{\"MessageHeader\":{\"ArbitraryFileIdentifier\":\"" MINE "\"," header "},\"MessageBody\":{}}}"
#define REFUSAL(code) ENVELOPE ("\"SegmentOfResult\":\"9\",\"ErrorCode\":\"" code "\",\"ErrorMessage\":\"文\"")

static void
test_refusal (void)
{
  static const struct
  {
    const char *body;
    RecordsOutcome outcome;
    const char *code, *message;
  } rows[] = {
    { REFUSAL ("SCKO1000E"), RECORDS_NOT_CONFIGURED, "SCKO1000E", "文" },
    { REFUSAL ("SHK040001"), RECORDS_CONSENT_ENDED, "SHK040001", "文" },
    { REFUSAL ("SHK040002"), RECORDS_REFUSED, "SHK040002", "文" },
    { REFUSAL ("SHK040003"), RECORDS_SPAN_REFUSED, "SHK040003", "文" },
    { REFUSAL ("SHK040004"), RECORDS_NOT_YET, "SHK040004", "文" },
    { REFUSAL ("SHK040005"), RECORDS_TOO_OLD, "SHK040005", "文" },
    { REFUSAL ("SHK040006"), RECORDS_NOT_COVERED, "SHK040006", "文" },
    { REFUSAL ("SHK040007"), RECORDS_NONE, "SHK040007", "文" },
    { REFUSAL ("SHK030001"), RECORDS_REFUSED, "SHK030001", "文" },
    { REFUSAL ("SHK090002"), RECORDS_REFUSED, "SHK090002", "文" },
    { REFUSAL ("NEVER0001"), RECORDS_REFUSED, "NEVER0001", "文" },
    { ENVELOPE ("\"SegmentOfResult\":\"9\""), RECORDS_REFUSED, NULL, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) body = g_bytes_new_static (rows[i].body, strlen (rows[i].body));
      WebClientAnswer answer = { .body = body };
      g_autoptr (Message) request = make_request ();
      g_autoptr (GError) error = NULL;
      g_autoptr (TransportRecords) records = web_records_read (&answer, request, &error);

      g_assert_no_error (error);
      g_assert_cmpint (records->fd, ==, -1);
      g_assert_cmpint (records->outcome, ==, rows[i].outcome);
      g_assert_cmpstr (records->code, ==, rows[i].code);
      g_assert_cmpstr (records->message, ==, rows[i].message);
    }
}

static void
test_no_refusal (void)
{
  static const struct
  {
    const char *body;
    ShikakuError error;
  } rows[] = {
    { REFUSAL ("SHK090001"), SHIKAKU_ERROR_CENTER_BUSY },
    { REFUSAL ("SHK090003"), SHIKAKU_ERROR_MESSAGE_INVALID },
    { ENVELOPE ("\"SegmentOfResult\":\"2\""), SHIKAKU_ERROR_CENTER_BUSY },
    { ENVELOPE ("\"SegmentOfResult\":\"1\""), SHIKAKU_ERROR_MESSAGE_INVALID },
    { "{\"XmlMsg\":{\"MessageHeader\":{\"ArbitraryFileIdentifier\":\"another\",\"SegmentOfResult\":\"9\"}}}",
      SHIKAKU_ERROR_MESSAGE_INVALID },
    { "<XmlMsg/>", SHIKAKU_ERROR_MESSAGE_INVALID },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) body = g_bytes_new_static (rows[i].body, strlen (rows[i].body));
      WebClientAnswer answer = { .body = body };
      g_autoptr (Message) request = make_request ();
      g_autoptr (GError) error = NULL;

      g_assert_null (web_records_read (&answer, request, &error));
      g_assert_error (error, SHIKAKU_ERROR, (int)rows[i].error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/web-records/document", test_document);
  g_test_add_func ("/web-records/refusal", test_refusal);
  g_test_add_func ("/web-records/no-refusal", test_no_refusal);
  return g_test_run ();
}
