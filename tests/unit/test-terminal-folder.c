/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * terminal-folder: each call over folders that the test plays (fake-share): what is written, and what becomes of every
 * answer, of none, of a wrong one; other settings.
 */
#include <string.h>
#include <unistd.h>

#include "codec/message-json.h"
#include "codec/message-xml.h"
#include "fake-terminal-desk.h"

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ((Desk *)user_data)->result = g_object_ref (result);
}

static void
settle (Desk *desk)
{
  while (desk->result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static TransportReply *
take_reply (Desk *desk, GError **error)
{
  TransportReply *reply;

  settle (desk);
  reply = desk->transport->klass->reply_finish (desk->transport, desk->result, error);
  g_clear_object (&desk->result);
  return reply;
}

static void
start_number (Desk *desk)
{
  const TransportNumberQuery query = { .insurer_number = "06123456",
                                       .symbol = "12",
                                       .number = "345",
                                       .branch = "01",
                                       .birthdate = "19800102",
                                       .date = "20261130" };

  desk->transport->klass->check_number (desk->transport, &query, NULL, on_done, desk);
  fake_share_await ();
}

/* get_header: what the request that lies there says. Return: (transfer full). */
static char *
get_header (const char *name)
{
  MessageEncoding encoding;
  g_autoptr (GError) error = NULL;
  g_autoptr (Message) request
      = message_xml_parse (fake_share_get_request (), MESSAGE_ENCODING_UNKNOWN, &encoding, &error);

  g_assert_no_error (error);
  return g_strdup (message_find_text (message_find (request, "MessageHeader"), name));
}

/* make_answer: to the request that lies there. @institution, @identifier: NULL: as it asks. Return: (transfer full). */
static char *
make_answer (const char *institution, const char *identifier, const char *head, const char *body)
{
  g_autofree char *asked = get_header ("ArbitraryFileIdentifier");

  return g_strdup_printf ("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<XmlMsg><MessageHeader>"
                          "<MedicalInstitutionCode>%s</MedicalInstitutionCode>"
                          "<ArbitraryFileIdentifier>%s</ArbitraryFileIdentifier>%s</MessageHeader>"
                          "<MessageBody>%s</MessageBody></XmlMsg>",
                          institution != NULL ? institution : INSTITUTION, identifier != NULL ? identifier : asked,
                          head, body);
}

static void
answer (const char *institution, const char *identifier, const char *head, const char *body)
{
  g_autofree char *text = make_answer (institution, identifier, head, body);

  fake_share_answer (FOLDER_EXTENSION_XML, text, strlen (text));
}

static void
test_number (Desk *desk, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TransportReply) reply = NULL;
  g_autofree char *expected = NULL;
  const char *name;

  start_number (desk);
  name = fake_share_await ();
  g_assert_true (g_str_has_prefix (name, "OQSsiquc01req_") && g_str_has_suffix (name, ".xml"));
  expected = folder_name_make_answer_base (name);
  answer (NULL, NULL, TAKEN, PERSON);
  reply = take_reply (desk, &error);
  g_assert_no_error (error);
  g_assert_cmpint (reply->qualification->validity, ==, QUALIFICATION_VALID);
  g_assert_cmpuint (reply->qualification->insurances->len, ==, 1);
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (reply->body, NULL), -1, "見本"));
  g_assert_true (g_str_has_prefix (fake_share.disposed->str, "delete OQSsiquc01res_"));
  g_assert_nonnull (strstr (fake_share.disposed->str, expected));
  g_assert_cmpint (desk->transport->state, ==, TRANSPORT_ONLINE);
}

/* An answer to another question is no answer: nothing of it is used, and it is kept aside. */
static void
test_wrong_answers (Desk *desk, gconstpointer data)
{
  static const struct
  {
    const char *institution, *identifier, *head, *body;
    ShikakuError error;
    gboolean is_aside;
  } rows[] = {
    { "1398765432", NULL, TAKEN, PERSON, SHIKAKU_ERROR_MESSAGE_INVALID, TRUE },
    { "", NULL, TAKEN, PERSON, SHIKAKU_ERROR_MESSAGE_INVALID, TRUE },
    { NULL, "another", TAKEN, PERSON, SHIKAKU_ERROR_MESSAGE_INVALID, TRUE },
    { NULL, "", TAKEN, PERSON, SHIKAKU_ERROR_MESSAGE_INVALID, TRUE },
    { NULL, NULL, "", PERSON, SHIKAKU_ERROR_MESSAGE_INVALID, TRUE },
    { NULL, NULL, TAKEN, "<Unclosed>", SHIKAKU_ERROR_MESSAGE_INVALID, TRUE },
    { NULL, NULL, "<SegmentOfResult>9</SegmentOfResult><ErrorCode>SHK090001E</ErrorCode>", "",
      SHIKAKU_ERROR_CENTER_REFUSED, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_string_truncate (fake_share.disposed, 0);
      start_number (desk);
      answer (rows[i].institution, rows[i].identifier, rows[i].head, rows[i].body);
      g_assert_null (take_reply (desk, &error));
      g_assert_error (error, SHIKAKU_ERROR, (int)rows[i].error);
      g_assert_true (g_str_has_prefix (fake_share.disposed->str, rows[i].is_aside ? "aside " : "delete "));
    }
  g_assert_cmpint (desk->transport->links[TRANSPORT_LINK_TERMINAL].cause, ==, SHIKAKU_CAUSE_FILES_UNREADABLE);
  g_assert_cmpint (desk->transport->links[TRANSPORT_LINK_TERMINAL].state, ==, TRANSPORT_LINK_DEGRADED);
}

/* No answer: what is known of the request decides, and the link says why. Nothing is asked a second time. */
static void
test_no_answer (Desk *desk, gconstpointer data)
{
  static const struct
  {
    FolderShareOutcome outcome;
    ShikakuError error;
    ShikakuCause cause;
    gboolean may_repeat;
  } rows[] = {
    { FOLDER_SHARE_NOT_TAKEN, SHIKAKU_ERROR_CENTER_UNREACHABLE, SHIKAKU_CAUSE_LINK_PROGRAM_DEAD, TRUE },
    { FOLDER_SHARE_NOT_ANSWERED, SHIKAKU_ERROR_TIMED_OUT, SHIKAKU_CAUSE_TERMINAL_SILENT, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      GBytes *kept;

      start_number (desk);
      fake_share_end (rows[i].outcome, rows[i].error);
      settle (desk);
      kept = desk->transport->klass->get_request (desk->transport, desk->result);
      g_assert_true ((kept != NULL) == rows[i].may_repeat);
      if (kept != NULL)
        g_assert_nonnull (g_strstr_len (g_bytes_get_data (kept, NULL), -1, "QualificationConfirmSearchInfo"));
      g_assert_null (take_reply (desk, &error));
      g_assert_error (error, SHIKAKU_ERROR, (int)rows[i].error);
      g_assert_cmpint (shikaku_error_get_cause (error), ==, rows[i].cause);
      g_assert_cmpint (desk->transport->links[TRANSPORT_LINK_TERMINAL].cause, ==, rows[i].cause);
      g_assert_cmpint (desk->transport->state, ==, TRANSPORT_OFFLINE);
      g_assert_cmpuint (fake_share_count (), ==, 0);
    }
  start_number (desk);
  answer (NULL, NULL, TAKEN, PERSON);
  transport_reply_free (take_reply (desk, NULL));
  g_assert_cmpint (desk->transport->links[TRANSPORT_LINK_TERMINAL].state, ==, TRANSPORT_LINK_OK);
  g_assert_cmpint (desk->transport->state, ==, TRANSPORT_ONLINE);
}

/* What is kept for an outage is the very message, with its identifier; the Web API would take it too. */
static void
test_repeat (Desk *desk, gconstpointer data)
{
  g_autofree char *first = NULL, *again = NULL;
  g_autoptr (GBytes) kept = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TransportReply) reply = NULL;
  g_autoptr (Message) parsed = NULL;

  start_number (desk);
  first = get_header ("ArbitraryFileIdentifier");
  fake_share_end (FOLDER_SHARE_NOT_TAKEN, SHIKAKU_ERROR_CENTER_UNREACHABLE);
  settle (desk);
  kept = g_bytes_ref (desk->transport->klass->get_request (desk->transport, desk->result));
  g_assert_null (take_reply (desk, NULL));
  parsed = message_json_parse (kept, &error);
  g_assert_no_error (error);
  desk->transport->klass->repeat (desk->transport, TRANSPORT_ASKS_BY_NUMBER, kept, NULL, on_done, desk);
  fake_share_await ();
  again = get_header ("ArbitraryFileIdentifier");
  g_assert_cmpstr (first, ==, again);
  answer (NULL, NULL, TAKEN, PERSON);
  reply = take_reply (desk, &error);
  g_assert_no_error (error);
  desk->transport->klass->repeat (desk->transport, TRANSPORT_PROVES_CARDS, kept, NULL, on_done, desk);
  g_assert_null (take_reply (desk, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING);
}

/* A zip that cannot be made for want of a password is not asked in the open; who asks and Diagnose are told why. */
static void
test_no_password (Desk *desk, gconstpointer data)
{
  const TransportNumberQuery query = { .insurer_number = "06123456", .number = "345", .date = "20261130" };
  g_autoptr (GError) error = NULL;

  desk->settings.zip_prefixes = "OQSsiquc01";
  terminal_folder_configure (desk->transport, &desk->settings);
  desk->transport->klass->check_number (desk->transport, &query, NULL, on_done, desk);
  g_assert_null (take_reply (desk, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING);
  g_assert_cmpint (shikaku_error_get_cause (error), ==, SHIKAKU_CAUSE_ZIP_PASSWORD);
  g_assert_cmpint (desk->transport->links[TRANSPORT_LINK_TERMINAL].cause, ==, SHIKAKU_CAUSE_ZIP_PASSWORD);
  g_assert_cmpuint (fake_share_count (), ==, 0);
}

/* Nobody waits any more, and nobody knows whether it was taken: it is not kept, so that it is not asked again. */
static void
test_cancelled (Desk *desk, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  start_number (desk);
  fake_share_end (FOLDER_SHARE_CANCELLED, SHIKAKU_ERROR_CANCELLED);
  settle (desk);
  g_assert_null (desk->transport->klass->get_request (desk->transport, desk->result));
  g_assert_null (take_reply (desk, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED);
}

static void
test_processing (Desk *desk, gconstpointer data)
{
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TransportReply) reply = NULL;

  start_number (desk);
  name = g_strdup (fake_share_await ());
  answer (NULL, NULL, "<SegmentOfResult>2</SegmentOfResult>", "");
  while (fake_share_count () == 0 || g_str_equal (fake_share_await (), name))
    g_main_context_iteration (NULL, TRUE);
  answer (NULL, NULL, TAKEN, PERSON);
  reply = take_reply (desk, &error);
  g_assert_no_error (error);
}

static void
test_registrations (Desk *desk, gconstpointer data)
{
  const TransportReference reference = { "1001", "06123456", "12", "345", "01" };
  g_autoptr (GError) error = NULL;
  g_autoptr (TransportReply) reply = NULL;

  desk->transport->klass->register_reference (desk->transport, &reference, NULL, on_done, desk);
  g_assert_true (g_str_has_prefix (fake_share_await (), "OQSsiimm01req_"));
  answer (NULL, NULL, TAKEN, "<ProcessingResultStatus>1</ProcessingResultStatus>");
  reply = take_reply (desk, &error);
  g_assert_no_error (error);
}

/* A withdrawal that was taken and not answered is the one thing that changes something and may be sent again. */
static void
test_withdrawal_again (Desk *desk, gconstpointer data)
{
  const TransportWithdrawal withdrawal = { .insurer_number = "06123456",
                                           .number = "345",
                                           .birthdate = "19800102",
                                           .treatment = TRANSPORT_TREATMENT_HOME,
                                           .identifier = "of-the-caller" };
  g_autoptr (GBytes) kept = desk->transport->klass->make_withdrawal (desk->transport, &withdrawal);
  g_autoptr (GError) error = NULL;
  g_autoptr (TransportReply) reply = NULL;
  g_autofree char *first = NULL;

  g_assert_nonnull (kept);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *identifier = NULL;

      desk->transport->klass->repeat (desk->transport, TRANSPORT_WITHDRAWS_CONSENTS, kept, NULL, on_done, desk);
      g_assert_true (g_str_has_prefix (fake_share_await (), "OQSsihvd01req_"));
      g_assert_cmpstr (fake_share_await (), !=, first); /* an answer that is late is not the second's */
      identifier = get_header ("ArbitraryFileIdentifier");
      g_assert_cmpstr (identifier, ==, "of-the-caller");
      if (i > 0)
        break;
      first = g_strdup (fake_share_await ());
      fake_share_end (FOLDER_SHARE_NOT_ANSWERED, SHIKAKU_ERROR_TIMED_OUT);
      g_assert_null (take_reply (desk, &error));
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_TIMED_OUT);
      g_clear_error (&error);
    }
  answer (NULL, NULL, TAKEN, "<ProcessingResultStatus>1</ProcessingResultStatus>");
  reply = take_reply (desk, &error);
  g_assert_no_error (error);

  desk->transport->klass->repeat (desk->transport, TRANSPORT_WITHDRAWS_CONSENTS, kept, NULL, on_done, desk);
  fake_share_await ();
  answer (NULL, NULL, TAKEN, "<ProcessingResultStatus>2</ProcessingResultStatus>");
  g_assert_null (take_reply (desk, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CENTER_REFUSED);
  g_clear_error (&error);

  desk->transport->klass->repeat (desk->transport, TRANSPORT_REGISTERS_CONSENTS, kept, NULL, on_done, desk);
  g_assert_null (take_reply (desk, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING);
}

static TransportRecords *
take_records (Desk *desk, GError **error)
{
  TransportRecords *records;

  settle (desk);
  records = desk->transport->klass->fetch_records_finish (desk->transport, desk->result, error);
  g_clear_object (&desk->result);
  return records;
}

static void
start_records (Desk *desk, ConsentKind kind, TransportRecordsFormat format)
{
  const TransportRecordsQuery query = { .kind = kind,
                                        .format = format,
                                        .treatment = TRANSPORT_TREATMENT_OUTPATIENT,
                                        .insurer_number = "06123456",
                                        .number = "345" };

  desk->transport->klass->fetch_records (desk->transport, &query, NULL, on_done, desk);
  fake_share_await ();
}

static void
assert_document (const TransportRecords *records, const char *text, TransportRecordsFormat format)
{
  g_autofree char *found = g_malloc0 (strlen (text) + 2);

  g_assert_cmpint (records->outcome, ==, RECORDS_DATA);
  g_assert_cmpint (records->format, ==, format);
  g_assert_cmpuint (records->size, ==, strlen (text));
  g_assert_cmpint (pread (records->fd, found, strlen (text) + 1, 0), ==, (gssize)strlen (text));
  g_assert_cmpstr (found, ==, text);
}

#define DOCUMENT(institution, identifier) \
  "<XmlMsg><MessageHeader><RequestInfo><ReqMedicalInstitutionCode>" institution "</ReqMedicalInstitutionCode>" \
  "<ReqArbitraryFileIdentifier>" identifier \
  "</ReqArbitraryFileIdentifier></RequestInfo><ResultCode>1</ResultCode></MessageHeader><MessageBody/></XmlMsg>"

/* A document, its error in a PDF's place, a refusal, a PDF. */
static void
test_records (Desk *desk, gconstpointer data)
{
  static const char pdf[] = "%PDF-1.7\ninvented\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (TransportRecords) plain = NULL, portable = NULL, in_its_place = NULL, refused = NULL;
  g_autofree char *identifier = NULL, *text = NULL;

  start_records (desk, CONSENT_DRUG, TRANSPORT_RECORDS_XML);
  g_assert_true (g_str_has_prefix (fake_share_await (), "YZKsiquc01req_"));
  identifier = get_header ("ArbitraryFileIdentifier");
  text = g_strdup_printf (DOCUMENT (INSTITUTION, "%s"), identifier);
  fake_share_answer (FOLDER_EXTENSION_XML, text, strlen (text));
  plain = take_records (desk, &error);
  g_assert_no_error (error);
  assert_document (plain, text, TRANSPORT_RECORDS_XML);

  start_records (desk, CONSENT_CHECKUP, TRANSPORT_RECORDS_PDF);
  g_assert_true (g_str_has_prefix (fake_share_await (), "TKKsiquc01req_"));
  fake_share_answer (FOLDER_EXTENSION_PDF, pdf, strlen (pdf));
  portable = take_records (desk, &error);
  g_assert_no_error (error);
  assert_document (portable, pdf, TRANSPORT_RECORDS_PDF);

  start_records (desk, CONSENT_CHECKUP, TRANSPORT_RECORDS_PDF);
  fake_share_answer (FOLDER_EXTENSION_XML, "<XmlMsg><MessageHeader><ResultCode>9</ResultCode></MessageHeader></XmlMsg>",
                     70);
  in_its_place = take_records (desk, &error);
  g_assert_no_error (error);
  g_assert_cmpint (in_its_place->format, ==, TRANSPORT_RECORDS_XML);

  start_records (desk, CONSENT_DRUG, TRANSPORT_RECORDS_XML);
  answer (NULL, NULL, "<SegmentOfResult>9</SegmentOfResult><ErrorCode>SCKO1000E</ErrorCode>", "");
  refused = take_records (desk, &error);
  g_assert_no_error (error);
  g_assert_cmpint (refused->fd, ==, -1);
  g_assert_cmpstr (refused->code, ==, "SCKO1000E");
}

/* A document of somebody else's question, or one that does not say of which, is no answer, and is kept aside. */
static void
test_wrong_records (Desk *desk, gconstpointer data)
{
  static const char *const documents[] = { DOCUMENT (INSTITUTION, "another"), DOCUMENT ("1398765432", "%s"),
                                           DOCUMENT ("", "%s"), DOCUMENT (INSTITUTION, "") };

  for (gsize i = 0; i < G_N_ELEMENTS (documents); i++)
    {
      g_autofree char *identifier = NULL, *text = NULL;
      g_auto (GStrv) parts = g_strsplit (documents[i], "%s", -1);
      g_autoptr (GError) error = NULL;

      start_records (desk, CONSENT_DRUG, TRANSPORT_RECORDS_XML);
      identifier = get_header ("ArbitraryFileIdentifier");
      text = g_strjoinv (identifier, parts);
      g_string_truncate (fake_share.disposed, 0);
      fake_share_answer (FOLDER_EXTENSION_XML, text, strlen (text));
      g_assert_null (take_records (desk, &error));
      g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID);
      g_assert_true (g_str_has_prefix (fake_share.disposed->str, "aside "));
    }
}

/* A request in the terminal's Shift_JIS; what that has no character for is not asked with another one. */
static void
test_encoding (Desk *desk, gconstpointer data)
{
  TransportNumberQuery query = { .insurer_number = "06123456", .symbol = "髙①", .number = "345", .date = "20261130" };
  MessageEncoding encoding;
  g_autoptr (GError) error = NULL;
  Message *request;
  TransportReply *reply;

  desk->settings.encoding = MESSAGE_ENCODING_CP932;
  terminal_folder_configure (desk->transport, &desk->settings);
  desk->transport->klass->check_number (desk->transport, &query, NULL, on_done, desk);
  fake_share_await ();
  request = message_xml_parse (fake_share_get_request (), MESSAGE_ENCODING_UNKNOWN, &encoding, &error);
  g_assert_no_error (error);
  g_assert_cmpint (encoding, ==, MESSAGE_ENCODING_CP932);
  message_free (request);
  answer (NULL, NULL, TAKEN,
          "<ProcessingResultStatus>1</ProcessingResultStatus>"
          "<QualificationValidity>4</QualificationValidity>");
  reply = take_reply (desk, &error);
  g_assert_no_error (error);
  transport_reply_free (reply);
  query.symbol = "𠮷";
  desk->transport->klass->check_number (desk->transport, &query, NULL, on_done, desk);
  g_assert_null (take_reply (desk, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID);
  g_assert_cmpuint (fake_share_count (), ==, 0);
}

/* The same settings change nothing; others wait until nothing is under way; none are the end of it. */
static void
test_settings (Desk *desk, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  TransportReply *reply;

  g_assert_cmpuint (fake_share.opened, ==, 1);
  terminal_folder_configure (desk->transport, &desk->settings);
  g_assert_cmpuint (fake_share.opened, ==, 1);
  start_number (desk);
  desk->settings.faces = NULL;
  terminal_folder_configure (desk->transport, &desk->settings);
  g_assert_true (desk->transport->is_behind);
  g_assert_cmpuint (fake_share.opened, ==, 1);
  answer (NULL, NULL, TAKEN, PERSON);
  reply = take_reply (desk, &error);
  g_assert_no_error (error);
  transport_reply_free (reply);
  g_assert_false (desk->transport->is_behind);
  g_assert_cmpuint (fake_share.opened, ==, 2);
  g_assert_cmpuint (fake_share.open, ==, 1);
  g_assert_cmpuint (desk->transport->klass->abilities & TRANSPORT_BRINGS_ARRIVALS, ==, 0);
  desk->settings.institution_code = NULL;
  terminal_folder_configure (desk->transport, &desk->settings);
  g_assert_cmpuint (fake_share.open, ==, 0);
  g_assert_cmpint (desk->transport->cause, ==, SHIKAKU_CAUSE_SETTINGS_MISSING);
  desk->transport->klass->check_number (desk->transport, &(TransportNumberQuery){ .number = "1" }, NULL, on_done, desk);
  g_assert_null (take_reply (desk, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CREDENTIAL_MISSING);
  terminal_folder_configure (desk->transport, NULL);
  g_assert_cmpuint (desk->transport->klass->abilities, ==, 0);
  g_assert_cmpint (desk->transport->cause, ==, SHIKAKU_CAUSE_NONE);
}

/* The end of the transport is the end of what is under way. */
static void
test_free (Desk *desk, gconstpointer data)
{
  const TransportClass *klass = desk->transport->klass;
  g_autoptr (GError) error = NULL;

  start_number (desk);
  klass->free (desk->transport);
  settle (desk);
  g_assert_null (klass->reply_finish (NULL, desk->result, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED);
  g_clear_object (&desk->result);
  desk->transport = NULL;
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*test) (Desk *desk, gconstpointer data);
  } rows[] = {
    { "number", test_number },
    { "wrong-answers", test_wrong_answers },
    { "no-answer", test_no_answer },
    { "repeat", test_repeat },
    { "processing", test_processing },
    { "registrations", test_registrations },
    { "withdrawal-again", test_withdrawal_again },
    { "records", test_records },
    { "wrong-records", test_wrong_records },
    { "encoding", test_encoding },
    { "settings", test_settings },
    { "free", test_free },
    { "cancelled", test_cancelled },
    { "no-password", test_no_password },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/terminal-folder/", rows[i].name, NULL);

      g_test_add (path, Desk, NULL, fake_terminal_desk_set_up, rows[i].test, fake_terminal_desk_tear_down);
    }
  return g_test_run ();
}
