/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * terminal-care: lists of who has consented to home or online care, over folders that the test plays (fake-share): what
 * is written in each step, and what becomes of every answer, of none, of a wrong one.
 */
#include <string.h>
#include <unistd.h>

#include "codec/message-xml.h"
#include "fake-terminal-desk.h"

#define RECEPTION "26113000000000000000000000000000000001"
#define HEAD(institution, more) \
  "<XmlMsg><MessageHeader><MedicalInstitutionCode>" institution "</MedicalInstitutionCode>" more "</MessageHeader>"
#define NUMBER(reception) "<ReceptionNumber>" reception "</ReceptionNumber>"
#define UNIT "<BulkConfirmUnit><ProcessingResultStatus>1</ProcessingResultStatus></BulkConfirmUnit>"
#define LIST(institution, more, body) HEAD (institution, more) "<MessageBody>" body "</MessageBody></XmlMsg>"

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ((Desk *)user_data)->result = g_object_ref (result);
}

static TransportCareList *
take_list (Desk *desk, GError **error)
{
  TransportCareList *list;

  while (desk->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  list = desk->transport->klass->list_care_finish (desk->transport, desk->result, error);
  g_clear_object (&desk->result);
  return list;
}

/* start: @reception: NULL: from step one on. Return: the name of the request's file. */
static const char *
start (Desk *desk, TransportTreatment care, const char *reception, gboolean wants_reception)
{
  const TransportCareQuery query = { .identifier = "of-the-caller",
                                     .reception = reception,
                                     .care = care,
                                     .from = "20261101",
                                     .to = "20261130",
                                     .by_examination = care == TRANSPORT_TREATMENT_ONLINE,
                                     .wants_reception = wants_reception };

  desk->transport->klass->list_care (desk->transport, &query, NULL, on_done, desk);
  return fake_share_await ();
}

static void
answer (const char *text)
{
  fake_share_answer (FOLDER_EXTENSION_XML, text, strlen (text));
}

/* assert_request: that it says this, and nothing else. */
static void
assert_request (const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Message) request = message_xml_parse (fake_share_get_request (), MESSAGE_ENCODING_UNKNOWN, NULL, &error);
  g_autoptr (GBytes) bytes = NULL;
  const char *text, *root;

  g_assert_no_error (error);
  bytes = message_xml_write (request, MESSAGE_ENCODING_UTF8, MESSAGE_UNMAPPED_REFUSE, &error);
  g_assert_no_error (error);
  text = g_bytes_get_data (bytes, NULL);
  root = g_strstr_len (text, (gssize)g_bytes_get_size (bytes), "<XmlMsg>");
  g_assert_nonnull (root);
  g_assert_true (strncmp (root, expected, strlen (expected)) == 0);
}

/* Both steps, of both cares; the number alone; and a list that is not ready yet is asked for again. */
static void
test_steps (Desk *desk, gconstpointer data)
{
  static const char list_text[]
      = LIST (INSTITUTION, TAKEN NUMBER (RECEPTION), "<ProcessingResultStatus>1</ProcessingResultStatus>" UNIT UNIT);
  g_autoptr (GError) error = NULL;
  g_autoptr (TransportCareList) list = NULL, number = NULL, empty = NULL;
  char found[sizeof list_text] = "";

  g_assert_true (g_str_has_prefix (start (desk, TRANSPORT_TREATMENT_HOME, NULL, FALSE), "OQSmuhvq01req_"));
  assert_request (HEAD (
      INSTITUTION,
      "<ArbitraryFileIdentifier>of-the-caller</ArbitraryFileIdentifier>") "<MessageBody><"
                                                                          "QualificationConfirmSearchInfo><"
                                                                          "ConsentDateFrom>20261101</ConsentDateFrom>"
                                                                          "<ConsentDateTo>20261130</"
                                                                          "ConsentDateTo><MedicalTreatmentFlag>2</"
                                                                          "MedicalTreatmentFlag>"
                                                                          "</QualificationConfirmSearchInfo></"
                                                                          "MessageBody></XmlMsg>");
  answer (LIST (INSTITUTION,
                TAKEN "<ArbitraryFileIdentifier>of-the-caller</ArbitraryFileIdentifier>" NUMBER (RECEPTION), ""));
  g_assert_true (g_str_has_prefix (fake_share_await (), "OQSmuhvq02req_"));
  assert_request (HEAD (INSTITUTION, "") "<MessageBody>" NUMBER (RECEPTION) "</MessageBody></XmlMsg>");
  answer (LIST (INSTITUTION, "<SegmentOfResult>2</SegmentOfResult>" NUMBER (RECEPTION), ""));
  g_assert_true (g_str_has_prefix (fake_share_await (), "OQSmuhvq02req_"));
  g_assert_cmpint (desk->transport->state, ==, TRANSPORT_ONLINE);
  answer (list_text);
  list = take_list (desk, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (list->n_people, ==, 2);
  g_assert_cmpstr (list->reception, ==, RECEPTION);
  g_assert_cmpuint (list->size, ==, strlen (list_text));
  g_assert_cmpint (pread (list->fd, found, sizeof found, 0), ==, (gssize)strlen (list_text));
  g_assert_cmpstr (found, ==, list_text);

  g_assert_true (g_str_has_prefix (start (desk, TRANSPORT_TREATMENT_ONLINE, NULL, TRUE), "OQSmuonq01req_"));
  g_assert_nonnull (
      g_strstr_len (g_bytes_get_data (fake_share_get_request (), NULL), -1, "<ExaminationDateFrom>20261101<"));
  answer (LIST (INSTITUTION, "<SegmentOfResult>2</SegmentOfResult>", NUMBER (RECEPTION)));
  number = take_list (desk, &error);
  g_assert_no_error (error);
  g_assert_cmpint (number->fd, ==, -1);
  g_assert_cmpstr (number->reception, ==, RECEPTION);
  g_assert_cmpstr (number->identifier, ==, "of-the-caller");

  g_assert_true (g_str_has_prefix (start (desk, TRANSPORT_TREATMENT_ONLINE, RECEPTION, FALSE), "OQSmuonq02req_"));
  answer (LIST (INSTITUTION, TAKEN NUMBER (RECEPTION), ""));
  empty = take_list (desk, &error);
  g_assert_no_error (error);
  g_assert_true (empty->fd >= 0 && empty->n_people == 0);
}

typedef struct
{
  const char *text;
  ShikakuError error;
  gboolean is_aside;
} Row;

static void
walk (Desk *desk, const Row *rows, gsize n_rows, const char *reception)
{
  for (gsize i = 0; i < n_rows; i++)
    {
      g_autoptr (GError) error = NULL;

      start (desk, TRANSPORT_TREATMENT_HOME, reception, FALSE);
      g_string_truncate (fake_share.disposed, 0);
      answer (rows[i].text);
      g_assert_null (take_list (desk, &error));
      g_assert_error (error, SHIKAKU_ERROR, (int)rows[i].error);
      g_assert_true (g_str_has_prefix (fake_share.disposed->str, rows[i].is_aside ? "aside " : "delete "));
      g_assert_cmpuint (fake_share_count (), ==, 0);
    }
}

#define ASKED "<ArbitraryFileIdentifier>of-the-caller</ArbitraryFileIdentifier>"
#define REFUSED "<SegmentOfResult>9</SegmentOfResult><ErrorCode>SHK030001</ErrorCode>"

/* What is no answer to step one has no step two. */
static void
test_wrong_numbers (Desk *desk, gconstpointer data)
{
  static const Row rows[] = {
    { LIST ("1398765432", TAKEN ASKED NUMBER (RECEPTION), ""), SHIKAKU_ERROR_MESSAGE_INVALID, TRUE },
    { LIST (INSTITUTION, TAKEN NUMBER (RECEPTION), ""), SHIKAKU_ERROR_MESSAGE_INVALID, TRUE },
    { LIST (INSTITUTION, TAKEN ASKED, ""), SHIKAKU_ERROR_MESSAGE_INVALID, TRUE },
    { LIST (INSTITUTION, TAKEN ASKED NUMBER ("a b"), ""), SHIKAKU_ERROR_MESSAGE_INVALID, TRUE },
    { LIST (INSTITUTION, TAKEN ASKED NUMBER (RECEPTION "9"), ""), SHIKAKU_ERROR_MESSAGE_INVALID, TRUE },
    { "<<<", SHIKAKU_ERROR_MESSAGE_INVALID, TRUE },
    { LIST (INSTITUTION, REFUSED ASKED NUMBER (RECEPTION), ""), SHIKAKU_ERROR_NOT_FOUND, FALSE },
    { LIST (INSTITUTION, TAKEN ASKED,
            "<ProcessingResultStatus>2</ProcessingResultStatus>"
            "<ProcessingResultCode>SHK030001</ProcessingResultCode>"),
      SHIKAKU_ERROR_NOT_FOUND, FALSE },
    { LIST (INSTITUTION, "<SegmentOfResult>2</SegmentOfResult>" ASKED, ""), SHIKAKU_ERROR_CENTER_BUSY, FALSE },
  };

  walk (desk, rows, G_N_ELEMENTS (rows), NULL);
}

/* Nothing of a list comes out that is another's, or does not say whose. */
static void
test_wrong_lists (Desk *desk, gconstpointer data)
{
  static const Row rows[] = {
    { LIST ("1398765432", TAKEN NUMBER (RECEPTION), UNIT), SHIKAKU_ERROR_MESSAGE_INVALID, TRUE },
    { "<XmlMsg><MessageHeader>" TAKEN NUMBER (RECEPTION) "</MessageHeader><MessageBody>" UNIT "</MessageBody></XmlMsg>",
      SHIKAKU_ERROR_MESSAGE_INVALID, TRUE },
    { LIST (INSTITUTION, TAKEN NUMBER ("another"), UNIT), SHIKAKU_ERROR_MESSAGE_INVALID, TRUE },
    { LIST (INSTITUTION, TAKEN, NUMBER ("another") UNIT), SHIKAKU_ERROR_MESSAGE_INVALID, TRUE },
    { LIST (INSTITUTION, TAKEN NUMBER (RECEPTION) "<ArbitraryFileIdentifier>another</ArbitraryFileIdentifier>", UNIT),
      SHIKAKU_ERROR_MESSAGE_INVALID, TRUE },
    { LIST (INSTITUTION, TAKEN, UNIT), SHIKAKU_ERROR_MESSAGE_INVALID, TRUE },
    { LIST (INSTITUTION, TAKEN NUMBER (RECEPTION), UNIT "<BulkConfirmUnit>"), SHIKAKU_ERROR_MESSAGE_INVALID, TRUE },
    { "<XmlMsg><MessageBody>" UNIT "</MessageBody></XmlMsg>", SHIKAKU_ERROR_MESSAGE_INVALID, TRUE },
    { LIST (INSTITUTION, REFUSED NUMBER (RECEPTION), UNIT), SHIKAKU_ERROR_MESSAGE_INVALID, TRUE },
    { LIST (INSTITUTION, REFUSED NUMBER (RECEPTION), ""), SHIKAKU_ERROR_NOT_FOUND, FALSE },
    { LIST (INSTITUTION, REFUSED, ""), SHIKAKU_ERROR_NOT_FOUND, FALSE },
    { LIST (INSTITUTION, TAKEN NUMBER (RECEPTION),
            "<ProcessingResultStatus>2</ProcessingResultStatus>"
            "<ProcessingResultCode>SHK030001</ProcessingResultCode>"),
      SHIKAKU_ERROR_NOT_FOUND, FALSE },
    { LIST (INSTITUTION, "<SegmentOfResult>7</SegmentOfResult>" NUMBER (RECEPTION), ""), SHIKAKU_ERROR_MESSAGE_INVALID,
      TRUE },
  };

  walk (desk, rows, G_N_ELEMENTS (rows), RECEPTION);
}

/* More people than the field can count. */
static void
test_too_many (Desk *desk, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new (HEAD (INSTITUTION, TAKEN NUMBER (RECEPTION)) "<MessageBody>");
  g_autoptr (GError) error = NULL;
  Row row = { NULL, SHIKAKU_ERROR_MESSAGE_INVALID, TRUE };

  for (guint i = 0; i <= 9999; i++)
    g_string_append (text, UNIT);
  g_string_append (text, "</MessageBody></XmlMsg>");
  row.text = text->str;
  walk (desk, &row, 1, RECEPTION);
}

/* That a list shall be made is said once, whatever becomes of it. */
static void
test_no_answer (Desk *desk, gconstpointer data)
{
  static const struct
  {
    FolderShareOutcome outcome;
    ShikakuError error;
  } rows[] = {
    { FOLDER_SHARE_NOT_TAKEN, SHIKAKU_ERROR_CENTER_UNREACHABLE },
    { FOLDER_SHARE_NOT_ANSWERED, SHIKAKU_ERROR_TIMED_OUT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      start (desk, TRANSPORT_TREATMENT_HOME, NULL, FALSE);
      fake_share_end (rows[i].outcome, rows[i].error);
      g_assert_null (take_list (desk, &error));
      g_assert_error (error, SHIKAKU_ERROR, (int)rows[i].error);
      g_assert_cmpuint (fake_share_count (), ==, 0);
    }
}

/* The end of the transport is the end of what is under way. */
static void
test_free (Desk *desk, gconstpointer data)
{
  const TransportClass *klass = desk->transport->klass;
  g_autoptr (GError) error = NULL;

  start (desk, TRANSPORT_TREATMENT_HOME, NULL, FALSE);
  klass->free (desk->transport);
  desk->transport = NULL;
  while (desk->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (klass->list_care_finish (NULL, desk->result, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_CANCELLED);
  g_clear_object (&desk->result);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*test) (Desk *desk, gconstpointer data);
  } rows[] = {
    { "steps", test_steps },       { "wrong-numbers", test_wrong_numbers }, { "wrong-lists", test_wrong_lists },
    { "too-many", test_too_many }, { "no-answer", test_no_answer },         { "free", test_free },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/terminal-care/", rows[i].name, NULL);

      g_test_add (path, Desk, NULL, fake_terminal_desk_set_up, rows[i].test, fake_terminal_desk_tear_down);
    }
  return g_test_run ();
}
